"""First principles of crystallisers: balances by hand."""

import numpy as np
import pytest

from models.processes.high_purity_gallium.physics import SEGREGATION
from models.processes.lookup import needed_physics_of
from seeds import load
from tests.models.processes.rows import typical

SEED = load("high_purity_gallium")
physics = needed_physics_of(SEED)


def test_all_elements_are_predicted_and_a_warmer_vacuum_moves_no_iron():
    columns = typical(SEED, 50, 0.3)
    before = physics.contents(columns)
    assert list(before) == [column.name for column in SEED.elements]
    warmer = physics.contents(columns | {"vacuum_temperature": columns["vacuum_temperature"] + 20.0})
    np.testing.assert_allclose(warmer["iron"], before["iron"], rtol=1e-6)


# A lot whose every term counts, and what balances give of it, worked out here with plain numbers.
LOT = {
    **{"feed_copper": 0.5, "feed_lead": 0.9, "feed_zinc": 0.8, "feed_iron": 0.6, "feed_tin": 0.7, "feed_indium": 0.4},
    **{"feed_nickel": 0.2, "feed_magnesium": 0.3, "feed_silicon": 0.5, "feed_aluminium": 0.2, "feed_mercury": 0.1},
    **{"charge_mass": 22.0, "room_particles": 6e5, "mould_uses": 59.0, "coolant_temperature": 18.0},
    **{"growth_rate": 9.0, "fraction_frozen": 0.8, "stages": 3.0, "stirring": 80.0, "vacuum_temperature": 800.0},
    **{
        "vacuum_time": 5.0,
        "melt_temperature": 31.06,
        "freeze_time": 20.0,
        "interface_score": 0.4,
        "end_pressure": 0.01,
    },
}
LAYER = 1.4 / 3.0**0.5
ROOT = 2.0 * np.pi * 8.314462618 * 1073.15


def expected_features(name, k0, rate, superheat, one, ten, mass, volatility, added):
    k = k0 / (k0 + (1.0 - k0) * np.exp(-rate * 1e-6 / 3600.0 * LAYER / 2e-9))
    critical = 7.8 * (superheat / 1.74) ** 0.5 * np.exp(-0.04)
    trapped = 0.15 * (1.0 - np.exp(-max(rate / critical - 1.0, 0.0) / 0.25))
    mean = (1.0 - 0.2**k) / 0.8 * (1.0 + trapped * (1.0 / k - 1.0))
    pressure = 10.0 ** ((1.0 / one - 1.0 / 1073.15) / (1.0 / one - 1.0 / ten))
    surface = volatility * pressure * 0.069723 / (5700.0 * np.sqrt(ROOT * mass))
    left = np.exp(-5.0 * 3600.0 / 0.05 / (1.0 / surface + 1e5))
    return LOT[f"feed_{name}"] * left * mean**3 + added


CASES = {
    "iron": (0.213, 1728.0, 1890.0, 0.055845, 1.0, 0.003 * 2.0**0.6),
    "lead": (0.0311, 978.0, 1088.0, 0.2072, 2.0, 0.0004 * 2.0**0.6),
    "silicon": (0.1117, 1908.0, 2102.0, 0.028085, 1.0, 0.004 * 1.5**0.7),
    "tin": (0.0419, 1497.0, 1657.0, 0.11871, 1.0, 0.0006),
}


@pytest.mark.parametrize("element", CASES)
def test_contents_by_hand(element):
    lot = {name: np.array([value]) for name, value in LOT.items()}
    k0, *vacuum, added = CASES[element]
    expected = expected_features(element, k0, 9.0, 1.74, *vacuum, added)
    assert physics.contents(lot)[element][0] == pytest.approx(expected, rel=1e-9)


def test_features_by_hand():
    result = {name: values[0] for name, values in physics.features({n: np.array([v]) for n, v in LOT.items()}).items()}
    rate = 1e3 * 22.0 * 0.8 / 5904.0 / 0.026 / 20.0
    critical = 7.8 * (1.3 / 1.74) ** 0.5 * np.exp(-0.04)
    expected = {
        "front_rate": rate,
        "layer": LAYER,
        "superheat": 1.3,
        "critical_rate": critical,
        "rate_margin": np.log(rate / critical),
        "roughness": 0.28,
        "pressure_excess": np.log(2.0),
        "air": np.log(2.0),
    }
    assert {name: result[name] for name in expected} == pytest.approx(expected, rel=1e-9)
    for element, (k0, *vacuum, added) in CASES.items():
        logs = np.log(expected_features(element, k0, rate, 1.3, *vacuum, added))
        assert result[f"log_{element}"] == pytest.approx(logs, rel=1e-9), element
    assert result["log_sum"] > np.log(sum(np.exp(result[f"log_{name}"]) for name in SEGREGATION if name != "mercury"))
