"""A process between readings and results: rows, requests, responses."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Sequence
from sqlite3 import Connection

from gateway.faults import Faults
from gateway.live_values import LiveValues
from gateway.outbox import Outbox, OutboxEntry, add_count, delete, put
from gateway.periods import PeriodRow
from gateway.readings import Reading
from gateway.requests import MOST_ROWS, advice_body, is_refused, outcomes_body, predictions_body
from gateway.results import Field, ResultValue, of_predictions, of_recommendations, of_warnings, without_prediction
from gateway.service import RejectedError, ServiceClient
from gateway.tag_map import TagMap
from gateway.units import Label, Unit
from system.record_ids import new_id

PREDICTIONS, OUTCOMES, ADVICE, RESULTS = "predictions", "outcomes", "advice", "results"
"""Targets of the outbox: three operations of the service, and the plant."""

_TYPES: dict[str, type[float] | type[str] | type[bool]] = {"float": float, "str": str, "bool": bool}


class Process:
    """Values of a process into requests, and responses into results.

    Parameters
    ----------
    tags : TagMap
        Map of the process.
    outbox : Outbox
        What waits to be sent.
    faults : Faults
        Faults of the gateway.

    Attributes
    ----------
    values : LiveValues
        Latest values of all tags.
    units : dict of str to Unit
        State of each unit.
    """

    def __init__(self, tags: TagMap, outbox: Outbox, faults: Faults) -> None:
        self.tags, self.outbox, self.faults, self.seed = tags, outbox, faults, tags.seed
        self.values = LiveValues(tags)
        self.units = {name: Unit(name, tags, outbox) for name in tags.units}
        self._predicted_at: dt.datetime | None = None
        self._ended: list[PeriodRow] = []
        self._labels: list[Label] = []
        self._not_offered: set[str] = set()

    def take(self, reading: Reading) -> None:
        """Take a reading; it counts at the next `advance`."""
        if self.values.take(reading):
            for tag in self.tags.by_text[reading.tag]:
                self.units[tag.unit].take(tag, reading)

    def advance(self, now: dt.datetime) -> None:
        """Count the readings since the last call, and queue what follows from them.

        Parameters
        ----------
        now : datetime
            Time in UTC.

        Raises
        ------
        OSError
            The outbox cannot be written.
        """
        for unit in self.units.values():
            rows, arrived = unit.advance(now)
            self._ended += rows
            self._labels += arrived
        is_due = self._predicted_at is None or now - self._predicted_at >= self.seed.gateway.predict.timedelta
        changed = self._changed(now) if is_due else []
        # All or nothing: what a full disk does not take is written at the next call.
        with self.outbox.transaction() as database:
            for unit in self.units.values():
                unit.write(database)
            self._queue_predictions(database, self._ended, now)
            if changed:
                self._queue_predictions(database, changed, now)
                self._queue_advice(database, now)
            if self._labels:
                put(database, OUTCOMES, new_id(), outcomes_body(self.seed, self._labels), now.timestamp())
        self._ended, self._labels = [], []
        if changed:
            self._predicted_at = now
        for unit in self.units.values():
            unit.note_written()

    def _changed(self, now: dt.datetime) -> list[PeriodRow]:
        """Rows of the units with new values."""
        rows = []
        for unit in self.units.values():
            if unit.has_changed and (row := unit.row(now)) is not None:
                rows.append(row)
                unit.has_changed = False
        return rows

    def write_states(self, database: Connection) -> None:
        """Write the periods under way in an open transaction: a new start goes on from them.

        `note_states_written` follows if it succeeds.
        """
        for unit in self.units.values():
            unit.write_state(database)

    def note_states_written(self) -> None:
        """Note that the database has what `write_states` wrote."""
        for unit in self.units.values():
            unit.note_state_written()

    def _queue_predictions(self, database: Connection, rows: Sequence[PeriodRow], now: dt.datetime) -> None:
        usable = [row for row in rows if not is_refused(self.seed, row)]
        refused = {row.unit for row in rows} - {row.unit for row in usable}
        for first in range(0, len(usable), MOST_ROWS):
            batch = usable[first : first + MOST_ROWS]
            names = {row.unit for row in batch}
            body = predictions_body(self.seed, batch, [self.units[name] for name in sorted(names)])
            put(database, PREDICTIONS, new_id(), body, now.timestamp())
        if refused:
            text = "an input that the process cannot do without is missing"
            for unit, values in without_prediction(self.seed, refused, text).items():
                at = now.timestamp()
                put(database, RESULTS, f"{PREDICTIONS} {unit}", _encoded(values, at), at)

    def _queue_advice(self, database: Connection, now: dt.datetime) -> None:
        """Request warnings and recommendations; only the latest request of each waits."""
        offers = {"warnings": bool(self.seed.warnings)}
        offers["recommendations"] = any(column.bounds for column in self.seed.by_role("setpoint"))
        requested = [name for name, is_wanted in offers.items() if is_wanted and name not in self._not_offered]
        body = advice_body(self.seed, list(self.units.values()), now) if requested else None
        if body is not None:
            for operation in requested:
                put(database, ADVICE, operation, body, now.timestamp())

    def send(self, entry: OutboxEntry, service: ServiceClient) -> None:
        """Send an entry to the service, and queue the results of its response.

        Raises
        ------
        UnreachableError
            The service gives no response now.
        OSError
            The outbox cannot be written.
        """
        operation = entry.name if entry.target == ADVICE else entry.target
        path = f"/v1/{self.seed.process.name}/{operation}"
        record = entry.name if entry.target == PREDICTIONS else ""
        try:
            response = service.post(path, entry.body, record)
        except RejectedError as error:
            self._rejected(entry, error)
            return
        self.faults.end(f"{entry.target} rejected")
        if entry.target == OUTCOMES:
            self._done(entry, len(json.loads(entry.body)["outcomes"]))
        else:
            read = {"warnings": of_warnings, "recommendations": of_recommendations}.get(operation)
            units = of_predictions(self.seed, response, record) if read is None else read(self.seed, response)
            self._done(entry, len(units), units, operation)

    def _done(
        self, entry: OutboxEntry, rows: int, units: dict[str, list[ResultValue]] | None = None, operation: str = ""
    ) -> None:
        """Delete an acknowledged entry and queue its results, both or neither."""
        at = time.time()
        with self.outbox.transaction() as database:
            delete(database, [entry])
            add_count(database, f"rows {entry.target}", rows)
            for unit, values in (units or {}).items():
                put(database, RESULTS, f"{operation} {unit}", _encoded(values, at), at)

    def _rejected(self, entry: OutboxEntry, error: RejectedError) -> None:
        """Drop a request that is wrong; rows that the response does not name are requested again."""
        self.faults.begin(f"{entry.target} rejected", str(error))
        if entry.target == ADVICE:
            self._not_offered.add(entry.name)
        body = json.loads(entry.body)
        name = "outcomes" if entry.target == OUTCOMES else "rows"
        others = [row for number, row in enumerate(body[name]) if number not in error.rows]
        with self.outbox.transaction() as database:
            delete(database, [entry])
            rejected = len(body[name])
            if entry.target != ADVICE and error.rows and others:
                rejected -= len(others)
                put(database, entry.target, new_id(), json.dumps(body | {name: others}).encode(), time.time())
            add_count(database, f"rejected {entry.target}", rejected)


def _encoded(values: Sequence[ResultValue], at: float) -> bytes:
    fields = [
        {
            "path": one.path,
            "kind": one.field.kind.__name__,
            "unit": one.field.unit,
            "low": one.field.low,
            "high": one.field.high,
            "value": one.value,
            "quality": one.quality,
        }
        for one in values
    ]
    return json.dumps({"at": at, "values": fields}, ensure_ascii=False).encode()


def decoded_results(body: bytes) -> tuple[list[ResultValue], dt.datetime]:
    """Results of an entry of the outbox, and their source time."""
    content = json.loads(body)
    values = [
        ResultValue(
            tuple(one["path"]),
            Field(_TYPES[one["kind"]], one["unit"], one["low"], one["high"]),
            one["value"],
            one["quality"],
        )
        for one in content["values"]
    ]
    return values, dt.datetime.fromtimestamp(content["at"], dt.UTC)
