"""A small potline with its history and the plan for its next period, and what its history taught; made once."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pytest

from models.setpoints import learning
from models.setpoints.learning import learn
from models.setpoints.model import SetpointModel
from seeds import Seed, load
from synthetic_data import begin
from tests.suite.jobs import FEW_TREES

ALL_TREES = learning._TREES["n_estimators"]


@pytest.fixture(scope="session", autouse=True)
def few_reasons() -> Iterator[None]:
    """Let few trees say why operators moved a set-point, where nothing asks how well they do."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(learning._TREES, "n_estimators", FEW_TREES)
        yield


@pytest.fixture
def all_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let as many trees say so as in jobs."""
    monkeypatch.setitem(learning._TREES, "n_estimators", ALL_TREES)


@dataclass(frozen=True)
class Line:
    """A line's seed, its rows in hand, and these with the plan rows of the period to come."""

    seed: Seed
    history: pd.DataFrame
    planned: pd.DataFrame


@pytest.fixture(scope="session")
def line() -> Line:
    """Sixty pots over thirty periods."""
    seed = load("aluminium_reduction")
    running = begin(seed, units=60, years=3, rng_seed=5)
    rows = pd.DataFrame()
    keys = [seed.key.name, seed.clock.name]
    for _ in range(30):
        step = running.step()
        rows = pd.concat([rows, step.came_in, step.table]).drop_duplicates(keys, keep="last")
    plan = running.plan().merge(running.known(), on=keys, how="left")
    history = rows.sort_values(keys).reset_index(drop=True)
    return Line(seed, history, pd.concat([history, plan], ignore_index=True))


@pytest.fixture(scope="session")
def taught(line: Line) -> SetpointModel:
    """Return the line's model of set-points, fitted on its history."""
    return learn(line.history, line.seed)
