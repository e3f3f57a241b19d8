"""API keys: created once, stored only as SHA-256, revoked but never deleted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, select, update

from records import audit
from records.database import Database, RecordsError, now
from records.schema import KEYS

BEGINNING = "nf_"
SHOWN = len(BEGINNING) + 8
"""Characters of a key that may be shown."""


@dataclass(frozen=True)
class Key:
    """Stored data of a key.

    Attributes
    ----------
    prefix : str
        Its beginning, by which it is called.
    digest : str
        SHA-256 of the whole, 64 hexadecimal digits.
    owner : str
        Whose it is.
    roles, processes : tuple of str
        What it may do, and with which processes; none means all.
    made, ends, revoked, used : datetime, optional
        When it was made, when it ends, since when it is revoked, when it was used last, to a minute or so; None: never.
    """

    prefix: str
    digest: str
    owner: str
    roles: tuple[str, ...]
    processes: tuple[str, ...]
    made: datetime
    ends: datetime | None = None
    revoked: datetime | None = None
    used: datetime | None = None

    @property
    def is_valid(self) -> bool:
        """Return whether the key is valid now."""
        return self.revoked is None and (self.ends is None or self.ends > datetime.now(UTC))


def digest_of(key: str) -> str:
    """Return the stored digest of a key; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def make(
    database: Database,
    actor: str,
    owner: str,
    roles: Sequence[str],
    processes: Sequence[str] = (),
    ends: datetime | None = None,
) -> str:
    """A new key, which `actor` makes for its owner, as the audit says; it is nowhere to be read again.

    Raises
    ------
    RecordsError
        The database did not do its part.
    """
    key = BEGINNING + secrets.token_urlsafe(32)
    while key[:SHOWN] in {one.prefix for one in read(database)}:  # one in 10^14, and then it could not be revoked alone
        key = BEGINNING + secrets.token_urlsafe(32)
    with database.begin() as connection:
        connection.execute(
            insert(KEYS).values(
                prefix=key[:SHOWN],
                digest=digest_of(key),
                owner=owner,
                roles=",".join(roles),
                processes=",".join(processes),
                made_at=now(),
                ends_at=None if ends is None else int(ends.timestamp() * 1e6),
            )
        )
        figures = {"roles": list(roles), "processes": list(processes), "ends": ends and ends.isoformat()}
        audit.add(database, connection, actor, "key", key[:SHOWN], f"made for {owner}", figures)
    return key


def revoke(database: Database, actor: str, prefix: str) -> Key:
    """Revoke the key of a prefix on behalf of `actor`, and add it to the audit log.

    Raises
    ------
    RecordsError
        There is no such key, or it is revoked already, or the database did not do its part.
    """
    key = next((one for one in read(database) if one.prefix == prefix[:SHOWN]), None)
    if key is None or key.revoked is not None:
        reason = "there is no such key" if key is None else f"it is revoked since {key.revoked:%Y-%m-%d %H:%M} UTC"
        raise RecordsError(f"key {prefix[:SHOWN]}: {reason}; `nonferrous keys list` lists all")
    with database.begin() as connection:
        connection.execute(update(KEYS).where(KEYS.c.digest == key.digest).values(revoked_at=now()))
        audit.add(database, connection, actor, "key", key.prefix, f"revoked, of {key.owner}")
    return key


def note_use(database: Database, prefixes: Collection[str]) -> None:
    """Keep that keys with these beginnings were used now.

    Raises
    ------
    RecordsError
        The database did not do its part.
    """
    with database.begin() as connection:
        connection.execute(update(KEYS).where(KEYS.c.prefix.in_(prefixes)).values(used_at=now()))


def read(database: Database) -> list[Key]:
    """All keys in the order in which they were made, those that are revoked or have ended too."""
    with database.read() as connection:
        rows = connection.execute(select(KEYS).order_by(KEYS.c.number)).all()
    return [
        Key(
            prefix=row.prefix,
            digest=row.digest,
            owner=row.owner,
            roles=_parts(row.roles),
            processes=_parts(row.processes),
            made=_time(row.made_at),
            ends=None if row.ends_at is None else _time(row.ends_at),
            revoked=None if row.revoked_at is None else _time(row.revoked_at),
            used=None if row.used_at is None else _time(row.used_at),
        )
        for row in rows
    ]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _time(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)
