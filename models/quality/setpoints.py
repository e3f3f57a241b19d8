"""Set-points of a lot's knobs that earn more than they cost, or the reason why none is recommended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import norm, qmc
from sklearn.base import clone

from models.answers import Regressor, input_flags, learnt_inputs
from models.quality.decision import Costs, decide
from models.quality.effects import Effects, candidate_moves, knob_places, learn_effects
from models.quality.grades import Limits
from models.quality.scatter import Scatter
from models.table.inputs import input_names
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Column, Seed

DRAWS = 16  # of what moves do
BEYOND = 0.1  # of the width of an input's history that it may lie beyond it: drifting readings pass it every month
FEWEST_LOTS = 100  # to learn from: a fifth of them, the least that a fold may be, is twenty
SUPPORT = (5.0, 95.0)  # percentiles of a knob's history between which a recommendation stays

NO_GAIN = "no move is expected to gain more than it costs"
DOUBTFUL = "the gain is not beyond doubt"
BROKEN = "the moves that gain make a lot break its grade more often"


@dataclass(frozen=True)
class Move:
    """A knob and where it is moved [the knob's unit]."""

    knob: Column
    before: float
    after: float

    @property
    def cost(self) -> float:
        """What moving it costs [$]."""
        return _price(self.knob) * abs(self.after - self.before)


@dataclass(frozen=True)
class Recommendation:
    """What to set for one lot, or why to leave everything as planned.

    Attributes
    ----------
    moves : tuple of Move
        Empty where none is recommended.
    gain, low, high : float
        Expected gain of the moves, costs taken off, and the interval that holds it with the seed's confidence on either
        side [$ a lot]; 0 without moves.
    per_tonne : float
        The gain [$/t].
    breaks_before, breaks_after : float
        Probability of breaking the intended grade, as planned and with the moves.
    reasons : tuple of str
        What the moves do, in words.
    refusal : str or None
        Why nothing is recommended; None where something is.
    """

    moves: tuple[Move, ...]
    gain: float
    low: float
    high: float
    per_tonne: float
    breaks_before: float
    breaks_after: float
    reasons: tuple[str, ...]
    refusal: str | None


@dataclass(frozen=True, eq=False)
class SetPoints:
    """What is known of a plant's lots before they are made, and of what its knobs do.

    Attributes
    ----------
    seed : Seed
        The process.
    estimator : Regressor
        Contents and defects from the columns of roles `before` and `knob` alone, logarithms and log-odds.
    columns : ndarray of int
        Which inputs these are.
    scatter : Scatter
        Its errors on lots that it had not learnt.
    effects : Effects
        What moves do.
    low, high : ndarray, shape (K,)
        Range of each knob that history supports.
    ranges : ndarray, shape (j, 2)
        Where each of `columns` may lie: its range in history, and BEYOND of its width on either side.
    complete : ndarray of bool, shape (j,)
        Whether it was never missing in history.
    """

    seed: Seed
    estimator: Regressor
    columns: IntArray
    scatter: Scatter
    effects: Effects
    low: FloatArray
    high: FloatArray
    ranges: FloatArray
    complete: BoolArray

    @classmethod
    def learn(
        cls,
        seed: Seed,
        estimator: Any,
        X: FloatArray,
        Y: FloatArray,
        units: npt.NDArray[Any],
        periods: npt.NDArray[np.datetime64],
    ) -> Self:
        """Learn from past lots, rows sorted by time.

        Parameters
        ----------
        seed : Seed
            The process.
        estimator : scikit-learn estimator
            Unfitted, as `models.quality.candidates` makes it for the columns of roles `before` and `knob`.
        X : ndarray, shape (n, k)
            Inputs in plant units.
        Y : ndarray, shape (n, E + D)
            Reported contents, -L for "below L", and defects.
        units, periods : ndarray, shape (n,)
            Unit and start of each lot.

        Raises
        ------
        ValueError
            A seed without knobs, or too few lots.
        """
        if not seed.by_role("knob"):
            raise ValueError(f"{seed.process.name}: no column of role knob: expected at least one to recommend")
        if len(X) < FEWEST_LOTS:
            raise ValueError(f"{seed.process.name}: {len(X)} past lots, expected {FEWEST_LOTS} or more")
        columns = np.flatnonzero([column.role in ("before", "knob") for column in seed.inputs])
        # The newest third tells how far off the estimator is in lots to come.
        old, new = slice(None, 2 * len(X) // 3), slice(2 * len(X) // 3, None)
        outputs, seen = len(seed.elements), X[:, columns]
        fitted = clone(estimator).fit(seen[old], Y[old])
        scatter = Scatter.of(Y[new, :outputs], np.asarray(fitted.predict(seen[new]))[:, :outputs])
        inputs = learnt_inputs(seen)
        low, high = np.nanpercentile(X[:, knob_places(seed)], SUPPORT, axis=0)
        return cls(
            seed=seed,
            estimator=clone(estimator).fit(seen, Y),
            columns=columns,
            scatter=scatter,
            effects=learn_effects(seed, X, Y, units, periods),
            low=low,
            high=high,
            ranges=inputs["ranges"] + BEYOND * np.ptp(inputs["ranges"], axis=1)[:, None] * [-1.0, 1.0],
            complete=inputs["complete"],
        )

    def recommend(self, X: FloatArray) -> list[Recommendation]:
        """A recommendation for each lot, before it is made.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs with the knobs as planned; what is measured only later is not looked at.
        """
        names = [input_names(self.seed)[i] for i in self.columns]
        flags = input_flags(X[:, self.columns], names, self.ranges, self.complete)
        found = [self._refused("; ".join(flag)) for flag in flags]
        sound = np.flatnonzero([not flag for flag in flags])
        if len(sound):
            for i, one in zip(sound, self._chosen(X[sound]), strict=True):
                found[i] = one
        return found

    def _chosen(self, X: FloatArray) -> list[Recommendation]:
        """For each lot the move of one knob with the largest expected gain, if that is beyond doubt."""
        raw = np.asarray(self.estimator.predict(X[:, self.columns]), dtype=np.float64)
        worth, breaks = self._worth(raw)
        target, barred = self._best_moves(X, raw, worth, breaks)
        found = [self._refused(BROKEN if bar else NO_GAIN, float(p)) for bar, p in zip(barred, breaks, strict=True)]
        rows = np.flatnonzero(self._distance(X, target).any(axis=1))
        if not len(rows):
            return found
        shifts = self.effects.of_moves(X[rows], target[rows], _normals(raw.shape[1]))
        worths, after = (np.array(part) for part in zip(*(self._worth(raw[rows] + one) for one in shifts), strict=True))
        gains = worths - worth[rows] - self._cost(X[rows], target[rows])
        doubt = float(norm.ppf(self.seed.quality_rules.confidence.value)) * gains.std(axis=0, ddof=1)
        for i, gain, either, broken in zip(rows, gains.mean(axis=0), doubt, after.mean(axis=0), strict=True):
            found[i] = self._recommended(X[i], target[i], float(gain), float(either), float(breaks[i]), float(broken))
        return found

    def _best_moves(
        self, X: FloatArray, raw: FloatArray, worth: FloatArray, breaks: FloatArray
    ) -> tuple[FloatArray, BoolArray]:
        """Inputs after the best move of each lot, X where there is none, and whether a gain broke its grade more often.

        `raw`, `worth` and `breaks` are what is predicted as planned.
        """
        best, target, barred = np.zeros(len(X)), X.copy(), np.zeros(len(X), dtype=np.bool_)
        most = np.maximum(self.seed.quality_rules.alpha.value, breaks)
        for moved in candidate_moves(self.seed, X, self.low, self.high):
            shift = self.effects.of_moves(X, moved, np.zeros((1, raw.shape[1])))[0]
            rows = np.flatnonzero((shift < 0).any(axis=1))  # a move that lowers nothing gains nothing
            if not len(rows):
                continue
            value, broken = self._worth(raw[rows] + shift[rows])
            gain, allowed = value - worth[rows] - self._cost(X[rows], moved[rows]), broken <= most[rows]
            barred[rows] |= ~allowed & (gain > 0)
            better = allowed & (gain > best[rows])
            best[rows[better]], target[rows[better]] = gain[better], moved[rows[better]]
        return target, barred

    def _recommended(
        self, lot: FloatArray, target: FloatArray, gain: float, doubt: float, before: float, after: float
    ) -> Recommendation:
        """A move with its gain [$ a lot], or the refusal of one whose gain is not beyond doubt."""
        if gain <= doubt:
            return self._refused(DOUBTFUL, before)
        moves = tuple(
            Move(knob, float(lot[place]), float(target[place]))
            for knob, place in zip(self.seed.by_role("knob"), knob_places(self.seed), strict=True)
            if abs(target[place] - lot[place]) > 0
        )
        rules = self.seed.quality_rules
        reasons = [f"{one.knob.name} from {one.before:.4g} to {one.after:.4g} {one.knob.unit}" for one in moves]
        return Recommendation(
            moves=moves,
            gain=gain,
            low=gain - doubt,
            high=gain + doubt,
            per_tonne=gain / rules.lot_mass.value,
            breaks_before=before,
            breaks_after=after,
            reasons=(*reasons, f"chance of breaking {rules.intended} from {before:.2%} to {after:.2%}"),
            refusal=None,
        )

    def _worth(self, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What lots are worth on average by the best decision [$ a lot], and how often they break the intended grade.

        A lot with a defect goes in the last grade, whatever was decided.
        """
        elements, costs = len(self.seed.elements), Costs.of(self.seed)
        chances = self.scatter.chances(raw[:, :elements], Limits.of(self.seed))
        decided = decide(chances.keeps, chances.best, costs, 1.0).expected
        sound = np.prod(1.0 - expit(raw[:, elements:]), axis=1)
        worth = self.seed.quality_rules.lot_mass.value * (sound * decided + (1.0 - sound) * costs.value[-1])
        return worth, 1.0 - chances.keeps[:, costs.intended]

    def _cost(self, X: FloatArray, moved: FloatArray) -> FloatArray:
        """What moves cost, shape (n,) [$]."""
        prices = np.array([_price(knob) for knob in self.seed.by_role("knob")])
        cost: FloatArray = self._distance(X, moved) @ prices
        return cost

    def _distance(self, X: FloatArray, moved: FloatArray) -> FloatArray:
        """How far each knob is moved, shape (n, K) [its unit]; 0 where nobody knows where it stands."""
        return np.nan_to_num(np.abs(moved - X)[:, knob_places(self.seed)])

    @staticmethod
    def _refused(why: str, breaks: float = float("nan")) -> Recommendation:
        return Recommendation((), 0.0, 0.0, 0.0, 0.0, breaks, breaks, (), why)


def _normals(outputs: int) -> FloatArray:
    """Standard normal numbers that fill the space of the outputs evenly, each with its opposite, shape (DRAWS, q)."""
    half: FloatArray = norm.ppf(qmc.Sobol(outputs, rng=0).random(DRAWS // 2))
    return np.concatenate([half, -half])


def _price(knob: Column) -> float:
    """What a unit of a knob's move costs [$]."""
    return 0.0 if knob.move_cost is None else knob.move_cost.value
