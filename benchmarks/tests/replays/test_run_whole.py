"""Made-up plants of lots and of pieces, played through a real service, its records and a worker."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.replays import run as replayed
from benchmarks.replays.plant import Plant
from benchmarks.replays.policies import Drift, on_schedule
from benchmarks.replays.run import home_of, oracle, play
from benchmarks.replays.setup import train_first
from benchmarks.replays.tasks import task_of
from models.table.contract import check
from models.tasks import baseline, build
from registry.settings import StoreSettings
from registry.tracking import Tracking
from tests.suite.client import running
from training.jobs import train as training_job

pytestmark = pytest.mark.service


def plant_of(seed, table, begin, days):
    """A plant whose laboratory errs in nothing, by time; what is below its limit is taken for the limit."""
    table = table.sort_values(seed.clock.name, kind="stable").reset_index(drop=True)
    true = table.assign(**{one.name: table[one.name].abs() for one in seed.elements})
    return Plant(seed, table, task_of(seed).truth(true, seed), pd.Timestamp(begin), pd.Timedelta(days=days))


@pytest.fixture
def lots(toy_quality_seed, toy_quality_frame):
    """So dirty that many lots break the grade, and decisions are worth something."""
    frame = toy_quality_frame(lines=24)
    frame = frame.assign(p=frame["p"] * 1.5, q=frame["q"] * 1.5)
    return plant_of(toy_quality_seed, check(frame, toy_quality_seed).table, "2024-03-31", 20)


@pytest.fixture
def pieces(toy_sorting_seed, toy_sorting_frame):
    """Lots follow each other by the hour, pieces by a tenth of a second."""
    return plant_of(
        toy_sorting_seed, check(toy_sorting_frame(lots=96), toy_sorting_seed).table, "2024-01-03T12:00", 0.5
    )


@pytest.mark.long("replays a plant with its jobs")
@pytest.mark.parametrize("which", ["lots", "pieces"])
def test_a_job_learns_what_came_in_of_lots_and_of_pieces(which, request, toy_folder, tmp_path, monkeypatch):
    plant = request.getfixturevalue(which)
    process = plant.seed.process.name
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(process)))
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    for module in (training_job, replayed):  # for speed; the worker's job lets all candidates compete
        monkeypatch.setattr(
            module, "build", lambda seed: {name: build(seed)[name] for name in (baseline(seed), "linear")}
        )
    train_first(plant, tmp_path / "base")
    steps = list(plant.steps())[:3]
    monkeypatch.setattr(Plant, "steps", lambda plant: iter(steps))
    shown = []
    home = home_of(tmp_path / "base", tmp_path / "home")
    with running(process, home) as client:
        result = play(plant, client, on_schedule(2), shown.append)
        monkeypatch.setenv("NONFERROUS_HOME", str(home))
        expected, seen = Drift(plant.seed, client)(result)
    assert result == shown
    assert [bool(one.job) for one in result] == [False, False, True]
    assert [one.rows for one in result] == [len(step.table) for step in steps]
    assert all(one.known for one in result)
    assert all(0.5 < one.covered <= 1.0 for one in result)
    assert all(one.lost is not None for one in result)
    versions = Tracking(StoreSettings(home=home)).versions(process)
    assert [one.number for one in versions] == [1, 2]
    trained = pd.Timestamp(Tracking(StoreSettings(home=home)).model(versions[-1]).info["data_end"])
    assert steps[0].start <= trained <= steps[2].start + plant.length
    assert not expected or seen
    best = oracle(plant, shown.append)
    assert [one.start for one in best] == [one.start for one in result]
    assert np.mean([one.error for one in best]) < 1.1 * np.mean([one.error for one in result])
