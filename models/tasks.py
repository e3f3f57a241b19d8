"""Tasks of models: candidates of a process, and the class of a fitted model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.classification import candidates as classification_candidates
from models.classification.model import ClassificationModel
from models.estimators.estimator import Estimator
from models.quality import candidates as quality_candidates
from models.quality.model import QualityModel
from models.regression import candidates as regression_candidates
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets, names_of
from models.sorting import candidates as sorting_candidates
from models.sorting.model import SortingModel
from models.table.inputs import matrix
from physics.arrays import FloatArray
from seeds import Seed

if TYPE_CHECKING:
    import pandas as pd

SingleModel = RegressionModel | ClassificationModel | SortingModel | QualityModel
Model = SingleModel | SeveralTargets

CANDIDATES = ("mean", "persistence", "majority", "first_principles", "linear", "lightgbm", "lightgbm_physics")
"""Names of all tasks' candidates, from the baseline upwards."""


@dataclass(frozen=True)
class ModelTask:
    """A task as models know it.

    Attributes
    ----------
    build : callable
        Unfitted candidates that a seed allows, by name, the baseline first.
    model : type
        Class of a fitted candidate.
    """

    build: Callable[[Seed], dict[str, Estimator]]
    model: type[RegressionModel] | type[ClassificationModel] | type[SortingModel] | type[QualityModel]


TASKS = {
    "regression": ModelTask(regression_candidates.build, RegressionModel),
    "classification": ModelTask(classification_candidates.build, ClassificationModel),
    "sorting": ModelTask(sorting_candidates.build, SortingModel),
    "quality": ModelTask(quality_candidates.build, QualityModel),
}


def task_of(seed: Seed) -> ModelTask:
    """The task of a seed's process."""
    return TASKS[seed.process.task]


def build(seed: Seed) -> dict[str, Estimator]:
    """Unfitted candidates that the seed allows, in the order of CANDIDATES.

    All take X as `models.table.inputs.matrix` makes it, rows sorted by time.
    """
    return task_of(seed).build(seed)


def baseline(seed: Seed) -> str:
    """Return the name of the baseline candidate; of several targets those of all, as `SeveralTargets`."""
    return names_of(next(iter(build(seed.for_target(column.name)))) for column in seed.primaries)


def inputs_for(model: Model, table: pd.DataFrame) -> FloatArray:
    """Return the inputs of a table's rows as a model takes them, shape (n, k).

    Of a model with the history of units it comes from the labels of the table's earlier rows, and from those that the
    model has stored.

    Raises
    ------
    InputError
        The table lacks inputs; all of them are named.
    """
    return model.inputs(table) if isinstance(model, RegressionModel | SeveralTargets) else matrix(table, model.seed)


def with_labels(model: Model, tables: Iterable[pd.DataFrame]) -> Model:
    """Return a model whose history of units knows the labels of a table's parts; unchanged if it has none."""
    if not isinstance(model, RegressionModel | SeveralTargets) or model.history is None:
        return model
    history = model.history.learned_of(tables)
    if isinstance(model, RegressionModel):
        return replace(model, history=history)
    return replace(model, models={name: replace(one, history=history) for name, one in model.models.items()})


def with_all_outcomes(model: Model) -> Model:
    """Return the model with adaptive intervals of its latest known errors; unchanged if fixed."""
    if isinstance(model, RegressionModel | SeveralTargets | QualityModel):
        return model.with_all_outcomes()
    return model
