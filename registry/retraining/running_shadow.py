"""Shadow period of a version as its tags state it, and the rule of its begin; MLflow is not needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

FEWEST_ROWS = 30  # with an outcome, of a comparison of two versions
FEWEST_BLOCKS = 8  # of 30 periods, the fewest rows of a single unit
_SINCE, _UNTIL, _BESIDE = "shadow_since", "shadow_until", "shadow_beside"


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
    def of(cls, tags: Mapping[str, str]) -> Self | None:
        """Return the stored shadow period of a version with these tags; None if it never was in shadow."""
        return cls.in_tags(tags) if _SINCE in tags else None

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


def refusal_to_begin(
    number: int, has_length: bool, champion: int | None, challenger: int | None, shadow: int | None
) -> str | None:
    """Return the reason why a version's shadow period cannot begin; None if it can.

    Parameters
    ----------
    number : int
        The version.
    has_length : bool
        Whether the seed states the length of a shadow period.
    champion, challenger, shadow : int or None
        Versions with these aliases.
    """
    if not has_length:
        return "the seed states no length of a shadow period: [process] shadow"
    if champion is None:
        return "no champion; a shadow period compares a version with it"
    if number == champion:
        return f"version {number} is champion already"
    if shadow is not None:
        return f"version {shadow} answers in shadow already; end its period first"
    if number != challenger:
        waits = "no version is challenger" if challenger is None else f"the challenger is version {challenger}"
        return f"version {number} is not the challenger: {waits}"
    return None
