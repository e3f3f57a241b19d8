"""A fitted model: predictions with intervals, derived quantities and flags, from numpy arrays alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from models.estimators.imputation import Imputation
from models.estimators.log_scale import from_scale, to_scale
from models.estimators.two_stage import Parted
from models.interfaces.answers import COVERAGE, Answer, Regressor, flat, input_flags, unseen_inputs
from models.interfaces.physics import AnyPhysics
from models.online.plant_transfer import PlantTransfer
from models.online.received import ALL, NONE, Interval, Received, of_transferred
from models.online.reference_runs import ReferenceRuns
from models.processes.lookup import physics_of
from models.regression.unit_history import UnitHistory
from models.table.inputs import by_name, input_names, matrix
from models.uncertainty.adaptive_intervals import AdaptiveInterval, IntervalLevel
from models.uncertainty.error_scale import ErrorScale
from models.uncertainty.intervals import Conformal
from models.uncertainty.missing_inputs import MissingInputs
from models.uncertainty.missing_report import MissingReport, flagged
from physics.arrays import BoolArray, FloatArray
from seeds import Column, Seed

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class RegressionModel:
    """A candidate fitted to a process's table, with what an answer needs besides its prediction.

    Parameters
    ----------
    seed : Seed
        Seed of the process at training time.
    candidate : str
        Name of the candidate, one of `models.tasks.CANDIDATES`.
    estimator : Regressor
        The fitted scikit-learn estimator.
    conformal : Conformal
        Residuals on calibration rows, each over the spread of its prediction: the fixed intervals.
    ranges : ndarray, shape (k, 2)
        Lowest and highest value of each input in training, in its unit; NaN where it had none.
    complete : ndarray of bool, shape (k,)
        Whether the input was never missing in training.
    examples : ndarray, shape (m, k)
        A few training rows, to prove that a copy of the model answers as the original.
    info : Mapping
        Where the model comes from: digests, training period, versions. JSON values only.
    spread : ErrorScale
        Size of its errors as a function of its prediction.
    missing : MissingInputs, optional
        Calibration rows that widen the intervals of rows with missing inputs; without them the width is the same.
    imputation : Imputation, optional
        Means of missing inputs given the others, which the estimator sees; without it, it sees them as missing.
    missing_costs : ndarray, shape (k,), optional
        Width of 90 % intervals without each input alone over that with all [1], with `missing`.
    adaptive : AdaptiveInterval, optional
        Its newest known errors, which centre and widen its answers; without them its intervals are the fixed ones.
    received : Received
        Outcomes among these that it has received since it began to answer; kept in no file.
    transfer : PlantTransfer, optional
        Errors on other plants, of a model that serves another plant than that of its training.
    history : UnitHistory, optional
        Inputs at the end of each row that describe the history of its unit; without it, there are none.
    usual : ReferenceRuns, optional
        Reference runs of outcomes; without it no outcome is anomalous, and all are applied.
    followed : Answer, optional
        What it would have answered for a table's rows while their outcomes came in, NaN for rows that were not asked.
        Known after training alone, kept in no file.
    unfollowed : Answer, optional
        The same where no outcome had come in from the first of these rows on.
    learnt : Mapping of str to object
        Parts fitted once for all candidates, by name; see `models.learnings`.
    refusals : Mapping of str to str
        Why history taught nothing of a part, by its name.
    """

    seed: Seed
    candidate: str
    estimator: Regressor
    conformal: Conformal
    ranges: FloatArray
    complete: BoolArray
    examples: FloatArray
    info: Mapping[str, Any] = field(default_factory=dict)
    spread: ErrorScale = field(default_factory=ErrorScale.even)
    missing: MissingInputs | None = None
    imputation: Imputation | None = None
    missing_costs: FloatArray | None = None
    adaptive: AdaptiveInterval | None = None
    received: Received = NONE
    transfer: PlantTransfer | None = None
    history: UnitHistory | None = None
    usual: ReferenceRuns | None = None
    followed: Answer | None = None
    unfollowed: Answer | None = None
    learnt: Mapping[str, Any] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)

    @property
    def interval(self) -> Interval:
        """Interval that it answers with."""
        return self.received.interval(self._level, self.transfer is not None)

    @property
    def _level(self) -> IntervalLevel | None:
        return None if self.adaptive is None else self.adaptive.level

    def with_all_outcomes(self) -> Self:
        """The same as if it had received its newest known errors: adaptive intervals, unless transferred."""
        return self if self.transfer is not None else replace(self, received=ALL)

    def with_received(self, adaptive: AdaptiveInterval, outcomes: int, is_current: bool) -> Self:
        """Return the model after outcomes in service, the newest of which is recent if `is_current`."""
        if self.transfer is None:
            return replace(self, adaptive=adaptive, received=Received(outcomes, is_current))
        received, conformal = of_transferred(outcomes, is_current, adaptive.level), self.transfer.conformal(outcomes)
        return replace(self, adaptive=adaptive, received=received, conformal=conformal)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of X's columns."""
        return input_names(self.seed)

    @cached_property
    def _target(self) -> Column:
        return self.seed.target

    @cached_property
    def _limits(self) -> tuple[float, float]:
        return self._target.limits

    @cached_property
    def _derived(self) -> tuple[str, ...]:
        return tuple(self.seed.derived)

    @cached_property
    def _economics(self) -> dict[str, float]:
        return {name: quantity.value for name, quantity in self.seed.economics.items()}

    @cached_property
    def _physics(self) -> AnyPhysics | None:
        return physics_of(self.seed)

    def predict(self, X: FloatArray) -> FloatArray:
        """Primary target [its unit], shape (n,), from inputs in plant units, shape (n, k); never clipped.

        What the estimator says, before `answer` adds what the newest outcomes show it to be off by.
        """
        return self._raw(self.filled(X))

    def _raw(self, X: FloatArray) -> FloatArray:
        return np.asarray(self._parts.last.predict(self._parts.rows(X)), dtype=np.float64)

    def filled(self, X: FloatArray) -> FloatArray:
        """Inputs that the estimator sees, shape (n, k): missing ones by the others; see `Imputation`."""
        if self._unseen is not None:
            X = np.where(self._unseen, np.nan, X)
        return X if self.imputation is None or not np.isnan(X).any() else self.imputation.filled(X)

    @cached_property
    def _unseen(self) -> BoolArray | None:
        return unseen_inputs(self.ranges)

    def corrected(self, X: FloatArray, predicted: FloatArray) -> FloatArray:
        """Return out-of-time predictions, shape (n,), with the change by imputation added.

        Older estimators made them from rows as they are. The change is that of the final estimator, 0 for rows with all
        inputs.
        """
        incomplete = np.isnan(X).any(axis=1)
        if self.imputation is None or not incomplete.any():
            return predicted
        rows, corrected = X[incomplete], predicted.copy()
        change = self.estimate(rows) - self.scaled(self._raw(rows))
        corrected[incomplete] = from_scale(self.scaled(predicted[incomplete]) + change, self.seed.log_floor)
        return corrected

    @cached_property
    def _parts(self) -> Parted:
        return Parted.of(self.estimator)

    def answer(self, X: FloatArray, coverage: float, factors: Mapping[str, float] | None = None) -> dict[str, Answer]:
        """Return primary and derived targets with intervals, calibrated on the latest known outcomes.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs in plant units, columns as in `names`; NaN is missing.
        coverage : float
            Share of labels that the intervals shall hold, above 0 and below 1.
        factors : Mapping of str to float, optional
            Values of [economics] that replace the seed's.

        Returns
        -------
        dict of str to Answer
            In the order of the seed's targets. An interval ends at the target's physical range, since no label
            lies beyond it. A value is never clipped: where it lies beyond the range the interval reaches to it,
            and `flags` says so.

        Raises
        ------
        CoverageError
            See `Conformal.half_width` and `IntervalLevel.half_width`.
        """
        primary = self._primary(X, coverage)
        answers = {self._target.name: primary}
        if not self._derived:
            return answers
        if self._physics is None:
            raise ValueError(f"targets {', '.join(self._derived)}: process has no module to derive them by")
        economics = {**self._economics, **(factors or {})}
        # Value and both ends together: a request is often one row, whose time depends on the number of operations.
        ends = np.array(primary)
        derived = self._physics.derived(by_name(X, self.names), ends, economics)
        for name in self._derived:
            values = derived[name]
            # What does not depend on the target is the same at all ends.
            value, one_end, other_end = values if values.ndim == 2 else (values, values, values)
            # A derived quantity may fall where the target rises: its low end belongs to the target's high end.
            answers[name] = Answer(value, np.minimum(one_end, other_end), np.maximum(one_end, other_end))
        return answers

    def _primary(self, X: FloatArray, coverage: float) -> Answer:
        if self.adaptive is None:
            return self.fixed(X, coverage)
        raw = self.scaled(self.predict(X))
        half = self.received.half_width(self.conformal, self._level, coverage) * self.scale(X, raw, coverage)
        return self.bounded(raw + self.adaptive.centre, half)

    def fixed(self, X: FloatArray, coverage: float) -> Answer:
        """Return the primary target [its unit] of n rows with the intervals of training, without outcomes.

        Raises
        ------
        CoverageError
            See `Conformal.half_width`.
        """
        half, value = self.conformal.half_width(coverage), self.scaled(self.predict(X))
        return self.bounded(value, half * self.scale(X, value, coverage))

    def scale(self, X: FloatArray, raw: FloatArray, coverage: float = COVERAGE) -> FloatArray:
        """Size of the errors of rows over that of all, shape (n,) [1]: by prediction and by missing inputs.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs as for `answer`.
        raw : ndarray, shape (n,)
            Predictions for them on the scale of `scaled`.
        coverage : float
            Coverage of the intervals whose width it multiplies.
        """
        return self.spread(raw) * self.inflation(X, coverage)

    def inflation(self, X: FloatArray, coverage: float = COVERAGE) -> FloatArray:
        """Width of the intervals of rows over that with no input missing, shape (n,) [1]; see `MissingInputs`."""
        if self.missing is None:
            return np.ones(len(X))
        return self.missing.inflation(X, coverage, self.estimate, self.spread)

    def missing_reports(self, X: FloatArray) -> list[MissingReport | None]:
        """Return the missing inputs of each row, the costliest first; None where none widens it."""
        if self.missing is None:
            return [None] * len(X)
        return self.missing.patterns.reported(X, self.names, self.missing_costs, self.inflation)

    def estimate(self, X: FloatArray) -> FloatArray:
        """Return what `predict` gives on the scale of `scaled`, shape (n,)."""
        return self.scaled(self.predict(X))

    def bounded(self, value: FloatArray, half: FloatArray) -> Answer:
        """Return values with intervals of these half widths, cut at the physical range [its unit].

        Values and half widths are on the scale of `scaled`.
        """
        bottom, top = self._limits
        one, low, high = (from_scale(end, self.seed.log_floor) for end in (value, value - half, value + half))
        return Answer(one, np.minimum(one, np.maximum(low, bottom)), np.maximum(one, np.minimum(high, top)))

    def scaled(self, target: FloatArray) -> FloatArray:
        """Return the primary target, shape (n,), on the error scale: its own, or logarithmic with a floor."""
        return to_scale(target, self.seed.log_floor)

    def flags(
        self,
        X: FloatArray,
        answers: Mapping[str, Answer] | None = None,
        reports: Sequence[MissingReport | None] | None = None,
    ) -> list[list[str]]:
        """Return the flags of each row's response, one list a row, empty if none.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs as for `answer`.
        answers : Mapping, optional
            What `answer` gave for X; with it, a value beyond the target's physical range is flagged too.
        reports : sequence of MissingReport or None, optional
            What `missing_reports` gave for X, to save doing it again.

        Returns
        -------
        list of list of str
            "<column> outside training range": below the lowest or above the highest value in training, where
            the model extrapolates. "without <columns>": missing inputs that widen the interval; of a model without
            calibration rows "<column> missing", an input that was never missing in training.
        """
        return flagged(self.own_flags(X, answers), self.missing_reports(X) if reports is None else reports)

    def own_flags(self, X: FloatArray, answers: Mapping[str, Answer] | None = None) -> list[list[str]]:
        """Return `flags` without those of missing inputs that widen an interval."""
        is_needed = self.complete if self.missing is None else np.zeros(len(self.names), dtype=np.bool_)
        flags = input_flags(X, self.names, self.ranges, is_needed)
        if answers is not None:
            bottom, top = self._limits
            value = answers[self._target.name].value
            for i in np.flatnonzero((value < bottom) | (value > top)):
                flags[i].append(f"{self._target.name} predicted outside physical range")
        return flags

    def inputs(self, table: pd.DataFrame) -> FloatArray:
        """Return the inputs of a table's rows, shape (n, k), the history of units from its own labels.

        Parameters
        ----------
        table : DataFrame, n rows
            Rows as a checked table has them, those of earlier periods with their labels.

        Raises
        ------
        InputError
            The table lacks inputs; all of them are named.
        """
        return matrix(table if self.history is None else self.history.filled(table), self.seed)

    def columns(self, X: FloatArray) -> dict[str, npt.NDArray[Any]]:
        """Return flat columns of n values: `<quantity>`, its `_low` and its `_high` at COVERAGE [its unit]."""
        return flat(self.answer(X, COVERAGE))

    def state(self) -> dict[str, Any]:
        """Return the model's own state as JSON: all but seed, estimator, inputs, origin, `history`, `learnt`."""
        return {
            "scores": self.conformal.scores.tolist(),
            "spread": self.spread.state(),
            "missing": None if self.missing is None else self.missing.state(),
            "imputation": None if self.imputation is None else self.imputation.state(),
            "missing_costs": None if self.missing_costs is None else self.missing_costs.tolist(),
            "adaptive": None if self.adaptive is None else self.adaptive.state(),
            "transfer": None if self.transfer is None else self.transfer.state(),
            "usual": None if self.usual is None else self.usual.state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], **parts: Any) -> Self:
        """Return a model from its state and other parts; older states have fixed intervals of one width."""
        names = "spread", "missing", "imputation", "missing_costs", "adaptive", "usual"
        spread, missing, imputation, costs, adaptive, reference = map(state.get, names)
        transfer = None if state.get("transfer") is None else PlantTransfer.from_state(state["transfer"])
        scores = Conformal(np.array(state["scores"], dtype=np.float64))
        return cls(
            conformal=scores if transfer is None else transfer.conformal(0),
            transfer=transfer,
            spread=ErrorScale.even() if spread is None else ErrorScale.from_state(spread),
            missing=None if missing is None else MissingInputs.from_state(missing),
            imputation=None if imputation is None else Imputation.from_state(imputation),
            missing_costs=None if costs is None else np.array(costs, dtype=np.float64),
            adaptive=None if adaptive is None else AdaptiveInterval.from_state(adaptive),
            usual=None if reference is None else ReferenceRuns.from_state(reference),
            **parts,
        )
