"""The page of faults of retraining jobs holds what was measured, and what it promises was kept."""

import json

import pytest

from benchmarks.aims.page import filled
from benchmarks.jobs.cases import CASES, JobFaultResult
from benchmarks.jobs.page import ABOUT, NAME, PAGE, POISON, POISON_PAGE, POISONS, RESULTS, lines, poison_lines
from benchmarks.jobs.poisons import POISONS as KINDS
from benchmarks.jobs.poisons import PoisonResult

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))
OF_POISONS = json.loads(POISONS.read_text(encoding="utf-8"))
WORSE = 1.02  # error to the truth, of that of the champion before, from which on a new one is bad


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.jobs"
    text = POISON_PAGE.read_text(encoding="utf-8")
    assert filled(text, POISON, poison_lines(OF_POISONS)) == text, "python -m benchmarks.jobs.poisons"


def test_every_case_is_described_and_one_without_figures_says_so():
    assert list(ABOUT) == list(CASES)
    unmeasured = [name for name in CASES if name not in KEPT["cases"]]
    assert "\n".join(lines(KEPT)).count("not measured yet") == len(unmeasured)
    assert not {"worker_killed", "postgresql_killed", "mlflow_killed"} & set(unmeasured)


@pytest.mark.parametrize("name", list(KEPT["cases"]))
def test_the_store_is_as_before_or_as_after_and_nothing_is_promoted_twice(name):
    result, (_, times) = JobFaultResult(**KEPT["cases"][name]), CASES[name]
    assert result.times >= times
    assert result.promoted > 0
    assert result.jobs == result.promoted + result.failed == len(result.away)
    assert (result.twice, result.between, result.left) == (0, 0, 0)
    assert not any("\n" in line for line in result.reasons)


@pytest.mark.parametrize("name", ["postgresql_killed", "mlflow_killed"])
def test_a_job_whose_server_was_away_is_over_a_minute_after_one_whose_was_not(name):
    result = JobFaultResult(**KEPT["cases"][name])
    assert result.whole is not None
    assert max(result.away) <= result.whole + 60


def test_no_poison_makes_a_bad_champion_and_each_is_reported_in_a_line():
    assert list(KINDS) == list(OF_POISONS["cases"])
    for name, retained in OF_POISONS["cases"].items():
        one = PoisonResult(**retained)
        assert one.after <= WORSE * one.before, name
        assert one.why or one.said, name
        assert "\n" not in one.why + one.said, name
        assert bool(one.said) == (one.refused > 0), name


def test_no_poison_moves_the_error_of_the_answers_by_more_than_a_tenth():
    honest = PoisonResult(**OF_POISONS["cases"]["none: honest labels"])
    errors = {name: one["answers"] / honest.answers for name, one in OF_POISONS["cases"].items()}
    assert {name: error for name, error in errors.items() if error > 1.1} == {}


def test_honest_labels_are_neither_refused_nor_set_aside_nor_stopped():
    honest = PoisonResult(**OF_POISONS["cases"]["none: honest labels"])
    assert (honest.state, honest.refused, honest.aside) == ("done", 0, 0)
