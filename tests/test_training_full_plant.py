"""What the documents promise of a full simulated plant, on one that nothing was chosen on."""

import pytest

from seeds import load, names
from synthetic_data import simulate
from training.job import train
from training.settings import Settings

SIMULATED = [name for name in names() if load(name).plant is not None]


@pytest.mark.slow
@pytest.mark.parametrize("name", SIMULATED)
def test_intervals_cover_and_trees_beat_the_line_on_another_plant(name, tmp_path):
    seed = load(name)
    simulate(seed, tmp_path / "plant", rng_seed=seed.plant.rng_seed + 1)
    learnt = train(seed, tmp_path / "plant", Settings(nonferrous_home=tmp_path / "home")).learnt
    found = {name: candidate.metrics for name, candidate in learnt.candidates.items()}
    best = found[learnt.best.name]
    assert 0.88 <= best["test_coverage_90"] <= 0.92
    assert 0.88 <= best["unseen_all_coverage_90"] <= 0.92
    for part in ("test_truth_rmse", "unseen_all_truth_rmse"):
        for trees in ("lightgbm", "lightgbm_physics"):
            assert found[trees][part] < found["linear"][part] < found["persistence"][part]
