"""Decisions that do not fit the pieces are refused, however they miss."""

import re

import numpy as np
import pytest

import seeds
from synthetic_data import outcome, replay
from synthetic_data.engine.plan import SimulationError


@pytest.fixture(scope="module")
def line():
    seed = seeds.load("aluminium_scrap")
    return seed, replay(seed, units=1).truth


@pytest.mark.parametrize("shape", [lambda n: (n - 1,), lambda n: (n + 1,), lambda n: (n, 1), lambda n: (1, n)])
def test_one_decision_a_piece(line, shape):
    seed, truth = line
    decisions = np.zeros(shape(len(truth)), dtype=np.intp)
    message = f"got shape {decisions.shape}: expected one for each of {len(truth)} pieces"
    with pytest.raises(SimulationError, match=re.escape(message)):
        outcome(seed, truth, decisions, 4)


@pytest.mark.parametrize(("place", "past"), [(0, -1), (-1, 0)])
def test_numbers_of_bins(line, place, past):
    seed, truth = line
    decisions = np.zeros(len(truth), dtype=np.intp)
    decisions[place] = -1 if past else len(seed.bins)
    message = f"got {decisions[place]}: expected 0 to {len(seed.bins) - 1}, the number of a bin"
    with pytest.raises(SimulationError, match=re.escape(message)):
        outcome(seed, truth, decisions, 4)
    decisions[place] = len(seed.bins) - 1
    assert len(outcome(seed, truth, decisions, 4).bins) == len(truth)
