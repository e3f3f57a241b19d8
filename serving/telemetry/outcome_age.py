"""Age of the latest outcomes of each process, from the records."""

from __future__ import annotations

import logging

from records.database import Database, RecordsError, now
from records.outcomes import newest_batches

log = logging.getLogger("nonferrous.serving")


class Arrivals:
    """Newest outcomes of all processes; each look reads what came in since the one before.

    Parameters
    ----------
    database : Database
        The records.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._upto = 0
        self._at: dict[str, int] = {}

    def ages(self) -> dict[str, float]:
        """Age of the latest batch of each process that has any [s]; empty if the records cannot be read."""
        try:
            with self._database.read() as connection:
                latest = newest_batches(connection, self._upto)
        except RecordsError as error:
            log.warning("age of latest outcomes unknown: %s", error)
            return {}
        self._upto = max([self._upto, *(number for number, _ in latest.values())])
        self._at |= {name: at for name, (_, at) in latest.items()}
        present = now()
        return {name: max(0.0, (present - at) / 1e6) for name, at in self._at.items()}  # clocks are set back at times
