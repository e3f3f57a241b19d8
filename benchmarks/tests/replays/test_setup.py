"""A plant is simulated once, and its first champion learns what is known at the beginning and nothing else."""

import os

import pandas as pd
import pytest

from benchmarks.replays import setup
from benchmarks.replays.plant import ReplayError
from benchmarks.replays.setup import simulated, train_first
from seeds import load


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("plant")
    simulated(load("aluminium_reduction"), place, units=6)
    return place


def test_a_plant_that_is_there_is_not_simulated_again(folder, monkeypatch):
    monkeypatch.setattr(setup, "simulate", lambda *given: pytest.fail("it was simulated again"))
    plant = simulated(load("aluminium_reduction"), folder, units=7)
    assert plant.table["unit"].nunique() == 6


@pytest.mark.parametrize("passes", [True, False])
def test_the_first_champion_learns_history_in_a_home_folder_that_the_settings_name(
    folder, tmp_path, monkeypatch, passes
):
    monkeypatch.setenv("NONFERROUS_HOME", "elsewhere")
    trained = []

    def train_on(seed, data):
        trained.append((os.environ["NONFERROUS_HOME"], pd.read_parquet(data)["period_start"].max()))
        return passes

    monkeypatch.setattr(setup, "train_on", train_on)
    plant = simulated(load("aluminium_reduction"), folder)
    if passes:
        train_first(plant, tmp_path / "home")
    else:
        with pytest.raises(ReplayError, match=r"no candidate trained on rows before 20\d\d-\d\d-\d\d passes the gate"):
            train_first(plant, tmp_path / "home")
    ((home, newest),) = trained
    assert home == str(tmp_path / "home")
    assert newest < plant.begin
