"""Failing pots worked out again, one by one, from the same random numbers."""

import copy

import numpy as np
import pytest

from seeds import load
from synthetic_data.cast_house.failures import Failures
from synthetic_data.cast_house.supply import CastHouseSupplier
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import UnitBlock

FIRST, COUNT, UNITS = 40, 112, 12


@pytest.fixture(scope="module")
def p():
    return CastHouseSupplier(plan_run(load("aluminium_ingot"), units=1, years=0.1)).advance().parameters


@pytest.fixture(scope="module")
def run(p):
    """Failing pots of a house where many fail, and a twin of the stream that they were drawn from."""
    many = copy.copy(p)
    vars(many)["failures_a_year"] = 8.0 * p.failures_a_year
    rng = np.random.default_rng(4)
    twin = copy.deepcopy(rng)
    return many, Failures(UnitBlock(0, 0, UNITS), 0.5).advance(many, FIRST, COUNT, rng), twin


def course(p, u, n):
    """Iron and silicon of a failing pot beyond the others' by period, and when it is tapped apart and stopped."""
    creep = round((p.creep_short[0] + (p.creep_long[0] - p.creep_short[0]) * u[0]) / 0.5)
    step = min(p.step_iron[0] * np.exp(p.step_iron_sd[0] * n[0]), p.step_most[0]) if u[1] < p.step_share[0] else 0.0
    content, iron = 0.0, []
    for t in range(160):
        feed = p.creep_iron[0] * np.exp(0.5 * n[1]) * min(t / creep, 1.0) + (step if t > creep else 0.0)
        if step == 0.0 and t > 2 * creep:
            feed = 0.0
        content = (content + p.pool_exchange[0] * feed) / (1.0 + p.pool_exchange[0])
        iron.append(content)
    iron = np.array(iron)
    silicon = (p.lining_low[0] + (p.lining_high[0] - p.lining_low[0]) * u[2]) * iron
    even = int(2 * u[3])
    last = [max(s for s in range(-4, t - 1) if (s + even) % 2 == 0) for t in range(160)]  # sampled daily, a day late
    told_iron = np.array([iron[s] if s >= 0 else 0.0 for s in last])
    told_silicon = np.array([silicon[s] if s >= 0 else 0.0 for s in last])
    result = np.flatnonzero(told_iron > p.apart_iron[0])
    corrected = min(2 * creep + 16, 160)
    if not len(result):
        return iron, silicon, told_iron, told_silicon, corrected, corrected
    overlooked = round(p.overlooked_most[0] * u[4] / 0.5) if u[5] < p.overlooked_share[0] else 0
    apart = min(result[0] + overlooked, 160)
    return iron, silicon, told_iron, told_silicon, apart, apart + round(p.stopped_after[0] / 0.5)


def test_every_failing_pot(run):
    p, result, rng = run
    begins = np.argwhere(rng.random((UNITS, COUNT)) < p.failures_a_year * 0.5 / 365.25)
    assert len(begins) > 10
    series, events = np.zeros((5, UNITS, COUNT)), []
    for unit, at in begins:
        iron, silicon, told_iron, told_silicon, apart, end = course(p, rng.random(6), rng.standard_normal(2))
        for t in range(at, COUNT):
            age = t - at
            if age < apart and (FIRST + t + (FIRST + at) % 2) % 2 == 0:
                series[:4, unit, t] += iron[age], silicon[age], told_iron[age], told_silicon[age]
            elif apart <= age < end:
                series[4, unit, t] += 1.0
        onset = FIRST + at
        events.append((unit, 0.5 * onset, 0.5 * (onset + apart), 0.5 * (onset + max(apart, end))))
    for values, name in zip(series, ("iron", "silicon", "sampled_iron", "sampled_silicon", "apart"), strict=True):
        np.testing.assert_allclose(getattr(result, name), values, rtol=1e-9, err_msg=name)
    assert {(e.unit, e.onset, e.detected, e.end) for e in result.events} == set(events)
    assert {event.kind for event in result.events} == {"failing_pot"}
    assert [event.onset for event in result.events] == sorted(event.onset for event in result.events)


def test_a_failing_pot_matters_in_the_next_stretch_and_is_forgotten_after_its_end(run):
    p, result, _ = run
    calm = copy.copy(p)
    vars(calm)["failures_a_year"] = np.zeros_like(p.failures_a_year)
    failures = Failures(UnitBlock(0, 0, UNITS), 0.5)
    rng = np.random.default_rng(4)
    failures.advance(p, FIRST, COUNT, rng)
    after = failures.advance(calm, FIRST + COUNT, COUNT, rng)
    assert not after.events
    running = [event for event in result.events if event.detected > 0.5 * (FIRST + COUNT) + 1.0]
    assert running
    assert all(after.iron[event.unit].any() for event in running)
    for event in result.events:
        stop = round(event.end / 0.5) - (FIRST + COUNT)
        if stop < COUNT and sum(other.unit == event.unit for other in result.events) == 1:
            assert not after.apart[event.unit, max(stop, 0) :].any()
            assert not after.iron[event.unit, max(stop, 0) :].any()
    gone = failures.advance(calm, FIRST + 20 * COUNT, COUNT, rng)
    assert not gone.iron.any()
    assert not gone.apart.any()
