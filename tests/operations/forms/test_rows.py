"""From rows to a matrix and back, by hand."""

import math
from pathlib import Path

import numpy as np
import pytest

from models.interfaces.answers import Answer
from operations.forms.rows import estimates, flag_readings, matrix, with_ids
from seeds import Seed
from seeds.format.loader import parse


def test_inputs_stand_in_the_models_order(toy_seed: Seed) -> None:
    rows = [{"z": 1.0, "x_set": 2.0, "previous_y": None, "unit": "A"}, {"previous_y": 5, "x_set": 6, "z": 7}]
    result = matrix(rows, toy_seed)
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, [[math.nan, 2.0, 1.0], [5.0, 6.0, 7.0]])


@pytest.fixture
def ore_seed(toy_seed: Seed) -> Seed:
    """The toy process with the text `ore` in place of the number `z`."""
    text = toy_seed.text
    start = text.index('[[columns]]\nname = "z"')
    end = text.index("[[columns]]", start + 1)
    ore = '[[columns]]\nname = "ore"\nrole = "before"\ndescription = "ore"\nvalues = ["dry", "wet"]\nsource = "law"\n\n'
    return parse(text[:start] + ore + text[end:], Path("toy_cells.toml"))


def test_texts_are_their_numbers_and_unknown_ones_are_missing_and_flagged(ore_seed: Seed) -> None:
    rows = [{"ore": text, "x_set": 2.0, "previous_y": 3.0} for text in ("wet", "dry", None, "burnt")]
    place = [column.name for column in ore_seed.inputs].index("ore")
    np.testing.assert_array_equal(matrix(rows, ore_seed)[:, place], [1.0, 0.0, math.nan, math.nan])
    flags: list[list[str]] = [[], [], [], []]
    flag_readings(rows, ore_seed, flags)
    assert flags == [[], [], [], ["ore 'burnt' is none of dry, wet: taken as missing"]]
    assert rows[0]["ore"] == "wet"


def test_ids_share_the_request_and_count_its_rows() -> None:
    rows = [{"unit": "A", "time": "t0", "x": 1.0}, {"unit": "B", "time": "t1", "x": 2.0}]
    first, second = with_ids(rows, ("unit", "time"), {"id": "of-all", "first": 250})
    assert first == {"id": "of-all-250", "unit": "A", "time": "t0"}
    assert second == {"id": "of-all-251", "unit": "B", "time": "t1"}


def test_quantities_come_row_by_row_and_what_is_not_determined_is_flagged() -> None:
    nan = math.nan
    answers = {
        "p": Answer(np.array([1.0, nan, 3.0]), np.array([0.5, nan, 2.5]), np.array([1.5, nan, 3.5])),
        "q": Answer(np.array([10.0, 20.0, nan]), np.array([9.0, 19.0, nan]), np.array([11.0, 21.0, nan])),
    }
    flags = [[], ["before"], []]
    result = estimates(answers, {"q": "ppm", "p": "%"}, {}, flags)
    assert flags == [[], ["before", "p not determined by these inputs"], ["q not determined by these inputs"]]
    assert result[0] == {
        "p": {"value": 1.0, "low": 0.5, "high": 1.5, "unit": "%"},
        "q": {"value": 10.0, "low": 9.0, "high": 11.0, "unit": "ppm"},
    }
    assert result[1]["q"] == {"value": 20.0, "low": 19.0, "high": 21.0, "unit": "ppm"}
    assert math.isnan(result[1]["p"]["value"])
    assert result[2]["p"]["high"] == 3.5


def test_without_a_quantity_rows_are_empty() -> None:
    assert estimates({}, {}, {}, [[], []]) == [{}, {}]


def test_values_of_doubtful_quality_are_flagged(toy_seed: Seed) -> None:
    flags: list[list[str]] = [[], ["before"], []]
    rows: list[dict[str, object]] = [
        {"data_quality": {"z": "stuck", "x_set": "uncertain", "previous_y": "good"}},
        {"data_quality": {"z": "bad"}},
        {},
    ]
    flag_readings(rows, toy_seed, flags)
    assert flags == [
        ["z of quality stuck: taken as missing", "x_set of quality uncertain"],
        ["before", "z of quality bad: taken as missing"],
        [],
    ]
