"""New linings and pots at the start, worked out again from the same random numbers."""

import numpy as np
import pytest

from synthetic_data.potline import state

near = np.testing.assert_allclose


def test_life_by_weibull(uneven):
    p, u = uneven, np.array([0.1, 0.5, 0.9])
    fresh = state.conditional_life(p, np.zeros(3), u)
    near(1.0 - np.exp(-((fresh / p.life_scale) ** p.life_shape)), u, rtol=1e-9)
    aged = state.conditional_life(p, np.full(3, 1200.0), u)
    left = np.exp(-((aged / p.life_scale) ** p.life_shape)) / np.exp(-((1200.0 / p.life_scale) ** p.life_shape))
    near(1.0 - left, u, rtol=1e-9)


def character(p, n):
    """Character of linings from their normal numbers."""
    tie = p.badness_tie
    return {
        "loss_factor": np.exp(p.loss_factor_sd * n[0]),
        "acd_limit": p.acd_limit + p.acd_limit_sd * (tie * n[0] + (1.0 - tie**2) ** 0.5 * n[1]),
        "noise_floor": p.noise_floor * np.exp(p.noise_floor_sd * n[2]),
        "heat_loss_factor": 1.0 + p.heat_loss_pot_sd * n[3],
        "drop_at_start": p.drop_at_start + p.drop_pot_sd * n[4],
        "ae_frailty": np.exp(p.ae_frailty_sd * n[5] - 0.5 * p.ae_frailty_sd**2),
        "iron_level": p.iron_level * np.exp(p.iron_pot_sd * n[6]),
        "alf3_factor": 1.0 + p.alf3_pot_sd * n[7],
        "transfer_factor": np.exp(p.transfer_pot_sd * n[8]),
    }


def test_chosen_pots_get_a_lining_of_their_own(uneven, pots):
    p, rng = uneven, np.random.default_rng(2)
    n, u, chosen = rng.standard_normal((9, 6)), rng.random((1, 6)), np.array([True, False] * 3)
    names = ("age", "life", *character(p, n))
    before = {name: getattr(pots, name).copy() for name in names}
    state.reline(p, pots, chosen, n, u)
    new = character(p, n) | {"age": np.zeros(6), "life": p.life_scale * (-np.log(1.0 - u[0])) ** (1.0 / p.life_shape)}
    for name in names:
        near(getattr(pots, name), np.where(chosen, new[name], before[name]), rtol=1e-9, err_msg=name)


def settled(p, temperature, alf3):
    """A pot just filled, loops at rest."""
    bath = p.bath_level_target * p.bath_per_cm
    at_rest = dict.fromkeys(("addition", "addition_1", "addition_2"), p.addition_usual)
    return at_rest | {
        **{"bath_temperature": temperature, "temperature_read": temperature, "bath_mass": bath},
        **{
            "ledge_mass": p.ledge_mass,
            "alf3_mass": alf3 * bath / 100.0,
            "alumina_mass": p.alumina_target * bath / 100.0,
        },
        **{"sludge_mass": 0.0, "metal_mass": p.metal_level_target * p.metal_per_cm, "acd_margin": p.margin_usual},
        **{"fault_left": 0.0, "voltage_extra": 0.0, "assay": alf3, "assay_pending": alf3},
        **{"metal_level_read": p.metal_level_target, "bath_level_read": p.bath_level_target},
        **{"noise_read": p.noise_wanted, "tap": p.tap_usual, "tap_plan": p.tap_usual},
        **{"voltage_setpoint": p.voltage_setpoint, "excess_alf3_target": p.excess_alf3},
        "metal_level_target": p.metal_level_target,
    }


def test_chosen_pots_are_filled(uneven, pots):
    p, chosen = uneven, np.array([True, False] * 3)
    new = settled(p, 985.0, 4.5)
    before = {name: np.copy(getattr(pots, name)) for name in new}
    state.settle(p, pots, chosen, 985.0, 4.5)
    for name, value in new.items():
        near(getattr(pots, name), np.where(chosen, value, before[name]), rtol=1e-12, err_msg=name)


def test_pots_at_the_start(uneven):
    p, twin = uneven, np.random.default_rng(9)
    pots = state.build(p, 40, np.random.default_rng(9))
    n, _ = twin.standard_normal((9, 40)), twin.random((1, 40))
    for name, values in character(p, n).items():
        near(getattr(pots, name), values, rtol=1e-12, err_msg=name)
    near(pots.age, p.first_age_high * twin.random(40), rtol=1e-12)
    near(pots.life, state.conditional_life(p, pots.age, twin.random(40)), rtol=1e-12)
    for name, sd in (
        *(("temperature_bias", p.thermocouple_pot_sd), ("assay_bias", p.assay_pot_sd), ("level_bias", p.level_pot_sd)),
        *(("bath_level_bias", p.bath_level_pot_sd), ("alumina_offset", p.alumina_pot_sd)),
        *(("scale_bias", p.scale_pot_sd), ("voltage_bias", p.voltmeter_pot_sd)),
        ("shell_bias", p.shell_pot_sd),
    ):
        near(getattr(pots, name), sd * twin.standard_normal(40), rtol=1e-12, err_msg=name)
    near(pots.caf2, p.caf2 + p.caf2_pot_sd * twin.standard_normal(40), rtol=1e-12)
    near(pots.walks, twin.standard_normal((5, 40)), rtol=1e-12)
    assert (pots.lif == p.lif).all()
    assert (pots.idle == 0.0).all()
    filled = settled(p, p.bath_temperature, p.excess_alf3) | {"sludge_mass": p.sludge_at_start}
    for name, value in filled.items():
        if name != "voltage_setpoint":
            assert getattr(pots, name) == pytest.approx(value, rel=1e-12), name
    drop = pots.drop_at_start - p.drop_at_start + p.drop_drift * (pots.age / p.year - p.mean_age_years)
    volts = p.voltage_setpoint + p.voltage_per_drop * drop / 1000.0 + p.voltage_per_mm * (pots.acd_limit - p.acd_limit)
    near(pots.voltage_setpoint, volts, rtol=1e-12)
