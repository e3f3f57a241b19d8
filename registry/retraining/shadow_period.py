"""Shadow period of a challenger: it responds next to the champion, recorded but not sent to clients.

The decision of a retraining job starts it; predictions of both on rows with known outcomes end it. The end is stored
with the version before it is carried out, and carried out again after an interruption.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from registry.promotion import take_over, with_alias
from registry.tracking import Tracking
from registry.versions import CHALLENGER, CHAMPION, SHADOW, Version

_SINCE, _UNTIL, _BESIDE = "shadow_since", "shadow_until", "shadow_beside"
_END, _END_WHY, _END_FIGURES = "shadow_end", "shadow_end_why", "shadow_end_figures"
_PROMOTED, _REFUSED = "promoted", "refused"


@dataclass(frozen=True)
class RunningShadow:
    """Shadow period of a version.

    Attributes
    ----------
    since, until : datetime
        Its start, and the end that the seed requests, UTC.
    beside : int
        Version that was champion at its start.
    """

    since: datetime
    until: datetime
    beside: int

    @classmethod
    def from_now(cls, length: timedelta, champion: int) -> Self:
        """The period of a version whose shadow begins now."""
        now = datetime.now(UTC)
        return cls(now, now + length, champion)

    @classmethod
    def of(cls, version: Version) -> Self | None:
        """Return the stored shadow period of a version; None if it never is in shadow."""
        return cls.in_tags(version.tags) if _SINCE in version.tags else None

    @classmethod
    def in_tags(cls, tags: Mapping[str, str]) -> Self:
        """The period that `tags` says."""
        since, until = (datetime.fromisoformat(tags[name]) for name in (_SINCE, _UNTIL))
        return cls(since, until, int(tags[_BESIDE]))

    @property
    def latest(self) -> datetime:
        """Latest end with too few known outcomes: twice the length of the period after its start."""
        return self.until + (self.until - self.since)

    @property
    def tags(self) -> dict[str, str]:
        """Tags that are written to the version."""
        return {
            _SINCE: self.since.isoformat(timespec="seconds"),
            _UNTIL: self.until.isoformat(timespec="seconds"),
            _BESIDE: str(self.beside),
        }


def shown(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def in_shadow(versions: Sequence[Version]) -> tuple[Version, RunningShadow] | None:
    """The version that answers in shadow, and its period; None where none does."""
    version = with_alias(SHADOW, list(versions))
    period = None if version is None else RunningShadow.of(version)
    return None if version is None or period is None else (version, period)


def outlived(version: Version, period: RunningShadow, versions: Sequence[Version]) -> str | None:
    """Return the reason for an early end of a shadow: another champion or challenger; None if neither.

    The process that promotes one ends the shadow too, unless it is interrupted between the two steps.
    """
    champion, challenger = (with_alias(alias, list(versions)) for alias in (CHAMPION, CHALLENGER))
    if champion is not None and champion.number != period.beside:
        return f"version {champion.number} is champion now"
    if challenger is not None and challenger.number != version.number:
        return f"version {challenger.number} is challenger now"
    return None


def is_decided(version: Version) -> bool:
    """Return whether the end of a version's shadow was decided."""
    return _END_FIGURES in version.tags


def keep_end(version: Version, promoted: bool, reason: str, figures: Mapping[str, float], tracking: Tracking) -> None:
    """Write the end of a version's shadow as its tags; the last tag marks completeness."""
    tags = {_END: _PROMOTED if promoted else _REFUSED, _END_WHY: reason, _END_FIGURES: json.dumps(dict(figures))}
    tracking.tag_version(version.process, version.number, tags)


def settle_end(process: str, number: int, tracking: Tracking) -> tuple[bool, str]:
    """Complete the end of a version's shadow; return whether it is champion now, and the reason."""
    version = next(one for one in tracking.versions(process) if one.number == number)
    promoted, reason = version.tags[_END] == _PROMOTED, version.tags[_END_WHY]
    figures = json.loads(version.tags[_END_FIGURES])
    if promoted and CHAMPION not in version.aliases:
        take_over(process, number, reason, figures, tracking)
        return promoted, reason
    then = f"version {number} is champion now" if promoted else reason
    for alias in (CHALLENGER, SHADOW):  # a shadow that is there is what says that something is left to do
        if alias in version.aliases:
            tracking.move_alias(process, alias, None, "withdraw", then, {} if promoted else figures)
    return promoted, reason
