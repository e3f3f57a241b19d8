"""Fitted quality model: predicted assay of a lot, satisfied grades, and the decision."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.estimators.imputation import Imputation
from models.estimators.two_stage import Parted
from models.interfaces.answers import COVERAGE, Answer, Regressor, flat, input_flags, unseen_inputs
from models.online.received import ALL, NONE, Interval, Received
from models.online.reference_runs import ReferenceRuns
from models.online.review_queue import Arrival
from models.quality.assessment import Assessment
from models.quality.calibration import LotCalibration, calibrated
from models.quality.censoring import log_size
from models.quality.decision import Costs, Decisions, decide
from models.quality.error_scenarios import ErrorScenarios
from models.quality.grades import Limits
from models.quality.missing_inputs import MOST_PATTERNS, CalibrationLots, mean_ratio
from models.quality.remedy import NearestLimit, Remedy, distances, nearest, remedies
from models.quality.transfer import LotTransfer
from models.table.inputs import input_names
from models.uncertainty.adaptive_intervals import IntervalLevel
from models.uncertainty.missing_patterns import LatestUsed
from models.uncertainty.missing_report import MissingReport, flagged
from physics.arrays import BoolArray, FloatArray, IntArray
from physics.special import expit
from seeds import Seed

_LEAST_OFF = 0.05  # spreads; lots that are nearer to what was predicted are alike


@dataclass(frozen=True, eq=False)
class QualityModel:
    """A candidate fitted to the lots of a process, with what a decision needs besides its prediction.

    E elements, D defects, G grades, in the seed's order.

    Parameters
    ----------
    seed : Seed
        Seed of the process at training time.
    candidate : str
        Name of the candidate, one of `models.tasks.CANDIDATES`.
    estimator : Regressor
        The fitted estimator: logarithms of the contents, then log-odds of the defects.
    scatter : ErrorScenarios
        Errors on lots outside the training rows.
    temperatures : ndarray, shape (D,)
        By which the probability of each defect is made as sure as it is right.
    threshold : float
        Highest probability of breaking its grade with which a lot may be released without an assay; NaN: none may.
    ranges : ndarray, shape (k, 2)
        Lowest and highest value of each input in training, in its unit; NaN where it had none.
    complete : ndarray of bool, shape (k,)
        Whether the input was never missing in training.
    examples : ndarray, shape (m, k)
        A few training rows, to prove that a copy of the model answers as the original.
    info : Mapping
        Where the model comes from: digests, training period, versions. JSON values only.
    missing : CalibrationLots, optional
        Calibration lots by which lots with missing inputs are calibrated; without them they are as others.
    missing_costs : ndarray, shape (k,), optional
        Joint intervals of 90 % without each input alone over those with all [1].
    imputation : Imputation, optional
        Means of missing inputs given the others, which the estimator sees; without it, it sees them as missing.
    widening : float
        Joint intervals in units of the spreads over those of lots that miss nothing [1].
    level : IntervalLevel, optional
        How wide joint intervals must be by the newest known assays; without it they are the fixed ones of `scatter`.
    received : Received
        Assays among these that it has received since it began to answer; kept in no file.
    transfer : LotTransfer, optional
        State of a model that serves another plant than that of its training.
    unit : str, optional
        Unit whose offset a transferred model adds, by default that of the plant; kept in no file.
    usual : ReferenceRuns, optional
        Reference runs of outcomes from training; without it no outcome is held for review.
    followed : ndarray, shape (n,), optional
        How many spreads the joint intervals of a table's lots would have reached while their assays came in, NaN for
        lots that were not asked. Known after training alone, kept in no file.
    unfollowed : ndarray, shape (n,), optional
        The same where no assay had come in from the first of these lots on.
    learnt : Mapping of str to object
        Parts fitted once for all candidates, by name; see `models.learnings`.
    refusals : Mapping of str to str
        Why history taught nothing of a part, by its name.
    """

    seed: Seed
    candidate: str
    estimator: Regressor
    scatter: ErrorScenarios
    temperatures: FloatArray
    threshold: float
    ranges: FloatArray
    complete: BoolArray
    examples: FloatArray
    info: Mapping[str, Any] = field(default_factory=dict)
    missing: CalibrationLots | None = None
    missing_costs: FloatArray | None = None
    imputation: Imputation | None = None
    widening: float = 1.0
    level: IntervalLevel | None = None
    received: Received = NONE
    transfer: LotTransfer | None = None
    unit: str | None = None
    usual: ReferenceRuns | None = None
    followed: FloatArray | None = None
    unfollowed: FloatArray | None = None
    learnt: Mapping[str, Any] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)

    @property
    def interval(self) -> Interval:
        """Joint interval that it answers with."""
        return self.received.interval(self.level, self.transfer is not None)

    def with_all_outcomes(self) -> Self:
        """The same as if it had received its newest known assays: adaptive intervals, unless transferred."""
        return self if self.transfer is not None else replace(self, received=ALL)

    def transferred(self, transfer: LotTransfer) -> Self:
        """Return the model of another plant in a state of its transfer, without a guarantee until shown."""
        before = 1.0 if self.transfer is None else self.transfer.growth
        scatter = replace(self.scatter, spread=self.scatter.spread * transfer.growth / before, joint=transfer.joint)
        threshold = transfer.threshold if transfer.test.is_shown else math.nan
        return replace(self, transfer=transfer, scatter=scatter, threshold=threshold)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of X's columns."""
        return input_names(self.seed)

    @cached_property
    def limits(self) -> Limits:
        """Limits of the grades."""
        return Limits.of(self.seed)

    @cached_property
    def costs(self) -> Costs:
        """Revenues and costs of decisions."""
        return Costs.of(self.seed)

    def assess(self, X: FloatArray, costs: Costs | None = None) -> Assessment:
        """Return predicted assays and decisions of lots, shape (n, k) of inputs in plant units.

        Other costs than the seed's change what is best among what the threshold allows, not the threshold.
        """
        return self.assessed(self.raw(X), costs)

    def raw(self, X: FloatArray) -> FloatArray:
        """Return logarithms of contents, offsets added, and log-odds of defects, shape (n, E + D)."""
        return self.shifted(self.estimated(X))

    def shifted(self, estimated: FloatArray) -> FloatArray:
        """Return `raw` from what `estimated` gave, which no unit and no pattern of missing inputs changes."""
        offset = 0.0 if self.transfer is None else np.pad(self.transfer.offset(self.unit), (0, len(self.seed.defects)))
        return estimated + offset

    def estimated(self, X: FloatArray) -> FloatArray:
        """Return `raw` without an offset, from inputs with missing ones replaced."""
        return np.array(self._parts.last.predict(self._parts.rows(self.filled(X))), dtype=np.float64)

    def filled(self, X: FloatArray) -> FloatArray:
        """Inputs that the estimator sees, shape (n, k): missing ones by the others; see `Imputation`."""
        if self._unseen is not None:
            X = np.where(self._unseen, np.nan, X)
        return X if self.imputation is None else self.imputation.filled(X)

    def corrected(self, X: FloatArray, predicted: FloatArray) -> FloatArray:
        """Return out-of-time predictions of lots, shape (n, E + D), with the change by imputation added."""
        return predicted if self.imputation is None else predicted + self.imputation.change(X, self.estimator.predict)

    @cached_property
    def _unseen(self) -> BoolArray | None:
        return unseen_inputs(self.ranges)

    @property
    def own_scatter(self) -> ErrorScenarios:
        """Errors on lots of the plant of its training."""
        growth = 1.0 if self.transfer is None else self.transfer.growth
        return replace(self.scatter, spread=self.scatter.spread / growth)

    def parts(self, X: FloatArray, units: Sequence[str] = ()) -> list[tuple[Self, IntArray]]:
        """Divide lots by the offset of their units and by missing inputs; see `by_pattern`."""
        if self.transfer is None or not len(units):
            return self.by_pattern(X)
        names = np.array([one if one in self.transfer.units else "" for one in units], dtype=object)
        of_units = [(replace(self, unit=str(one) or None), np.flatnonzero(names == one)) for one in np.unique(names)]
        return [(part, lots[own]) for model, lots in of_units for part, own in model.by_pattern(X[lots])]

    def by_pattern(self, X: FloatArray) -> list[tuple[Self, IntArray]]:
        """Divide lots, shape (n, k), by their missing inputs: the model calibrated for some, and these lots."""
        if self.missing is None or not np.isnan(X).any():
            return [(self, np.arange(len(X)))]
        return [(self._of_pattern(masks), lots) for masks, lots in self.missing.divided(X)]

    def on_base_rate(self, X: FloatArray, decided: Decisions) -> BoolArray:
        """Return whether lots are released in a grade with limits without any input that counts, shape (n,)."""
        released = (decided.grade >= 0) & (decided.grade < len(self.seed.grades) - 1)
        if self.missing is None or not released.any():
            return np.zeros(len(X), dtype=np.bool_)
        return np.asarray(released & (np.isnan(X) | self.missing.patterns.ignored).all(axis=1))

    def _of_pattern(self, masks: BoolArray) -> Self:
        """Return the model of lots that miss inputs by one of these patterns, shape (p, k)."""
        return self if not masks.any() else self._of_patterns.of(masks.tobytes(), lambda: self._calibrated(masks))

    @cached_property
    def _of_patterns(self) -> LatestUsed[Self]:
        return LatestUsed(MOST_PATTERNS)

    def _calibrated(self, masks: BoolArray) -> Self:
        if self.missing is None:
            return self
        base = LotCalibration(self.own_scatter, self.temperatures, self.threshold)
        own, widening = self.missing.calibrated(masks, self.estimated, partial(calibrated, self.seed), base)
        level = None if self.level is None else replace(self.level, scores=self.level.scores * widening)
        scatter, threshold = own.scatter, own.threshold
        if self.transfer is not None:
            growth, joint = self.transfer.growth, self.transfer.joint.scaled(widening)
            scatter = replace(scatter, spread=scatter.spread * growth, joint=joint)
            threshold = math.nan if math.isnan(self.threshold) else threshold
        model = replace(self, scatter=scatter, temperatures=own.temperatures, threshold=threshold)
        return replace(model, widening=widening, level=level)

    def needed(self, reported: FloatArray, X: FloatArray, units: Sequence[str] = ()) -> tuple[FloatArray, FloatArray]:
        """Return predicted logarithms, (n, E), and spreads that cover each lot, over `widening`."""
        logs, spreads = np.empty(reported.shape), np.empty(len(X))
        for model, lots in self.parts(X, units):
            logs[lots] = model.raw(X[lots])[:, : reported.shape[1]]
            spreads[lots] = model.scatter.needed(reported[lots], logs[lots]) / model.widening
        return logs, spreads

    @cached_property
    def _parts(self) -> Parted:
        return Parted.of(self.estimator)

    def assessed(self, raw: FloatArray, costs: Costs | None = None) -> Assessment:
        """Return `assess` from an estimator's raw outputs of the lots, shape (n, E + D)."""
        logs = raw[:, : len(self.seed.elements)]
        defects = np.asarray(expit(raw[:, len(self.seed.elements) :] / self.temperatures))
        probabilities = self.scatter.chances(logs, self.limits)
        by = costs or self.costs
        decided = decide(probabilities.keeps, probabilities.best, by, self.threshold)
        return Assessment(logs, defects, probabilities.keeps, probabilities.best, decided, by)

    def contents(self, logs: FloatArray, coverage: float) -> dict[str, Answer]:
        """Return most probable contents with intervals from logarithms, shape (n, E).

        The intervals of a lot cover all its contents together with this coverage, as the newest known assays have it.

        Raises
        ------
        CoverageError
            See `Conformal.half_width` and `IntervalLevel.half_width`.
        """
        if self.level is None:
            return self.fixed_contents(logs, coverage)
        half = self.received.half_width(self.scatter.joint, self.level, coverage)
        return self._contents(logs, *self.scatter.reach(logs, half))

    def arrival(self, batch: int, reported: FloatArray, logs: FloatArray, needed: FloatArray | None = None) -> Arrival:
        """Return lots with simultaneous assays by their largest standardised error, which moves the level.

        Errors are the logarithms of that, since it has no sign, and scatters by ratio.

        Parameters
        ----------
        batch : int
            Number by which a person accepts or withdraws them.
        reported, logs : ndarray, shape (n, E)
            Assays, and predicted logarithms of the contents.
        needed : ndarray, shape (n,), optional
            Spreads that cover all contents of each lot, as of `needed`; by default as of lots that miss nothing.
        """
        off = self.scatter.needed(reported, logs) if needed is None else needed
        sizes = log_size(reported) / self.scatter.spread
        predicted = np.where(np.isnan(sizes), 0.0, logs / self.scatter.spread).sum(axis=1)
        errors = np.log(np.maximum(off, _LEAST_OFF))
        return Arrival(batch, errors, off, np.nansum(sizes, axis=1), np.ones(len(off)), predicted)

    def fixed_contents(self, logs: FloatArray, coverage: float) -> dict[str, Answer]:
        """Return `contents` with the intervals of training, which later assays do not move."""
        return self._contents(logs, *self.scatter.bounds(logs, coverage))

    def _contents(self, logs: FloatArray, low: FloatArray, high: FloatArray) -> dict[str, Answer]:
        value = np.exp(logs)
        top = np.maximum(self._tops, value)
        parts = zip(self.seed.elements, value.T, low.T, np.minimum(high, top).T, strict=True)
        return {element.name: Answer(*answer) for element, *answer in parts}

    @cached_property
    def _tops(self) -> FloatArray:
        return np.array([element.limits[1] for element in self.seed.elements])

    def distances(self, assessed_lots: Assessment) -> FloatArray:
        """Distance of each limit in standard deviations of the error, shape (n, q)."""
        return distances(assessed_lots.logs, self.scatter, self.limits)

    def nearest(self, assessed_lots: Assessment, far: FloatArray | None = None) -> list[NearestLimit]:
        """Limit that each lot comes nearest to; `far` is what `distances` gave, to save doing it again."""
        far = self.distances(assessed_lots) if far is None else far
        return nearest(assessed_lots.logs, assessed_lots.relevant_grade, far, self.scatter, self.limits)

    def remedies(self, X: FloatArray, assessed_lots: Assessment, far: FloatArray | None = None) -> list[Remedy | None]:
        """Most helpful move for each lot that is not released in the intended grade or a more valuable one.

        `far` is what `distances` gave, to save doing it again.
        """
        far = self.distances(assessed_lots) if far is None else far
        suggestions: list[Remedy | None] = [None] * len(X)
        doubtful = np.flatnonzero(assessed_lots.decided.actions(self.costs))  # release is 0
        intended = np.full(len(doubtful), self.costs.intended)
        moves = remedies(
            self.seed, X[doubtful], assessed_lots.logs[doubtful], intended, far[doubtful], self.scatter, self.limits
        )
        for i, one in zip(doubtful.tolist(), moves, strict=True):
            suggestions[i] = one
        return suggestions

    def missing_reports(self, X: FloatArray) -> list[MissingReport | None]:
        """Return the missing inputs of each lot, the one first that costs most; None where none counts."""
        if self.missing is None:
            return [None] * len(X)
        return self.missing.patterns.reported(X, self.names, self.missing_costs, self._inflation)

    def _inflation(self, X: FloatArray) -> FloatArray:
        """Joint intervals of lots over those of lots with all inputs, mean of the contents, shape (n,) [1]."""
        ratio = np.ones(len(X))
        for model, lots in self.by_pattern(X):
            ratio[lots] = model.widening * mean_ratio(model.scatter.spread, self.scatter.spread)
        return ratio

    def flags(self, X: FloatArray, reports: Sequence[MissingReport | None] | None = None) -> list[list[str]]:
        """Return flags of each lot's response; see `RegressionModel.flags`."""
        is_needed = self.complete if self.missing is None else np.zeros(len(self.names), dtype=np.bool_)
        own = input_flags(X, self.names, self.ranges, is_needed)
        return flagged(own, self.missing_reports(X) if reports is None else reports)

    def columns(self, X: FloatArray) -> dict[str, npt.NDArray[Any]]:
        """Answers as flat columns of n values.

        Returns
        -------
        dict of str to ndarray
            `<element>`, its `_low` and its `_high` at COVERAGE [its unit]; `p_<defect>`; `p_<grade>`; `decision`;
            `grade`, empty where the laboratory shall say; `expected_value` [$/t].
        """
        columns: dict[str, npt.NDArray[Any]] = {}
        estimated = self.estimated(X)
        for model, lots in self.by_pattern(X):
            assessed = model.assessed(model.shifted(estimated[lots]))
            for name, values in (flat(model.contents(assessed.logs, COVERAGE)) | assessed.columns(self.seed)).items():
                columns.setdefault(name, np.empty(len(X), dtype=object if values.dtype.kind == "U" else np.float64))
                columns[name][lots] = values
        return {name: one.astype(str) if one.dtype == object else one for name, one in columns.items()}

    def state(self) -> dict[str, Any]:
        """Return the model's own state as JSON values: all but seed, estimator, inputs and origin."""
        return {
            "scatter": self.scatter.state(),
            "temperatures": self.temperatures.tolist(),
            "threshold": None if math.isnan(self.threshold) else self.threshold,
            "missing": None if self.missing is None else self.missing.state(),
            "missing_costs": None if self.missing_costs is None else self.missing_costs.tolist(),
            "imputation": None if self.imputation is None else self.imputation.state(),
            "level": None if self.level is None else self.level.state(),
            "transfer": None if self.transfer is None else self.transfer.state(),
            "usual": None if self.usual is None else self.usual.state(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], **parts: Any) -> Self:
        """Model from what `state` gave and all other parts by name; older ones knew fixed intervals alone."""
        names = "missing", "missing_costs", "imputation", "level", "usual"
        missing, costs, imputation, level, reference = map(state.get, names)
        model = cls(
            scatter=ErrorScenarios.from_state(state["scatter"]),
            temperatures=np.array(state["temperatures"], dtype=np.float64),
            threshold=math.nan if state["threshold"] is None else float(state["threshold"]),
            missing=None if missing is None else CalibrationLots.from_state(missing),
            missing_costs=None if costs is None else np.array(costs, dtype=np.float64),
            imputation=None if imputation is None else Imputation.from_state(imputation),
            level=None if level is None else IntervalLevel.from_state(level),
            usual=None if reference is None else ReferenceRuns.from_state(reference),
            **parts,
        )
        if state.get("transfer") is None:
            return model
        transfer = LotTransfer.from_state(state["transfer"])  # by which the stored scatter has grown
        return replace(model, transfer=transfer).transferred(transfer)
