"""Run one retraining job in its own process and report progress as JSON lines on standard output.

A line has `what`, `done` and `steps` while a phase lasts, `over` (and, of the last phase, `result`) when one is over,
or `failed`. A resumed job passes finished phases quickly and reports the same.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from records.jobs.queue import RetrainingRequest
    from registry.retraining.decision import Decision
    from registry.settings import StoreSettings

ROWS = "rows.parquet"
PATIENCE = 60.0  # s that a job waits for records that do not answer
LONGEST = 1000  # letters of the line that says why a job failed

Say = Callable[[Mapping[str, Any]], None]
T = TypeVar("T")


def main() -> int:
    """Do the job that the first argument names; gives the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    from records.jobs.queue import RetrainingRequest
    from registry.errors import PATIENT
    from registry.settings import read_settings

    os.environ.update(PATIENT)  # whatever is set by now: who started the worker may have set what suits a person
    # Whatever else is printed belongs into the log.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    last = {"what": "begin"}

    def say(line: Mapping[str, Any]) -> None:
        last.update({name: said for name, said in line.items() if name == "what"})
        print(json.dumps(line), file=out, flush=True)

    job = json.loads(sys.argv[1])
    try:
        do(job["id"], RetrainingRequest(**job["asked"]), read_settings(), say)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        say({"failed": _failure(error, last["what"])})
        return 1
    return 0


def _failure(error: Exception, doing: str) -> str:
    """Return the reason of a failed job in one line; for a full disk with the step that failed."""
    from nonferrous.console import full_disk, is_ours

    said = _in_a_line(error)
    if is_ours(error):
        return said
    traceback.print_exc()
    full = full_disk(error)
    return said if full is None else f"{doing}: {full}"


def _in_a_line(error: Exception) -> str:
    """Return the message of an error in one line; a longer one is written to the log in full."""
    said = " ".join(str(error).split()) or type(error).__name__
    if len(said) <= LONGEST:
        return said
    sys.stderr.write(f"{error}\n")
    return f"{said[:LONGEST]}... ({len(str(error).splitlines())} lines, all of them in the log of its program)"


def do(id: str, asked: RetrainingRequest, settings: StoreSettings, say: Say) -> None:
    """Train the process again on its records, and say what came of it.

    Parameters
    ----------
    id : str
        ID of the job, and name of the folder with its state for a resumed run.
    asked : RetrainingRequest
        What it is to do.
    settings : StoreSettings
        Where models and records are kept.
    say : callable
        Takes each line.
    """
    from registry.retraining.decision import finished
    from registry.tracking import Tracking
    from system.process_lock import alone

    folder = settings.folder / "retraining" / id
    with alone(settings.folder, asked.process, lambda what: say({"what": what, "done": 0, "steps": 1})):
        # A decision of an interrupted job is carried out without training again.
        decided = finished(asked.process, id, Tracking(settings)) or _patiently(lambda: _quiet(asked), say)
        try:
            decided = decided or _trained(asked, id, folder, settings, say)
        except Exception as error:
            # A decision before the error is carried out.
            decided = finished(asked.process, id, Tracking(settings))
            if decided is None:
                raise
            sys.stderr.write(f"after its decision: {_in_a_line(error)}\n")
        finally:
            _enter(asked.process, say)
    shutil.rmtree(folder, ignore_errors=True)
    say({"over": decided.line, "result": {**vars(decided), "reasons": list(decided.reasons)}})


def _patiently(what: Callable[[], T], say: Say) -> T:
    """Call a function that needs the records; retry for up to a minute if they are not available."""
    from records.database import AwayError

    began = time.monotonic()
    while True:
        try:
            return what()
        except AwayError as error:
            if time.monotonic() - began > PATIENCE:
                raise
            say({"what": f"waits: {error}", "done": 0, "steps": 1})
            time.sleep(1)


def _enter(process: str, say: Say) -> None:
    """Add the decision to the audit log; if the records are not available, a later command adds it."""
    from nonferrous.records import enter_batches, enter_moves
    from records.database import AwayError
    from registry.errors import TrackingError

    def enter() -> None:
        enter_batches(process)
        enter_moves(process)

    try:
        _patiently(enter, say)
    except (AwayError, TrackingError) as error:
        sys.stderr.write(f"not entered into the audit yet: {error}\n")


def _quiet(asked: RetrainingRequest) -> Decision | None:
    """Return the decision not to train if retraining is not due or a shadow period runs, else None.

    Only if the job requests this check.
    """
    if not asked.only_if_due:
        return None
    from nonferrous.shadow import nothing_to_learn
    from registry.retraining.decision import Decision
    from seeds import load

    why = nothing_to_learn(load(asked.process), is_alone=True)
    return None if why is None else Decision(None, False, why, (), {})


def _trained(asked: RetrainingRequest, id: str, folder: Path, settings: StoreSettings, say: Say) -> Decision:
    """Learn again, as far as that was not done before, and decide."""
    from registry.retraining.decision import Decision, finished
    from registry.tracking import Tracking
    from seeds import load
    from training.jobs.execution import FitExecution
    from training.retraining.retrain import retrain

    rows = _rows(asked.process, folder, say)
    ways = FitExecution(folder=folder / "fits", fitted=lambda name: say({"over": f"fitted {name}"}))

    def step(what: str, done: int, steps: int) -> None:
        say({"what": what, "done": done, "steps": steps})

    seed, shift, dry = load(asked.process), asked.accept_label_shift, asked.dry_run
    found = retrain(seed, rows, settings, step, ways=ways, job=id, accept_label_shift=shift, dry_run=dry)
    if found.set_aside:
        say({"over": f"{found.set_aside} of the new rows were excluded; rejected/ in the home folder lists them"})
    if dry:
        would = "would be promoted" if found.verdict.promoted else "would not be promoted"
        if found.shadow is not None:
            would = "would answer in shadow"
        why = f"a dry run, the challenger {would}: {found.verdict.why}"
        return Decision(None, False, why, tuple(found.gated.reasons), found.figures)
    decided = finished(asked.process, id, Tracking(settings))
    assert decided is not None
    return decided


def _rows(process: str, folder: Path, say: Say) -> Path:
    """Return the file of labelled records; a resumed job uses the file of its first run."""
    from nonferrous.console import reported
    from nonferrous.records import write
    from seeds import load

    file = folder / ROWS
    if not file.exists():
        say({"what": "write the labelled records", "done": 0, "steps": 1})
        folder.mkdir(parents=True, exist_ok=True)
        with reported(lambda what, done, steps: say({"what": what, "done": done, "steps": steps})):
            _patiently(lambda: write(load(process), file, labelled=True), say)
    say({"over": f"labelled records in {file.stat().st_size} bytes"})
    return file


if __name__ == "__main__":
    sys.exit(main())
