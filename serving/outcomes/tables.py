"""Recorded rows as a table: what was asked, what was answered, and what became known of it since."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import msgspec
import pyarrow as pa

from operations.forms.fields import Record
from operations.forms.values import FORMER_QUALITY, QUALITY, UNUSED
from operations.outcomes.forms import known_columns
from records.database import Connection, Database
from records.outcomes import Slot, in_effect
from records.request_index import index, places
from records.requests import RecordedExchange, recorded
from records.shadow import is_any, responses_to
from seeds import Column, Seed
from serving.outcomes.slots import read_table, slots, slots_of
from serving.wire.arrow import ABOUT, whole
from serving.wire.bodies import JSON

ROWS = 5_000  # of a batch: enough that numpy and Arrow are at their best, few enough to be small
_OF_RECORD = (
    pa.field("id", pa.string()),
    pa.field("recorded_at", pa.timestamp("us", "UTC")),
    pa.field("client", pa.string()),
    pa.field("version", pa.int64()),
    pa.field("digest", pa.string()),
    pa.field("coverage", pa.float64()),
)
_DIGEST = [one.name for one in _OF_RECORD].index("digest")
_PREDICTION = pa.field("prediction", pa.string())  # as JSON
_OF_SHADOW = (
    pa.field("shadow_version", pa.int64()),
    pa.field("shadow_digest", pa.string()),
    pa.field("shadow_prediction", pa.string()),
)


@dataclass
class _Batch:
    """Rows that are gathered until there are enough of them."""

    of_record: list[tuple[Any, ...]] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    slots: list[Slot | None] = field(default_factory=list)  # None where the times of a request cannot be compared
    cells: list[tuple[Any, ...]] = field(default_factory=list)
    predictions: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of the requests, each once


class Tables:
    """Recorded rows of a process.

    Parameters
    ----------
    database : Database
        The records.
    seed : Seed
        The process.
    """

    def __init__(self, database: Database, seed: Seed) -> None:
        self._database, self.seed = database, seed
        self._columns = (*seed.identity, *seed.inputs)
        self._known = known_columns(seed)

    @property
    def schema(self) -> pa.Schema:
        """Columns of `all_rows`: of the record, of the requested row, the predictions, and the outcomes."""
        own = [pa.field(column.name, _kind(column)) for column in self._columns]
        extra = _OF_SHADOW if self._has_shadows else ()
        known = (pa.field(one.name, _kind(one)) for one in self._known)
        return pa.schema([*_OF_RECORD, *own, _PREDICTION, *extra, *known])

    @cached_property
    def _has_shadows(self) -> bool:
        """Return whether a version has answered in shadow."""
        with self._database.read() as connection:
            return is_any(connection, self.seed.process.name)

    def all_rows(self, done: Callable[[int], None] = lambda rows: None) -> Iterator[pa.RecordBatch]:
        """Every row that was predicted, in the order of the requests.

        Parameters
        ----------
        done : callable
            Called with how many rows are read.

        Raises
        ------
        RecordsError
            The database did not do its part.
        """
        with self._database.read() as connection:
            count = 0
            for batch in self._batches(connection):
                known = self._in_effect(connection, batch)
                outcomes = [{} if slot is None else known.get(slot, {}) for slot in batch.slots]
                arrays = [*self._arrays(batch), *self._in_shadow(connection, batch), *self._outcomes(outcomes)]
                yield pa.RecordBatch.from_arrays(arrays, schema=self.schema)
                done(count := count + len(batch.cells))

    def labelled(self, by_both: tuple[str, str] | None = None) -> Iterator[pa.RecordBatch]:
        """Rows of which something became known, each as it was asked last: a table to learn from.

        Columns that are made from earlier periods are left out, so that reading makes them.

        Parameters
        ----------
        by_both : tuple of two str, optional
            Digests of a champion and of a version in shadow: rows that both have answered, and no others.
        """
        process = self.seed.process.name
        index(self._database, process, lambda request: slots_of(request, self.seed))
        measured = [column.name for column in (*self._columns, *self._known) if not column.is_made]
        with self._database.read() as connection:
            for batch in self._batches(connection):
                known = self._in_effect(connection, batch)
                last = places(connection, process, list(known))
                newest = {(place.number, place.row): known[slot] for slot, place in last.items()}
                indices = [i for i, place in enumerate(batch.places) if place in newest]
                if by_both is not None:
                    indices = self._by_both(connection, batch, indices, by_both)
                if not indices:
                    continue
                outcomes = [newest[batch.places[i]] for i in indices]
                rows = pa.RecordBatch.from_arrays(self._cells([batch.cells[i] for i in indices]), names=self._names)
                table = pa.Table.from_batches([rows])
                for name, array in zip((one.name for one in self._known), self._outcomes(outcomes), strict=True):
                    table = table.append_column(name, array)
                yield from table.select(measured).to_batches()

    def newest_first(self, connection: Connection) -> Iterator[tuple[RecordedExchange, list[Record], list[bytes]]]:
        """Yield the requests from the newest on: with unit and start of each row, and the predictions as JSON."""
        for one in recorded(connection, self.seed.process.name, newest_first=True):
            cells, predictions, _ = self.rows(one)
            yield one, [dict(zip(self._identity, row, strict=False)) for row in cells], predictions

    @cached_property
    def _names(self) -> list[str]:
        return [column.name for column in self._columns]

    @cached_property
    def _identity(self) -> list[str]:
        return [column.name for column in self.seed.identity]

    def _batches(self, connection: Connection) -> Iterator[_Batch]:
        batch = _Batch()
        for one in recorded(connection, self.seed.process.name):
            cells, predictions, coverage = self.rows(one)
            batch.cells += cells
            batch.predictions += predictions
            batch.numbers.append(one.number)
            batch.places += [(one.number, i) for i in range(len(cells))]
            # Request by request, as they are indexed: their times may have other offsets.
            batch.slots += self.slots(cells) or [None] * len(cells)
            batch.of_record += [
                (f"{one.id}-{i}", one.at, one.client, one.version, one.digest, coverage) for i in range(len(cells))
            ]
            if len(batch.cells) >= ROWS:
                yield batch
                batch = _Batch()
        if batch.cells:
            yield batch

    def rows(self, one: RecordedExchange) -> tuple[list[tuple[Any, ...]], list[bytes], float | None]:
        """Cells of a request's rows, the predictions as JSON, and the coverage of their intervals."""
        if one.kind == JSON:
            cells = [self._used(msgspec.structs.astuple(row)) for row in self._asked(one.request_body).rows]
            if one.response_prefix.endswith(_BEGUN):
                decoded, coverage = _ANSWER.decode(b"{" + _BEGUN + one.response_body), _coverage(one.response_prefix)
            else:
                decoded = _ANSWER.decode(one.response)
                coverage = decoded.coverage
            return cells, [bytes(raw) for raw in decoded.predictions], coverage
        table = read_table(one.request_body, one.kind, self._names)
        rows = [tuple(row.get(name) for name in self._names) for row in table]
        answer = pa.ipc.open_stream(one.response)
        coverage = msgspec.json.decode(answer.schema.metadata[ABOUT])["coverage"]
        predictions = [msgspec.json.encode(_finite(row)) for batch in whole(answer) for row in batch.to_pylist()]
        return rows[: len(predictions)], predictions, coverage

    @cached_property
    def _asked(self) -> Callable[[bytes], Any]:
        """Decoder of a request's rows; other fields are ignored."""
        fields: Any = [
            (f"c{i}", (float if column.is_number else str) | None, None) for i, column in enumerate(self._columns)
        ]
        qualities = [name for name in (QUALITY, FORMER_QUALITY) if name not in self._names]
        fields += [(name, dict[str, str] | None, None) for name in qualities]
        names = {f"c{i}": name for i, name in enumerate(self._names)}
        row: Any = msgspec.defstruct("Row", fields, rename=names, gc=False)
        return msgspec.json.Decoder(msgspec.defstruct("Asked", [("rows", list[row])])).decode

    def _used(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Cells of a row, with those of bad quality empty; elements behind the cells hold the data quality."""
        count = len(self._names)
        cells, quality = row[:count], next(filter(None, row[count:]), None)
        if quality:
            return tuple(
                None if quality.get(name) in UNUSED else cell for name, cell in zip(self._names, cells, strict=True)
            )
        return cells

    def _arrays(self, batch: _Batch) -> list[pa.Array]:
        named = zip(*batch.of_record, strict=True)
        heads = [pa.array(values, one.type) for values, one in zip(named, _OF_RECORD, strict=True)]
        return [*heads, *self._cells(batch.cells), pa.array(batch.predictions, pa.string())]

    def _in_shadow(self, connection: Connection, batch: _Batch) -> list[pa.Array]:
        """Columns of the version in shadow; none where there never was one."""
        if not self._has_shadows:
            return []
        answers = responses_to(connection, batch.numbers)
        decoded = {number: _RAW.decode(one.predictions) for number, one in answers.items()}
        rows: list[tuple[Any, ...]] = [
            (answers[number].version, answers[number].digest, bytes(decoded[number][i]))
            if number in answers
            else (None, None, None)
            for number, i in batch.places
        ]
        columns: Any = zip(*rows, strict=True)
        return [pa.array(values, one.type) for values, one in zip(columns, _OF_SHADOW, strict=True)]

    def _by_both(
        self, connection: Connection, batch: _Batch, indices: Sequence[int], digests: tuple[str, str]
    ) -> list[int]:
        """Those of some rows that a champion and a version in shadow of these digests have answered."""
        champion, shadow = digests
        answers = responses_to(connection, batch.numbers)
        own = {number for number, one in answers.items() if one.digest == shadow}
        return [i for i in indices if batch.places[i][0] in own and batch.of_record[i][_DIGEST] == champion]

    def _cells(self, rows: Sequence[tuple[Any, ...]]) -> list[pa.Array]:
        columns: Any = zip(*rows, strict=True) if rows else [()] * len(self._columns)
        return [pa.array(values, _kind(column)) for column, values in zip(self._columns, columns, strict=True)]

    def slots(self, cells: Sequence[tuple[Any, ...]]) -> list[Slot]:
        """Unit and period of each row of one request; none where its times cannot be compared."""
        return slots([dict(zip(self._identity, row, strict=False)) for row in cells], self.seed)[0]

    def _in_effect(self, connection: Connection, batch: _Batch) -> dict[Slot, Record]:
        return in_effect(connection, self.seed.process.name, [slot for slot in batch.slots if slot is not None])

    def _outcomes(self, outcomes: Sequence[Record]) -> list[pa.Array]:
        return [pa.array([row.get(one.name) for row in outcomes], _kind(one)) for one in self._known]


class _Answer(msgspec.Struct):
    predictions: list[msgspec.Raw]
    coverage: float | None = None


_ANSWER = msgspec.json.Decoder(_Answer)
_RAW = msgspec.json.Decoder(list[msgspec.Raw])
_BEGUN = b'"predictions":['


@lru_cache(maxsize=100)
def _coverage(head: bytes) -> float | None:
    """Coverage of answers that begin so, which are thousands: it is parsed once."""
    coverage: float | None = _ANSWER.decode(head + b"]}").coverage
    return coverage


def _kind(column: Column) -> pa.DataType:
    return pa.float64() if column.is_number else pa.string()


def _finite(row: Record) -> Record:
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }
