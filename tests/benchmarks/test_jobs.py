"""The page of faults of retraining jobs holds what was measured, and what it promises was kept."""

import json

import pytest

from benchmarks.aims.page import filled
from benchmarks.jobs.cases import CASES, Found
from benchmarks.jobs.page import ABOUT, NAME, PAGE, RESULTS, lines

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.jobs"


def test_every_case_is_described_and_was_measured():
    assert list(ABOUT) == list(CASES) == list(KEPT["cases"])


@pytest.mark.parametrize("name", list(CASES))
def test_the_store_is_as_before_or_as_after_and_nothing_is_promoted_twice(name):
    found = Found(**KEPT["cases"][name])
    assert found.jobs > 0
    assert found.promoted > 0
    assert (found.twice, found.between, found.left) == (0, 0, 0)
    assert len(found.reasons) <= found.failed


def test_the_worker_was_killed_often():
    assert KEPT["cases"]["worker_killed"]["times"] >= 50
