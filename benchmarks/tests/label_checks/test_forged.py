"""What is stopped before it is learnt, on its page, is what a command measured on the seeds as they are."""

import json

import pytest

from benchmarks.label_checks.forgeries import FORGERIES
from benchmarks.label_checks.page import HONEST, PAGE, RESULTS, ROUTINE, with_table
from benchmarks.label_checks.slow import SLOW
from benchmarks.label_checks.unlabelled import CHOICES

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_table_is_the_measured_one():
    text = PAGE.read_text(encoding="utf-8")
    assert with_table(text, KEPT) == text


@pytest.mark.parametrize("process", KEPT)
def test_each_process_was_measured_with_all_forgeries(process):
    result = KEPT[process]
    assert {HONEST, ROUTINE, *FORGERIES, *SLOW, *CHOICES} <= set(result["files"])
    assert all(one["stopped"] <= one["files"] for one in result["files"].values())
