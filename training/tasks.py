"""The tasks in the jobs."""

from seeds import Seed
from training.classification.task import TASK as CLASSIFICATION
from training.quality.task import TASK as QUALITY
from training.regression.task import TASK as REGRESSION
from training.sorting.task import TASK as SORTING
from training.task import TrainingTask

TASKS: dict[str, TrainingTask] = {
    "regression": REGRESSION,
    "classification": CLASSIFICATION,
    "sorting": SORTING,
    "quality": QUALITY,
}


def task_of(seed: Seed) -> TrainingTask:
    """The task of a seed's process."""
    return TASKS[seed.process.task]
