"""Figures in the documents are those that a command measured, and what the documents name exists."""

import importlib.util
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from seeds import load, names

ROOT = Path(__file__).parent.parent
RESULTS, TASKS = ROOT / "docs" / "results", ROOT / "docs" / "tasks"
DOCS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("seeds/*.md")])


def benchmark(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_tables_of_the_readme_are_the_measured_ones():
    results = json.loads((RESULTS / "results.json").read_text(encoding="utf-8"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert set(results) == set(names())
    assert benchmark("accuracy").with_tables(text, results) == text
    for process in results:
        assert f"<!-- results of {process} -->\n| candidate" in text


def test_tables_of_the_products_pages_are_the_measured_ones():
    results = json.loads((RESULTS / "results.json").read_text(encoding="utf-8"))
    graded = [name for name in names() if load(name).quality is not None]
    assert graded
    for process in graded:
        text = (ROOT / "docs" / "processes" / f"{process}.md").read_text(encoding="utf-8")
        assert benchmark("accuracy").with_outputs(text, process, results[process]) == text
        assert f"<!-- results of {process} -->\n| told |" in text


def test_assumptions_are_counted_as_the_pages_say():
    for name in names():
        page = ROOT / "docs" / "processes" / f"{name}.md"
        text = page.read_text(encoding="utf-8") if page.exists() else ""
        for assumed, sources in re.findall(r"(\d+) of the seed's (\d+)", text):
            assert (int(assumed), int(sources)) == (load(name).assumed, len(load(name).sources)), name


def test_benchmarks_page_is_the_measured_one():
    found = json.loads((RESULTS / "benchmarks.json").read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == benchmark("run").page(found)


def test_trials_of_the_sorting_page_are_the_measured_ones():
    sorting, text = benchmark("sorting"), (TASKS / "sorting.md").read_text(encoding="utf-8")
    results = json.loads(sorting.RESULTS.read_text(encoding="utf-8"))
    assert set(results) == {name for name in names() if load(name).classes}
    assert sorting.with_table(text, results) == text
    for process, result in results.items():
        assert f"| {process} |" in text
        assert result["trial"]["over_limit"] <= (1 - result["trial"]["confidence"]) * result["trial"]["lots"]
        assert result["trial"]["value"] >= 0.95 * result["ten_times"]["value"]


def test_tables_of_the_quality_page_are_the_measured_ones_and_the_promise_holds():
    quality, text = benchmark("quality"), (TASKS / "quality.md").read_text(encoding="utf-8")
    results = json.loads(quality.RESULTS.read_text(encoding="utf-8"))
    assert set(results) == {name for name in names() if load(name).quality is not None}
    assert quality.with_tables(text, results) == text
    for result in results.values():
        own = result["own"]
        assert own["lots"] >= 20_000
        assert own["false_release"] <= result["alpha"]
        assert 0.88 <= own["coverage_90"] <= 0.92
        assert own["cost"] < min(own["cost_assay_all"], own["cost_assay_none"])


def test_assays_are_told_as_well_as_is_plausible_and_no_better():
    candidates = json.loads((RESULTS / "results.json").read_text(encoding="utf-8"))["copper_cathode"]
    m = candidates["candidates"][candidates["registered"]]
    assert 0.6 <= m["test_ag_r2"] <= 0.85
    for element in ("as", "sb", "bi", "se", "te", "pb", "ni", "s"):  # enclosed with electrolyte or slimes
        assert 0.4 <= m[f"test_{element}_r2"] <= 0.7, element


def test_run_lengths_of_the_charts_page_are_the_measured_ones():
    charts, text = (
        benchmark("control_charts"),
        (TASKS / "control_charts.md").read_text(encoding="utf-8"),
    )
    results = json.loads(charts.RESULTS.read_text(encoding="utf-8"))
    assert set(results) == set(charts.CASES)
    assert charts.with_table(text, results) == text
    for result in results.values():
        for found in result.values():
            # Published figures are rounded: four standard errors and a digit.
            published = found.get("published", found["mean"])
            assert abs(found["mean"] - published) < 4 * found["error"] + 0.006 * published


def test_results_hold_what_the_readme_says():
    results = json.loads((RESULTS / "results.json").read_text(encoding="utf-8"))["aluminium_reduction"]
    candidates = results["candidates"]
    best = candidates[results["registered"]]
    for other in ("persistence", "linear"):
        assert best["test_truth_rmse"] < candidates[other]["test_truth_rmse"]
        assert best["unseen_all_truth_rmse"] < candidates[other]["unseen_all_truth_rmse"]
    assert 0.88 <= best["test_coverage_90"] <= 0.92
    assert 0.88 <= best["unseen_all_coverage_90"] <= 0.92


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_every_module_of_the_documents_exists():
    for path in DOCS:
        for name in re.findall(
            r"`((?:models|training|serving|synthetic_data)(?:\.\w+)+)`", path.read_text(encoding="utf-8")
        ):
            assert importlib.util.find_spec(name) is not None, f"{path.name}: {name}"


def test_seeds_page_names_every_seed():
    text = (ROOT / "seeds" / "README.md").read_text(encoding="utf-8")
    for name in names():
        assert f"({load(name).process.name}.toml)" in text


def test_every_command_of_the_documents_exists():
    import typer.main

    from nonferrous import app

    group = typer.main.get_command(app)
    known = set(group.commands)
    for path in DOCS:
        for command in re.findall(r"nonferrous (?:--seeds \S+ )?([a-z]+)\b", path.read_text(encoding="utf-8")):
            assert command in known, f"{path.name}: {command}"


def test_every_make_target_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in DOCS:
        for target in re.findall(r"(?:`|^)make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert target in targets, f"{path.name}: {target}"
