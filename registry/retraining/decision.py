"""What a retraining job decides of its version: kept beside the version first, then carried out, as often as it takes.

A job may be cut off at any moment. What it has decided stands beside its version whole or not at all, and carrying it
out again changes nothing that was carried out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from registry.promotion import leave_shadow, take_over, with_alias
from registry.retraining import new_rows
from registry.retraining.shadow_period import ShadowPeriod, shown
from registry.tracking import Tracking
from registry.versions import CHALLENGER, CHAMPION, GATE_REASONS, SHADOW, AliasMove, Version

JOB, VERDICT, VERDICT_WHY, _DECISION = "job", "verdict", "verdict_why", "decision"
_SHIFT = "decision_shift"  # why labels that do not go with the past were learnt
PROMOTED, NOT_PROMOTED, IN_SHADOW = "promoted", "not promoted", "in shadow"


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
    shadow_until : str or None
        Until when it answers in shadow before it may take over, UTC, ISO 8601; None where it does not.
    """

    version: int | None
    promoted: bool
    why: str
    reasons: tuple[str, ...]
    figures: Mapping[str, float]
    shadow_until: str | None = None

    @property
    def line(self) -> str:
        """The decision in one line."""
        if self.version is None:
            return self.why
        if self.shadow_until is not None:
            until = shown(datetime.fromisoformat(self.shadow_until))
            return f"version {self.version} passed the gate; it answers in shadow until {until}: {self.why}"
        return f"version {self.version} was {PROMOTED if self.promoted else NOT_PROMOTED}: {self.why}"


def outcome_of(promoted: bool, shadow: ShadowPeriod | None) -> str:
    """What becomes of a job's version, in a word or two."""
    if not promoted:
        return NOT_PROMOTED
    return PROMOTED if shadow is None else IN_SHADOW


def keep_decision(
    process: str,
    version: int,
    promoted: bool,
    why: str,
    figures: Mapping[str, float],
    shift: str,
    tracking: Tracking,
    shadow: ShadowPeriod | None = None,
) -> None:
    """Write what was decided beside the version; the last of the tags says that all are there.

    Parameters
    ----------
    process, version : str, int
        The job's version, of which the gate has said whether it may become champion.
    promoted, why, figures : bool, str, Mapping of str to float
        Whether it is to be made champion, and what that rests on.
    shift : str
        Why labels that do not go with the past were learnt; empty where they do.
    tracking : Tracking
        The store.
    shadow : ShadowPeriod, optional
        In which one that is to be promoted answers first.
    """
    outcome = outcome_of(promoted, shadow)
    tags = shadow.tags if shadow is not None and outcome == IN_SHADOW else {}
    tags |= {VERDICT: outcome, VERDICT_WHY: why} | ({_SHIFT: shift} if shift else {})
    tracking.tag_version(process, version, tags | {_DECISION: json.dumps(dict(figures))})


def finished(process: str, job: str, tracking: Tracking) -> Decision | None:
    """What a job of this name has decided, carried out; None where it has decided nothing yet."""
    for version in tracking.versions(process):
        if version.tags.get(JOB) == job and _DECISION in version.tags:
            return settle(process, version.number, tracking)
    return None


def settle(process: str, number: int, tracking: Tracking) -> Decision:
    """Carry out what was decided of a version and of its job's new rows, as far as that was not done; gives it."""
    version = next(one for one in tracking.versions(process) if one.number == number)
    reasons = tuple(version.tags.get(GATE_REASONS, "").splitlines()) if version.refused else ()
    promoted, why = version.tags[VERDICT] == PROMOTED, version.tags[VERDICT_WHY]
    period = ShadowPeriod.of(version) if version.tags[VERDICT] == IN_SHADOW else None
    until = None if period is None else period.until.isoformat(timespec="seconds")
    decision = Decision(number, promoted, why, reasons, json.loads(version.tags[_DECISION]), until)
    of_batch = "; ".join(reasons) or version.tags.get(_SHIFT, "")
    new_rows.end(process, version.parent_run, not version.refused, of_batch, tracking)
    moves = tracking.audit(process)
    if not version.refused and _is_open(CHALLENGER, version, moves) and _is_open(CHAMPION, version, moves):
        why = "challenger of a retraining job"
        tracking.move_alias(process, CHALLENGER, number, "enter", why, decision.figures)
    if period is not None and _is_open(SHADOW, version, moves) and _is_open(CHAMPION, version, moves):
        why = f"until {shown(period.until)}: {decision.why}"
        tracking.move_alias(process, SHADOW, number, "enter", why, decision.figures)
    elif not promoted:
        _end_older_shadow(process, number, tracking)
    if promoted and _is_open(CHAMPION, version, moves):
        take_over(process, number, decision.why, decision.figures, tracking)
    elif CHAMPION in version.aliases and CHALLENGER in version.aliases:
        tracking.move_alias(process, CHALLENGER, None, "withdraw", f"version {number} is champion now", {})
    return decision


def _end_older_shadow(process: str, number: int, tracking: Tracking) -> None:
    """Let an older version answer in shadow no more where this one is the challenger now."""
    versions = tracking.versions(process)
    challenger, shadow = (with_alias(alias, versions) for alias in (CHALLENGER, SHADOW))
    if challenger is not None and challenger.number == number and shadow is not None and shadow.number < number:
        leave_shadow(process, f"version {number} is challenger now", tracking)


def _is_open(alias: str, version: Version, moves: list[AliasMove]) -> bool:
    """Whether an alias was never moved to a version, or a move to it was written down and then cut off."""
    of_alias = [move for move in moves if move.alias == alias]
    if not any(move.after == version.number for move in of_alias):
        return True
    return of_alias[-1].after == version.number and alias not in version.aliases
