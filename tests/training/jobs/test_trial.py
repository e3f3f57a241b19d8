"""Trials that are refused before anything is read, and plants that a trial simulates."""

from types import SimpleNamespace

import numpy as np
import pytest

import synthetic_data
from models.quality.model import QualityModel
from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import load
from training.jobs import trial as trials
from training.jobs.trial import RunningPlants, SimulatedPlant, TrialError, loop_trial, shown, trial, trials_of, unseen


def test_the_plant_that_was_learnt_from_is_refused_before_a_champion_is_looked_for(tmp_path):
    seed = load("copper_cathode")
    number = seed.plant.rng_seed
    words = f"^rng_seed: got {number}, the champion's training plant; expected another$"
    with pytest.raises(TrialError, match=words):
        trial(seed, StoreSettings(home=tmp_path), 100, number)


@pytest.mark.parametrize("toy", ["toy_seed", "toy_sorting_seed"])
def test_without_decisions_or_a_plant_there_is_no_trial(toy, request, tmp_path):
    """A process that predicts a number decides nothing, and the toy scrap has no simulated plant."""
    seed = request.getfixturevalue(toy)
    words = f"^{seed.process.name}: a trial needs a process that sorts or grades lots, and a simulated plant$"
    with pytest.raises(TrialError, match=words):
        trials_of(seed)
    with pytest.raises(TrialError, match=words):
        trial(seed, StoreSettings(home=tmp_path), 100, 11)


class Store:
    """A store whose champion is version 7 of whatever process, and whose model is given."""

    def __init__(self, model):
        self.loaded = model

    def versions(self, process):
        return [SimpleNamespace(number=6, aliases=()), SimpleNamespace(number=7, aliases=("champion",))]

    def model(self, version):
        assert version.number == 7
        return self.loaded


@pytest.fixture
def tried(monkeypatch):
    """Maker of a trial of the copper line, whose champion is a model of this kind, on made-up data; its progress."""

    def make(model, rng_seed):
        seed, progress = load("copper_cathode"), []
        monkeypatch.setattr(trials, "Tracking", lambda settings: Store(model))
        monkeypatch.setattr(trials, "unseen", lambda *arguments: ("data of", arguments[1:]))
        result = SimpleNamespace(outcome=lambda *given: given)
        monkeypatch.setattr(trials, "trials_of", lambda seed: result)
        return trial(seed, StoreSettings(), 100, rng_seed, lambda *step: progress.append(step)), progress

    return make


@pytest.mark.parametrize("reference", [-1, 1])
def test_the_champion_decides_on_the_lots_of_another_plant(tried, reference):
    model = QualityModel.__new__(QualityModel)
    number = load("copper_cathode").plant.rng_seed + reference
    result, progress = tried(model, number)
    assert result == (model, ("data of", (100, number)), SimulatedPlant(number), 7)
    assert progress == [("simulate the plant", 0, 2), ("decide, and follow what was decided", 1, 2)]


def test_a_champion_of_another_kind_is_refused(tried):
    with pytest.raises(TrialError, match=r"^copper_cathode: version 7 neither sorts nor grades lots$"):
        tried(SimpleNamespace(), 11)


def test_a_plants_word_needs_its_truth():
    with pytest.raises(AssertionError):
        SimulatedPlant(11).piece_mass(SimpleNamespace(truth_frame=None, seed=None))


def test_what_a_decision_leads_to_is_the_simulators_word_for_the_trials_own_numbers():
    seed = load("aluminium_scrap")
    data = unseen(seed, 5, 11)
    assert len(set(data.units)) == 5
    plant = SimulatedPlant(11)
    assert plant.rng_seed == 11
    assert np.array_equal(plant.piece_mass(data), synthetic_data.piece_mass(data.seed, data.truth_frame))
    bins = np.zeros(len(data.X), dtype=np.intp)
    landed = plant.outcome(data, bins)
    expected = synthetic_data.outcome(data.seed, data.truth_frame, bins, 11)
    assert np.array_equal(landed.bins, expected.bins)
    assert not np.array_equal(landed.bins, SimulatedPlant(12).outcome(data, bins).bins)


@pytest.mark.parametrize(
    ("process", "option", "taken"),
    [
        ("copper_cathode", "plants", "lots, rng_seed"),
        ("aluminium_scrap", "units", "lots, rng_seed"),
        ("aluminium_reduction", "lots", "plants, units, periods, rng_seed"),
    ],
)
def test_an_option_of_another_kind_of_trial_is_refused(process, option, taken, tmp_path):
    words = f"^{option}: got 3: expected only {taken} in a trial of {process}$"
    with pytest.raises(TrialError, match=words):
        shown(load(process), StoreSettings(home=tmp_path), {option: 3})


def test_a_trial_of_lots_has_its_usual_options(monkeypatch):
    calls = []
    monkeypatch.setattr(
        trials, "trial", lambda seed, settings, lots, rng_seed, progress: calls.append((lots, rng_seed))
    )
    monkeypatch.setattr(trials, "trials_of", lambda seed: SimpleNamespace(tables=lambda result: iter(["shown"])))
    assert list(shown(load("copper_cathode"), StoreSettings(), {"lots": None, "plants": None})) == ["shown"]
    shown(load("copper_cathode"), StoreSettings(), {"lots": 7, "rng_seed": 0})
    assert calls == [(500, 2), (7, 0)]


def test_a_trial_of_set_points_is_kept_with_its_figures_and_files(tmp_path):
    """The loop is made up: what it finds, says and writes is what the run holds."""
    seed, settings, given = load("aluminium_reduction"), StoreSettings(home=tmp_path), []

    def made_up(seed, options, simulator, folder, progress, cluster):
        given.append((options, simulator, folder, cluster))
        return "found"

    loop = SimpleNamespace(
        trial=made_up, metrics=lambda result: {"ours/gain": 1.5}, files=lambda result: {"setpoints.json": "{}"}
    )
    assert loop_trial(seed, settings, loop, {"plants": 2, "units": None}, cluster="local:2") == "found"
    assert given == [({"plants": 2, "units": None}, RunningPlants(), settings.folder, "local:2")]
    client = Tracking(settings)._client
    (run,) = client.search_runs([client.get_experiment_by_name("aluminium_reduction").experiment_id])
    assert run.data.metrics == {"ours/gain": 1.5}
    assert run.data.params == {"plants": "2"}
    assert run.data.tags["job"] == "trial"
    assert [file.path for file in client.list_artifacts(run.info.run_id)] == ["setpoints.json"]


def test_a_running_plant_lasts_as_long_as_is_asked():
    seed = load("aluminium_reduction")
    running = RunningPlants().begin(seed, units=2, periods=5, rng_seed=3)
    for _ in range(5):
        running.step()
    assert running.period == 5
    other = RunningPlants().another_plant(seed, 5)
    assert other.plant.rng_seed == 5
