"""Faults of pots: rates, durations and detection written out."""

import copy

import numpy as np

from synthetic_data.potline import faults

UNITS = {"spike": 1.0, "sick": 1.0, "cold": 1.0, "pad": 1.0 / 24.0, "blockage": 1.0 / 24.0}
SEEN = {"spike": 1.0 / 24.0, "sick": 1.0, "cold": 1.0, "pad": 1.0 / 24.0, "blockage": 1.0 / 24.0}


def test_kinds_and_durations(uneven):
    p, (short, long) = uneven, faults.durations(uneven)
    assert [kind.name for kind in faults.KINDS] == list(UNITS)
    assert faults.UNIFORMS == 7
    for i, (name, unit) in enumerate(UNITS.items()):
        assert np.isclose(short[i, 0], unit * p[f"{name}_short"], rtol=1e-12)
        assert np.isclose(long[i, 0], unit * p[f"{name}_long"], rtol=1e-12)


def rates_of(p, pots, day, residue):
    near = np.exp(0.5 * np.minimum(-pots.acd_margin / p.fault_acd_width, 3.0))
    dust = np.exp(p.spike_per_residue * (p.anode_residue_good - residue))
    return {
        "spike": p.spike_rate / p.year * dust * p.anode_life / p.anodes * day["new_anodes"] * near,
        "sick": p.sick_rate / p.year * dust * near,
        "cold": p.cold_rate / p.year * np.exp((p.superheat_usual - day["superheat"]) / p.cold_superheat_width),
        "pad": p.pad_rate / p.year * near**2,
        "blockage": np.full(6, p.blockage_rate * p.feeders / p.year),
    }


def test_a_fault_begins_where_chance_falls_below_its_rate(uneven, pots, day):
    p, residue, bounds = uneven, uneven.anode_residue_good - 5.0, faults.durations(uneven)
    pots.fault_left[:] = 0.0
    pots.acd_margin[0] = -100.0  # no state makes a fault more than twenty times as likely
    length = np.linspace(0.1, 0.9, 6)
    for side, begins in ((1.0 - 1e-9, True), (1.0 + 1e-9, False)):
        tried, state = copy.deepcopy(pots), dict(day)
        rates = rates_of(p, pots, day, residue)
        probabilities = np.stack([*(side * rate + (rate == 0.0) for rate in rates.values()), length, length])
        lasts = faults.start(p, tried, state, probabilities, faults.dust(p, residue), np.ones(6, dtype=bool), bounds)
        for i, name in enumerate(UNITS):
            full = UNITS[name] * (p[f"{name}_short"] + (p[f"{name}_long"] - p[f"{name}_short"]) * length)
            expected = np.where(rates[name] > 0.0, full, 0.0) if begins else np.zeros(6)
            np.testing.assert_allclose(lasts[i], expected, rtol=1e-9, err_msg=name)
        np.testing.assert_allclose(tried.fault_left, lasts[:3], rtol=1e-12)
        for i, name in enumerate(("spike", "sick", "cold")):
            np.testing.assert_allclose(state[name], np.minimum(lasts[i], 1.0), rtol=1e-12)
        np.testing.assert_allclose(state["pad_hours"], 24.0 * lasts[3], rtol=1e-12)
        np.testing.assert_allclose(state["blocked_hours"], 24.0 * lasts[4], rtol=1e-12)


def test_none_begins_in_a_pot_that_stands_or_has_it_already(uneven, pots, day):
    running = np.array([True, False, True, True, True, True])
    pots.fault_left[:] = 0.0
    pots.fault_left[0, 2] = pots.fault_left[2, 3] = 2.5
    day["new_anodes"] = np.ones(6)
    probabilities = np.zeros((7, 6))
    lasts = faults.start(uneven, pots, day, probabilities, faults.dust(uneven, 30.0), running, faults.durations(uneven))
    assert not lasts[:, 1].any()
    assert lasts[0, 2] == lasts[2, 3] == 0.0
    assert (lasts[1, [0, 2, 3, 4, 5]] > 0.0).all()
    assert pots.fault_left[0, 2] == 2.5
    assert pots.fault_share[0, 2] == 1.0
    faults.go_on(pots)
    assert pots.fault_left[0, 2] == 1.5
    assert pots.fault_left.min() == 0.0


def test_events_of_a_period(uneven):
    p, lasts = uneven, np.zeros((4, 5, 3))
    lasts[1, 0, 2], lasts[3, 3, 0], lasts[2, 1, 1] = 2.0, 0.2, 0.01
    delays = np.full((4, 3), 0.4)
    result = {event.kind: event for event in faults.events(p, lasts, delays, 90.0)}
    assert set(result) == {"spike", "pad", "sick"}
    for kind, unit, onset, length in (("spike", 2, 91.0, 2.0), ("pad", 0, 93.0, 0.2), ("sick", 1, 92.0, 0.01)):
        early, late = SEEN[kind] * p[f"{kind}_seen_early"], SEEN[kind] * p[f"{kind}_seen_late"]
        event = result[kind]
        assert (event.unit, event.onset) == (unit, onset)
        assert np.isclose(event.detected, onset + min(early + (late - early) * 0.4, length), rtol=1e-12)
        assert np.isclose(event.end, onset + length, rtol=1e-12)
