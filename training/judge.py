"""Champion against challenger on the same rows: promote only what is better beyond chance."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.fitted import Answer
from training.evaluate import against_label, against_truth, rows_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]

CONFIDENCE = 0.95
RESAMPLES = 4000
RNG_SEED = 20260102
FEWEST_ROWS = 30
FEWEST_BLOCKS = 10
UNITS_FOR_BLOCKS = 20
BROKEN_COVERAGE = 0.85


class JudgeError(ValueError):
    """Too few rows that neither model has learnt from."""


@dataclass(frozen=True)
class Verdict:
    """Outcome of a comparison on the judge rows, with the figures that it rests on.

    Attributes
    ----------
    promoted : bool
        Whether the challenger takes over.
    why : str
        The rule's answer in words.
    rows, periods, units, blocks : int
        Size of the comparison.
    first_period, last_period : str
        Periods of the judge rows.
    gain, gain_low : float
        How much lower the challenger's mean absolute error is, and the one-sided lower bound of that [target's unit].
    confidence : float
        Of the bound [1].
    champion, challenger : Mapping of str to float
        Metrics of both on the judge rows.
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

    def to_dict(self) -> dict[str, Any]:
        """The verdict as JSON values."""
        return asdict(self)


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
    JudgeError
        Too few rows or blocks to tell skill from chance.

    References
    ----------
    .. [1] P. Hall, J. L. Horowitz, B.-Y. Jing (1995). On blocking rules for the bootstrap with dependent data.
       Biometrika 82, 561-574. doi:10.1093/biomet/82.3.561
    """
    unit, names = pd.factorize(units, sort=True)
    place, distinct = pd.factorize(periods, sort=True)
    length = int(np.ceil(np.cbrt(len(distinct))))
    block = np.asarray(unit if len(names) >= UNITS_FOR_BLOCKS else place // length)
    count = int(block.max()) + 1
    if len(block) < FEWEST_ROWS or count < FEWEST_BLOCKS:
        raise JudgeError(
            f"{len(block)} rows in {count} independent blocks to judge on ({periods.min():%Y-%m-%d} to "
            f"{periods.max():%Y-%m-%d}): at least {FEWEST_ROWS} rows in {FEWEST_BLOCKS} blocks are needed"
        )
    return block


def gain_bound(gain: FloatArray, block: IntArray) -> tuple[float, float]:
    """Mean of a paired gain and its one-sided lower bound by a block bootstrap with fixed random numbers.

    Parameters
    ----------
    gain : ndarray, shape (n,)
        Champion's absolute error minus challenger's, row by row [target's unit].
    block : ndarray of int, shape (n,)
        Number of each row's block, none left out.

    Returns
    -------
    tuple of float
        Mean, and the value that it exceeds with a probability of CONFIDENCE [target's unit].
    """
    sums, counts = np.bincount(block, weights=gain), np.bincount(block)
    rng = np.random.default_rng(RNG_SEED)
    drawn = rng.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=RESAMPLES)
    means = (drawn @ sums) / (drawn @ counts)
    return float(np.mean(gain)), float(np.quantile(means, 1 - CONFIDENCE))


def _metrics(label: FloatArray, answer: Answer, truth: FloatArray | None) -> dict[str, float]:
    found = against_label(label, answer)
    known = np.zeros(len(label), dtype=bool) if truth is None else np.isfinite(truth)
    if truth is not None and known.any():
        found |= against_truth(truth[known], label[known], rows_of(answer, known))
    return found


def judge(
    label: FloatArray,
    champion: Answer,
    challenger: Answer,
    units: npt.NDArray[np.object_],
    periods: pd.DatetimeIndex,
    unit: str,
    truth: FloatArray | None = None,
) -> Verdict:
    """Compare two models on rows that neither has learnt from.

    The challenger is promoted when the lower bound of its gain in mean absolute error is above zero, and its 90 %
    intervals are not broken: coverage of at least BROKEN_COVERAGE, or at least the champion's.

    Parameters
    ----------
    label : ndarray, shape (n,)
        Measured values [target's unit].
    champion, challenger : Answer of n rows
        What the two models say.
    units : ndarray of object, shape (n,)
        Unit of each row.
    periods : DatetimeIndex, length n
        Period start of each row.
    unit : str
        The target's unit, for the words.
    truth : ndarray, shape (n,), optional
        Noise-free values, NaN where unknown: reported, never part of the rule.

    Returns
    -------
    Verdict

    Raises
    ------
    JudgeError
        Too few rows or blocks to tell skill from chance.
    """
    block = blocks_of(units, periods)
    gain, low = gain_bound(np.abs(champion.value - label) - np.abs(challenger.value - label), block)
    old, new = _metrics(label, champion, truth), _metrics(label, challenger, truth)
    better = low > 0
    sound = new["coverage_90"] >= min(BROKEN_COVERAGE, old["coverage_90"])
    return Verdict(
        promoted=better and sound,
        why=_why(better, sound, f"{low:.4g} {unit}", new["coverage_90"]),
        rows=len(label),
        periods=periods.nunique(),
        units=len(set(units)),
        blocks=int(block.max()) + 1,
        first_period=f"{periods.min():%Y-%m-%d}",
        last_period=f"{periods.max():%Y-%m-%d}",
        gain=gain,
        gain_low=low,
        confidence=CONFIDENCE,
        champion=old,
        challenger=new,
    )


def _why(better: bool, sound: bool, low: str, coverage: float) -> str:
    bound = f"with {CONFIDENCE:.0%} confidence the mean absolute error falls by more than {low}"
    if not better:
        return f"not better beyond chance: {bound}, which is not above zero"
    if not sound:
        return f"better, but its intervals are broken: {coverage:.0%} coverage where 90% is promised"
    return f"better beyond chance: {bound}"
