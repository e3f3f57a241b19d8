"""Faults of units: how often, how long, in order, and for which part of a period they are on."""

import numpy as np
import pytest

import seeds
from synthetic_data.engine.parameters import ScalarParameters
from synthetic_data.plant.unit_faults import UNIFORMS, UnitFaults
from synthetic_data.tankhouse.parameters import GROUP_FAULTS

PERIODS, UNITS = 1000, 30


@pytest.fixture(scope="module")
def p():
    return ScalarParameters.of(seeds.load("copper_cathode"))


@pytest.fixture(scope="module", params=[7.0, 3.0])
def units(p, request):
    """Days of a period, shares of each period by kind, (periods, units), and events."""
    faults, rng = UnitFaults.none(UNITS, GROUP_FAULTS, request.param), np.random.default_rng(2)
    return request.param, *faults.segment(p, 0, rng.random((len(GROUP_FAULTS), UNIFORMS, PERIODS, UNITS)))


@pytest.mark.parametrize("kind", GROUP_FAULTS)
def test_faults_of_each_unit_are_in_order_and_on_for_their_time(units, p, kind):
    days, shares, events = units[0], units[1][kind], [event for event in units[2] if event.kind == kind]
    assert len(events) > 20
    lasted = np.zeros(UNITS)
    until = np.full(UNITS, -np.inf)
    for event in events:
        assert until[event.unit] <= event.onset <= event.detected <= event.end
        assert p[f"{kind}_short"] - 1e-9 <= event.end - event.onset <= p[f"{kind}_long"] + 1e-9
        until[event.unit] = event.end
        lasted[event.unit] += min(event.end, PERIODS * days) - event.onset
    assert days * shares.sum(axis=0) == pytest.approx(lasted, rel=1e-6)
    expected = p[f"{kind}_rate"] * shares.size * days / 365.25 * (1.0 - shares.mean())
    assert len(events) == pytest.approx(expected, abs=4.0 * np.sqrt(expected))


def test_a_stretch_in_two_pieces_is_the_same(p):
    uniforms = np.random.default_rng(5).random((len(GROUP_FAULTS), UNIFORMS, 200, UNITS))
    whole, parts = UnitFaults.none(UNITS, GROUP_FAULTS, 3.0), UnitFaults.none(UNITS, GROUP_FAULTS, 3.0)
    shares, events = whole.segment(p, 0, uniforms)
    first, first_events = parts.segment(p, 0, uniforms[:, :, :90])
    second, more = parts.segment(p, 90, uniforms[:, :, 90:])
    assert [*first_events, *more] == events
    for kind in GROUP_FAULTS:
        assert np.array_equal(np.concatenate([first[kind], second[kind]]), shares[kind])
