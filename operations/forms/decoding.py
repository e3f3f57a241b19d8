"""JSON bodies: decoded and checked in one step, or read again to name each fault."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import pydantic_core

from operations.forms.faults import RequestDefect, RequestError
from operations.forms.values import LONGEST_KEY, LONGEST_TEXT, LONGEST_TIME, bounds
from seeds import Column
from system.cancellation import between, check

Record = dict[str, Any]

MOST_VALUES = 1_000_000  # in one body
TOGETHER = 512 * 1024  # bytes that are parsed in one piece, in about a thousandth of a second
MOST_TOGETHER = 200_000  # values of one entry, which is not cut: they are parsed in a hundredth of a second

_END = secrets.token_hex(16)  # stands in no body
_CLOSED, _OPENED = b',"%b"]}' % _END.encode(), b'{"%b":[0,' % _END.encode()  # before a comma stands a value
_NEAR = 64 * 1024  # bytes
_BETWEEN = re.compile(rb"\}\s*(,)\s*\{")
_PLACE = re.compile(r"(.*) at line (\d+) column (\d+)", re.DOTALL)


class Decoder:
    """Decoder of requests with rows of these columns.

    It only ever says yes: a request that it does not take may still be one that is in order.

    Parameters
    ----------
    columns : sequence of Column
        Key, time and inputs.
    others : iterable of str
        Names of the fields other than the rows; their contents are not read.
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
        more: Any = msgspec.defstruct("More", around, rename={"rows": _END}, forbid_unknown_fields=True, kw_only=True)
        self._decode, self._decode_more = (msgspec.json.Decoder(kind).decode for kind in (request, more))

    def read(self, body: bytes) -> Record | None:
        """Return a request with its rows, missing values as None; None if it may contain a fault."""
        try:
            parts = [self._decode(body)] if len(body) <= TOGETHER else list(between(self._in_pieces(body)))
            structs = [row for part in parts for row in part.rows]
            rows = [dict(zip(self._names, msgspec.structs.astuple(row), strict=True)) for row in between(structs)]
            for name in self._times:
                for row in rows:
                    dt.datetime.fromisoformat(row[name])
        except (msgspec.MsgspecError, ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            return None
        given = ((name, getattr(part, name)) for part in parts for name in self._others)
        return {"rows": rows, **{name: held for name, held in given if held is not msgspec.UNSET}}

    def _in_pieces(self, body: bytes) -> Iterator[Any]:
        """Return a request cut between rows, see `parsed_json`; ValueError if no safe cut is found."""
        begin, opened, decode = 0, b"", self._decode
        while begin + TOGETHER < len(body):
            if not (cut := _between(body, begin + TOGETHER)):
                raise ValueError("no end of a row to cut at")
            part = decode(opened + body[begin : cut.start(1)] + b"]}")
            if any(_holds_objects(getattr(part, name)) for name in self._others):
                raise ValueError("unexpected list of objects next to `rows`")
            yield part
            begin, opened, decode = cut.end(1), b'{"%b":[' % _END.encode(), self._decode_more
        yield decode(opened + body[begin:])


def _holds_objects(value: Any) -> bool:
    """Return whether a value may be a list that a cut divided: cuts are between objects."""
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


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
    """Content of a body; a long one is parsed in pieces, so that others run between them.

    Raises
    ------
    RequestError
        400 where it is no JSON; 413 where it holds more values than are read, or more in one entry.
    """
    # Each value but the first of an object or a list has a comma before it, whatever else has commas.
    if body.count(b",") > most_values:
        raise _too_many(most_values, "the body holds", "send the rows in several requests")
    try:
        return pydantic_core.from_json(body) if len(body) <= TOGETHER else _in_pieces(body)
    except ValueError as error:
        raise RequestError(f"the body is no valid JSON: {error}", status=HTTPStatus.BAD_REQUEST) from None


def _too_many(most: int, where: str, instead: str) -> RequestError:
    fault = RequestDefect(field="body", bound=most, expected=f"at most {most} values")
    detail = f"{where} more than {most} values; {instead}"
    return RequestError(detail, [fault], HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _in_pieces(body: bytes) -> Any:
    """Content of a body, cut between entries of a list in an object, such as its rows.

    A piece is parsed with an entry `_END` and the brackets that close it, the next one behind what opens the list
    again. Where a cut stood elsewhere they do not close it, and the piece grows.

    Raises
    ------
    ValueError
        It is no JSON; the message says what `from_json` would of all of it.
    RequestError
        413 where one entry holds so many values that others would wait for it.
    """
    piece, begin = _piece(body, 0, b"")
    while begin <= len(body):
        check()
        name = next(one for one, held in piece.items() if isinstance(held, list) and held[-1:] == [_END])
        piece[name].pop()
        part, begin = _piece(body, begin, _OPENED)
        piece[name] += part.pop(_END)[1:]
        piece |= part  # of a field that stands twice the last one counts
    return piece


def _piece(body: bytes, begin: int, opened: bytes) -> tuple[Any, int]:
    """Content of a piece of a body, and the start of the next."""
    size = TOGETHER
    while True:
        cut = _between(body, begin + size)
        comma = cut.start(1) if cut else body.find(b",", begin + size)
        end = len(body) if comma < 0 else comma
        if size > TOGETHER and body.count(b",", begin, end) > MOST_TOGETHER:
            raise _too_many(MOST_TOGETHER, "one entry of the body holds", "send its parts in several requests")
        text = opened + body[begin:end]
        try:
            return pydantic_core.from_json(text if comma < 0 else text + _CLOSED), end + 1
        except ValueError as error:
            message, *place = _PLACE.fullmatch(str(error)).groups()  # type: ignore[union-attr]  # each message has one
        line, column = map(int, place)
        if comma < 0 or (line, column) < _place(text, len(text)):
            first = _place(body, begin)
            column += first[1] - 1 - len(opened) if line == 1 else 0
            raise ValueError(f"{message} at line {line + first[0] - 1} column {column}")
        size *= 2


def _between(body: bytes, begin: int) -> re.Match[bytes] | None:
    """The next comma between two objects, if one is near: a long search would hold up others too."""
    return _BETWEEN.search(body, begin, begin + _NEAR)


def _place(text: bytes, at: int) -> tuple[int, int]:
    """Line and column of a byte, both from 1."""
    return text.count(b"\n", 0, at) + 1, at - text.rfind(b"\n", 0, at)
