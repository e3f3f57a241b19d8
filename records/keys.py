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
    created_at, expires_at, revoked_at, used_at : datetime, optional
        Creation, expiry, revocation, and last use to about a minute; None: never.
    """

    prefix: str
    digest: str
    owner: str
    roles: tuple[str, ...]
    processes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None

    @property
    def is_valid(self) -> bool:
        """Return whether the key is valid now."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > datetime.now(UTC))


def digest_of(key: str) -> str:
    """Return the stored digest of a key; its 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(key.encode()).hexdigest()


def make(
    database: Database,
    actor: str,
    owner: str,
    roles: Sequence[str],
    processes: Sequence[str] = (),
    expires_at: datetime | None = None,
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
                created_at=now(),
                expires_at=None if expires_at is None else int(expires_at.timestamp() * 1e6),
            )
        )
        figures = {"roles": list(roles), "processes": list(processes), "ends": expires_at and expires_at.isoformat()}
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
    if key is None or key.revoked_at is not None:
        reason = "there is no such key" if key is None else f"it is revoked since {key.revoked_at:%Y-%m-%d %H:%M} UTC"
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
            created_at=_time(row.created_at),
            expires_at=None if row.expires_at is None else _time(row.expires_at),
            revoked_at=None if row.revoked_at is None else _time(row.revoked_at),
            used_at=None if row.used_at is None else _time(row.used_at),
        )
        for row in rows
    ]


def _parts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _time(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)
