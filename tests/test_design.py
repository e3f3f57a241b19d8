"""Packages of docs/explanation/architecture.md are those of the source tree, with their folders and imports."""

import re
from pathlib import Path

import pytest

from tests.suite.imports import modules

ROOT = Path(__file__).parent.parent
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
PAGE = (ROOT / "docs" / "explanation" / "architecture.md").read_text(encoding="utf-8")
ROWS = {
    name: (contents, imports)
    for name, contents, imports in re.findall(r"^\| `(\w+)/` \| (.*) \| (.*) \|$", PAGE, re.MULTILINE)
}


def folders(package: str) -> set[str]:
    """Names of the folders of code below a package; those of single processes stand in one."""
    paths = (path.parent for path in (ROOT / package).rglob("__init__.py"))
    return {path.name for path in paths if path.parent.name != "processes"} - {package}


def imported(package: str) -> set[str]:
    """Other packages of the project that a package imports; array types are of all."""
    names = {name for path in (ROOT / package).rglob("*.py") for name in modules(path)} - {"physics.arrays"}
    return {name.split(".")[0] for name in names} & set(PACKAGES) - {package}


def test_every_package_has_one_row():
    assert sorted(ROWS) == PACKAGES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_row_names_the_folders_that_there_are(package):
    assert set(re.findall(r"`(\w+)/`", ROWS[package][0])) == folders(package)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_row_names_the_packages_that_are_imported(package):
    assert set(re.findall(r"`(\w+)`", ROWS[package][1])) == imported(package)


def test_an_import_inside_a_function_counts():
    assert "serving" in imported("nonferrous")
    assert imported("physics") == set()
