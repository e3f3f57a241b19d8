"""The tiered power price in predictions: there where the served seed states its year, and as the rule has it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import TypeAdapter

from operations.predictions.energy.accounting import Accounting
from operations.predictions.numbers.operation import NumberPredictions
from seeds import Seed, load
from seeds.format.loader import parse
from tests.operations.predictions.energy.test_forms import fitted
from tests.suite.forms import payloads

OPERATION = NumberPredictions()

HEAD = {"process": "aluminium_reduction", "coverage": 0.9, "interval": {"kind": "fixed", "outcomes": 0}}
MODEL = {"model": {"version": 1, "alias": "champion", "digest": "", "baseline": False}}


def of_year(year: int) -> Seed:
    """The seed of a plant that states the year of its tiered power price."""
    text = load("aluminium_reduction").text
    assert text.count("tier_year = { value = 0,") == 1
    return parse(
        text.replace("tier_year = { value = 0,", f"tier_year = {{ value = {year},"), Path("aluminium_reduction.toml")
    )


@pytest.fixture(scope="module")
def answer() -> Callable[[Seed], Any]:
    """Answers of a model that was trained without a tiered price, to the example of a seed."""
    model = fitted(load("aluminium_reduction"))

    def answered(seed: Seed) -> Any:
        taken = payloads(seed, 3)
        rows, request = taken.read(json.dumps(taken.example | {"include": ["energy"], "digits": "all"}).encode())
        predicted = OPERATION.predicted(taken, model, rows, {**request, "id": "of-all", "first": 0})
        result = json.loads(msgspec.json.encode(predicted))
        TypeAdapter(taken.answer).validate_python(HEAD | MODEL | result)
        (energy,) = [one for one in taken.options if isinstance(one, Accounting)]
        return result | energy.basis(model.seed)

    return answered


def test_by_default_there_is_no_tiered_price(answer: Callable[[Seed], Any]) -> None:
    assert "power_tiers" not in answer(load("aluminium_reduction"))["predictions"][0]["energy"]


@pytest.mark.parametrize(
    ("year", "counted", "threshold"), [(2025, "comprehensive", 13300.0), (2022, "comprehensive", 13650.0)]
)
def test_a_served_year_has_its_rule_whatever_the_model_learnt(
    answer: Callable[[Seed], Any], year: int, counted: str, threshold: float
) -> None:
    result = answer(of_year(year))
    energy = result["predictions"][0]["energy"]
    tiers = energy["power_tiers"]
    factors = result["factors"]
    assert factors["tier_year"]["value"] == year
    yuan = factors["yuan_price"]["value"]
    for end in ("value", "low", "high"):
        consumption = energy["boundaries"][counted][end] + 130.0
        assert tiers["consumption"][end] == pytest.approx(consumption, rel=1e-12)
        steps = max(0, -int(-(consumption - threshold) // 20))
        assert tiers["surcharge"][end] == pytest.approx(0.01 * steps * yuan, abs=1e-12)
        assert tiers["cost"][end] == pytest.approx(consumption * 0.01 * steps * yuan, abs=1e-9)
    assert {name: one["unit"] for name, one in tiers.items()} == {
        "consumption": "kWh/t",
        "surcharge": "$/kWh",
        "cost": "$/t",
    }


def test_a_year_without_a_rule_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match=r"^seed aluminium_reduction: economics.tier_year: got 2010: expected 0, or"):
        payloads(of_year(2010), 3)
