"""Keys as the records hold them, for the door."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from records.database import Database
from records.keys import note_use, read
from serving.middleware.authorization import Principal, Role


class StoredKeys:
    """Keys of a database.

    Parameters
    ----------
    database : Database
        The records.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def callers(self) -> Mapping[bytes, Principal | None]:
        """See `Keys`."""
        return {
            bytes.fromhex(key.digest): Principal(
                name=key.prefix,
                owner=key.owner,
                roles=frozenset(cast("tuple[Role, ...]", key.roles)),
                processes=frozenset(key.processes) or None,
                ends=key.expires_at,
            )
            if key.revoked_at is None
            else None
            for key in read(self._database)
        }

    def note_use(self, names: Collection[str]) -> None:
        """See `Keys`."""
        note_use(self._database, names)
