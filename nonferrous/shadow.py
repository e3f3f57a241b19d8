"""Checks of shadow periods."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seeds import Seed


@dataclass(frozen=True)
class ShadowLines:
    """Result of the check of a shadow period; no lines without a shadow version.

    Attributes
    ----------
    lines : tuple of str
    goes_on : bool
        Whether it still answers in shadow.
    """

    lines: tuple[str, ...] = ()
    goes_on: bool = False


def shadow_lines(seed: Seed, now: datetime | None = None, is_alone: bool = False) -> ShadowLines:
    """End the shadow period of a process if its time has come, and say what is seen of it.

    Parameters
    ----------
    seed : Seed
        The process.
    now : datetime, optional
        With its offset from UTC; by default the present moment.
    is_alone : bool
        Whether the caller lets no other job of the process run.
    """
    from nonferrous.records import by_both_file, enter_moves, labelled_file
    from registry.retraining.shadow_period import in_shadow
    from registry.settings import read_settings
    from registry.tracking import Tracking
    from registry.versions import RegistryError
    from system.process_lock import ProcessLockedError, alone
    from training.retraining.shadow import look_at_shadow

    process, settings = seed.process.name, read_settings()
    if in_shadow(Tracking(settings).versions(process)) is None:
        return ShadowLines()

    def answered(champion: str, shadow: str) -> tuple[Path, Path] | None:
        both = by_both_file(seed, champion, shadow)
        return None if both is None else (labelled_file(seed)[0], both)

    held: AbstractContextManager[None] = nullcontext() if is_alone else alone(settings.folder, process)
    try:
        with held:
            shadows = look_at_shadow(seed, answered, settings, now or datetime.now(UTC))
    except (ProcessLockedError, RegistryError) as error:
        return ShadowLines((str(error),), goes_on=True)
    enter_moves(process)
    return ShadowLines() if shadows is None else ShadowLines((shadows.line,), shadows.goes_on)


def nothing_to_learn(seed: Seed, is_alone: bool = False) -> str | None:
    """Return the reason why a retraining is not due, or None if it is due.

    A shadow period whose time has come is ended first.
    """
    from nonferrous.reports import quiet

    shadow = shadow_lines(seed, is_alone=is_alone)
    if shadow.goes_on:
        return f"no retraining: {'; '.join(shadow.lines)}"
    reason = quiet(seed)
    return None if reason is None else "; ".join([*shadow.lines, reason])
