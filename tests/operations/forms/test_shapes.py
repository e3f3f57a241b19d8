"""What is wrong with a part of a request, by every kind of fault."""

import math
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, Field

from operations.forms.faults import RequestDefect
from operations.forms.fields import record
from operations.forms.shapes import Shape
from seeds import Seed


def even(value: int) -> int:
    if value % 2:
        raise ValueError("an even number")
    return value


INNER = record("Inner", "", {"depth": Annotated[float, Field(ge=-2.5, json_schema_extra={"x-unit": "m"})]})
KIND = record(
    "Kind",
    "",
    {
        "number": Annotated[float, Field(default=0.0, ge=1, le=2e6, json_schema_extra={"x-unit": "kA"})],
        "bare": Annotated[float, Field(default=0.0, le=7)],
        "text": Annotated[str, Field(default="ab", min_length=2, max_length=3)],
        "list": Annotated[list[float], Field(default=[1.0], min_length=1, max_length=2)],
        "yes": Annotated[bool, Field(default=True)],
        "one": Annotated[Literal["a", "b"], Field(default="a")],
        "even": Annotated[int, AfterValidator(even), Field(default=2)],
        "inner": Annotated[INNER | None, Field(default=None)],
        "named": Annotated[dict[str, INNER], Field(default={})],
    },
)


@pytest.fixture
def shape(toy_seed: Seed) -> Shape:
    return Shape(KIND, toy_seed)


FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "too low": ({"number": 0.5}, {"field": "number", "value": 0.5, "bound": 1, "expected": "at least 1 kA"}),
    "too high": ({"number": 3e6}, {"field": "number", "value": 3e6, "bound": 2e6, "expected": "at most 2000000 kA"}),
    "without unit": ({"bare": 8.0}, {"field": "bare", "value": 8.0, "bound": 7, "expected": "at most 7"}),
    "short text": ({"text": "a"}, {"field": "text", "value": "a", "bound": 2, "expected": "at least 2 characters"}),
    "long text": ({"text": "abcd"}, {"field": "text", "value": "abcd", "bound": 3, "expected": "at most 3 characters"}),
    "short list": ({"list": []}, {"field": "list", "value": 0, "bound": 1, "expected": "at least 1 entries"}),
    "long list": ({"list": [1.0] * 3}, {"field": "list", "value": 3, "bound": 2, "expected": "at most 2 entries"}),
    "no list": ({"list": 5}, {"field": "list", "value": 5, "expected": "a list"}),
    "place in a list": ({"list": [1.0, "x"]}, {"field": "list.1", "value": "x", "expected": "a number"}),
    "no truth value": ({"yes": 1}, {"field": "yes", "value": 1, "expected": "true or false"}),
    "infinite": ({"number": math.inf}, {"field": "number", "value": "inf", "expected": "a finite number"}),
    "one of": ({"one": "c"}, {"field": "one", "value": "c", "expected": "'a' or 'b'"}),
    "own words": ({"even": 3}, {"field": "even", "value": 3, "expected": "an even number"}),
    "inside": ({"inner": {"depth": -3}}, {"field": "inner.depth", "value": -3, "bound": -2.5}),
    "inside, words": ({"inner": {"depth": -3}}, {"field": "inner.depth", "expected": "at least -2.5 m"}),
    "by any name": ({"named": {"q": {"depth": -3}}}, {"field": "named.q.depth", "expected": "at least -2.5 m"}),
    "missing": ({"inner": {}}, {"field": "inner.depth", "value": None, "expected": "this field, which is required"}),
    "no object": ({"inner": 4}, {"field": "inner", "value": 4, "expected": "an object"}),
    "near": ({"numbre": 1}, {"field": "numbre", "value": 1, "expected": "no such field; the nearest is number"}),
    "near inside": (
        {"inner": {"depth": 0, "deep": 1}},
        {"field": "inner.deep", "value": 1, "expected": "no such field; the nearest is depth"},
    ),
    "far inside": (
        {"named": {"q": {"depth": 0, "zzz": 1}}},
        {"field": "named.q.zzz", "value": 1, "expected": "no such field; there are: depth"},
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_tells_place_value_bound_and_what_was_expected(name: str, shape: Shape) -> None:
    given, expected = FAULTS[name]
    part, (fault,) = shape.read(given, 4)
    assert part is None
    whole = {"row": 4, "bound": None} | expected
    if name == "inside, words":
        del whole["bound"]
    elif name in ("inside", "by any name"):
        whole = {"row": 4, "bound": -2.5} | expected
    assert fault.model_dump() == fault.model_dump() | whole


def test_what_is_right_comes_back_with_its_defaults(shape: Shape) -> None:
    part, faults = shape.read({"number": 5, "inner": {"depth": -2.5}})
    assert faults == []
    assert (part["number"], part["inner"]) == (5.0, {"depth": -2.5})


def test_a_part_that_is_no_object_has_no_field(shape: Shape) -> None:
    assert shape.read([1]) == (None, [RequestDefect(row=None, field=None, value="[1]", expected="an object")])


def test_a_leak_is_called_so_in_rows_alone(shape: Shape) -> None:
    (in_row,) = shape.read({"tapped": 1}, 0)[1]
    assert in_row.expected == "no such field: tapped is known only after the period, a prediction must not see it"
    (around,) = shape.read({"tapped": 1})[1]
    assert around.expected.startswith("no such field; ")
    assert "known only" not in around.expected


def test_of_many_faults_101_are_told_so_that_more_than_100_can_be(shape: Shape) -> None:
    for number, predictions in ((1, 1), (100, 100), (101, 101), (102, 101), (500, 101)):
        assert len(shape.read({f"q{i}": 1 for i in range(number)})[1]) == predictions


def test_an_object_of_a_thousand_fields_is_read_whole_and_a_longer_one_in_part(
    shape: Shape, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("operations.forms.shapes.MOST_FIELDS", 3)
    bad = {"text": "a"}
    assert [fault.field for fault in shape.read({"number": 1, "bare": 1} | bad)[1]] == ["text"]
    # The fourth field is not looked at; a list is no object and is never cut.
    assert shape.read({"number": 1, "bare": 1, "yes": True} | bad)[1] == []
    assert shape.read([1, 2, 3, 4])[1][0].value == "[1, 2, 3, 4]"


def test_faults_beyond_counting_are_one(shape: Shape, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("operations.forms.shapes.MOST_DETAILS", 5)
    assert len(shape.read({f"q{i}": 1 for i in range(5)}, 3)[1]) == 5
    (fault,) = shape.read({f"q{i}": 1 for i in range(6)}, 3)[1]
    assert fault == RequestDefect(row=3, expected="an object with at most 5 faults, all listed")


def test_limits_that_keep_a_request_short() -> None:
    from operations.forms import shapes as faults

    assert (faults.MOST_FIELDS, faults.MOST_DETAILS) == (1000, 10000)
