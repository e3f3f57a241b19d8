"""Laws of a section's answer to its set-points."""

import numpy as np
import pytest

from models.processes.lookup import response_of
from seeds import load
from tests.models.processes.rows import read_before

SEED = load("copper_electrorefining")
response = response_of(SEED)
LINE = {"nodules_doubt": 0.5, "skew": 1.8}
CONSTANTS = LINE | {one.name: one.value for one in response.CONSTANTS}
PRICES = {name: one.value for name, one in SEED.economics.items()}
LOW, HIGH, BEST = 0, 1, 2  # sections whose glue is too little, too much, and what is best
STATE = {
    "glue_dose": np.array([45.0, 80.0, 60.0]),
    "thiourea_dose": np.array([55.0, 55.0, 55.0]),
    "current_swing": np.array([4.0, 4.0, 4.0]),
    "patrol_interval": np.array([12.0, 12.0, 12.0]),
    "temperature": np.array([64.0, 64.0, 64.0]),
    "chloride": np.array([55.0, 55.0, 55.0]),
    "short_rate": np.array([1.2, 1.2, 1.2]),
    "log_rejects": np.log([3.0, 3.0, 3.0]),
    "current_efficiency": np.array([95.5, 95.5, 95.5]),
    "cell_voltage": np.array([0.3, 0.3, 0.3]),
    "steam_flow": np.array([240.0, 240.0, 240.0]),
    "charge": np.array([5700.0, 5700.0, 5700.0]),
    "current_density": np.array([310.0, 310.0, 310.0]),
    "anode_age": np.array([0.0, 7.0, 14.0]),
    "polarisation": np.array([0.31, 0.31, 0.31]),
    "glue_away": np.zeros(3),
}


def after(glue=0.0, thiourea=0.0, swing=0.0, patrol=0.0, **constants):
    sizes = dict(zip(response.SETPOINTS, (glue, thiourea, swing, patrol), strict=True))
    return response.respond(
        STATE, {setpoint: np.array([[size]]) for setpoint, size in sizes.items()}, CONSTANTS | constants
    )


STILL = after()


def change(name, **moves):
    return (after(**moves)[name] - STILL[name])[0]


def test_a_section_that_is_left_alone_stays_as_it_is():
    for name in ("short_rate", "log_rejects", "current_efficiency", "cell_voltage", "steam_flow", *response.SETPOINTS):
        np.testing.assert_allclose(STILL[name][0], STATE[name], rtol=1e-9)


def test_glue_helps_where_there_is_too_little_and_harms_where_there_is_too_much():
    for name in ("log_rejects", "short_rate"):
        more, less = change(name, glue=8.0), change(name, glue=-8.0)
        assert more[LOW] < 0 < more[HIGH]
        assert less[HIGH] < 0 < less[LOW]
        assert more[BEST] > 0 < less[BEST]


def test_warmer_electrolyte_needs_more_glue():
    """Additives decay by 8 % a kelvin faster: 2 K more take 17 % more glue for the same deposit."""
    warm = STATE | {"temperature": STATE["temperature"] + 2.0, "glue_dose": np.full(3, 60.0 * np.exp(0.16))}
    still = {setpoint: np.zeros((1, 1)) for setpoint in response.SETPOINTS}
    around = [
        response.respond(warm, still | {"glue_dose": np.full((1, 1), size)}, CONSTANTS)["log_rejects"][0, BEST]
        for size in (-4.0, 0.0, 4.0)
    ]
    assert around[1] < min(around[0], around[2])


def test_shorts_follow_the_life_that_patrols_leave_them():
    """P (1/2 + 0.15/0.85) + 2 h: from 12 to 10 h a life of 10.12 h becomes 8.76 h."""
    np.testing.assert_allclose(after(patrol=-2.0)["short_rate"][0] / STATE["short_rate"], 8.765 / 10.118, rtol=1e-3)
    np.testing.assert_allclose(
        change("current_efficiency", patrol=-2.0), -2.5 * change("short_rate", patrol=-2.0), rtol=1e-9
    )


def test_a_deeper_swing_earns_by_the_hours_and_costs_shorts():
    assert (change("short_rate", swing=4.0) > 0).all()
    # Third of the hours each: the mean fifth power rises from 1 + 20/3 s² at 4 % to that at 8 %.
    expected = (1 + 20 / 3 * 0.08**2) / (1 + 20 / 3 * 0.04**2)
    np.testing.assert_allclose(after(swing=4.0)["short_rate"][0] / STATE["short_rate"], expected, rtol=1e-3)
    gain = response.money(after(swing=4.0), PRICES) - response.money(STILL, PRICES)
    dear = PRICES | {"price_valley": PRICES["price_peak"]}
    assert (gain > 0).all()
    assert (response.money(after(swing=4.0), dear) - response.money(STILL, dear) < 0).all()


