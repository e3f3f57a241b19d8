"""Physics of the process aluminium reduction as models use it: features, first principles, derived targets."""

import itertools

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from physics.reduction.cell_design import CellDesign
from physics.reduction.cell_voltage import voltage_line
from physics.reduction.cryolite import eutectic_temperature
from physics.reduction.current_efficiency import dewing_factor
from seeds import load
from tests.models.processes.rows import evaluated, needed, typical

SEED = load("aluminium_reduction")
physics = needed_physics_of(SEED)
ECONOMICS = {name: quantity.value for name, quantity in SEED.economics.items()}
USED = {
    "ae_duration",
    "ae_frequency",
    "alumina_feed_rate",
    "alumina_fines",
    "alumina_loi",
    "bath_temperature",
    "caf2",
    "cathode_voltage_drop",
    "cell_voltage",
    "excess_alf3",
    "lif",
    "line_current",
    "metal_level",
    "voltage_noise",
}


@pytest.fixture
def columns():
    """Five hundred rows about the seed's typical values, all within range."""
    return typical(SEED, 500)


def test_what_is_needed_of_a_pot():
    columns = typical(SEED)
    assert needed(lambda rows: evaluated(SEED, physics, rows), columns) == USED
    in_loss = USED - {"alumina_feed_rate", "alumina_fines", "alumina_loi"}
    assert needed(lambda rows: {"efficiency": physics.first_principles(rows)}, columns) == in_loss


@pytest.mark.parametrize("name", ["cell_voltage", "ae_frequency", "ae_duration"])
def test_energy_and_emission_need_the_voltage_and_the_anode_effects(name):
    def derived(rows):
        return physics.derived(rows, np.array([93.0]), ECONOMICS)

    columns = typical(SEED)
    assert needed(derived, columns) == {"cell_voltage", "ae_frequency", "ae_duration"}
    assert all(np.isnan(values[0]) for values in derived(columns | {name: np.array([np.nan])}).values())


def test_first_principles_is_near_the_published_efficiency():
    typical = {column.name: np.array([column.typical.mean]) for column in SEED.inputs}
    # 100 less a loss of about 6 %: CE 93 to 95 %
    assert 93.0 <= physics.first_principles(typical)[0] <= 95.0
    assert 36.0 <= physics.features(typical)["estimated_acd"][0] <= 48.0


def test_first_principles_is_the_loss_equation(columns):
    computed = physics.features(columns)
    assert physics.first_principles(columns) == pytest.approx(100.0 - computed["expected_loss"], rel=1e-14)
    hot = columns | {"bath_temperature": columns["bath_temperature"] + 2.0}
    warmer = physics.features(hot)
    assert warmer["eutectic_superheat"] - computed["eutectic_superheat"] == pytest.approx(np.full(500, 2.0), rel=1e-9)
    assert warmer["bath_loss_factor"] / computed["bath_loss_factor"] == pytest.approx(
        np.full(500, dewing_factor(2.0, 0.0)), rel=1e-12
    )


@pytest.mark.parametrize(
    ("column", "step", "sign"),
    [
        ("bath_temperature", 2.0, -1),
        ("voltage_noise", 5.0, -1),
        ("ae_frequency", 0.2, -1),
        ("metal_level", 1.0, 1),
        ("cell_voltage", 0.02, 1),
        # at equal temperature: its lower eutectic costs more than AlF3 itself gains
        ("excess_alf3", 0.5, -1),
    ],
    ids=str,
)
def test_levers_act_in_their_known_direction(columns, column, step, sign):
    noise, duration = np.maximum(columns["voltage_noise"], 15.0), np.full(500, 2.0)
    before = columns | {"voltage_noise": noise, "ae_duration": duration}
    after = before | {column: before[column] + step}
    assert np.all(sign * (physics.first_principles(after) - physics.first_principles(before)) > 0.0)


