"""Element contents of a piece, with intervals for a single piece and variances for the sum over a lot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.estimators.physics_features import physics_columns
from models.interfaces.answers import COVERAGE, Answer
from models.interfaces.physics import AnyPhysics
from models.processes.lookup import physics_of
from models.table.inputs import input_names
from models.table.standard_scale import StandardScale
from models.uncertainty.intervals import Conformal, rows_needed
from physics.arrays import BoolArray, FloatArray
from seeds import Seed

# The sensors carry an element if they explain this share of its variance over pieces outside the training rows.
CARRIED_R2 = 0.25
# A predicted class with fewer calibration rows has no scores of its own.
FEWEST_OF_CLASS = 40
# A content that never varies within its class is no better known than this [wt%].
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class ContentSignals:
    """Signals that contents are estimated from: the inputs, and all that physics computes from them.

    Parameters
    ----------
    inputs, features : tuple of str
        Names of the k inputs, and of the physics features; none where the process has no physics.
    physics : Physics, optional
        What computes them; None where the process has no physics.
    """

    inputs: tuple[str, ...]
    features: tuple[str, ...]
    physics: AnyPhysics | None

    @classmethod
    def of(cls, seed: Seed) -> Self:
        """Signals of a process."""
        physics = physics_of(seed)
        features = () if physics is None else tuple(feature.name for feature in physics.FEATURES)
        return cls(input_names(seed), features, physics)

    def columns(self, X: FloatArray) -> FloatArray:
        """Inputs and features, shape (n, k + p), from inputs in plant units, shape (n, k)."""
        if self.physics is None or not self.features:
            return X
        return np.hstack([X, physics_columns(self.physics, X, self.inputs, self.features)])


@dataclass(frozen=True, eq=False)
class ContentLines:
    """Straight lines from d standard scores to E element contents, for each of K classes.

    Parameters
    ----------
    weights, constant : ndarray, shape (K, E, d) and (K, E)
        Of each class's lines [wt%].
    low, high : ndarray, shape (K, E)
        Lowest and highest content that the laboratory found in the class, where its lines end [wt%].
    variance : ndarray, shape (K, E)
        Mean squared error of the lines on pieces of the class [wt%²].
    """

    weights: FloatArray
    constant: FloatArray
    low: FloatArray
    high: FloatArray
    variance: FloatArray

    def contents(self, Z: FloatArray) -> FloatArray:
        """Contents if a piece were of each class, shape (n, K, E) [wt%], from standard scores, shape (n, d)."""
        n_columns = self.weights.shape[2]
        contents = (Z @ self.weights.reshape(-1, n_columns).T).reshape(len(Z), *self.constant.shape)
        return np.clip(contents + self.constant, self.low, self.high)

    def mixed(self, Z: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Mean content over classes with probabilities p, shape (n, K), and its variance, shape (n, E) each.

        The variance adds that within classes to that between them, so that a piece of doubtful class is doubtful in
        content [wt%, wt%²].
        """
        each = self.contents(Z)
        mean = np.einsum("nk,nke->ne", p, each)
        return mean, np.einsum("nk,nke->ne", p, (each - mean[:, None]) ** 2) + p @ self.variance


