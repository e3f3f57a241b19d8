"""Predictions of a number, from rows to rows."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.regression.model import RegressionModel
from operations.predictions.numbers.operation import NumberPredictions
from seeds import Seed
from tests.suite.forms import payloads
from tests.suite.whole import whole

OPERATION = NumberPredictions()

ROW = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}


def test_predictions_are_the_models_answers_with_key_time_and_flags(
    toy_seed: Seed, save_toy_model: Callable[..., RegressionModel], tmp_path: Path
) -> None:
    model, taken = save_toy_model(tmp_path / "one"), payloads(toy_seed, 3)
    rows, request = taken.read(
        json.dumps({"rows": [ROW, ROW | {"unit": "B", "x_set": 19.5}], "coverage": 0.8, **whole(taken)}).encode()
    )
    first, second = OPERATION.predicted(taken, model, rows, {**request, "id": "of-all", "first": 0})["predictions"]
    (answer,) = model.answer(np.array([[91.5, 10.25, 3.75], [91.5, 19.5, 3.75]]), 0.8).values()
    for i, one in enumerate((first, second)):
        assert list(one) == ["id", "unit", "period_start", "derived_inputs", "y", "flags"]
        ends = {"value": answer.value[i], "low": answer.low[i], "high": answer.high[i]}
        assert one["y"] == ends | {"unit": "%"}
        assert one["id"].endswith(f"-{i}")
    assert (first["unit"], second["unit"], second["period_start"]) == ("A-001", "B", "2026-11-01")
    assert (first["flags"], second["flags"]) == ([], ["x_set outside training range"])


def test_a_request_holds_at_most_so_many_rows(toy_seed: Seed) -> None:
    taken = payloads(toy_seed, 3)
    assert len(taken.read(json.dumps({"rows": [ROW] * 3}).encode())[0]) == 3
    with pytest.raises(Exception, match=re.escape("the request has 1 fault")):
        taken.read(json.dumps({"rows": [ROW] * 4}).encode())


def test_the_example_is_a_typical_row(toy_seed: Seed) -> None:
    row = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 90, "x_set": 10, "z": 4}
    assert payloads(toy_seed, 3).example == {
        "rows": [row],
        "coverage": 0.9,
        "include": [],
        "digits": "interval",
        "history": [],
    }
