"""The package that serves each task."""

import pytest

from seeds import Seed
from serving import classification, quality, regression, sorting
from serving.tasks import TASKS, task_of


def test_each_task_is_served_by_its_package(
    toy_seed: Seed, toy_class_seed: Seed, toy_sorting_seed: Seed, toy_quality_seed: Seed
) -> None:
    packages = {"regression": regression, "classification": classification, "sorting": sorting, "quality": quality}
    assert TASKS == packages
    assert task_of(toy_seed) is regression
    assert task_of(toy_class_seed) is classification
    assert task_of(toy_sorting_seed) is sorting
    assert task_of(toy_quality_seed) is quality


@pytest.mark.parametrize("task", TASKS)
def test_a_package_offers_what_the_routes_use(task: str) -> None:
    assert {"ABOUT", "INFO", "NOT", "info", "payloads", "predicted", "recommendations"} <= set(vars(TASKS[task]))


def test_a_number_has_no_part_of_its_own_in_the_list_of_processes(toy_seed: Seed) -> None:
    assert regression.INFO is None
    regression.info(toy_seed, None)
