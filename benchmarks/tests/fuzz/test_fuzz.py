"""Requests drawn from OpenAPI: what is aligned stays a valid body, what counts as a relation, and the page."""

import json
from datetime import timedelta
from typing import Any

import pytest

from benchmarks.aims.page import filled
from benchmarks.fuzz.aligned import Naming, aligned
from benchmarks.fuzz.asking import KINDS, FuzzResult
from benchmarks.fuzz.page import FAULTLESS, NAME, PAGE, RESULTS, lines, result
from benchmarks.fuzz.relations import OF_MODEL, broken

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))
NAMING = Naming("unit", "period_start", timedelta(days=1), "1")


def several(one: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """So many rows that are alike."""
    return [dict(one) for _ in range(count)]


def test_the_page_holds_what_was_measured_and_nothing_else() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.fuzz"


def test_no_request_that_was_measured_showed_a_fault() -> None:
    assert KEPT["faults"] == {}
    assert FAULTLESS in "\n".join(lines(KEPT))
    assert sum(sent for _, _, sent, *_ in KEPT["sent"]) >= 10_000
    actual = FuzzResult()
    actual.sent["/v1/{process}/outcomes", KINDS[0]] = 12345
    actual.faults["status of 5xx"] = 2
    message = "\n".join(lines(result(actual, measured="2030-01-02", seed=1, processes=["toys"], schemathesis="4")))
    assert "12,345 requests" in message
    assert "**2 status of 5xx**" in message
    assert FAULTLESS not in message


def test_rows_are_of_few_units_with_plans_after_their_history() -> None:
    row = {"unit": "x", "period_start": "1200-02-29T20:00-10:05"}
    body = aligned({"rows": several(row, 5), "history": several(row, 7), "coverage": 0.9}, NAMING)
    planned, past = body["rows"], body["history"]
    assert len({(one["unit"], one["period_start"]) for one in past}) == 7
    assert {one["unit"] for one in planned} == {one["unit"] for one in past}
    assert min(one["period_start"] for one in planned) > max(one["period_start"] for one in past)
    assert row["unit"] == "x"
    assert body["coverage"] == 0.9


def test_outcomes_of_a_prediction_keep_its_name_and_others_have_a_period_each() -> None:
    named, own = {"prediction": "p", "y": 1}, {"unit": "x", "period_start": "2026-01-01", "y": 1}
    first, *others = aligned({"outcomes": [named, *several(own, 4)]}, NAMING)["outcomes"]
    assert first == named
    assert len({(one["unit"], one["period_start"]) for one in others}) == 4


@pytest.mark.parametrize("body", [None, [], 5, "text"])
def test_what_is_no_object_stays(body: Any) -> None:
    assert aligned(body, NAMING) is body


def test_a_tariff_and_the_grid_cover_the_same_hours() -> None:
    one = {"start": "x", "price": 1.0}
    body = aligned({"rows": [], "tariff": several(one, 3), "grid_factor": several(one, 40)}, NAMING)
    for name in ("tariff", "grid_factor"):
        assert body[name][0]["start"] == "2026-08-03T00:00:00+00:00"
        assert body[name][-1]["end"] == "2026-08-04T03:00:00+00:00"
        assert all(each["end"] is None for each in body[name][:-1])


def test_a_refusal_is_a_relation_only_where_each_fault_is_one() -> None:
    relation = {"expected": "a period after 2026-01-01, the newest of this unit's history"}
    assert broken({"errors": [relation, relation]}) == {"a plan after the newest row of its unit's history"}
    assert broken({"errors": [relation, {"expected": "at most 5 V"}]}) is None
    assert broken({"errors": [], "detail": "process 'x' not found"}) is None
    refused = "version 3 of toy_lots recommends no set-points: it was trained without them"
    assert broken({"errors": [], "detail": refused}) == {OF_MODEL}
