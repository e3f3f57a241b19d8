"""Units of what advice states."""

from types import SimpleNamespace

from models.processes.lookup import response_of
from models.setpoints.advice import GainEstimate
from models.setpoints.units import stated_effects
from seeds import load


def test_targets_columns_and_computed_quantities_have_units_and_nothing_else_is_stated():
    model = SimpleNamespace(seed=load("aluminium_reduction"), response=response_of(load("aluminium_reduction")))
    names = ("co2e", "specific_energy", "bath_temperature", "superheat", "efficiency_by_feed", "unit")
    effects = {name: GainEstimate(float(i), i - 1.0, i + 1.0) for i, name in enumerate(names)}
    result = stated_effects(SimpleNamespace(effects=effects), model)
    assert {name: unit for name, (_, unit) in result.items()} == {
        **{"co2e": "tCO2e/t", "specific_energy": "kWh/t"},
        **{"bath_temperature": "°C", "superheat": "K"},
    }
    assert all(result[name][0] is effects[name] for name in result)
