"""Fitted sorting model on numpy arrays: class probabilities, element contents, bins and flags."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from models.estimators.temperature import tempered
from models.estimators.two_stage import Parted
from models.interfaces.answers import COVERAGE, Answer, Classifier, flat, input_flags
from models.interfaces.learning import SETPOINTS
from models.sorting.contents import Contents
from models.sorting.decision import DecidedPieces, SortingLine, kilograms
from models.sorting.guarantee import Calibration
from models.sorting.lot_ledger import fill
from models.sorting.lots import LotState, numbered
from models.sorting.missing_inputs import CalibrationPatterns, PieceCalibration
from models.sorting.piece_features import PieceFeatures
from models.sorting.setpoints.assayed import Assayed
from models.sorting.setpoints.recommender import LineSetPoints
from models.sorting.sorted_pieces import SortedPieces
from models.sorting.spread import DispersionLimits
from models.sorting.values import value_matrix
from models.table.inputs import input_names
from models.uncertainty.missing_report import MissingReport, flagged
from models.uncertainty.novelty import Novelty
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

MOST_NEW = 64
"""Patterns of missing inputs of one call that are calibrated each alone; rarer ones in groups."""


@dataclass(frozen=True, eq=False)
class SortingModel:
    """Candidate fitted to a sorting process's table, with contents, bins and flags for its responses.

    K classes, B bins, E elements, in the seed's order.

    Parameters
    ----------
    seed : Seed
        Seed of the process at training time.
    candidate : str
        Name of the candidate, one of `models.sorting.candidates.CANDIDATES`.
    estimator : Classifier
        The fitted scikit-learn classifier.
    temperature : float
        By which its probabilities are made as sure as they are right.
    contents : Contents
        Element contents.
    novelty : Novelty
        Novelty detector.
    risk_price : float
        What a broken limit counts, for each kilogram of its lot's feed, so that lots keep them as often as the seed
        asks [$/kg]; infinite where bins with limits stay closed, NaN where no bin has a limit, so that there is
        nothing to guarantee.
    feed_contents : ndarray, shape (E,)
        Mean laboratory contents of the training feed, by mass [wt%].
    ranges : ndarray, shape (k, 2)
        Lowest and highest value of each input in training, in its unit; NaN where it had none.
    complete : ndarray of bool, shape (k,)
        Whether the input was never missing in training.
    examples : ndarray, shape (m, k)
        A few training rows, to prove that a copy of the model answers as the original.
    info : Mapping
        Where the model comes from: digests, training period, versions. JSON values only.
    learnt : Mapping of str to object
        Parts fitted once for all candidates, by name; see `models.learnings`.
    refusals : Mapping of str to str
        Why history taught nothing of a part, by its name.
    spread : DispersionLimits, optional
        Fitted dispersion within lots; None if no bin limits one.
    missing : CalibrationPatterns, optional
        Calibration pieces by which pieces with missing inputs are calibrated; without them they are as others.
    missing_costs : ndarray, shape (k,), optional
        Width of the intervals of contents without each input alone over that with all [1].
    calibration : Calibration, optional
        What the risk price rests on; None where no bin has a limit, and of models from before it was kept, whose price
        kept the limits on average over calibrations alone.
    """

    seed: Seed
    candidate: str
    estimator: Classifier
    temperature: float
    contents: Contents
    novelty: Novelty
    risk_price: float
    feed_contents: FloatArray
    ranges: FloatArray
    complete: BoolArray
    examples: FloatArray
    info: Mapping[str, Any] = field(default_factory=dict)
    learnt: Mapping[str, Any] = field(default_factory=dict)
    refusals: Mapping[str, str] = field(default_factory=dict)
    spread: DispersionLimits | None = None
    calibration: Calibration | None = None
    missing: CalibrationPatterns | None = None
    missing_costs: FloatArray | None = None

    @cached_property
    def line_setpoints(self) -> LineSetPoints | None:
        """Set-points of the line, evaluated on pieces outside the training rows; None without them."""
        assayed: Assayed | None = self.learnt.get(SETPOINTS)
        return None if assayed is None else LineSetPoints(self, assayed)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in the order of X's columns."""
        return input_names(self.seed)

    @cached_property
    def line(self) -> SortingLine:
        """The sorting line: limits of its bins, and what comes along with an ejected piece."""
        return SortingLine.of(self.seed, self.feed_contents, self.spread)

    @cached_property
    def _values(self) -> FloatArray:
        return value_matrix(self.seed)

    def probabilities(self, X: FloatArray) -> FloatArray:
        """Return calibrated class probabilities, shape (n, K), from inputs in plant units, shape (n, k)."""
        return self.seen(X).p

    def seen(self, X: FloatArray | PieceFeatures, p: FloatArray | None = None) -> PieceFeatures:
        """Pieces as it sees them: what is asked of them several times is then computed once.

        Parameters
        ----------
        X : ndarray, shape (n, k), or PieceFeatures
            Inputs in plant units, columns as in `names`, NaN is missing; or what this gave for them.
        p : ndarray, shape (n, K), optional
            Class probabilities, where they are known already.
        """
        return X if isinstance(X, PieceFeatures) else PieceFeatures(self, X, p)

    def calibrated(self, seen: PieceFeatures) -> FloatArray:
        """Calibrated probabilities of the classes of pieces, shape (n, K)."""
        rows = seen.signals if self._takes_signals else self._parts.rows(seen.X)
        return tempered(np.asarray(self._parts.last.predict_proba(rows), dtype=np.float64), self.temperatures(seen.X))

    def temperatures(self, X: FloatArray) -> FloatArray | float:
        """Return the temperature of pieces by their missing inputs, shape (n,), or one for all."""
        return self.temperature if self._has_all(X) else self._of_pieces(X, lambda own: own.temperature)

    def widened(self, X: FloatArray, variance: FloatArray) -> FloatArray:
        """Return variances of contents, shape (n, E) [wt%²], larger where inputs are missing."""
        return variance if self._has_all(X) else variance * self._of_pieces(X, lambda own: own.factor**2)

    def _wider(self, X: FloatArray) -> FloatArray | None:
        """Return widths of intervals over those by variance and class, shape (n, E) [1]; None with all inputs."""
        return None if self._has_all(X) else self._of_pieces(X, lambda own: own.interval)

    def _has_all(self, X: FloatArray) -> bool:
        """Return whether pieces, shape (n, k), are calibrated as if no input were missing."""
        return self.missing is None or not np.isnan(X).any()

    def _of_pieces(self, X: FloatArray, value: Callable[[PieceCalibration], FloatArray | float]) -> FloatArray:
        """Return a value of the calibration of each piece, shape (n,) or (n, E)."""
        values = np.empty((len(X), *np.shape(value(self._base))))
        for own, rows in self._by_pattern(X):
            values[rows] = value(own)
        return values

    def _by_pattern(self, X: FloatArray) -> list[tuple[PieceCalibration, IntArray]]:
        """Divide pieces, shape (n, k), by their missing inputs: calibration, and its pieces."""
        if self.missing is None:
            return [(self._base, np.arange(len(X)))]
        parts = self.missing.patterns.divided(X, MOST_NEW)
        return [(self._of_pattern(masks), rows) for masks, rows in parts]

    def _of_pattern(self, masks: BoolArray) -> PieceCalibration:
        if self.missing is None or not masks.any():
            return self._base
        return self.missing.calibrated(masks, self._scores, self.contents.of_inputs, self.temperature)

    @cached_property
    def _base(self) -> PieceCalibration:
        same = np.ones(len(self.seed.elements))
        return PieceCalibration(self.temperature, same, same, 1.0)

    def _scores(self, X: FloatArray) -> FloatArray:
        """Class probabilities before the temperature, shape (n, K)."""
        rows = self.contents.signals.columns(X) if self._takes_signals else self._parts.rows(X)
        return np.asarray(self._parts.last.predict_proba(rows), dtype=np.float64)

    @cached_property
    def _parts(self) -> Parted:
        return Parted.of(self.estimator)

    @cached_property
    def _takes_signals(self) -> bool:
        """Return whether its classifier takes the columns from which contents are estimated."""
        features, signals = self._parts.features, self.contents.signals
        return features is not None and (features.inputs, features.features) == (signals.inputs, signals.features)

    def elements(
        self, X: FloatArray | PieceFeatures, coverage: float, p: FloatArray | None = None
    ) -> dict[str, Answer]:
        """Contents of the elements that the sensors carry, each with its interval; see `Contents.answers`.

        Parameters
        ----------
        X, p
            As for `seen`.
        coverage : float
            Share of labels that the intervals shall hold, above 0 and below 1.
        """
        seen = self.seen(X, p)
        return self.contents.answers(seen.contents, seen.p, coverage, self._wider(seen.X))

    def sort(
        self,
        X: FloatArray | PieceFeatures,
        lots: Sequence[Hashable] | npt.NDArray[np.object_] | None = None,
        values: FloatArray | None = None,
        states: Mapping[Any, LotState] | None = None,
        p: FloatArray | None = None,
        lot_mass: FloatArray | float | None = None,
    ) -> SortedPieces:
        """Decide where pieces go, in the order of the rows.

        A piece goes where it is worth most on average, less what the risk that it brings to its lot counts
        (`fill`). A novel piece, and one that is most probably of the class `other`, goes to the rest.

        Parameters
        ----------
        X, p
            As for `seen`. A piece without mass counts as one of the seed's typical mass.
        lots : sequence of n hashable, optional
            Name of each piece's lot. Without it each piece is decided by itself, and no limit holds.
        values : ndarray, shape (B, K), optional
            Value of a kilogram of each class in each bin [$/kg]; the seed's by default.
        states : Mapping to LotState, optional
            What lots hold already, by their names; a lot that is not named is empty.
        lot_mass : ndarray, shape (n,), or float, optional
            Mass of feed of each piece's lot [kg]; the seed's by default. A lot of which only the reference pieces
            are there is sorted as a lot of their mass.

        Returns
        -------
        SortedPieces
        """
        seen = self.seen(X, p)
        pieces = self.pieces(seen, self._values if values is None else values)
        n = len(pieces.mass)
        if lots is None:
            preferred = chosen = self.line.wanted(pieces)
            after: dict[Any, LotState] = {}
        else:
            names, first, numbers = numbered(lots)
            before = [(states or {}).get(name, self._empty) for name in names]
            planned = np.broadcast_to(self.line.lot_mass if lot_mass is None else lot_mass, n)[first]
            queue = self.line.queue(pieces, numbers)
            preferred, (chosen, left) = queue.wanted, fill(self.line, queue, before, self.risk_price, planned)
            after = dict(zip(names, left, strict=True))
        return SortedPieces(seen.p, chosen, pieces.value[np.arange(n), chosen], preferred, after)

    def pieces(self, seen: PieceFeatures, values: FloatArray) -> DecidedPieces:
        """Return the pieces as the line's decision needs them; values as for `sort`."""
        excluded = seen.novel | (np.argmax(seen.p, axis=1) == self._other)
        content, variance = seen.contents
        share = 1 / self.line.whole
        return DecidedPieces(seen.p @ values.T, excluded, self.masses(seen.X), share * content, share**2 * variance)

    def masses(self, X: FloatArray) -> FloatArray:
        """Measured mass of each piece, shape (n,) [kg]; the seed's typical mass where it is missing."""
        return kilograms(self.seed, X[:, self._mass])

    @cached_property
    def _needed(self) -> BoolArray:
        is_mass = np.arange(len(self.names)) == self._mass
        return np.asarray(is_mass | self.complete) if self.missing is None else is_mass

    @cached_property
    def _empty(self) -> LotState:
        return LotState.empty(self.seed)

    @cached_property
    def _other(self) -> int:
        return self.seed.classes.index(self.seed.sorting_rules.other_class)

    @cached_property
    def _mass(self) -> int:
        return self.names.index(self.seed.sorting_rules.mass)

    def columns(self, X: FloatArray) -> dict[str, npt.NDArray[Any]]:
        """Answers as flat columns of n values, each piece decided by itself.

        Returns
        -------
        dict of str to ndarray
            The most probable class under the target's name (text), `p_<class>`, each carried element with its
            `_low` and `_high` at the coverage COVERAGE [its unit], `bin` (text) and `expected_value` [$/kg].
        """
        seen = self.seen(X)
        p, decided = seen.p, self.sort(seen)
        return {
            self.seed.target.name: np.array(self.seed.classes)[np.argmax(p, axis=1)],
            **{f"p_{name}": column for name, column in zip(self.seed.classes, p.T, strict=True)},
            **flat(self.elements(seen, COVERAGE)),
            "bin": np.array([one.name for one in self.seed.bins])[decided.bin],
            "expected_value": decided.expected_value,
        }

    def with_missing_costs(self) -> Self:
        """The same with the cost of each missing input, measured."""
        if self.missing is None:
            return self
        return replace(self, missing_costs=self.missing.patterns.costs(lambda masks: self._of_pattern(masks).ratio))

    def missing_reports(self, X: FloatArray) -> list[MissingReport | None]:
        """Return the missing inputs of each piece, the costliest first; None where none widens its contents."""
        if self.missing is None:
            return [None] * len(X)
        return self.missing.patterns.reported(X, self.names, self.missing_costs, self._inflation)

    def _inflation(self, X: FloatArray) -> FloatArray:
        """Width of the intervals of contents over that with all inputs, shape (n,) [1]."""
        return self._of_pieces(X, lambda own: own.ratio)

    def flags(
        self,
        X: FloatArray | PieceFeatures,
        p: FloatArray | None = None,
        reports: Sequence[MissingReport | None] | None = None,
    ) -> list[list[str]]:
        """Return the flags of each row's response, one list a row, empty if none.

        Parameters
        ----------
        X, p
            As for `seen`.
        reports : sequence of MissingReport or None, optional
            What `missing_reports` gave for X, to save doing it again.

        Returns
        -------
        list of list of str
            "<column> outside training range" and missing inputs as for `RegressionModel.flags`; "<mass> missing", also
            where it was missing in training; "out of distribution"; "probably <other>".
        """
        seen = self.seen(X, p)
        flags = input_flags(seen.X, self.names, self.ranges, self._needed)
        excluded = {
            "out of distribution": seen.novel,
            f"probably {self.seed.sorting_rules.other_class}": np.argmax(seen.p, axis=1) == self._other,
        }
        for words, where in excluded.items():
            for i in np.flatnonzero(where):
                flags[i].append(words)
        return flagged(flags, self.missing_reports(seen.X) if reports is None else reports)

    def state(self) -> dict[str, Any]:
        """Return the model's own state as JSON values: all but seed, estimator, inputs and origin."""
        return {
            "temperature": self.temperature,
            "contents": self.contents.state(),
            "novelty": self.novelty.state(),
            # JSON knows neither inf nor nan.
            "risk_price": self.risk_price if math.isfinite(self.risk_price) else str(self.risk_price),
            "feed_contents": self.feed_contents.tolist(),
            "calibration": None if self.calibration is None else asdict(self.calibration),
            "missing": None if self.missing is None else self.missing.state(),
            "missing_costs": None if self.missing_costs is None else self.missing_costs.tolist(),
        } | ({} if self.spread is None else {"spread": self.spread.state()})

    @classmethod
    def from_state(cls, state: Mapping[str, Any], **parts: Any) -> Self:
        """Return a model from its state and other parts; older states lack dispersion and calibration."""
        names = "spread", "calibration", "missing", "missing_costs"
        spread, calibration, missing, costs = map(state.get, names)
        return cls(
            temperature=float(state["temperature"]),
            contents=Contents.from_state(parts["seed"], state["contents"]),
            novelty=Novelty.from_state(state["novelty"]),
            risk_price=float(state["risk_price"]),
            feed_contents=np.array(state["feed_contents"], dtype=np.float64),
            spread=None if spread is None else DispersionLimits.from_state(parts["seed"], spread),
            calibration=None if calibration is None else Calibration.from_state(calibration),
            missing=None if missing is None else CalibrationPatterns.from_state(missing),
            missing_costs=None if costs is None else np.array(costs, dtype=np.float64),
            **parts,
        )
