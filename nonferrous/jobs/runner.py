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
        last.update({name: message for name, message in line.items() if name == "what"})
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

    message = _in_a_line(error)
    if is_ours(error):
        return message
    traceback.print_exc()
    full = full_disk(error)
    return message if full is None else f"{doing}: {full}"


def _in_a_line(error: Exception) -> str:
    """Return the message of an error in one line; a longer one is written to the log in full."""
    message = " ".join(str(error).split()) or type(error).__name__
    if len(message) <= LONGEST:
        return message
    sys.stderr.write(f"{error}\n")
    return f"{message[:LONGEST]}... ({len(str(error).splitlines())} lines, all of them in the log of its program)"


def do(id: str, request: RetrainingRequest, settings: StoreSettings, say: Say) -> None:
    """Train the process again on its records, and say what came of it.

    Parameters
    ----------
    id : str
        ID of the job, and name of the folder with its state for a resumed run.
    request : RetrainingRequest
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
    with alone(settings.folder, request.process, lambda description: say({"what": description, "done": 0, "steps": 1})):
        # A decision of an interrupted job is carried out without training again.
        decided = finished(request.process, id, Tracking(settings)) or _shadow_changed(request, settings)
        decided = decided or _patiently(lambda: _quiet(request), say)
        try:
            decided = decided or _trained(request, id, folder, settings, say)
        except Exception as error:
            # A decision before the error is carried out.
            decided = finished(request.process, id, Tracking(settings))
            if decided is None:
                raise
            sys.stderr.write(f"after its decision: {_in_a_line(error)}\n")
        finally:
            _enter(request.process, say)
    shutil.rmtree(folder, ignore_errors=True)
    say({"over": decided.line, "result": {**vars(decided), "reasons": list(decided.reasons)}})


def _patiently(action: Callable[[], T], say: Say) -> T:
    """Call a function that needs the records; retry for up to a minute if they are not available."""
    from records.database import AwayError

    began = time.monotonic()
    while True:
        try:
            return action()
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


def _shadow_changed(request: RetrainingRequest, settings: StoreSettings) -> Decision | None:
    """Begin or end a shadow period if the job requests it, and return that as its decision; else None."""
    if request.is_training:
        return None
    from registry.retraining.decision import Decision
    from registry.retraining.running_shadow import shown
    from registry.retraining.shadow_period import begin_shadow, end_shadow
    from registry.tracking import Tracking
    from seeds import load

    tracking = Tracking(settings)
    if request.shadow is None:
        reason = end_shadow(request.process, f"requested by {request.by}: {request.end_shadow}", tracking)
        return Decision(None, False, reason, (), {})
    period = begin_shadow(load(request.process), request.shadow, f"requested by {request.by}", tracking)
    until = period.until.isoformat(timespec="seconds")
    line = f"version {request.shadow} answers in shadow until {shown(period.until)}"
    return Decision(None, False, line, (), {}, until)


def _quiet(request: RetrainingRequest) -> Decision | None:
    """Return the decision not to train if retraining is not due or a shadow period runs, else None.

    Only if the job requests this check.
    """
    if not request.only_if_due:
        return None
    from nonferrous.shadow import nothing_to_learn
    from registry.retraining.decision import Decision
    from seeds import load

    reason = nothing_to_learn(load(request.process), is_alone=True)
    return None if reason is None else Decision(None, False, reason, (), {})


def _trained(request: RetrainingRequest, id: str, folder: Path, settings: StoreSettings, say: Say) -> Decision:
    """Learn again, as far as that was not done before, and decide."""
    from nonferrous.advised_moves import advised_moves
    from registry.retraining.decision import Decision, finished
    from registry.tracking import Tracking
    from seeds import load
    from training.jobs.execution import FitExecution
    from training.retraining.retrain import retrain

    rows = _rows(request.process, folder, say)
    ways = FitExecution(folder=folder / "fits", fitted=lambda name: say({"over": f"fitted {name}"}))

    def step(description: str, done: int, steps: int) -> None:
        say({"what": description, "done": done, "steps": steps})

    seed, dry = load(request.process), request.dry_run
    retrained = retrain(
        seed,
        rows,
        settings,
        step,
        ways=ways,
        job=id,
        accept_label_shift=request.accept_label_shift,
        dry_run=dry,
        advised=_patiently(lambda: advised_moves(seed), say),
    )
    if retrained.set_aside:
        say({"over": f"{retrained.set_aside} of the new rows were excluded; rejected/ in the home folder lists them"})
    if dry:
        would = "would be promoted" if retrained.verdict.promoted else "would not be promoted"
        if retrained.shadow is not None:
            would = "would answer in shadow"
        reason = f"a dry run, the challenger {would}: {retrained.verdict.why}"
        return Decision(None, False, reason, tuple(retrained.gated.reasons), retrained.figures)
    decided = finished(request.process, id, Tracking(settings))
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
        with reported(lambda description, done, steps: say({"what": description, "done": done, "steps": steps})):
            _patiently(lambda: write(load(process), file, labelled=True), say)
    say({"over": f"labelled records in {file.stat().st_size} bytes"})
    return file


if __name__ == "__main__":
    sys.exit(main())
