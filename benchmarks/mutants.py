"""Put small wrong changes into the code one at a time, and count those that the tests of their own module notice.

    python benchmarks/mutants.py                                  # 300 changes over all rooms, two at a time
    python benchmarks/mutants.py --sample 60 --only physics       # a part of the code; prints, writes no results
    python benchmarks/mutants.py --seed 2 --fresh                 # other changes, nothing taken from an earlier run

Cosmic Ray finds the places and makes the changes. Each is made in a copy of the checkout in a temporary folder, never
in the checkout, and the tests of its module run there until the first one fails. Ctrl-C stops a run; the next one goes
on where it stopped, as long as code and tests are the same. The figures go to docs/results/mutants.json.
"""

import argparse
import ast
import compileall
import concurrent.futures
import fnmatch
import hashlib
import json
import multiprocessing
import os
import py_compile
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass
from functools import cache
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parent.parent
ROOMS = ("models", "physics", "registry", "seeds", "serving", "synthetic_data", "training")
RESULTS = ROOT / "docs" / "results" / "mutants.json"
PAGE = ROOT / "docs" / "testing.md"
JOURNAL = ROOT / ".nonferrous" / "mutants.jsonl"
# Shifts, bit patterns and identity of numbers end in an error at once, so they say nothing of the tests.
SHARED = {"engine", "plant"}  # folders of synthetic_data that no plant owns
LEFT_OUT = re.compile(r"(Shift|Bit\w+|Invert|_Is|_IsNot|VariableReplacer|VariableInserter)$|_Is_|_IsNot_")
KEPT = ("core/ReplaceComparisonOperator_Is_IsNot", "core/ReplaceComparisonOperator_IsNot_Is")
PATIENCE = 4.0  # times what the tests take without a change; a change that needs longer counts as noticed
# Test processes are forked from one that has loaded these, which halves what a change costs.
FORKS = multiprocessing.get_context("forkserver")
LOADED = [
    *("pytest", "hypothesis", "numpy", "pandas", "pyarrow.parquet", "scipy.stats", "lightgbm", "sklearn.linear_model"),
    *("plotly.graph_objects", "fastapi", "mlflow", "xraydb"),
]
PYTEST = ("-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-W", "ignore:Module already imported")
NOTICED, SURVIVED, BROKEN = "noticed", "survived", "tests fail without a change"


@dataclass(frozen=True)
class Change:
    """One small wrong change: which operator of Cosmic Ray, and its how-manieth place in the file."""

    file: str
    line: int
    column: int
    operator: str
    occurrence: int

    @property
    def room(self) -> str:
        return self.file.split("/")[0]

    def applied(self, source: str) -> str:
        changed = mutate_code(source, get_operator(self.operator)(), self.occurrence)
        assert changed is not None, self
        return str(changed)


