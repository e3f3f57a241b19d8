"""What is asked for early warnings, and how it is described."""

import json

import pytest
from pydantic import TypeAdapter

from operations.forms.faults import RequestError
from operations.warnings.answers import read
from operations.warnings.forms import warning_form
from operations.warnings.operation import Warnings
from seeds import load, load_all
from tests.models.warnings.conftest import event

WARNED = sorted(name for name, seed in load_all().items() if seed.warnings)


@pytest.mark.parametrize("process", WARNED)
def test_the_example_is_taken(process):
    taken = warning_form(load(process), 100)
    requested = read(taken, json.dumps(taken.example).encode())
    assert len(requested.table) == len(taken.example["history"]) + 1
    TypeAdapter(taken.request).validate_python(taken.example)


@pytest.mark.parametrize("process", WARNED)
def test_nothing_is_asked_of_a_period_that_it_measures_itself(process):
    seed = load(process)
    taken = warning_form(seed, 100)
    measured = {column.name for column in seed.by_role("during", "late", "target")}
    assert not measured & set(taken.example["rows"][0])
    assert measured <= set(taken.example["history"][0])
    row = taken.example["rows"][0] | {seed.target.name: 90.0}
    body = json.dumps(taken.example | {"rows": [row]}).encode()
    with pytest.raises(RequestError) as caught:
        read(taken, body)
    assert [one.field for one in caught.value.faults] == [seed.target.name]


def test_a_process_without_events_offers_none(toy_seed):
    assert not Warnings().is_offered(toy_seed)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda rows, history: rows.append(dict(rows[0])), "one plan a unit"),
        (lambda rows, history: rows[0].update(unit="B-1"), "a unit with rows in history"),
        (lambda rows, history: rows[0].update(period_start="2020-01-01"), "a period after"),
        (lambda rows, history: history.append(dict(history[0])), "one row a unit and period"),
        (lambda rows, history: rows[0].pop("x_set"), "this field, which is required"),
        (lambda rows, history: history[0].update(z=99.0), "at most 8 V"),
        (lambda rows, history: history.clear(), "at least 1 entries"),
    ],
)
def test_what_does_not_fit_is_named(seed_with, change, expected):
    taken = warning_form(seed_with(event("at_least = 4.4")), 100)
    body = json.loads(json.dumps(taken.example))
    change(body["rows"], body["history"])
    with pytest.raises(RequestError) as caught:
        read(taken, json.dumps(body).encode())
    assert caught.value.status == 422
    assert any(expected in str(fault.expected) for fault in caught.value.faults), caught.value.faults


def test_the_answer_describes_each_event_with_its_costs(seed_with):
    taken = warning_form(seed_with(event("at_least = 4.4")), 100)
    schema = json.dumps(TypeAdapter(taken.answer).json_schema())
    assert "z at least 4.4 V; a miss costs 100 $, an alarm 20 $" in schema
