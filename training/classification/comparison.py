"""Comparison of two classifiers: log loss decides, and sets must keep their coverage."""

import numpy as np

from models.classification.model import ClassificationModel
from physics.arrays import FloatArray, IntArray
from registry.loading.agreement import check_names
from training.classification.evaluate import Classified, against_label
from training.classification.fit import ClassificationCandidate, classes_of, classified
from training.core.class_losses import log_losses
from training.core.comparison import ComparisonResult, ComparisonRows, ModelLosses, blocks_of, judge
from training.core.dataset import Dataset
from training.core.gate import mended_coverage

BROKEN_COVERAGE = 0.85


def check_judgeable(champion: ClassificationModel, data: Dataset, rows: IntArray) -> None:
    """Raise where these rows are too few to judge on, or the champion knows other classes.

    Raises
    ------
    ComparisonError
        Too few rows or blocks.
    RegistryError
        The champion was trained with a seed of other classes.
    """
    blocks_of(data.units[rows], data.periods[rows])
    check_names(champion.seed, data.seed)


def verdict(
    champion: ClassificationModel, X: FloatArray, challenger: ClassificationCandidate, data: Dataset, rows: IntArray
) -> ComparisonResult:
    """Compare two classifiers on rows that neither was trained on.

    The challenger is promoted when the lower bound of its gain in mean log loss is above zero, and its 90 % sets are
    not broken: they hold the right class in at least BROKEN_COVERAGE of the rows, or at least as often as the
    champion's.

    Parameters
    ----------
    champion : ClassificationModel
        Which answers now.
    X : ndarray, shape (m, k)
        Inputs of the rows as the champion wants them.
    challenger : ClassificationCandidate
        Which may take over; it has answered these rows already.
    data : Dataset
        Labelled rows.
    rows : ndarray of int, shape (m,)
        The judge rows.

    Returns
    -------
    ComparisonResult
    """
    units, periods, classes = data.units[rows], data.periods[rows], classes_of(data, rows)
    compared_rows = ComparisonRows(units, periods, blocks_of(units, periods), np.ones(len(rows)))
    old, new = _side(classes, classified(champion, X)), _side(classes, challenger.answers[rows])
    covered = new.metrics["coverage_90"]
    broken = covered < min(BROKEN_COVERAGE, old.metrics["coverage_90"])
    unsound = f"its sets are broken: {covered:.0%} hold the class where 90% is promised" if broken else None
    corrected = mended_coverage(old.metrics["coverage_90"], covered, len(rows))
    return judge(compared_rows, old, new, "the mean log loss", "", unsound, corrected=corrected)


def _side(classes: IntArray, answers: Classified) -> ModelLosses:
    return ModelLosses(log_losses(answers.p, classes), against_label(classes, answers))
