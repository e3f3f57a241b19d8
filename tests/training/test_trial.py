"""Trials that are refused before anything is read, and plants that a trial simulates."""

import numpy as np
import pytest

import synthetic_data
from registry.settings import Settings
from seeds import load
from training.trial import SimulatedPlant, TrialError, trial, trials_of, unseen


def test_the_plant_that_was_learnt_from_is_refused_before_a_champion_is_looked_for(tmp_path):
    seed = load("copper_cathode")
    number = seed.plant.rng_seed
    words = f"^rng_seed: got {number}, the plant that the champion learnt from: expected another$"
    with pytest.raises(TrialError, match=words):
        trial(seed, Settings(home=tmp_path), 100, number)


@pytest.mark.parametrize("toy", ["toy_seed", "toy_sorting_seed"])
def test_without_decisions_or_a_plant_there_is_no_trial(toy, request, tmp_path):
    """A process that predicts a number decides nothing, and the toy scrap has no simulated plant."""
    seed = request.getfixturevalue(toy)
    words = f"^{seed.process.name}: a trial needs a process that sorts or grades lots, and a simulated plant$"
    with pytest.raises(TrialError, match=words):
        trials_of(seed)
    with pytest.raises(TrialError, match=words):
        trial(seed, Settings(home=tmp_path), 100, 11)


def test_what_a_decision_leads_to_is_the_simulators_word_for_the_trials_own_numbers():
    seed = load("aluminium_scrap")
    data = unseen(seed, 5, 11)
    assert len(set(data.units)) == 5
    plant = SimulatedPlant(11)
    assert plant.rng_seed == 11
    assert np.array_equal(plant.piece_mass(data), synthetic_data.piece_mass(seed, data.truth_frame))
    bins = np.zeros(len(data.X), dtype=np.intp)
    landed = plant.outcome(data, bins)
    expected = synthetic_data.outcome(seed, data.truth_frame, bins, 11)
    assert np.array_equal(landed.bins, expected.bins)
    assert not np.array_equal(landed.bins, SimulatedPlant(12).outcome(data, bins).bins)
