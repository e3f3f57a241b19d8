"""Bayesian update of physical constants and set-point offsets from a plant's history.

Operators move set-points in response to readings, so a model of outcomes fits their habits. The residuals of moves,
and of outcomes, after subtraction of all known effects are as good as a trial [1]_. Their relation
updates the physics: its constants are log-normal about their values before data, and each set-point may be
off by an offset a step on each outcome, about 0.

References
----------
.. [1] V. Chernozhukov et al. (2018). Double/debiased machine learning for treatment and structural parameters. The
   Econometrics Journal 21.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.interfaces.response import Constant
from physics.arrays import BoolArray, FloatArray, IntArray

OFFSET_SHARE = 0.08  # of the spread of a period's outcome from one period to the next: how far physics may be off
ROUNDS = 8  # of Gauss and Newton, at most
_SHARES = (1.0, 0.5, 0.25, 0.125, 0.0625)  # of a step
_ENOUGH = 0.05  # rise of the logarithm of the density, below which another round changes nothing
_STEP = 0.1  # of a constant's logarithm, in a derivative
_TRUST = 0.95  # of correlations between outcomes, which rows with missing values may make impossible together

Effects = Callable[[FloatArray], Mapping[str, FloatArray]]
Beliefs = Callable[[FloatArray], tuple[FloatArray, float]]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Posterior distribution of constants and offsets.

    Attributes
    ----------
    constants : tuple of Constant
        As before any data.
    offsets : tuple of (str, str)
        Outcome and set-point of each offset.
    mean : ndarray, shape (c + o,)
        Logarithms of the constants over their values, and offsets a step [unit of the outcome].
    covariance : ndarray, shape (c + o, c + o)
    """

    constants: tuple[Constant, ...]
    offsets: tuple[tuple[str, str], ...]
    mean: FloatArray
    covariance: FloatArray

    @classmethod
    def prior(cls, constants: Sequence[Constant], offsets: Sequence[tuple[str, str]], spread: FloatArray) -> Self:
        """Return the distribution before data; `spread` are the offsets' standard deviations, shape (o,)."""
        doubt = np.array([*(one.doubt for one in constants), *spread])
        return cls(tuple(constants), tuple(offsets), np.zeros(len(doubt)), np.diag(doubt**2))

    def values(self, theta: FloatArray) -> dict[str, float]:
        """Constants of a vector like `mean`."""
        logs = theta[: len(self.constants)]
        return {one.name: one.value * float(np.exp(log)) for one, log in zip(self.constants, logs, strict=True)}

    def shift(self, theta: FloatArray, steps: Mapping[str, Any]) -> dict[str, Any]:
        """Return the contribution of offsets to each outcome after set-point moves of so many steps."""
        added: dict[str, Any] = {}
        for value, (outcome, setpoint) in zip(theta[len(self.constants) :], self.offsets, strict=True):
            if setpoint in steps:
                added[outcome] = added.get(outcome, 0.0) + value * steps[setpoint]
        return added

    def draws(self, count: int) -> FloatArray:
        """Vectors as probable as it says, shape (count, c + o), in pairs about the mean; the same each time."""
        normals = np.random.default_rng(0).standard_normal((count // 2, len(self.mean)))
        values, vectors = np.linalg.eigh(0.5 * (self.covariance + self.covariance.T))
        away = np.vstack([normals, -normals]) @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
        return np.asarray(self.mean + away)


def posterior(
    prior: Posterior,
    effects: Effects,
    moves: Mapping[str, FloatArray],
    outcomes: Mapping[str, FloatArray],
    units: IntArray,
    beliefs: Beliefs,
) -> Posterior:
    """Return the most probable constants and offsets with their uncertainty, errors grouped by unit.

    Gauss and Newton's steps, each cut in half until it makes the data and the prior together more probable: physics is
    so curved in some constants that a whole step may leap past the best.

    Parameters
    ----------
    prior : Posterior
    effects : callable
        Effects of `moves` on outcomes by physics and offsets, from a vector like `prior.mean`, shape (n,) each.
    moves : Mapping of str to ndarray, shape (n,)
        What is left of moves, in steps.
    outcomes : Mapping of str to ndarray, shape (n,)
        What is left of outcomes; NaN where unknown.
    units : ndarray of int, shape (n,)
        Number of the unit of each row.
    beliefs : callable
        From a vector, numbers that should be near 0, and how near (standard deviation).
    """
    known = _Evidence(prior, effects, moves, outcomes, beliefs)
    mean = prior.mean.copy()
    cost, slopes = known.cost(mean), known.about(mean)
    for _ in range(ROUNDS):
        step = np.linalg.solve(slopes.precision, slopes.pull)
        costs = ((share, known.cost(mean + share * step)) for share in _SHARES)
        better = next(((share, there) for share, there in costs if there < cost), None)
        if better is None:
            break
        mean, gained, cost = mean + better[0] * step, cost - better[1], better[1]
        slopes = known.about(mean)
        if gained < _ENOUGH:
            break
    inverse = np.linalg.inv(slopes.precision)
    score = np.zeros((int(units.max()) + 1, len(mean)))
    np.add.at(score, units, slopes.scores)
    covariance = inverse @ (slopes.about_zero + score.T @ score) @ inverse
    return Posterior(prior.constants, prior.offsets, mean, covariance)


@dataclass(frozen=True, eq=False)
class _Linear:
    """The logarithm of the posterior density about a vector, to second order.

    Attributes
    ----------
    precision, pull : ndarray, shapes (p, p) and (p,)
        Minus its second derivatives, and the first.
    about_zero : ndarray, shape (p, p)
        What prior and beliefs give of the precision.
    scores : ndarray, shape (n, p)
        What each row gives of `pull`.
    """

    precision: FloatArray
    pull: FloatArray
    about_zero: FloatArray
    scores: FloatArray


class _Evidence:
    """Log-posterior of a vector of constants and offsets; arguments as of `posterior`."""

    def __init__(
        self,
        prior: Posterior,
        effects: Effects,
        moves: Mapping[str, FloatArray],
        outcomes: Mapping[str, FloatArray],
        beliefs: Beliefs,
    ) -> None:
        self._prior, self._effects, self._moves, self._beliefs = prior, effects, moves, beliefs
        self._names = list(outcomes)
        self._values = np.column_stack(list(outcomes.values()))
        self._usable = np.isfinite(self._values) & np.isfinite(self._computed(prior.mean))
        self._groups = list(_alike(self._values, self._usable))
        self._first = np.linalg.inv(prior.covariance)

    def cost(self, mean: FloatArray) -> float:
        """Minus the logarithm of the density, but for a constant."""
        believed, near = self._beliefs(mean)
        away, left = mean - self._prior.mean, self._left(self._computed(mean))
        data = (float(np.sum((left[np.ix_(rows, of)] @ root.T) ** 2)) for of, rows, root in self._groups)
        return 0.5 * (float(away @ self._first @ away + believed @ believed / near**2) + sum(data))

    def about(self, mean: FloatArray) -> _Linear:
        """The density about a vector."""
        believed, near = self._beliefs(mean)
        units, spread = np.eye(len(mean)), np.sqrt(np.diag(self._prior.covariance))
        tilt = np.array(
            [
                (self._beliefs(mean + _STEP * s * e)[0] - believed) / (_STEP * s)
                for s, e in zip(spread, units, strict=True)
            ]
        ).T
        about_zero = self._first + tilt.T @ tilt / near**2
        pull = -self._first @ (mean - self._prior.mean) - tilt.T @ believed / near**2
        at = self._computed(mean)
        slopes, left = self._slopes(mean, at), self._left(at)
        precision, scores = about_zero.copy(), np.zeros((len(left), len(mean)))
        for of, rows, root in self._groups:
            x = np.einsum("st,rtp->rsp", root, slopes[np.ix_(rows, of)])
            flat = x.reshape(-1, len(mean))
            precision += flat.T @ flat
            scores[rows] = np.einsum("rsp,rs->rp", x, left[np.ix_(rows, of)] @ root.T)
        return _Linear(precision, pull + scores.sum(axis=0), about_zero, scores)

    def _computed(self, mean: FloatArray) -> FloatArray:
        """Effects on outcomes, shape (n, o)."""
        computed = self._effects(mean)
        return np.column_stack([computed[name] for name in self._names])

    def _left(self, computed: FloatArray) -> FloatArray:
        """Return residuals of outcomes after computed effects, shape (n, o), about their mean."""
        return _centred(self._values - computed, self._usable)

    def _slopes(self, mean: FloatArray, at: FloatArray) -> FloatArray:
        """Return derivatives of effects at the vector `at`, shape (n, o, p), about their means."""
        count = len(self._prior.constants)
        slopes = np.zeros((*self._values.shape, len(mean)))
        for j in range(count):
            moved = mean.copy()
            moved[j] += _STEP
            slopes[:, :, j] = _centred((self._computed(moved) - at) / _STEP, self._usable)
        for j, (outcome, setpoint) in enumerate(self._prior.offsets):
            if outcome in self._names:
                o = self._names.index(outcome)
                slopes[:, o, count + j] = _centred(self._moves[setpoint], self._usable[:, o])
        return slopes


def _centred(values: FloatArray, usable: BoolArray) -> FloatArray:
    """Columns about their means over usable rows; 0 in others."""
    mean = np.where(usable, values, 0.0).sum(axis=0) / np.maximum(usable.sum(axis=0), 1)
    return np.where(usable, values - mean, 0.0)


def _alike(values: FloatArray, usable: BoolArray) -> Iterator[tuple[IntArray, IntArray, FloatArray]]:
    """Yield groups of rows with the same available outcomes: outcome numbers, rows, roots of weights.

    Two meters of one thing err together, and so do outcomes that follow each other: to take them as independent would
    count what they say twice.
    """
    away = _centred(values, usable)
    shared = usable.astype(np.float64).T @ usable
    together = away.T @ away / np.maximum(shared, 1.0)
    own = np.diag(np.where(np.diag(together) > 0.0, np.diag(together), 1.0))
    together = own + _TRUST * (together - own)
    patterns, place = np.unique(usable, axis=0, return_inverse=True)
    for p, pattern in enumerate(patterns):
        of = np.flatnonzero(pattern)
        if len(of):
            yield of, np.flatnonzero(place == p), np.linalg.cholesky(np.linalg.inv(together[np.ix_(of, of)])).T
