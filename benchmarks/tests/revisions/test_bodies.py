"""Requests are made from OpenAPI's own schema: fields that it has, values that it allows, wrong ones one at a time."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from benchmarks.revisions.bodies import Operation, allowed, bad, moved, planned, sample

TEXT, NUMBER = {"type": "string"}, {"type": "number"}
HEAT = {"anyOf": [{"type": "number", "minimum": 900, "maximum": 1000}, {"type": "null"}]}
REQUEST = {
    "rows": {"type": "array", "items": {"$ref": "#/components/schemas/Row"}},
    "history": {"type": "array", "items": {"$ref": "#/components/schemas/Past"}},
    "explain": {"type": "boolean", "default": False},
    "energy": {"type": "boolean", "default": True},
    "coverage": {"type": "number", "minimum": 0.5, "maximum": 0.99},
    "prices": {"$ref": "#/components/schemas/Prices"},
}
SCHEMAS = {
    "Row": {"properties": {"unit": TEXT, "start": TEXT, "heat": {"$ref": "#/components/schemas/Heat"}}},
    "Past": {"properties": {"unit": TEXT, "start": TEXT, "assay": NUMBER}},
    "Heat": HEAT,
    "Prices": {"properties": {"power": {"type": "number", "minimum": 0, "maximum": 10}}},
    "Request": {"properties": REQUEST},
}
CONTENT = {
    "schema": {"$ref": "#/components/schemas/Request"},
    "example": {"rows": [{"unit": "A", "start": "2026-01-01", "heat": 955.0}]},
}
OPENAPI = {
    "components": {"schemas": SCHEMAS},
    "paths": {"/v1/pots/advice": {"post": {"requestBody": {"content": {"application/json": CONTENT}}}}},
}
OPERATION = Operation(OPENAPI, "/v1/pots/advice")
TABLE = pd.DataFrame(
    {
        "unit": ["A", "B"] * 3,
        "start": pd.to_datetime(["2026-01-01"] * 2 + ["2026-02-01"] * 2 + ["2026-03-01"] * 2),
        "heat": [955.0, math.nan, 1200.0, 950.0, 940.0, 930.0],
        "assay": [1.0, 2.0, 3.0, 4.0, math.nan, math.nan],
        "other": 1,
    }
)


def test_rows_have_the_fields_of_the_schema_and_no_value_beyond_its_bounds():
    assert OPERATION.rows(TABLE)[:3] == [
        {"unit": "A", "start": "2026-01-01T00:00:00", "heat": 955.0},
        {"unit": "B", "start": "2026-01-01T00:00:00", "heat": None},
        {"unit": "A", "start": "2026-02-01T00:00:00", "heat": None},
    ]


def test_the_newest_period_is_the_plan_and_what_was_before_is_history():
    body = planned(OPERATION, TABLE, "unit", "start")
    assert [row["heat"] for row in body["rows"]] == [940.0, 930.0]
    assert [row["assay"] for row in body["history"]] == [1.0, 2.0, 3.0, 4.0]
    json.dumps(body)


def test_each_option_is_asked_for_with_another_value_than_usual():
    assert dict(OPERATION.options()) == {"explain": True, "energy": False, "coverage": 0.647, "prices": {"power": 3.0}}


def test_a_body_moves_in_time_as_a_whole():
    body = {
        "rows": [{"unit": "A", "start": "2026-01-01", "heat": 955.0}],
        "tariff": [{"end": "2026-01-03T06:00+08:00"}],
    }
    assert moved(body, pd.Timedelta(days=31)) == {
        "rows": [{"unit": "A", "start": "2026-02-01T00:00:00", "heat": 955.0}],
        "tariff": [{"end": "2026-02-03T06:00:00+08:00"}],
    }


def test_bad_bodies_are_each_of_another_kind_and_leave_the_good_one_alone():
    good = {"rows": [{"unit": "A", "start": "2026-01-01", "heat": 955.0}]}
    before = json.dumps(good)
    bodies = dict(bad(good))
    assert len(bodies) >= 10
    assert len(set(bodies.values())) == len(bodies)
    assert json.dumps(good) == before
    assert before.encode() not in bodies.values()


@pytest.mark.parametrize(
    ("value", "shown"), [(np.float64(2.0), 2.0), (np.int64(3), 3), (pd.NaT, None), (np.bool_(True), True)]
)
def test_cells_are_values_of_json(value, shown):
    result = allowed(value, {})
    assert json.dumps(result) == json.dumps(shown)


def test_some_rows_are_from_all_over_the_table():
    table = pd.DataFrame({"x": range(1000)})
    assert len(sample(table)) == 20
    assert sample(table)["x"].max() >= 900
    assert len(sample(table.head(7))) == 7
