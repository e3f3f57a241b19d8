"""What the documents promise of a full simulated plant, on one that nothing was chosen on."""

import numpy as np
import pytest

from registry.settings import Settings
from seeds import load, names
from synthetic_data import simulate
from training.job import train
from training.sorting.trial import outcome
from training.trial import SimulatedPlant, unseen

SIMULATED = [name for name in names() if load(name).plant is not None]
SORTING = [name for name in SIMULATED if load(name).process.task == "sorting"]


def learnt_on_another_plant(name, folder):
    seed = load(name)
    simulate(seed, folder / "plant", rng_seed=seed.plant.rng_seed + 1)
    return train(seed, folder / "plant", Settings(home=folder / "home")).learnt


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SIMULATED if name not in SORTING])
def test_intervals_cover_and_trees_beat_the_line_on_another_plant(name, tmp_path):
    learnt = learnt_on_another_plant(name, tmp_path)
    found = {name: candidate.metrics for name, candidate in learnt.candidates.items()}
    best = found[learnt.best.name]
    assert 0.88 <= best["test_coverage_90"] <= 0.92
    assert 0.88 <= best["unseen_all_coverage_90"] <= 0.92
    for part in ("test_truth_rmse", "unseen_all_truth_rmse"):
        for trees in ("lightgbm", "lightgbm_physics"):
            assert found[trees][part] < found["linear"][part] < found["persistence"][part]


def most_over_limit(learnt):
    """Largest share of so many new lots that a kept promise explains: it is kept on average over calibrations."""
    risk = 1 - learnt.data.seed.rules.confidence.value
    calibrated = len(set(learnt.data.units[np.concatenate(learnt.parts.calibrate)]))
    return lambda lots: risk + 3 * np.sqrt(risk * (1 - risk) * (1 / calibrated + 1 / lots))


@pytest.mark.slow
@pytest.mark.parametrize("name", SORTING)
def test_lots_keep_their_limits_and_sorting_pays_on_another_plant(name, tmp_path):
    learnt = learnt_on_another_plant(name, tmp_path)
    found = {name: candidate.metrics for name, candidate in learnt.candidates.items()}
    best = found[learnt.best.name]
    allowed = most_over_limit(learnt)
    for part in ("test", "unseen_all"):
        for trees in ("lightgbm", "lightgbm_physics"):
            assert found[trees][f"{part}_log_loss"] < found["majority"][f"{part}_log_loss"] / 2
        assert best[f"{part}_lots_over_limit"] <= allowed(best[f"{part}_lots"])
        assert best[f"{part}_ece"] < 0.05
        assert 0.87 <= best[f"{part}_coverage_90"] <= 0.93
        assert best[f"{part}_value"] > best[f"{part}_pass_value"]
        assert best[f"{part}_truth_accuracy"] > found["majority"][f"{part}_truth_accuracy"]
    plant = unseen(learnt.data.seed, 2000, learnt.data.seed.plant.rng_seed + 2)
    found = outcome(learnt.best.model, plant, SimulatedPlant(1))
    assert found.over_limit / found.lots <= allowed(found.lots)
