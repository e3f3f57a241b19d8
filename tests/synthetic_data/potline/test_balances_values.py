"""Balances of a day with their equations written out."""

import copy

import numpy as np
import pytest

from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997, liquidus_solheim_1996
from synthetic_data.potline import balances

near = np.testing.assert_allclose
EQUIVALENT = 3.6 * 26.98154 / (3.0 * 96.48533212)  # kg/kAh


def test_metal(pots, day):
    before, tap = pots.metal_mass.copy(), pots.tap.copy()
    tap[0] = pots.tap[0] = 2.0 * before[0]
    balances.metal(pots, day, 390.0)
    made = 390.0 * 24.0 * 0.01 * day["current_efficiency"] * EQUIVALENT
    near(day["metal_produced"], made, rtol=1e-9)
    near(day["metal_tapped"], np.minimum(tap, before), rtol=1e-12)
    near(pots.metal_mass, before + made - np.minimum(tap, before), rtol=1e-9)


def test_carbon(uneven, day):
    p = uneven
    day["metal_produced"] = np.linspace(2800.0, 3100.0, 6)
    balances.carbon(p, day, p.anode_residue_good - 6.0)
    stoichiometric = 3.0 * 12.011 / (4.0 * 26.98154) * 1000.0 / (0.01 * day["current_efficiency"])
    rate = stoichiometric + p.air_burn + 6.0 * p.air_burn_per_residue
    near(day["net_carbon"], rate * day["metal_produced"] / 1000.0, rtol=1e-9)


def alumina_by_hand(p, pots, day, solubility, fines, loi):
    """Alumina and sludge after the day, and what was fed and consumed."""
    consumed = 24.0 * 390.0 * 0.01 * day["current_efficiency"] * EQUIVALENT * 101.9613 / (2.0 * 26.98154)
    slow = np.maximum(6.0 - day["superheat"], 0.0)
    full = np.maximum(day["alumina"] / solubility - 0.5, 0.0)
    at_once = 0.85 - 0.03 * slow - 0.4 * full - 0.004 * max(fines - 12.0, 0.0) - 0.1 * max(0.9 - loi, 0.0)
    settles = p.settled_share * (1.0 - np.clip(at_once, 0.2, 0.9)) * (1.0 + p.cold_sludge * day["cold"])
    settles = settles * np.exp(p.cold_settling * (p.bath_temperature - pots.bath_temperature))
    warmth = (day["superheat"] - p.superheat_least) / (p.superheat_usual - p.superheat_least)
    warmth = np.clip(warmth, p.sludge_return_least, p.sludge_return_most)
    returned = pots.sludge_mass * np.minimum(warmth / p.sludge_time, 1.0)
    goal = 0.01 * pots.bath_mass * (p.alumina_target + pots.alumina_offset + p.alumina_sd * pots.walks[1])
    most = p.feed_most * consumed * (1.0 - p.blockage_share * day["blocked_hours"] / 24.0)
    feed = np.clip((consumed + goal - pots.alumina_mass - returned) / (1.0 - settles), 0.0, most)
    quench = p.ae_feed * day["ae_count"]
    settled = settles * feed + p.ae_feed_settles * quench
    left = pots.alumina_mass + feed + quench - settled + returned - consumed
    least = 0.01 * p.alumina_least * pots.bath_mass
    forced = np.maximum(least - left, 0.0)
    return left + forced, pots.sludge_mass + settled - returned, feed + quench + forced, consumed


