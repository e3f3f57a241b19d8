"""From rows to a matrix and back, by hand."""

import math
import re

import numpy as np

from models.answers import Answer
from serving.answers import estimates, matrix, with_ids


def test_inputs_stand_in_the_models_order() -> None:
    rows = [{"a": 1.0, "b": 2.0, "unit": "A"}, {"a": None, "b": 4.0, "unit": "B"}, {"a": 5, "b": 6, "unit": "C"}]
    found = matrix(rows, ("b", "a"))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [[2.0, 1.0], [4.0, math.nan], [6.0, 5.0]])


def test_one_input_is_one_column() -> None:
    assert matrix([{"a": 1.0}, {"a": 2.0}], ("a",)).tolist() == [[1.0], [2.0]]


def test_ids_share_the_request_and_count_its_rows() -> None:
    rows = [{"unit": "A", "time": "t0", "x": 1.0}, {"unit": "B", "time": "t1", "x": 2.0}]
    first, second = with_ids(rows, ("unit", "time"))
    assert {**first, "id": ""} == {"id": "", "unit": "A", "time": "t0"}
    assert {**second, "id": ""} == {"id": "", "unit": "B", "time": "t1"}
    request, _, number = first["id"].rpartition("-")
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", request)
    assert (number, second["id"]) == ("0", f"{request}-1")
    assert with_ids(rows, ())[0]["id"] != first["id"]


def test_quantities_come_row_by_row_and_what_is_not_determined_is_flagged() -> None:
    nan = math.nan
    answers = {
        "p": Answer(np.array([1.0, nan, 3.0]), np.array([0.5, nan, 2.5]), np.array([1.5, nan, 3.5])),
        "q": Answer(np.array([10.0, 20.0, nan]), np.array([9.0, 19.0, nan]), np.array([11.0, 21.0, nan])),
    }
    flags = [[], ["before"], []]
    found = estimates(answers, {"q": "ppm", "p": "%"}, flags)
    assert flags == [[], ["before", "p not determined by these inputs"], ["q not determined by these inputs"]]
    assert found[0] == {
        "p": {"value": 1.0, "low": 0.5, "high": 1.5, "unit": "%"},
        "q": {"value": 10.0, "low": 9.0, "high": 11.0, "unit": "ppm"},
    }
    assert found[1]["q"] == {"value": 20.0, "low": 19.0, "high": 21.0, "unit": "ppm"}
    assert math.isnan(found[1]["p"]["value"])
    assert found[2]["p"]["high"] == 3.5


def test_without_a_quantity_rows_are_empty() -> None:
    assert estimates({}, {}, [[], []]) == [{}, {}]
