"""Make small wrong changes in the code one at a time and count those that their module's tests detect.

    python benchmarks/mutants                                  # 300 changes over all rooms, two at a time
    python benchmarks/mutants --sample 60 --only physics       # a part of the code; prints, writes no results
    python benchmarks/mutants --seed 2 --fresh                 # other changes, nothing taken from an earlier run

Cosmic Ray finds the places and makes the changes. Each is made in a copy of the checkout in a temporary folder, never
in the checkout, and the tests of its module run there until the first one fails. Ctrl-C stops a run; the next one goes
on where it stopped, as long as code and tests are the same. The figures go to docs/results/mutants.json.
"""

import argparse
import concurrent.futures
import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from changes import ROOT, Change, sample, shown
from copies import BROKEN, FORKS, LOADED, NOTICED, SURVIVED, Copy, Journal, chosen_in, tests_of, with_long
from figures import summary

RESULTS = ROOT / "docs" / "results" / "mutants.json"
PATIENCE = 4.0  # times what the tests take without a change; a change that needs longer counts as noticed


class MutationRun:
    """Changes tested in copies of the checkout, a few at a time."""

    def __init__(self, folder: Path, workers: int, fresh: bool) -> None:
        command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = [name for name in subprocess.check_output(command, text=True).splitlines() if (ROOT / name).is_file()]
        self.journal = Journal(listed, fresh)
        self.copies = [Copy(folder / str(number), listed) for number in range(workers)]
        self.free: queue.Queue[Copy] = queue.Queue()
        for copy in self.copies:
            self.free.put(copy)
        self.stopping = threading.Event()
        self.locks: dict[str, threading.Lock] = {}

    def seconds_of(self, copy: Copy, file: str, tests: list[str]) -> float | None:
        """Seconds that a module's tests take without a change; None where they fail."""
        key = self.journal.key([chosen_in(file), with_long(file)], tests)
        with self.locks.setdefault(key, threading.Lock()):
            if key not in self.journal.found:
                start = time.monotonic()
                if copy.run([*tests, *chosen_in(file)], with_long(file), 1800.0) != 0:
                    return None
                self.journal.put(key, seconds=time.monotonic() - start)
            return float(self.journal.found[key]["seconds"])

    def outcome_of(self, change: Change) -> str:
        tests, _ = tests_of(change.file)
        key = self.journal.key(change, tests)
        if key not in self.journal.found:
            copy = self.free.get()
            try:
                seconds = self.seconds_of(copy, change.file, tests)
                arguments = [*tests, *chosen_in(change.file)]
                limit = 30.0 + PATIENCE * (seconds or 0.0)
                outcome = BROKEN if seconds is None else copy.test(change, arguments, with_long(change.file), limit)
                if seconds is None or self.stopping.is_set():
                    return outcome
                self.journal.put(key, outcome=outcome)
            finally:
                self.free.put(copy)
        return str(self.journal.found[key]["outcome"])

    def stop(self) -> None:
        self.stopping.set()
        for copy in self.copies:
            copy.stop()


def measured(changes: list[Change], workers: int, fresh: bool) -> dict[Change, str]:
    """Result of each change, as far as the run came."""
    results, started = dict[Change, str](), time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        concurrent.futures.ThreadPoolExecutor(workers) as pool,
    ):
        run = MutationRun(Path(folder), workers, fresh)
        futures = {pool.submit(run.outcome_of, change): change for change in changes}
        try:
            for future in concurrent.futures.as_completed(futures):
                change = futures[future]
                results[change] = future.result()
                tested = Counter(results.values())
                share = tested[NOTICED] / max(tested[NOTICED] + tested[SURVIVED], 1)
                minutes = (time.monotonic() - started) / 60.0
                head = f"[{len(results):3}/{len(changes)} {minutes:5.1f} min {share:4.0%}]"
                print(f"{head} {results[change]:8} {change.file}:{change.line} {change.operator[5:]}", flush=True)
                if results[change] == SURVIVED:
                    print("".join(f"      {side} {text}\n" for side, text in shown(change).items()), end="")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            run.stop()
            print(f"stopped after {len(results)} of {len(changes)}: the same command goes on from here")
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description="Share of small wrong changes that the tests of their module notice.")
    parser.add_argument("--sample", type=int, default=300, help="number of changes")
    parser.add_argument("--seed", type=int, default=1, help="seed of the random choice")
    parser.add_argument("--workers", type=int, choices=(1, 2), default=2, help="changes tested at a time")
    parser.add_argument("--only", default="", help="files whose path starts with this; prints, writes no results")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier runs found")
    given = parser.parse_args()
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    FORKS.set_forkserver_preload(LOADED)
    changes, counts = sample(given.only, given.sample, given.seed)
    results = measured(changes, given.workers, given.fresh)
    figures = summary(results, counts)
    for room, row in figures["rooms"].items():
        print(f"{room:15} {row}")
    for survivor in figures["survivors"]:
        print("{file}:{line}: {old}  ->  {new}  [{reason}]".format(**survivor))
    print("tests that fail without a change:", figures["tests_that_fail"])
    if not given.only and len(results) == len(changes):
        head = {"sample": given.sample, "seed": given.seed}
        RESULTS.write_text(json.dumps(head | figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if len(results) == len(changes) and not figures["tests_that_fail"] else 1


if __name__ == "__main__":
    sys.exit(main())
