"""Laws of the answer of a section of lead cells to its set-points."""

import numpy as np
import pytest

from models.processes.lookup import response_of
from seeds import load
from tests.models.processes.rows import read_before

SEED = load("lead_refining")
response = response_of(SEED)
LINE = {"shorts_doubt": 0.2}
CONSTANTS = LINE | {one.name: one.value for one in response.CONSTANTS}
PRICES = {name: one.value for name, one in SEED.economics.items()}
LOW, HIGH, BEST = 0, 1, 2  # sections whose glue is too little, too much, and what is best
STATE = {
    "glue_dose": np.array([450.0, 800.0, 600.0]),
    "lignin_dose": np.array([450.0, 450.0, 450.0]),
    "cell_temperature": np.array([40.0, 40.0, 40.0]),
    "short_rate": np.array([1.4, 1.4, 1.4]),
    "log_bismuth": np.log([20.0, 20.0, 20.0]),
    "current_efficiency": np.array([95.2, 95.2, 95.2]),
    "cell_voltage": np.array([0.47, 0.47, 0.47]),
    "voltage_end": np.array([0.5, 0.5, 0.5]),
    "steam_flow": np.array([40.0, 40.0, 40.0]),
    "charge": np.array([725.0, 725.0, 725.0]),
    "current_density": np.array([180.0, 180.0, 180.0]),
    "lead": np.array([85.0, 85.0, 85.0]),
    "acid": np.array([85.0, 85.0, 85.0]),
    "glue_away": np.zeros(3),
}


def after(state=STATE, warm=0.0, glue=0.0, lignin=0.0, **constants):
    sizes = dict(zip(response.SETPOINTS, (warm, glue, lignin), strict=True))
    return response.respond(
        state, {setpoint: np.array([[size]]) for setpoint, size in sizes.items()}, CONSTANTS | constants
    )


STILL = after()


def change(name, **moves):
    return (after(**moves)[name] - STILL[name])[0]


def test_a_section_that_is_left_alone_stays_as_it_is():
    for name in ("short_rate", "log_bismuth", "current_efficiency", "cell_voltage", "steam_flow", "glue_dose"):
        np.testing.assert_allclose(STILL[name][0], STATE[name], rtol=1e-9)


def test_additives_help_where_there_is_too_little_and_harm_where_there_is_too_much():
    for name in ("log_bismuth", "short_rate"):
        more, less = change(name, glue=50.0), change(name, glue=-50.0)
        assert more[LOW] < 0 < more[HIGH]
        assert less[HIGH] < 0 < less[LOW]
        assert more[BEST] > 0 < less[BEST]
        assert (change(name, lignin=50.0) > 0).all()


def test_roughness_of_a_section_with_too_little_glue_by_hand():
    """Squared errors of 450 and 500 g/t about 600, with 0.02 unseen: k e²/(1 + e²), k 2."""
    before, then = np.log(450 / 600) ** 2 + 0.02, np.log(500 / 600) ** 2 + 0.02
    rougher = 2.0 * (then / (1.0 + then) - before / (1.0 + before))
    result = after(glue=50.0)
    assert result["short_rate"][0, LOW] == pytest.approx(1.4 * np.exp(rougher), rel=1e-9)
    assert result["log_bismuth"][0, LOW] == pytest.approx(np.log(20.0) + 0.9 * rougher, rel=1e-9)
    assert change("current_efficiency", glue=50.0)[LOW] == pytest.approx(-2.0 * (1.4 * np.exp(rougher) - 1.4), rel=1e-9)


