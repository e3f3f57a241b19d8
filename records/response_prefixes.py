"""Common prefixes of responses, stored once a day to save about half of a short response's space.

A request refers to a head of its own day alone, so that heads are removed by their day, as requests are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, Protocol

from sqlalchemy import Connection, delete, select

from records.database import Database
from records.schema import HEADS

DAY = 86_400_000_000  # microseconds
_MOST_KNOWN = 1000
_ADD = "INSERT INTO answer_heads (day, digest, content) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_FIND = "SELECT number FROM answer_heads WHERE day = ? AND digest = ?"

Numbers = dict[tuple[int, bytes], int]
"""Numbers of prefixes by day since 1970 and content."""


class PrefixedRequest(Protocol):
    """A request of some day whose answer has a head."""

    at: int
    head: bytes


def known(database: Database, many: Iterable[PrefixedRequest]) -> list[int | None] | None:
    """Return the number of each response's prefix, None without one; None if one is not known as stored."""
    numbers = database.heads
    try:
        return [numbers[one.at // DAY, one.head] if one.head else None for one in many]
    except KeyError:
        return None


def added(database: Database, cursor: Any, many: Iterable[PrefixedRequest]) -> Numbers:
    """Numbers of the heads of some requests, stored in the transaction of a cursor where they are not yet."""
    add, find = (text if database.is_sqlite else text.replace("?", "%s") for text in (_ADD, _FIND))
    heads = {(one.at // DAY, one.head) for one in many if one.head}
    prefixes = [(day, hashlib.sha256(content).hexdigest(), content) for day, content in heads]
    numbers: Numbers = {}
    for day, digest, content in sorted(prefixes):  # in one order, so that no two services wait for each other
        cursor.execute(add, (day, digest, content))
        cursor.execute(find, (day, digest))
        numbers[day, content] = cursor.fetchone()[0]
    return numbers


def remember(database: Database, numbers: Numbers) -> None:
    """Take heads for stored once they are committed; those of before are forgotten where they are many."""
    if len(database.heads) > _MOST_KNOWN:
        database.heads.clear()
    database.heads |= numbers


def content(connection: Connection, number: int) -> bytes:
    """A head by its number."""
    prefix: bytes = connection.scalars(select(HEADS.c.content).where(HEADS.c.number == number)).one()
    return prefix


def remove(connection: Connection, before: int) -> None:
    """Remove heads that no request after a moment [microseconds since 1970, UTC] refers to.

    Those of a day more stay: a request that came then may be answered, and recorded, a little later.
    """
    connection.execute(delete(HEADS).where(HEADS.c.day < before // DAY - 1))