@pytest.mark.parametrize("state", ["usual", "empty", "full", "blocked", "cold"])
def test_alumina(uneven, pots, day, state):
    p = copy.copy(uneven)
    solubility = alumina_solubility_skybakmoen_1997(
        pots.bath_temperature, day["excess_alf3"], day["caf2"], pots.lif, p.mgf2
    )
    if state == "empty":
        pots.alumina_mass = 0.1 * pots.alumina_mass
    if state == "full":
        pots.alumina_mass = 2.5 * pots.alumina_mass
    if state == "blocked":
        day["blocked_hours"] = np.full(6, 24.0)
        vars(p)["feed_most"] = 0.5
    if state == "cold":
        day["superheat"] = np.linspace(-3.0, 5.0, 6)
    alumina, sludge, dissolving, consumed = alumina_by_hand(p, pots, day, solubility, 20.0, 0.5)
    balances.alumina(p, pots, day, 390.0, 20.0, 0.5, solubility)
    near(pots.alumina_mass, alumina, rtol=1e-9)
    near(pots.sludge_mass, sludge, rtol=1e-9)
    near(day["alumina_dissolving"], dissolving, rtol=1e-9)
    near(day["alumina_fed"], dissolving + dissolving * p.alumina_dust, rtol=1e-9)
    near(day["alumina_consumed"], consumed, rtol=1e-9)


@pytest.mark.parametrize("read", [0.0, -40.0, 40.0])
def test_fluoride(uneven, pots, day, read):
    p = uneven
    day["metal_produced"] = np.linspace(2800.0, 3100.0, 6)
    pots.bath_level_read = pots.bath_level_read + read
    pots.alf3_mass[5] = 0.0
    arriving = 0.5 * (pots.addition_1 + pots.addition_2)
    typical = 0.001 * day["metal_produced"] * (p.alf3_mature + p.alf3_young * np.exp(-pots.age / p.alf3_young_time))
    lost = (
        typical * pots.alf3_factor
        + p.alf3_per_content * (day["excess_alf3"] - p.excess_alf3)
        + p.alf3_per_kelvin * (pots.bath_temperature - p.bath_temperature)
        + p.sick_alf3 * day["sick"]
    )
    lost = np.minimum(np.maximum(lost, 0.0), pots.alf3_mass + arriving)
    added = p.bath_gain * p.bath_per_cm * (p.bath_level_target - pots.bath_level_read)
    added = np.clip(added, -p.bath_move_most, p.bath_move_most)
    share = added / pots.bath_mass
    alf3, alumina = pots.alf3_mass + arriving - lost, pots.alumina_mass.copy()
    bath = pots.bath_mass + added + arriving - lost
    balances.fluoride(p, pots, day)
    near(day["alf3_consumed"], lost, rtol=1e-9)
    near(day["alf3_arriving"], arriving, rtol=1e-12)
    near(day["alf3_added"], pots.addition, rtol=1e-12)
    near(day["bath_added"], added, rtol=1e-9)
    near(day["alf3_poured"], alf3 * share, rtol=1e-9)
    near(day["alumina_poured"], alumina * share, rtol=1e-9)
    near(pots.alf3_mass, alf3 + alf3 * share, rtol=1e-9)
    near(pots.alumina_mass, alumina + alumina * share, rtol=1e-9)
    near(pots.bath_mass, bath, rtol=1e-9)


def test_slope_of_the_liquidus(uneven, pots, day):
    result = balances.liquidus_slope(uneven, pots, day, 25.0)
    factor = pots.bath_mass / (pots.bath_mass - 25.0)
    then = liquidus_solheim_1996(
        *(day[name] * factor for name in ("excess_alf3", "caf2", "alumina")), pots.lif, uneven.mgf2
    )
    near(result, (then - day["liquidus"]) / 25.0, rtol=1e-9)