def unevaluated(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Spans of annotations, which nothing evaluates in a module that postpones them."""
    tree = ast.parse(source)
    found: list[ast.expr | None] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            arguments = node.args
            every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
            found += [node.returns, *(argument.annotation for argument in every if argument is not None)]
        elif isinstance(node, ast.AnnAssign):
            found.append(node.annotation)
    return [
        ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        for node in found
        if node is not None
    ]


def places(path: Path) -> dict[tuple[int, int], list[Change]]:
    """Changes that can be made in a file, by place."""
    source = path.read_text(encoding="utf-8")
    tree, spans = get_ast(source), unevaluated(source)
    found: dict[tuple[int, int], list[Change]] = {}
    for name in operator_names():
        if LEFT_OUT.search(name) and name not in KEPT:
            continue
        operator = get_operator(name)()
        positions = (start for node in ast_nodes(tree) for start, _ in operator.mutation_positions(node))
        for occurrence, (line, column) in enumerate(positions):
            if not any(start <= (line, column) < end for start, end in spans):
                change = Change(str(path.relative_to(ROOT)), line, column, name, occurrence)
                found.setdefault((line, column), []).append(change)
    return found


def sample(only: str, size: int, seed: int) -> tuple[list[Change], dict[str, int]]:
    """Random changes, one at most a place, spread over rooms by their places; and the number of places by room."""
    by_room: dict[str, list[list[Change]]] = {}
    for room in ROOMS:
        files = sorted(path for path in (ROOT / room).rglob("*.py") if str(path.relative_to(ROOT)).startswith(only))
        every = [changes for path in files for _, changes in sorted(places(path).items())]
        if every:
            by_room[room] = every
    counts = {room: len(every) for room, every in by_room.items()}
    total = sum(counts.values())
    exact = {room: min(size, total) * count / total for room, count in counts.items()}
    quota = {room: int(share) for room, share in exact.items()}
    for room in sorted(exact, key=lambda room: quota[room] - exact[room])[: min(size, total) - sum(quota.values())]:
        quota[room] += 1
    rng = random.Random(seed)
    chosen = [rng.choice(changes) for room, every in by_room.items() for changes in rng.sample(every, quota[room])]
    rng.shuffle(chosen)
    return chosen, counts


@cache
def plants() -> dict[str, list[str]]:
    """Processes by the folder of simulators that they import."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "synthetic_data").glob("*.py")):
        for folder in sorted(set(re.findall(r"synthetic_data\.(\w+)\.", path.read_text(encoding="utf-8"))) - SHARED):
            found.setdefault(folder, []).append(path.stem)
    return found


def tests_of(file: str) -> tuple[list[str], bool]:
    """Tests of a module, those of its own file first, and whether it has a file of its own."""
    path = Path(file)
    folder = ROOT / "tests" / path.parent
    own = sorted({*folder.glob(f"test_{path.stem}.py"), *folder.glob(f"test_{path.stem}_*.py")})
    found = list(own)
    if path.parts[0] == "synthetic_data" and len(path.parts) == 3 and path.parts[1] in plants():
        found += sorted(folder.glob("test_*.py"), key=lambda test: test.name == "test_accuracy.py")
        for process in plants()[path.parts[1]]:
            found += sorted((ROOT / "tests" / "synthetic_data").glob(f"test_{process}*.py"))
    while not found:
        found = sorted(folder.glob("test_*.py"))
        folder = folder.parent
    if path.parts[0] == "physics":
        found.append(ROOT / "tests" / "physics" / "test_functions.py")
    return list(dict.fromkeys(str(test.relative_to(ROOT)) for test in found)), bool(own)


def chosen_in(file: str) -> list[str]:
    """Options of pytest that leave of the laws of physics those over the functions of one file."""
    if not file.startswith("physics/"):
        return []
    names = re.findall(r"^def ([a-z]\w*)", (ROOT / file).read_text(encoding="utf-8"), re.M)
    return ["-k", " or ".join(["not test_functions", *names])]


def tests_run(folder: str, arguments: list[str]) -> None:
    """Process that runs tests in a copy of the checkout and ends with pytest's exit code."""
    os.setsid()
    os.chdir(folder)
    sys.path[:] = [folder, *(entry for entry in sys.path if entry not in ("", str(ROOT), str(ROOT / "benchmarks")))]
    sys.dont_write_bytecode = True
    os.environ |= {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    import pytest

    os._exit(int(pytest.main([*PYTEST, *arguments])))


class Copy:
    """A copy of the checkout in which one change at a time is made and tested."""

    def __init__(self, folder: Path, listed: list[str]) -> None:
        self.folder = folder
        for name in listed:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
        # Checked by content, not by time: a change and its undoing fall into one second.
        compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        self.process: BaseProcess | None = None

    def run(self, arguments: list[str], limit: float) -> int | None:
        """Exit code of pytest, which stops at the first failure; None where it took longer than allowed."""
        self.process = FORKS.Process(target=tests_run, args=(str(self.folder), arguments), daemon=False)
        self.process.start()
        self.process.join(limit)
        if self.process.exitcode is None:
            self.stop()
            return None
        return self.process.exitcode

    def stop(self) -> None:
        """End what runs in the copy, with everything that it started."""
        if self.process is not None and self.process.exitcode is None and self.process.pid is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                self.process.kill()
            self.process.join()

    def test(self, change: Change, arguments: list[str], limit: float) -> str:
        target = self.folder / change.file
        source = target.read_text(encoding="utf-8")
        try:
            target.write_text(change.applied(source), encoding="utf-8")
            return SURVIVED if self.run(arguments, limit) == 0 else NOTICED
        finally:
            target.write_text(source, encoding="utf-8")


class Journal:
    """What earlier runs found, by a digest of the change, of all code and of the tests that ran."""

    def __init__(self, listed: list[str], fresh: bool) -> None:
        JOURNAL.parent.mkdir(exist_ok=True)
        if fresh:
            JOURNAL.unlink(missing_ok=True)
        lines = JOURNAL.read_text(encoding="utf-8").splitlines() if JOURNAL.exists() else []
        self.found = {line["key"]: line for line in map(json.loads, lines)}
        self.lock = threading.Lock()
        code = hashlib.sha256()
        for name in listed:
            if name.split("/")[0] in ROOMS or Path(name).name in ("conftest.py", "pyproject.toml"):
                code.update(name.encode() + (ROOT / name).read_bytes())
        self.code = code.hexdigest()

    def key(self, what: object, tests: list[str]) -> str:
        texts = [(ROOT / test).read_text(encoding="utf-8") for test in tests]
        return hashlib.sha256(repr((self.code, what, tests, texts)).encode()).hexdigest()

    def put(self, key: str, **values: object) -> None:
        with self.lock, JOURNAL.open("a", encoding="utf-8") as file:
            self.found[key] = {"key": key} | values
            file.write(json.dumps(self.found[key]) + "\n")


def shown(change: Change) -> dict[str, str]:
    """Lines that a change replaces, and what stands there instead."""
    before = (ROOT / change.file).read_text(encoding="utf-8")
    old, new = before.splitlines(), change.applied(before).splitlines()
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return {"old": " ".join(line.strip() for line in old), "new": " ".join(line.strip() for line in new)}


def equivalents() -> list[tuple[str, str, str, str]]:
    """File, old text, new text and reason of the changes that no test can notice, from the table of the page."""
    rows = re.findall(r"^\| `([^`]+)` \| `([^`]*)` \| `([^`]*)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    return [(file, old, "" if new == "(removed)" else new, reason) for file, old, new, reason in rows]


def reason_of(change: Change, known: list[tuple[str, str, str, str]]) -> str | None:
    """Why no test can notice a change; None where nobody has said so."""
    line = shown(change)
    for file, old, new, reason in known:
        if fnmatch.fnmatch(change.file, file):
            for found in re.finditer(re.escape(old), line["old"]):
                changed = line["old"][: found.start()] + new + line["old"][found.end() :]
                if "".join(changed.split()) == "".join(line["new"].split()):
                    return reason
    return None


class Run:
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
        key = self.journal.key(chosen_in(file), tests)
        with self.locks.setdefault(key, threading.Lock()):
            if key not in self.journal.found:
                start = time.monotonic()
                if copy.run([*tests, *chosen_in(file)], 1800.0) != 0:
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
                limit = 30.0 + PATIENCE * (seconds or 0.0)
                outcome = BROKEN if seconds is None else copy.test(change, [*tests, *chosen_in(change.file)], limit)
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
    """What became of each change, as far as the run came."""
    found, begun = dict[Change, str](), time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        concurrent.futures.ThreadPoolExecutor(workers) as pool,
    ):
        run = Run(Path(folder), workers, fresh)
        futures = {pool.submit(run.outcome_of, change): change for change in changes}
        try:
            for future in concurrent.futures.as_completed(futures):
                change = futures[future]
                found[change] = future.result()
                tested = Counter(found.values())
                share = tested[NOTICED] / max(tested[NOTICED] + tested[SURVIVED], 1)
                minutes = (time.monotonic() - begun) / 60.0
                head = f"[{len(found):3}/{len(changes)} {minutes:5.1f} min {share:4.0%}]"
                print(f"{head} {found[change]:8} {change.file}:{change.line} {change.operator[5:]}", flush=True)
                if found[change] == SURVIVED:
                    print("".join(f"      {side} {text}\n" for side, text in shown(change).items()), end="")
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            run.stop()
            print(f"stopped after {len(found)} of {len(changes)}: the same command goes on from here")
    return found


def summary(found: dict[Change, str], counts: dict[str, int]) -> dict[str, Any]:
    """Figures by room, survivors, and modules that the tests of a folder stand in for."""
    known = equivalents()
    survivors = [
        {"file": change.file, "line": change.line, **shown(change), "reason": reason_of(change, known)}
        for change in sorted(found, key=lambda change: (change.file, change.line))
        if found[change] == SURVIVED
    ]
    rooms = {}
    for room in (*counts, "all"):
        outcomes = Counter(outcome for change, outcome in found.items() if room in (change.room, "all"))
        equivalent = sum(1 for one in survivors if one["reason"] and room in (str(one["file"]).split("/")[0], "all"))
        asked = outcomes[NOTICED] + outcomes[SURVIVED] - equivalent
        rooms[room] = {
            "places": sum(counts.values()) if room == "all" else counts[room],
            "changes": sum(outcomes.values()),
            "noticed": outcomes[NOTICED],
            "equivalent": equivalent,
            "share": round(outcomes[NOTICED] / asked, 4) if asked else None,
        }
    borrowed = {change.file: tests for change in found for tests, own in [tests_of(change.file)] if not own}
    failing = sorted({change.file for change, outcome in found.items() if outcome == BROKEN})
    return {"rooms": rooms, "survivors": survivors, "tests_of_the_folder": borrowed, "tests_that_fail": failing}


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
    found = measured(changes, given.workers, given.fresh)
    figures = summary(found, counts)
    for room, row in figures["rooms"].items():
        print(f"{room:15} {row}")
    for survivor in figures["survivors"]:
        print("{file}:{line}: {old}  ->  {new}  [{reason}]".format(**survivor))
    print("tests that fail without a change:", figures["tests_that_fail"])
    if not given.only and len(found) == len(changes):
        head = {"sample": given.sample, "seed": given.seed}
        RESULTS.write_text(json.dumps(head | figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if len(found) == len(changes) and not figures["tests_that_fail"] else 1


if __name__ == "__main__":
    sys.exit(main())
