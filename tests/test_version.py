"""One version: of pyproject.toml, the commands, the service, model cards and the changelog."""

import datetime as dt
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from nonferrous.command_line import app
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from system.code_version import package_version
from training.jobs.card import made_by
from training.jobs.run_metadata import info_of

ROOT = Path(__file__).parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def test_the_installed_version_is_that_of_pyproject() -> None:
    assert package_version() == VERSION, "install again: rm .venv/.built && make .venv/.built"


def test_the_command_prints_it() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"nonferrous {VERSION}\n"


def test_openapi_states_it(toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    assert create_app(ServiceSettings(), FolderStore()).openapi()["info"]["version"] == VERSION


def test_models_and_their_cards_state_it() -> None:
    start = dt.datetime(2026, 1, 1)
    parts: Any = SimpleNamespace(train_from=start, calibrate_from=start, test_from=start, units=())
    data: Any = SimpleNamespace(seed=SimpleNamespace(digest="sha256:s", time=None), digest="sha256:d")
    info = info_of(data, parts)
    assert info["package_version"] == VERSION
    assert made_by(info).startswith(f"Made by nonferrous {VERSION}, ")


def test_the_changelog_has_it_as_its_newest_release_with_the_date() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    releases = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d\d-\d\d)", heading) for heading in headings[1:]]
    assert all(releases), headings
    dates = [dt.date.fromisoformat(release[2]) for release in releases if release]
    assert dates == sorted(dates, reverse=True)
    assert releases[0] is not None
    assert releases[0][1] == VERSION