@pytest.mark.parametrize(
    "name", ["bath_loss_factor", "noise_loss_factor", "velocity_loss_factor", "estimated_acd", "current_density"]
)
def test_signs_are_those_of_the_loss(columns, name):
    # each factor alone, the others as they are: expected_loss is a product, so its logarithm is linear in theirs
    computed = physics.features(columns)
    sign = next(feature.sign for feature in physics.FEATURES if feature.name == name)
    others = [
        np.log(computed["bath_loss_factor"]),
        np.log(computed["noise_loss_factor"]),
        np.log(computed["velocity_loss_factor"]),
        np.log(computed["estimated_acd"]),
        np.log(computed["current_density"]),
        np.ones(500),
    ]
    from_effects = 75.0 / 1440.0 * computed["anode_effect_minutes"]
    weights = np.linalg.lstsq(np.column_stack(others), np.log(computed["expected_loss"] - from_effects), rcond=None)[0]
    order = ["bath_loss_factor", "noise_loss_factor", "velocity_loss_factor", "estimated_acd", "current_density"]
    assert weights[:5] == pytest.approx([1.0, 1.0, 1.0, -0.17, -1.0], rel=1e-6)
    assert np.sign(weights[order.index(name)]) == -sign


def test_fed_alumina_tells_the_efficiency(columns):
    computed = physics.features(
        columns | {"alumina_feed_rate": np.full(500, 240.0), "line_current": np.full(500, 400.0)}
    )
    # 240 kg/h at 1.92 kg/kg are 125 kg/h of metal, of 134.23 possible
    assert computed["feed_implied_efficiency"] == pytest.approx(np.full(500, 93.125), rel=1e-4)


def test_answers_stay_finite_over_all_physical_ranges():
    bounds = [(SEED.column(name).low, SEED.column(name).high) for name in USED]
    corners = dict(zip(USED, np.array(list(itertools.product(*bounds))).T, strict=True))
    assert all(np.isfinite(values).all() for values in physics.features(corners).values())
    efficiency = physics.first_principles(corners)
    assert efficiency.min() >= 55.0
    assert efficiency.max() < 100.0


def test_specific_energy_is_voltage_over_efficiency(columns):
    quiet = columns | {"ae_frequency": np.zeros(500), "ae_duration": np.zeros(500)}
    energy = physics.derived(quiet, np.full(500, 93.0), ECONOMICS)["specific_energy"]
    assert energy == pytest.approx(2980.0 * quiet["cell_voltage"] / 0.93, rel=1e-4)
    sparking = quiet | {"ae_frequency": np.full(500, 0.1), "ae_duration": np.full(500, 2.0)}
    added = physics.derived(sparking, np.full(500, 93.0), ECONOMICS)["specific_energy"] - energy
    assert np.all((added > 9.0) & (added < 10.0))


def test_co2e_is_the_sum_of_its_sources():
    pot = {"cell_voltage": np.array([4.0]), "ae_frequency": np.array([0.1]), "ae_duration": np.array([2.0])}
    got = physics.derived(pot, np.array([93.0]), ECONOMICS)
    # anodes 1.458 (410 kg, 3 % ash and sulphur), perfluorocarbons 0.2 min/d x 0.122 kg (6.63 + 0.097 x 11.1),
    # electricity at 98 % and 250 kWh/t besides
    bought = got["specific_energy"] / 0.98 + 250.0
    assert got["co2e"] == pytest.approx(1.4582 + 0.18805 + bought * 0.5306 / 1000.0, rel=1e-5)


def test_derived_targets_fall_when_efficiency_rises(columns):
    efficiency = np.linspace(80.0, 97.0, 500)
    one = {name: np.full(500, values[0]) for name, values in columns.items()}
    got = physics.derived(one, efficiency, ECONOMICS)
    assert sorted(got) == sorted(SEED.derived)
    assert all(np.all(np.diff(values) < 0.0) for values in got.values())


# A period whose every term counts; bounds of the equations are tested below.
PERIOD = {
    **{"bath_temperature": 955.0, "line_current": 405.0, "excess_alf3": 11.0, "caf2": 5.0, "lif": 2.4},
    **{"alumina_feed_rate": 250.0, "alumina_fines": 22.0, "alumina_loi": 0.7, "cell_voltage": 4.1},
    **{"cathode_voltage_drop": 330.0, "metal_level": 25.0, "voltage_noise": 25.0, "ae_frequency": 0.3},
    "ae_duration": 2.5,
}
LIQUIDUS = (
    1011.0
    + 0.50 * 11.0
    - 0.13 * 11.0**2.2
    - 3.45 * 5.0 / (1.0 + 0.0173 * 5.0)
    + 0.124 * 55.0
    - 0.00542 * 55.0**1.5
    - 7.93 * 2.5 / (1.0 + 0.0936 * 2.5 - 0.0017 * 6.25 - 0.0023 * 27.5)
    - 8.90 * 2.4 / (1.0 + 0.0047 * 2.4 + 0.0010 * 121.0)
    - 3.95 * 0.3
)
SOLUBILITY = (
    11.9
    - 0.062 * 11.0
    - 0.003 * 121.0
    - 0.50 * 2.4
    - 0.20 * 5.0
    - 0.30 * 0.3
    + 42.0 * 2.4 * 11.0 / (2000.0 + 2.4 * 11.0)
) * 0.955 ** (4.8 - 0.048 * 11.0 + 2.2 * 2.4**1.5 / (12.4 + 0.001 * 1331.0))
EQUIVALENT = 3.6 * 26.98154 / (3.0 * 96.48533212)  # g/Ah