def test_a_warmer_cell_conducts_better_dissolves_lead_takes_steam_and_more_glue():
    assert change("cell_voltage", warm=1.0)[BEST] == pytest.approx(-0.0046, abs=0.0005)  # 1.5 % of 0.31 V
    assert change("voltage_end", warm=1.0)[BEST] == change("cell_voltage", warm=1.0)[BEST]
    faster = np.exp(-40e3 / 8.314462618 * (1 / 314.15 - 1 / 335.15)) - np.exp(
        -40e3 / 8.314462618 * (1 / 313.15 - 1 / 335.15)
    )
    lost = -2.0 * change("short_rate", warm=1.0)[BEST] - 250.0 / 180.0 * faster
    assert change("current_efficiency", warm=1.0)[BEST] == pytest.approx(lost, rel=1e-6)
    cooler = 16.0 * 725.0 / 72.0 * change("cell_voltage", warm=1.0)[BEST]
    assert change("steam_flow", warm=1.0)[BEST] == pytest.approx((5.0 - cooler) * 3.6 / 2.1, rel=1e-6)
    assert change("short_rate", warm=1.0)[LOW] > 0 > change("short_rate", warm=1.0)[HIGH]


def test_no_steam_is_paid_where_the_current_is_enough():
    summer = STATE | {"steam_flow": np.zeros(3)}
    assert (after(summer, warm=1.0)["steam_flow"] == 0).all()


def test_a_whole_move_for_a_third_of_the_time_is_not_a_third_of_it_all_the_time():
    """Past the best dose a move costs by its square: nine times as much for a third of the time."""
    always = after(glue=20.0)["log_bismuth"][0, BEST] - STILL["log_bismuth"][0, BEST]
    part = after(glue=20.0, **{"glue_dose in force": 1 / 3})["log_bismuth"][0, BEST] - STILL["log_bismuth"][0, BEST]
    assert part == pytest.approx(3.0 * always, rel=0.08)


def test_causes_add_up_to_the_gain():
    moved = after(warm=1.0, glue=50.0, lignin=-20.0)
    gain = response.money(moved, PRICES) - response.money(STILL, PRICES)
    causes = response.causes(STILL, moved, PRICES)
    np.testing.assert_allclose(sum(causes.values()), gain, rtol=0.02, atol=0.1)
    assert (causes["another use of additives"] < 0).all()
    assert (causes["steam and acid"] < 0).all()
    assert (causes["less voltage"] > 0).all()


def test_energy_a_tonne_and_power_are_those_of_the_process():
    prints = response.footprint(STILL, PRICES)
    np.testing.assert_allclose(prints["specific_energy"][0], 258.7 * 0.47 / 0.952, rtol=1e-3)
    lead = 16 * 725 * 3.8655 * 0.952 / 1000.0  # t a crop
    np.testing.assert_allclose(prints["specific_steam"][0], 40.0 * 72.0 / lead, rtol=1e-3)
    np.testing.assert_allclose(response.power(STILL)[0], 16 * 725 / 72 * 0.47 / 1000.0)


def test_hidden_character_does_not_change_with_the_set_points():
    """What a section reads after a move, read back, gives the same shorts, bismuth and voltage as before."""
    seed = {column.name: np.full((1, 3), column.typical_value) for column in SEED.columns if column.is_number}
    result = []
    for one in (STILL, after(warm=1.5, glue=60.0, lignin=40.0)):
        read = seed | {name: one[name] for name in one if name in seed} | {"bi": np.exp(one["log_bismuth"])}
        result.append(response.hidden(read | {"electrolyte_temperature": one["cell_temperature"]}))
    for name in ("log_shorts", "log_bismuth", "other_loss", "other_voltage", "warmer", "end_over_mean"):
        np.testing.assert_allclose(result[1][name], result[0][name], atol=1e-9, err_msg=name)


def test_what_is_needed_before_a_period_is_what_is_computed_with():
    state, read = read_before(SEED, response, LINE)
    assert set(state) == set(STATE)
    assert set(response.BEFORE) == read


def test_a_state_that_readings_do_not_tell_apart():
    normals = np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]])
    result = response.disturbed(STATE, LINE, normals)
    np.testing.assert_allclose(result["short_rate"], 1.4 * np.exp(0.1 * normals[0]), rtol=1e-12)
    np.testing.assert_allclose(result["glue_away"], 0.12 * normals[1], rtol=1e-12)
