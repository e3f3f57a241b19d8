"""Where a unit's period was asked for: an index of the rows of requests, made when outcomes look for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, tuple_, update

from records.database import Database
from records.outcomes import Slot
from records.requests import IN_MEMORY, PREDICTIONS, has_more, predictions_of, rest
from records.schema import ASKED_UNITS, ASKED_UPTO, REQUESTS

_COLUMNS = (REQUESTS.c.number, REQUESTS.c.at, REQUESTS.c.kind, REQUESTS.c.asked, REQUESTS.c.id)
_REQUESTS_AT_ONCE = 200
_SLOTS_AT_ONCE = 300


@dataclass(frozen=True, order=True)
class Place:
    """A row of a request.

    Attributes
    ----------
    number : int
        Of the request.
    row : int
        Index of the row, from 0.
    at : int
        When it was asked [microseconds since 1970, UTC].
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
    asked : bytes
        Its body.
    """

    number: int
    at: int
    kind: str
    asked: bytes


def index(database: Database, process: str, slots_of: Callable[[Request], Sequence[Slot]]) -> int:
    """Note which units and periods the requests ask for that came since the last time; gives how many requests.

    Parameters
    ----------
    database : Database
        The records.
    process : str
        Whose predictions.
    slots_of : callable
        Gives a request's units and periods, row by row.
    """
    done = 0
    while True:
        with database.begin() as connection:
            database.lock(connection, ASKED_UPTO)
            upto = connection.scalar(select(ASKED_UPTO.c.number).where(ASKED_UPTO.c.process == process))
            some = list(_after(connection, process, upto or 0))
            if not some:
                return done
            rows = [
                {"process": process, "unit": unit, "period": period, "number": one.number, "row": i}
                for one in some
                for i, (unit, period) in enumerate(slots_of(one))
            ]
            if rows:
                connection.execute(insert(ASKED_UNITS), rows)
            if upto is None:
                connection.execute(insert(ASKED_UPTO).values(process=process, number=some[-1].number))
            else:
                where = ASKED_UPTO.c.process == process
                connection.execute(update(ASKED_UPTO).where(where).values(number=some[-1].number))
        done += len(some)


def _after(connection: Connection, process: str, number: int) -> Iterator[Request]:
    wanted = (REQUESTS.c.process == process, REQUESTS.c.number > number)
    which = (REQUESTS.c.operation == PREDICTIONS, REQUESTS.c.part == 0)
    query = select(*_COLUMNS).where(*wanted, *which).order_by(REQUESTS.c.number).limit(_REQUESTS_AT_ONCE)
    for row in connection.execute(query).all():
        yield _whole(connection, row)


def places(connection: Connection, process: str, slots: Sequence[Slot]) -> dict[Slot, Place]:
    """Where each unit's period was asked for last; those that never were are left out."""
    found: dict[Slot, Place] = {}
    columns = (ASKED_UNITS.c.unit, ASKED_UNITS.c.period, ASKED_UNITS.c.number, ASKED_UNITS.c.row, REQUESTS.c.at)
    query = select(*columns).join(REQUESTS, REQUESTS.c.number == ASKED_UNITS.c.number)
    for first in range(0, len(slots), _SLOTS_AT_ONCE):
        some = list(dict.fromkeys(slots[first : first + _SLOTS_AT_ONCE]))
        which = (ASKED_UNITS.c.process == process, tuple_(ASKED_UNITS.c.unit, ASKED_UNITS.c.period).in_(some))
        for unit, period, number, row, at in connection.execute(query.where(*which)):
            slot, place = (unit, period), Place(number, row, at)
            found[slot] = max(found.get(slot, place), place)
    return found


def requests(connection: Connection, numbers: Sequence[int]) -> dict[int, Request]:
    """Requests by their numbers."""
    found = {}
    for first in range(0, len(numbers), _REQUESTS_AT_ONCE):
        some = numbers[first : first + _REQUESTS_AT_ONCE]
        for row in connection.execute(select(*_COLUMNS).where(REQUESTS.c.number.in_(some))):
            found[row.number] = _whole(connection, row)
    return found


def by_id(connection: Connection, process: str, ids: Sequence[str]) -> Iterator[tuple[str, Request]]:
    """Requests for predictions of a process with their ids, each once, a few of them in memory at a time."""
    for first in range(0, len(ids), _REQUESTS_AT_ONCE):
        which = (REQUESTS.c.id.in_(ids[first : first + _REQUESTS_AT_ONCE]), *predictions_of(process))
        query = select(*_COLUMNS).where(*which)
        for row in connection.execution_options(yield_per=IN_MEMORY).execute(query):
            yield row.id, _whole(connection, row)


def _whole(connection: Connection, row: Any) -> Request:
    """A request of which a row holds the first part."""
    number, at, kind, asked, id = row
    if has_more(kind, asked):
        asked = b"".join([asked, *rest(connection, id, REQUESTS.c.asked)])
    return Request(number, at, kind, asked)
