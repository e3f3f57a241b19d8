"""Charts of a model's errors from step to step, with limits from the errors of its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.signal import lfilter
from scipy.special import stdtrit

from monitoring.charts.control import cusum
from physics.arrays import BoolArray, FloatArray, IntArray

LEAST_BIAS = 0.5  # of the errors' usual size: a lean that is less adds under a tenth to their root mean square
LEAST_GROWTH = 0.15  # of the usual size
FEWEST_STEPS = 4  # of history with errors
FEWEST_LATE = 8  # steps after the training rows from which they alone determine the mean error
_PATHS, _LENGTH = 600, 150
_RNG_SEED = 20_260_915
_MOST_ALIKE = 0.9
_FEW = 10
_INTERVALS = np.geomspace(0.5, 60.0, 40)


@dataclass(frozen=True, eq=False)
class ErrorHistory:
    """Mean error per step of an unchanged process.

    Attributes
    ----------
    name, kind : str, str
        The quantity; `bias` or `size`.
    centre : float
        Mean error.
    usual : float
        Mean size of errors, which figures are shares of.
    shared : float
        Variance of what all rows of a step err by together.
    own : float
        Variance of a single row in addition to that.
    allowance, interval : float
        Of the cumulative sums [standard deviations of a step's mean].
    """

    name: str
    kind: str
    centre: float
    usual: float
    shared: float
    own: float
    allowance: float
    interval: float

    @classmethod
    def of(
        cls,
        name: str,
        kind: str,
        values: FloatArray,
        step: IntArray,
        late: BoolArray,
        typical: float,
        rows: float,
        probability: float,
    ) -> Self | None:
        """Fit on errors of rows outside the training rows; None if they are too few.

        Parameters
        ----------
        name, kind : str
            See `ErrorHistory`.
        values : ndarray, shape (n,)
            Signed errors, or sizes.
        step : ndarray of int, shape (n,)
            Step of each.
        late : ndarray of bool, shape (n,)
            Whether its step is after all training rows; else only its unit is held out.
        typical : float
            Mean size of errors.
        rows : float
            How many outcomes a step usually has.
        probability : float
            Of a false alarm at one step.
        """
        which, place = np.unique(step, return_inverse=True)
        if len(which) < FEWEST_STEPS:
            return None
        count = np.bincount(place)
        mean = np.bincount(place, values) / count
        own = float(np.sum((values - mean[place]) ** 2)) / max(1, len(values) - len(which))
        is_late = np.bincount(place, late) > 0
        # For held-out units, rows of the same step are training rows: errors share less than those of later steps.
        parts = [part for part in (is_late, ~is_late) if part.sum() >= FEWEST_STEPS] or [np.ones(len(which), bool)]
        shared = max(_shared(mean[part], own / count[part]) for part in parts)
        by = is_late if is_late.sum() >= FEWEST_LATE else np.ones(len(which), dtype=np.bool_)
        weight = 1 / (shared + own / count[by])
        centre = float(np.sum(weight * mean[by]) / np.sum(weight))
        alike, part = _alike(mean - centre, which, shared), shared / (shared + own / rows)
        spread = 1 - part + part * (1 + alike) / (1 - alike)  # of a mean of many steps, relative to independent ones
        n = max(3.0, float(by.sum()) / spread)
        # A variance from few steps may be small by chance.
        shared = (shared + own / rows) * (float(stdtrit(n - 1, 0.975)) / 1.96) ** 2 - own / rows
        least = typical * (LEAST_BIAS if kind == "bias" else LEAST_GROWTH)
        allowance = max(0.5, float(least / np.sqrt(shared + own / rows)))
        interval = _interval(part, alike, 1 / np.sqrt(n), allowance, probability, kind == "bias")
        return cls(name, kind, centre, typical, shared, own, allowance, interval)

    def chart(self, mean: FloatArray, count: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Cumulative sums for a rise and for a fall, shape (p,) each, as shares of the decision interval.

        Parameters
        ----------
        mean, count : ndarray, shape (p,)
            Mean error and count of each step; NaN where there is none, which is passed over.
        """
        score = (mean - self.centre) / np.sqrt(self.shared + self.own / np.maximum(count, 1))
        sums = cusum(score, 0.0, 1.0, self.allowance, self.interval)
        low = sums.low if self.kind == "bias" else np.where(np.isnan(sums.low), np.nan, 0.0)
        return sums.high / self.interval, low / self.interval


def _shared(mean: FloatArray, within: FloatArray) -> float:
    """Variance of means beyond what rows' own errors explain, `within` of each."""
    return max(0.0, float(mean.var(ddof=1) - within.mean()))


def _alike(mean: FloatArray, step: IntArray, shared: float) -> float:
    """Autocorrelation of the shared error of successive steps, shrunk towards 0 if steps are few."""
    near = np.diff(step) == 1
    pairs = int(near.sum())
    if not pairs or shared <= 0:
        return 0.0
    correlation = float(np.mean(mean[:-1][near] * mean[1:][near])) / shared
    return float(np.clip(correlation, 0.0, _MOST_ALIKE)) * pairs / (pairs + _FEW)


def _interval(part: float, alike: float, doubt: float, allowance: float, probability: float, both: bool) -> float:
    """Decision interval by simulation: an unchanged plant exceeds it with this probability per step.

    A part of a step's variance resembles that of the next step, as in history, the rest does not, and where the centre
    lies is in doubt as history leaves it. A table's interval, which holds for independent steps and a known centre,
    would be too short.
    """
    rng = np.random.default_rng(_RNG_SEED)
    draws = rng.standard_normal((2, _PATHS, _LENGTH))
    draws[0, :, 1:] *= np.sqrt(1 - alike**2)
    walks = lfilter([1.0], [1.0, -alike], draws[0], axis=1)
    paths = np.sqrt(part) * walks + np.sqrt(1 - part) * draws[1] + doubt * rng.standard_normal((_PATHS, 1))
    sums = np.zeros_like(paths)
    for one in (paths, -paths) if both else (paths,):
        total = np.cumsum(one - allowance, axis=1)
        sums = np.maximum(sums, total - np.minimum(np.minimum.accumulate(total, axis=1), 0.0))
    for interval in _INTERVALS:
        beyond = np.pad(sums > interval, ((0, 0), (1, 0)))
        if np.sum(beyond[:, 1:] & ~beyond[:, :-1]) <= probability * sums.size:  # alarms that begin
            return float(interval)
    return float(sums.max())


def step_means(values: FloatArray, step: IntArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Mean of what is known of each step and how many that are, shape (steps,) each; NaN where nothing is."""
    known = ~np.isnan(values)
    count = np.bincount(step[known], minlength=steps).astype(np.float64)
    total = np.bincount(step[known], values[known], minlength=steps)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan)), count