def period(**changed):
    return {name: np.array([value]) for name, value in (PERIOD | changed).items()}


def test_every_feature_by_hand():
    eutectic = eutectic_temperature(11.0, 5.0, 2.4, 0.3)
    offset, slope = voltage_line(405.0, 955.0, 11.0, 5.0, 2.5, 2.4, 330.0, design=CellDesign(cathode_face=57.0))
    superheat, acd, density = 955.0 - eutectic, (4.1 - offset) / slope, 40.5 / 49.4
    slow = 1.0 - (0.85 - 0.4 * max(2.5 / SOLUBILITY - 0.5, 0.0) - 0.004 * 10.0 - 0.1 * 0.2)
    assert superheat > 0.0
    assert 955.0 - LIQUIDUS > 6.0  # no bath so cold that feed dissolves slower
    bath = 10.0 ** (0.0095 * (superheat - 28.7) - 0.019 * (11.0 - 12.0) - 0.060 * (2.0 - 0.3))
    velocity = np.exp(-0.03 * 3.0) ** 0.83
    effects = 0.75 / 1440.0 * 75.0
    expected = {
        "liquidus": LIQUIDUS,
        "superheat": 955.0 - LIQUIDUS,
        "sludge_tendency": 0.03 * slow * 250.0,
        "alumina_solubility": SOLUBILITY,
        "pseudo_resistance": 1000.0 * (4.1 - 1.65) / 405.0,
        "feed_implied_efficiency": 100.0 * 250.0 / (1.92 * EQUIVALENT * 405.0),
        "eutectic_superheat": superheat,
        "bath_loss_factor": bath,
        "estimated_acd": acd,
        "current_density": density,
        "noise_loss_factor": 1.1,
        "velocity_loss_factor": velocity,
        "anode_effect_minutes": 0.75,
        "expected_loss": 6.0 * bath * (45.0 / acd) ** 0.17 * velocity * 0.81 / density * 1.1 + effects,
    }
    result = {name: values[0] for name, values in physics.features(period()).items()}
    assert result == pytest.approx(expected, rel=1e-9)
    assert physics.first_principles(period())[0] == pytest.approx(100.0 - expected["expected_loss"], rel=1e-9)


def test_bounds_of_strange_rows_by_hand():
    low = physics.features(period(line_current=10.0))
    assert low["current_density"][0] == pytest.approx(10.0 / 49.4, rel=1e-9)
    assert low["pseudo_resistance"][0] == pytest.approx(24.5, rel=1e-9)
    squeezed, least = physics.features(period(cell_voltage=3.0)), physics.features(period())
    ratio = (squeezed["expected_loss"] - 0.75 / 19.2) / (least["expected_loss"] - 0.75 / 19.2)
    assert squeezed["estimated_acd"][0] < 20.0
    assert ratio[0] == pytest.approx((least["estimated_acd"][0] / 20.0) ** 0.17, rel=1e-9)
    assert physics.first_principles(period(voltage_noise=1000.0))[0] == 55.0


def test_derived_targets_by_hand():
    economics = {
        **{"rectifier_efficiency": 0.975, "auxiliary_energy": 300.0, "cf4_slope": 0.122, "c2f6_to_cf4": 0.097},
        **{"grid_emission_factor": 0.55, "net_carbon_consumption": 420.0, "anode_sulphur_and_ash": 0.04},
        **{"gwp_cf4": 7380.0, "gwp_c2f6": 12400.0},
    }
    result = physics.derived(period(), np.array([92.0]), economics)
    direct = 1000.0 * (4.1 + 0.75 / 1440.0 * 20.9) / (EQUIVALENT * 0.92)
    cf4 = 0.122 * 0.75
    co2e = (
        (direct / 0.975 + 300.0) * 0.55 / 1000.0
        + 420.0 * 0.96 * 44.0 / 12.0 / 1000.0
        + cf4 * 7.380
        + 0.097 * cf4 * 12.400
    )
    assert result["specific_energy"][0] == pytest.approx(direct, rel=1e-9)
    assert result["co2e"][0] == pytest.approx(co2e, rel=1e-9)


