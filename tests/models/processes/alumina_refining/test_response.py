"""Laws of the answer of a precipitation line to its set-points."""

import numpy as np
import pytest
from scipy.special import ndtr

from models.processes.lookup import response_of
from seeds import load

SEED = load("alumina_refining")
response = response_of(SEED)
LINE = {"yield_doubt": 1.2}
CONSTANTS = LINE | {one.name: one.value for one in response.CONSTANTS}
PRICES = {name: one.value for name, one in SEED.economics.items()}
STATE = {
    name: np.array(values)
    for name, values in {
        "ratio": [0.715, 0.725],
        "caustic": [235.0, 240.0],
        "carbonate": [40.0, 42.0],
        "chloride": [12.0, 11.0],
        "sulphate": [12.0, 13.0],
        "toc": [10.0, 12.0],
        "tanks": [13.0, 12.0],
        "available": [42.0, 43.0],
        "water": [8.0, 10.0],
        "clean": [1.0, 0.9],
        "end_temperature": [56.9, 57.8],
        "fill_temperature": [76.0, 75.0],
        "flow": [1500.0, 1450.0],
        "lime_dose": [15.0, 14.0],
        "steam_digestion": [140.0, 135.0],
        "steam_evaporation": [60.0, 65.0],
        "product_fines": [9.0, 6.0],
        "seed_ssa": [0.05, 0.052],
        "soda_loss": [62.0, 65.0],
        "last_tank_temperature": [57.0, 58.0],
        "seed_solids": [450.0, 430.0],
        "calciner_temperature": [990.0, 995.0],
        "precipitation_yield": [74.0, 76.0],
        "na2o": [0.40, 0.41],
        "overflow_solids": [0.4, 0.5],
        "loi": [0.8, 0.75],
        "calciner_fuel": [3.05, 3.06],
        "growth_away": [0.0, 0.0],
    }.items()
}


def after(state=STATE, end=0.0, seed=0.0, calciner=0.0, **constants):
    sizes = dict(zip(response.SETPOINTS, (end, seed, calciner), strict=True))
    return response.respond(
        state, {setpoint: np.array([[size]]) for setpoint, size in sizes.items()}, CONSTANTS | constants
    )


STILL = after()
STEADY = {"given_back": 0.0, "warmed_back": 0.0}  # crews that do not answer


def change(name, **moves):
    return (after(**moves)[name] - STILL[name])[0]


def test_a_line_that_is_left_alone_stays_as_it_is():
    for name in STILL:
        np.testing.assert_allclose(STILL[name][0], STATE.get(name, 0.0), rtol=1e-12, err_msg=name)
    assert set(STILL) - set(STATE) == {"more_within_loi", "more_within_na2o"}


def test_a_colder_end_wins_yield_and_encloses_soda():
    assert (change("precipitation_yield", end=-2.0) > 0.1).all()
    assert (change("na2o", end=-2.0) > 0.001).all()
    by_molar_mass = 20.0 * 39.997 / 61.979 * change("na2o", end=-2.0)
    np.testing.assert_allclose(change("soda_loss", end=-2.0), by_molar_mass, rtol=1e-9)


def test_coolers_end():
    """By 76 °C, water of 8 °C and 0.46 units the end is 8 + 68 exp(-0.46) = 50.93 °C, 5.97 K below the set-point."""
    assert change("last_tank_temperature", end=-2.0, **STEADY)[0] == pytest.approx(-2.0, rel=2e-3)
    hot = STATE | {"water": np.array([30.0, 30.0])}  # an end of 59.04 °C, 2.14 K above the set-point
    beyond = (after(hot, end=-2.0, **STEADY)["last_tank_temperature"] - after(hot, **STEADY)["last_tank_temperature"])[
        0
    ]
    assert -0.1 < beyond[0] < 0.0
    warmer = (after(hot, end=8.0, **STEADY)["last_tank_temperature"] - after(hot, **STEADY)["last_tank_temperature"])[0]
    assert warmer[0] == pytest.approx(8.0 - 2.14, abs=0.04)


def test_of_coolers_that_are_known_to_some_kelvins_a_part_comes():
    """A set-point at their expected end: of 1.2 K down in spreads of 1.2 K, 0.3989 - 0.0833 of a spread comes."""
    water, clean = 8.0, 1.0
    end = water + (76.0 - water) * np.exp(-0.46 * clean)
    state = {name: values[:1] for name, values in STATE.items()} | {"end_temperature": np.array([end])}
    moved, still = after(state, end=-1.2, **STEADY), after(state, **STEADY)
    came = (moved["last_tank_temperature"] - still["last_tank_temperature"])[0, 0]
    assert came == pytest.approx(-1.2 * (0.39894 - 0.08332), rel=1e-4)
    third = after(state, end=-0.4, **STEADY, **{"end_temperature in force": 1 / 3})["last_tank_temperature"][0, 0]
    assert third - still["last_tank_temperature"][0, 0] == pytest.approx(came / 3.0, rel=1e-9)


