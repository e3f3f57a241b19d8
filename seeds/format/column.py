"""A column of a process's table, as a frozen value that checks itself when it is built."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from seeds.format.quantity import Name, Number, Part, Quantity, Text, Unit

Role = Literal["key", "time", "before", "knob", "during", "late", "target"]


class Typical(Part):
    """Mean and standard deviation of a column in normal production, in the column's unit."""

    mean: Number
    sd: Annotated[Number, Field(ge=0)]


class Previous(Part):
    """A `before` column that the table's loader makes: another column's value some periods earlier in the same unit."""

    column: Name
    periods: Annotated[int, Field(ge=1)]


class Column(Part):
    """One column of the table: meaning, unit, role and physically possible range."""

    name: Name
    role: Role
    meaning: Text
    unit: Unit | None = None
    low: Number | None = None
    high: Number | None = None
    typical: Typical | None = None
    source: Text | None = None
    classes: Annotated[list[Text], Field(min_length=2)] | None = None
    tag: str | None = None
    scale: Annotated[Number, Field(gt=0)] = 1.0
    sign: Literal[-1, 0, 1] = 0
    censored: bool = False
    previous: Previous | None = None
    bounds: Annotated[list[Number], Field(min_length=2, max_length=2)] | None = None
    step: Annotated[Number, Field(gt=0)] | None = None
    move_cost: Quantity | None = None

    @property
    def is_number(self) -> bool:
        """Whether the column holds float64 (all but `key`, `time` and classes)."""
        return self.role not in ("key", "time") and self.classes is None

    @property
    def limits(self) -> tuple[float, float]:
        """Physically possible range of a number column [column's unit]."""
        if self.low is None or self.high is None:
            raise TypeError(f"column {self.name} is no number: it has no range")
        return self.low, self.high

    @model_validator(mode="wrap")
    @classmethod
    def _tell_all(cls, raw: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        """Build the column, or tell what is wrong with its fields and with how they go together at once."""
        texts = list(_column_faults(raw)) if isinstance(raw, dict) else []
        kinds = [PydanticCustomError("column", "{fault}", {"fault": text}) for text in texts]
        faults = [InitErrorDetails(type=kind, input=raw) for kind in kinds]
        try:
            column = build(raw)
        except ValidationError as error:
            fields = [
                InitErrorDetails(type=d["type"], loc=d["loc"], input=d["input"], ctx=d.get("ctx", {}))
                for d in error.errors()
            ]
            raise ValidationError.from_exception_data(cls.__name__, [*fields, *faults]) from None
        if faults:
            raise ValidationError.from_exception_data(cls.__name__, faults)
        return column


_OF_NUMBERS = ("unit", "low", "high", "typical", "source")
_OF_KNOBS = ("bounds", "step", "move_cost")


def _column_faults(raw: dict[str, Any]) -> Iterator[str]:
    """How a column's fields do not go together; a field of the wrong type is reported by itself and skipped here."""
    role = raw.get("role")
    if raw.get("classes") is not None:
        yield from _class_faults(raw)
    elif role in ("key", "time"):
        for key in (*_OF_NUMBERS, *_OF_KNOBS, "scale", "sign", "censored", "previous"):
            if key in raw:
                yield f"{key} belongs to a number column, this one has role {role}"
    else:
        yield from _number_faults(raw, str(role))


def _number_faults(raw: dict[str, Any], role: str) -> Iterator[str]:
    """How the fields of a column of numbers do not go together."""
    for key in _OF_NUMBERS:
        if raw.get(key) is None:
            yield f"{key} is missing: a number column needs unit, low, high, typical and source"
    low, high = _number(raw.get("low"), -math.inf), _number(raw.get("high"), math.inf)
    if low >= high:
        yield f"range is upside down: low {low:g} is not below high {high:g}"
    typical = raw.get("typical")
    mean = _number(typical.get("mean") if isinstance(typical, dict) else getattr(typical, "mean", None), math.nan)
    if low < high and (mean < low or mean > high):
        yield f"typical mean {mean:g} lies outside low {low:g} to high {high:g}"
    if raw.get("censored") and (role != "target" or low < 0):
        yield "censored belongs to a target column that is never negative"
    if raw.get("previous") is not None and role != "before":
        yield f"previous makes a before column, this one has role {role}"
    if _number(raw.get("scale"), 1.0) != 1.0 and raw.get("tag") in (None, raw.get("name")):
        yield "scale converts the unit of a tag: expected a tag other than the column's own name"
    yield from _knob_faults(raw, low, high)


def _class_faults(raw: dict[str, Any]) -> Iterator[str]:
    """How the fields of a column of classes do not go together."""
    if raw.get("role") != "target":
        yield f"classes belongs to a target column, this one has role {raw.get('role')}"
    for key in ("unit", "low", "high", "typical", *_OF_KNOBS, "scale", "sign", "censored", "previous"):
        if key in raw:
            yield f"{key} belongs to a number column, this one holds classes"
    if raw.get("source") is None:
        yield "source is missing: a column of classes needs one"
    classes = raw["classes"]
    if isinstance(classes, list) and len(set(map(str, classes))) < len(classes):
        yield f"classes {classes}: each may be named once"


def _knob_faults(raw: dict[str, Any], low: float, high: float) -> Iterator[str]:
    if raw.get("role") != "knob":
        for key in _OF_KNOBS:
            if raw.get(key) is not None:
                yield f"{key} belongs to a knob, this column has role {raw.get('role')}"
        return
    for key in _OF_KNOBS:
        if raw.get(key) is None:
            yield f"{key} is missing: a knob needs bounds, largest step and move_cost"
    bounds = raw.get("bounds")
    if isinstance(bounds, list) and len(bounds) == 2:
        first, last = (_number(bound, math.nan) for bound in bounds)
        if first < low or first >= last or last > high:
            yield f"bounds {bounds} must rise and lie within low {low:g} to high {high:g}"


def _number(value: object, otherwise: float) -> float:
    """`value` where it is a number, else `otherwise`."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise
