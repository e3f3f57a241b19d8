"""The candidates and the class of model that each task has."""

from models.classification.model import ClassificationModel
from models.quality.model import QualityModel
from models.regression.model import RegressionModel
from models.sorting.model import SortingModel
from models.tasks import CANDIDATES, TASKS, build, task_of
from seeds import Seed


def test_each_task_has_its_model(
    toy_seed: Seed, toy_class_seed: Seed, toy_sorting_seed: Seed, toy_quality_seed: Seed
) -> None:
    assert task_of(toy_seed).model is RegressionModel
    assert task_of(toy_class_seed).model is ClassificationModel
    assert task_of(toy_sorting_seed).model is SortingModel
    assert task_of(toy_quality_seed).model is QualityModel
    assert list(TASKS) == ["regression", "classification", "sorting", "quality"]


def test_candidates_stand_in_their_order_the_baseline_first(
    toy_seed: Seed, toy_class_seed: Seed, toy_sorting_seed: Seed, toy_quality_seed: Seed
) -> None:
    remaining = ("persistence", "majority", "first_principles", "linear", "lightgbm", "lightgbm_physics")
    assert CANDIDATES == ("mean", *remaining)
    assert list(build(toy_seed)) == ["persistence", "linear", "lightgbm", "lightgbm_physics"]
    for seed in (toy_seed, toy_class_seed, toy_sorting_seed, toy_quality_seed):
        places = [CANDIDATES.index(name) for name in build(seed)]
        assert places == sorted(places)
        assert places[0] <= 2
        assert list(build(seed)) == list(task_of(seed).build(seed))
