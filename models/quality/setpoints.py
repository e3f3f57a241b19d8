"""Set-points of a lot's knobs that earn more than they cost, or the reason why none is recommended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.stats import norm, qmc

from models.answers import Regressor, input_flags, learnt_inputs
from models.quality.decision import Costs, decide
from models.quality.effects import Effects, candidate_moves, learn_effects
from models.quality.grades import Limits
from models.quality.model import defect_chances
from models.quality.scatter import Scatter
from models.table.inputs import input_names
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Column, Seed

DRAWS = 16  # of what moves do
BEYOND = 0.1  # of the width of an input's history that it may lie beyond it: drifting readings pass it every month
SUPPORT = (5.0, 95.0)  # percentiles of a knob's history between which a recommendation stays
WORTH_A_LOOK = 1e-9  # $ a lot

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
        return 0.0 if self.knob.move_cost is None else self.knob.move_cost.value * abs(self.after - self.before)


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
        columns = np.flatnonzero([column.role in ("before", "knob") for column in seed.inputs])
        # The newest third tells how far off the estimator is in lots to come.
        old, new = slice(None, 2 * len(X) // 3), slice(2 * len(X) // 3, None)
        outputs, seen = len(seed.elements), X[:, columns]
        fitted = estimator.fit(seen[old], Y[old])
        scatter = Scatter.of(Y[new, :outputs], np.asarray(fitted.predict(seen[new]))[:, :outputs])
        inputs = learnt_inputs(seen)
        names = input_names(seed)
        history = X[:, [names.index(knob.name) for knob in seed.by_role("knob")]]
        low, high = np.nanpercentile(history, SUPPORT, axis=0)
        return cls(
            seed=seed,
            estimator=estimator.fit(seen, Y),
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
        outputs, rules = len(self.seed.elements) + len(self.seed.defects), self.seed.quality_rules
        alpha, z = rules.alpha.value, float(norm.ppf(rules.confidence.value))
        raw = np.asarray(self.estimator.predict(X[:, self.columns]), dtype=np.float64)
        worth, breaks = self._worth(raw)
        best, target, after = np.full(len(X), WORTH_A_LOOK), X.copy(), breaks.copy()
        turned: list[Column | None] = [None] * len(X)
        barred = np.zeros(len(X), dtype=bool)
        for knob, moved in candidate_moves(self.seed, X, self.low, self.high):
            shift = self.effects.of_moves(X, moved, np.zeros((1, outputs)))[0]
            rows = np.flatnonzero((shift < 0).any(axis=1))  # a move that lowers nothing gains nothing
            if not len(rows):
                continue
            value, broken = self._worth(raw[rows] + shift[rows])
            gain = value - worth[rows] - self._cost(X[rows], moved[rows])
            allowed = broken <= np.maximum(alpha, breaks[rows])
            barred[rows] |= ~allowed & (gain > WORTH_A_LOOK)
            for i in np.flatnonzero(allowed & (gain > best[rows])):
                best[rows[i]], target[rows[i]], after[rows[i]], turned[rows[i]] = (
                    gain[i],
                    moved[rows[i]],
                    broken[i],
                    knob,
                )
        normals = _normals(outputs)
        found = [self._refused(BROKEN if bar else NO_GAIN, float(p)) for bar, p in zip(barred, breaks, strict=True)]
        rows = np.flatnonzero([knob is not None for knob in turned])
        if not len(rows):
            return found
        shifts = self.effects.of_moves(X[rows], target[rows], normals)
        worths = np.array([self._worth(raw[rows] + shift)[0] for shift in shifts])
        gains = worths - worth[rows] - self._cost(X[rows], target[rows])
        mean, sd = gains.mean(axis=0), gains.std(axis=0, ddof=1)
        places = [input_names(self.seed).index(knob.name) for knob in self.seed.by_role("knob")]
        for j, i in enumerate(rows):
            if mean[j] - z * sd[j] <= 0:
                found[i] = self._refused(DOUBTFUL, float(breaks[i]))
                continue
            moves = tuple(
                Move(knob, float(X[i, place]), float(target[i, place]))
                for knob, place in zip(self.seed.by_role("knob"), places, strict=True)
                if target[i, place] != X[i, place]
            )
            found[i] = Recommendation(
                moves=moves,
                gain=float(mean[j]),
                low=float(mean[j] - z * sd[j]),
                high=float(mean[j] + z * sd[j]),
                per_tonne=float(mean[j]) / rules.lot_mass.value,
                breaks_before=float(breaks[i]),
                breaks_after=float(after[i]),
                reasons=_reasons(moves, float(breaks[i]), float(after[i]), rules.intended),
                refusal=None,
            )
        return found

    def _worth(self, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What lots are worth on average by the best decision [$ a lot], and how often they break the intended grade.

        A lot with a defect goes in the last grade, whatever was decided.
        """
        elements, costs = len(self.seed.elements), self._costs
        chances = self.scatter.chances(raw[:, :elements], Limits.of(self.seed))
        decided = decide(chances.keeps, chances.best, costs, 1.0).expected
        odds = raw[:, elements:]
        sound = np.prod(1.0 - defect_chances(odds, np.ones(odds.shape[1])), axis=1)
        worth = self.seed.quality_rules.lot_mass.value * (sound * decided + (1.0 - sound) * costs.value[-1])
        return worth, 1.0 - chances.keeps[:, costs.intended]

    @property
    def _costs(self) -> Costs:
        return Costs.of(self.seed)

    def _cost(self, X: FloatArray, moved: FloatArray) -> FloatArray:
        """What moves cost, shape (n,) [$]."""
        names = input_names(self.seed)
        total = np.zeros(len(X))
        for knob in self.seed.by_role("knob"):
            place = names.index(knob.name)
            total += (0.0 if knob.move_cost is None else knob.move_cost.value) * np.abs(moved[:, place] - X[:, place])
        return total

    @staticmethod
    def _refused(why: str, breaks: float = float("nan")) -> Recommendation:
        return Recommendation((), 0.0, 0.0, 0.0, 0.0, breaks, breaks, (), why)


def _normals(outputs: int) -> FloatArray:
    """Standard normal numbers that fill the space of the outputs evenly, each with its opposite, shape (DRAWS, q)."""
    half: FloatArray = norm.ppf(qmc.Sobol(outputs, rng=0).random(DRAWS // 2))
    return np.concatenate([half, -half])


def _reasons(moves: tuple[Move, ...], before: float, after: float, grade: str) -> tuple[str, ...]:
    lines = [f"{one.knob.name} from {one.before:.4g} to {one.after:.4g} {one.knob.unit}" for one in moves]
    return (*lines, f"chance of breaking {grade} from {before:.2%} to {after:.2%}")
