"""The default line for retired cells, and its cells with what is true of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.processes.lookup import needed_physics_of
from seeds import Seed, load
from synthetic_data import SimulatedRun, replay
from synthetic_data.battery_line.cells import HAZARDS
from synthetic_data.battery_line.market import CATHODES, FORMS


def with_truth(seed: Seed, plant: SimulatedRun) -> pd.DataFrame:
    """Table, truth as `true_<name>` where both have a column, names in place of numbers, and features."""
    truth = plant.truth.drop(columns=["lot", "passed_at"])
    both = {name: f"true_{name}" for name in truth if name in plant.table}
    joined = pd.concat([plant.table, truth.rename(columns=both)], axis=1)
    computed = needed_physics_of(seed).features({column.name: joined[column.name].to_numpy() for column in seed.inputs})
    for name, texts in (("form", FORMS), ("cathode", CATHODES), ("hazard", HAZARDS)):
        joined[name] = np.array(texts)[joined[name].astype(int)]
    return joined.assign(**computed)


@pytest.fixture(scope="session")
def joined() -> Callable[[Seed, SimulatedRun], pd.DataFrame]:
    """Table and truth of a plant side by side."""
    return with_truth


@pytest.fixture(scope="session")
def seed() -> Seed:
    return load("retired_batteries")


@pytest.fixture(scope="session")
def plant(seed) -> SimulatedRun:
    return replay(seed)


@pytest.fixture(scope="session")
def cells(seed, plant) -> pd.DataFrame:
    return with_truth(seed, plant)
