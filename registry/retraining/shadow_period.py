"""A challenger in shadow: for a period it answers beside the champion, recorded and shown to no client.

What a retraining job has decided begins it, what both said of rows whose outcomes came in ends it. The end is kept
beside the version before it is carried out, as often as it takes.
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
    """When a version answers in shadow.

    Attributes
    ----------
    since, until : datetime
        Its begin, and the end that the seed asks for, UTC.
    beside : int
        Version that was champion when it began.
    """

    since: datetime
    until: datetime
    beside: int

    @classmethod
    def from_now(cls, length: timedelta, beside: int) -> Self:
        """The period of a version whose shadow begins now."""
        now = datetime.now(UTC)
        return cls(now, now + length, beside)

    @classmethod
    def of(cls, version: Version) -> Self | None:
        """The period that was written beside a version; None where it never answers in shadow."""
        return cls.in_tags(version.tags) if _SINCE in version.tags else None

    @classmethod
    def in_tags(cls, tags: Mapping[str, str]) -> Self:
        """The period that `tags` says."""
        since, until = (datetime.fromisoformat(tags[name]) for name in (_SINCE, _UNTIL))
        return cls(since, until, int(tags[_BESIDE]))

    @property
    def latest(self) -> datetime:
        """When it ends although too few outcomes are known: twice its length after its begin."""
        return self.until + (self.until - self.since)

    @property
    def tags(self) -> dict[str, str]:
        """What is written beside the version."""
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
    """What ends a shadow before its time: another champion or another challenger; None where neither is there.

    Whoever makes one ends the shadow too, unless it is cut off between the two.
    """
    champion, challenger = (with_alias(alias, list(versions)) for alias in (CHAMPION, CHALLENGER))
    if champion is not None and champion.number != period.beside:
        return f"version {champion.number} is champion now"
    if challenger is not None and challenger.number != version.number:
        return f"version {challenger.number} is challenger now"
    return None


def is_decided(version: Version) -> bool:
    """Whether the end of a version's shadow was decided."""
    return _END_FIGURES in version.tags


def keep_end(version: Version, promoted: bool, why: str, figures: Mapping[str, float], tracking: Tracking) -> None:
    """Write how a version's shadow ends beside it; the last of the tags says that all are there."""
    tags = {_END: _PROMOTED if promoted else _REFUSED, _END_WHY: why, _END_FIGURES: json.dumps(dict(figures))}
    tracking.tag_version(version.process, version.number, tags)


def settle_end(process: str, number: int, tracking: Tracking) -> tuple[bool, str]:
    """Carry out how a version's shadow ends, as far as that was not done; whether it is champion now, and why."""
    version = next(one for one in tracking.versions(process) if one.number == number)
    promoted, why = version.tags[_END] == _PROMOTED, version.tags[_END_WHY]
    figures = json.loads(version.tags[_END_FIGURES])
    if promoted and CHAMPION not in version.aliases:
        take_over(process, number, why, figures, tracking)
        return promoted, why
    then = f"version {number} is champion now" if promoted else why
    for alias in (CHALLENGER, SHADOW):  # a shadow that is there is what says that something is left to do
        if alias in version.aliases:
            tracking.move_alias(process, alias, None, "withdraw", then, {} if promoted else figures)
    return promoted, why
