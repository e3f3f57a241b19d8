"""The type of a response as its JSON schema states it: description, unit and range of each place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

UNIT = "x-unit"  # key of a unit in a schema
_REF = "#/$defs/"
_ENDS = (
    ("minimum", "at least"),
    ("exclusiveMinimum", "more than"),
    ("maximum", "at most"),
    ("exclusiveMaximum", "less than"),
)
_BETWEEN = {"minimum", "maximum"}


class SchemaPlace:
    """Place in a response with the statements of its type; empty for places unknown to the type.

    Parameters
    ----------
    schema : Mapping
        JSON schema of the place.
    defs : Mapping
        Schemas that it may refer to, by name.
    """

    def __init__(self, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> None:
        self._schema, self._defs = _resolved(schema, defs), defs
        self._fields: dict[str, SchemaPlace] = {}  # each is resolved once: a long response visits it in every row

    @classmethod
    def of(cls, schema: Mapping[str, Any]) -> SchemaPlace:
        """A whole response."""
        return cls(schema, schema.get("$defs", {}))

    @property
    def unit(self) -> str:
        """Its unit; empty where the type states none."""
        return str(self._schema.get(UNIT, ""))

    @property
    def about(self) -> str:
        """Its description, without its unit at the end."""
        return str(self._schema.get("description", "")).removesuffix(f"[{self.unit}]").strip()

    @property
    def range(self) -> str:
        """Bounds of a number as text; empty if the type states none."""
        bounds = {name: f"{self._schema[name]:.12g}" for name, _ in _ENDS if name in self._schema}
        if bounds.keys() == _BETWEEN:
            return f"{bounds['minimum']} to {bounds['maximum']}"
        return ", ".join(f"{words} {bounds[name]}" for name, words in _ENDS if name in bounds)

    @property
    def is_map(self) -> bool:
        """Return whether it is an object with fields that the type does not name."""
        return not self._schema.get("properties")

    def field(self, name: str) -> SchemaPlace:
        """A field of an object."""
        known = self._schema.get("properties", {})
        if name not in known:
            return self._other
        if name not in self._fields:
            self._fields[name] = SchemaPlace(known[name], self._defs)
        return self._fields[name]

    @cached_property
    def _other(self) -> SchemaPlace:
        """A field that the type does not name."""
        kind = self._schema.get("additionalProperties")
        return SchemaPlace(kind if isinstance(kind, dict) else {}, self._defs)

    def at(self, path: Sequence[str]) -> SchemaPlace:
        """A field of a field."""
        place = self
        for name in path:
            place = place.field(name)
        return place

    @property
    def entry(self) -> SchemaPlace:
        """Any field of a map."""
        return self.field("")

    @cached_property
    def item(self) -> SchemaPlace:
        """An item of a list."""
        return SchemaPlace(self._schema.get("items", {}), self._defs)


def _resolved(schema: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema without references and null; keys next to a reference take precedence."""
    while True:
        siblings = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}
        if "$ref" in schema:
            schema = {**defs.get(schema["$ref"].removeprefix(_REF), {}), **siblings}
        elif "anyOf" in schema:
            kinds = [one for one in schema["anyOf"] if one != {"type": "null"}]
            schema = {**(kinds[0] if kinds else {}), **siblings}
        else:
            return schema
