"""Advice for the lots of a table of pieces."""

import numpy as np
import pandas as pd
import pytest

from operations.set_points.sorting_lines import GOES_ON, LineRecommendations


@pytest.fixture
def pieces():
    """Two lots of two pieces; the load of the second is unknown."""
    return pd.DataFrame(
        {
            "lot": ["L-2", "L-2", "L-1", "L-1"],
            "passed_at": pd.to_datetime(["2026-01-02T00", "2026-01-03T00", "2026-01-01T06", "2026-01-01T05"]),
            "occupancy": [np.nan, np.nan, 0.1, 0.2],
        }
    )


def request_of(pieces, seed, **options):
    operation = LineRecommendations()
    return operation.request_of(operation.form(seed, 10), pieces, options)


def test_each_lot_of_a_table_is_a_plan_with_its_mean_load(pieces, toy_sorting_seed):
    made = request_of(pieces, toy_sorting_seed, prices={"bin_a.a": 3.0})
    assert (made.notes, made.request.request) == ((GOES_ON,), {"prices": {"bin_a.a": 3.0}})
    assert made.request.units == ["L-1", "L-2"]
    first, second = made.request.rows
    assert (first["lot"], first["passed_at"]) == ("L-1", "2026-01-01T05:00:00")
    assert (first["occupancy"], second.get("occupancy")) == (pytest.approx(0.15), None)
    assert {first[f"least_gain.{name}"] for name in ("bin_a", "bin_bc")} == {None}


def test_without_measured_loads_lots_have_none(pieces, toy_sorting_seed):
    made = request_of(pieces.drop(columns="occupancy"), toy_sorting_seed)
    assert [row.get("occupancy") for row in made.request.rows] == [None, None]


def test_the_file_has_thresholds_in_their_units(toy_sorting_seed):
    def number(value, unit):
        return {"value": value, "low": value - 4, "high": value + 4, "unit": unit}

    one = {
        "lot": "L-1",
        "passed_at": "2026-01-01",
        "setpoints": {
            "least_gain.bin_a": {"plan": 0.0, "move": 0.2, "recommended": 0.2, "unit": "$/kg"},
            "least_gain.bin_bc": {"plan": 0.1, "move": 0.0, "recommended": 0.1, "unit": "$/kg"},
        },
        "gain": number(5.0, "$/t"),
        "effects": {"value_of_a_tonne": number(5.0, "$/t"), "feed": number(0.0, "1")},
        "limits": [],
        "cause": "small gains",
        "supporting_rows": 40,
        "notes": ["60 pieces", "stays as planned, occupancy: none"],
        "refusal": None,
    }
    operation = LineRecommendations()
    (row,) = operation.flat(operation.form(toy_sorting_seed, 10), {"recommendations": [one]})
    assert row["least_gain.bin_a new [$/kg]"] == 0.2
    assert row["least_gain.bin_bc plan [$/kg]"] == 0.1
    assert row["gain [$/t]"] == 5.0
    assert row["feed change [1]"] == 0.0
    assert row["notes"] == "60 pieces; stays as planned, occupancy: none"
