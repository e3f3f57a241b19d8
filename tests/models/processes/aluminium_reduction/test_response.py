"""Laws of a pot's answer to its set-points."""

import numpy as np
import pytest

from models.processes.lookup import response_of
from seeds import load
from tests.models.processes.rows import read_before

response = response_of(load("aluminium_reduction"))

LINE = {"usual_superheat": 9.0, "superheat_trust": 0.5, "superheat_doubt": 0.85, "limit_doubt": 0.9}
CONSTANTS = LINE | {one.name: one.value for one in (*response.CONSTANTS, *response.SHARED_CONSTANTS)}
STATE = {
    "cell_voltage": np.array([4.0, 4.05]),
    "excess_alf3": np.array([11.5, 12.0]),
    "metal_level": np.array([22.0, 23.0]),
    "bath_temperature": np.array([960.0, 962.0]),
    "line_current": np.array([400.0, 400.0]),
    "voltage_noise": np.array([16.0, 24.0]),
    "superheat": np.array([9.0, 8.0]),
    "current_efficiency": np.array([93.0, 92.0]),
    "alf3_net": np.array([45.0, 47.0]),
    "caf2": np.array([5.0, 5.0]),
    "lif": np.array([0.5, 0.5]),
    "cathode_voltage_drop": np.array([350.0, 360.0]),
}
PRICES = {name: one.value for name, one in load("aluminium_reduction").economics.items()}


def after(volts=0.0, alf3=0.0, level=0.0, current=None, **constants):
    moves = {"voltage_setpoint": volts, "excess_alf3_target": alf3, "metal_level_target": level}
    if current is not None:
        moves["line_current_target"] = current
    return response.respond(
        STATE, {setpoint: np.array([[size]]) for setpoint, size in moves.items()}, CONSTANTS | constants
    )


STILL = after()


def change(name, **moves):
    return (after(**moves)[name] - STILL[name])[0]


def test_a_pot_that_is_left_alone_stays_as_it_is():
    for name in ("cell_voltage", "excess_alf3", "metal_level", "bath_temperature", "current_efficiency", "alf3_net"):
        np.testing.assert_allclose(STILL[name][0], STATE[name], rtol=1e-9)
    np.testing.assert_allclose(STILL["superheat"][0], STATE["superheat"], rtol=1e-9)


def test_more_voltage_widens_the_gap_so_that_the_pad_is_calmer_and_warms_the_bath():
    assert (change("voltage_noise", volts=0.05) < 0).all()
    assert (change("bath_temperature", volts=0.05) > 0).all()
    # 10 mV warm a bath with ledge by 0.3-0.6 K at steady state (engineering practice); half as much to be safe.
    per_10_mv = change("bath_temperature", volts=0.05) / 5
    assert ((0.05 < per_10_mv) & (per_10_mv < 0.6)).all()


def test_the_restless_pot_gains_more_by_voltage_than_the_calm_one():
    calm, restless = change("current_efficiency", volts=0.05)
    assert restless > calm > 0


def test_less_voltage_costs_more_efficiency_than_as_much_more_brings():
    up, down = change("current_efficiency", volts=0.05), change("current_efficiency", volts=-0.05)
    assert (up + down < 0).all()


def test_more_alf3_freezes_at_less_and_cools_the_bath():
    assert (change("bath_temperature", alf3=0.5) < 0).all()
    assert (change("excess_alf3", alf3=0.5) > 0).all()
    assert (change("alf3_net", alf3=0.5) > 0).all()


def test_more_metal_cools_and_slows_the_metal():
    assert (change("bath_temperature", level=1.0) < 0).all()
    assert (change("superheat", level=1.0) < 0).all()
    np.testing.assert_allclose(change("metal_level", level=1.0), 1.0)


def test_a_millivolt_costs_what_power_does():
    """2980 kWh/t a volt and efficiency: 10 mV are 32 kWh/t at 93 %."""
    prints = [response.footprint(after(volts=v), PRICES)["specific_energy"][0, 0] for v in (0.0, 0.01)]
    efficiency = change("current_efficiency", volts=0.01)[0]
    volts = change("cell_voltage", volts=0.01)[0]
    expected = 298_000.0 * (4.0 + volts) / (93.0 + efficiency) - 298_000.0 * 4.0 / 93.0
    assert prints[1] - prints[0] == pytest.approx(expected, rel=0.01)


def test_causes_add_up_to_the_gain():
    moved = after(volts=0.02, alf3=-0.25, level=0.5)
    gain = response.money(moved, PRICES) - response.money(STILL, PRICES)
    causes = response.causes(STILL, moved, PRICES)
    np.testing.assert_allclose(sum(causes.values()), gain, rtol=0.02, atol=0.05)


def test_another_current_is_named_as_a_cause_where_it_moved_alone():
    moved = after(current=4.0)
    gain = response.money(moved, PRICES) - response.money(STILL, PRICES)
    causes = response.causes(STILL, moved, PRICES)
    np.testing.assert_allclose(sum(causes.values()), gain, rtol=0.05, atol=0.5)
    assert "another line current" not in response.causes(STILL, after(volts=0.02), PRICES)


