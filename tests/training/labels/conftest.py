"""A made-up plant of twenty cells whose laboratory can be forged."""

from collections.abc import Callable

import numpy as np
import pytest

from models.table.contract import check
from training.core.dataset import Dataset, dataset_of
from training.labels.job import LabelChecks, check_labels
from training.labels.quantities import numbers

FIRST_NEW = 24


@pytest.fixture(scope="session")
def plant(toy_seed, toy_frame) -> Callable[..., Dataset]:
    """Maker of 36 periods whose labels from the 25th on, and columns that are known as late, are changed."""

    def make(
        labels: Callable[[np.ndarray], np.ndarray] = lambda y: y,
        late: bool = False,
        rng_seed: int = 3,
        units: int = 20,
    ) -> Dataset:
        frame = toy_frame(units=units, periods=36, rng_seed=rng_seed).assign(previous_y=np.nan)
        y = frame["y"].to_numpy().reshape(units, 36)
        y = np.column_stack([y[:, :FIRST_NEW], labels(y[:, FIRST_NEW - 1 :])])
        frame["y"] = y.ravel()
        if late:
            frame["tapped"] = 30 * frame["y"] + 300
        return dataset_of(check(frame.drop(columns="previous_y"), toy_seed), toy_seed)

    return make


def new_rows(data: Dataset) -> np.ndarray:
    """Which rows are of the 25th period or later."""
    return np.asarray(data.periods >= np.sort(data.periods.unique())[FIRST_NEW])


@pytest.fixture(scope="session")
def checked(plant) -> Callable[..., LabelChecks]:
    """What is found of the labels of such a plant."""

    def make(*given, early: int = 0, **more) -> LabelChecks:
        data = plant(*given, **more)
        return check_labels(data, numbers(data), new_rows(data), early)

    return make
