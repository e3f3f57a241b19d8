"""Fitted classifier on numpy arrays: calibrated probabilities, prediction sets, and flags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.classification.missing_inputs import CalibrationRows
from models.estimators.temperature import fitted_temperature, tempered
from models.estimators.two_stage import Parted
from models.interfaces.answers import COVERAGE, Classifier, input_flags, learnt_inputs
from models.table.inputs import input_names
from models.uncertainty.intervals import Conformal
from models.uncertainty.missing_report import CLASS_SET, MissingReport, flagged
from models.uncertainty.novelty import Novelty
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

MOST_NEW = 64
"""Patterns of missing inputs of one call that are calibrated each alone; rarer ones in groups."""


@dataclass(frozen=True, eq=False)
class ClassificationModel:
    """A candidate fitted to a process's table, with what an answer needs besides its probabilities.

    K classes, in the seed's order.

    Parameters
    ----------
    seed : Seed
        Seed of the process at training time.
    candidate : str
        Name of the candidate, one of `models.tasks.CANDIDATES`.
    estimator : Classifier
        The fitted scikit-learn classifier.
    temperature : float
        By which its probabilities are made as sure as they are right.
    conformal : Conformal
        One minus the probability that the right class was given, on calibration rows.
    novelty : Novelty
        Novelty detector.
    ranges : ndarray, shape (k, 2)
        Lowest and highest value of each input in training, in its unit; NaN where it had none.
    complete : ndarray of bool, shape (k,)
        Whether the input was never missing in training.
    examples : ndarray, shape (m, k)
        A few training rows, to prove that a copy of the model answers as the original.
    info : Mapping
        Where the model comes from: digests, training period, versions. JSON values only.
    missing : CalibrationRows, optional
        Calibration rows by which rows with missing inputs are calibrated; without them they are as others.
    missing_costs : ndarray, shape (k,), optional
        Mean size of sets of 90 % without each input alone over that with all [1].
    learnt : Mapping of str to object
        Parts fitted once for all candidates, by name; see `models.learnings`.
    refusals : Mapping of str to str
        Why history taught nothing of a part, by its name.
    """

    seed: Seed
    candidate: str
    estimator: Classifier
    temperature: float
    conformal: Conformal
    novelty: Novelty
    ranges: FloatArray
    complete: BoolArray
    examples: FloatArray
    info: Mapping[str, Any] = field(default_factory=dict)
    missing: CalibrationRows | None = None
    missing_costs: FloatArray | None = None
    learnt: Mapping[str, Any] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of X's columns."""
        return input_names(self.seed)

    def probabilities(self, X: FloatArray) -> FloatArray:
        """Return calibrated class probabilities, shape (n, K), from inputs in plant units, shape (n, k)."""
        return tempered(self._scores(X), self.temperatures(X))

    def temperatures(self, X: FloatArray) -> FloatArray:
        """Return the temperature of each row by its missing inputs, shape (n,)."""
        temperatures = np.empty(len(X))
        for model, rows in self.by_pattern(X):
            temperatures[rows] = model.temperature
        return temperatures

    def _scores(self, X: FloatArray) -> FloatArray:
        """Probabilities of the estimator before the temperature, shape (n, K)."""
        return np.asarray(self._parts.last.predict_proba(self._parts.rows(X)), dtype=np.float64)

    def by_pattern(self, X: FloatArray) -> list[tuple[Self, IntArray]]:
        """Divide rows, shape (n, k), by their missing inputs: the model calibrated for some, and these rows.

        At most MOST_NEW patterns of a call are calibrated each alone, the most frequent first, and rarer ones in
        groups.
        """
        if self.missing is None or not np.isnan(X).any():
            return [(self, np.arange(len(X)))]
        return [(self._of_pattern(masks), rows) for masks, rows in self.missing.patterns.divided(X, MOST_NEW)]

    def _of_pattern(self, masks: BoolArray) -> Self:
        if self.missing is None or not masks.any():
            return self
        own = self.missing.calibrated(masks, self._scores, self.temperature)
        return replace(self, temperature=own.temperature, conformal=own.conformal)

    @cached_property
    def _parts(self) -> Parted:
        return Parted.of(self.estimator)

    def sets_of(self, X: FloatArray, p: FloatArray, coverage: float) -> BoolArray:
        """Return `sets` of rows by their missing inputs; X as for `probabilities`, p as it gave."""
        inside = np.empty(p.shape, dtype=np.bool_)
        for model, rows in self.by_pattern(X):
            inside[rows] = model.sets(p[rows], coverage)
        return inside

    def sets(self, p: FloatArray, coverage: float) -> BoolArray:
        """Return whether classes are in each row's prediction set, shape (n, K).

        A set holds the right class with a probability of at least `coverage`, on average over rows that come as the
        calibration rows did. It has the classes whose probability is high enough [1]_, and the most probable one in
        any case, so that no set is empty.

        Parameters
        ----------
        p : ndarray, shape (n, K)
            What `probabilities` gave.
        coverage : float
            Share of labels that the sets shall hold, above 0 and below 1.

        Raises
        ------
        CoverageError
            See `Conformal.half_width`.

        References
        ----------
        .. [1] M. Sadinle, J. Lei, L. Wasserman (2019). Least ambiguous set-valued classifiers with bounded error
           levels. J. Am. Stat. Assoc. 114, 223-234. doi:10.1080/01621459.2017.1395341
        """
        likely = 1 - p <= self.conformal.half_width(coverage)
        likely[np.arange(len(p)), np.argmax(p, axis=1)] = True
        return np.asarray(likely)

    def columns(self, X: FloatArray) -> dict[str, npt.NDArray[Any]]:
        """Answers as flat columns of n values.

        Returns
        -------
        dict of str to ndarray
            The most probable class under the target's name (text), `p_<class>`, and `in_set_<class>`: 1 where the class
            is in the set at the coverage COVERAGE, else 0.
        """
        p = self.probabilities(X)
        inside = self.sets_of(X, p, COVERAGE).astype(np.float64)
        return {
            self.seed.target.name: np.array(self.seed.classes)[np.argmax(p, axis=1)],
            **{f"p_{name}": column for name, column in zip(self.seed.classes, p.T, strict=True)},
            **{f"in_set_{name}": column for name, column in zip(self.seed.classes, inside.T, strict=True)},
        }

    def missing_reports(self, X: FloatArray) -> list[MissingReport | None]:
        """Return the missing inputs of each row, the costliest first; None where none enlarges its set."""
        if self.missing is None:
            return [None] * len(X)
        return self.missing.patterns.reported(X, self.names, self.missing_costs, self._ratios, CLASS_SET)

    def _ratios(self, X: FloatArray) -> FloatArray:
        """Size of the sets of rows over that with all inputs, shape (n,) [1]."""
        ratios = np.ones(len(X))
        if self.missing is not None:
            for masks, rows in self.missing.patterns.divided(X, MOST_NEW):
                if masks.any():
                    ratios[rows] = self.missing.ratio(masks, self._scores, self.temperature)
        return ratios

    def flags(self, X: FloatArray, reports: Sequence[MissingReport | None] | None = None) -> list[list[str]]:
        """Return the flags of each row's response, one list a row, empty if none.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs in plant units.
        reports : sequence of MissingReport or None, optional
            What `missing_reports` gave for X, to save doing it again.

        Returns
        -------
        list of list of str
            "<column> outside training range", and missing inputs, as for `RegressionModel.flags`; "out of
            distribution": the inputs together lie farther from every class than nearly all known rows do.
        """
        is_needed = self.complete if self.missing is None else np.zeros(len(self.names), dtype=np.bool_)
        flags = input_flags(X, self.names, self.ranges, is_needed)
        for i in np.flatnonzero(self.novelty.novel(X)):
            flags[i].append("out of distribution")
        return flagged(flags, self.missing_reports(X) if reports is None else reports)

    def state(self) -> dict[str, Any]:
        """Return the model's own state as JSON values: all but seed, estimator, inputs and origin."""
        return {
            "temperature": self.temperature,
            "scores": self.conformal.scores.tolist(),
            "novelty": self.novelty.state(),
            "missing": None if self.missing is None else self.missing.state(),
            "missing_costs": None if self.missing_costs is None else self.missing_costs.tolist(),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any], **parts: Any) -> Self:
        """Model from what `state` gave and all other parts by name."""
        missing, costs = map(state.get, ("missing", "missing_costs"))
        return cls(
            temperature=float(state["temperature"]),
            conformal=Conformal(np.array(state["scores"], dtype=np.float64)),
            novelty=Novelty.from_state(state["novelty"]),
            missing=None if missing is None else CalibrationRows.from_state(missing),
            missing_costs=None if costs is None else np.array(costs, dtype=np.float64),
            **parts,
        )


