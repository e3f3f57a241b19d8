"""Common prefixes of responses, stored once a day to save about half of a short response's space.

A request refers only to a prefix of its own day, so that prefixes are removed by their day, as requests are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import Connection, delete, select

from records.database import Database
from records.schema import RESPONSE_PREFIXES

DAY = 86_400_000_000  # microseconds
_MOST_KNOWN = 1000
_ADD = "INSERT INTO response_prefixes (day, digest, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_FIND = "SELECT number FROM response_prefixes WHERE day = ? AND digest = ?"

Numbers = dict[tuple[int, bytes], int]
"""Numbers of prefixes by day since 1970 and content."""


class PrefixedRequest(Protocol):
    """A request of some day whose response has a prefix."""

    at: int
    response_prefix: bytes


def known(database: Database, many: Iterable[PrefixedRequest]) -> list[int | None] | None:
    """Return the number of each response's prefix, None without one; None if one is not known as stored."""
    numbers = database.response_prefixes
    try:
        return [numbers[one.at // DAY, one.response_prefix] if one.response_prefix else None for one in many]
    except KeyError:
        return None


def added(database: Database, cursor: Any, many: Iterable[PrefixedRequest]) -> Numbers:
    """Return the numbers of some requests' prefixes; store missing ones in the transaction of a cursor."""
    add, find = (text if database.is_sqlite else text.replace("?", "%s") for text in (_ADD, _FIND))
    distinct = {(one.at // DAY, one.response_prefix) for one in many if one.response_prefix}
    prefixes = [(day, hashlib.sha256(content).hexdigest(), content) for day, content in distinct]
    numbers: Numbers = {}
    for day, digest, content in sorted(prefixes):  # in one order, so that no two services wait for each other
        cursor.execute(add, (day, digest, content))
        cursor.execute(find, (day, digest))
        numbers[day, content] = cursor.fetchone()[0]
    return numbers


def remember(database: Database, numbers: Numbers) -> None:
    """Remember prefixes as stored after their commit; forget the earlier ones if there are many."""
    if len(database.response_prefixes) > _MOST_KNOWN:
        database.response_prefixes.clear()
    database.response_prefixes |= numbers


def content(connection: Connection, number: int) -> bytes:
    """Return a prefix by its number."""
    prefix: bytes = connection.scalars(
        select(RESPONSE_PREFIXES.c.content).where(RESPONSE_PREFIXES.c.number == number)
    ).one()
    return prefix


def remove(connection: Connection, before: int) -> None:
    """Remove prefixes that no request after a moment [microseconds since 1970, UTC] refers to.

    Those of a day more stay: a request that came then may be answered, and recorded, a little later.
    """
    connection.execute(delete(RESPONSE_PREFIXES).where(RESPONSE_PREFIXES.c.day < before // DAY - 1))
