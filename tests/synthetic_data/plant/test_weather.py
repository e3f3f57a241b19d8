"""The season of the outside temperature: mean, swing and phase."""

import datetime as dt
import math

import numpy as np
import pytest

from synthetic_data.plant.weather import season_phase, seasonal_temperature


def day(number):
    return dt.datetime(2023, 1, 1, 6) + dt.timedelta(days=number - 1)


def test_the_warmest_day_is_warmest_by_the_swing_and_half_a_year_on_coldest():
    year = np.array([seasonal_temperature(day(number), 15.0, 12.0, 200.0) for number in range(1, 366)])
    assert year.argmax() + 1 == 200
    assert year.max() == pytest.approx(27.0, rel=1e-12)
    assert year.argmin() + 1 == 17  # 200 - 365.25 / 2
    assert year.min() == pytest.approx(3.0, abs=0.001)


def test_the_mean_of_a_year_is_the_mean():
    year = [seasonal_temperature(day(number), 15.0, 12.0, 200.0) for number in range(1, 366)]
    assert np.mean(year) == pytest.approx(15.0, abs=0.01)


def test_a_quarter_of_a_year_from_the_warmest_day_the_mean_is_crossed():
    before, after = (seasonal_temperature(day(number), -4.0, 10.0, 200.0) for number in (108, 109))
    assert before < -4.0 < after
    assert after - before == pytest.approx(10.0 * 2.0 * math.pi / 365.25, rel=0.001)


def test_the_phase_turns_once_a_year_and_is_that_of_each_day():
    assert season_phase(200.0, 200.0) == 0.0
    turns = season_phase(np.array([200.0, 200.0 + 365.25, 200.0 - 365.25 / 4.0]), np.full(3, 200.0))
    assert turns == pytest.approx(np.array([0.0, 2.0 * math.pi, -0.5 * math.pi]), rel=1e-12)
