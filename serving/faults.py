"""What pydantic finds wrong with a request, told by place, value got, bound and what was expected."""

from __future__ import annotations

import difflib
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError

from seeds import Seed
from serving.problems import MOST_FAULTS, Fault, shown

MOST_FIELDS = 1000
LEAK = "known only after the period"

_EXPECTED = {
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "model_type": "an object",
    "list_type": "a list of rows",
    "missing": "this field, which is required",
}
_COUNTED = {"too_short": "rows", "too_long": "rows", "string_too_short": "characters", "string_too_long": "characters"}
_BOUNDS = {"ge": "at least", "le": "at most", "min_length": "at least", "max_length": "at most"}


def checked(model: type[BaseModel], told: Any, seed: Seed, row: int | None = None) -> tuple[Any, list[Fault]]:
    """A part of a request as its model has it, or None and the faults in it.

    Parameters
    ----------
    model : type of BaseModel
        What the part must be.
    told : object
        The part, as parsed from JSON.
    seed : Seed
        The process that is asked.
    row : int, optional
        Which row the part is; None where it is the request around the rows.

    Returns
    -------
    tuple
        Instance of the model and no faults, or None and at most 101 of the faults.
    """
    if isinstance(told, dict) and len(told) > MOST_FIELDS:
        # Still more than any seed has: what is left holds unknown fields, and is refused for them.
        told = dict(islice(told.items(), MOST_FIELDS))
    try:
        return model.model_validate(told), []
    except ValidationError as error:
        details = error.errors(include_url=False)[: MOST_FAULTS + 1]
        return None, [_fault(detail, seed, row) for detail in details]


def _fault(detail: Any, seed: Seed, row: int | None) -> Fault:
    """Fault from one of pydantic's error details."""
    place, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    field = str(shown(place[-1])) if place else None
    value = None if kind == "missing" else context.get("actual_length", shown(detail["input"]))
    limit = next((key for key in _BOUNDS if key in context), None)
    bound = None if limit is None else float(context[limit])
    if kind == "extra_forbidden":
        expected = _instead(str(field), seed, row is not None)
    elif kind == "value_error":
        expected = str(context["error"])
    elif limit is not None:
        expected = f"{_BOUNDS[limit]} {context[limit]:.12g} {_COUNTED.get(kind) or _unit(field, seed)}".rstrip()
    else:
        expected = _EXPECTED.get(kind, detail["msg"])
    return Fault(row=row, field=field, value=value, bound=bound, expected=expected)


def _unit(field: str | None, seed: Seed) -> str:
    return next((str(column.unit) for column in seed.inputs if column.name == field), "")


def _instead(name: str, seed: Seed, in_row: bool) -> str:
    """What to say of a field that a request does not have."""
    leaks = {column.name for column in seed.by_role("late", "target")}
    if in_row and name in leaks:
        return f"no such field: {name} is {LEAK}, a prediction must not see it"
    taken = [column.name for column in seed.columns if column.name not in leaks] if in_row else ["rows", "coverage"]
    near = difflib.get_close_matches(name, taken, n=1)
    return f"no such field; the nearest is {near[0]}" if near else f"no such field; there are: {', '.join(taken)}"
