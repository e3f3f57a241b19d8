"""Index of predicted rows by unit and period, built when outcomes are matched to predictions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_, update

from records.database import Database
from records.outcomes import Slot
from records.requests import has_more, predictions_of, whole
from records.schema import REQUEST_INDEX_STATE, REQUEST_ROWS, REQUESTS

_COLUMNS = tuple(REQUESTS.c[name] for name in ("number", "at", "kind", "encoding", "request_body", "id"))
_REQUESTS_AT_ONCE = 200
_SLOTS_AT_ONCE = 300
_IN_MEMORY = 10  # requests, whose bodies may be large
_BYTES_AT_ONCE = 2**24  # of requests that are noted
_SLOTS_OF_PIECE = 5_000  # of one transaction, for which the caller that writes has to wait
_REST = 4  # times as long as a transaction took: who waits to write looks again at intervals


@dataclass(frozen=True, order=True)
class RowPlace:
    """A row of a request.

    Attributes
    ----------
    number : int
        Of the request.
    row : int
        Index of the row, from 0.
    at : int
        Arrival of the request [microseconds since 1970, UTC].
    """

    number: int
    row: int
    at: int


@dataclass(frozen=True)
class Request:
    """A request as it came.

    Attributes
    ----------
    number, at : int
        Its place among all, and when it came [microseconds since 1970, UTC].
    kind : str
        Media type.
    body : bytes
        Its body.
    """

    number: int
    at: int
    kind: str
    body: bytes


def index(
    database: Database,
    process: str,
    slots_of: Callable[[Request], Sequence[Slot]],
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Index units and periods of the requests since the last call; return the number of requests.

    Requests are parsed without a lock and indexed in small transactions: other writers run in between, and a killed
    process resumes at its last transaction.

    Parameters
    ----------
    database : Database
        The records.
    process : str
        Whose predictions.
    slots_of : callable
        Returns a request's units and periods, row by row.
    pause : callable
        Waits so long [s] before more rows are noted; what it raises ends the work, and what is noted stays.
    """
    done = 0
    while True:
        with database.read() as connection:
            noted = _noted(connection, process)
            requests = _after(connection, process, noted)
        if not requests:
            return done
        for piece in _pieces(requests, noted, slots_of):
            begin = time.perf_counter()
            if not _add(database, process, noted, piece):
                break  # another service has noted rows meanwhile
            noted, done = piece.noted, done + piece.whole
            pause(_REST * (time.perf_counter() - begin))


@dataclass(frozen=True)
class _Noted:
    """Up to where requests are noted: the last one, and how many of its slots; None where it is whole."""

    number: int
    slots: int | None = None


@dataclass(frozen=True)
class _Piece:
    """Slots of requests with their places, the state after them, and the number of finished requests."""

    rows: list[tuple[str, str, int, int]]
    noted: _Noted
    whole: int


def _noted(connection: Connection, process: str) -> _Noted:
    columns = select(REQUEST_INDEX_STATE.c.last_request, REQUEST_INDEX_STATE.c.slots)
    state = connection.execute(columns.where(REQUEST_INDEX_STATE.c.process == process)).one_or_none()
    return _Noted(0) if state is None else _Noted(*state)


def _after(connection: Connection, process: str, noted: _Noted) -> list[Request]:
    """Return the next requests that are not fully indexed, limited in bytes."""
    first = REQUESTS.c.number > noted.number if noted.slots is None else REQUESTS.c.number >= noted.number
    query = select(*_COLUMNS).where(*predictions_of(process), first).order_by(REQUESTS.c.number)
    requests: list[Request] = []
    size = 0
    with connection.execution_options(yield_per=_IN_MEMORY).execute(query.limit(_REQUESTS_AT_ONCE)) as rows:
        for row in rows:
            requests.append(_whole(connection, row))
            size += len(requests[-1].body)
            if size > _BYTES_AT_ONCE:
                break
    return requests


