"""Forces against a move of a pot's set-points; without them all pots want the same move."""

import numpy as np
import pytest

from seeds import load
from synthetic_data import another_plant, begin
from synthetic_data.potline import balances, cell
from synthetic_data.potline.margin import margin
from tests.suite.easy_potline import easy

near = np.testing.assert_allclose
HELD = 3  # periods
FUTURES = 2


def test_a_thick_ledge_narrows_the_way_from_a_restless_pad(uneven, pots, day):
    per_cm = uneven.ledge_density * uneven.ledge_area / 100.0
    margins = []
    for thickness in (3.0, uneven.ledge_free, uneven.ledge_free + 2.0):
        pots.ledge_mass = np.full(6, thickness * per_cm)
        cell.noise(uneven, pots, day)
        margins.append(day["acd_margin"].copy())
    near(margins[1], margins[0], atol=1e-9)
    near(margins[1] - margins[2], 2.0 * uneven.acd_limit_per_ledge, rtol=1e-9)


def test_a_colder_bath_settles_more(uneven, pots, day):
    settled = []
    for colder in (0.0, 10.0):
        pots.sludge_mass, pots.alumina_mass = np.full(6, 400.0), 0.02 * pots.bath_mass
        pots.bath_temperature = pots.bath_temperature - colder
        before = pots.sludge_mass.copy()
        result = day | {"superheat": np.full(6, uneven.superheat_usual), "ae_count": np.zeros(6)}
        balances.alumina(uneven, pots, result, 400.0, 12.0, 0.9, np.full(6, 8.0))
        returned = before * np.minimum(1.0 / uneven.sludge_time, 1.0)
        settled.append((pots.sludge_mass - before + returned) / result["alumina_dissolving"])
    near(settled[1] / settled[0], np.exp(10.0 * uneven.cold_settling), rtol=1e-6)


def gains(seed, setpoint, shift):
    """Mean gain of each pot by a move that is held [$/d], over some futures of one state."""
    start = begin(seed, units=132, years=1.0)
    for _ in range(7):
        start.step()
    result = []
    for future in range(FUTURES):
        own, other, periods = start.fork(future), start.fork(future), []
        for _ in range(HELD):
            plan = own.plan()
            steps = own.step(), other.step(plan.assign(**{setpoint: plan[setpoint] + shift}))
            value = [margin(step.truth, seed).set_axis(step.truth["unit"]) for step in steps]
            periods.append(value[1] - value[0])
        result.append(sum(periods) / HELD)
    return (sum(result) / FUTURES).dropna()


def test_without_them_nearly_all_pots_want_more_metal():
    gain = gains(easy(load("aluminium_reduction")), "metal_level_target", 2.0)
    assert gain.mean() > 5
    assert (gain > 0).mean() > 0.85


@pytest.mark.parametrize(("setpoint", "shift"), [("metal_level_target", 2.0), ("excess_alf3_target", -1.0)])
def test_with_them_pots_want_opposite_moves(setpoint, shift):
    gain = gains(load("aluminium_reduction"), setpoint, shift)
    assert 0.2 < (gain > 0).mean() < 0.8
    assert gain.std() > abs(gain.mean())


def test_another_easy_potline_is_easy_too():
    seed = easy(load("aluminium_reduction"))
    other = another_plant(seed, 3)
    assert other.plant.value("cold_settling") == other.plant.value("acd_limit_per_ledge") == 0.0
    assert other.plant.value("sludge_loss_most") == 1.0
    assert other.economics["interest"].value == 0.0
    assert other.plant.value("noise_floor") != seed.plant.value("noise_floor")