def test_carbon_and_power_that_cost_nothing_make_a_pot_worth_more():
    free = response.money(STILL, PRICES | {"power_price": 0.0})
    assert (free > response.money(STILL, PRICES)).all()


def test_more_current_makes_more_metal_by_faraday():
    """0.3356 g/Ah: 8.054 kg a kA and day at full efficiency, and more of it as the lost flux is of a larger whole."""
    moved = after(current=5.0)
    made = [0.08054 * one["line_current"] * one["current_efficiency"] for one in (STILL, moved)]
    np.testing.assert_allclose(change("line_current", current=5.0), 5.0)
    expected = 0.08054 * (5.0 * STATE["current_efficiency"] + 405.0 * change("current_efficiency", current=5.0))
    np.testing.assert_allclose((made[1] - made[0])[0], expected, rtol=1e-9)


def test_regulation_keeps_the_resistance_when_the_current_moves():
    """A calm pot of 4.00 V rises with its voltage above 1.65 V: 5 kA of 400 are 29 mV."""
    still = STATE | {"voltage_noise": np.array([10.5, 10.5])}
    moves = {setpoint: np.zeros((1, 1)) for setpoint in response.SETPOINTS}
    one = response.respond(still, moves | {"line_current_target": np.full((1, 1), 5.0)}, CONSTANTS)
    rise = (one["cell_voltage"] - response.respond(still, moves, CONSTANTS)["cell_voltage"])[0]
    np.testing.assert_allclose(rise, (STATE["cell_voltage"] - 1.65) * 5.0 / 400.0, atol=1e-3)


def test_more_current_warms_the_bath_as_a_voltage_of_the_same_heat_does():
    """5 kA at 2.4 V above what the reaction takes, and 29 mV at 400 kA: as much heat as 55-60 mV more."""
    current = change("bath_temperature", current=5.0)
    less, more = change("bath_temperature", volts=0.045), change("bath_temperature", volts=0.07)
    assert ((less < current) & (current < more)).all()


def test_the_lost_flux_of_metal_is_the_same_whatever_the_current_where_nothing_else_changes():
    """With the bath as it is and a pad that current does not move, 1 % more current loses 1 % less of it."""
    moved = after(current=4.0, pad_by_current=0.0, heat_transfer=1e9)
    quiet = (100.0 - moved["current_efficiency"][0, 0]) * 404.0
    assert quiet == pytest.approx((100.0 - STILL["current_efficiency"][0, 0]) * 400.0, rel=0.02)


def test_the_pad_is_more_restless_the_more_its_limit_follows_the_current():
    noise = [after(current=5.0, pad_by_current=power)["voltage_noise"][0] for power in (0.0, 1.0, 2.0)]
    assert (np.diff(noise, axis=0) > 0).all()


def test_aluminium_fluoride_is_used_up_with_the_feed():
    moved = after(current=4.0, alf3_per_content=0.0, heat_transfer=1e9)
    np.testing.assert_allclose(moved["alf3_net"][0], STATE["alf3_net"] * 1.01, rtol=2e-3)


def test_power_is_current_times_voltage():
    np.testing.assert_allclose(response.power(STILL)[0], [1.6, 1.62])


def test_a_current_that_does_not_move_changes_nothing_to_the_last_bit():
    moved, same = after(volts=0.02, level=0.5), after(volts=0.02, level=0.5, current=0.0)
    for name, values in moved.items():
        np.testing.assert_array_equal(values, same[name])


def test_hidden_character_does_not_change_with_the_set_points():
    """What a pot reads after a move, read back, gives the same limit of stability and superheat at usual set-points."""
    moved = after(volts=0.03)
    first, then = (
        response.hidden(
            {name: np.broadcast_to(values, (1, 2)) for name, values in STATE.items()}
            | {
                name: np.asarray(one[name])
                for name in ("cell_voltage", "voltage_noise", "bath_temperature", "excess_alf3", "metal_level")
            }
            | {"voltage_setpoint": one["cell_voltage"], "excess_alf3_target": one["excess_alf3"]}
            | {"metal_level_target": one["metal_level"], "alf3_addition": one["alf3_net"]}
        )
        for one in (STILL, moved)
    )
    np.testing.assert_allclose(then["limit"], first["limit"], atol=0.6)  # noise moved by 2 to 4 mV, the gap by 1 mm
    np.testing.assert_allclose(then["superheat"], first["superheat"], atol=0.3)
    np.testing.assert_allclose(then["warmth"], first["warmth"], atol=0.4)


def test_what_is_needed_before_a_period_is_what_is_computed_with():
    line = {"usual_superheat": 9.0, "superheat_trust": 0.5, "superheat_doubt": 1.0, "limit_doubt": 1.0}
    _, read = read_before(load("aluminium_reduction"), response, line)
    assert set(response.BEFORE) == read
