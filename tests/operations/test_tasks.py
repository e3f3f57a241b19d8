"""The package that serves each task."""

import pytest

from operations.predictions import classes, lots, numbers, pieces
from operations.tasks import TASKS, task_of
from seeds import Seed


def test_each_task_is_served_by_its_package(
    toy_seed: Seed, toy_class_seed: Seed, toy_sorting_seed: Seed, toy_quality_seed: Seed
) -> None:
    packages = {"regression": numbers, "classification": classes, "sorting": pieces, "quality": lots}
    assert TASKS == packages
    assert task_of(toy_seed) is numbers
    assert task_of(toy_class_seed) is classes
    assert task_of(toy_sorting_seed) is pieces
    assert task_of(toy_quality_seed) is lots


@pytest.mark.parametrize("task", TASKS)
def test_a_package_offers_what_the_routes_use(task: str) -> None:
    assert {"ABOUT", "INFO", "NOT", "info", "payloads", "predicted", "recommendations"} <= set(vars(TASKS[task]))


def test_a_number_has_no_part_of_its_own_in_the_list_of_processes(toy_seed: Seed) -> None:
    assert numbers.INFO is None
    numbers.info(toy_seed, None)
