"""What a plant's own history says of its response: constants of the physics and offsets of the knobs, by Bayes.

Operators move knobs by what they see, so that a model of outcomes learns their habits. What is left of their moves,
and of outcomes, after all that was known is taken off is as good as a trial [1]_. How outcomes follow what is left of
moves is compared with the physics: its constants are log-normal about their values before data, and each knob may be
off by an offset a step on each outcome, about 0.

References
----------
.. [1] V. Chernozhukov et al. (2018). Double/debiased machine learning for treatment and structural parameters. The
   Econometrics Journal 21.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.setpoints.process import Constant
from physics.arrays import BoolArray, FloatArray, IntArray

OFFSET_SHARE = 0.08  # of the spread of a period's outcome from one period to the next: how far physics may be off
ROUNDS = 8  # of Gauss and Newton, at most
_SHARES = (1.0, 0.5, 0.25, 0.125, 0.0625)  # of a step
_ENOUGH = 0.05  # rise of the logarithm of the density, below which another round changes nothing
_STEP = 0.1  # of a constant's logarithm, in a derivative

Effects = Callable[[FloatArray], Mapping[str, FloatArray]]
Beliefs = Callable[[FloatArray], tuple[FloatArray, float]]


@dataclass(frozen=True, eq=False)
class Posterior:
    """What is believed of constants and offsets.

    Attributes
    ----------
    constants : tuple of Constant
        As before any data.
    offsets : tuple of (str, str)
        Outcome and knob of each offset.
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
        """What is believed before data; `spread` are the offsets' standard deviations, shape (o,)."""
        doubt = np.array([*(one.doubt for one in constants), *spread])
        return cls(tuple(constants), tuple(offsets), np.zeros(len(doubt)), np.diag(doubt**2))

    def values(self, theta: FloatArray) -> dict[str, float]:
        """Constants of a vector like `mean`."""
        logs = theta[: len(self.constants)]
        return {one.name: one.value * float(np.exp(log)) for one, log in zip(self.constants, logs, strict=True)}

    def shift(self, theta: FloatArray, steps: Mapping[str, Any]) -> dict[str, Any]:
        """What offsets add to each outcome when knobs are moved by so many steps."""
        added: dict[str, Any] = {}
        for value, (outcome, knob) in zip(theta[len(self.constants) :], self.offsets, strict=True):
            if knob in steps:
                added[outcome] = added.get(outcome, 0.0) + value * steps[knob]
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
    """The most probable constants and offsets, and their doubt, errors counted by unit since its periods are alike.

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
    mean = prior.mean.copy()
    found = _Linear.at(mean, prior, effects, moves, outcomes, beliefs)
    for _ in range(ROUNDS):
        step = np.linalg.solve(found.precision, found.pull)
        best = None
        for share in _SHARES:
            there = _Linear.at(mean + share * step, prior, effects, moves, outcomes, beliefs)
            if there.cost < found.cost:
                best = there
                break
        if best is None:
            break
        mean, gained, found = mean + share * step, found.cost - best.cost, best
        if gained < _ENOUGH:
            break
    inverse = np.linalg.inv(found.precision)
    score = np.zeros((int(units.max()) + 1, len(mean)))
    for x, left, noise, known in found.parts:
        np.add.at(score, units[known], x * (left / noise)[:, None])
    covariance = inverse @ (found.about_zero + score.T @ score) @ inverse
    return Posterior(prior.constants, prior.offsets, mean, covariance)


@dataclass(frozen=True, eq=False)
class _Linear:
    """The logarithm of the posterior density about a vector, to second order.

    Attributes
    ----------
    cost : float
        Minus the density's logarithm there, but for a constant.
    precision, pull : ndarray, shapes (p, p) and (p,)
        Second derivatives of the cost, and minus the first.
    about_zero : ndarray, shape (p, p)
        What prior and beliefs give of the precision.
    parts : list of (ndarray, ndarray, float, ndarray of bool)
        For each outcome derivatives, what is left of it, its variance, and the rows that this is known of.
    """

    cost: float
    precision: FloatArray
    pull: FloatArray
    about_zero: FloatArray
    parts: list[tuple[FloatArray, FloatArray, float, BoolArray]]

    @classmethod
    def at(
        cls,
        mean: FloatArray,
        prior: Posterior,
        effects: Effects,
        moves: Mapping[str, FloatArray],
        outcomes: Mapping[str, FloatArray],
        beliefs: Beliefs,
    ) -> Self:
        """About a vector like `prior.mean`."""
        first, spread = np.linalg.inv(prior.covariance), np.sqrt(np.diag(prior.covariance))
        believed, near = beliefs(mean)
        units = np.eye(len(mean))
        tilt = np.array(
            [(beliefs(mean + _STEP * s * e)[0] - believed) / (_STEP * s) for s, e in zip(spread, units, strict=True)]
        ).T
        about_zero = first + tilt.T @ tilt / near**2
        precision = about_zero.copy()
        pull = -first @ (mean - prior.mean) - tilt.T @ believed / near**2
        cost = 0.5 * float((mean - prior.mean) @ first @ (mean - prior.mean) + believed @ believed / near**2)
        count, parts = len(prior.constants), []
        at = effects(mean)
        slopes = [effects(mean + _STEP * e) for e in units[:count]]
        for name, values in outcomes.items():
            x = np.zeros((len(values), len(mean)))
            for j, moved in enumerate(slopes):
                x[:, j] = (moved[name] - at[name]) / _STEP
            for j, (outcome, knob) in enumerate(prior.offsets):
                if outcome == name:
                    x[:, count + j] = moves[knob]
            known = np.isfinite(values) & np.isfinite(x).all(axis=1) & np.isfinite(at[name])
            x, left = x[known], values[known] - at[name][known]
            x, left = x - x.mean(axis=0), left - left.mean()
            noise = float(np.var(values[known]))
            precision += x.T @ x / noise
            pull += x.T @ left / noise
            cost += 0.5 * float(left @ left) / noise
            parts.append((x, left, noise, known))
        return cls(cost, precision, pull, about_zero, parts)
