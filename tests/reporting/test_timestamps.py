"""Starts of periods as a person writes them."""

import numpy as np
import pandas as pd
import pytest

from reporting.timestamps import moment_format


@pytest.mark.parametrize(
    ("every", "shown"),
    [
        ("30D", "2026-11-01"),
        ("1D", "2026-11-01"),
        ("12h", "2026-11-01 00:00"),
        ("5min", "2026-11-01 00:00"),
        ("20s", "2026-11-01 00:00:00"),
        ("20ms", "2026-11-01 00:00:00"),
    ],
)
def test_the_time_is_shown_where_the_day_does_not_say_it(every, shown):
    starts = pd.date_range("2026-11-01", periods=6, freq=every)
    assert f"{starts[0]:{moment_format(starts)}}" == shown


def test_days_that_begin_at_six_are_shown_with_their_time():
    assert moment_format(pd.date_range("2026-11-01T06:00", periods=3, freq="D")) == "%Y-%m-%d %H:%M"


def test_starts_that_are_missing_say_nothing():
    assert moment_format(np.array(["2026-11-01", "NaT"], "datetime64[us]")) == "%Y-%m-%d"
    assert moment_format(np.array([], "datetime64[us]")) == "%Y-%m-%d"
