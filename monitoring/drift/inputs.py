"""Distance of a month's inputs to the champion's training inputs, by column, with limits from history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import stdtrit

from models.table.standard_scale import StandardScale
from monitoring.drift.time_steps import TimeSteps
from physics.arrays import BoolArray, FloatArray, IntArray

BINS = 32
FEWEST_VALUES = 50  # of a column in a window
FEWEST_WINDOWS = 6  # of history that do not overlap: fewer say too little of what is usual
LEAST_EFFECT = 0.1  # standard deviations: what is less is no matter, however sure it is
_LEAST_SCATTER = 0.15  # of the logarithm of an effect: that of few windows may be small by chance
_FLOOR = 0.02  # standard deviations, so that a column that never moved has a logarithm
_BEYOND = 8.0  # standard deviations behind the ends of history: farther is as far as this
SHOWN_BINS = 24
_STEP, _MOST_STEPS = 0.25, 256  # of edges at equal distances [standard deviations]

RIDGE = 0.01  # of each variance: columns that say the same would share the weight by chance
FEWEST_ROWS = 10  # a column, to say what the others make of it


@dataclass(frozen=True, eq=False)
class ColumnHistory:
    """One input in history.

    Attributes
    ----------
    edges : ndarray, shape (b + 1,)
        Ends of its bins [its unit]; none where history holds no value of it.
    counts : ndarray, shape (p, b)
        Values of each step of history in each bin.
    scale : float
        Its standard deviation [its unit].
    limit : float
        Effect above which it has drifted [standard deviations]; infinite where history is too short to say.
    usual : float
        Effect that a window of history has in the middle.
    """

    edges: FloatArray
    counts: FloatArray
    scale: float
    limit: float
    usual: float

    @classmethod
    def of(cls, values: FloatArray, step: IntArray, steps: int, window: int, probability: float) -> Self:
        """Learn from values, shape (n,), of the steps 0 to `steps` less one; a false alarm has this chance."""
        known = ~np.isnan(values)
        if known.sum() < FEWEST_VALUES:
            return cls(np.empty(0), np.empty((steps, 0)), 1.0, np.inf, np.nan)
        edges, scale = _edges(values[known])
        counts = _counts(values, step, steps, edges)
        effects = _effects(counts, counts, window, edges, scale)
        limit, typical = _limit(effects, steps / window, probability)
        return cls(edges, counts, scale, limit, typical)

    def effects(self, values: FloatArray, step: IntArray, steps: int, window: int) -> FloatArray:
        """Effect at each of the steps after history, shape (steps,), from values of these, shape (n,).

        The first windows reach back into history. NaN where a window holds too few values.
        """
        if not len(self.edges):
            return np.full(steps, np.nan)
        counts = _counts(values, step, steps, self.edges)
        tail = self.counts[len(self.counts) - min(window - 1, len(self.counts)) :]
        distances = _effects(np.vstack([tail, counts]), self.counts, window, self.edges, self.scale, inside=False)
        return distances[len(tail) :]

    def distributions(self, values: FloatArray) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
        """Ends of a few bins, and the shares in them of history's values and of others, shape (m,)."""
        total = self.counts.sum(axis=0)
        held = np.flatnonzero(total)
        ends = np.append(values, [self.edges[held[0]], self.edges[held[-1] + 1]])
        edges = np.linspace(ends.min(), ends.max(), SHOWN_BINS + 1)
        upto = np.interp(edges, self.edges, np.append(0.0, np.cumsum(total)))
        now = np.histogram(values, edges)[0]
        before = np.diff(upto) / max(1.0, float(total.sum()))
        return tuple(edges.tolist()), tuple(before.tolist()), tuple((now / max(1, len(values))).tolist())


def _edges(values: FloatArray) -> tuple[FloatArray, float]:
    scale = float(values.std())
    scale = scale if scale > 0 else max(abs(float(values[0])) * 0.01, 1e-9)
    inner = np.quantile(values, np.linspace(0, 1, BINS + 1))
    low, high = inner[0] - _BEYOND * scale, inner[-1] + _BEYOND * scale
    even = np.linspace(low, high, min(_MOST_STEPS, int((high - low) / scale / _STEP) + 1))
    return np.unique(np.concatenate([inner, even])), scale


def _counts(values: FloatArray, step: IntArray, steps: int, edges: FloatArray) -> FloatArray:
    known = ~np.isnan(values)
    bins = len(edges) - 1
    which = np.clip(np.searchsorted(edges, values[known], side="right") - 1, 0, bins - 1)
    return np.bincount(step[known] * bins + which, minlength=steps * bins).reshape(steps, bins).astype(np.float64)


def _effects(
    counts: FloatArray, history: FloatArray, window: int, edges: FloatArray, scale: float, inside: bool = True
) -> FloatArray:
    """Wasserstein distance to history of each step's window [standard deviations], shape (p,).

    It is the area between both distribution functions [1]_. A window of history itself is compared with the rest of
    history (`inside`), as one that comes later is compared with all of it.

    References
    ----------
    .. [1] C. Villani (2003). Topics in Optimal Transportation. AMS. Section 2.2.
    """
    total = np.cumsum(counts, axis=0)
    windows = total.copy()
    windows[window:] -= total[:-window]
    rows = windows.sum(axis=1)
    remaining = history.sum(axis=0) - (windows if inside else 0.0)
    distances = np.full(len(counts), np.nan)
    left = np.broadcast_to(remaining.sum(axis=-1), rows.shape)
    good = (rows >= FEWEST_VALUES) & (left >= FEWEST_VALUES)
    remaining = np.broadcast_to(remaining, windows.shape)[good]
    apart = np.cumsum(windows[good], axis=1) / rows[good, None] - np.cumsum(remaining, axis=1) / left[good, None]
    # Both functions are taken to be straight between the edges; at the outer ones they agree.
    height = np.abs(np.pad(apart, ((0, 0), (1, 0))))
    distances[good] = ((height[:, 1:] + height[:, :-1]) / 2 * np.diff(edges)).sum(axis=1) / scale
    if inside:
        distances[: window - 1] = np.nan  # not yet whole
    return distances


