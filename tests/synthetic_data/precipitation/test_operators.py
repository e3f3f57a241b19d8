"""Set-points of crews, by hand."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.precipitation import operators
from synthetic_data.precipitation.operators import OperatorView
from synthetic_data.precipitation.parameters import PrecipitationParameters
from tests.synthetic_data.stated import typical_plant

P = PrecipitationParameters.of(typical_plant(load("alumina_refining")))
WISH = {name: np.full((2, 1), P[name]) for name in operators.SETPOINTS if name != "evaporation_rate"}
WISH |= {"evaporation_rate": np.full((2, 1), P.dilution)}
NORMAL = {"ratio": np.array([P.usual_ratio]), "caustic": np.array([235.0]), "desired": np.array([235.0])}


def answered(fines=9.0, harvest=75.0, coldest=40.0, behind=0.0, **liquor):
    seen = OperatorView(*(np.array([value]) for value in (fines, harvest, coldest, behind)))
    given = NORMAL | {name: np.array([value]) for name, value in liquor.items()}
    return {name: float(one[0]) for name, one in operators.answered(P, WISH, 1, seen, **given).items()}


def test_a_usual_day_is_left_as_it_is():
    assert answered() == pytest.approx({name: P[name] for name in answered() if name != "evaporation_rate"} | {
        "evaporation_rate": P.dilution
    })  # fmt: skip


def test_many_fines_are_answered_with_heat_and_fine_seed():
    result = answered(fines=12.0)
    assert result["fill_temperature"] == pytest.approx(76.0 + 3.0 * P.fill_per_fines)
    assert result["fine_seed_ratio"] == pytest.approx(0.18 + 3.0 * P.fine_seed_per_fines)
    assert answered(fines=40.0)["fill_temperature"] == pytest.approx(76.0 + 8.0 * P.fill_per_fines)


def test_a_low_yield_is_answered_with_cold_as_far_as_coolers_go():
    assert answered(harvest=73.0)["end_temperature"] == pytest.approx(P.end_temperature - 2.0 * P.end_per_yield)
    assert answered(harvest=73.0, coldest=60.0)["end_temperature"] == 60.0


def test_rich_liquor_and_a_line_behind_run_fast():
    assert answered(ratio=P.usual_ratio + 0.01)["flow"] == pytest.approx(1515.0)
    assert answered(behind=0.02)["flow"] == pytest.approx(1500.0 * (1.0 + 0.02 * P.flow_per_behind))
    assert answered(ratio=P.usual_ratio + 0.01)["digestion_temperature"] == pytest.approx(144.6)


def test_evaporation_follows_the_caustic_that_is_wanted():
    assert answered(desired=237.0)["evaporation_rate"] == pytest.approx(2.0 + 2.0 * P.evaporation_per_caustic)


def test_tonnage_behind_is_forgotten():
    behind = operators.now_behind(P, np.array([0.02]), np.array([2700.0]), np.array([2700.0]))
    assert behind[0] == pytest.approx(0.02 * P.behind_kept)
    late = operators.now_behind(P, np.array([0.0]), np.array([2700.0]), np.array([2430.0]))
    assert late[0] == pytest.approx(0.1 * (1.0 - P.behind_kept))


def test_few_days_are_tested_and_either_way():
    rng = np.random.default_rng(4)
    result = operators.testing(P, rng.random((operators.UNIFORMS, 400, 50)))
    on, ways = result[: len(operators.TESTED)] > 0.5, result[len(operators.TESTED) :]
    assert on.mean() == pytest.approx(P.test_share, abs=0.003)
    assert (ways < 0.5).mean() == pytest.approx(0.5, abs=0.01)