def classifier(
    seed: Seed,
    candidate: str,
    estimator: Classifier,
    X_train: FloatArray,
    y_train: FloatArray,
    X_calibrate: FloatArray,
    y_calibrate: FloatArray,
    p_calibrate: FloatArray,
    info: Mapping[str, Any],
) -> ClassificationModel:
    """Return a model with an estimator fitted on all rows, calibrated on out-of-fold predictions.

    Parameters
    ----------
    seed, candidate, estimator, info
        As for `ClassificationModel`.
    X_train, X_calibrate : ndarray, shape (n, k) and (m, k)
        Inputs in plant units; NaN is missing.
    y_train, y_calibrate : ndarray, shape (n,) and (m,)
        Numbers of the classes that were reported.
    p_calibrate : ndarray, shape (m, K)
        Class probabilities predicted by models that had not seen the row.

    Returns
    -------
    ClassificationModel
    """
    codes = y_calibrate.astype(np.intp)
    temperature = cautious_temperature(p_calibrate, codes)
    given = tempered(p_calibrate, temperature)[np.arange(len(codes)), codes]
    model = ClassificationModel(
        seed=seed,
        candidate=candidate,
        estimator=estimator,
        temperature=temperature,
        conformal=Conformal(np.sort(1 - given)),
        novelty=Novelty.fit(X_train, y_train.astype(np.intp), X_calibrate),
        info=dict(info),
        **learnt_inputs(np.vstack([X_train, X_calibrate])),
    )
    missing = CalibrationRows.of(X_calibrate, y_calibrate, given, model.probabilities)
    costs = missing.patterns.costs(lambda masks: missing.ratio(masks, model._scores, temperature))
    return replace(model, missing=missing, missing_costs=costs)


def cautious_temperature(p: FloatArray, codes: IntArray) -> float:
    """Temperature with the smallest log loss on these rows and one more, which is wrong.

    A few dozen rows that are all right would make any probability a certainty. So one row is added that is as sure as
    the median one and whose right class is its second choice: n rows that are all right then speak for about
    n/(n + 1), as Laplace's rule of succession has it, and among many rows one more changes nothing.

    Parameters
    ----------
    p : ndarray, shape (n, K)
        Class probabilities predicted by models that had not seen the rows; K is at least 2.
    codes : ndarray of int, shape (n,)
        Numbers of the right classes.
    """
    ranked = np.sort(p, axis=1)
    lead = ranked[:, -1] - ranked[:, -2]
    median = int(np.argsort(lead, kind="stable")[len(lead) // 2])
    with np.errstate(divide="ignore"):
        scores = np.log(np.vstack([p, p[median]]))
    return fitted_temperature(scores, np.append(codes, np.argsort(p[median], kind="stable")[-2]))
