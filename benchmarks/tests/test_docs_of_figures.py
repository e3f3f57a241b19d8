"""Figures in the documents are those that a command measured, on these seeds and plants."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks import accuracy, control_charts, peers, quality, quality_setpoints, run
from benchmarks.aims import overview
from benchmarks.aims.page import filled
from benchmarks.digests import is_of_own_plant, seed_digest, table_digest
from models.table.reading import read_table
from models.uncertainty.guarantees import at_least
from seeds import load, names
from synthetic_data import simulate
from tests.suite.plant_tables import TABLES
from tests.suite.processes import each

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RESULTS, PROCESSES = DOCS / "results", DOCS / "reference" / "processes"
FEW = 10  # false releases that a limit allows
SIMULATED = [name for name in names() if load(name).plant is not None]


def measured(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def figures_of(process: str) -> dict[str, dict[str, Any]]:
    """Figures of a process, by the command that measures them again."""
    result = {f"accuracy.py {process}": measured(process)}
    result |= {f"{name}.py {process}": measured(name).get(process) for name in ("sorting", "quality")}
    return {command: figures for command, figures in result.items() if figures is not None}


@pytest.mark.parametrize("process", names())
def test_figures_were_measured_on_this_seed(process):
    seed = load(process)
    stale = [
        name
        for name, result in figures_of(process).items()
        if result["seed_digest"] != seed_digest(seed)
        and not (name.startswith("accuracy.py") and is_of_own_plant(result["seed_digest"], seed))
    ]
    assert not stale, f"the seed has changed since; measure again: python benchmarks/{' and '.join(stale)}"


@pytest.mark.parametrize("process", each(SIMULATED, "simulates the default plant"))
def test_figures_were_measured_on_the_table_that_this_plant_gives(process, tmp_path):
    seed = load(process)
    table = table_digest(read_table(simulate(seed, tmp_path / process), seed).table)
    stale = [name for name, result in figures_of(process).items() if result["table_digest"] != table]
    assert not stale, f"the simulated plant has changed since; measure again: python benchmarks/{' and '.join(stale)}"


@pytest.mark.parametrize("process", names())
def test_every_process_has_its_page_with_the_measured_tables(process):
    text = (PROCESSES / f"{process}.md").read_text(encoding="utf-8")
    assert accuracy.filled(text, process, measured(process)) == text
    assert f"<!-- results of {process} -->\n| candidate" in text
    if load(process).quality is not None:
        assert f"<!-- outputs of {process} -->\nR² by element: " in text
    assert f"nonferrous seeds show {process}" in text


def test_the_readme_shows_one_table_of_figures_and_it_is_the_measured_one():
    text = overview.PAGE.read_text(encoding="utf-8")
    assert filled(text, overview.NAME, overview.lines()) == text, "write it again: python -m benchmarks.aims.overview"
    assert len(re.findall(r"^\|(?:-+:?\|)*-+:\|", text, re.MULTILINE)) == 1
    shown = {row.process for row in overview.ROWS}
    assert sorted(load(process).process.task for process in shown) == ["quality", "regression", "sorting"]


def test_the_readme_says_where_the_champion_is_not_the_best():
    ingot, text = measured("aluminium_ingot"), overview.PAGE.read_text(encoding="utf-8")
    champion = ingot["candidates"][ingot["registered"]]
    costs_more = champion["test_cost"] > ingot["candidates"]["first_principles"]["test_cost"]
    assert ("on the ingots it costs more than first principles" in text) == costs_more


def test_the_table_beside_peers_is_the_measured_one():
    page = peers.PAGE.read_text(encoding="utf-8")
    assert peers.with_table(page, measured("peers")) == page
    assert list(measured("peers")) == [table.name for table in TABLES]


def test_benchmarks_page_is_the_measured_one():
    text = (DOCS / "results" / "benchmarks.md").read_text(encoding="utf-8")
    assert run.with_page(text, measured("benchmarks")) == text


def test_tables_of_the_quality_page_are_the_measured_ones_and_the_promise_is_kept():
    results, text = measured("quality"), (RESULTS / "quality.md").read_text(encoding="utf-8")
    assert quality.with_tables(text, results) == text
    for result in results.values():
        own = result["own"]
        assert own["lots"] >= 20_000
        released = round(own["released_unassayed"])
        if released * result["alpha"] >= FEW:
            assert own["false_release"] <= result["alpha"]
        else:  # so few released lots exceed a limit by chance
            assert at_least(round(own["false_release"] * released), released, result["alpha"]) > 0.05
        assert 0.88 <= own["coverage_90"] <= 0.92
        assert own["cost"] < min(own["cost_assay_all"], own["cost_assay_none"])


def test_set_points_of_lots_lose_on_no_plant():
    results, text = measured("quality_setpoints"), (RESULTS / "quality.md").read_text(encoding="utf-8")
    assert quality_setpoints.with_table(text, results) == text
    for result in results.values():
        assert all(one["gain_high"] >= 0 for one in result["by_plant"])
        assert sum(one["gain"] for one in result["by_plant"]) >= 0


def test_run_lengths_of_the_charts_page_are_the_measured_ones():
    text = (DOCS / "reference" / "control_charts.md").read_text(encoding="utf-8")
    results = measured("control_charts")
    assert set(results) == set(control_charts.CASES)
    assert control_charts.with_table(text, results) == text
    for result in results.values():
        for actual in result.values():
            # Published figures are rounded: four standard errors and a digit.
            published = actual.get("published", actual["mean"])
            assert abs(actual["mean"] - published) < 4 * actual["error"] + 0.006 * published
