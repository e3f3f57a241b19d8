"""Laws of the page of a response, for every operation of every process of the folder: drawn from the type alone."""

import html
import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest
from pydantic import TypeAdapter

from operations import pages
from operations.catalogue import Offers, offered, operations_of
from operations.operation import Form, Operation
from operations.predictions.operation import Predictions
from reporting.responses.types import SchemaPlace
from seeds import load, names

HARMFUL = "<script>alert('&')</script>"
UNITS = [f"{name} {HARMFUL}" for name in ("三号电解槽", "Zelle ß", "A-003")]
SHORT = ("aluminium_reduction", "lead_refining", "retired_batteries_chemistry", "retired_batteries", "zinc_ingot")
OPERATIONS = [
    pytest.param(name, one.name, marks=() if name in SHORT else pytest.mark.long("draws pages of every other process"))
    for name in names()
    for one in operations_of(load(name))
    if one.unrecorded is None and one.is_offered(load(name))
]
INTERVAL = ("lower end of the interval", "upper end of the interval")  # which has a column of its own
ELEMENTS = {
    *("html", "head", "meta", "title", "style", "body", "section", "div", "table", "thead", "tbody", "tr", "th", "td"),
    *("p", "ul", "li", "data", "small", "span", "h1", "h2", "h3", "h4", "h5", "h6"),
}