def solved(p, pots, day, ambient, inflow):
    """Growth of the ledge and warming of the bath: both implicit balances, solved as a linear system by secants."""
    thickness = 100.0 / (p.ledge_density * p.ledge_area)
    area = p.ledge_area * (1.0 + p.side_per_metal * (day["metal_level"] - p.metal_level_target))
    side, top = 0.001 * p.ledge_transfer * pots.transfer_factor * area, p.top_loss * pots.heat_loss_factor
    capacity = (1.76 * pots.bath_mass + 1.18 * pots.metal_mass) / 86400.0
    latent = 511.0 / 86400.0
    ledge = thickness * pots.ledge_mass + p.wall_as_ledge
    passed = p.ledge_conductivity * area * (day["liquidus"] - ambient) / ledge / 10.0
    span, mass = day["liquidus"] - ambient, pots.ledge_mass + p.wall_as_ledge / thickness
    excess, warmth = pots.bath_temperature - day["liquidus"], pots.bath_temperature - ambient

    def step(slope, frozen):
        grown, warmed = np.empty(len(mass)), np.empty(len(mass))
        for i in range(len(mass)):
            wall = passed[i] * (slope[i] / span[i] - 1.0 / max(mass[i] + frozen[i], 1.0))
            # C w = in - H (e + w - s g) - G (u + w);  L g = Q + wall g - H (e + w - s g)
            matrix = [
                [capacity[i] + side[i] + top[i], -side[i] * slope[i]],
                [side[i], latent - wall - side[i] * slope[i]],
            ]
            remaining = [inflow[i] - side[i] * excess[i] - top[i] * warmth[i], passed[i] - side[i] * excess[i]]
            warmed[i], grown[i] = np.linalg.solve(matrix, remaining)
            least, most = p.ledge_least - pots.ledge_mass[i], p.freeze_most * pots.bath_mass[i]
            if not least <= grown[i] <= most:
                grown[i] = np.clip(grown[i], least, most)
                warmed[i] = (remaining[0] - matrix[0][1] * grown[i]) / matrix[0][0]
        return grown, warmed

    return step, (side, top, capacity, latent, passed, area, thickness, excess, warmth)


@pytest.mark.parametrize("shift", [0.0, -40.0, 60.0])
def test_heat(uneven, pots, day, shift):
    p, ambient = uneven, 22.0
    pots.bath_temperature = pots.bath_temperature + shift
    before = copy.deepcopy(pots)
    slope = balances.liquidus_slope(p, pots, day, p.freeze_probe)
    inflow = (
        390.0 * (day["cell_voltage"] - 1.65 - 0.0048 * day["current_efficiency"])
        + 390.0 * (p.ae_voltage - day["cell_voltage"]) * day["ae_minutes"] / 1440.0
        + p.heat_sd * pots.walks[0]
        + p.cover_sd * pots.walks[4]
        + p.sick_heat * day["sick"]
        - p.cold_heat * day["cold"]
    )
    step, (side, top, capacity, latent, passed, area, thickness, excess, warmth) = solved(p, pots, day, ambient, inflow)
    guess, _ = step(slope, np.zeros(6))
    frozen = np.where(np.abs(guess) < p.freeze_probe, p.freeze_probe, guess)
    secant = balances.liquidus_slope(p, before, day, frozen)
    grown, warmed = step(secant, frozen)
    balances.heat(p, pots, day, 390.0, ambient, slope)
    near(day["heat_in"], inflow, rtol=1e-9)
    near(pots.bath_temperature, before.bath_temperature + warmed, rtol=1e-9)
    near(pots.ledge_mass, before.ledge_mass + grown, rtol=1e-7)
    near(pots.bath_mass, before.bath_mass - grown, rtol=1e-9)
    heat_side = side * (excess + warmed - secant * grown) + latent * grown
    near(day["heat_top"], top * (warmth + warmed), rtol=1e-9)
    near(day["heat_side"], heat_side, rtol=1e-6)
    near(day["heat_wall"], passed, rtol=1e-9)
    near(day["heat_stored"], capacity * warmed - latent * grown, rtol=1e-6, atol=1e-6)
    near(day["shell_temperature"], ambient + 1000.0 * heat_side * p.shell_resistance / area, rtol=1e-7)
    near(day["ledge"], thickness * (before.ledge_mass + grown), rtol=1e-7)