# Which way current efficiency moves with each feature, at equal other features, and why.
SIGNS = {
    "liquidus": 0,  # a bath that freezes later may be poor or rich in AlF3
    "superheat": 0,  # too little leaves sludge, too much drives the back reaction
    "sludge_tendency": 0,  # the size of what sludge costs is only assumed
    "eutectic_superheat": -1,  # a hotter bath dissolves more metal, which burns back
    "alumina_solubility": 0,  # moves with temperature, which pulls the other way
    "bath_loss_factor": -1,  # a larger loss is a smaller efficiency
    "pseudo_resistance": 0,  # resistance of the bath and of the distance together
    "estimated_acd": 1,  # a longer way from metal to gas slows the back reaction
    "current_density": 1,  # the lost flux stays, so it is a smaller share
    "noise_loss_factor": -1,  # waves bring metal to the gas
    "velocity_loss_factor": -1,  # a faster surface carries more metal off
    "anode_effect_minutes": -1,  # current makes gas instead of metal
    "expected_loss": -1,  # efficiency is 100 less the loss
    "feed_implied_efficiency": 1,  # each kilogram of metal takes its alumina
}


def test_signs_of_a_pots_features_are_those_of_physics() -> None:
    signs = {feature.name: feature.sign for feature in physics.FEATURES}
    assert signs == SIGNS


def test_spans_keep_their_sums_and_are_no_points():
    # An edit of one end that nobody saw changes a sum; that plants lie within is tested over every plant.
    ends = np.array([feature.span for feature in physics.FEATURES])
    assert (ends[:, 0] < ends[:, 1]).all()
    assert ends.sum(axis=0) == pytest.approx([981.5, 1398.2], rel=1e-9)


ALL_PRICES = ECONOMICS | {"net_carbon_consumption": 420.0, "interest": 0.1, "carbon_price_indirect": 9.0}


def test_money_by_hand():
    known = period(current_efficiency=92.0, alf3_addition=48.0, bath_level=17.0, previous_excess_alf3=10.4)
    e, metal = ALL_PRICES, EQUIVALENT * 405.0 * 24.0 * 0.92 / 1000.0
    power = 405.0 * 24.0 * (4.1 + 0.75 / 1440.0 * 20.9) / e["rectifier_efficiency"] + e["auxiliary_energy"] * metal
    stoichiometric = 3.0 * 12.011 / (4.0 * 26.98154)
    carbon = metal * (stoichiometric / 0.92 + 0.420 - stoichiometric / 0.93)
    gases = 0.75 * e["cf4_slope"] * (e["gwp_cf4"] + e["c2f6_to_cf4"] * e["gwp_c2f6"]) / 1000.0 * metal
    anodes = carbon * (1.0 - e["anode_sulphur_and_ash"]) * 44.0 / 12.0
    indirect = power * e["grid_emission_factor"] / 1000.0
    expected = metal * e["aluminium_price"] - power * e["power_price"] - 6.0 * e["alumina_price"]
    expected -= carbon * e["anode_price"] + (anodes + gases) * 12.0 + indirect * 9.0
    expected -= 1.311 * 25.0 * e["aluminium_price"] * 0.1 / 365.25
    gained = 0.5 * 17.0 * 0.6 / 100.0 / 30.0  # t/d
    assert physics.money(known, e)[0] == pytest.approx(expected - (0.048 - gained) * e["alf3_price"], rel=1e-9)
    unknown = known | {"previous_excess_alf3": np.array([np.nan])}
    assert physics.money(unknown, e)[0] == pytest.approx(expected - 0.048 * e["alf3_price"], rel=1e-9)
    assert np.isnan(physics.money(known | {"metal_level": np.array([np.nan])}, e)[0])


@pytest.mark.parametrize("name", ["net_carbon_consumption", "alf3_price", "gwp_cf4"])
def test_money_names_a_missing_or_negative_price(columns, name):
    rows = columns | {"current_efficiency": np.full(500, 93.0)}
    with pytest.raises(ValueError, match=f"economics.{name}: missing"):
        physics.money(rows, {one: value for one, value in ALL_PRICES.items() if one != name})
    with pytest.raises(ValueError, match=f"economics.{name}: got -1: expected"):
        physics.money(rows, ALL_PRICES | {name: -1.0})