def test_more_alumina_takes_more_steam_but_for_what_heats_the_liquor():
    more = after(seed=25.0, given_back=0.0)
    made = STATE["flow"] * (more["precipitation_yield"] - STATE["precipitation_yield"])[0] / 1000.0  # t/h
    steam = (more["steam_digestion"] - STATE["steam_digestion"])[0]
    np.testing.assert_allclose(steam * 2.2, 0.75 * made, rtol=1e-9)
    np.testing.assert_allclose(
        more["steam_evaporation"][0] / STATE["steam_evaporation"],
        more["precipitation_yield"][0] / STATE["precipitation_yield"],
        rtol=1e-12,
    )
    for name in ("flow", "steam_digestion", "steam_evaporation"):
        np.testing.assert_allclose(change(name, calciner=-10.0), 0.0, atol=1e-9)


def test_crews_that_are_ahead_of_their_order_slow_down():
    share = change("precipitation_yield", seed=25.0) / STATE["precipitation_yield"]
    np.testing.assert_allclose(change("flow", seed=25.0) / STATE["flow"], -0.1 * share, rtol=1e-9)
    np.testing.assert_allclose((after(seed=25.0, given_back=0.0)["flow"] - STILL["flow"])[0], 0.0, atol=1e-9)


def test_after_a_day_of_more_yield_crews_cool_less_where_coolers_leave_them_the_choice():
    before = change("precipitation_yield", seed=25.0, warmed_back=0.0)
    np.testing.assert_allclose(change("last_tank_temperature", seed=25.0), 0.2 * before, rtol=1e-4)
    assert (change("precipitation_yield", seed=25.0) < before).all()
    hot = STATE | {"water": np.array([36.0, 36.0])}  # coolers end some 6 K above the set-points
    assert (np.abs(after(hot, seed=25.0)["last_tank_temperature"][0] - STATE["last_tank_temperature"]) < 1e-3).all()


def test_more_seed_wins_yield_and_purity_and_overflows():
    assert (change("precipitation_yield", seed=25.0) > 0.5).all()
    assert (change("na2o", seed=25.0) < 0).all()
    np.testing.assert_allclose(
        after(seed=25.0)["overflow_solids"][0], STATE["overflow_solids"] * np.exp(25.0 / 40.0), rtol=1e-12
    )


def test_yield_by_seed_is_that_of_the_train():
    """From 450 g/L, 25 more win about a quarter of the 3.4 g/L of a hundred, or a little more: the gain flattens."""
    assert 0.85 < change("precipitation_yield", seed=25.0)[0] < 1.1


def test_a_cooler_calciner_saves_fuel_and_leaves_hydroxyl_and_nothing_else():
    np.testing.assert_allclose(change("calciner_fuel", calciner=-10.0), -0.012, rtol=1e-9)
    np.testing.assert_allclose(after(calciner=-10.0)["loi"][0], STATE["loi"] * np.exp(0.08), rtol=1e-12)
    for name in ("precipitation_yield", "na2o", "overflow_solids", "last_tank_temperature"):
        assert (change(name, calciner=-10.0) == 0.0).all()


def test_a_whole_move_for_a_third_of_the_time_is_not_a_third_of_it_all_the_time():
    part = after(seed=20.0, **{"seed_solids in force": 1 / 3})["overflow_solids"][0]
    np.testing.assert_allclose(part, STATE["overflow_solids"] * (1.0 + np.expm1(1.5) / 3.0), rtol=1e-12)
    assert (part > after(seed=20.0)["overflow_solids"][0]).all()
    third = {f"{setpoint} in force": 1 / 3 for setpoint in response.SETPOINTS} | STEADY
    mean, whole = (
        after(end=-0.5, seed=10.0, calciner=6.0, **third),
        after(
            end=-1.5,
            seed=30.0,
            calciner=18.0,
            **third | {f"{setpoint} in force": 1.0 for setpoint in response.SETPOINTS},
        ),
    )
    for name in ("precipitation_yield", "na2o", "loi", "overflow_solids", "calciner_fuel"):
        np.testing.assert_allclose(
            mean[name][0] - STATE[name], (whole[name][0] - STATE[name]) / 3.0, rtol=2e-3, err_msg=name
        )


