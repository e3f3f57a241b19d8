"""Figures in the documents are those that a command measured, on these seeds and plants; what documents name exists."""

import csv
import importlib
import importlib.util
import json
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from seeds import load, names
from seeds.format.schema import head_of

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
RESULTS, PROCESSES, EXPLANATION = DOCS / "results", DOCS / "reference" / "processes", DOCS / "explanation"
CHANGELOG = ROOT / "CHANGELOG.md"
LINKING = sorted([*ROOT.glob("*.md"), *DOCS.glob("**/*.md"), *ROOT.glob("seeds/*.md")])
PAGES = [page for page in LINKING if page != CHANGELOG]  # which names what was there at the time
ROOMS = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
SIMULATED = [name for name in names() if load(name).plant is not None]


def measured(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def test_every_process_has_its_figures_and_no_other_has():
    of_processes = {path.stem for path in RESULTS.glob("*.json") if "seed_digest" in measured(path.stem)}
    assert of_processes == set(names())
    assert set(measured("sorting")) == {name for name in SIMULATED if load(name).classes}
    assert set(measured("quality")) == {name for name in SIMULATED if load(name).quality is not None}


@pytest.mark.parametrize("process", SIMULATED)
def test_every_simulated_plant_has_its_picture(process):
    assert f"]({process}.svg)" in (PROCESSES / f"{process}.md").read_text(encoding="utf-8")


def test_the_readme_names_no_other_process():
    text = README.read_text(encoding="utf-8")
    for process in set(names()) - set(re.findall(r"/v1/(\w+)/predictions", text)):
        assert process not in text, f"{process}: adding a process needs no edit of the README"


def test_the_readme_states_what_it_needs_and_its_version():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = README.read_text(encoding="utf-8")
    assert f"Python {project['requires-python'].removeprefix('>=')} or later" in text
    assert f"Version {project['version'].rpartition('.')[0]}, {project['license']}" in text
    assert len(text.splitlines()) <= 150
    (limit,) = re.findall(r"`make test` should take at most (\d+) s of processor time", text)
    assert f"at most {limit} s of processor time" in (EXPLANATION / "testing.md").read_text(encoding="utf-8")


def test_the_readme_shows_the_request_of_the_tutorial_and_its_response():
    """Compare the responses that the tutorial shows with those of a service."""
    shown = [path.read_text(encoding="utf-8") for path in (README, DOCS / "tutorials" / "first_prediction.md")]
    requests = [json.loads(re.findall(r"-d '(\{.*?\})'\n", text, re.DOTALL)[0]) for text in shown]
    responses = [json.loads(re.findall(r"```json\n(.*?)```", text, re.DOTALL)[0]) for text in shown]
    assert requests[0] == requests[1] | {"coverage": 0.9}
    assert responses[0] == responses[1]


@pytest.mark.parametrize("process", names())
def test_sources_are_counted_by_kind_as_the_page_says(process):
    seed, text = load(process), (PROCESSES / f"{process}.md").read_text(encoding="utf-8")
    stated, held = len(seed.sources), sum(head_of(source) in seed.references for source in seed.sources.values())
    assert held + seed.practice + seed.assumed == stated
    counts = f"{stated} sources {held} are references, {seed.practice} are practice and {seed.assumed} are assumptions"
    assert f"Of the seed's {counts}" in text


def bands_of(process: str) -> list[dict[str, str]]:
    with (ROOT / "tests" / "bands" / f"{process}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("process", SIMULATED)
def test_bands_are_counted_by_kind_as_the_page_says(process):
    text = (PROCESSES / f"{process}.md").read_text(encoding="utf-8")
    kinds = Counter(row["kind"] for row in bands_of(process))
    counts = (
        f"{kinds['reference']} are of a reference, {kinds['practice']} are practice, {kinds['assumed']} are assumed"
    )
    assert f"Of its {kinds.total()} bands {counts} and {kinds['computed']} are computed" in text


@pytest.mark.parametrize("process", [name for name in SIMULATED if load(name).classes])
def test_bands_of_what_is_learnt_from_sensors_are_those_that_a_test_compares_with(process):
    bands = [row for row in bands_of(process) if row["statistic"].startswith("learnt: ")]
    text = (PROCESSES / f"{process}.md").read_text(encoding="utf-8")
    assert bands
    for row in bands:
        name = row["statistic"].removeprefix("learnt: ")
        assert f"| {name} | {float(row['low']):.1%} | {float(row['high']):.1%} |" in text


SECTIONS = (
    "Plant model",
    "Columns",
    "Grades",
    "Assumptions and limits",
    "Sensor contributions",
    "Model performance",
    "Unobservable effects",
    "Recommended set-points",
    "Limitations",
)
OPTIONAL = {"Grades", "Sensor contributions", "Unobservable effects", "Recommended set-points"}


@pytest.mark.parametrize("process", names())
def test_pages_of_processes_have_the_same_sections_in_the_same_order(process):
    text = (PROCESSES / f"{process}.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert sections == [section for section in SECTIONS if section in sections]
    assert set(SECTIONS) - OPTIONAL <= set(sections)


def test_the_index_of_processes_explains_each_section():
    text = (PROCESSES / "README.md").read_text(encoding="utf-8")
    assert all(f"| {section} |" in text for section in SECTIONS)


def test_pages_state_the_limits_that_the_code_has():
    from models.interfaces.answers import COVERAGE
    from serving.settings import ServiceSettings
    from training.core import bootstrap, comparison, splits
    from training.core.gate import LEAST_COVERAGE, MOST_COVERAGE
    from training.regression.comparison import BROKEN_COVERAGE

    rows = splits.FEWEST_ROWS
    pages = (EXPLANATION / "intervals.md", DOCS / "reference" / "promotion_rules.md")
    text = "\n".join(path.read_text(encoding="utf-8") for path in pages)
    for stated in (
        f"three blocks of {splits.CALIBRATE_SHARE:.0%} each calibrate, the newest {splits.TEST_SHARE:.0%} test",
        f"{splits.FEWEST_PERIODS} labelled periods, {rows['train']} rows to train, {rows['calibrate']} to calibrate "
        f"or {rows['test']} to test",
        f"The measured coverage of the {COVERAGE:.0%} interval",
        f"lies outside {LEAST_COVERAGE:.0%} to {MOST_COVERAGE:.0%}",
        f"the one-sided {comparison.PROMOTES:.0%} lower bound of its gain",
        f"the one-sided {bootstrap.CONFIDENCE:.0%} lower bound of the gain",
        f"at least {comparison.FEWEST_ROWS} rows in {comparison.FEWEST_BLOCKS} independent blocks",
        f"where there are {comparison.UNITS_FOR_BLOCKS} units or more",
        f"cover at least {BROKEN_COVERAGE:.0%} of the labels",
        f"Fewer than {comparison.FEWEST_ROWS} rows or {comparison.FEWEST_BLOCKS} blocks",
    ):
        assert stated.replace("%", " %") in text, stated
    assert (splits.HOLDOUT_SHARE, splits.CALIBRATE_BLOCKS, splits.FEWEST_UNITS_TO_HOLD_OUT) == (0.2, 3, 10)
    fields = ServiceSettings.model_fields
    security = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert (
        f"{fields['max_body_bytes'].default // 2**20} MiB of body and {fields['max_rows'].default:,} rows" in security
    )


def test_the_page_of_promotion_states_the_limits_that_the_code_has():
    from records.jobs import queue, worker
    from training.core import bootstrap, comparison
    from training.core.splits import FEWEST_UNITS_TO_HOLD_OUT
    from training.retraining import trigger

    text = (EXPLANATION / "promotion.md").read_text(encoding="utf-8")
    numbers = {3: "three", 10: "ten"}
    for stated in (
        f"an {comparison.PROMOTES * 100:.0f} % lower bound above zero",
        f"one {bootstrap.CONFIDENCE * 100:.0f} % level for all parts",
        f"fewer than {numbers[FEWEST_UNITS_TO_HOLD_OUT]} units",
        f"and {numbers[int(trigger.REST)]} windows are new",
        f"without a sign of life for {worker._SILENCE:g} s",
    ):
        assert stated in text, stated
    assert (trigger.MUCH, trigger.AGAIN, queue.MOST_STARTS) == (0.5, 2.0, 3)


def test_label_checks_state_the_limits_that_the_code_has():
    from models.online import reference_runs, review_queue
    from training.labels import checks, job, measures, reference_windows, units, unlabelled

    text = (EXPLANATION / "label_checks.md").read_text(encoding="utf-8")
    for stated in (
        f"up to {reference_windows.WINDOWS} windows of equal length",
        f"fewer than {reference_windows.FEWEST_PERIODS} periods gives no reference",
        f"at least {units.MISSING_FLOOR * 100:.0f} %, or two units;",
        f"at least {unlabelled.SHARE_FLOOR * 100:.0f} percentage points above the usual share |",
        f"at least {unlabelled.FLOOR:g}; more for few rows |",
        f"open periods (clock tolerance: one day) | {job.SET_ASIDE_SHARE * 100:.0f} % |",
        f"classes with fewer than {measures.FEWEST_OF_CLASS} rows",
        f"in runs of at least {reference_runs.FEWEST_ROWS}",
        f"among the latest {review_queue.MOST_KNOWN:,} |",
    ):
        assert stated in text, stated
    assert checks.FACTOR == reference_runs.FACTOR == 2.0
    assert (reference_runs.FEWEST_RUNS, units.UNITS_FLOOR, checks.LOST) == (5, 2.0, 0.5)


@pytest.mark.parametrize("process", [name for name in names() if load(name).quality is not None])
def test_grades_of_the_page_are_those_of_the_seed(process):
    seed, text = load(process), (PROCESSES / f"{process}.md").read_text(encoding="utf-8")
    table = [line for line in text.partition("## Grades")[2].splitlines() if line.startswith("|")]
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[: 2 + len(seed.grades)]]
    elements = [element.name for element in seed.elements]
    shown = [name.lower() for name in head if name.lower() in elements]
    assert len(shown) >= len(elements) - 2
    for grade, row in zip(seed.grades, rows, strict=True):
        cells = dict(zip((name.lower() for name in head), row, strict=True))
        assert float(row[1].replace("−", "-")) == grade.value.value, grade.name
        for name in elements:
            cell = cells.get(name, cells.get("others each"))
            assert cell == (grade.limits[name].range if name in grade.limits else ""), (grade.name, name)


def test_assays_are_predicted_as_well_as_is_plausible_and_no_better():
    results = measured("copper_cathode")
    m = results["candidates"][results["registered"]]
    assert 0.6 <= m["test_ag_r2"] <= 0.85
    for element in ("as", "sb", "bi", "se", "te", "pb", "ni", "s"):  # enclosed with electrolyte or slimes
        assert 0.4 <= m[f"test_{element}_r2"] <= 0.7, element


def test_slimes_of_the_copper_page_are_those_of_usual_anodes():
    from physics.refining.anode_slimes import SLIMES_SHARE, slimes_content, slimes_mass

    plant = load("copper_cathode").plant
    assert plant is not None
    typical = {element: plant.parameters[f"anode_{element}"].mean for element in SLIMES_SHARE}
    mass = slimes_mass(sum(share * typical[element] for element, share in SLIMES_SHARE.items()))
    silver, lead = (float(slimes_content(typical[element], SLIMES_SHARE[element], mass)) for element in ("ag", "pb"))
    text = (PROCESSES / "copper_cathode.md").read_text(encoding="utf-8")
    assert f"usual anodes give {silver:.0f} % silver and {lead:.0f} % lead" in text


def test_the_potline_is_predicted_as_the_readme_says():
    results = measured("aluminium_reduction")
    candidates = results["candidates"]
    best = candidates[results["registered"]]
    for other in ("persistence", "first_principles"):
        assert best["test_truth_rmse"] < candidates[other]["test_truth_rmse"]
        assert best["holdout_all_truth_rmse"] < candidates[other]["holdout_all_truth_rmse"]
    assert 0.88 <= best["test_coverage_90"] <= 0.92
    assert 0.88 <= best["holdout_all_coverage_90"] <= 0.92


@pytest.mark.parametrize("path", LINKING, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_entries_of_the_changelog_are_short_and_have_one_link():
    entries = re.findall(r"^- (.+(?:\n  .+)*)", CHANGELOG.read_text(encoding="utf-8"), re.MULTILINE)
    assert entries
    for entry in entries:
        words = re.sub(r"\]\([^)]*\)", "", entry).split()
        assert len(words) <= 25, entry
        assert entry.count("](") == 1, entry


def test_the_index_of_the_documents_or_of_its_folder_names_every_page():
    for page in {*DOCS.glob("**/*.md")} - {DOCS / "README.md"}:
        own = page.parent / "README.md"
        index = own if own.exists() and own != page else DOCS / "README.md"
        linked = re.findall(r"\]\(([^)#]+)\)", index.read_text(encoding="utf-8"))
        assert page.relative_to(index.parent).as_posix() in linked, page


def exists(name: str) -> bool:
    """Whether a dotted name is a module, or stands in one."""
    module, _, attribute = name.rpartition(".")
    try:
        if importlib.util.find_spec(name) is not None:
            return True
    except ModuleNotFoundError:
        pass
    try:
        return hasattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError:
        return False


def quoted(pattern: str) -> list[tuple[str, str]]:
    """What documents quote as code and the pattern matches as a whole, with the document's name."""
    result = [(path.name, code) for path in PAGES for code in re.findall(r"`([^`\n]+)`", path.read_text("utf-8"))]
    return [(page, code) for page, code in result if re.fullmatch(pattern, code)]


def test_every_module_of_the_documents_exists():
    result = quoted(rf"(?:{'|'.join(ROOMS)})(?:\.\w+)+")
    assert len(result) > 50
    missing = [(page, name) for page, name in result if not name.endswith(".toml") and not exists(name)]
    assert not missing


def test_every_file_and_folder_of_the_documents_exists():
    result = quoted(rf"(?:{'|'.join(ROOMS)}|tests|benchmarks|docs|\.ci)/\S*")
    assert len(result) > 30
    missing = [(page, name) for page, name in result if not any(ROOT.glob(re.sub(r"<\w+>", "*", name)))]
    assert not missing


def test_a_missing_module_is_noticed():
    assert exists("models.uncertainty.intervals")
    assert exists("models.uncertainty.intervals.Conformal")
    assert not exists("models.uncertainty.intervals.conformal")
    assert not exists("models.no_such_room.intervals")


def test_every_room_has_its_line_in_the_design():
    text = (DOCS / "explanation" / "architecture.md").read_text(encoding="utf-8")
    for room in ROOMS:
        assert re.search(rf"^\| `{room}/` \|", text, re.MULTILINE), room
        assert f">{room}/<" in (DOCS / "explanation" / "architecture.svg").read_text(encoding="utf-8"), room


RETIRED = r"\b(?:told|let go|lets go|luck|bar to beat|dearest)\b"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_retired_words_do_not_come_back(path):
    text = path.read_text(encoding="utf-8")
    if path == DOCS / "reference" / "glossary.md":
        text, _, retired = text.partition("## Retired words")
        assert re.search(RETIRED, retired)
    assert not re.findall(RETIRED, text, re.IGNORECASE)


EXPLAINED = ("retrain", "review_labels", "record_outcomes", "run_the_service", "secure_the_service")


@pytest.fixture(scope="module")
def strings_of_code() -> str:
    """Source of all rooms, in which literals that stand one below the other are one."""
    files = [path for room in ROOMS for path in (ROOT / room).glob("**/*.py")]
    return re.sub(r'"\s*\n\s*f?"', "", "\n".join(path.read_text(encoding="utf-8") for path in files))


def messages_of(page: str) -> list[str]:
    """Messages that a how-to explains in its last table or list, cut where a value stands."""
    _, result, table = (DOCS / "how-to" / f"{page}.md").read_text(encoding="utf-8").partition("## If it fails")
    assert result, page
    first_cells = re.findall(r"^(?:\| ([^|]*) \||- ((?:`[^`]*`|[^`:])*):)", table, re.MULTILINE)
    spans = [span for cells in first_cells for span in re.findall(r"`([^`]* [^`]*)`", "".join(cells))]
    return [part.strip() for span in spans for part in re.split(r"\.\.\.|\d+|[A-Z_]{3,}", span) if part.strip(" :_")]


@pytest.mark.parametrize("page", EXPLAINED)
def test_messages_that_a_how_to_explains_are_those_of_the_code(page, strings_of_code):
    result = messages_of(page)
    assert result
    assert [message for message in result if message not in strings_of_code] == []


def test_every_make_target_of_the_documents_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for path in PAGES:
        for target in re.findall(r"(?:`|^)make ([a-z-]+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert target in targets, f"{path.name}: {target}"
