"""Sessions of users who signed in with a key: random tokens, stored only as SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from contextlib import suppress

from sqlalchemy import delete, insert, or_, select, update

from records.database import Database, RecordsError, now
from records.schema import SESSIONS

IDLE = 3600 * 10**6
"""Longest time without a request after which a session ends [microseconds]."""
LONGEST = 12 * 3600 * 10**6
"""Longest time of a session, a shift and its handover [microseconds]."""
_NOTED_EVERY = 60 * 10**6  # microseconds between two times that the use of a session is stored


def digest_of(token: str) -> str:
    """Return the stored digest of a token; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(database: Database, key: str) -> str:
    """Begin a session of a key and return its token; sessions that have ended are removed.

    Parameters
    ----------
    database : Database
        The records, which all replicas of a service share.
    key : str
        Digest of the key, by which its roles are read at each request.

    Raises
    ------
    RecordsError
        The database did not do its part.
    """
    token, moment = secrets.token_urlsafe(32), now()
    values = {"digest": digest_of(token), "key": key, "created_at": moment, "used_at": moment}
    ended = or_(SESSIONS.c.created_at < moment - LONGEST, SESSIONS.c.used_at < moment - IDLE)
    with database.begin() as connection:
        connection.execute(delete(SESSIONS).where(ended))
        connection.execute(insert(SESSIONS).values(values))
    return token


def key_of(database: Database, token: str) -> str | None:
    """Digest of the key of a session that goes on, whose use is noted; None for any other text.

    Raises
    ------
    RecordsError
        The database did not do its part.
    """
    digest, moment = digest_of(token), now()
    with database.read() as connection:
        row = connection.execute(select(SESSIONS).where(SESSIONS.c.digest == digest)).one_or_none()
    if row is None or moment - row.created_at > LONGEST or moment - row.used_at > IDLE:
        return None
    if moment - row.used_at > _NOTED_EVERY:
        with suppress(RecordsError), database.begin() as connection:  # pages are read where nothing can be written
            connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(used_at=moment))
    return str(row.key)


def end(database: Database, token: str) -> None:
    """End a session; one that there is not is ended already.

    Raises
    ------
    RecordsError
        The database did not do its part.
    """
    with database.begin() as connection:
        connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest_of(token)))
