"""A cycle by the hour: what follows the profile, and what stays as it was."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.cell_house import current_profile
from synthetic_data.cell_house.house import House
from synthetic_data.engine.options import plan_run
from tests.synthetic_data.stated import typical_plant


@pytest.fixture(scope="module")
def house():
    return House(plan_run(typical_plant(load("zinc_electrowinning")), units=4, years=0.1)).advance()


def test_the_current_is_the_profile_times_what_rectifiers_and_grid_leave(house):
    typical = current_profile.by_the_hour(house, np.full(48, house.current_target))
    doubled = current_profile.by_the_hour(house, np.full(48, 2.0 * house.current_target))
    np.testing.assert_allclose(doubled.current, 2.0 * typical.current)
    assert doubled.reported["line_current"] == pytest.approx(2.0 * typical.reported["line_current"])
    assert doubled.current_target == 2.0 * house.current_target


def test_weather_and_feed_stay_as_they_were(house):
    played = current_profile.by_the_hour(house, np.full(48, 90.0))
    for name in ("ambient", "cooling", "feed_zinc", "price"):
        np.testing.assert_array_equal(getattr(played, name)[::4], getattr(house, name))
        np.testing.assert_array_equal(getattr(played, name)[3::4], getattr(house, name))
    np.testing.assert_array_equal(played.feed_traces[::4], house.feed_traces)


def test_a_fault_begins_once():
    lasts = np.zeros((12, 3, 2))
    lasts[5, 1, 0] = 7.0
    result = current_profile.at_the_hour(lasts, 48)
    assert result.sum() == 7.0
    assert result[20, 1, 0] == 7.0
