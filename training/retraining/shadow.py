"""The end of a shadow period: champion and version in shadow on the rows that both have answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from registry.promotion import champion_of, check_loads, leave_shadow
from registry.retraining.running_shadow import FEWEST_BLOCKS, FEWEST_ROWS, RunningShadow, shown
from registry.retraining.shadow_period import (
    decided_line,
    in_shadow,
    is_decided,
    keep_end,
    outlived,
    settle_end,
)
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError, Version
from seeds import Seed
from training.core.comparison import ComparisonError, ComparisonResult
from training.core.splits import SplitError
from training.multi_target.verdict import Verdicts
from training.retraining.judged import figures_of
from training.retraining.later_rows import LaterRows
from training.retraining.open_periods import read_known
from training.tasks import task_of

WANTED = f"{FEWEST_ROWS} in {FEWEST_BLOCKS} blocks"  # outcomes of rows that both have answered

Answered = Callable[[str, str], tuple[Path, Path] | None]
"""Callable on the digests of champion and shadow version; returns files of labelled rows, or None.

The first file holds all labelled rows, the second those that both versions have answered. None: neither has answered a
row with a known outcome.
"""


@dataclass(frozen=True)
class ShadowCheck:
    """Check of a version in shadow.

    Attributes
    ----------
    line : str
        Outcome as text.
    goes_on : bool
        Whether it still answers in shadow.
    """

    line: str
    goes_on: bool = False


def look_at_shadow(seed: Seed, answered: Answered, settings: StoreSettings, now: datetime) -> ShadowCheck | None:
    """End a shadow period whose time has come: by promotion, or by a refusal with its reason.

    Champion and version in shadow are compared once, by the rule of a retraining job, on rows that both have answered
    and whose outcomes came in. Where these are too few, or the version cannot be loaded, the period goes on, to twice
    its length at most. What is decided is written down before it is carried out.

    Parameters
    ----------
    seed : Seed
        The process.
    answered : callable
        See `Answered`; called where the period is over.
    settings : StoreSettings
        Where MLflow keeps the models.
    now : datetime
        With its offset from UTC.

    Returns
    -------
    ShadowCheck or None
        What was seen and done; None where no version answers in shadow.

    Raises
    ------
    RegistryError
        There is no champion.
    TableError
        The rows break the contract.
    TrackingError
        The MLflow store did not do its part.
    """
    process, tracking = seed.process.name, Tracking(settings)
    versions = tracking.versions(process)
    shadow = in_shadow(versions)
    if shadow is None:
        return None
    version, period = shadow
    name = f"version {version.number}"
    if not is_decided(version):
        if (reason := outlived(version, period, versions)) is not None:
            leave_shadow(process, reason, tracking)
            return ShadowCheck(f"{name} is no longer in shadow: {reason}")
        if now < period.until:
            return ShadowCheck(f"{name} answers in shadow until {shown(period.until)}", goes_on=True)
        why_not = _decide(seed, version, period, champion_of(process, versions), answered, tracking, now)
        if why_not is not None:
            goes_on = f"{name} answers in shadow until {shown(period.latest)} at most: {why_not}"
            return ShadowCheck(goes_on, goes_on=True)
    return ShadowCheck(decided_line(version.number, *settle_end(process, version.number, tracking)))


def _decide(
    seed: Seed,
    version: Version,
    period: RunningShadow,
    champion: Version,
    answered: Answered,
    tracking: Tracking,
    now: datetime,
) -> str | None:
    """Decide the end of a shadow and store it; return the reason to wait if no comparison is possible."""
    after = "after its shadow period:"
    try:
        check_loads(version, seed, tracking.settings)
        verdict = _verdict(seed, version, champion, answered, tracking)
    except (ComparisonError, SplitError, RegistryError) as error:
        few = "" if isinstance(error, RegistryError) else "too few outcomes of rows that both have answered: "
        if now < period.latest:
            return f"{few}{error}"
        keep_end(version, False, f"{after} {few}{error}", {}, tracking)
    else:
        figures = figures_of(verdict, task_of(seed).columns.decisive)
        keep_end(version, verdict.promoted, f"{after} {verdict.why}", figures, tracking)
    return None


def _verdict(
    seed: Seed, version: Version, champion: Version, answered: Answered, tracking: Tracking
) -> ComparisonResult | Verdicts:
    """Compare champion and shadow version; ComparisonError or SplitError if rows are too few."""
    files = answered(champion.tags["model_digest"], version.tags["model_digest"])
    if files is None:
        raise ComparisonError(f"0 outcomes, {WANTED} wanted")
    labelled, by_both = files
    rows = LaterRows.of(version, labelled, seed, tracking, read_known(by_both, seed)[0].table)
    return rows.verdict(champion, version, tracking, is_guarded=True)
