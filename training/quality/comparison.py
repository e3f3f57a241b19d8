"""Comparison of two lot graders: costs of decisions decide, the release guarantee must hold."""

import numpy as np

from models.interfaces.answers import COVERAGE
from models.quality.by_pattern import assessed_by_pattern, contents_by_pattern
from models.quality.decision import Costs, Decisions, earned, oracle
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots
from models.uncertainty.guarantees import beyond_promise
from physics.arrays import FloatArray, IntArray
from registry.loading.agreement import check_names
from seeds import Seed
from training.core.comparison import ComparisonError, ComparisonResult, ComparisonRows, ModelLosses, blocks_of, judge
from training.core.dataset import Dataset
from training.quality.evaluate import measured
from training.quality.fit import QualityCandidate, lots_of


def check_judgeable(champion: QualityModel, data: Dataset, rows: IntArray) -> None:
    """Raise ComparisonError if rows are too few or the champion has other elements, defects or grades.

    Raises
    ------
    ComparisonError
        Too few lots whose assays determine all grades.
    RegistryError
        The champion was trained with a seed of other elements, defects or grades.
    """
    rows = rows[_known(data, rows)]
    blocks_of(data.units[rows], data.periods[rows])
    check_names(champion.seed, data.seed)


def _known(data: Dataset, rows: IntArray) -> IntArray:
    """Return positions in `rows` of lots with assays that determine all grades; ComparisonError if none."""
    known = np.flatnonzero(~np.isnan(lots_of(data)[rows].kept).any(axis=1))
    if not len(known):
        raise ComparisonError(
            f"0 lots to judge on: none of the {len(rows)} latest has an assay that determines all its grades"
        )
    return known


def verdict(
    champion: QualityModel, X: FloatArray, challenger: QualityCandidate, data: Dataset, rows: IntArray
) -> ComparisonResult:
    """Compare two graders on lots that neither was trained on.

    The loss of a lot is what its decision costs against an oracle that knows its assay beforehand [$/t]. The
    challenger is promoted if the lower bound of its gain, by a block bootstrap, is above zero, and not significantly
    more of the lots that it releases break their grade than the seed allows, or not more than of the
    champion's.

    Parameters
    ----------
    champion : QualityModel
        Which grades now.
    X : ndarray, shape (m, k)
        Inputs of the rows as the champion wants them.
    challenger : QualityCandidate
        Which may take over; it has predicted these rows already.
    data : Dataset
        Assayed lots.
    rows : ndarray of int, shape (m,)
        The judge rows.

    Returns
    -------
    ComparisonResult
    """
    known = _known(data, rows)
    rows, lots = rows[known], lots_of(data)[rows[known]]
    block = blocks_of(data.units[rows], data.periods[rows])
    truth = None if data.true_contents is None else data.true_contents[rows]
    old = _side(champion, data.seed, X[known], champion.raw(X[known]), lots, truth)
    new = _side(challenger.model, data.seed, data.X[rows], challenger.predictions[rows], lots, truth)
    compared = ComparisonRows(data.units[rows], data.periods[rows], block, np.ones(len(rows)))
    corrected = _mended(data.seed, old, new)
    return judge(compared, old, new, "what decisions cost", "$/t", _unsound(data.seed, old, new), corrected=corrected)


def cost_of(decided: Decisions, seed: Seed, lots: AssayedLots) -> FloatArray:
    """Return the cost of each lot's decision above an oracle with its assay, shape (n,) [$/t]."""
    costs = Costs.of(seed)
    return oracle(lots.kept, costs) - earned(decided, lots.kept, costs)


def _side(
    model: QualityModel, seed: Seed, X: FloatArray, raw: FloatArray, lots: AssayedLots, truth: FloatArray | None
) -> ModelLosses:
    assessed = assessed_by_pattern(model, X, raw)
    loss = cost_of(assessed.decided, seed, lots)
    intervals = contents_by_pattern(model, X, assessed.logs, COVERAGE, is_fixed=True)
    metrics = measured(model, seed, raw, lots, truth, assessed, intervals)
    return ModelLosses(loss, {name: value for name, value in metrics.items() if np.isfinite(value)})


def _breaks(seed: Seed, side: ModelLosses) -> bool:
    """Return whether significantly more released lots break their grade than the seed allows."""
    lots = side.metrics["released_unassayed"]
    return bool(lots) and beyond_promise(side.metrics.get("false_release", 0.0), lots, seed.quality_rules.alpha.value)


def _mended(seed: Seed, champion: ModelLosses, challenger: ModelLosses) -> str | None:
    if not _breaks(seed, champion) or _breaks(seed, challenger):
        return None
    return "it keeps the promise on released lots that the champion breaks"


def _unsound(seed: Seed, champion: ModelLosses, challenger: ModelLosses) -> str | None:
    alpha, lots = seed.quality_rules.alpha.value, challenger.metrics["released_unassayed"]
    share = challenger.metrics.get("false_release", 0.0)
    if share <= champion.metrics.get("false_release", 0.0) or not beyond_promise(share, lots, alpha):
        return None
    return f"{share * lots:.0f} of the {lots:.0f} lots that it releases break their grade, where {100 * alpha:.3g}% may"
