"""What all lines share: weather, liquor that gathers organics, assays with their errors."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.precipitation.circuit import ASSAYS, PrecipitationCircuit
from tests.synthetic_data.stated import typical_plant

YEARS = 3.0


@pytest.fixture(scope="module")
def days():
    """State of three years, by name."""
    plan = plan_run(typical_plant(load("alumina_refining")), units=1, years=YEARS)
    circuit, result = PrecipitationCircuit(plan), []
    while circuit.first < plan.periods:
        days_of_step = circuit.advance(8)
        if days_of_step.first >= 0:
            result.append(days_of_step)
    names = result[0].state
    return {name: np.concatenate([one.state[name] for one in result])[:, 0] for name in names}, result


def test_a_stretch_ends_where_a_regime_begins(days):
    _, result = days
    kinds = [event.kind for one in result for event in one.events]
    assert kinds == ["regime sixth_effect", "regime growth_modifier", "regime new_bauxite"]
    starts = [one.first for one in result if one.events]
    assert [one.count for one in result if one.first + one.count in starts] != []


def test_the_wet_bulb_is_below_the_air_and_follows_it(days):
    state, _ = days
    assert (state["wet_bulb"] <= state["ambient_temperature"]).all()
    assert np.corrcoef(state["wet_bulb"], state["ambient_temperature"])[0, 1] > 0.9
    assert state["ambient_temperature"].mean() == pytest.approx(18.0, abs=1.5)


def test_organics_of_the_liquor_follow_those_of_the_bauxite_within_months(days):
    state, _ = days
    fed, held = state["bauxite_organic"], state["toc"]
    np.testing.assert_allclose(np.diff(held), (66.7 * fed[:-1] - held[:-1]) / 110.0, rtol=1e-9, atol=1e-12)
    assert held[-1] > held[300:600].mean() + 1.0  # the new bauxite brings more


def test_assays_err_as_the_seed_says(days, p):
    state, _ = days
    known = ("available", "silica", "bauxite_organic", "carbonate", "chloride", "sulphate", "toc", "liquor_silica")
    for name, of in zip(ASSAYS, known, strict=True):
        error = (state[name] / state[of] - 1.0).std()
        assert error == pytest.approx(p[f"{of}_rsd"], rel=0.12), name
