"""Rules of the repository that no linter checks."""

import ast
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import compute
import dashboard
import drafting
import gateway
import models
import monitoring
import nonferrous
import operations
import physics
import records
import registry
import reporting
import seeds
import serving
import synthetic_data
import system
import training
from tests.suite.imports import modules

ROOT = Path(__file__).parent.parent
PACKAGES = (
    compute,
    dashboard,
    drafting,
    gateway,
    models,
    monitoring,
    nonferrous,
    operations,
    reporting,
    physics,
    records,
    registry,
    seeds,
    serving,
    synthetic_data,
    system,
    training,
)
OUTSIDE = ("conftest.py", "tests", "benchmarks")
FOLDERS = (*(package.__name__ for package in PACKAGES), "tests", "benchmarks")
SOURCES = sorted([ROOT / "conftest.py", *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))])
TESTS = [path for path in SOURCES if {"tests", "conftest.py"} & {*path.relative_to(ROOT).parts}]
TEXTS = [
    *SOURCES,
    *(
        path
        for pattern in ("*.md", "*.toml", "*.lock", "Makefile", ".ci/run", "docs/**/*", "seeds/*.toml", "seeds/*.md")
        for path in ROOT.glob(pattern)
        if path.is_file() and path.suffix != ".png"
    ),
]
HEAVY = ("fastapi", "lightgbm", "mlflow", "numpy", "pandas", "plotly", "pyarrow", "sklearn")


def imported(path: Path) -> set[str]:
    """Top-level names of the modules that a file imports, inside functions too."""
    return {name.split(".")[0] for name in modules(path)}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.__name__)
def test_packages_are_those_of_this_checkout(package):
    assert Path(package.__file__).is_relative_to(ROOT)


def naming(paths: Iterable[Path], *words: str) -> list[Path]:
    """Files in which one of the words stands; to parse all files would take seconds."""
    result = [path for path in paths if any(word in path.read_text(encoding="utf-8") for word in words)]
    assert result
    return result


def faulty(paths: Iterable[Path], fault: Callable[[Path], object]) -> dict[str, object]:
    """What is wrong with each file that breaks a rule."""
    return {str(path.relative_to(ROOT)): result for path in paths if (result := fault(path))}


def test_a_file_has_one_subject():
    vague = {"utils", "helpers", "common", "base", "misc", "manager", "handler", "processor", "data"}
    assert faulty(SOURCES, lambda path: path.stem in vague) == {}
    assert faulty(SOURCES, lambda path: len(path.read_text(encoding="utf-8").splitlines()) > 400) == {}


def started(path: Path) -> list[int]:
    """Lines on which a program is started that runs on beside what started it."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if ast.unparse(call.func) in ("subprocess.Popen", "Popen")]


def test_a_program_that_runs_beside_a_test_is_one_that_ends_with_it():
    others = [path for path in TESTS if path != ROOT / "tests" / "suite" / "children.py"]
    assert faulty(naming(others, "Popen"), started) == {}, "see tests/suite/children.py"


def test_benchmarks_are_imported_by_their_own_tests_alone():
    others = [path for path in TESTS if not path.is_relative_to(ROOT / "benchmarks")]
    assert faulty(naming(others, "benchmarks"), lambda path: imported(path) & {"benchmarks"}) == {}


def test_nothing_is_pickled():
    names = {"pickle", "joblib", "cloudpickle", "dill"}
    assert faulty(naming(SOURCES, *names), lambda path: imported(path) & names) == {}


ROOMS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] not in OUTSIDE]
SWITCHES = re.compile(
    r"\.task (==|!=|in|not in) |match [\w.]+\.task\b|\.(quality|sorting) is (not )?None"
    r"|isinstance\([^)]*\b(Regression|Classification|Sorting|Quality)Model\b"
)
RETIRED = re.compile(r"\b([Tt]old|luck|[Dd]earest|let go|lets go|[Bb]ars? to beat)\b")


def test_tasks_are_told_apart_in_one_place_of_each_room():
    others = [path for path in ROOMS if path.name != "tasks.py" and not path.is_relative_to(ROOT / "seeds" / "format")]
    assert faulty(others, lambda path: SWITCHES.findall(path.read_text(encoding="utf-8"))) == {}


def test_retired_words_do_not_come_back():
    stored = 'ANSWERS = "told"'  # as stored models have it
    result = faulty(ROOMS, lambda path: RETIRED.findall(path.read_text(encoding="utf-8").replace(stored, "")))
    assert result == {}, "see docs/reference/glossary.md"


def is_of_a_process(path):
    return re.sub(r"^test_|_bands$", "", path.stem) in seeds.names()


def test_texts_name_no_registry_and_no_path_of_a_machine():
    # written so that this file does not match itself
    named = re.compile(
        r"pypi[.]org|python" + r"hosted|registry[.]npmjs|deb[.]debian"
        r"|/wo" + r"rk/(?:main|shared)|/ro" + r"ot/|/ho" + r"me/"
    )
    assert faulty(TEXTS, lambda path: named.findall(path.read_text(encoding="utf-8"))) == {}


def test_command_line_and_seeds_load_no_heavy_library():
    code = f"import sys, nonferrous, seeds; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_models_load_no_server_no_tracker_and_no_plotting():
    unwanted = ("fastapi", "mlflow", "plotly")
    ours = "models.regression.model, models.storage.model_files"
    code = f"import sys, {ours}; print([m for m in {unwanted!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_changelog_has_an_open_section():
    assert "## [Unreleased]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


PAGE_FILES = (
    "dashboard/static/**/*",
    "dashboard/templates/*.html",
    "dashboard/locale/**/*.mo",
    "reporting/locale/**/*.mo",
)


def installed(path: Path) -> str:
    """Place in the wheel of a file of the checkout: all below one top-level name."""
    return str(path if path.parts[0] == "nonferrous" else Path("nonferrous", "_packages") / path)


def test_the_wheel_holds_exactly_the_packages_and_seeds(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    pages = [path for kind in PAGE_FILES for path in ROOT.glob(kind) if path.is_file()]
    paths = [path.relative_to(ROOT) for path in (*SOURCES, *ROOT.glob("seeds/*.toml"), *pages)]
    assert held == {installed(path) for path in paths if path.parts[0] not in OUTSIDE}
