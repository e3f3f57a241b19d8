"""What a retraining job decides of its version: kept beside the version first, then carried out, as often as it takes.

A job may be cut off at any moment. What it has decided stands beside its version whole or not at all, and carrying it
out again changes nothing that was carried out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from registry.promotion import take_over
from registry.tracking import Tracking
from registry.versions import CHALLENGER, CHAMPION, GATE_REASONS, AliasMove, Version

JOB, VERDICT, VERDICT_WHY, _DECISION = "job", "verdict", "verdict_why", "decision"
PROMOTED, NOT_PROMOTED = "promoted", "not promoted"


@dataclass(frozen=True)
class Decision:
    """What a job decided.

    Attributes
    ----------
    version : int or None
        The job's version; None where none was registered: of a dry run, or without drift.
    promoted : bool
        Whether it was made champion.
    why : str
        In words.
    reasons : tuple of str
        Why the gate refused it; empty where it passed.
    figures : Mapping of str to float
        What the decision rests on.
    """

    version: int | None
    promoted: bool
    why: str
    reasons: tuple[str, ...]
    figures: Mapping[str, float]

    @property
    def line(self) -> str:
        """The decision in one line."""
        if self.version is None:
            return self.why
        return f"version {self.version} was {PROMOTED if self.promoted else NOT_PROMOTED}: {self.why}"


def keep_decision(
    process: str, version: int, promoted: bool, why: str, figures: Mapping[str, float], tracking: Tracking
) -> None:
    """Write what was decided beside the version; the last of the tags says that all are there."""
    outcome = PROMOTED if promoted else NOT_PROMOTED
    tags = {VERDICT: outcome, VERDICT_WHY: why, _DECISION: json.dumps(dict(figures))}
    tracking.tag_version(process, version, tags)


def finished(process: str, job: str, tracking: Tracking) -> Decision | None:
    """What a job of this name has decided, carried out; None where it has decided nothing yet."""
    for version in tracking.versions(process):
        if version.tags.get(JOB) == job and _DECISION in version.tags:
            return settle(process, version.number, tracking)
    return None


def settle(process: str, number: int, tracking: Tracking) -> Decision:
    """Carry out what was decided of a version, as far as that was not done; gives it."""
    version = next(one for one in tracking.versions(process) if one.number == number)
    reasons = tuple(version.tags.get(GATE_REASONS, "").splitlines()) if version.refused else ()
    promoted, why = version.tags[VERDICT] == PROMOTED, version.tags[VERDICT_WHY]
    decision = Decision(number, promoted, why, reasons, json.loads(version.tags[_DECISION]))
    moves = tracking.audit(process)
    if not version.refused and _is_open(CHALLENGER, version, moves) and _is_open(CHAMPION, version, moves):
        why = "challenger of a retraining job"
        tracking.move_alias(process, CHALLENGER, number, "enter", why, decision.figures)
    if promoted and _is_open(CHAMPION, version, moves):
        take_over(process, number, decision.why, decision.figures, tracking)
    elif CHAMPION in version.aliases and CHALLENGER in version.aliases:
        tracking.move_alias(process, CHALLENGER, None, "withdraw", f"version {number} is champion now", {})
    return decision


def _is_open(alias: str, version: Version, moves: list[AliasMove]) -> bool:
    """Whether an alias was never moved to a version, or a move to it was written down and then cut off."""
    of_alias = [move for move in moves if move.alias == alias]
    if not any(move.after == version.number for move in of_alias):
        return True
    return of_alias[-1].after == version.number and alias not in version.aliases
