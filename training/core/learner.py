"""A task's part in fitting its candidates: predictions, calibration, errors and metrics."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np

from models.tasks import Model
from physics.arrays import FloatArray, IntArray
from training.core.dataset import Dataset
from training.core.splits import Split

M = TypeVar("M", bound=Model)
A = TypeVar("A")  # a model's answers for the rows of a table
EstimatorError = Callable[[Any, FloatArray, FloatArray], float]
"""Error of an estimator by inputs and labels of some rows."""


class Learner(ABC, Generic[M, A]):
    """Fits of a task's candidates; what differs between tasks is overridden."""

    selected_by: ClassVar[str]
    """Metric on the calibrate rows that selects the candidate to register; the lowest wins."""
    fitting: ClassVar[str] = "fit"
    """Name of the step that fits a candidate."""
    importance_rows: ClassVar[int] = 2000
    """Number of test rows for the importance of the inputs."""
    importance_repeats: ClassVar[int] = 3
    """Number of shuffles of each input."""
    curve_shares: ClassVar[tuple[float, ...]] = (0.1, 0.25, 0.5)
    """Fractions of the training periods at the points of the learning curve."""

    def check_split(self, data: Dataset, parts: Split) -> None:
        """Raise where a split leaves too little for the task, before hours of learning; by default never."""

    def predict(self, estimator: Any, X: FloatArray) -> FloatArray:
        """Predictions of a fitted estimator, first axis n."""
        return np.asarray(estimator.predict(X), dtype=np.float64)

    @abstractmethod
    def calibrated(
        self,
        name: str,
        estimator: Any,
        data: Dataset,
        parts: Split,
        rows: IntArray,
        predictions: FloatArray,
        info: Mapping[str, Any],
    ) -> tuple[M, dict[str, float]]:
        """Model of a fitted estimator, calibrated on out-of-time predictions of these rows, and their metrics."""

    @abstractmethod
    def answers(self, model: M, data: Dataset, parts: Split) -> A:
        """Answers of a model for the rows of a table."""

    @abstractmethod
    def predictions_of(self, answers: A) -> FloatArray:
        """The predictions behind answers, first axis n."""

    @abstractmethod
    def error(self, model: M, data: Dataset, rows: IntArray) -> EstimatorError:
        """Error of any estimator, by its inputs and labels of these rows, as a model's calibration has it."""

    @abstractmethod
    def evaluated(
        self, model: M, answers: A, data: Dataset, rows: IntArray, baseline: FloatArray
    ) -> Mapping[str, float]:
        """Return the metrics of predictions outside the training rows, compared with the baseline."""


AnyLearner = Learner[Any, Any]
"""A learner whose task does not matter."""
