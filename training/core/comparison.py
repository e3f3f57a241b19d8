"""Champion against challenger on the same rows: promotion requires a statistically significant gain."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from physics.arrays import FloatArray, IntArray
from registry.retraining.running_shadow import FEWEST_BLOCKS, FEWEST_ROWS
from reporting.timestamps import moment_format
from training.core.bootstrap import CONFIDENCE, shared_bound

PROMOTES = 0.8  # that a challenger is better; docs/decisions/0034-promotion-and-rollback-rules.md
AS_GOOD_WITHIN = 0.02  # of the champion's mean loss
UNIT_PARTS, TIME_PARTS = 4, 4


class ComparisonError(ValueError):
    """Too few rows that neither model was trained on."""


@dataclass(frozen=True)
class ComparisonResult:
    """Outcome of a comparison on the judge rows, with the figures that it rests on.

    Attributes
    ----------
    promoted : bool
        Whether the challenger takes over.
    why : str
        The rule's answer as text.
    rows, periods, units, blocks : int
        Size of the comparison.
    first_period, last_period : str
        Periods of the judge rows.
    gain, gain_low : float
        How much lower the challenger's mean loss is, and the one-sided lower bound of that [the loss's unit].
    confidence : float
        Of the lower bound [1].
    gain_high : float
        The one-sided upper bound of the gain, with CONFIDENCE [the loss's unit]: below zero the challenger is worse.
    unsound : str or None
        What keeps a better challenger from being promoted, if anything.
    champion, challenger : Mapping of str to float
        Metrics of both on the judge rows.
    mended : str or None
        What is wrong with the champion and right with the challenger, which promotes one that is about as good.
    leaning : str or None
        Quarter of the time without which the challenger is not better, if it is better at all.
    """

    promoted: bool
    why: str
    rows: int
    periods: int
    units: int
    blocks: int
    first_period: str
    last_period: str
    gain: float
    gain_low: float
    confidence: float
    champion: Mapping[str, float]
    challenger: Mapping[str, float]
    gain_high: float
    unsound: str | None
    mended: str | None = None
    leaning: str | None = None

    @property
    def wins(self) -> bool:
        """Return whether the challenger is significantly better, or equivalent with a correction."""
        return (self.gain_low > 0 and self.leaning is None) or self.mended is not None

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON values."""
        return asdict(self)


@dataclass(frozen=True, eq=False)
class ComparisonRows:
    """Rows that neither model was trained on.

    Attributes
    ----------
    units : ndarray of object, shape (n,)
        Unit of each row.
    periods : DatetimeIndex, length n
        Period start of each row.
    block : ndarray of int, shape (n,)
        Number of each row's block, none left out: rows of a block depend on each other, blocks hardly do.
    weight : ndarray, shape (n,)
        What a row counts for.
    """

    units: npt.NDArray[np.object_]
    periods: pd.DatetimeIndex
    block: IntArray
    weight: FloatArray


@dataclass(frozen=True, eq=False)
class ModelLosses:
    """One of the two models on the judge rows: its loss row by row, shape (n,), and its metrics."""

    loss: FloatArray
    metrics: Mapping[str, float]


def enough(block: IntArray, periods: pd.DatetimeIndex) -> IntArray:
    """Return the blocks, or raise ComparisonError if there are too few rows or blocks for a test."""
    count = int(block.max()) + 1
    if len(block) < FEWEST_ROWS or count < FEWEST_BLOCKS:
        when = moment_format(periods)
        raise ComparisonError(
            f"{len(block)} rows in {count} independent blocks to judge on ({periods.min():{when}} to "
            f"{periods.max():{when}}): at least {FEWEST_ROWS} rows in {FEWEST_BLOCKS} blocks are needed"
        )
    return block


def judge(
    rows: ComparisonRows,
    champion: ModelLosses,
    challenger: ModelLosses,
    loss: str,
    unit: str,
    unsound: str | None,
    confidence: float = PROMOTES,
    corrected: str | None = None,
) -> ComparisonResult:
    """Compare two models on rows that neither was trained on.

    The challenger is promoted when the lower bound of its gain is above zero, and not by one quarter of the time alone;
    or when it corrects an error of the champion and is as good: not significantly worse, and its mean loss at most
    AS_GOOD_WITHIN above the champion's. It must have no other error, nor may it be significantly worse for a
    quarter of the units or a half of the time.

    Parameters
    ----------
    rows : ComparisonRows
        What the two are judged on.
    champion, challenger : ModelLosses
        What each loses there.
    loss, unit : str
        What the loss is and its unit, for the words.
    unsound : str or None
        What keeps a better challenger from being promoted, if anything.
    confidence : float
        With which the challenger must be better [1].
    corrected : str or None
        What is wrong with the champion and right with the challenger, if anything.

    Returns
    -------
    ComparisonResult
    """
    gains = champion.loss - challenger.loss
    gain = float(np.average(gains, weights=rows.weight))
    low = shared_bound(gains, rows.block, rows.periods, rows.weight, confidence)
    least_loss = shared_bound(-gains, rows.block, rows.periods, rows.weight, CONFIDENCE)
    as_good = least_loss <= 0 and gain >= -AS_GOOD_WITHIN * float(np.average(champion.loss, weights=rows.weight))
    corrected = corrected if as_good else None
    unsound = unsound or worse_part(rows, gains, unit)
    leans = leaning(rows, gains, unit) if low > 0 and unsound is None else None
    better = low > 0 and leans is None
    when = moment_format(rows.periods)
    bound = f"with {confidence * 100:.3g}% confidence {loss} falls by more than {low:.4g} {unit}"
    return ComparisonResult(
        promoted=(better or corrected is not None) and unsound is None,
        why=_why(better, corrected, unsound, bound if leans is None else f"{bound}, but {leans}"),
        rows=len(rows.periods),
        periods=rows.periods.nunique(),
        units=len(set(rows.units)),
        blocks=int(rows.block.max()) + 1,
        first_period=f"{rows.periods.min():{when}}",
        last_period=f"{rows.periods.max():{when}}",
        gain=gain,
        gain_low=low,
        confidence=confidence,
        champion=champion.metrics,
        challenger=challenger.metrics,
        gain_high=-least_loss,
        unsound=unsound,
        mended=corrected,
        leaning=leans,
    )


def _why(better: bool, corrected: str | None, unsound: str | None, bound: str) -> str:
    if not better and corrected is None:
        return f"not significantly better: {bound}, which is not above zero"
    won = "better" if better else "as good"
    if unsound is not None:
        return f"{won}, but {unsound}"
    return f"significantly better: {bound}" if better else f"as good, and {corrected}: {bound}"


def worse_part(rows: ComparisonRows, gains: FloatArray, unit: str) -> str | None:
    """Return the quarter of units or half of the time with a significantly worse challenger; else None.

    Each of the parts is as likely to look worse by chance as the whole is, so each has its share of the error that is
    allowed to one. Parts with too few rows or blocks say nothing.

    Parameters
    ----------
    rows : ComparisonRows
        The n rows.
    gains : ndarray, shape (n,)
        Champion's loss minus challenger's, row by row [the loss's unit].
    unit : str
        The loss's unit.
    """
    place, names = pd.factorize(rows.units, sort=True)
    quarter = place * UNIT_PARTS // len(names)
    later = rows.periods >= np.sort(rows.periods.unique())[rows.periods.nunique() // 2]
    when = moment_format(rows.periods)
    parts = {f"units {names[place[mask]].min()} to {names[place[mask]].max()}": mask for mask in _masks(quarter)}
    of_time = {
        f"{rows.periods[mask].min():{when}} to {rows.periods[mask].max():{when}}": mask for mask in _masks(later)
    }
    parts |= of_time
    for name, mask in parts.items():
        block = np.unique(rows.block[mask], return_inverse=True)[1]
        if mask.all() or mask.sum() < FEWEST_ROWS or block.max() + 1 < FEWEST_BLOCKS:
            continue
        confidence = 1 - (1 - CONFIDENCE) / len(parts)
        if shared_bound(-gains[mask], block, rows.periods[mask], rows.weight[mask], confidence) > 0:
            mean = float(np.average(-gains[mask], weights=rows.weight[mask]))
            return f"it is significantly worse in {name}: its loss is {mean:.4g} {unit} higher there"
    return None


def leaning(rows: ComparisonRows, gains: FloatArray, unit: str) -> str | None:
    """Quarter of the time without which a challenger is not better; None where there is none.

    A gain at one time is one event and no rule. What lies in one period says nothing.

    Parameters
    ----------
    rows : ComparisonRows
        The n rows.
    gains : ndarray, shape (n,)
        Champion's loss minus challenger's, row by row [the loss's unit].
    unit : str
        The loss's unit.
    """
    place, names = pd.factorize(rows.periods, sort=True)
    when = moment_format(rows.periods)
    for part in _masks(place * TIME_PARTS // len(names)) if len(names) > 1 else []:
        mean = float(np.average(gains[~part], weights=rows.weight[~part]))
        if mean <= 0:
            first, last = rows.periods[part].min(), rows.periods[part].max()
            return f"without {first:{when}} to {last:{when}} by {mean:.4g} {unit}"
    return None


def _masks(group: npt.NDArray[np.generic]) -> list[npt.NDArray[np.bool_]]:
    """Rows of each group that there are."""
    return [np.asarray(group == one) for one in np.unique(group)]


UNITS_FOR_BLOCKS = 20


def blocks_of(units: npt.NDArray[np.object_], periods: pd.DatetimeIndex) -> IntArray:
    """Block of each row for a bootstrap: rows of a block depend on each other, blocks hardly do.

    A block is one unit where there are at least UNITS_FOR_BLOCKS of them; what all units of a line have in common in
    these periods is then taken as given. Otherwise it is a run of consecutive periods, as long as the cube root of
    their number [1]_.

    Parameters
    ----------
    units : ndarray of object, shape (n,)
        Unit of each row.
    periods : DatetimeIndex, length n
        Period start of each row.

    Returns
    -------
    ndarray of int, shape (n,)
        Number of the block, from 0.

    Raises
    ------
    ComparisonError
        Too few rows or blocks for a significance test.

    References
    ----------
    .. [1] P. Hall, J. L. Horowitz, B.-Y. Jing (1995). On blocking rules for the bootstrap with dependent data.
       Biometrika 82, 561-574. doi:10.1093/biomet/82.3.561
    """
    return enough(block_numbers(units, periods), periods)


def block_numbers(units: npt.NDArray[np.object_], periods: pd.DatetimeIndex) -> IntArray:
    """Block of each row as `blocks_of` has it, however few there are."""
    unit, names = pd.factorize(units, sort=True)
    place, distinct = pd.factorize(periods, sort=True)
    # In whole numbers: on some processors the cube root of 27 is a little more than 3, and the length 4.
    length = next(length for length in count(1) if length**3 >= len(distinct))
    return np.asarray(unit if len(names) >= UNITS_FOR_BLOCKS else place // length)
