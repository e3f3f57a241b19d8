"""What becomes of a line's day, by hand."""

import numpy as np
import pytest

from physics.bayer.heat import calcination_reaction
from seeds import load
from synthetic_data.precipitation import product
from synthetic_data.precipitation.parameters import PrecipitationParameters
from tests.synthetic_data.stated import typical_plant

P = PrecipitationParameters.of(typical_plant(load("alumina_refining")))
ONE = np.array([[1.0]])
GROWN = {
    "mean_square": 0.0293 * ONE, "train_temperature": 66.5 * ONE, "caustic": 235.0 * ONE, "lime_dose": 20.0 * ONE,
    "precipitation_yield": 80.0 * ONE, "digestion_temperature": 147.0 * ONE, "evaporation_rate": 1.8 * ONE,
    "calciner_temperature": 1000.0 * ONE, "product_fines": 6.0 * ONE, "agglomeration": 1.2 * ONE,
}  # fmt: skip
NOTHING = {
    name: 0.0 * ONE
    for name in (
        *("na2o", "attrition", "bet", "loi", "alpha", "sio2", "fe2o3", "cao"),
        *("mud", "other", "approach", "calciner", "calciner_trip", "polymer"),
    )
}


def test_soda_by_hand():
    state = {"silica": 3.0 * ONE, "available": 42.0 * ONE, "mud": 0.0 * ONE}
    result = product.soda(P, state, GROWN, NOTHING, NOTHING)
    assert result["na2o"][0, 0] == pytest.approx(0.402, abs=0.0005)
    assert result["soda_bound"][0, 0] == pytest.approx(0.70 * 0.98 * 3000.0 / 42.0, rel=1e-9)
    assert result["soda_mud"][0, 0] == P.mud_soda
    parts = ("soda_bound", "soda_mud", "soda_product", "soda_other")
    assert result["soda_loss"][0, 0] == pytest.approx(sum(result[part][0, 0] for part in parts), rel=1e-12)


def test_heat_by_hand():
    result = product.heat(P, GROWN, NOTHING, NOTHING)
    digestion = 12.5 * 4.5e-3 * (P.approach + 1.0)
    evaporation = 1.8 * 0.275 * 2.2
    calciner = calcination_reaction(0.2) + P.calciner_loss + 0.012
    steam = digestion + evaporation + P.mud_heat + P.slurry_heat
    assert result["heat_digestion"][0, 0] == pytest.approx(digestion, rel=1e-12)
    assert result["calciner_fuel"][0, 0] == pytest.approx(calciner, rel=1e-12)
    assert result["thermal_energy"][0, 0] == pytest.approx(steam / 0.86 + calciner + 1.2, rel=1e-12)


def test_product_by_hand():
    result = {name: one[0, 0] for name, one in product.alumina(P, GROWN, NOTHING, NOTHING).items()}
    assert result == pytest.approx(
        {
            "attrition": 12.0 - 0.2 * P.attrition_per_agglomeration - P.attrition_per_coarse / 3.0,
            "bet": 72.0,
            "loi": 0.8 * np.exp(-0.08),
            "alpha": 5.0 * np.exp(0.2),
            "sio2": 0.013,
            "fe2o3": 0.012,
            "cao": 0.025 * np.exp(0.06),
        },
        rel=1e-9,
    )


def test_faults_soil_the_product():
    bad = NOTHING | {"calciner_trip": 0.5 * ONE, "polymer": ONE}
    result, typical = (product.alumina(P, GROWN, faults, NOTHING) for faults in (bad, NOTHING))
    assert (result["loi"] - typical["loi"])[0, 0] == pytest.approx(0.25, rel=1e-9)
    assert (result["sio2"] - typical["sio2"])[0, 0] == pytest.approx(0.006, rel=1e-9)


def test_half_of_the_lots_break_a_limit_that_is_met_on_average():
    good = {"na2o": 0.30 * ONE, "product_fines": 5.0 * ONE, "loi": 0.5 * ONE}
    assert product.discounted(P, good)[0, 0] < 1e-6
    assert product.discounted(P, good | {"na2o": 0.45 * ONE})[0, 0] == pytest.approx(0.5, abs=1e-6)
    both = product.discounted(P, good | {"na2o": 0.45 * ONE, "loi": 1.0 * ONE})
    assert both[0, 0] == pytest.approx(0.75, abs=1e-6)
