"""Faults of a tankhouse: how often, how long, in order, and for which part of a week they are on."""

from itertools import pairwise

import numpy as np
import pytest

import seeds
from synthetic_data.plant.unit_faults import UNIFORMS
from synthetic_data.tankhouse.faults import CircuitFaults
from synthetic_data.tankhouse.parameters import CIRCUIT_FAULTS, TankhouseParameters
from tests.synthetic_data.stated import typical_plant

WEEKS = 4000
DAYS = 7.0  # of a crop


@pytest.fixture(scope="module")
def p():
    return TankhouseParameters.of(typical_plant(seeds.load("copper_cathode")))


@pytest.fixture(scope="module")
def circuit(p):
    """Shares of each week by kind, and events, of many weeks."""
    faults, rng = CircuitFaults.none(DAYS), np.random.default_rng(1)
    weeks = [faults.week(p, DAYS * week, rng.random(len(CIRCUIT_FAULTS) * UNIFORMS).tolist()) for week in range(WEEKS)]
    shares = {kind: np.array([result[kind] for result, _ in weeks]) for kind in CIRCUIT_FAULTS}
    return shares, [event for _, events in weeks for event in events]


@pytest.mark.parametrize("kind", CIRCUIT_FAULTS)
def test_faults_of_the_circuit_are_in_order_and_do_not_overlap(circuit, p, kind):
    events = [event for event in circuit[1] if event.kind == kind]
    assert len(events) > 50
    assert {event.unit for event in events} == {None}
    for event in events:
        assert event.onset <= event.detected <= event.end
        assert p[f"{kind}_short"] - 1e-9 <= event.end - event.onset <= p[f"{kind}_long"] + 1e-9
    assert all(one.end <= after.onset for one, after in pairwise(events))


@pytest.mark.parametrize("kind", CIRCUIT_FAULTS)
def test_faults_of_the_circuit_are_as_frequent_as_the_seed_says(circuit, p, kind):
    shares, events = circuit[0][kind], [event for event in circuit[1] if event.kind == kind]
    free = 1.0 - np.mean(shares)  # a week in which one is on begins no other
    expected = p[f"{kind}_rate"] * WEEKS * DAYS / 365.25 * free
    assert len(events) == pytest.approx(expected, abs=4.0 * np.sqrt(expected))


@pytest.mark.parametrize("kind", CIRCUIT_FAULTS)
def test_shares_of_the_weeks_are_the_time_that_a_fault_is_on(circuit, kind):
    lasted = sum(min(event.end, WEEKS * DAYS) - event.onset for event in circuit[1] if event.kind == kind)
    assert DAYS * circuit[0][kind].sum() == pytest.approx(lasted, rel=1e-9)
