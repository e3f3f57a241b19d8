"""Requests and answers of a process, grown from its seed: what checks a request also describes it in OpenAPI."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal

import pydantic_core
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from seeds import Column, Seed
from serving.faults import checked
from serving.problems import MOST_FAULTS, ProblemError, invalid

# Numbers as numbers: no text and no true or false in their place, no NaN, no infinity.
_STRICT = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)
_RESERVED = ("id", "flags")


def _is_time(text: str) -> str:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("an ISO 8601 date or time, such as 2026-11-01") from None
    return text


Key = Annotated[str, Field(min_length=1, max_length=200)]
Time = Annotated[str, Field(max_length=40), AfterValidator(_is_time)]


class Estimate(BaseModel):
    """A quantity with its interval; null where the inputs given do not determine it, which a flag then says."""

    value: float | None
    low: Annotated[float | None, Field(description="lower end of the interval")]
    high: Annotated[float | None, Field(description="upper end of the interval")]
    unit: str


class ModelUsed(BaseModel):
    """The model that answered."""

    version: Annotated[int, Field(description="version in the registry")]
    alias: str
    digest: Annotated[str, Field(description="SHA-256 of the model's manifest, which holds the SHA-256 of its files")]


@dataclass(frozen=True)
class Payloads:
    """What one process takes and gives.

    Parameters
    ----------
    seed : Seed
        The process.
    max_rows : int
        Most rows in one request.
    row, envelope : type of BaseModel
        One row, and a request around rows of any kind: rows are checked one by one, so that a request with
        faults without number is left after the first of them.
    request : type of BaseModel
        The typed request as a whole, to describe it.
    answer : type of BaseModel
        The typed answer: describes what goes out.
    echoed : tuple of str
        Key and time, which each prediction repeats from its row.
    quantities : dict of str to str
        Unit of each predicted quantity: the primary target, and those derived from it.
    """

    seed: Seed
    max_rows: int
    row: type[BaseModel]
    envelope: type[BaseModel]
    request: type[BaseModel]
    answer: type[BaseModel]
    echoed: tuple[str, ...]
    quantities: dict[str, str]

    def read(self, body: bytes) -> tuple[list[BaseModel], float]:
        """Rows and coverage of a request's body.

        Raises
        ------
        ProblemError
            400 where the body is no JSON, 422 where its content is wrong; then all faults are named, or the first
            100 of more.
        """
        try:
            told = pydantic_core.from_json(body)
        except ValueError as error:
            raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is no valid JSON: {error}") from None
        request, faults = checked(self.envelope, told, self.seed)
        if request is None:
            given = told.get("rows") if isinstance(told, dict) else None
            given = given[: self.max_rows] if isinstance(given, list) else []
        else:
            given = request.rows
        rows = []
        for i, one in enumerate(given):
            row, wrong = checked(self.row, one, self.seed, i)
            rows.append(row)
            faults += wrong
            if len(faults) > MOST_FAULTS:
                break
        if faults:
            raise invalid(faults)
        return rows, request.coverage


def attribute(column: str) -> str:
    """Attribute of a row that holds a column; a column may be called as one of pydantic's own attributes is."""
    return f"column_{column}"


def quantities(seed: Seed) -> dict[str, str]:
    """Unit of each quantity that a prediction holds: the primary target and those derived from it."""
    return {name: seed.targets[name].unit for name in (seed.target.name, *seed.derived)}


def payloads(seed: Seed, max_rows: int) -> Payloads:
    """Request and answer of a seed's process.

    Raises
    ------
    ValueError
        A key, time or target of the seed is called as something else in a prediction is.
    """
    echoed, units = tuple(column.name for column in seed.by_role("key", "time")), quantities(seed)
    for name in (*echoed, *units):
        if name in _RESERVED:
            raise ValueError(f"seed {seed.process.name}: column '{name}': a prediction uses this name itself")
    title = "".join(part.capitalize() for part in seed.process.name.split("_"))
    row = _row(seed, title)
    return Payloads(
        seed=seed,
        max_rows=max_rows,
        row=row,
        envelope=_request(title, Any, max_rows),
        request=_request(title, row, max_rows),
        answer=_answer(seed, title),
        echoed=echoed,
        quantities=units,
    )


def _row(seed: Seed, title: str) -> type[BaseModel]:
    return create_model(
        f"{title}Row",
        __config__=_STRICT,
        __doc__=f"One period of one unit. {seed.process.title}.",
        **{attribute(column.name): _named(column) for column in seed.by_role("key", "time")},
        **{attribute(column.name): _number(column) for column in seed.inputs},
    )


def _request(title: str, row: Any, max_rows: int) -> type[BaseModel]:
    return create_model(
        f"{title}Request",
        __config__=_STRICT,
        rows=(list[row], Field(min_length=1, max_length=max_rows)),
        coverage=(float, Field(0.9, ge=0.5, le=0.99, description="share of labels that the intervals shall hold")),
    )


def _named(column: Column) -> Any:
    kind, example = (Key, "A-001") if column.role == "key" else (Time, "2026-11-01")
    return kind, Field(alias=column.name, description=column.meaning, examples=[example])


def _number(column: Column) -> Any:
    low, high = column.limits
    assert column.typical is not None
    about = f"{column.meaning} [{column.unit}], {low:g} to {high:g}. Role: {column.role}. Null or left out: missing."
    return float | None, Field(
        None,
        alias=column.name,
        ge=low,
        le=high,
        description=about,
        examples=[column.typical.mean],
        json_schema_extra={"x-unit": column.unit, "x-role": column.role},
    )


def _answer(seed: Seed, title: str) -> type[BaseModel]:
    fields: dict[str, Any] = {"id": (str, Field(description="names this prediction"))}
    for column in seed.by_role("key", "time"):
        fields[attribute(column.name)] = (str, Field(alias=column.name, description=column.meaning))
    for name, unit in quantities(seed).items():
        fields[attribute(name)] = _quantity(name, unit, seed)
    fields["flags"] = (list[str], Field(description="what a reader of this prediction should know; empty: nothing"))
    about = "The answer to one row; predictions stand in the order of the rows."
    prediction: Any = create_model(f"{title}Prediction", __doc__=about, **fields)
    process: Any = Literal[seed.process.name]
    return create_model(
        f"{title}Answer",
        process=(process, ...),
        model=(ModelUsed, ...),
        coverage=(float, Field(description="share of labels that the intervals shall hold")),
        predictions=(list[prediction], ...),
    )


def _quantity(name: str, unit: str, seed: Seed) -> Any:
    about = f"{seed.targets[name].meaning} [{unit}]"
    return Estimate, Field(alias=name, description=about, json_schema_extra={"x-unit": unit})
