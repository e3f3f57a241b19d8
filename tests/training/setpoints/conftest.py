"""A small potline after a history, for arms to run on."""

import pytest

import seeds
from training.jobs.trial import RunningPlants
from training.setpoints import oracle, realised
from training.setpoints.loop import begin
from training.setpoints.plants import TrialPlant

UNITS, HISTORY, PERIODS = 24, 12, 4


def silent(description):
    """A tick that nobody hears."""


@pytest.fixture(scope="session")
def potline():
    """The seed of the default potline."""
    return seeds.load("aluminium_reduction")


@pytest.fixture(scope="session")
def initialised(potline):
    """24 pots after 12 periods by their operators."""
    return begin(potline, TrialPlant(901, kin=False), RunningPlants(), UNITS, PERIODS, silent, HISTORY)


@pytest.fixture
def few_futures(monkeypatch):
    """Two futures to try moves in, and two for effects: quick."""
    monkeypatch.setattr(oracle, "FUTURES", {1: (0, 1), 3: (0, 1)})
    monkeypatch.setattr(realised, "FUTURES", (100, 101))
