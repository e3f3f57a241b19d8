"""The part of training of the page of benchmarks is what a command measured, and says what was missed."""

import json
import subprocess
import sys
from typing import Any

import pytest

from benchmarks.aims.machine import children_seconds
from benchmarks.training_size.aims import PAGE, PROCESSES, RESULTS, targets, with_part

KEPT: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))


@pytest.fixture
def results() -> dict[str, Any]:
    """Figures that are made up: every job takes 1.5 times its fits."""
    job = {"rows": 9000, "processor_seconds": 15.0, "fit_processor_seconds": 10.0}
    line = job | {"recommended_seconds": 3.2, "recommended": 264}
    return {
        "jobs": {process: line if process == "aluminium_reduction" else job for process in PROCESSES},
        "up": {"seconds": 90.0, "processor_seconds": 150.0, "others": 0.7},
        "help_seconds": 0.08,
        "bare_seconds": 0.02,
        "measured": {"jobs": "2026-11-26", "up": "2026-12-02", "help": "2026-12-02"},
        "processors": 2,
    }


def test_the_page_holds_what_was_measured_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert with_part(text, KEPT) == text, "python -m benchmarks.training_size.aims write"


def test_every_aim_stands_beside_what_was_reached(results):
    rows = {(row.what, row.process): row for row in targets(results)}
    assert len(rows) == 3 + 3
    reached = {process: rows["job / fits", process].reached for process in PROCESSES}
    assert set(reached.values()) == {"**1.5**, missed"}  # of 1.4
    assert rows["recommendations for 264 pots [s]", "aluminium_reduction"].reached == "**3.2**, missed"
    started = "`nonferrous up` from built environment to ready"
    shared = rows[f"{started}, processor time over the processors [s]", "all"]
    assert (shared.aim, shared.reached) == ("at most 60", "**75**, missed")
    alone = results | {"up": results["up"] | {"others": 0.02}}
    assert {row.what: row.reached for row in targets(alone)}[f"{started} [s]"] == "**90**, missed"
    assert rows["`nonferrous --help`, processor time relative to a bare interpreter", "all"].reached == "4"


def test_missed_aims_are_counted_below_their_table(results):
    text = with_part("", results)
    assert sum("missed" in row.reached for row in targets(results)) == 5  # three jobs, recommendations, start of `up`
    assert "5 of 6 aims are missed" in text
    results["help_seconds"] = 0.2
    assert "6 of 6 aims are missed" in with_part("", results)


def test_each_part_has_its_date(results):
    assert "measured on 2026-11-26 (jobs), 2026-12-02 (up), 2026-12-02 (help). Jobs" in with_part("", results)
    results["measured"] = dict.fromkeys(results["measured"], "2026-12-02")
    assert "measured on 2026-12-02. Jobs" in with_part("", results)


def test_a_part_that_is_not_measured_yet_is_said(results):
    del results["up"]
    assert [row.reached for row in targets(results)].count("not measured yet") == 1


def test_the_text_around_the_part_stays(results):
    text = with_part("# Benchmarks\n\n<!-- service -->\na\n<!-- end of service -->\n", results)
    assert text.startswith("# Benchmarks\n\n<!-- service -->\na\n<!-- end of service -->\n\n<!-- training -->\n")
    assert "| aluminium_scrap | 9,000 | 15.0 | 10.0 | 1.50 |" in text
    assert with_part(text + "<!-- more -->\n", results) == text + "<!-- more -->\n"


def test_what_children_have_worked_is_theirs_and_no_others():
    before = children_seconds()
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"], check=True)
    assert children_seconds() - before >= 0.3
