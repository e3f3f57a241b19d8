"""Outcomes read from a request's body, each with the unit and period that it is of."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence

from operations.forms.decoding import parsed_json
from operations.forms.faults import RequestDefect, invalid, shown
from operations.forms.fields import Record
from operations.forms.plan_tables import read_rows
from operations.outcomes.forms import ID, OUTCOMES, PREDICTION, OutcomeForm, known_columns
from records.database import Database
from records.outcomes import Outcome, Slot
from records.request_index import by_id
from seeds import Seed
from seeds.format.table import CLOCKS
from serving.outcomes.slots import slots, slots_of
from system.cancellation import between

_ID = re.compile(ID)


def read(payloads: OutcomeForm, body: bytes, database: Database) -> list[Outcome]:
    """Outcomes of a request's body.

    Raises
    ------
    ProblemError
        400 where the body is no JSON, 422 where its content is wrong; then all faults are named, or the first 100 of
        more.
    RecordsError
        The database did not do its part.
    """
    rows = _rows(payloads, parsed_json(body))
    slots_of_rows = _slots(payloads, rows, database)
    names = [column.name for column in known_columns(payloads.seed)]
    outcomes, faults, seen = [], _early(payloads.seed, rows, slots_of_rows), dict[Slot, int]()
    for i, (row, slot) in enumerate(zip(rows, slots_of_rows, strict=True)):
        values = {name: row[name] for name in names if row[name] is not None}
        if not values:
            faults.append(RequestDefect(row=i, expected=f"at least one of {', '.join(names)}"))
        elif (j := seen.setdefault(slot, i)) != i:
            faults.append(
                RequestDefect(row=i, expected=f"one outcome a unit and period: row {j} is of this one already")
            )
        outcomes.append(Outcome(*slot, values, row[PREDICTION]))
    if faults:
        raise invalid(faults)
    return outcomes


def _early(seed: Seed, rows: Sequence[Record], slots_of_rows: Sequence[Slot]) -> list[RequestDefect]:
    """Faults of outcomes of periods that have not started: a clock is wrong or the values are invented.

    The clock of the service decides, give or take the length of a period, or a day where that is more.
    """
    if seed.time is None:
        return []
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC).replace(tzinfo=None)
    latest = (now + max(seed.period, CLOCKS)).isoformat(timespec="seconds")
    expected = f"a period that has started: it is {now:%Y-%m-%d %H:%M} UTC, and at the latest {latest} is taken"
    return [
        RequestDefect(row=i, field=PREDICTION if row[PREDICTION] else seed.time.name, value=period, expected=expected)
        for i, (row, (_, period)) in enumerate(zip(rows, slots_of_rows, strict=True))
        if period > latest
    ]


def _rows(payloads: OutcomeForm, parsed: object) -> list[Record]:
    """Outcomes that have the right fields."""
    _, faults = payloads.envelope.read(parsed)
    rows = read_rows(parsed, OUTCOMES, payloads.row, payloads.max_rows, faults)
    if faults:
        raise invalid(faults)
    return rows


def _slots(payloads: OutcomeForm, rows: Sequence[Record], database: Database) -> list[Slot]:
    """Unit and period of each outcome, as itself or its prediction says."""
    seed, faults = payloads.seed, list[RequestDefect]()
    names = [column.name for column in seed.identity]
    stated, named = [], dict[int, str]()
    for i, row in enumerate(rows):
        lacking = [name for name in names if row[name] is None]
        if row[PREDICTION] is None:
            faults += [RequestDefect(row=i, field=name, expected=f"this field, or {PREDICTION}") for name in lacking]
            stated.append(i)
        elif len(lacking) < len(names):
            faults.append(
                RequestDefect(row=i, field=PREDICTION, expected=f"either {PREDICTION} or {' and '.join(names)}")
            )
        else:
            named[i] = row[PREDICTION]
    predicted = _slots_of(set(named.values()), payloads, database)
    expected = f"the id of a prediction of {seed.process.name} that is recorded"
    faults += [
        RequestDefect(row=i, field=PREDICTION, value=shown(id), expected=expected)
        for i, id in named.items()
        if id not in predicted
    ]
    if faults:
        raise invalid(sorted(faults, key=lambda fault: fault.row or 0))
    own, faults = slots([rows[i] for i in stated], seed)
    if faults:
        raise invalid([fault.model_copy(update={"row": stated[fault.row or 0]}) for fault in faults])
    by_row = {i: predicted[id] for i, id in named.items()} | dict(zip(stated, own, strict=True))
    return [by_row[i] for i in range(len(rows))]


def _slots_of(predictions: Iterable[str], payloads: OutcomeForm, database: Database) -> dict[str, Slot]:
    """Unit and period of each prediction; those that are not recorded of this process are left out.

    Each record is read once, however many of its predictions are named.
    """
    keys = {one: (named[1], int(named[2])) for one in predictions if (named := _ID.fullmatch(one)) is not None}
    requested_rows = defaultdict[str, set[int]](set)
    for id, row in keys.values():
        requested_rows[id].add(row)
    by_place: dict[tuple[str, int], Slot] = {}
    with database.read() as connection:
        for id, request in between(by_id(connection, payloads.seed.process.name, list(requested_rows))):
            known = slots_of(request, payloads.seed)
            by_place |= {(id, row): known[row] for row in requested_rows[id] if row < len(known)}
    return {one: by_place[key] for one, key in keys.items() if key in by_place}
