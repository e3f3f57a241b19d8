"""What the documents promise of a simulated plant, on one that nothing was chosen on."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest
from sklearn.base import clone

from models.interfaces.answers import rows_of
from seeds import load, load_all
from synthetic_data import simulate
from tests.suite.jobs import few_trees, given_penalty
from training.core.dataset import Dataset, read
from training.core.fitting import AnyCandidate, best_of, fit_candidate
from training.core.splits import Split, split
from training.jobs.trial import SimulatedPlant, unseen
from training.regression.evaluate import evaluate
from training.sorting.trial import outcome
from training.tasks import TASKS, task_of

SIMULATED = {name: seed for name, seed in load_all().items() if seed.plant is not None}
SORTING = [name for name, seed in SIMULATED.items() if seed.classes]
LOTS = 200  # half of those that the seeds of sorters ask for
ROWS = 10_000  # the cast house's seed asks for 17,500
LEAST_YEARS = 1.0  # where rows are hours, 10,000 are so few weeks that a fault's heats move the coverage by points
# All units draw one electrolyte or liquor: who learns a period learns it for holdout units too, so that only new
# periods tell; and two years are as many draws of the feed as there are periods, whatever the rows.
ONE_FEED = ("alumina_refining", "copper_electrorefining", "zinc_electrowinning")
MANY_UNITS = [name for name in SIMULATED if name not in (*SORTING, *ONE_FEED)]
RATE = 0.1  # the faster of those that jobs choose from
LEVEL = 1.02  # trees and the line on new periods of one feed, as the pages say
pytestmark = pytest.mark.long("learns a whole plant")
assert SORTING


@dataclass(frozen=True)
class Learnt:
    """The candidates of a process's first target, without the figures of their pages and without a store.

    They have few trees and the settings that they are given: intervals must be as true whatever was chosen, and how it
    is chosen has tests of its own.
    """

    data: Dataset
    parts: Split
    candidates: dict[str, AnyCandidate]
    best: AnyCandidate


@pytest.fixture
def trained(request, tmp_path, monkeypatch):
    name = request.param
    seed = load(name).for_first
    learner = task_of(seed).learner
    periods_a_year = timedelta(days=365.25) / seed.period
    enough = max(LEAST_YEARS, ROWS / seed.plant.units / periods_a_year)
    years = seed.plant.years if name in ONE_FEED else min(seed.plant.years, enough)
    size = {"units": LOTS} if seed.classes else {"years": years}
    simulate(seed, tmp_path, **size, rng_seed=seed.plant.rng_seed + 1)
    data = read(tmp_path, seed)
    parts = split(data)
    for task in TASKS.values():
        monkeypatch.setattr(type(task.learner), "curve_shares", (0.05,))
        monkeypatch.setattr(type(task.learner), "importance_rows", 20)
    given_penalty(monkeypatch)
    candidates, silent = {}, lambda action: None
    for candidate, estimator in few_trees(seed, learning_rate=RATE).items():
        baseline = next(iter(candidates.values())).predictions if candidates else None
        candidates[candidate] = fit_candidate(
            learner, candidate, estimator, data, parts, {}, baseline, silent, lambda given, X, y: clone(given)
        )
    return Learnt(data, parts, candidates, best_of(learner, candidates))


@pytest.mark.parametrize("trained", MANY_UNITS, indirect=True)
def test_intervals_cover_and_trees_beat_the_line_on_another_plant(trained):
    result = {name: candidate.metrics for name, candidate in trained.candidates.items()}
    best = result[trained.best.name]
    assert 0.88 <= best["test_coverage_90"] <= 0.92
    assert 0.88 <= best["holdout_all_coverage_90"] <= 0.92
    for part in ("test_truth_rmse", "holdout_all_truth_rmse"):
        for trees in ("lightgbm", "lightgbm_physics"):
            assert result[trees][part] < result["linear"][part] < result["persistence"][part]


@pytest.mark.parametrize("trained", ONE_FEED, indirect=True)
def test_on_another_plant_of_one_feed_new_periods_are_covered_and_trees_are_level_with_the_line(trained):
    data, rows = trained.data, np.concatenate([trained.parts.test, trained.parts.holdout])
    result = {
        name: evaluate(data.y[rows], rows_of(one.answers, rows), one.predictions[rows], data.truth[rows])
        for name, one in trained.candidates.items()
    }
    assert 0.88 <= result[trained.best.name]["coverage_90"] <= 0.92
    assert trained.best.metrics["holdout_all_coverage_90"] >= 0.88
    line, persistence = result["linear"]["truth_rmse"], result["persistence"]["truth_rmse"]
    for trees in ("lightgbm", "lightgbm_physics"):
        assert result[trees]["truth_rmse"] < LEVEL * line
        assert max(result[trees]["truth_rmse"], line) < persistence


def most_over_limit(trained):
    """Largest share of so many new lots of the plant that a kept promise explains."""
    risk = trained.data.seed.sorting_rules.may_break
    return lambda lots: risk + 3 * np.sqrt(risk * (1 - risk) / lots)


@pytest.mark.parametrize("trained", SORTING, indirect=True)
def test_lots_keep_their_limits_and_sorting_pays_on_another_plant(trained):
    result = {name: candidate.metrics for name, candidate in trained.candidates.items()}
    best = result[trained.best.name]
    allowed = most_over_limit(trained)
    for part in ("test", "holdout_all"):
        for trees in ("lightgbm", "lightgbm_physics"):
            assert result[trees][f"{part}_log_loss"] < result["majority"][f"{part}_log_loss"] / 2
        assert best[f"{part}_lots_over_limit"] <= allowed(best[f"{part}_lots"])
        assert best[f"{part}_ece"] < 0.05
        assert 0.87 <= best[f"{part}_coverage_90"] <= 0.93
        assert best[f"{part}_value"] > best[f"{part}_pass_value"]
        assert best[f"{part}_truth_accuracy"] > result["majority"][f"{part}_truth_accuracy"]
    plant = unseen(trained.data.seed, 1000, trained.data.seed.plant.rng_seed + 2)
    result = outcome(trained.best.model, plant, SimulatedPlant(1))
    assert result.over_by_laboratory is not None
    # Nothing is promised of another plant; where its own lots show it, it is kept.
    assert result.shown_after is None or result.over_by_laboratory / result.lots <= allowed(result.lots)
