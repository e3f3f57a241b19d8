"""Physics of the process aluminium reduction as models use it: features, first principles, derived targets."""

import itertools

import numpy as np
import pytest

from models.processes import aluminium_reduction as physics
from physics.reduction.current_efficiency import dewing_factor
from seeds import load
from seeds.format.units import is_unit

SEED = load("aluminium_reduction")
ECONOMICS = {name: quantity.value for name, quantity in SEED.economics.items()}
USED = (
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
)
NAMES = [feature.name for feature in physics.FEATURES]


class Recording(dict):
    """Columns that remember which of them were read."""

    def __init__(self, columns):
        super().__init__(columns)
        self.read = set()

    def __getitem__(self, name):
        self.read.add(name)
        return super().__getitem__(name)


@pytest.fixture
def columns():
    """Five hundred rows about the seed's typical values, all within range."""
    rng = np.random.default_rng(3)
    return {
        column.name: np.clip(rng.normal(column.typical.mean, column.typical.sd, 500), column.low, column.high)
        for column in SEED.inputs
    }


def test_features_are_those_announced(columns):
    computed = physics.features(columns)
    assert sorted(computed) == sorted(NAMES)
    assert len(set(NAMES)) == len(NAMES)
    assert not set(NAMES) & {column.name for column in SEED.columns}
    assert all(values.shape == (500,) and values.dtype == np.float64 for values in computed.values())
    assert all(np.isfinite(values).all() for values in computed.values())
    assert all(is_unit(feature.unit) and feature.sign in (-1, 0, 1) and feature.meaning for feature in physics.FEATURES)


def test_only_inputs_of_a_prediction_are_read(columns):
    recording = Recording(columns)
    physics.features(recording)
    physics.first_principles(recording)
    physics.derived(recording, np.full(500, 93.0), ECONOMICS)
    assert recording.read == set(USED)
    assert recording.read <= {column.name for column in SEED.inputs}


def test_input_is_not_mutated(columns):
    for values in columns.values():
        values.flags.writeable = False
    target = np.full(500, 93.0)
    target.flags.writeable = False
    physics.features(columns)
    physics.first_principles(columns)
    physics.derived(columns, target, ECONOMICS)


@pytest.mark.parametrize("name", USED)
def test_nan_stays_in_its_row(columns, name):
    whole = physics.features(columns)
    holed = columns | {name: np.where(np.arange(500) == 7, np.nan, columns[name])}
    computed = physics.features(holed)
    assert any(np.isnan(values[7]) for values in computed.values())
    for feature in NAMES:
        assert np.array_equal(np.delete(computed[feature], 7), np.delete(whole[feature], 7))
    in_loss = name not in {"alumina_feed_rate", "alumina_fines", "alumina_loi"}
    assert np.isnan(physics.first_principles(holed)[7]) == in_loss
    in_energy = name in {"cell_voltage", "ae_frequency", "ae_duration"}
    for values in physics.derived(holed, np.full(500, 93.0), ECONOMICS).values():
        assert np.isnan(values[7]) == in_energy


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
    # anodes 1.458 (410 kg, 3 % ash and sulphur), perfluorocarbons 0.228, electricity at 98 % and 250 kWh/t besides
    bought = got["specific_energy"] / 0.98 + 250.0
    assert got["co2e"] == pytest.approx(1.4582 + 0.2280 + bought * 0.5306 / 1000.0, rel=1e-5)


def test_derived_targets_fall_when_efficiency_rises(columns):
    efficiency = np.linspace(80.0, 97.0, 500)
    one = {name: np.full(500, values[0]) for name, values in columns.items()}
    got = physics.derived(one, efficiency, ECONOMICS)
    assert sorted(got) == sorted(SEED.derived)
    assert all(np.all(np.diff(values) < 0.0) for values in got.values())
