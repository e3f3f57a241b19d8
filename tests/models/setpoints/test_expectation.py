"""Ridge regressions on what is known."""

import numpy as np
import pytest

from models.setpoints.expectation import FARTHEST, RIDGE, StateForecast


def test_a_line_is_found_again():
    rng = np.random.default_rng(1)
    known = rng.standard_normal((20_000, 3)) * (1.0, 10.0, 0.1) + (0.0, 50.0, 3.0)
    y = 2.0 + known @ (1.0, -0.3, 5.0)
    result = StateForecast.fit(known, {"y": y}, np.ones(len(y), dtype=bool))(known)["y"]
    # The prior counts for RIDGE rows, so that slopes are short of the truth by that share.
    slope = np.polyfit(result, y, 1)[0]
    assert slope == pytest.approx(1.0 + RIDGE / len(y), rel=0.01)


def test_what_is_missing_counts_as_usual_and_what_is_far_as_far():
    known = np.random.default_rng(2).standard_normal((1000, 2))
    model = StateForecast.fit(known, {"y": known[:, 0]}, np.ones(1000, dtype=bool))
    typical = model(np.array([[np.median(known[:, 0]), 0.0]]))["y"]
    assert model(np.array([[np.nan, 0.0]]))["y"] == pytest.approx(typical)
    spread = FARTHEST * known[:, 0].std() + np.median(known[:, 0])
    assert model(np.array([[100.0, 0.0]]))["y"] == pytest.approx(model(np.array([[spread, 0.0]]))["y"])


def test_a_column_that_never_moves_or_was_never_read_counts_for_nothing():
    known = np.column_stack([np.arange(100.0), np.full(100, 7.0), np.full(100, np.nan)])
    model = StateForecast.fit(known, {"y": known[:, 0]}, np.ones(100, dtype=bool))
    requested = np.array([[50.0, 7.0, np.nan], [50.0, 1e9, 1e9]])
    assert model(requested)["y"][0] == model(requested)["y"][1]


def test_state_and_back():
    known = np.random.default_rng(3).standard_normal((200, 2))
    model = StateForecast.fit(known, {"y": known[:, 0]}, np.ones(200, dtype=bool))
    again = StateForecast.from_state(model.state())
    np.testing.assert_array_equal(again(known)["y"], model(known)["y"])
