"""The page of a recorded response of any operation, drawn from the type of its responses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from operations.operation import Form, Operation
from reporting.responses.page import POLICY, page
from reporting.responses.values import SHOWN

__all__ = ["POLICY", "REMARKS", "SHOWN", "Recorded", "drawn"]

REMARKS = frozenset({"alarm", "baseline", "flags", "refusal", "unmodelled_limits", "withheld", "unavailable_events"})
"""Fields, anywhere in a response, that a reader must see first: a text, texts, texts by name, or true."""


@dataclass(frozen=True)
class Recorded:
    """A recorded response.

    Attributes
    ----------
    id : str
    at : int
        Time of the request [microseconds since 1970, UTC].
    version, digest : int, str
        The model that was used; 0 and empty where none was.
    fields : iterable of tuple
        Name and value of each field of the response; a long list is an iterator.
    is_table : bool
        Whether its predictions are rows of a table, whose columns the operation describes.
    """

    id: str
    at: int
    version: int
    digest: str
    fields: Iterable[tuple[str, Any]]
    is_table: bool = False


def drawn(operation: Operation[Any], form: Form, recorded: Recorded) -> str:
    """The page of a response: it needs no network and no script, and escapes all texts."""
    process = form.seed.process
    at = dt.datetime.fromtimestamp(recorded.at / 1e6, dt.UTC)
    model = f"version {recorded.version}, {recorded.digest}" if recorded.version else "none: it needs no trained model"
    heading = {
        "process": f"{process.title} ({process.name})",
        "operation": operation.name,
        "requested": f"{at:%Y-%m-%d %H:%M:%S} UTC",
        "model": model,
        "record": recorded.id,
    }
    title = f"{process.title}: {operation.name}"
    return page(title, heading, _schema(operation, form, recorded.is_table), recorded.fields, REMARKS)


def _schema(operation: Operation[Any], form: Form, is_table: bool) -> dict[str, Any]:
    """JSON schema of a response; of a table with the columns of its predictions."""
    schema: dict[str, Any] = TypeAdapter(form.answer).json_schema(mode="serialization")
    described = operation.described(form) if is_table else {}
    if not described:
        return schema
    known = {column.name: {"description": column.description} for column in form.seed.by_role("key", "time")}
    columns = {
        name: {"description": about} | ({} if unit is None else {"x-unit": unit})
        for name, (unit, about) in described.items()
    }
    named = {**schema["properties"][operation.name], "items": {"properties": {**known, **columns}}}
    return {**schema, "properties": {**schema["properties"], operation.name: named}}
