"""Ranges that OpenAPI states of probabilities and of what a model promises."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from seeds import load
from seeds.format.loader import parse
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.forms import payloads


def schemas():
    return create_app(ServiceSettings(), FolderStore()).openapi_of("aluminium_scrap")["components"]["schemas"]


def number(schema):
    """The number of a field that may be null."""
    return next(one for one in schema.get("anyOf", [schema]) if one.get("type") == "number")


def test_shares_lie_between_0_and_1() -> None:
    result = schemas()
    guarantee = result["Guarantee"]["properties"]
    shares = {"confidence", "calibration_confidence"}
    assert set(guarantee) == shares | {
        "calibration_lots",
        "risk_price",
        "defined_on",
        "pieces",
        "incomplete_pieces",
        "withheld",
    }
    probabilities = result["ClassProbabilities"]["properties"]
    assert list(probabilities) == list(load("aluminium_scrap").classes)
    for field in (*(guarantee[name] for name in shares), *probabilities.values()):
        assert (number(field)["minimum"], number(field)["maximum"]) == (0, 1)


NUMBERS = {"mass": 35, "s1": 1, "s2": 1, "s3": 1}


def test_the_example_prices_the_class_that_is_worth_most_in_the_first_bin(toy_sorting_seed) -> None:
    dear_rest = toy_sorting_seed.text.replace("b = 0.3, c = 0.3, other = 0.1", "b = 0.9, c = 0.3, other = 0.1")
    assert dear_rest != toy_sorting_seed.text
    example = payloads(parse(dear_rest, Path("toy_scrap.toml")), 5).example
    assert example["prices"] == {"bin_a": {"a": 2.0}}
    (row,) = example["rows"]
    assert row == {"lot": "L-00001", "passed_at": "2026-11-01T06:00:00.020"} | NUMBERS
    assert list(example["lots"]) == ["L-00001"]


@pytest.mark.parametrize(("price", "taken"), [(1e6, True), (-1e6, True), (1.1e6, False), (-1.1e6, False)])
def test_prices_lie_far_beyond_any_metals(price: float, taken: bool, toy_sorting_seed) -> None:
    request = TypeAdapter(payloads(toy_sorting_seed, 5).request)
    rows = [{"lot": "L", "passed_at": "2026-11-01"}]
    given = {"rows": rows, "prices": {"rest": {"a": price}}}
    if taken:
        result = request.validate_python(given)
        assert result["prices"]["rest"] == {"a": price, "b": None, "c": None, "other": None}
        assert result["prices"]["bin_a"] is None
        assert result["lots"] == {}
    else:
        with pytest.raises(ValidationError, match=r"prices\.rest\.a"):
            request.validate_python(given)


def test_a_request_brings_a_thousand_lots_at_most(toy_sorting_seed) -> None:
    request = TypeAdapter(payloads(toy_sorting_seed, 5).request)
    assert request.json_schema()["properties"]["lots"]["maxProperties"] == 1000


def test_an_answer_is_described_with_its_ranges_and_units(toy_sorting_seed) -> None:
    kinds = TypeAdapter(payloads(toy_sorting_seed, 5).answer).json_schema()["$defs"]
    guarantee = kinds["ToyScrapGuarantee"]["properties"]
    assert (number(guarantee["confidence"])["minimum"], number(guarantee["confidence"])["maximum"]) == (0, 1)
    price = kinds["ToyScrapRiskPrice"]["properties"]
    assert (price["value"]["minimum"], price["unit"]["const"]) == (0, "$/kg")
    prediction = kinds["ToyScrapPrediction"]
    assert prediction["properties"]["bin"]["enum"] == ["bin_a", "bin_bc", "rest"]
    assert prediction["properties"]["class"]["enum"] == ["a", "b", "c", "other"]
    for share in kinds["ToyScrapClassProbabilities"]["properties"].values():
        assert (share["minimum"], share["maximum"], share["x-unit"]) == (0, 1, "1")
    assert kinds["ToyScrapValue"]["properties"]["unit"]["const"] == "$/kg"
    # The elements of a prediction are those that the sensors carry.
    assert "required" not in kinds["ToyScrapElements"]
