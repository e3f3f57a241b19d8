"""Comparison of two sorters: lost value decides, lots must keep their limits."""

import numpy as np
import pandas as pd

from models.sorting.model import SortingModel
from models.sorting.values import value_matrix
from models.uncertainty.guarantees import beyond_promise
from physics.arrays import FloatArray, IntArray
from registry.loading.agreement import check_names
from seeds import Seed
from training.core.comparison import ComparisonResult, ComparisonRows, ModelLosses, enough, judge
from training.core.dataset import Dataset
from training.sorting.evaluate import KG_PER_T, AnalysedPieces, Decided, economic_value, measured
from training.sorting.fit import SortingCandidate, pieces_of, sort_lots


def blocks_of(data: Dataset, rows: IntArray) -> IntArray:
    """Return the number of each row's lot; ComparisonError if lots are too few for a test."""
    return enough(lot_numbers(data, rows), data.periods[rows])


def lot_numbers(data: Dataset, rows: IntArray) -> IntArray:
    """Number of each row's lot, however few there are."""
    lot, _ = pd.factorize(data.units[rows], sort=True)
    return np.asarray(lot, dtype=np.intp)


def value_lost(seed: Seed, decided: Decided, pieces: AnalysedPieces) -> FloatArray:
    """Return each decision's loss against an oracle of all classes, shape (n,) [$/t of feed]."""
    values = value_matrix(seed)
    best: FloatArray = values.max(axis=0)[pieces.classes]
    return KG_PER_T * (best - economic_value(values, decided.bin, pieces))


def check_judgeable(champion: SortingModel, data: Dataset, rows: IntArray) -> None:
    """Raise where these rows are too few to judge on, or the champion sorts into other classes or bins.

    Raises
    ------
    ComparisonError
        Too few pieces or lots.
    RegistryError
        The champion was trained with a seed of other classes, bins or elements.
    """
    blocks_of(data, rows)
    check_names(champion.seed, data.seed)


def verdict(
    champion: SortingModel, X: FloatArray, challenger: SortingCandidate, data: Dataset, rows: IntArray
) -> ComparisonResult:
    """Compare two sorters on lots that neither was trained on.

    The loss of a piece is the value that is lost against an oracle which knows the laboratory's class of every piece,
    by mass [$/t of feed]. The challenger is promoted when the lower bound of its gain, by drawing whole lots again, is
    above zero, and its lots keep their limits: not significantly more of them break one than the seed allows, or not
    more than of the champion's.

    Parameters
    ----------
    champion : SortingModel
        Which sorts now.
    X : ndarray, shape (m, k)
        Inputs of the rows as the champion wants them.
    challenger : SortingCandidate
        Which may take over; it has decided on these rows already.
    data : Dataset
        Labelled pieces.
    rows : ndarray of int, shape (m,)
        The judge rows.

    Returns
    -------
    ComparisonResult
    """
    pieces = pieces_of(data)[rows]
    compared = ComparisonRows(data.units[rows], data.periods[rows], blocks_of(data, rows), pieces.mass)
    truth = None if data.truth is None else data.truth[rows]
    old = _side(data.seed, sort_lots(champion, X, pieces, data.seed), pieces, truth)
    new = _side(data.seed, challenger.answers[rows], pieces, truth)
    unsound, corrected = _unsound(data.seed, old, new), _mended(data.seed, old, new)
    return judge(compared, old, new, "the value lost against the oracle", "$/t", unsound, corrected=corrected)


def _side(seed: Seed, decided: Decided, pieces: AnalysedPieces, truth: FloatArray | None) -> ModelLosses:
    lost = value_lost(seed, decided, pieces)
    metrics = measured(seed, decided, pieces, truth) | {"value_lost": float(np.average(lost, weights=pieces.mass))}
    return ModelLosses(lost, {name: value for name, value in metrics.items() if np.isfinite(value)})


def _mended(seed: Seed, champion: ModelLosses, challenger: ModelLosses) -> str | None:
    allowed = 1 - seed.sorting_rules.confidence.value
    old, new = (
        beyond_promise(one.metrics["lots_over_limit"], one.metrics["lots"], allowed) for one in (champion, challenger)
    )
    return "its lots keep the limits that the champion's break" if old and not new else None


def _unsound(seed: Seed, champion: ModelLosses, challenger: ModelLosses) -> str | None:
    share, lots = challenger.metrics["lots_over_limit"], challenger.metrics["lots"]
    allowed = 1 - seed.sorting_rules.confidence.value
    if share <= champion.metrics["lots_over_limit"] or not beyond_promise(share, lots, allowed):
        return None
    return f"{share * lots:.0f} of its {lots:.0f} lots break a limit, where {allowed:.0%} of the lots may"
