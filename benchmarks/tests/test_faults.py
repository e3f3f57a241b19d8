"""The page of faults holds what was measured, and what it promises was kept."""

import json

import pytest

from benchmarks.aims.page import filled
from benchmarks.faults.cases import CASES, CaseResult
from benchmarks.faults.page import ABOUT, NAME, PAGE, RESULTS, lines

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.faults"


def test_every_case_is_described_and_was_measured():
    assert list(ABOUT) == list(CASES) == list(KEPT["cases"])


@pytest.mark.parametrize("name", list(CASES))
def test_nothing_that_was_answered_is_lost_or_kept_twice(name):
    result = CaseResult(**KEPT["cases"][name])
    assert result.times >= 30
    assert result.answered > 0
    assert (result.lost, result.twice, result.faults_of_audit, result.disordered or 0) == (0, 0, 0, 0)
    assert (result.disordered is not None) == (name == "clock_set")
    assert result.sent == result.answered + result.unanswered + result.refused


def test_a_table_of_other_figures_takes_the_place_of_the_one_before():
    other = {"measured": "2030-01-02", "cases": {"disk_full": {**KEPT["cases"]["disk_full"], "lost": 12345}}}
    before = filled("before\n\n<!-- faults -->\n<!-- end of faults -->\nafter\n", NAME, lines(KEPT))
    text = filled(before, NAME, lines(other))
    assert text.startswith("before\n\n<!-- faults -->\nMeasured on 2030-01-02.")
    assert text.endswith("<!-- end of faults -->\nafter\n")
    assert "12,345" in text
    assert ABOUT["mlflow_killed"] not in text
