"""Faults of groups: how often, how long, and never two of a kind at once."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.cell_house.faults import UNIFORMS, started
from synthetic_data.cell_house.parameters import GROUP_FAULTS, CellHouseParameters
from tests.synthetic_data.stated import typical_plant

P = CellHouseParameters.of(typical_plant(load("zinc_electrowinning")))
COUNT = 20000


def test_faults_begin_as_often_as_stated_and_last_as_long():
    rng = np.random.default_rng(5)
    kinds = len(GROUP_FAULTS)
    lasts, events = started(P, 12, np.zeros((kinds, COUNT)), rng.random((kinds * UNIFORMS, COUNT)), 100.0)
    for k, name in enumerate(GROUP_FAULTS):
        mine = [event for event in events if event.kind == name]
        assert len(mine) == np.count_nonzero(lasts[:, k])
        expected = P[f"{name}_rate"] * 2.0 / 365.25 * COUNT
        assert abs(len(mine) - expected) < 4.0 * np.sqrt(expected)
        hours = np.array([24.0 * (event.end - event.onset) for event in mine])
        assert hours.min() >= P[f"{name}_short"] - 1e-6
        assert hours.max() <= P[f"{name}_long"] + 1e-6
        assert all(100.0 <= event.onset < 102.0 and event.onset <= event.detected <= event.end for event in mine)


def test_none_begins_where_one_is_on():
    probabilities = np.zeros((len(GROUP_FAULTS) * UNIFORMS, 2))
    left = np.array([[0.0, 5.0]] * len(GROUP_FAULTS))
    lasts, events = started(P, 12, left, probabilities, 0.0)
    assert {event.unit for event in events} == {0}
    assert (lasts[:, :, 1] == 0.0).all()
    assert lasts[0, 0, 0] == pytest.approx(P.blocked_feed_short)
