"""Bodies decoded and checked in one step: what has no fault is read so, whatever else is read by what names faults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import pydantic_core

from seeds import Column
from serving.column_values import LONGEST_KEY, LONGEST_TEXT, LONGEST_TIME, bounds
from serving.problems import Fault, ProblemError

Record = dict[str, Any]

MOST_VALUES = 1_000_000  # in one body: they are parsed in a twentieth of a second


class Decoder:
    """Decoder of requests with rows of these columns.

    It only ever says yes: a request that it does not take may still be one that is in order.

    Parameters
    ----------
    columns : sequence of Column
        Key, time and inputs.
    others : iterable of str
        Names of the fields beside the rows; what they hold is not looked at.
    """

    def __init__(self, columns: Sequence[Column], others: Iterable[str]) -> None:
        self._names = tuple(column.name for column in columns)
        self._times = tuple(column.name for column in columns if column.role == "time")
        # Numbered, since a column may be called as it likes.
        fields = [(f"c{i}", *_field(column)) for i, column in enumerate(columns)]
        row = msgspec.defstruct(
            "Row",
            fields,
            rename=dict(zip((name for name, *_ in fields), self._names, strict=True)),
            forbid_unknown_fields=True,
            kw_only=True,
            gc=False,
        )
        self._others = tuple(others)
        rows: Any = list[row]  # type: ignore[valid-type]
        around: list[Any] = [("rows", rows), *((name, Any, msgspec.UNSET) for name in self._others)]
        request: Any = msgspec.defstruct("Request", around, forbid_unknown_fields=True, kw_only=True)
        self._decode = msgspec.json.Decoder(request).decode

    def read(self, body: bytes) -> Record | None:
        """A request with its rows, what they leave out as None; None where it cannot say that there is no fault."""
        try:
            found = self._decode(body)
            rows = [dict(zip(self._names, msgspec.structs.astuple(row), strict=True)) for row in found.rows]
            for name in self._times:
                for row in rows:
                    dt.datetime.fromisoformat(row[name])
        except (msgspec.MsgspecError, ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            return None
        given = ((name, getattr(found, name)) for name in self._others)
        return {"rows": rows, **{name: part for name, part in given if part is not msgspec.UNSET}}


def _field(column: Column) -> tuple[Any, ...]:
    """Type of a column's field, and its default where it may be left out."""
    if column.role == "key":
        return (Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_KEY)],)
    if column.role == "time":
        return (Annotated[str, msgspec.Meta(max_length=LONGEST_TIME)],)
    if not column.is_number:
        return Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)] | None, None
    low, high = bounds(column)
    return Annotated[float, msgspec.Meta(ge=low, le=high)] | None, None


def parsed_json(body: bytes, most_values: int = MOST_VALUES) -> Any:
    """What a body holds.

    Raises
    ------
    ProblemError
        400 where it is no JSON; 413 where it holds so many values that nobody else would be answered while it is read.
    """
    # Each value but the first of an object or a list has a comma before it, whatever else has commas.
    if body.count(b",") > most_values:
        fault = Fault(field="body", bound=most_values, expected=f"at most {most_values} values")
        detail = f"the body holds more than {most_values} values; send the rows in several requests"
        raise ProblemError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail, [fault])
    try:
        return pydantic_core.from_json(body)
    except ValueError as error:
        raise ProblemError(HTTPStatus.BAD_REQUEST, f"the body is no valid JSON: {error}") from None
