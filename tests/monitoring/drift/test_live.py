"""Errors of a version in shadow, beside those of what clients were given to the same rows."""

import json

import numpy as np
import pandas as pd
import pytest

from monitoring.drift.live import in_shadow


def prediction_of(value):
    return json.dumps({"y": {"value": value, "low": value - 1, "high": value + 1, "unit": "%"}})


def recorded(*rows):
    """Rows of records by unit, outcome, answer, version in shadow and its answer."""
    frame = pd.DataFrame(rows, columns=["unit", "y", "prediction", "shadow_version", "shadow_prediction"])
    frame = frame.assign(
        prediction=[prediction_of(one) for one in frame["prediction"]],
        shadow_prediction=[None if np.isnan(one) else prediction_of(one) for one in frame["shadow_prediction"]],
    )
    return frame.assign(version=3, coverage=0.9, period_start="2026-06-30", x_set=10.0, z=4.0, previous_y=90.0)


@pytest.fixture
def before():
    start = pd.to_datetime(["2026-05-31"]).to_numpy(dtype="datetime64[us]")
    return pd.DataFrame({"unit": ["A"], "period_start": start, "y": [88.0]})


def test_both_are_measured_on_the_rows_of_the_newest_version_in_shadow(toy_seed, before):
    rows = recorded(
        ("A", 90.0, 92.0, 5, 90.5),
        ("B", 91.0, 90.5, 5, 89.5),
        ("C", np.nan, 90.0, 5, 90.0),  # no outcome yet
        ("D", 90.0, 99.0, np.nan, np.nan),  # before there was one
        ("E", 90.0, 99.0, 4, 80.0),  # of the one before
    )
    own, theirs = in_shadow(rows, toy_seed, before)
    assert (own.of, own.rows, own.error, own.bias) == ("version 5 in shadow", 2, 1.0, 0.5)
    assert (theirs.of, theirs.rows, theirs.error, theirs.bias) == ("answered to the same rows", 2, 1.25, -0.75)
    assert (own.coverage, theirs.coverage) == (0.5, 0.5)


def test_without_a_version_in_shadow_there_is_no_figure(toy_seed, before):
    rows = recorded(("A", 90.0, 92.0, 5, 90.5)).drop(columns=["shadow_version", "shadow_prediction"])
    assert in_shadow(rows, toy_seed, before) == []
