"""How two graders of lots are compared: what their decisions cost decides, the promise on released lots must hold."""

import numpy as np

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
    """Raise where these rows are too few to judge on, or the champion grades by other elements, defects or grades.

    Raises
    ------
    JudgeError
        Too few lots whose assays tell all grades.
    RegistryError
        The champion learnt with a seed of other elements, defects or grades.
    """
    rows = rows[_known(data, rows)]
    blocks_of(data.units[rows], data.periods[rows])
    check_names(champion.seed, data.seed)


def _known(data: Dataset, rows: IntArray) -> IntArray:
    """Which of the lots have assays that tell all grades, as positions in `rows`; JudgeError where none has."""
    known = np.flatnonzero(~np.isnan(lots_of(data)[rows].kept).any(axis=1))
    if not len(known):
        raise ComparisonError(
            f"0 lots to judge on: none of the {len(rows)} newest has an assay that tells all its grades"
        )
    return known


def verdict(
    champion: QualityModel, X: FloatArray, challenger: QualityCandidate, data: Dataset, rows: IntArray
) -> ComparisonResult:
    """Compare two graders on lots that neither has learnt from.

    The loss of a lot is what its decision costs against an oracle that knows its assay beforehand [$/t]. The
    challenger is promoted when the lower bound of its gain, by drawing whole blocks again, is above zero, and no more
    of the lots that it releases break their grade than the seed allows beyond chance, or no more than of the
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
    Verdict
    """
    known = _known(data, rows)
    rows, lots = rows[known], lots_of(data)[rows[known]]
    block = blocks_of(data.units[rows], data.periods[rows])
    truth = None if data.true_contents is None else data.true_contents[rows]
    lines = np.asarray(champion.estimator.predict(X[known]), dtype=np.float64)
    old = _side(champion, data.seed, lines, lots, truth)
    new = _side(challenger.model, data.seed, challenger.predictions[rows], lots, truth)
    judged = ComparisonRows(data.units[rows], data.periods[rows], block, np.ones(len(rows)))
    mended = _mended(data.seed, old, new)
    return judge(judged, old, new, "what decisions cost", "$/t", _unsound(data.seed, old, new), mended=mended)


def cost_of(decided: Decisions, seed: Seed, lots: AssayedLots) -> FloatArray:
    """What each lot's decision costs against an oracle that knows its assay beforehand, shape (n,) [$/t]."""
    costs = Costs.of(seed)
    return oracle(lots.kept, costs) - earned(decided, lots.kept, costs)


def _side(model: QualityModel, seed: Seed, raw: FloatArray, lots: AssayedLots, truth: FloatArray | None) -> ModelLosses:
    judged = model.assessed(raw)
    loss = cost_of(judged.decided, seed, lots)
    found = measured(model, seed, raw, lots, truth, judged)
    return ModelLosses(loss, {name: value for name, value in found.items() if np.isfinite(value)})


def _breaks(seed: Seed, side: ModelLosses) -> bool:
    """Whether more of the lots that a grader releases break their grade than the seed allows beyond chance."""
    lots = side.metrics["let_go"]
    return bool(lots) and beyond_promise(side.metrics.get("false_release", 0.0), lots, seed.quality_rules.alpha.value)


def _mended(seed: Seed, champion: ModelLosses, challenger: ModelLosses) -> str | None:
    if not _breaks(seed, champion) or _breaks(seed, challenger):
        return None
    return "it keeps the promise on released lots that the champion breaks"


def _unsound(seed: Seed, champion: ModelLosses, challenger: ModelLosses) -> str | None:
    alpha, lots = seed.quality_rules.alpha.value, challenger.metrics["let_go"]
    share = challenger.metrics.get("false_release", 0.0)
    if share <= champion.metrics.get("false_release", 0.0) or not beyond_promise(share, lots, alpha):
        return None
    return f"{share * lots:.0f} of the {lots:.0f} lots that it releases break their grade, where {100 * alpha:.3g}% may"