def test_lots_beyond_a_limit_are_counted_day_by_day():
    """Of 0.9 % the log-normal share of lots above 1.0 % is Φ(ln 0.9 / 0.08); it rises on a day of a cooler calciner."""
    state = STATE | {"loi": np.array([0.9, 0.8])}
    third = {f"{setpoint} in force": 1 / 3 for setpoint in response.SETPOINTS}
    moved, still = after(state, calciner=-4.0, **third), after(state, **third)
    fuel = response.money(moved | {"loi": still["loi"], "more_within_loi": still["more_within_loi"]}, PRICES)
    lost = (response.money(moved, PRICES) - fuel)[0]
    above = np.mean([ndtr(np.log(state["loi"] * hotter) / 0.08) for hotter in (np.exp(0.096), 1.0, 1.0)], axis=0)
    typical = ndtr(np.log(state["loi"]) / 0.08)
    retained = np.prod(
        [
            1.0 - ndtr(np.log(state[name] / limit) / spread)
            for name, limit, spread in (("na2o", 0.45, 0.05), ("product_fines", 14.0, 0.1))
        ],
        axis=0,
    )
    sold = state["flow"] * (state["precipitation_yield"] - state["overflow_solids"]) * 0.024
    np.testing.assert_allclose(lost, -PRICES["grade_discount"] * sold * retained * (above - typical), rtol=1e-6)


def test_causes_add_up_to_the_gain():
    moved = after(end=-1.0, seed=15.0, calciner=5.0)
    gain = response.money(moved, PRICES) - response.money(STILL, PRICES)
    causes = response.causes(STILL, moved, PRICES)
    np.testing.assert_allclose(sum(causes.values()), gain, rtol=0.02)
    assert (causes["more alumina from a litre"] > 0).all()
    assert (causes["cooling"] < 0).all()
    assert (causes["seed that is pumped and that overflows"] < 0).all()


def test_footprint_falls_with_the_yield():
    prints, moved = response.footprint(STILL, PRICES), response.footprint(after(seed=25.0), PRICES)
    np.testing.assert_allclose(prints["specific_liquor"][0], 1000.0 / STATE["precipitation_yield"], rtol=1e-12)
    assert all((moved[name] < prints[name]).all() for name in prints)
    assert (response.power(STILL) == 0.0).all()


def test_hidden_character_does_not_change_with_the_set_points():
    """What a line reads after a move, read back, gives the same growth, soda, overflow and fuel as before."""
    seed = {column.name: np.full((1, 2), column.typical_value) for column in SEED.columns if column.is_number}
    seed |= {f"green_liquor_{name}": STATE[name] for name in ("caustic", "carbonate", "chloride", "sulphate", "toc")}
    seed |= {"green_liquor_ac": STATE["ratio"], "tanks_on": STATE["tanks"]}
    result = []
    for end, one in (
        (57.0, STILL),
        (55.0, after(end=-2.0, seed=20.0, calciner=8.0, transfer=3.0, **STEADY)),
    ):
        read = seed | {name: one[name] for name in one if name in seed}
        result.append(response.hidden(read | {"end_temperature": np.array([[end, end + 1.0]])}))
    for name in ("more_yield", "more_soda", "log_overflow", "log_loi", "other_fuel", "warmer"):
        np.testing.assert_allclose(result[1][name], result[0][name], atol=1e-9, err_msg=name)


class Read(dict):
    """Columns that note which of them are looked at."""

    def __init__(self, *given):
        super().__init__(*given)
        self.names = set()

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


def test_what_is_needed_before_a_period_is_what_is_computed_with():
    columns = Read({column.name: np.array([column.typical_value]) for column in SEED.columns if column.is_number})
    before = Read({column.name: np.array([column.typical_value]) for column in SEED.by_role("before")})
    hidden = response.hidden(columns)
    plan = {column.name: np.array([column.typical_value]) for column in SEED.by_role("setpoint")}
    state = response.state(hidden, plan, before, LINE)
    assert set(STATE) == set(state)
    known = {column.name for column in SEED.by_role("before")}
    assert set(response.BEFORE) == (columns.names & known) | before.names


def test_a_state_that_readings_do_not_tell_apart():
    normals = np.array([[1.0, -1.0], [0.0, 1.0]])
    result = response.disturbed(STATE, LINE, normals)
    np.testing.assert_allclose(result["precipitation_yield"] - STATE["precipitation_yield"], 0.6 * normals[0])
    np.testing.assert_allclose(result["growth_away"], 0.08 * normals[1], rtol=1e-12)


def test_what_is_measured_is_what_moves():
    columns = {column.name: np.full((2, 3), column.typical_value) for column in SEED.columns if column.is_number}
    result = response.measured(columns)
    assert set(result) <= set(STILL)
    assert result["na2o"].shape == (2, 3)
    with pytest.raises(KeyError):
        response.measured({})
