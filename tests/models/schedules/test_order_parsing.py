"""An order from what was asked: what the seed fills in and what is refused."""

import numpy as np
import pytest

from models.interfaces.schedule import ScheduleError
from models.schedules.order_parsing import read_order
from seeds import load

SEED = load("zinc_electrowinning")
DAY = [{"start": "2026-08-03T00:00+08:00", "end": "2026-08-04T00:00+08:00", "price": 0.08}]
ASKED = {
    "tariff": DAY,
    "metal_target": 100.0,
    "cells": 50,
    "current": 99.0,
    "minutes": 60,
    "allow_stops": False,
    "limits": {},
    "allow_negative_prices": False,
}


def test_what_is_left_out_is_the_seeds():
    order = read_order(ASKED, SEED)
    assert (order.lowest, order.highest, order.ramp, order.holding) == (50.0, 115.0, 40.0, None)
    np.testing.assert_array_equal(order.factors, SEED.economics["grid_emission_factor"].value)
    assert [one.bound for one in order.limits] == [43.0, 48.0, 3.7]


def test_what_is_given_replaces_it():
    factors = [{"start": "2026-08-03T00:00+08:00", "end": "2026-08-04T00:00+08:00", "factor": 0.1}]
    requested = ASKED | {"lowest": 60.0, "allow_stops": True, "limits": {"zinc_in_cell": 45.0}, "grid_factor": factors}
    order = read_order(requested, SEED)
    assert (order.lowest, order.holding) == (60.0, 15.0)
    assert [one.bound for one in order.limits] == [43.0, 45.0, 3.7]
    np.testing.assert_array_equal(order.factors, 0.1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lowest": 120.0}, "highest: got 115.0: expected more than the lowest"),
        ({"limits": {"nothing": 3.0}}, "limits.nothing: got 3.0: expected one of cell_temperature"),
        ({"tariff": [DAY[0] | {"price": -0.1}]}, "tariff.price: got -0.1: expected 0 or more"),
        (
            {"grid_factor": [{"start": "2026-08-03T00:00+08:00", "end": "2026-08-05T00:00+08:00", "factor": 1}]},
            "as the",
        ),
    ],
)
def test_what_does_not_go_together_is_refused(change, message):
    with pytest.raises(ScheduleError) as raised:
        read_order(ASKED | change, SEED)
    assert message in str(raised.value)


def test_a_stop_needs_a_holding_current():
    without = SEED.model_copy(update={"schedule": SEED.schedule.model_copy(update={"holding": None})})
    with pytest.raises(ScheduleError, match="the seed names no holding current"):
        read_order(ASKED | {"allow_stops": True}, without)


def test_a_limit_with_two_sides_is_not_replaced_by_its_name():
    zinc = SEED.hourly_limits[1]
    other = zinc.model_copy(update={"at_least": None, "at_most": 80.0})
    banded = SEED.model_copy(update={"constraints": [*SEED.constraints, other]})
    with pytest.raises(ScheduleError, match="expected one of cell_temperature, cell_voltage"):
        read_order(ASKED | {"limits": {"zinc_in_cell": 50.0}}, banded)
    assert len(read_order(ASKED, banded).limits) == 4
