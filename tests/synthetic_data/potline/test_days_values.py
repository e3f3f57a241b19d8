"""The days of a period: order, notes of the day, ends and starts of pots."""

import copy
from dataclasses import replace

import numpy as np
import pytest

from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997
from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.potline import balances, cell, days, faults, loops, state
from synthetic_data.potline.line import Potline

near = np.testing.assert_allclose
SETPOINTS = {"voltage_setpoint": 4.05, "excess_alf3_target": 11.5, "metal_level_target": 22.0}


@pytest.fixture
def line(uneven):
    plan = plan_run(load("aluminium_reduction"), units=6, years=0.5, rng_seed=4)
    return replace(Potline(plan).advance(), parameters=uneven)


def again(p, pots, line, draws, phase):
    """The same period, day by day, by the parts of a day that have tests of their own."""
    memories = np.array([p.heat_memory, p.feed_memory, p.noise_memory, p.spread_memory, p.cover_memory])[:, None]
    start = cell.bath(p, pots)
    slope = balances.liquidus_slope(p, pots, start, p.freeze_probe)
    solubility = alumina_solubility_skybakmoen_1997(
        pots.bath_temperature, start["excess_alf3"], start["caf2"], pots.lif, p.mgf2
    )
    retained, result = np.exp(-1.0 / memories), []
    whole, ended = np.ones(6, dtype=bool), []
    for d in range(30):
        running = pots.idle <= 0.0
        whole &= running
        z, u, number = draws.normals[d], draws.uniforms[d], line.period * 30 + d
        current = line.current_target * line.current_share[d]
        day = {name: np.full(6, value) for name, value in SETPOINTS.items()}
        place = number * p.anodes / p.anode_life + phase
        day["new_anodes"] = np.floor(place + p.anodes / p.anode_life) - np.floor(place)
        pots.walks = retained * pots.walks + (1.0 - retained**2) ** 0.5 * z[:5]
        day |= cell.bath(p, pots)
        faults.start(p, pots, day, u[1:], faults.dust(p, line.anode_residue), running, faults.durations(p))
        cell.distance(p, pots, cell.design(p), day, current, p.regulation_sd * z[5])
        cell.noise(p, pots, day)
        cell.anode_effects(p, pots, day, current, u[0], z[6])
        cell.efficiency(p, pots, day, current)
        note(p, pots, line, day, current)
        balances.metal(pots, day, current)
        balances.carbon(p, day, line.anode_residue)
        balances.alumina(p, pots, day, current, line.alumina_fines, line.alumina_loi, solubility)
        balances.fluoride(p, pots, day)
        balances.heat(p, pots, day, current, line.ambient[d], slope)
        day |= {"sludge": pots.sludge_mass, "bath_temperature": pots.bath_temperature}
        day["metal_tapped_reading"] = day["metal_tapped"] + day["metal_tapped"] * p.scale_sd * z[7]
        loops.read(p, pots, day, z[8:], (np.arange(6) + number) % 2 == 0)
        loops.act(p, pots, day, z[13], current)
        pots.fault_left = np.maximum(pots.fault_left - 1.0, 0.0)
        pots.acd_margin, pots.age = day["acd_margin"], pots.age + 1.0
        pots.lif = pots.lif + (p.lif - pots.lif) / p.lif_time
        result.append({name: np.copy(day[name]) for name in days.RECORDED})
        dying = running & (pots.age >= pots.life)
        ended += [(int(pot), number + 1.0) for pot in np.flatnonzero(dying)]
        pots.idle = np.where(dying, p.relining_time, pots.idle)
        if not running.all():
            ready = (pots.idle > 0.0) & (pots.idle <= 1.0)
            pots.idle = np.maximum(pots.idle - 1.0, 0.0)
            state.reline(p, pots, ready, draws.lining_normals, draws.lining_uniforms)
            state.settle(p, pots, ready, p.start_temperature, p.start_alf3)
    return result, whole, ended


def note(p, pots, line, day, current):
    """What else instruments see of the day, and its energy."""
    good = p.anode_residue_good - line.anode_residue
    spread = (1.0 + p.spread_per_residue * good) * p.spread * np.exp(p.spread_sd * pots.walks[3])
    worn = np.exp(np.minimum((pots.age - pots.life) / p.iron_time, 0.0))
    hours = day["ae_minutes"] / 60.0
    day |= {
        "line_current": np.full(6, current),
        "voltage_extra": pots.voltage_extra,
        "anode_spread": spread + p.spike_spread * day["spike"],
        "beam_moves": p.beam_moves + p.beam_per_noise * day["voltage_noise"],
        "iron": pots.iron_level + p.iron_spike * day["spike"] + p.iron_end * worn,
        "silicon": p.silicon_share * pots.iron_level + p.silicon_end * worn,
        "energy": current * (day["cell_voltage"] * (24.0 - hours) + p.ae_voltage * hours),
    }


@pytest.mark.parametrize("relining", [40.0, 3.0])
def test_a_period_again(uneven, pots, line, relining):
    p = copy.copy(uneven)
    vars(p)["relining_time"] = relining
    line = replace(line, parameters=p)
    pots.age = np.array([5.0, 300.0, 900.0, 1500.0, 1990.0, 2600.0])
    pots.life = pots.age + np.array([4000.0, 12.5, 3000.0, 2000.0, 1000.0, 500.0])
    twin, rng = copy.deepcopy(pots), np.random.default_rng(6)
    draws, phase = days.PotlineDraws.of(rng, 30, 6), rng.random(6)
    setpoints = {name: np.full(6, value) for name, value in SETPOINTS.items()}
    recorded = days.run(pots, line, phase, setpoints, draws)
    result, whole, ended = again(p, twin, line, draws, phase)
    for name in days.RECORDED:
        values = np.array([day[name] for day in result])
        near(recorded.mean[name], values.mean(axis=0), rtol=1e-6, atol=1e-9, err_msg=name)
    spread = np.array([day["temperature_reading"] for day in result]).std(axis=0, ddof=1)
    near(recorded.temperature_reading_sd, spread, rtol=1e-6)
    assert np.array_equal(recorded.whole, whole)
    assert not whole[1]
    taps = [event for event in recorded.events if event.kind == "tap_out"]
    assert [event.unit for event in taps] == [unit for unit, _ in ended] == [1]
    at = ended[0][1]
    assert taps[0].onset == pytest.approx(at - p.tap_out_onset, rel=1e-12)
    assert taps[0].detected == pytest.approx(at - p.tap_out_seen, rel=1e-12)
    assert taps[0].end == pytest.approx(at + relining, rel=1e-12)
    for name in ("age", "idle", "bath_temperature", "metal_mass", "fault_left", "loss_factor", "lif", "acd_margin"):
        near(getattr(pots, name), getattr(twin, name), rtol=1e-6, atol=1e-9, err_msg=name)


def test_draws_are_in_the_order_of_their_use():
    made, rng = days.PotlineDraws.of(np.random.default_rng(1), 4, 3), np.random.default_rng(1)
    assert np.array_equal(made.lining_normals, rng.standard_normal((9, 3)))
    assert np.array_equal(made.lining_uniforms, rng.random((1, 3)))
    assert np.array_equal(made.normals, rng.standard_normal((4, 14, 3)))
    assert np.array_equal(made.uniforms, rng.random((4, 8, 3)))
