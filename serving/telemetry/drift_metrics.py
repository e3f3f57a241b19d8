"""Drift metrics: figures of the latest check of each process."""

from __future__ import annotations

from records.database import Database, RecordsError
from records.monitoring import newest_figures

ABOUT = {
    "drift_detected": "1 if errors or inputs exceed their limits, else 0.",
    "drifted_inputs": "Inputs beyond their limits.",
    "drifted_errors": "Charts of errors beyond their limits.",
    "suspect_sensors": "Inputs with sensors that are missing, stuck or outside the training range.",
    "last_check_timestamp_seconds": "Time of the latest check of the process.",
}
"""Metrics by their names, without the prefix that all have."""

OF_QUANTITIES = {
    "observed_error": "Mean absolute error of the version in service [the quantity's unit], or share of wrong classes.",
    "observed_coverage": "Share of outcomes within their intervals.",
    "guaranteed_coverage": "Share that the intervals guarantee.",
}
"""Metrics of each quantity whose outcomes are known, from the latest check; stored as NAME/QUANTITY."""

_STORED = {"drifted": "drift_detected", "odd_sensors": "suspect_sensors"}  # figures by their names in the records


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
        """Figures of each process by the names above; none where the records cannot be read."""
        if self._database is None:
            return {}
        try:
            with self._database.read() as connection:
                latest = newest_figures(connection)
        except RecordsError:
            return {}
        return {
            process: {_STORED.get(name, name): value for name, value in values.items()}
            | {"last_check_timestamp_seconds": at / 1e6}
            for process, (at, values) in latest.items()
        }