class Page(HTMLParser):
    """Texts, numbers and elements of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.numbers: list[float] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()
        self.text = " ".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag == "data":
            self.numbers.append(float(dict(attrs)["value"] or ""))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


class Maker:
    """Values of a JSON schema, all numbers and most texts different; lists have so many items."""

    def __init__(self, schema: dict[str, Any], items: int) -> None:
        self._defs, self._items = schema.get("$defs", {}), items
        self._numbers = (i + 0.5 + 0.1 + 0.2 for i in itertools.count(1))
        self._texts = itertools.count(1)

    def make(self, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            return self.make(self._defs[schema["$ref"].rpartition("/")[2]])
        for key in ("anyOf", "enum"):
            if key in schema:
                return self.make(schema[key][0]) if key == "anyOf" else schema[key][0]
        if "const" in schema:
            return schema["const"]
        kind = schema.get("type", "string")
        if kind == "object":
            entries = schema.get("additionalProperties") or {}
            known = schema.get("properties", {f"entry{i}": entries for i in range(3)} if entries else {})
            return {name: self.make(one) for name, one in known.items()}
        if kind == "array":
            return [self.make(schema["items"]) for _ in range(self._items)]
        if kind == "string":
            return f"{HARMFUL} 电 {next(self._texts)}"
        made: dict[str, Any] = {"boolean": True, "integer": int(next(self._numbers)), "number": next(self._numbers)}
        return made.get(kind)


@cache
def offers(name: str) -> Offers:
    return offered(load(name), 10)


def form_of(name: str, operation: str) -> tuple[Operation[Any], Form]:
    result = offers(name)
    return next(one for one in operations_of(result.seed) if one.name == operation), result.forms[operation]


def drawn(operation: Operation[Any], form: Form, answer: dict[str, Any], is_table: bool = False) -> str:
    fields = [(k, iter(v) if isinstance(v, list) and v and isinstance(v[0], dict) else v) for k, v in answer.items()]
    record = pages.Recorded("01a22d5a-0f40-7d51-aed5-3d600cb52e58", 1_700_000_000_000_000, 3, "sha256:d", fields)
    return pages.drawn(operation, form, replace(record, is_table=is_table))


def leaves(value: Any, place: SchemaPlace) -> Iterator[tuple[Any, SchemaPlace]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, place.field(name))
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one, place.item)
    else:
        yield value, place


@pytest.mark.parametrize("items", [1, 3])
@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_every_value_of_a_response_appears_with_unit_and_description(name: str, operation: str, items: int) -> None:
    one, form = form_of(name, operation)
    schema = TypeAdapter(form.answer).json_schema(mode="serialization")
    answer = Maker(schema, items).make(schema)
    text = drawn(one, form, answer)
    page = Page(text)
    flat = html.unescape(" ".join(page.texts))
    result = list(leaves(answer, SchemaPlace.of(schema)))
    numbers = {value for value, _ in result if isinstance(value, int | float) and not isinstance(value, bool)}
    assert numbers <= set(page.numbers)
    for value, place in result:
        if isinstance(value, str):
            assert value in flat
        if place.unit:
            assert place.unit in flat
        if place.about and isinstance(value, float) and place.about not in INTERVAL:
            assert place.about in flat


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_nothing_of_a_response_is_markup_and_nothing_is_fetched(name: str, operation: str) -> None:
    one, form = form_of(name, operation)
    schema = TypeAdapter(form.answer).json_schema(mode="serialization")
    text = drawn(one, form, Maker(schema, 2).make(schema))
    page = Page(text)
    assert page.elements <= ELEMENTS
    assert page.attributes <= {"lang", "charset", "name", "content", "scope", "class", "value"}
    assert "://" not in text
    assert "url(" not in text
    assert "0000000004<" not in text  # 0.1 + 0.2 as it is no number for a person


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_remarks_stand_before_the_first_number(name: str, operation: str) -> None:
    one, form = form_of(name, operation)
    schema = TypeAdapter(form.answer).json_schema(mode="serialization")
    answer = Maker(schema, 2).make(schema)
    text = drawn(one, form, answer)
    before = html.unescape(text[: text.index("<data")])

    def remarks(value: Any, name: str = "") -> Iterator[str]:
        if isinstance(value, dict):
            for key, part in value.items():
                yield from remarks(part, key if name not in pages.REMARKS else name)
        elif isinstance(value, list):
            for part in value:
                yield from remarks(part, name)
        elif name in pages.REMARKS and isinstance(value, str):
            yield value

    assert set(remarks(answer)) == {message for message in remarks(answer) if message in before}


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_a_page_is_bounded_however_long_the_response(name: str, operation: str) -> None:
    one, form = form_of(name, operation)
    schema = TypeAdapter(form.answer).json_schema(mode="serialization")
    answer = Maker(schema, 2).make(schema)
    lists = [key for key, value in answer.items() if isinstance(value, list) and isinstance(value[0], dict)]
    sizes = []
    for count in (100, 10_000):
        long = {key: [value[0]] * count if key in lists else value for key, value in answer.items()}
        text = drawn(one, form, long)
        sizes.append(len(text))
        assert text.count(f"{count - 50:,} more rows are left out.") == len(lists)
    assert abs(sizes[1] - sizes[0]) < 200 + 0.01 * sizes[0]


@pytest.mark.parametrize("name", ["lead_refining", "retired_batteries_chemistry", "retired_batteries", "zinc_ingot"])
def test_the_predictions_of_a_table_are_described_by_its_columns(name: str) -> None:
    one, form = form_of(name, "predictions")
    assert isinstance(one, Predictions)
    columns = one.described(form)  # type: ignore[arg-type]
    keys = {column.name: UNITS[0] for column in form.seed.identity}
    numbers = {column: i + 0.25 for i, (column, (unit, _)) in enumerate(columns.items()) if unit}
    texts = {column: f"text {i}" for i, (column, (unit, _)) in enumerate(columns.items()) if not unit}
    rows = [{**keys, **numbers, **texts, "flags": [HARMFUL]}]
    page = Page(drawn(one, form, {"process": name, "predictions": rows}, is_table=True))
    assert set(numbers.values()) <= set(page.numbers)
    for column, (unit, about) in columns.items():
        assert column in page.text
        assert about in page.text
        assert unit is None or f"[{unit}]" in page.text or unit in page.texts
    assert UNITS[0] in page.text


def test_a_response_of_an_older_type_is_drawn_as_it_stands() -> None:
    one, form = form_of("lead_refining", "predictions")
    rows = [{"pot": UNITS[1], "gone": {"value": 3.25, "unit": "kA"}, "flags": "one text", "odd": [[1, 2], {"a": 4.5}]}]
    page = Page(drawn(one, form, {"process": "lead_refining", "predictions": rows, "more": {"deep": {"x": [7.75]}}}))
    assert {3.25, 4.5, 7.75} <= set(page.numbers)
    assert UNITS[1] in page.text
    assert "one text" in page.text
    assert "kA" in page.texts


def test_an_empty_response_has_no_empty_table() -> None:
    one, form = form_of("lead_refining", "predictions")
    text = drawn(one, form, {"predictions": [], "basis": {}})
    assert "<tbody></tbody>" not in text
    assert json.dumps([]) not in text
