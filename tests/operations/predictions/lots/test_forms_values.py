"""Ranges, units and names that a process that grades its lots states, by value."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from operations.predictions.lots.columns import described
from operations.predictions.lots.forms import has_least, limit_units
from seeds import Seed
from seeds.format.loader import parse
from tests.suite.forms import payloads

ROW = {"line": "T-01", "cast_at": "2026-11-01"}


def number(schema: dict[str, Any]) -> dict[str, Any]:
    """The number of a field that may be null."""
    return next(one for one in schema.get("anyOf", [schema]) if one.get("type") == "number")


@pytest.fixture
def kinds(toy_quality_seed: Seed) -> dict[str, Any]:
    result: dict[str, Any] = TypeAdapter(payloads(toy_quality_seed, 5).answer).json_schema()["$defs"]
    return result


def test_probabilities_and_promises_lie_between_0_and_1(kinds: dict[str, Any]) -> None:
    for name in ("ToyLotsDefects", "ToyLotsGradeProbability"):
        for share in kinds[name]["properties"].values():
            assert (number(share)["minimum"], number(share)["maximum"], share["x-unit"]) == (0, 1, "1")
    guarantee = kinds["ToyLotsGuarantee"]["properties"]
    for name in ("alpha", "confidence", "threshold"):
        assert (number(guarantee[name])["minimum"], number(guarantee[name])["maximum"]) == (0, 1)
    assert list(kinds["ToyLotsDefects"]["properties"]) == ["crack"]
    assert list(kinds["ToyLotsGradeProbability"]["properties"]) == ["prime", "second", "remelt"]


def test_limits_are_those_of_grades_that_have_some(kinds: dict[str, Any], toy_quality_seed: Seed) -> None:
    """p and q and their sum of the first, p again of the second; the last has none."""
    nearest = kinds["ToyLotsNearestLimit"]["properties"]
    assert nearest["limit"]["enum"] == ["p", "q", "p_and_q"]
    assert nearest["grade"]["enum"] == ["prime", "second"]
    assert nearest["unit"]["const"] == "ppm"
    assert limit_units(toy_quality_seed.grades[0]) == {"p": "ppm", "q": "ppm", "p_and_q": "ppm"}
    assert limit_units(toy_quality_seed.grades[2]) == {}


def test_a_remedy_moves_a_setpoint_in_its_unit(kinds: dict[str, Any]) -> None:
    remedy = kinds["ToyLotsRemedy"]["properties"]
    assert (remedy["setpoint"]["const"], remedy["unit"]["const"], remedy["sigma"]["x-unit"]) == ("setpoint", "°C", "1")


def test_a_decision_is_one_of_three(kinds: dict[str, Any]) -> None:
    decision = kinds["ToyLotsDecision"]["properties"]
    assert decision["action"]["enum"] == ["release", "downgrade", "laboratory"]
    assert decision["grade"]["anyOf"][0]["enum"] == ["prime", "second", "remelt"]
    assert kinds["ToyLotsWorth"]["properties"]["unit"]["const"] == "$/t"


@pytest.mark.parametrize(
    ("costs", "taken"),
    [
        ({"assay_cost": 0}, True),
        ({"assay_cost": 1e6}, True),
        ({"assay_cost": -0.01}, False),
        ({"assay_cost": 1.01e6}, False),
        ({"claim_cost": 0}, True),
        ({"claim_cost": -0.01}, False),
        ({"value": {"prime": 1e6}}, True),
        ({"value": {"remelt": -1e6}}, True),
        ({"value": {"prime": 1.01e6}}, False),
        ({"value": {"remelt": -1.01e6}}, False),
        ({"value": {"prime": -40}}, True),
        ({"value": {"prime": -40.01}}, False),
        ({"value": {"second": -150.01}}, False),
        ({"value": {"second": -150}}, True),
        ({"value": None, "assay_cost": None, "claim_cost": None}, True),
        ({}, True),
    ],
)
def test_costs_lie_in_their_ranges_and_values_do_not_rise(
    costs: dict[str, Any], taken: bool, toy_quality_seed: Seed
) -> None:
    request: TypeAdapter[Any] = TypeAdapter(payloads(toy_quality_seed, 5).request)
    given = {"rows": [ROW], "costs": costs}
    if taken:
        request.validate_python(given)
    else:
        with pytest.raises(ValidationError, match="1 validation error"):
            request.validate_python(given)


def test_the_example_names_the_seeds_costs(toy_quality_seed: Seed) -> None:
    assert payloads(toy_quality_seed, 5).example["costs"] == {
        **{"assay_cost": 150, "claim_cost": 300, "value": {"prime": 0}},
    }


def test_a_least_content_is_told_beside_the_highest(toy_quality_seed: Seed) -> None:
    text = toy_quality_seed.text.replace("value = 6\n", "least = 2\nvalue = 6\n", 1)
    with_least = payloads(parse(text, Path("toy_lots.toml")), 100)
    assert not has_least(toy_quality_seed)
    assert has_least(with_least.seed)
    for one, fields in ((payloads(toy_quality_seed, 100), {"highest"}), (with_least, {"highest", "least"})):
        schema = TypeAdapter(one.answer).json_schema()
        nearest = next(part for name, part in schema["$defs"].items() if name.endswith("NearestLimit"))
        assert {"highest", "least"} & set(nearest["properties"]) == fields
        assert fields <= set(nearest["required"])
        assert ("nearest_limit_least" in described(one)) == ("least" in fields)
