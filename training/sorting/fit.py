"""Sorting in the jobs: how classifiers are fitted and calibrated, sort the new lots, and are measured."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.estimators.temperature import tempered
from models.interfaces.answers import COVERAGE, Answer
from models.sorting.decision import kilograms
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.sorting.guarantee import check_enough
from models.sorting.model import SortingModel
from models.sorting.values import value_matrix
from physics.arrays import FloatArray, IntArray
from seeds import Seed
from training.core.class_losses import log_loss
from training.core.dataset import Dataset
from training.core.fitting import Candidate
from training.core.learner import EstimatorError, Learner
from training.core.splits import Split
from training.sorting.evaluate import AnalysedPieces, Decided, evaluate

SELECTED_BY = "calibrate_log_loss"
G_PER_KG = 1000.0

SortingCandidate = Candidate[SortingModel, Decided]


def pieces_of(data: Dataset) -> AnalysedPieces:
    """Return assays of a data set's pieces; a piece without mass gets the typical mass."""
    mass = data.table[data.seed.sorting_rules.mass].to_numpy(dtype=np.float64)
    return AnalysedPieces(data.y.astype(np.intp), G_PER_KG * kilograms(data.seed, mass), data.units, data.contents)


def sort_lots(model: SortingModel, X: FloatArray, pieces: AnalysedPieces, seed: Seed) -> Decided:
    """Predict and sort whole lots of pieces in order of passage.

    Values are those of `seed`, whatever the model's own were. A lot is closed at the mass of its pieces here: the
    laboratory has not analysed more of it.
    """
    seen = model.seen(X)
    lot_mass = pd.Series(pieces.mass).groupby(pieces.lots).transform("sum").to_numpy() / G_PER_KG
    done = model.sort(seen, pieces.lots, value_matrix(seed), lot_mass=lot_mass)
    other = model.seed.classes.index(model.seed.sorting_rules.other_class)
    refused = seen.novel | (np.argmax(seen.p, axis=1) == other)
    return Decided(seen.p, done.bin, done.preferred, refused, model.elements(seen, COVERAGE))


class SortingLearner(Learner[SortingModel, Decided]):
    """Fits of sorters."""

    selected_by = SELECTED_BY
    fitting = "fit and sort"
    importance_rows = 1000
    importance_repeats = 1
    curve_shares = (0.1, 0.25)  # half of the lots would take as long again as the model itself

    def check_split(self, data: Dataset, parts: Split) -> None:
        """Raise GuaranteeError if calibrate rows have too few lots for the seed's guaranteed fraction."""
        if any(one.is_limited for one in data.seed.bins):
            check_enough(data.seed, len(set(data.units[np.concatenate(parts.calibrate)])))

    def predict(self, estimator: Any, X: FloatArray) -> FloatArray:
        """Class probabilities, shape (n, K)."""
        return np.asarray(estimator.predict_proba(X), dtype=np.float64)

    def calibrated(
        self,
        name: str,
        estimator: Any,
        data: Dataset,
        parts: Split,
        rows: IntArray,
        predictions: FloatArray,
        info: Mapping[str, Any],
    ) -> tuple[SortingModel, dict[str, float]]:
        """Return the model with out-of-time temperature, contents and risk price, and its log loss."""
        pieces = pieces_of(data)
        cal = pieces[rows]
        train = parts.train
        training_pieces = LaboratoryPieces(data.X[train], data.y[train], pieces.contents[train])
        calibration = CalibrationPieces(data.X[rows], data.y[rows], cal.contents, cal.mass, cal.lots, predictions)
        model = sorter(data.seed, name, estimator, training_pieces, calibration, info)
        return model, {
            SELECTED_BY: log_loss(tempered(predictions, model.temperature), cal.classes, cal.mass),
            "temperature": model.temperature,
            "risk_price": model.risk_price,
        }

    def answers(self, model: SortingModel, data: Dataset, parts: Split) -> Decided:
        """Return decisions on lots outside the training rows, in arrays as long as the table.

        Training rows hold NaN, and bin -1.
        """
        rows = np.concatenate([parts.test, parts.holdout_all])
        done, n = sort_lots(model, data.X[rows], pieces_of(data)[rows], data.seed), len(data.y)

        def spread(values: npt.NDArray[Any], empty: Any) -> npt.NDArray[Any]:
            whole = np.full((n, *values.shape[1:]), empty, dtype=values.dtype)
            whole[rows] = values
            return whole

        elements = {name: Answer(*(spread(part, np.nan) for part in answer)) for name, answer in done.elements.items()}
        return Decided(
            spread(done.p, np.nan), spread(done.bin, -1), spread(done.wanted, -1), spread(done.refused, False), elements
        )

    def predictions_of(self, answers: Decided) -> FloatArray:
        """Class probabilities, shape (n, K)."""
        return answers.p

    def error(self, model: SortingModel, data: Dataset, rows: IntArray) -> EstimatorError:
        """Log loss of an estimator at the model's temperature for the pieces, by mass [1]."""
        mass, temperatures = pieces_of(data).mass[rows], model.temperatures(data.X[rows])

        def loss(estimator: Any, X: FloatArray, y: FloatArray) -> float:
            return log_loss(tempered(self.predict(estimator, X), temperatures), y.astype(np.intp), mass)

        return loss

    def evaluated(
        self, model: SortingModel, answers: Decided, data: Dataset, rows: IntArray, baseline: FloatArray
    ) -> dict[str, float]:
        """Metrics of decisions on some pieces; see `training.sorting.evaluate.evaluate`."""
        truth = None if data.truth is None else data.truth[rows]
        return evaluate(data.seed, answers[rows], pieces_of(data)[rows], baseline[rows], truth)