def _pieces(
    requests: Sequence[Request], noted: _Noted, slots_of: Callable[[Request], Sequence[Slot]]
) -> Iterator[_Piece]:
    """Yield the part that each transaction notes: `_SLOTS_OF_PIECE` slots, or all where there are fewer."""
    rows: list[tuple[str, str, int, int]] = []
    whole = 0
    for one in requests:
        # Of rows that ask for the same the last one counts.
        last = {slot: i for i, slot in enumerate(slots_of(one))}
        own = [(unit, period, one.number, i) for (unit, period), i in last.items()]
        start = (noted.slots or 0) if one.number == noted.number else 0
        while len(rows) + len(own) - start > _SLOTS_OF_PIECE:
            end = start + _SLOTS_OF_PIECE - len(rows)
            yield _Piece([*rows, *own[start:end]], _Noted(one.number, end), whole)
            rows, start, whole = [], end, 0
        rows += own[start:]
        whole += 1
    yield _Piece(rows, _Noted(requests[-1].number), whole)


def _add(database: Database, process: str, before: _Noted, piece: _Piece) -> bool:
    """Note a piece, unless others have noted more than what was noted `before`; gives whether it did."""
    with database.begin() as connection:
        database.lock(connection, REQUEST_INDEX_STATE)
        if _noted(connection, process) != before:
            return False
        if piece.rows:
            mark = "?" if database.is_sqlite else "%s"
            values = f"VALUES ({', '.join([mark] * 5)}) ON CONFLICT DO NOTHING"
            text = f'INSERT INTO request_rows (process, unit, period, number, "row") {values}'
            connection.exec_driver_sql(text, [(process, *row) for row in piece.rows])
        own = {"last_request": piece.noted.number, "slots": piece.noted.slots}
        where = REQUEST_INDEX_STATE.c.process == process
        if not connection.execute(update(REQUEST_INDEX_STATE).where(where).values(own)).rowcount:
            connection.execute(insert(REQUEST_INDEX_STATE).values(process=process, **own))
    return True


def places(connection: Connection, process: str, slots: Sequence[Slot]) -> dict[Slot, RowPlace]:
    """Return the place of the latest request for each unit's period; slots without one are left out."""
    located: dict[Slot, RowPlace] = {}
    columns = (REQUEST_ROWS.c.unit, REQUEST_ROWS.c.period, REQUEST_ROWS.c.number, REQUEST_ROWS.c.row, REQUESTS.c.at)
    query = select(*columns).join(REQUESTS, REQUESTS.c.number == REQUEST_ROWS.c.number)
    for first in range(0, len(slots), _SLOTS_AT_ONCE):
        distinct = list(dict.fromkeys(slots[first : first + _SLOTS_AT_ONCE]))
        which = (REQUEST_ROWS.c.process == process, tuple_(REQUEST_ROWS.c.unit, REQUEST_ROWS.c.period).in_(distinct))
        for unit, period, number, row, at in connection.execute(query.where(*which)):
            slot, place = (unit, period), RowPlace(number, row, at)
            located[slot] = max(located.get(slot, place), place)
    return located


def by_number(connection: Connection, numbers: Sequence[int]) -> Iterator[Request]:
    """Requests by their numbers, each once, a few of them in memory at a time."""
    for first in range(0, len(numbers), _REQUESTS_AT_ONCE):
        query = select(*_COLUMNS).where(REQUESTS.c.number.in_(numbers[first : first + _REQUESTS_AT_ONCE]))
        for row in connection.execution_options(yield_per=_IN_MEMORY).execute(query):
            yield _whole(connection, row)


def by_id(connection: Connection, process: str, ids: Sequence[str]) -> Iterator[tuple[str, Request]]:
    """Requests for predictions of a process with their ids, each once, a few of them in memory at a time."""
    for first in range(0, len(ids), _REQUESTS_AT_ONCE):
        which = (REQUESTS.c.id.in_(ids[first : first + _REQUESTS_AT_ONCE]), *predictions_of(process))
        query = select(*_COLUMNS).where(*which)
        for row in connection.execution_options(yield_per=_IN_MEMORY).execute(query):
            yield row.id, _whole(connection, row)


def _whole(connection: Connection, row: Any) -> Request:
    """A request of which a row holds the first part."""
    number, at, kind, encoding, body, id = row
    if has_more(kind, encoding, body):
        body = whole(connection, id, encoding, body, REQUESTS.c.request_body)
    return Request(number, at, kind, body)
