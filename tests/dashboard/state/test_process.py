"""State of a process: independent of the order of records, bounded, blind to what it cannot read."""

import json
import random
from itertools import permutations

import pytest

from dashboard.links import RecordedRows
from dashboard.state import process
from dashboard.state.process import ProcessState
from dashboard.state.units import MOST_POINTS
from records.recent import RecentExchange
from seeds import Seed


def exchange(number: int, operation: str = "predictions", rows=(), answer=None) -> RecentExchange:
    """A recorded exchange; its request has the rows, which `read` gives back."""
    return RecentExchange(
        number=number,
        id=f"record {number}",
        at=1000 * number,
        client="gateway",
        process="toy_cells",
        operation=operation,
        version=3,
        digest="sha256:0",
        kind="application/json",
        request_body=json.dumps(list(rows)).encode(),
        response_prefix=b"",
        response_body=json.dumps(answer).encode(),
    )


def read(seed: Seed, one: RecentExchange) -> RecordedRows:
    """Rows of `exchange`: unit, period, inputs, and a prediction with the number of the record as its value."""
    rows = json.loads(one.request_body)
    y = {"value": float(one.number), "low": one.number - 1.0, "high": one.number + 1.0, "unit": "%"}
    predictions = [json.dumps({"y": y, "flags": []}).encode() for _ in rows]
    return RecordedRows(
        [(unit, period, 90.0, 10.0, None) for unit, period in rows], predictions, [tuple(r) for r in rows]
    )


@pytest.fixture
def state(toy_seed) -> ProcessState:
    return ProcessState(toy_seed, read)


def facts(state: ProcessState) -> object:
    """Everything that pages show of a state."""
    units = {
        name: ([(one.slot, one.number) for one in unit.points], unit.latest, unit.warnings, unit.recommendation)
        for name, unit in sorted(state.units.items())
    }
    return units, state.rows, state.since, state.at, state.warned_at, state.period


def warned(number: int, probability: float) -> RecentExchange:
    event = {"hot": {"alarm": True, "probability": probability, "threshold": 0.1}}
    one = {"unit": "A", "period_start": "2026-01-02", "events": event}
    return exchange(number, "warnings", answer={"warnings": [one]})


def test_the_order_of_records_does_not_matter(toy_seed):
    records = [
        exchange(1, rows=[("A", "2026-01-01"), ("B", "2026-01-01")]),
        exchange(2, rows=[("A", "2026-01-02")]),
        exchange(3, rows=[("A", "2026-01-01")]),  # a correction of an earlier period
        warned(4, 0.5),
        warned(5, 0.7),
    ]
    results = []
    for order in permutations(records):
        state = ProcessState(toy_seed, read)
        for one in order:
            state.add(one)
        results.append(facts(state))
    assert all(one == results[0] for one in results)
    units = results[0][0]
    assert units["A"][0] == [("2026-01-01", 3), ("2026-01-02", 2)]
    assert units["A"][2].content["events"]["hot"]["probability"] == 0.7


def test_a_unit_holds_its_newest_periods(state):
    days = [f"2026-{1 + i // 28:02d}-{1 + i % 28:02d}" for i in range(MOST_POINTS + 50)]
    order = list(enumerate(days, 1))
    random.Random(1).shuffle(order)
    for number, day in order:
        state.add(exchange(number, rows=[("A", day)]))
    assert [one.slot for one in state.units["A"].points] == days[-MOST_POINTS:]
    assert state.units["A"].latest.number == len(days)


def test_the_unit_that_was_silent_longest_gives_way(state, monkeypatch):
    monkeypatch.setattr(process, "MOST_UNITS", 3)
    for number, unit in enumerate("ABCD", 1):
        state.add(exchange(number, rows=[(unit, "2026-01-01")]))
    assert set(state.units) == {"B", "C", "D"}
    state.add(exchange(9, rows=[("B", "2026-01-02")]))
    state.add(exchange(10, rows=[("E", "2026-01-01")]))
    assert set(state.units) == {"B", "D", "E"}


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"warnings": None},
        {"warnings": {"A": 1}},
        {"warnings": [None, 1, "A", [], {}, {"unit": None, "events": {}}]},
        {"warnings": [{"unit": "A", "events": []}, {"unit": "A", "events": {"hot": 1}}]},
    ],
    ids=json.dumps,
)
def test_a_response_of_another_shape_names_no_unit(state, answer):
    state.add(exchange(1, "warnings", answer=answer))
    assert state.units == {}


def test_other_operations_change_nothing(state):
    state.add(exchange(1, "what-if", answer={"what_if": []}))
    assert (state.units, state.rows) == ({}, 0)
