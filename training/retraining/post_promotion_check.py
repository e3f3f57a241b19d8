"""Check after promotion: the promoted champion against its predecessor on later rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from registry.promotion import champion_of, rollback
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import CHAMPION, AliasMove, Version
from seeds import Seed
from training.core.comparison import ComparisonError, ComparisonResult
from training.core.splits import SplitError
from training.multi_target.verdict import Verdicts
from training.retraining.later_rows import LaterRows


@dataclass(frozen=True)
class Promise:
    """Expected gain that a promotion was decided on.

    Attributes
    ----------
    gain : float
        How much less the champion lost than the one before it [the loss's unit].
    rows : int
        That judged the two.
    """

    gain: float
    rows: int

    @classmethod
    def of(cls, figures: Mapping[str, float]) -> Self:
        """Return the expected gain from the metrics of a promotion; none for a promotion by a user.

        Parameters
        ----------
        figures : Mapping of str to float
            As `training.retraining.judged.figures_of` gives them.
        """
        return cls(figures.get("gain", 0.0), int(figures.get("rows", 0)))


def put_back(seed: Seed, rows: Callable[[], Path], settings: StoreSettings) -> AliasMove | None:
    """Roll back to the previous champion if the promotion lacks its expected gain; see `overturned`.

    Both are evaluated on the same rows, with the predictions that clients would have got; none was known when either
    was trained or compared.

    Parameters
    ----------
    seed : Seed
        The process, of one target.
    rows : callable
        Returns a file of labelled rows, those after the promotion among them; called if there is a predecessor.
    settings : StoreSettings
        Where MLflow keeps the models.

    Returns
    -------
    AliasMove or None
        The move; None if the champion stays, replaced no predecessor, or too few rows have come.

    Raises
    ------
    RegistryError
        There is no champion, or the service would refuse the one before.
    TableError
        The rows break the contract.
    TrackingError
        The MLflow store did not do its part.
    """
    process, tracking = seed.process.name, Tracking(settings)
    versions = tracking.versions(process)
    champion = champion_of(process, versions)
    last = [move for move in tracking.audit(process) if move.alias == CHAMPION][-1]
    before = next((one for one in versions if one.number == last.before), None)
    if last.action != "promote" or last.after != champion.number or before is None or len(seed.primaries) > 1:
        return None
    try:
        since = LaterRows.of(champion, rows(), seed, tracking).verdict(champion, before, tracking)
    except (ComparisonError, SplitError):
        return None
    reason = _why(Promise.of(last.metrics), since, champion, before)
    return None if reason is None else rollback(seed, settings, before.number, reason)


def _why(promise: Promise, since: ComparisonResult | Verdicts, champion: Version, before: Version) -> str | None:
    assert isinstance(since, ComparisonResult)  # of one target
    reason = overturned(promise, since)
    if reason is None:
        return None
    return f"version {before.number} is better than version {champion.number}: {reason}"


def overturned(promise: Promise, since: ComparisonResult) -> str | None:
    """Return the reason to revert a promotion, as text; None if it is confirmed.

    Two things are asked. Since the promotion the champion does not keep what was promised, to lose less than the one
    before: it is significantly worse, and the one before would win as a challenger does. And on all rows outside both
    trainings, those that decided the promotion and those since, the one before loses less: two bad months, which units
    that share a feed have in common, do not overturn a year.

    Parameters
    ----------
    promise : Promise
        What the promotion was decided on.
    since : ComparisonResult
        On the rows that came after, of the one before as the challenger.
    """
    rows = since.rows + promise.rows
    gain = (since.rows * since.gain - promise.rows * promise.gain) / rows
    if since.gain_low <= 0 or since.leaning is not None or since.unsound is not None or gain <= 0:
        return None
    return (
        f"on {since.rows} rows since the promotion {since.why}; on all {rows} rows outside both trainings its loss is "
        f"{gain:.4g} lower"
    )
