"""The table of replays holds what was measured on the seeds that are there."""

import json

import pytest

from benchmarks.aims.page import filled
from benchmarks.replays.policy_replay import POLICIES
from benchmarks.replays.tables.page import NAME, PAGE, REAL, REAL_RESULTS, RESULTS, lines, real_lines
from benchmarks.replays.tables.plants import WORSE
from benchmarks.replays.tables.promotions import NAME as OF_PROMOTIONS
from benchmarks.replays.tables.promotions import RESULTS as PROMOTIONS
from benchmarks.replays.tables.promotions import all_of, of_process
from benchmarks.replays.tables.promotions import lines as promotion_lines
from benchmarks.replays.tables.short_steps import NAME as OF_SHORT_STEPS
from benchmarks.replays.tables.short_steps import PROCESSES
from benchmarks.replays.tables.short_steps import RESULTS as SHORT
from benchmarks.replays.tables.short_steps import lines as short_lines

KEPT = json.loads(RESULTS.read_text(encoding="utf-8"))


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, NAME, lines(KEPT)) == text, "python -m benchmarks.replays.tables"


def test_every_way_was_played():
    for one in KEPT["processes"].values():
        assert tuple(way["way"] for way in one["ways"]) == POLICIES
        assert len({way["steps"] for way in one["ways"]}) == 1


def test_of_lots_the_cost_of_decisions_stands_beside_that_of_the_oracle():
    def way(name, lost, released, broken):
        errors = {"error": 0.2, "covered": 0.9, "lowest": 0.85, "longest": 0.0}
        counts = {"way": name, "steps": 12, "trainings": 2, "promotions": 1}
        return {**counts, **errors, "lost": lost, "released": released, "broken": broken}

    ways = [
        way("first", 3.0, 1000, 25),
        way("schedule", 2.5, 1100, 9),
        way("drift", 2.2, 1200, 6),
        way("accepted", 2.1, 1200, 5),
    ]
    ways.append(way("oracle", 2.0, 0, 0))
    one = {"units": 6, "from": "2024-07-01", "ways": ways, "chance": 0.0}
    text = list(lines({"measured": "2030-01-02", "processes": {"zinc_ingot": one}}))
    assert "All policies of 1 other processes: 1.000." in text
    assert "| zinc_ingot | 2 $/t | 1.500 | 1.250 | 1.100 |" in text
    assert [line for line in text if line.startswith("Policy")] == [
        "Policy accepted instead of drift: no process (others within 0.005).",
        "Policy accepted instead of drift: zinc_ingot 1.050 (others within 0.005).",
    ]
    assert "2 other replays miss none of these aims." in text


def test_the_page_holds_what_was_played_in_short_steps():
    result = json.loads(SHORT.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, OF_SHORT_STEPS, short_lines(result)) == text, "python -m benchmarks.replays.tables.short_steps"
    assert set(result["processes"]) == set(PROCESSES)
    for process, one in result["processes"].items():
        (month,) = {way["steps"] for way in KEPT["processes"][process]["ways"]}
        assert {way["steps"] for way in one["ways"]} <= {3 * month - 2, 3 * month - 1, 3 * month}


def test_the_page_has_the_figures_of_the_plants_own_table():
    result, text = json.loads(REAL_RESULTS.read_text(encoding="utf-8")), PAGE.read_text(encoding="utf-8")
    assert filled(text, REAL, real_lines(result)) == text, "python -m benchmarks.replays.tables.real"


def test_the_page_says_what_each_promotion_of_a_replay_was_worth():
    result = json.loads(PROMOTIONS.read_text(encoding="utf-8"))
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, OF_PROMOTIONS, promotion_lines(result)) == text, (
        "python -m benchmarks.replays.tables.promotions"
    )
    ratios = [ratio for *_, ratio in all_of(result)]
    worse = sum(ratio > WORSE for ratio in ratios)
    assert (
        f"{worse or 'none'} of {len(ratios)} promotions increased the error of responses to the simulated truth" in text
    )


def test_promotions_of_what_was_not_played_are_not_measured(tmp_path):
    with pytest.raises(SystemExit, match="no replay: expected what python"):
        of_process("zinc_ingot", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_promotion_that_made_the_error_worse_is_counted():
    errors = {"error_before": 2.0, "error_after": 1.0, "answers_before": 1.0, "answers_after": 1.03}
    errors |= {"lost_before": None, "lost_after": None}
    one = {"start": "2024-01-01", "before": 1, "after": 2, "rows": 10, **errors}
    drift = [one, {**one, "answers_after": 1.01}, {**one, "answers_after": 0.5}]
    result = {
        "measured": "2030-01-02",
        "processes": {"aluminium_reduction": {"ways": {"schedule": [], "drift": drift}}},
    }
    sorted_ = {**one, "lost_before": 4.0, "lost_after": 3.0}
    result["processes"]["pv_modules"] = {"ways": {"drift": [{**sorted_, "answers_after": 0.9}]}}
    message, *_, last, decided, _ = promotion_lines(result)
    assert message == (
        "Measured on 2030-01-02: 1 of 4 promotions increased the error of responses to the simulated truth by more "
        "than 2%."
    )
    assert last == "| aluminium_reduction | 3 | 0.500 to 1.030 |  |"
    assert decided == "| pv_modules | 1 | 0.900 | 0.750 |"