def _limit(effects: FloatArray, windows: float, probability: float) -> tuple[float, float]:
    """Limit and usual effect, of the effects of all windows of history, of which so many do not overlap.

    Effects scatter by ratio. One more window lies above the limit with this chance, as Student's bound for one more
    value of a normal sample has it [1]_, here of the logarithms.

    References
    ----------
    .. [1] G. J. Hahn (1969). Factors for calculating two-sided prediction intervals for samples from a normal
       distribution. J. Am. Stat. Assoc. 64, 878-888. doi:10.1080/01621459.1969.10501023
    """
    known = effects[~np.isnan(effects)]
    if windows < FEWEST_WINDOWS or not len(known):
        return np.inf, np.nan
    logs = np.log(known + _FLOOR)
    scatter = float(np.hypot(logs.std(), _LEAST_SCATTER) * np.sqrt(1 + 1 / windows))
    middle = float(logs.mean())
    bound = float(stdtrit(windows - 1, 1 - probability))
    return max(LEAST_EFFECT, float(np.exp(middle + bound * scatter)) - _FLOOR), float(np.exp(middle)) - _FLOOR


@dataclass(frozen=True, eq=False)
class Others:
    """Each of k inputs by a straight line of the others.

    Attributes
    ----------
    scale : StandardScale
        How inputs become standard scores.
    mean : ndarray, shape (k,)
        Of the scores.
    weights : ndarray, shape (k, k)
        What makes of scores less their mean what each differs by.

    Notes
    -----
    What a column leaves over is its row of the inverse covariance times the scores, by the diagonal [1]_: one matrix
    for all lines.

    References
    ----------
    .. [1] S. L. Lauritzen (1996). Graphical Models. Oxford. Section 5.1.
    """

    scale: StandardScale
    mean: FloatArray
    weights: FloatArray

    @classmethod
    def of(cls, X: FloatArray) -> Self | None:
        """Learn from rows of history, X of shape (n, k); None where they are too few."""
        if X.shape[1] < 2 or len(X) < FEWEST_ROWS * X.shape[1]:
            return None
        scale = StandardScale.of(X)
        scores = scale.scores(X)
        mean = scores.mean(axis=0)
        covariance = np.cov(scores - mean, rowvar=False)
        own = np.diag(covariance)
        inverse = np.linalg.inv(covariance + np.diag(RIDGE * own + 1e-9))
        return cls(scale, mean, inverse / np.diag(inverse))

    def apart(self, X: FloatArray) -> FloatArray:
        """Residual of each input given the others, shape (n, k) [standard scores]; NaN for missing inputs."""
        residuals = (self.scale.scores(X) - self.mean) @ self.weights
        residuals[np.isnan(X)] = np.nan
        return np.asarray(residuals)


@dataclass(frozen=True, eq=False)
class InputHistory:
    """Reference of all inputs: each alone and, with enough rows, its residual given the others.

    Attributes
    ----------
    names : tuple of str
        The c columns' names: the k inputs, and once more where the others are known.
    columns : tuple of ColumnHistory
        In their order.
    others : Others or None
        What makes the second k columns of the first.
    window : int
        Steps that are looked at together.
    """

    names: tuple[str, ...]
    columns: tuple[ColumnHistory, ...]
    others: Others | None
    window: int

    @classmethod
    def of(cls, names: Sequence[str], X: FloatArray, step: IntArray, steps: int, clock: TimeSteps) -> Self:
        """Learn from X, shape (n, k), rows of the steps 0 to `steps` less one."""
        others = Others.of(X)
        stacked = X if others is None else np.hstack([X, others.apart(X)])
        probability = clock.false_alarms / 2 / max(1, stacked.shape[1])  # the other half is that of errors
        columns = tuple(ColumnHistory.of(values, step, steps, clock.window, probability) for values in stacked.T)
        return cls(tuple(names) * (1 if others is None else 2), columns, others, clock.window)

    @property
    def alone(self) -> int:
        """Number of columns that are inputs alone."""
        return len(self.names) if self.others is None else len(self.names) // 2

    def seen(self, X: FloatArray) -> FloatArray:
        """All columns of rows with inputs X, shape (n, c)."""
        return X if self.others is None else np.hstack([X, self.others.apart(X)])

    def effects(self, seen: FloatArray, step: IntArray, steps: int) -> FloatArray:
        """Effect of each column at each step after history, shape (steps, c), from the result of `seen`.

        NaN where values are too few.
        """
        by_column = [
            one.effects(values, step, steps, self.window) for one, values in zip(self.columns, seen.T, strict=True)
        ]
        return np.column_stack(by_column) if by_column else np.empty((steps, 0))

    def beyond(self, effects: FloatArray) -> BoolArray:
        """Return whether an effect exceeds its column's limit, shape (steps, c)."""
        limits = np.array([one.limit for one in self.columns])
        return np.asarray(np.nan_to_num(effects) > limits)
