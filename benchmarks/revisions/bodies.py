"""Request bodies: from an operation's OpenAPI schema and example, and from rows of a plant's table."""

from __future__ import annotations

import copy
import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

ROWS, PERIODS = 20, 14
JSON = "application/json"
NEARLY = 0.98  # of the number that an example has
TRIED = {"minutes": 30}  # options of which only few values are taken
Body = dict[str, Any]


class Operation:
    """An operation of OpenAPI that takes a body of JSON.

    Attributes
    ----------
    path, name : str
        Its address, and the last part of it.
    example : dict or None
        Its own example.
    fields : dict
        Schemas of the body's fields.
    """

    def __init__(self, openapi: Mapping[str, Any], path: str) -> None:
        self.path, self.name, self._openapi = path, path.rpartition("/")[2], openapi
        content = openapi["paths"][path]["post"]["requestBody"]["content"][JSON]
        self.example: Body | None = content.get("example")
        self.fields: Body = self._resolved(content.get("schema", {})).get("properties", {})

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._openapi["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def columns(self, field: str) -> dict[str, Mapping[str, Any]]:
        """Schemas of what a row of a list may hold, by name; none where there is no such list."""
        items = self._resolved(self.fields.get(field, {})).get("items", {})
        properties: Mapping[str, Any] = self._resolved(items).get("properties", {})
        return {name: self._resolved(one) for name, one in properties.items()}

    def options(self) -> Iterator[tuple[str, Any]]:
        """Fields other than the rows, each with unusual values."""
        for name, one in self.fields.items():
            kinds = [self._resolved(kind) for kind in (one, *one.get("anyOf", ()))]
            given = (self.example or {}).get(name)
            if name in ("rows", "history", "lots", "tariff", "outcomes"):
                continue
            if name in TRIED or (isinstance(given, int | float) and not isinstance(given, bool)):
                yield name, TRIED.get(name, given and given * NEARLY)
                continue
            for kind in kinds:
                if kind.get("type") == "boolean":
                    yield name, not kind.get("default", one.get("default", False))
                elif words := kind.get("items", {}).get("enum"):
                    yield name, words
                elif kind.get("type") in ("number", "integer"):
                    yield name, _between(kind)
                elif kind.get("properties"):
                    first = next(iter(kind["properties"]))
                    inner = self._resolved(kind["properties"][first])
                    yield name, given or {first: _between(inner)}

    def rows(self, table: pd.DataFrame, field: str = "rows") -> list[Body]:
        """Rows of a table as this operation takes them: fields that it has, values that it allows."""
        known = self.columns(field)
        names = [name for name in known if name in table.columns]
        return [
            {name: allowed(value, known[name]) for name, value in zip(names, row, strict=True)}
            for row in table[names].itertuples(index=False)
        ]


def _between(kind: Mapping[str, Any]) -> float:
    low = kind.get("minimum", kind.get("exclusiveMinimum", 0))
    high = kind.get("maximum", kind.get("exclusiveMaximum", 2 * low + 2))
    value = low + 0.3 * (high - low)
    return math.ceil(value) if kind.get("type") == "integer" else round(value, 3)


def allowed(value: Any, schema: Mapping[str, Any]) -> Any:
    """A cell of a table as a value of JSON; null where it is missing or beyond the bounds of the service."""
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, datetime):
        return value.isoformat()
    if hasattr(value, "item"):
        value = value.item()
    kinds = [schema, *schema.get("anyOf", ())]
    lows = [kind["minimum"] for kind in kinds if "minimum" in kind]
    highs = [kind["maximum"] for kind in kinds if "maximum" in kind]
    if isinstance(value, int | float) and (any(value < low for low in lows) or any(value > high for high in highs)):
        return None
    return value if isinstance(value, str | int | float | bool) else str(value)


def sample(table: pd.DataFrame) -> pd.DataFrame:
    """Rows from all over a table."""
    return table.iloc[:: max(1, len(table) // ROWS)].head(ROWS)


def planned(operation: Operation, table: pd.DataFrame, key: str, time: str) -> Body:
    """The newest period as plans, and what led to it as history, in the place of the example's."""
    starts = sorted(table[time].unique())
    plans = table[table[time] == starts[-1]]
    before = table[table[time].isin(starts[-1 - PERIODS : -1]) & table[key].isin(plans[key])]
    return {"rows": operation.rows(plans), "history": operation.rows(before, "history")}


def moved(value: Any, days: pd.Timedelta) -> Any:
    """A body with all its moments moved by a time."""
    if isinstance(value, dict):
        return {name: moved(one, days) for name, one in value.items()}
    if isinstance(value, list):
        return [moved(one, days) for one in value]
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        return (datetime.fromisoformat(value) + days.to_pytimedelta()).isoformat()
    return value


def scheduled(operation: Operation, table: pd.DataFrame, time: str) -> Body:
    """Example order from a table's latest rows on, with its tariff after them as in the example."""
    assert operation.example is not None
    newest = pd.Timestamp(table[time].max())
    example = pd.Timestamp(max(row[time] for row in operation.example["rows"]))
    rows = operation.rows(table[table[time].isin(sorted(table[time].unique())[-6:])])
    return {**moved(operation.example, newest - example), "rows": rows}


def bad(good: Body) -> Iterator[tuple[str, bytes]]:
    """Bodies that are wrong, each in one way."""
    texts = {"no JSON": b'{"rows": [', "no object": b"[]", "empty": b"", "nothing in it": b"{}"}
    yield from texts.items()
    field = next(iter(good))
    rows = good[field]
    number = next((name for name, value in rows[0].items() if isinstance(value, float)), next(iter(rows[0])))
    text = next((name for name, value in rows[0].items() if isinstance(value, str)), number)
    for name, value in (("text", "x"), ("too high", 1e30), ("too low", -1e30), ("list", [1])):
        yield f"{name} in {number}", _with(good, field, number, value)
    yield f"number in {text}", _with(good, field, text, 7.5)
    yield "unknown column", _with(good, field, "no_such_column", 1.0)
    yield "unknown field", json.dumps({**good, "no_such_field": 1}).encode()
    yield "no rows", json.dumps({**good, field: []}).encode()
    yield "a row twice", json.dumps({**good, field: [rows[0], rows[0]]}).encode()
    yield "a row that is none", json.dumps({**good, field: [rows[0], 3]}).encode()
    yield "coverage", json.dumps({**good, "coverage": 1.5}).encode()
    yield "NaN", _with(good, field, number, math.nan)


def _with(good: Body, field: str, column: str, value: Any) -> bytes:
    made = copy.deepcopy(good)
    made[field][0][column] = value
    return json.dumps(made).encode()
