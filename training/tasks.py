"""The tasks in the jobs."""

from seeds import Seed
from training.classification.task import TASK as CLASSIFICATION
from training.core.fitting import AnyCandidate
from training.multi_target.combined import BETWEEN
from training.quality.task import TASK as QUALITY
from training.regression.task import TASK as REGRESSION
from training.sorting.task import TASK as SORTING
from training.task import Task

TASKS: dict[str, Task] = {
    "regression": REGRESSION,
    "classification": CLASSIFICATION,
    "sorting": SORTING,
    "quality": QUALITY,
}


def task_of(seed: Seed) -> Task:
    """The task of a seed's process."""
    return TASKS[seed.process.task]


def tagged(task: Task, candidate: AnyCandidate) -> dict[str, float]:
    """The few figures of a candidate that stand beside a version and its alias moves, by target if several."""
    return {name: value for name, value in candidate.metrics.items() if name.split(BETWEEN)[-1] in task.columns.tagged}
