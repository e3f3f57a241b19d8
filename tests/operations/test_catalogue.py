"""The operations of each task and of each process."""

import pytest

from models.tasks import TASKS
from operations.catalogue import CATALOGUE, offered, operations_of, predictions_of, states_of
from operations.operation import AdviceOperation
from operations.outcomes.numbers import NumberStates
from operations.predictions.classes.operation import ClassPredictions
from operations.predictions.lots.operation import LotPredictions
from operations.predictions.numbers.operation import NumberPredictions
from operations.predictions.pieces.operation import PiecePredictions
from seeds import Seed, load, names


def test_every_task_has_operations() -> None:
    assert CATALOGUE.keys() == TASKS.keys()


@pytest.mark.parametrize("task", CATALOGUE)
def test_a_task_has_predictions_first_and_outcomes_last_each_name_once(task: str) -> None:
    listed = [one.name for one in CATALOGUE[task]]
    assert (listed[0], listed[-1]) == ("predictions", "outcomes")
    assert len(set(listed)) == len(listed)


def test_predictions_are_those_of_the_task(
    toy_seed: Seed, toy_class_seed: Seed, toy_sorting_seed: Seed, toy_quality_seed: Seed
) -> None:
    assert isinstance(predictions_of(toy_seed), NumberPredictions)
    assert isinstance(predictions_of(toy_class_seed), ClassPredictions)
    assert isinstance(predictions_of(toy_sorting_seed), PiecePredictions)
    assert isinstance(predictions_of(toy_quality_seed), LotPredictions)


def test_a_number_has_no_part_of_its_own_in_the_list_of_processes(toy_seed: Seed) -> None:
    assert predictions_of(toy_seed).listed is None
    assert predictions_of(toy_seed).info(toy_seed, None) is None


def test_models_of_numbers_follow_outcomes_and_those_of_classes_do_not(toy_seed: Seed, toy_class_seed: Seed) -> None:
    assert isinstance(states_of(toy_seed), NumberStates)
    assert states_of(toy_class_seed) is None


@pytest.mark.parametrize("name", names())
def test_a_process_offers_operations_in_the_order_of_the_catalogue(name: str) -> None:
    seed = load(name)
    forms = offered(seed, 10).forms
    assert list(forms) == list(offered(seed, 10).operations)
    assert list(forms) == [one.name for one in operations_of(seed) if one.name in forms]
    assert all(form.seed is seed for form in forms.values())


@pytest.mark.parametrize("name", names())
def test_the_example_of_advice_is_read(name: str) -> None:
    import json

    seed = load(name)
    for operation in operations_of(seed):
        if isinstance(operation, AdviceOperation) and operation.is_offered(seed):
            form = operation.form(seed, 10)
            assert operation.read(form, json.dumps(form.example).encode()) is not None