def test_the_valley_bears_the_highest_current():
    np.testing.assert_allclose(STILL["polarisation"][0], 0.31 * 1.04)
    np.testing.assert_allclose(after(swing=4.0)["polarisation"][0], 0.31 * 1.08)


def test_a_whole_move_for_a_third_of_the_time_is_not_a_third_of_it_all_the_time():
    """Past the best dose a move costs by its square: nine times as much for a third of the time."""
    free = {"roughening": 1e-9, "shorts_per_nodules": 1e-9, "nodules_per_error": 1e-3}
    always = after(glue=2.0, **free)["log_rejects"][0, BEST] - STILL["log_rejects"][0, BEST]
    part = after(glue=2.0, **free, **{"glue_dose in force": 1 / 3})["log_rejects"][0, BEST]
    part -= STILL["log_rejects"][0, BEST]
    assert part == pytest.approx(3.0 * always, rel=0.08)  # logarithms of 62 and 66 over 60


def test_dirt_is_not_mended_by_glue():
    dirty = STATE | {"log_rejects": np.log([0.71, 0.71, 0.71])}  # % with the floor: all but 0.01 % is dirt
    moves = {setpoint: np.full((1, 1), 15.0 if setpoint == "glue_dose" else 0.0) for setpoint in response.SETPOINTS}
    moved = response.respond(dirty, moves, CONSTANTS)["log_rejects"][0] - dirty["log_rejects"]
    assert 0 > moved[LOW] > change("log_rejects", glue=15.0)[LOW]


def test_causes_add_up_to_the_gain():
    moved = after(glue=8.0, thiourea=-4.0, swing=1.0, patrol=-1.0)
    gain = response.money(moved, PRICES) - response.money(STILL, PRICES)
    causes = response.causes(STILL, moved, PRICES)
    np.testing.assert_allclose(sum(causes.values()), gain, rtol=0.02, atol=0.1)
    assert (causes["another use of additives"] < 0).all()
    assert (causes["fewer patrols"] < 0).all()


def test_energy_and_steam_a_tonne_are_those_of_the_process():
    prints = response.footprint(STILL, PRICES)
    np.testing.assert_allclose(prints["specific_energy"][0], 843.5 * 0.3 / 0.955, rtol=1e-3)
    copper = 20 * 5700 * 1.1855 * 0.955 / 1000.0  # t a crop
    np.testing.assert_allclose(prints["specific_steam"][0], 240.0 * 168.0 / copper, rtol=1e-3)
    np.testing.assert_allclose(prints["reject_share"][0], 1.8 * 3.0 - 0.3)


def test_power_is_current_times_voltage_of_all_cells():
    np.testing.assert_allclose(response.power(STILL)[0], 20 * 5700 / 168 * 0.3 / 1000.0)


def test_hidden_character_does_not_change_with_the_set_points():
    """What a section reads after a move, read back, gives the same nodules and births of shorts as before."""
    seed = {column.name: np.full((1, 3), column.typical_value) for column in SEED.columns if column.is_number}
    result = []
    for one in (STILL, after(glue=6.0, thiourea=4.0, swing=2.0, patrol=-2.0)):
        read = seed | {name: one[name] for name in (*response.SETPOINTS, "short_rate", "current_efficiency")}
        read |= {"cell_temperature": STATE["temperature"][None], "chloride_assay": STATE["chloride"][None]}
        result.append(response.hidden(read | {"reject_share": np.exp(one["log_rejects"]) - 0.3}))
    np.testing.assert_allclose(result[1]["births"], result[0]["births"], rtol=1e-6)
    np.testing.assert_allclose(result[1]["other_loss"], result[0]["other_loss"], atol=1e-6)
    # Dirt and the floor below the logarithm do not follow the additives: a quarter of a change at most.
    moved = np.abs(change("log_rejects", glue=6.0, thiourea=4.0))
    assert (np.abs(result[1]["nodularity"] - result[0]["nodularity"])[0] < 0.3 * moved + 0.02).all()


def test_what_is_needed_before_a_period_is_what_is_computed_with():
    state, read = read_before(SEED, response, LINE)
    assert set(state) == set(STATE)
    assert set(response.BEFORE) == read
