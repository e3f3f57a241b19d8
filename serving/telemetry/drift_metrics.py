"""What is scraped of drift: figures of the newest look at each process."""

from __future__ import annotations

from records.database import Database, RecordsError
from records.monitoring import newest_figures

ABOUT = {
    "drifted": "1 where errors or inputs lie beyond their limits, 0 where none does.",
    "drifted_inputs": "Inputs beyond their limits.",
    "drifted_errors": "Charts of errors beyond their limits.",
    "odd_sensors": "Inputs with sensors that are silent, stuck or out of what was learnt.",
    "monitored_timestamp_seconds": "When the process was looked at last.",
}
"""Metrics by their names, without the prefix that all have."""


class Monitored:
    """Newest figures of all processes, from the records.

    Parameters
    ----------
    database : Database or None
        The records; without them there are no figures.
    """

    def __init__(self, database: Database | None) -> None:
        self._database = database

    def figures(self) -> dict[str, dict[str, float]]:
        """Figures of each process by the names of ABOUT; none where the records cannot be read."""
        if self._database is None:
            return {}
        try:
            with self._database.read() as connection:
                found = newest_figures(connection)
        except RecordsError:
            return {}
        return {process: {**some, "monitored_timestamp_seconds": at / 1e6} for process, (at, some) in found.items()}
