"""Types of the fields that requests and answers hold, grown from a seed's columns."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from typing_extensions import TypedDict  # pydantic takes no other below Python 3.12

from operations.forms.values import LONGEST_KEY, LONGEST_TEXT, LONGEST_TIME, TIME, bounds, example
from seeds import Column, Seed

Record = dict[str, Any]

# Numbers as numbers: no text and no true or false in their place, no NaN, no infinity.
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False, field_title_generator=lambda name, _: name)


def _is_time(text: str) -> str:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("an ISO 8601 date or time, such as 2026-11-01") from None
    return text


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)  # JSON has one kind of number, so that 160.0 is a whole one too
Key = Annotated[str, Field(min_length=1, max_length=LONGEST_KEY)]
Time = Annotated[str, Field(max_length=LONGEST_TIME, json_schema_extra={"pattern": TIME}), AfterValidator(_is_time)]


MODEL = "model"  # field of responses, and word of `include`


class ModelUsed(BaseModel):
    """The model that answered."""

    version: Annotated[int, Field(description="version in the registry")]
    alias: str
    digest: Annotated[str, Field(description="SHA-256 of the model's manifest, which holds the SHA-256 of its files")]
    baseline: Annotated[bool, Field(description="true: it is the baseline, because no trained candidate was better")]


def row_fields(columns: Sequence[Column], unit: str, time: str) -> tuple[dict[str, Any], Record]:
    """Return each column's type in a row, with an example; `unit` and `time` are those of key and time."""
    examples = {column.name: example(column, unit, time) for column in columns}
    kinds = {}
    for column in columns:
        kind = _named if column.role in ("key", "time") else _number if column.is_number else _text
        kinds[column.name] = kind(column, examples)
    return kinds, examples


def record(name: str, about: str, fields: Mapping[str, Any], related: Record | None = None) -> Any:
    """Return the type of an object with these fields of any name: a dict, without unknown keys.

    What OpenAPI says of its fields together, in the words of JSON Schema, is checked by who reads it.
    """
    typed_dict: Any = TypedDict
    made = typed_dict(name, dict(fields))
    made.__doc__ = about
    made.__pydantic_config__ = _STRICT if related is None else ConfigDict(**_STRICT, json_schema_extra=related)
    return made


@functools.cache
def quantity(name: str, unit: str, low: float | None = None, high: float | None = None) -> Any:
    """Type of a number with its unit, such as a mass."""
    number = Annotated[float, Field(ge=low, le=high, json_schema_extra={"x-unit": unit})]
    return record(name, f"A number in {unit}.", {"value": number, "unit": Literal[unit]})


def title(seed: Seed, *names: str) -> str:
    """Name of a type of a process: that of `aluminium_scrap` and `rest` begins with AluminiumScrapRest."""
    return "".join(part.capitalize() for name in (seed.process.name, *names) for part in name.split("_"))


def _named(column: Column, examples: Mapping[str, Any]) -> Any:
    kind: Any = Key if column.role == "key" else Time
    return Annotated[kind, Field(description=column.description, examples=[examples[column.name]])]


def _text(column: Column, examples: Mapping[str, Any]) -> Any:
    known = ", ".join(column.values or ())
    about = f"{column.description}: {known}; any other is flagged. Role: {column.role}. Null or left out: missing."
    described = Field(
        default=None,
        max_length=LONGEST_TEXT,
        description=about,
        examples=[examples[column.name]],
        json_schema_extra={"x-role": column.role},
    )
    return Annotated[str | None, described]


def _number(column: Column, examples: Mapping[str, Any]) -> Any:
    limits = f", {column.range_text.removesuffix(f' {column.unit}')}" if column.range_text else ""
    otherwise = "missing" if not column.is_made else "made" if column.calendar else "made from `history`, else missing"
    about = f"{column.description} [{column.unit}]{limits}. Role: {column.role}. Null or left out: {otherwise}."
    low, high = bounds(column)
    described = Field(
        default=None,
        ge=low,
        le=high,
        description=about,
        examples=[examples[column.name]],
        json_schema_extra={"x-unit": str(column.unit), "x-role": column.role},
    )
    return Annotated[float | None, described]
