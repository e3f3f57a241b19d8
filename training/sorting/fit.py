"""Fit the classifiers to the old lots, let them sort the new ones, and measure what comes of it."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import clone

from models.answers import COVERAGE, Answer
from models.promises import GuaranteeError
from models.sorting.fit import sorter
from models.sorting.guarantee import lots_needed
from models.sorting.model import SortingModel, kilograms
from models.sorting.values import value_matrix
from models.temperature import tempered
from physics.arrays import FloatArray
from seeds import Seed
from training.dataset import Dataset
from training.fitting import importance, learning_curve, some, told_by_older, with_few_threads
from training.sorting.evaluate import Decided, Pieces, evaluate, log_loss
from training.splits import Split

SELECTED_BY = "calibrate_log_loss"
STEPS = 3
IMPORTANCE_ROWS = 1000
IMPORTANCE_REPEATS = 1
# Half of the lots would take as long again as the model itself.
CURVE_SHARES = (0.1, 0.25)
G_PER_KG = 1000.0


@dataclass(frozen=True)
class LearningCurve:
    """Log loss on the test pieces when only the newest lots before the test are learnt: one entry a point."""

    lots: tuple[int, ...]
    test_log_loss: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class SortingCandidate:
    """One fitted candidate and all that was measured of it.

    Attributes
    ----------
    model : SortingModel
        Has learnt from train and calibrate rows.
    metrics : Mapping of str to float
        Same names for every candidate of a job.
    decided : Decided of n pieces
        What it says of the judged pieces and does with them; NaN and bin -1 for those that it has learnt.
    importance : ndarray, shape (k,)
        Rise of the test log loss when an input is shuffled among the rows [1].
    curve : LearningCurve
        Test log loss over a growing number of lots.
    """

    model: SortingModel
    metrics: Mapping[str, float]
    decided: Decided
    importance: FloatArray
    curve: LearningCurve

    @property
    def name(self) -> str:
        """Name of the candidate."""
        return self.model.candidate

    @property
    def told(self) -> FloatArray:
        """Its class probabilities, shape (n, K)."""
        return self.decided.p


def pieces_of(data: Dataset) -> Pieces:
    """What the laboratory says of the pieces of a data set; one without mass counts as one of typical mass."""
    return Pieces(data.y.astype(np.intp), G_PER_KG * kilograms(data.seed, data.mass), data.units, data.contents)


def check_lots(data: Dataset, parts: Split) -> None:
    """GuaranteeError where the calibrate rows hold too few lots for the share of lots that the seed promises."""
    confidence = data.seed.rules.confidence.value
    lots = len(set(data.units[np.concatenate(parts.calibrate)]))
    needed = lots_needed(confidence)
    if lots < needed and any(one.limits for one in data.seed.bins):
        raise GuaranteeError(
            f"{lots} lots to calibrate, expected {needed} or more: limits kept in {confidence:.0%} of the lots cannot "
            f"be promised from fewer"
        )


def sort_lots(model: SortingModel, X: FloatArray, pieces: Pieces, seed: Seed) -> Decided:
    """What a model says of whole lots of pieces, in the order in which they passed, and does with them.

    Values are those of `seed`, whatever the model's own were. A lot is closed at the mass of its pieces here: the
    laboratory has seen no more of it.
    """
    p = model.probabilities(X)
    lot_mass = pd.Series(pieces.mass).groupby(pieces.lots).transform("sum").to_numpy() / G_PER_KG
    done = model.sort(X, pieces.lots, value_matrix(seed), p=p, lot_mass=lot_mass)
    other = model.seed.classes.index(model.seed.rules.other)
    refused = model.novel(X) | (np.argmax(p, axis=1) == other)
    return Decided(p, done.bin, done.wanted, refused, model.elements(X, COVERAGE, p))


def _probabilities(estimator: Any, X: FloatArray) -> FloatArray:
    return np.asarray(estimator.predict_proba(X), dtype=np.float64)


def _fit(
    name: str, estimator: Any, data: Dataset, parts: Split, info: Mapping[str, Any]
) -> tuple[SortingModel, dict[str, float]]:
    """Take probabilities block by block from models that know only older lots, then learn from all blocks."""
    rows, told = told_by_older(estimator, data, parts, _probabilities)
    learnt, pieces = parts.learnt, pieces_of(data)
    start = time.perf_counter()
    final = clone(estimator).fit(data.X[learnt], data.y[learnt])
    seconds = time.perf_counter() - start
    cal = pieces[rows]
    model = sorter(
        data.seed,
        name,
        final,
        data.X[parts.train],
        data.y[parts.train],
        pieces.contents[parts.train],
        data.X[rows],
        data.y[rows],
        cal.contents,
        cal.mass,
        cal.lots,
        told,
        info,
    )
    metrics = {
        SELECTED_BY: log_loss(tempered(told, model.temperature), cal.classes, cal.mass),
        "temperature": model.temperature,
        "reserve": model.reserve,
        "fit_seconds": seconds,
    }
    return model, metrics


def _decided(model: SortingModel, data: Dataset, parts: Split) -> Decided:
    """What a model does with the lots that it has not learnt, in arrays as long as the table."""
    rows = np.concatenate([parts.test, parts.unseen_all])
    done, n = sort_lots(model, data.X[rows], pieces_of(data)[rows], data.seed), len(data.y)

    def spread(found: npt.NDArray[Any], empty: Any) -> npt.NDArray[Any]:
        whole = np.full((n, *found.shape[1:]), empty, dtype=found.dtype)
        whole[rows] = found
        return whole

    elements = {name: Answer(*(spread(part, np.nan) for part in answer)) for name, answer in done.elements.items()}
    return Decided(
        spread(done.p, np.nan), spread(done.bin, -1), spread(done.wanted, -1), spread(done.refused, False), elements
    )


def _importance(model: SortingModel, data: Dataset, parts: Split) -> FloatArray:
    mass = pieces_of(data).mass[some(parts.test, IMPORTANCE_ROWS)]

    def score(estimator: Any, X: FloatArray, y: FloatArray) -> float:
        return -log_loss(tempered(_probabilities(estimator, X), model.temperature), y.astype(np.intp), mass)

    return importance(model.estimator, data, parts, score, IMPORTANCE_ROWS, IMPORTANCE_REPEATS)


def _learning_curve(estimator: Any, model: SortingModel, data: Dataset, parts: Split) -> LearningCurve:
    X, test = data.X[parts.test], pieces_of(data)[parts.test]

    def error(fitted: Any) -> float:
        return log_loss(tempered(_probabilities(fitted, X), model.temperature), test.classes, test.mass)

    counts, errors = learning_curve(estimator, data, parts, CURVE_SHARES, error)
    lots = len(set(data.units[parts.learnt]))
    return LearningCurve((*counts, lots), (*errors, error(model.estimator)))


def judged_metrics(data: Dataset, parts: Split, decided: Decided, baseline: FloatArray) -> dict[str, float]:
    """Metrics on each part that nobody learnt from, named `<part>_<metric>`."""
    found: dict[str, float] = {}
    pieces = pieces_of(data)
    for part, rows in parts.judged.items():
        truth = None if data.truth is None else data.truth[rows]
        scores = evaluate(data.seed, decided[rows], pieces[rows], baseline[rows], truth)
        found |= {f"{part}_{name}": value for name, value in scores.items()}
    return found


def best_of(candidates: Mapping[str, SortingCandidate]) -> SortingCandidate:
    """Candidate with the lowest log loss on the calibrate rows; the test rows have no say."""
    return min(candidates.values(), key=lambda candidate: candidate.metrics[SELECTED_BY])


def fit_candidate(
    name: str,
    estimator: Any,
    data: Dataset,
    parts: Split,
    info: Mapping[str, Any],
    baseline: FloatArray | None,
    progress: Callable[[str], None],
) -> SortingCandidate:
    """Fit one candidate, let it sort the judged lots, and measure it.

    Parameters
    ----------
    name : str
        The candidate's name.
    estimator : scikit-learn classifier
        Unfitted; it is cloned, not changed.
    data : Dataset
        Labelled pieces.
    parts : Split
        Which rows learn, calibrate and judge; no lot is cut.
    info : Mapping
        Where the model comes from; goes into its files.
    baseline : ndarray, shape (n, K), or None
        Class probabilities of the bar to beat; None where this candidate is the bar.
    progress : callable
        Told of each of the STEPS steps.

    Returns
    -------
    SortingCandidate

    Raises
    ------
    GuaranteeError
        See `check_lots`.
    """
    progress(f"{name}: fit and sort")
    estimator = with_few_threads(estimator, len(data.y))
    model, metrics = _fit(name, estimator, data, parts, info)
    decided = _decided(model, data, parts)
    progress(f"{name}: importance of the inputs")
    rise = _importance(model, data, parts)
    progress(f"{name}: learning curve")
    curve = _learning_curve(estimator, model, data, parts)
    metrics |= judged_metrics(data, parts, decided, decided.p if baseline is None else baseline)
    return SortingCandidate(model, metrics, decided, rise, curve)
