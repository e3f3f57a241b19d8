"""Prices of the day for advice on lots."""

import pytest

from models.quality.decision import Costs
from models.quality.setpoints.prices import costs_of, priced, prices_of
from models.setpoints.errors import SetpointError
from seeds import Seed


def test_without_prices_of_the_day_costs_are_the_seeds(toy_quality_seed: Seed) -> None:
    result, own = costs_of(toy_quality_seed, priced(toy_quality_seed, None)), Costs.of(toy_quality_seed)
    assert result.value.tolist() == own.value.tolist()
    assert (result.assay, result.claim, result.intended) == (own.assay, own.claim, own.intended)
    assert {name: one.unit for name, one in prices_of(toy_quality_seed).items()} == {
        "assay_cost": "$",
        "claim_cost": "$/t",
        "value.prime": "$/t",
        "value.second": "$/t",
        "value.remelt": "$/t",
    }


def test_an_assay_is_paid_by_all_of_its_lot(toy_quality_seed: Seed) -> None:
    result = costs_of(toy_quality_seed, priced(toy_quality_seed, {"assay_cost": 500.0, "value.second": -10.0}))
    assert result.assay == 500.0 / 25
    assert result.value.tolist() == [0.0, -10.0, -150.0]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"claim": 1.0}, "prices.claim: got a name that the seed lacks: expected assay_cost, claim_cost, value.prime"),
        ({"claim_cost": -1.0}, "prices.claim_cost: got -1: expected a number, 0 or more"),
        ({"assay_cost": float("nan")}, "prices.assay_cost: got nan: expected a number"),
        ({"value.second": 5.0}, "prices.value.second: got 5: expected at most 0 $/t, as for value.prime"),
    ],
)
def test_prices_that_cannot_be_are_named(toy_quality_seed: Seed, given: dict[str, float], message: str) -> None:
    with pytest.raises(SetpointError) as error:
        priced(toy_quality_seed, given)
    assert str(error.value).startswith(message)
