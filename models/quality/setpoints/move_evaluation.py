"""Economic value of lots as planned and after moves, with uncertainty and main contribution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from models.quality.decision import Costs, decide
from models.quality.grades import Limits
from models.quality.setpoints.effects import setpoint_places, setpoints_of
from models.quality.setpoints.model import LotSetpoints
from models.setpoints.advice import GainEstimate
from models.setpoints.lot_advice import NOTHING, UNKNOWN, LotAdvice, LotLimit, within_90
from physics.arrays import FloatArray, IntArray
from physics.special import expit, ndtri
from system.cancellation import between

if TYPE_CHECKING:
    pass

DRAWS = 16  # of what moves do


@dataclass(frozen=True, eq=False)
class LotMoveEvaluator:
    """Evaluator of moves of lots with E elements, D defects and G grades, at given costs.

    Attributes
    ----------
    model : LotSetpoints
        Model of lots and set-points.
    costs : Costs
        What decisions on them bring and cost.
    """

    model: LotSetpoints
    costs: Costs

    def worth(self, raw: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the mean value of lots by the best decision [$/t], and probabilities of grades, (n, G).

        A lot with a defect goes in the last grade, whatever was decided.

        Parameters
        ----------
        raw : ndarray, shape (n, E + D)
            Logarithms of contents and log-odds of defects.
        """
        probabilities = self.model.scatter.chances(raw[:, : self._elements], self._limits)
        decided = decide(probabilities.keeps, probabilities.best, self.costs, 1.0).expected
        sound = np.prod(1.0 - expit(raw[:, self._elements :]), axis=1)
        return sound * decided + (1.0 - sound) * self.costs.value[-1], probabilities.keeps

    def cost(self, X: FloatArray, moved: FloatArray) -> FloatArray:
        """Return the cost of moves, shape (n,) [$/t], from inputs before and after, shape (n, k)."""
        seed = self.model.seed
        prices = np.array(
            [0.0 if setpoint.move_cost is None else setpoint.move_cost.value for setpoint in setpoints_of(seed)]
        )
        cost: FloatArray = self._distance(X, moved) @ prices / seed.quality_rules.lot_mass.value
        return cost

    def of(self, X: FloatArray, target: FloatArray, raw: FloatArray) -> list[tuple[LotAdvice, float]]:
        """Return recommendations with moves and effects of n lots, and the gains' standard deviations [$/t].

        Parameters
        ----------
        X, target : ndarray, shape (n, k)
            Inputs as planned and after the moves.
        raw : ndarray, shape (n, E + D)
            What is predicted as planned.
        """
        planned_value, keeps = self.worth(raw)
        breaks = self._breaks(raw)
        rows = np.flatnonzero(self._distance(X, target).any(axis=1))
        shifts = np.zeros((DRAWS, *raw.shape))
        shifts[:, rows] = self.model.effects.of_moves(X[rows], target[rows], _normals(raw.shape[1]))
        gains, keep_draws, broken = (np.repeat(one[None], DRAWS, axis=0) for one in (np.zeros(len(X)), keeps, breaks))
        for d in between(range(DRAWS if len(rows) else 0)):
            after = raw[rows] + shifts[d, rows]
            value, keep_draws[d, rows] = self.worth(after)
            broken[d, rows] = self._breaks(after)
            gains[d, rows] = value - planned_value[rows] - self.cost(X[rows], target[rows])
        moved = np.array([self._outcomes(raw + shift) for shift in shifts])
        expected = self._limits.values(moved.mean(axis=0)[:, : self._elements])[:, self._own]
        changes, causes = moved - self._outcomes(raw), self._causes(X, target, raw, rows)
        return [
            (
                self._advice(
                    X[i],
                    target[i],
                    _estimate(gains[:, i]),
                    dict(zip(self._outputs, map(_estimate, changes[:, i].T), strict=True)),
                    self._stated(expected[i], breaks[i], broken[:, i].mean(axis=0)),
                    np.column_stack([keeps[i], keep_draws[:, i].mean(axis=0)]),
                    causes.get(i),
                ),
                float(gains[:, i].std(ddof=1)),
            )
            for i in between(range(len(X)))
        ]

    def unknown(self, lot: FloatArray, reason: str) -> LotAdvice:
        """Refusal of a lot, shape (k,), of which nothing is known."""
        nothing, keeps = np.full(len(self._own), np.nan), np.full((self._limits.grades, 2), np.nan)
        effects, limits = dict.fromkeys(self._outputs, UNKNOWN), self._stated(nothing, nothing, nothing)
        return self._advice(lot, lot, NOTHING, effects, limits, keeps, None, reason)

    @cached_property
    def _limits(self) -> Limits:
        return Limits.of(self.model.seed)

    @cached_property
    def _own(self) -> IntArray:
        """Limits of the intended grade."""
        return self._limits.of_grade(self.costs.intended)

    @cached_property
    def _elements(self) -> int:
        return len(self.model.seed.elements)

    @cached_property
    def _outputs(self) -> tuple[str, ...]:
        seed = self.model.seed
        return (*(element.name for element in seed.elements), *seed.defects)

    def _breaks(self, raw: FloatArray) -> FloatArray:
        """Probability of breaking each limit of the intended grade, shape (n, q)."""
        return self.model.scatter.breaks(raw[:, : self._elements], self._limits)[:, self._own]

    def _outcomes(self, raw: FloatArray) -> FloatArray:
        """Return most probable contents and probabilities of defects, shape (n, E + D)."""
        return np.column_stack([np.exp(raw[:, : self._elements]), expit(raw[:, self._elements :])])

    def _distance(self, X: FloatArray, moved: FloatArray) -> FloatArray:
        """Return the size of each set-point's move, shape (n, K) [its unit]; 0 if its value is missing."""
        return np.nan_to_num(np.abs(moved - X)[:, setpoint_places(self.model.seed)])

    def _causes(self, X: FloatArray, target: FloatArray, raw: FloatArray, rows: IntArray) -> dict[int, str]:
        """Return as text the content whose change alone gains most, for moved lots; absent if none gains."""
        if not len(rows):
            return {}
        shift = self.model.effects.of_moves(X[rows], target[rows], np.zeros((1, raw.shape[1])))[0]
        here, elements = self.worth(raw[rows])[0], self.model.seed.elements
        parts = np.empty((len(rows), self._elements))
        for e in range(self._elements):
            alone = raw[rows].copy()
            alone[:, e] += shift[:, e]
            parts[:, e] = self.worth(alone)[0] - here
        most = parts.argmax(axis=1)
        return {
            i: f"{'more' if shift[j, e] > 0 else 'less'} {elements[e].name}: {elements[e].description}"
            for j, (i, e) in enumerate(zip(rows.tolist(), most.tolist(), strict=True))
            if parts[j, e] > 0
        }

    def _stated(self, expected: FloatArray, before: FloatArray, after: FloatArray) -> tuple[LotLimit, ...]:
        """Limits of the intended grade for one lot, each of shape (q,)."""
        unit, alpha = str(self.model.seed.elements[0].unit), self.model.seed.quality_rules.alpha.value
        bound, is_highest = self._limits.bound.tolist(), (self._limits.way > 0).tolist()
        stated = zip(self._own.tolist(), expected.tolist(), before.tolist(), after.tolist(), strict=True)
        return tuple(
            LotLimit(self._limits.names[q], unit, bound[q], is_highest[q], value, probability, alpha, planned)
            for q, value, planned, probability in stated
        )

    def _advice(
        self,
        lot: FloatArray,
        target: FloatArray,
        gain: GainEstimate,
        effects: dict[str, GainEstimate],
        limits: tuple[LotLimit, ...],
        keeps: FloatArray,
        cause: str | None,
        refusal: str | None = None,
    ) -> LotAdvice:
        """Advice on one lot; which unit makes it when is filled in by who knows."""
        import pandas as pd

        seed, effect = self.model.seed, self.model.effects
        places = list(zip(setpoints_of(seed), setpoint_places(seed), strict=True))
        size = (target - lot)[[place for _, place in places]]
        moved = [k for k, move in enumerate(size) if abs(move) > 0]
        bounded = [grade.name for grade in seed.grades[:-1]]
        return LotAdvice(
            unit="",
            start=pd.Timestamp(0),
            plan={setpoint.name: float(lot[place]) for setpoint, place in places},
            moves={
                setpoint.name: float(move) if k in moved else 0.0
                for k, ((setpoint, _), move) in enumerate(zip(places, size, strict=True))
            },
            gain=gain,
            effects=effects,
            limits=limits,
            cause=cause,
            supporting_rows=min((effect.support(k, float(size[k])) for k in moved), default=0),
            nearest=(),
            refusal=refusal,
            keeps={
                name: (float(before), float(after)) for name, (before, after) in zip(bounded, keeps[:-1], strict=True)
            },
        )


def _estimate(draws: FloatArray) -> GainEstimate:
    return within_90(float(draws.mean()), float(draws.std(ddof=1)))


def _normals(outputs: int) -> FloatArray:
    """Return quasi-random standard normal numbers in antithetic pairs, shape (DRAWS, q)."""
    from scipy.stats import qmc

    half: FloatArray = ndtri(qmc.Sobol(outputs, rng=0).random(DRAWS // 2))
    return np.concatenate([half, -half])
