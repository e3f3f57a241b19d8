"""What answers of a step are worth, by hand, and alike whether a service or a model by itself gives them."""

import json
from math import e, nan

import numpy as np
import pandas as pd
import pytest

from benchmarks.replays.plant import Plant
from benchmarks.replays.step import Step
from benchmarks.replays.tasks import TASKS, cost_unit, task_of
from models.table.contract import check
from operations.catalogue import predictions_of

START = pd.Timestamp("2026-06-01")


def step_of(table, truth):
    return Step(START, pd.DataFrame(table), np.array(truth))


def test_numbers_err_by_their_distance_to_the_truth_and_their_intervals_hold_labels(toy_seed):
    message = [
        {"y": {"value": value, "low": value - 1, "high": value + 1, "unit": "%"}} for value in (90.0, 92.0, 91.0)
    ]
    result = task_of(toy_seed).evaluated(step_of({"y": [90.5, nan, 89.0]}, [91.0, 91.0, nan]), message, toy_seed)
    np.testing.assert_array_equal(result.signed, [-1.0, 1.0, nan])
    np.testing.assert_array_equal(result.size, [1.0, 1.0, nan])
    np.testing.assert_array_equal(result.inside, [1.0, nan, 0.0])
    assert result.lost is None
    assert result.broken is None


LIMITS = {"p": (1.0, 4.0), "q": (1.0, 4.0), "r": (0.4, 1.0)}


def lot(grade, values=(2.0, 2.0, 0.5)):
    contents = {
        name: {"value": value, "low": low, "high": high, "unit": "ppm"}
        for (name, (low, high)), value in zip(LIMITS.items(), values, strict=True)
    }
    action = "laboratory" if grade is None else "release"
    return {"contents": contents, "decision": {"action": action, "grade": grade}}


def lots(reported, truth, message, seed):
    table = dict(zip("pqr", np.array(reported).T, strict=True))
    return task_of(seed).evaluated(step_of(table, truth), message, seed)


def test_contents_of_lots_err_by_their_logarithms(toy_quality_seed):
    truth = [[2 / e, 2.0, 0.5 * e]]
    result = lots([[2.0, 2.0, 0.5]], truth, [lot("prime")], toy_quality_seed)
    assert result.signed[0].tolist() == pytest.approx([1.0, 0.0, -1.0])
    assert result.size.mean() == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("reported", "inside"),
    [
        ((2.0, 3.9, 0.5), 1.0),
        ((2.0, 4.1, 0.5), 0.0),
        ((2.0, nan, 0.5), 1.0),
        ((2.0, 2.0, -0.5), 1.0),  # below 0.5, where the interval reaches
        ((2.0, 2.0, -0.3), 0.0),  # below 0.3, where it does not
        ((nan, nan, nan), nan),
    ],
)
def test_intervals_of_a_lot_hold_all_that_is_reported_of_it_together(reported, inside, toy_quality_seed):
    result = lots([reported], [[2.0, 2.0, 0.5]], [lot("prime")], toy_quality_seed)
    np.testing.assert_array_equal(result.inside, [inside])


def test_decisions_on_lots_cost_by_the_truth_and_released_lots_break_their_grade_by_the_assay(toy_quality_seed):
    good, bad, worse = (2.0, 2.0, 0.5), (7.0, 2.0, 0.5), (21.0, 2.0, 0.5)  # p: prime to 6, second to 20
    cases = [  # assay, truth, grade; cost [$/t]; whether it breaks its grade by the assay
        (good, good, "prime", 0.0, 0.0),
        (good, bad, "prime", 300.0 - 40.0, 0.0),
        (bad, good, "prime", 0.0, 1.0),
        (bad, bad, "second", 0.0, 0.0),
        (worse, good, "second", 40.0, 1.0),
        ((nan, 2.0, 0.5), good, "prime", 0.0, nan),
        (good, good, None, 150.0 / 25.0, nan),
        (bad, good, "remelt", 150.0, nan),
    ]
    reported, truth, grades, costs, broken = zip(*cases, strict=True)
    result = lots(reported, truth, [lot(grade) for grade in grades], toy_quality_seed)
    assert result.lost.tolist() == pytest.approx(costs)
    np.testing.assert_array_equal(result.broken, broken)
    assert cost_unit(toy_quality_seed) == "$/t"


def test_pieces_err_by_their_class_and_cost_by_their_bin(toy_sorting_seed):
    def piece(metal, into):
        x = {"value": 0.6, "low": 0.2, "high": 1.0, "unit": "wt%"}
        return {"class": metal, "elements": {"x": x}, "bin": into}

    table = {"metal": ["a", "a", "b", None], "x": [0.5, 1.5, nan, 0.9], "z": [1.0, 1.0, 1.0, 1.0]}
    message = [piece("a", "bin_a"), piece("b", "bin_bc"), piece("b", "bin_bc"), piece("a", "rest")]
    truth = [0.0, 0.0, 2.0, nan]  # the third is of c, whatever the laboratory says
    result = task_of(toy_sorting_seed).evaluated(step_of(table, truth), message, toy_sorting_seed)
    np.testing.assert_array_equal(result.size, [0.0, 1.0, 1.0, nan])
    np.testing.assert_array_equal(result.inside, [1.0, 0.0, nan, 1.0])  # of x, which alone is answered
    np.testing.assert_allclose(result.lost, [0.0, 2.0 - 0.4, 0.0, nan])
    assert result.signed is None
    assert cost_unit(toy_sorting_seed) == "$/kg"


def test_sets_of_classes_hold_what_the_laboratory_says(toy_class_seed):
    message = [{"ore": "oxide", "class_set": ["oxide", "rare"]}, {"ore": "oxide", "class_set": ["oxide"]}]
    table = {"ore": ["rare", "sulfide"]}
    result = task_of(toy_class_seed).evaluated(step_of(table, [0.0, 1.0]), message, toy_class_seed)
    np.testing.assert_array_equal(result.size, [0.0, 1.0])
    np.testing.assert_array_equal(result.inside, [1.0, 0.0])


TOYS = {
    "regression": ("toy_seed", "toy_frame", "save_toy_model"),
    "classification": ("toy_class_seed", "toy_class_frame", "save_toy_classifier"),
    "sorting": ("toy_sorting_seed", "toy_sorting_frame", "save_toy_sorter"),
    "quality": ("toy_quality_seed", "toy_quality_frame", "save_toy_grader"),
}


@pytest.mark.parametrize("task", TASKS)
def test_answers_of_a_service_and_of_a_model_by_itself_are_worth_the_same(task, request, tmp_path):
    seed, frame, save = (request.getfixturevalue(name) for name in TOYS[task])
    table = check(frame(), seed).table
    own, true = task_of(seed), table.assign(**{one.name: table[one.name].abs() for one in seed.elements})
    plant = Plant(seed, table, own.truth(true, seed), table[seed.clock.name].min(), pd.Timedelta(days=3000))
    (step,), model = plant.steps(), save(tmp_path / "model")
    served = predictions_of(seed)
    payloads = served.form(seed, len(table))
    rows, requested = payloads.read(json.dumps({"rows": plant.asked(step.table)}).encode())
    request = {**requested, "digits": "all", "id": "r", "first": 0}
    message = served.predicted(payloads, model, rows, request)["predictions"]
    by_service = own.evaluated(step, json.loads(json.dumps(message)), seed)
    by_itself = own.evaluated(step, own.answers(model, step.table, seed), seed)
    for name in ("size", "signed", "inside", "lost", "broken"):
        one, other = getattr(by_service, name), getattr(by_itself, name)
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)
            assert np.isfinite(one).any()
