"""The simulators' part of the page of benchmarks is what a command measured, and says what was missed."""

import json
import subprocess
from typing import Any

import pytest

from benchmarks.simulation.page import PAGE, RESULTS, targets, with_part
from benchmarks.simulation.runs import ROOT, earlier, simulated, simulated_at

KEPT: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))
PROCESSES = ("aluminium_reduction", "aluminium_scrap")


def ratio(value: float) -> dict[str, float]:
    return {"median": value, "low": value - 0.1, "high": value + 0.1}


@pytest.fixture
def results() -> dict[str, Any]:
    """Figures that are made up: 2.5 times as fast everywhere."""
    one = {"units": 1200, "seconds": 2.0, "earlier_seconds": 5.0, "steps": 9000, "ratio": ratio(2.5)}
    reference = {"default": one, "larger": one, "measured": "2026-11-26"}
    two = {
        "units": 9000,
        "seconds": {"one": 15.0, "two": 10.0},
        "processor_seconds": {"one": 17.0, "two": 10.0},
        "others": 0.04,
    }
    return {
        "revision": "0123abc",
        "beside_earlier": dict.fromkeys(PROCESSES, reference),
        "rates": {
            PROCESSES[0]: {"units": 50, "made": 500_000, "seconds": 2.0, "others": 0.0, "measured": "2026-11-26"},
            PROCESSES[1]: {"units": 60, "made": 480_000, "seconds": 2.0, "others": 0.0, "measured": "2026-11-26"},
        },
        "two_workers": {PROCESSES[0]: two, PROCESSES[1]: two | {"others": 0.8}},
        "processors": 2,
    }


def test_the_page_holds_what_was_measured_of_every_plant_that_the_earlier_code_had_and_nothing_else():
    text = PAGE.read_text(encoding="utf-8")
    assert with_part(text, KEPT) == text, "python -m benchmarks.simulation --write"
    assert list(KEPT["beside_earlier"]) == simulated_at(KEPT["revision"])
    assert set(KEPT.get("two_workers", {})) <= set(KEPT["beside_earlier"])
    assert list(KEPT["rates"]) == simulated()


def test_every_aim_stands_beside_what_was_reached(results):
    rows = list(targets(results))
    assert len(rows) == 2 * 2 + 2 + 2
    assert all("**2.5**, missed" in row.reached for row in rows[:2])  # of 3
    assert all(row.reached == "2.5" for row in rows[2:4])  # of 2
    assert rows[4].reached == "250,000"  # of 200,000 rows
    assert rows[5].reached == "**240,000**, missed"  # of 250,000 pieces
    assert rows[6].reached == "**1.5**, missed"
    assert rows[6].what.endswith("wall time")
    assert rows[7].reached == "1.7"
    assert rows[7].what.endswith("processor time of the busier")


def test_a_plant_that_two_workers_have_not_simulated_yet_is_said(results):
    del results["two_workers"][PROCESSES[1]]
    assert list(targets(results))[-1].reached == "not measured yet"


def test_a_plant_that_was_not_measured_beside_the_earlier_code_is_said(results):
    results["beside_earlier"][PROCESSES[0]] = None
    rows = list(targets(results))
    assert [row.reached for row in rows[:2]] == ["not measured yet"] * 2
    assert rows[0].aim == "at least 3"
    text = with_part("# Benchmarks\n", results)
    assert (
        "| default plant, speed-up over the earlier code | not measured yet (at least 3) | 2.5 (at least 2) |" in text
    )


def test_the_text_around_the_part_stays(results):
    text = with_part("# Benchmarks\n\n<!-- service -->\na\n<!-- end of service -->\n", results)
    assert text.startswith("# Benchmarks\n\n<!-- service -->\na\n<!-- end of service -->\n\n<!-- simulation -->\n")
    assert "| larger plant, speed-up over the earlier code | **2.5** (at least 3) | 2.5 (at least 2) |" in text
    again = with_part(text + "<!-- more -->\n", results)
    assert again == text + "<!-- more -->\n"


def test_an_earlier_revision_stands_in_a_folder_until_it_is_measured():
    listed = ["git", "-C", str(ROOT), "worktree", "list"]
    if subprocess.run(listed, capture_output=True, check=False).returncode:
        pytest.skip("not a git checkout")
    with earlier("HEAD") as tree:
        assert (tree / "seeds" / "__init__.py").exists()
        assert str(tree) in subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    assert not tree.exists()
    assert str(tree) not in subprocess.run(listed, capture_output=True, text=True, check=True).stdout
