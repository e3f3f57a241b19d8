"""Decision of a retraining job on its version: stored first, then carried out, with retries.

A job may be interrupted, or fail, at any moment. Its decision is stored with its version whole or not at all, and
carrying it out again changes nothing that was carried out. The outcome of the version is written last: no
tag says that it was promoted before it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from registry.promotion import leave_shadow, take_over, with_alias
from registry.retraining import new_rows
from registry.retraining.running_shadow import RunningShadow, shown
from registry.retraining.shadow_period import enter_shadow
from registry.tracking import Tracking
from registry.versions import CHALLENGER, CHAMPION, GATE_REASONS, SHADOW, AliasMove, Version

JOB, VERDICT, VERDICT_WHY, _DECIDED = "job", "verdict", "verdict_why", "decided"
PROMOTED, NOT_PROMOTED, IN_SHADOW = "promoted", "not promoted", "in shadow"


@dataclass(frozen=True)
class Decision:
    """Decision of a job.

    Attributes
    ----------
    version : int or None
        The job's version; None where none was registered: of a dry run, or without drift.
    promoted : bool
        Whether it was made champion.
    why : str
        Reason as text.
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


def outcome_of(promoted: bool, shadow: RunningShadow | None) -> str:
    """Return the outcome of a job's version in one or two words."""
    if not promoted:
        return NOT_PROMOTED
    return PROMOTED if shadow is None else IN_SHADOW


def keep_decision(
    process: str,
    version: int,
    promoted: bool,
    reason: str,
    figures: Mapping[str, float],
    shift: str,
    champion: int,
    tracking: Tracking,
    shadow: RunningShadow | None = None,
) -> None:
    """Write a decision as one tag of the version.

    Parameters
    ----------
    process, version : str, int
        The job's version, of which the gate has said whether it may become champion.
    promoted, reason, figures : bool, str, Mapping of str to float
        Whether it is to be made champion, and what that rests on.
    shift : str
        Reason to train on labels inconsistent with history; empty if they are consistent.
    champion : int
        Version that was champion when it was decided.
    tracking : Tracking
        The store.
    shadow : RunningShadow, optional
        In which one that is to be promoted answers first.
    """
    outcome = outcome_of(promoted, shadow)
    period = shadow.tags if shadow is not None and outcome == IN_SHADOW else {}
    stored = {"outcome": outcome, "why": reason, "figures": dict(figures), "shift": shift, "beside": champion}
    tracking.tag_version(process, version, {_DECIDED: json.dumps(stored | {"shadow": period})})


def is_decided(version: Version) -> bool:
    """Return whether a job has decided on its version, carried out or not."""
    return _DECIDED in version.tags


def finished(process: str, job: str, tracking: Tracking) -> Decision | None:
    """Return the completed decision of a job of this name; None if it has not decided yet."""
    for version in tracking.versions(process):
        if version.tags.get(JOB) == job and is_decided(version):
            return settle(process, version.number, tracking)
    return None


def settle_left(process: str, tracking: Tracking) -> list[Decision]:
    """Carry out what jobs have decided that failed before it was carried out, the oldest first; gives it."""
    left = [one.number for one in tracking.versions(process) if is_decided(one) and VERDICT not in one.tags]
    return [settle(process, number, tracking) for number in left]


def settle(process: str, number: int, tracking: Tracking) -> Decision:
    """Complete the decision on a version and on its job's new rows; return it.

    If a version has become champion since the decision, it stays: that promotion is later.
    """
    versions = tracking.versions(process)
    version = next(one for one in versions if one.number == number)
    stored = json.loads(version.tags[_DECIDED])
    decision = _decision(version, stored)
    if VERDICT in version.tags:
        return decision
    # Of the labels a person has said that they are right; what the gate says is of the model alone.
    of_batch = stored["shift"] or "; ".join(decision.reasons)
    is_accepted = bool(stored["shift"]) or not version.refused
    new_rows.end(process, version.parent_run, is_accepted, of_batch, tracking)
    moves, champion = tracking.audit(process), with_alias(CHAMPION, versions)
    if not _is_open(CHAMPION, version, moves):
        if CHAMPION in version.aliases and CHALLENGER in version.aliases:
            tracking.move_alias(process, CHALLENGER, None, "withdraw", f"version {number} is champion now", {})
    elif champion is not None and champion.number != stored["beside"] and stored["outcome"] != NOT_PROMOTED:
        reason = f"{decision.why}; not carried out: version {champion.number} has become champion since"
        decision = replace(decision, promoted=False, why=reason, shadow_until=None)
    else:
        _enter(version, decision, stored["shadow"], moves, tracking)
    outcome = IN_SHADOW if decision.shadow_until else PROMOTED if decision.promoted else NOT_PROMOTED
    tags = {VERDICT_WHY: decision.why, VERDICT: outcome}
    tracking.log(version.parent_run, tags=tags)
    tracking.tag_version(process, number, tags)
    return decision


def _decision(version: Version, stored: Mapping[str, Any]) -> Decision:
    """Return a job's decision as stored with its version, and the outcome if it was carried out."""
    outcome, reason = version.tags.get(VERDICT, stored["outcome"]), version.tags.get(VERDICT_WHY, stored["why"])
    reasons = tuple(version.tags.get(GATE_REASONS, "").splitlines()) if version.refused else ()
    until = (
        RunningShadow.in_tags(stored["shadow"]).until.isoformat(timespec="seconds") if outcome == IN_SHADOW else None
    )
    return Decision(version.number, outcome == PROMOTED, reason, reasons, stored["figures"], until)


def _enter(
    version: Version, decision: Decision, shadow: Mapping[str, str], moves: list[AliasMove], tracking: Tracking
) -> None:
    """Make a version what was decided of it, as far as it never was."""
    process, number = version.process, version.number
    if not version.refused and _is_open(CHALLENGER, version, moves):
        reason = "challenger of a retraining job"
        tracking.move_alias(process, CHALLENGER, number, "enter", reason, decision.figures)
    if decision.shadow_until is not None and _is_open(SHADOW, version, moves):
        enter_shadow(version, RunningShadow.in_tags(shadow), decision.why, decision.figures, tracking)
    elif not decision.promoted:
        _end_older_shadow(process, number, tracking)
    if decision.promoted:
        take_over(process, number, decision.why, decision.figures, tracking)


def _end_older_shadow(process: str, number: int, tracking: Tracking) -> None:
    """End an older version's shadow period if this version is the challenger now."""
    versions = tracking.versions(process)
    challenger, shadow = (with_alias(alias, versions) for alias in (CHALLENGER, SHADOW))
    if challenger is not None and challenger.number == number and shadow is not None and shadow.number < number:
        leave_shadow(process, f"version {number} is challenger now", tracking)


def _is_open(alias: str, version: Version, moves: list[AliasMove]) -> bool:
    """Return whether an alias move to a version was never made, or was interrupted after its record."""
    of_alias = [move for move in moves if move.alias == alias]
    if not any(move.after == version.number for move in of_alias):
        return True
    return of_alias[-1].after == version.number and alias not in version.aliases