@dataclass(frozen=True, eq=False)
class Contents:
    """Element contents estimated from signals, physics features and class probabilities.

    Within a class contents follow the signals by straight lines; the estimate is their mean over the classes, by
    probability. Intervals are conformal within the predicted class (Mondrian) where it has enough calibration rows,
    over all classes otherwise; an error counts by the spread that the lines state for the piece, so that a piece of
    doubtful class gets the wider interval.

    Parameters
    ----------
    seed : Seed
        The process; E elements, K classes.
    signals : ContentSignals
        What the lines take.
    scale : StandardScale
        How signals become standard scores.
    lines : ContentLines
        Lines of each class.
    carried : ndarray of bool, shape (E,)
        Whether the sensors carry the element: its R² on rows outside the training rows is at least `CARRIED_R2`.
    pooled : tuple of E Conformal
        Absolute errors over `spread`, over all classes, of rows outside the training rows.
    of_class : tuple of K tuples of E Conformal
        The same of each predicted class.

    References
    ----------
    V. Vovk, D. Lindsay, I. Nouretdinov, A. Gammerman (2003). Mondrian confidence machine. Technical report, Royal
    Holloway, University of London. Errors over their spread: J. Lei, M. G'Sell, A. Rinaldo, R. J. Tibshirani,
    L. Wasserman (2018). Distribution-free predictive inference for regression. J. Am. Stat. Assoc. 113, 1094-1111.
    arXiv 1604.04173.
    """

    seed: Seed
    signals: ContentSignals
    scale: StandardScale
    lines: ContentLines
    carried: BoolArray
    pooled: tuple[Conformal, ...]
    of_class: tuple[tuple[Conformal, ...], ...]

    def estimate(self, columns: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Contents and the variances of their errors, shape (n, E) each [wt%, wt%²].

        Parameters
        ----------
        columns : ndarray, shape (n, d)
            What `signals` gave for the inputs.
        p : ndarray, shape (n, K)
            Calibrated class probabilities.
        """
        return self.lines.mixed(self.scale.scores(columns), p)

    def of_inputs(self, X: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Contents, standard deviations of their errors and half widths, shape (n, E) each [wt%].

        Half widths are those of intervals that cover COVERAGE. An element with too few calibration rows has its
        standard deviation as half width.

        Parameters
        ----------
        X : ndarray, shape (n, k)
            Inputs in plant units; NaN is missing.
        p : ndarray, shape (n, K)
            Calibrated class probabilities.
        """
        content, variance = self.estimate(self.signals.columns(X), p)
        own, fewest = spread(variance), rows_needed(COVERAGE)
        half, known = own.copy(), [e for e, one in enumerate(self.pooled) if len(one.scores) >= fewest]
        half[:, known] = self.half_widths(variance, p, COVERAGE, known)
        return content, own, half

    def half_widths(self, variance: FloatArray, p: FloatArray, coverage: float, elements: Sequence[int]) -> FloatArray:
        """Half widths of the intervals of some elements, shape (n, e) [wt%].

        Parameters
        ----------
        variance : ndarray, shape (n, E)
            Variances of the errors of contents [wt%²].
        p : ndarray, shape (n, K)
            Calibrated class probabilities.
        coverage : float
            Share of labels that the intervals shall hold, above 0 and below 1.
        elements : sequence of e int
            Numbers of the elements.

        Raises
        ------
        CoverageError
            Even all classes together have too few calibration rows for the coverage.
        """
        half, predicted = spread(variance[:, elements]), np.argmax(p, axis=1)
        enough = max(FEWEST_OF_CLASS, rows_needed(coverage))
        for k in sorted(set(predicted.tolist())):
            own = ((e, self.of_class[k][e]) for e in elements)
            scores = (one if len(one.scores) >= enough else self.pooled[e] for e, one in own)
            half[predicted == k] *= [one.half_width(coverage) for one in scores]
        return half

    def answers(
        self,
        estimated: tuple[FloatArray, FloatArray],
        p: FloatArray,
        coverage: float,
        wider: FloatArray | None = None,
    ) -> dict[str, Answer]:
        """Contents of the carried elements with their intervals.

        Parameters
        ----------
        estimated : tuple of ndarray
            What `estimate` gave.
        p : ndarray, shape (n, K)
            Calibrated class probabilities.
        coverage : float
            Share of labels that the intervals shall hold, above 0 and below 1.
        wider : ndarray, shape (n, E), optional
            Widths of intervals over those by `half_widths` [1].

        Returns
        -------
        dict of str to Answer
            Value and both ends lie within the element's physical range [its unit].

        Raises
        ------
        CoverageError
            Even all classes together have too few calibration rows for the coverage.
        """
        numbers, names, (low, high) = self._told
        content, variance = estimated
        value, half = content[:, numbers], self.half_widths(variance, p, coverage, numbers)
        if wider is not None:
            half *= wider[:, numbers]
        ends = (np.clip(end, low, high).T for end in (value, value - half, value + half))
        return {name: Answer(*bounds) for name, *bounds in zip(names, *ends, strict=True)}

    @cached_property
    def _told(self) -> tuple[list[int], list[str], FloatArray]:
        """Numbers and names of the carried elements, and their physical ranges, shape (2, carried)."""
        numbers = np.flatnonzero(self.carried).tolist()
        columns = [self.seed.elements[e] for e in numbers]
        ranges = np.array([column.limits for column in columns], dtype=np.float64)
        return numbers, [column.name for column in columns], ranges.reshape(len(columns), 2).T

    def state(self) -> dict[str, Any]:
        """All but the seed as JSON values."""
        return {
            "features": list(self.signals.features),
            "scale": self.scale.state(),
            "lines": {name: part.tolist() for name, part in vars(self.lines).items()},
            "carried": self.carried.tolist(),
            "pooled": [one.scores.tolist() for one in self.pooled],
            "of_class": [[one.scores.tolist() for one in own] for own in self.of_class],
        }

    @classmethod
    def from_state(cls, seed: Seed, state: Mapping[str, Any]) -> Self:
        """Contents from what `state` gave.

        Raises
        ------
        ValueError
            This code's physics computes features other than the training features.
        """
        signals = ContentSignals.of(seed)
        if list(signals.features) != state["features"]:
            raise ValueError(f"features: got {state['features']}, this code computes {list(signals.features)}")
        shape = (len(seed.classes), len(seed.elements))
        parts = {name: np.array(part, dtype=np.float64) for name, part in state["lines"].items()}
        scale = StandardScale.from_state(state["scale"])
        weights = parts.pop("weights").reshape(*shape, len(scale.median))
        return cls(
            seed=seed,
            signals=signals,
            scale=scale,
            lines=ContentLines(weights, **{name: part.reshape(shape) for name, part in parts.items()}),
            carried=np.array(state["carried"], dtype=np.bool_),
            pooled=_conformal(state["pooled"]),
            of_class=tuple(_conformal(own) for own in state["of_class"]),
        )


def spread(variance: FloatArray) -> FloatArray:
    """Standard deviation of contents of this variance, never quite 0 [wt%]."""
    return np.maximum(np.sqrt(variance), LEAST_SPREAD)


def _conformal(scores: Sequence[Sequence[float]]) -> tuple[Conformal, ...]:
    return tuple(Conformal(np.array(one, dtype=np.float64)) for one in scores)
