"""Batches of new rows: rows of each retraining, their acceptance, and the resulting history."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal, cast

from registry.tracking import Tracking
from registry.versions import FORCED_WHY, NOTHING, PROMOTED_BY, SAME_AS, RegistryError, Version

State = Literal["pending", "accepted", "rejected", "withdrawn"]
FORMER_STATES: dict[str, State] = {"open": "pending", "refused": "rejected"}
"""States by the names that runs of versions before 0.2 store; a run is not written again."""

ROWS_FILE, TESTS_FILE = "batch.parquet", "batch_tests.parquet"
STATE, PROCESS, BASE, NUMBER, DIGEST, ROWS, DATA_END, SOURCE = (
    f"batch_{name}" for name in ("state", "process", "base", "number", "digest", "rows", "data_end", "source")
)
WHY, WITHDRAWN_BY, WITHDRAWN_WHY = "batch_why", "batch_withdrawn_by", "batch_withdrawn_why"
ACCEPTED_SHIFT = "accepted_shift"  # tag with a user's reason to train on labels inconsistent with history
NAME_LENGTH = 8


@dataclass(frozen=True)
class RowBatch:
    """New rows of one retraining.

    Attributes
    ----------
    process : str
        Whose they are.
    run : str
        The job's run, which keeps them.
    number : int
        Batches of a process are counted; of two that were started together both may have the same.
    when, who, source : str
        When and by whom they were given (UTC, ISO 8601), and in which file.
    rows : int
        How many.
    data_end : str or None
        Start of the newest period that has a label, ISO 8601; None of batches of before it was kept.
    digest : str
        Of their content.
    state : str
        pending: the job has not ended, or was cut off; accepted; rejected; withdrawn.
    base : str
        Run of the training whose table they add to.
    why : str
        Reason of rejection or withdrawal, or of acceptance although inconsistent with history.
    withdrawn_by : str or None
        Who withdrew them.
    shift : str or None
        Reason of a user to train on labels inconsistent with history.
    """

    process: str
    run: str
    number: int
    when: str
    who: str
    source: str
    rows: int
    data_end: str | None
    digest: str
    state: State
    base: str
    why: str
    withdrawn_by: str | None
    shift: str | None = None

    @property
    def name(self) -> str:
        """Readable name of the batch."""
        return self.run[:NAME_LENGTH]

    @classmethod
    def of(cls, run: Any) -> RowBatch:
        """Batch that a run keeps."""
        tags = run.data.tags
        return cls(
            process=tags[PROCESS],
            run=run.info.run_id,
            number=int(tags[NUMBER]),
            when=datetime.fromtimestamp(run.info.start_time / 1000, UTC).isoformat(timespec="seconds"),
            who=tags["mlflow.user"],
            source=tags[SOURCE],
            rows=int(tags[ROWS]),
            data_end=tags.get(DATA_END),
            digest=tags[DIGEST],
            state=FORMER_STATES.get(tags[STATE], cast(State, tags[STATE])),
            base=tags[BASE],
            why=tags.get(WITHDRAWN_WHY) or tags.get(WHY) or "",
            withdrawn_by=tags.get(WITHDRAWN_BY),
            shift=tags.get(ACCEPTED_SHIFT),
        )


def batches(process: str | None, tracking: Tracking) -> list[RowBatch]:
    """All batches of a process, or of all, in the order in which they were given."""
    all_batches = [RowBatch.of(run) for run in tracking.runs(process, "retrain") if STATE in run.data.tags]
    return sorted(all_batches, key=lambda one: (one.process, one.number, one.when, one.run))


def base_of(process: str, versions: Sequence[Version], tracking: Tracking) -> str:
    """Return the latest accepted run with a whole table: a training or an old retraining without batch.

    A version that the gate refused is no accepted one unless it was promoted by force.

    Raises
    ------
    RegistryError
        No job was accepted.
    """
    in_batches = {one.run for one in batches(process, tracking)}
    for version in reversed(versions):
        if SAME_AS in version.tags:  # a champion's table is that of its training
            continue
        if (not version.refused or FORCED_WHY in version.tags) and version.parent_run not in in_batches:
            return version.parent_run
    raise RegistryError(f"{process}: no accepted training to learn on from; train it first")


def accepted(process: str, base: str, tracking: Tracking) -> list[RowBatch]:
    """Batches that add to the table of a training, the oldest first: what was accepted and not withdrawn."""
    return [one for one in batches(process, tracking) if one.base == base and one.state == "accepted"]


def accepted_by_person(listed: Sequence[RowBatch], versions: Sequence[Version]) -> int:
    """Count the batches, the oldest first, that a user has accepted with all before them.

    A user accepts a batch by a reason to train on its labels anyway, or by promoting the version trained on it.

    Parameters
    ----------
    listed : sequence of RowBatch
        Accepted ones, the oldest first.
    versions : sequence of Version
        Of the same process.
    """
    promoted = {one.parent_run for one in versions if PROMOTED_BY in one.tags}
    return max((i + 1 for i, one in enumerate(listed) if one.shift is not None or one.run in promoted), default=0)


def opening(
    process: str, base: str, source: str, rows: int, data_end: str, digest: str, tracking: Tracking
) -> dict[str, str]:
    """Tags of a batch that begins."""
    number = 1 + max((one.number for one in batches(process, tracking)), default=0)
    return {
        STATE: "pending",
        PROCESS: process,
        NUMBER: str(number),
        BASE: base,
        SOURCE: source,
        ROWS: str(rows),
        DATA_END: data_end,
        DIGEST: digest,
    }


def ending(passed: bool, reason: str) -> dict[str, str]:
    """Tags of a batch whose job has ended."""
    return {STATE: "accepted" if passed else "rejected", WHY: reason}


def end(process: str, run: str, passed: bool, reason: str, tracking: Tracking) -> None:
    """Accept or reject the batch of a job's run; closed or missing batches remain unchanged."""
    if any(one.run == run and one.state == "pending" for one in batches(process, tracking)):
        tracking.log(run, tags=ending(passed, reason))


def withdraw(name: str, reason: str, tracking: Tracking) -> RowBatch:
    """Withdraw an accepted batch from the history; its rows remain with its run.

    Parameters
    ----------
    name : str
        The batch as lists have it, or the whole name of its run.
    reason : str
        Reason, kept with the batch.
    tracking : Tracking
        The store.

    Returns
    -------
    RowBatch
        As it is now.

    Raises
    ------
    RegistryError
        No such batch, or one that is not accepted, or no reason.
    """
    if not reason.strip():
        raise RegistryError("--reason: expected a reason, which is kept with the batch")
    known = batches(None, tracking)
    matching = [one for one in known if len(name) >= NAME_LENGTH and one.run.startswith(name)]
    if len(matching) != 1:
        names = ", ".join(one.name for one in known) or NOTHING
        raise RegistryError(f"no batch {name}, expected one of: {names}")
    (batch,) = matching
    if batch.state != "accepted":
        raise RegistryError(f"{batch.process}: batch {batch.name} is {batch.state}, only an accepted one is withdrawn")
    actor = getpass.getuser()
    tracking.log(batch.run, tags={STATE: "withdrawn", WITHDRAWN_BY: actor, WITHDRAWN_WHY: reason})
    return replace(batch, state="withdrawn", withdrawn_by=actor, why=reason)
