"""A response states the source of its unit history, and its value follows that history."""

import json

import numpy as np
import pytest

from models.regression.calibration import conformalised
from models.regression.unit_errors import UnitErrors
from models.regression.unit_history import TargetHistory, UnitHistory
from operations.forms.faults import RequestError
from operations.predictions.numbers.operation import NumberPredictions
from tests.suite.whole import whole

PAST = [{"unit": "A-001", "period_start": f"2026-0{month}-01", "x_set": 10, "z": 4, "y": 86} for month in (5, 6, 7)]
ROW = {"unit": "A-001", "period_start": "2026-09-29", "x_set": 10, "z": 4}


class Follows:
    """Predicts 90 plus the deviation of the unit."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        return 90.0 + np.nan_to_num(X[:, 3])


@pytest.fixture(scope="module")
def ask(toy_seed):
    """Sender of a request to a model that knows three labels of two units; returns its predictions."""
    moments = np.array([f"2026-0{month}-01" for month in (5, 6, 7)] * 2, dtype="M8[us]").astype(np.int64)
    known = UnitErrors.of(np.repeat(np.array(["A-001", "A-002"], dtype=object), 3), moments, np.repeat([2.0, -2.0], 3))
    history = UnitHistory(toy_seed, {"y": TargetHistory(toy_seed, "labels", 90.0, None, 3.0, 4.0, known)})
    X = np.array([[90.0, 8.0, 3.0, -1.0], [91.0, 12.0, np.nan, 1.0], [92.0, 10.0, 5.0, np.nan]])
    labels, predicted = np.full(99, 90.0), 90.0 + 0.1 * np.arange(1, 100)
    model = conformalised(history.extended, "stub", Follows(), X, labels, predicted, {})
    object.__setattr__(model, "history", history)
    operation = NumberPredictions()
    form = operation.form(toy_seed, 10)

    def send(rows, **fields):
        read, request = form.read(json.dumps({"rows": rows, **whole(form), **fields}).encode())
        return operation.predicted(form, model, read, request | {"id": "r", "first": 0})["predictions"]

    return send


def test_recorded_outcomes_describe_a_unit_without_history_in_the_request(ask):
    one, other, new = ask([ROW, ROW | {"unit": "A-002"}, ROW | {"unit": "A-003"}])
    assert [each["y"]["value"] for each in (one, other, new)] == pytest.approx([91.0, 89.0, 90.0])
    assert one["derived_inputs"] == other["derived_inputs"] == ["unit_deviation_y from outcomes"]
    assert new["derived_inputs"] == ["unit_deviation_y from group"]


def test_history_in_a_request_takes_precedence(ask):
    (one,) = ask([ROW], history=PAST)
    assert one["y"]["value"] == pytest.approx(90.0 + 3 / 6 * (-4.0 + 3.0))
    assert one["derived_inputs"] == ["unit_deviation_y from history"]


def test_a_history_in_another_unit_of_measure_is_refused(ask):
    """Labels of 64 % where none of training was further than 4 points from 90 %."""
    with pytest.raises(RequestError) as raised:
        ask([ROW], history=[PAST[0] | {"y": 64.0}])
    assert [fault.field for fault in raised.value.faults] == ["history.0.y"]
