"""Deletion of old requests and their responses; outcomes, batches and the audit log stay."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from records import audit, response_prefixes
from records.database import Database
from records.schema import REQUEST_ROWS, REQUESTS, SHADOW_RESPONSES
from records.writing import quota

_AT_ONCE = 5000  # requests of one transaction, so that who writes meanwhile does not wait long


def remove(database: Database, before: int, actor: str) -> int:
    """Remove requests that came before a moment [microseconds since 1970, UTC]; gives how many.

    Raises
    ------
    RecordsError
        The database did not do its part; what was removed until then is gone and stands in the audit.
    """
    removed = 0
    while True:
        with database.begin() as connection:
            old = select(REQUESTS.c.number).where(REQUESTS.c.at < before).order_by(REQUESTS.c.number).limit(_AT_ONCE)
            numbers = list(connection.scalars(old))
            if not numbers:
                response_prefixes.remove(connection, before)
                quota.remove(connection, before)
                return removed
            connection.execute(delete(REQUEST_ROWS).where(REQUEST_ROWS.c.number.in_(numbers)))
            connection.execute(delete(SHADOW_RESPONSES).where(SHADOW_RESPONSES.c.number.in_(numbers)))
            connection.execute(delete(REQUESTS).where(REQUESTS.c.number.in_(numbers)))
            left = connection.scalar(select(func.count()).select_from(REQUESTS))
            figures = {"requests": len(numbers), "left": left}
            audit.add(database, connection, actor, "removal", f"requests to {numbers[-1]}", f"before {before}", figures)
        removed += len(numbers)
