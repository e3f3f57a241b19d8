"""Faults that pydantic finds in a request, by place, value got, bound and expected value."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from pydantic import TypeAdapter, ValidationError

from operations.forms.faults import MOST_FAULTS, RequestDefect, shown
from operations.forms.include import INCLUDE
from operations.forms.renamed import PARTS, RENAMED
from seeds import Seed

MOST_FIELDS = 1000
MOST_DETAILS = 10_000  # pydantic makes a dict of each
LEAK = "known only after the period"
MEASURED = "measured in the period"

_EXPECTED = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "dict_type": "an object",
    "list_type": "a list",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "model_type": "an object",
    "missing": "this field, which is required",
}
_COUNTED = {
    "too_short": "entries",
    "too_long": "entries",
    "string_too_short": "characters",
    "string_too_long": "characters",
}
_BOUNDS = {"ge": "at least", "gt": "more than", "le": "at most", "min_length": "at least", "max_length": "at most"}


class Shape:
    """Type of a part of a request, and the faults of one that is not of it.

    Parameters
    ----------
    kind : type
        Record that the part must be; its JSON schema holds the units of its fields as `x-unit`.
    seed : Seed, optional
        The process that is asked; None where the part is the same for all of them.
    """

    def __init__(self, kind: Any, seed: Seed | None = None) -> None:
        self._kind = kind
        self._leaks = {column.name for column in seed.by_role("late", "target")} if seed else set()
        self._measured = {column.name for column in seed.by_role("during")} if seed else set()

    # Made when first needed: those of all processes together take as long as the rest of a service's start.
    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._kind)

    @cached_property
    def _validate(self) -> Callable[[Any], Any]:
        return self._adapter.validator.validate_python

    @cached_property
    def _schema(self) -> dict[str, Any]:
        return self._adapter.json_schema()

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Fields that must be there."""
        return tuple(self._schema.get("required", ()))

    @property
    def names(self) -> list[str]:
        """Names of the part's fields."""
        return list(self._at(())["properties"])

    def read(self, given: Any, row: int | None = None) -> tuple[Any, list[RequestDefect]]:
        """A part as it must be, or None and the faults in it.

        Parameters
        ----------
        given : object
            The part, as parsed from JSON.
        row : int, optional
            Which row the part is; None where it is the request around the rows.

        Returns
        -------
        tuple
            The part and no faults, or None and at most 101 of the faults.
        """
        if isinstance(given, dict) and len(given) > MOST_FIELDS:
            # Still more than any seed has: what is left holds unknown fields, and is refused for them.
            given = dict(islice(given.items(), MOST_FIELDS))
        try:
            return self._validate(given), []
        except ValidationError as error:
            if error.error_count() > MOST_DETAILS:
                return None, [
                    RequestDefect(row=row, expected=f"an object with at most {MOST_DETAILS} faults, all listed")
                ]
            details = error.errors(include_url=False)[: MOST_FAULTS + 1]
            return None, [self._fault(detail, row) for detail in details]

    def unknown(self, names: Iterable[str]) -> list[RequestDefect]:
        """Faults of those names that no field of a row has."""
        fields = [name for name in names if name not in self._schema["properties"]]
        return [RequestDefect(field=str(shown(name)), expected=self._instead((name,), 0)) for name in fields]

    def _fault(self, detail: Any, row: int | None) -> RequestDefect:
        """Fault from one of pydantic's error details."""
        place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
        field = ".".join(str(shown(step)) for step in place) or None
        value = None if kind == "missing" else context.get("actual_length", shown(detail["input"]))
        limit = next((key for key in _BOUNDS if key in context), None)
        bound = None if limit is None else float(context[limit])
        if kind == "extra_forbidden":
            expected = self._instead(place, row)
        elif kind == "literal_error":
            expected = str(context["expected"])
        elif kind == "value_error":
            expected = str(context["error"])
        elif limit is not None:
            counted = _COUNTED.get(kind) or self._at(place).get("x-unit", "")
            expected = f"{_BOUNDS[limit]} {context[limit]:.12g} {counted}".rstrip()
        else:
            expected = _EXPECTED.get(kind, detail["msg"])
        return RequestDefect(row=row, field=field, value=value, bound=bound, expected=expected)

    def _at(self, place: tuple[Any, ...]) -> dict[str, Any]:
        """Schema of a place; empty where there is no such place."""
        schema: dict[str, Any] = self._schema
        for step in place:
            schema = (
                schema.get("properties", {}).get(step) or schema.get("additionalProperties") or schema.get("items", {})
            )
            schema = next((one for one in schema.get("anyOf", ()) if one != {"type": "null"}), schema) | schema
            if "$ref" in schema:
                schema = self._schema["$defs"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _instead(self, place: tuple[Any, ...], row: int | None) -> str:
        """Words for a field that is not accepted at its place."""
        name = str(shown(place[-1]))
        if row is not None and name in self._leaks:
            return f"no such field: {name} is {LEAK}, a prediction must not see it"
        if row is not None and name in self._measured:
            return f"no such field: {name} is {MEASURED}, a plan for it does not hold it"
        taken = list(self._at(place[:-1])["properties"])
        if (present := RENAMED.get(name)) in taken:
            return f"renamed to {present}"
        if (word := PARTS.get(name)) is not None and INCLUDE in taken:
            return f'no such field: `{INCLUDE}` names parts of the response, here ["{word}"]'
        return no_such("field", name, taken)


def no_such(kind: str, name: str, taken: Sequence[str]) -> str:
    """Words for a name that is none of those accepted."""
    near = difflib.get_close_matches(name, taken, n=1)
    return f"no such {kind}; the nearest is {near[0]}" if near else f"no such {kind}; there are: {', '.join(taken)}"
