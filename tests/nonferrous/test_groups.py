"""Laws of all commands: help texts, headings, the options -h and --home."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from nonferrous.command_line import SECTIONS, app
from nonferrous.renamed import COMMANDS, OPTIONS

CLAUSES = "what|how|whether|where|when|who|which|why|whose|let|of|as|by|that|it"
COLUMNS, LINES = 80, range(24, 46)
PLURALS = {"seeds", "batches", "models", "jobs", "keys", "records"}
SHARED = {"report", "store", "gateway"}  # groups that are verb, place of the administrator, and one program
RUN = CliRunner()


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from walk(child, (*path, name))


ALL = dict(walk(typer.main.get_command(app)))


def helped(path: tuple[str, ...], flag: str = "--help") -> str:
    done = RUN.invoke(app, [*path, flag])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_is_one_line_that_ends_with_a_period(path: tuple[str, ...]) -> None:
    about = ALL[path].help
    assert "\n" not in about
    assert len(about) <= 80
    assert about.endswith(".")
    assert not re.match(rf"({CLAUSES})\b", about, re.IGNORECASE)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_short_flag_of_help_and_home_folder_are_options(path: tuple[str, ...]) -> None:
    text = helped(path, "-h")
    assert text == helped(path)
    assert re.search(r"^  -h, --help ", text, re.MULTILINE)
    assert re.search(r"^  --home <path> +Home folder\.", text, re.MULTILINE)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_of_options_starts_with_a_noun_and_is_whole(path: tuple[str, ...]) -> None:
    for one in ALL[path].params:
        about = getattr(one, "help", None) or ""
        assert about.endswith("."), one.name
        assert not re.match(rf"({CLAUSES}|do|give)\b", about, re.IGNORECASE), about
    assert "..." not in re.sub(r"(process\]?|URL\]|COMMAND \[ARGS\]|tables\}?)\.\.\.", "", helped(path))


def test_an_option_has_one_meaning_in_all_commands() -> None:
    """Options of one name have one text, except files, sizes and processes that a command describes itself."""
    own = {
        "--all",
        "--data",
        "--out",
        "--report",
        "--units",
        "--rng-seed",
        "--process",
        "--host",
        "--port",
        "--insecure",
    }
    helps: dict[str, set[str]] = {}
    for command in ALL.values():
        for one in command.params:
            for name in one.opts:
                helps.setdefault(name, set()).add(getattr(one, "help", "") or "")
    several = {name: result for name, result in helps.items() if name.startswith("--") and name not in own}
    different = {name for name, result in several.items() if len(result) > 1}
    assert different <= {"--setpoint-tests", "--json"}, different


def test_help_has_a_section_for_each_heading_and_fits_one_screen() -> None:
    environment = {**os.environ, "COLUMNS": str(COLUMNS)}
    command = [sys.executable, "-m", "nonferrous", "--help"]
    text = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
    lines = text.splitlines()
    assert len(lines) in LINES
    assert max(map(len, lines)) <= COLUMNS
    assert [line[:-1] for line in lines if re.fullmatch(r"[A-Z][a-z ]+:", line)] == ["Options", *SECTIONS]
    for heading, commands in SECTIONS.items():
        section = text.split(f"\n{heading}:\n")[1].split("\n\n")[0]
        assert [name for name in re.findall(r"^  ([a-z]+) ", section, re.MULTILINE)] == list(commands)


def test_groups_are_plural_nouns() -> None:
    groups = {path[0] for path, command in ALL.items() if path and hasattr(command, "commands")}
    assert groups == PLURALS | SHARED


def test_help_shows_no_name_of_an_earlier_version() -> None:
    assert not {" ".join(path) for path in ALL if path} & (set(COMMANDS) - {"batches", "seeds"})
    for path, command in ALL.items():
        named = {name for one in command.params for name in one.opts} & set(OPTIONS)
        assert named <= ({"--days"} if path == ("monitor",) else set()), path
    texts = "\n".join(helped(path) for path in ALL)
    for old in set(OPTIONS) - {"--days"}:
        assert not re.search(rf"{old}\b(?!-)", texts), old


def test_home_folder_of_an_option_is_that_of_the_environment(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    from registry.settings import read_settings

    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "environment"))
    outer, inner = tmp_path / "outer", tmp_path / "inner"
    for options in ([outer, None], [None, outer], [inner, outer]):
        before, after = ([] if one is None else ["--home", str(one)] for one in options)
        done = RUN.invoke(app, [*before, "records", *after, "audit"])
        assert done.exit_code == 0, done.output
        assert read_settings().folder == outer
    assert RUN.invoke(app, ["records", "--home", str(outer), "audit", "--home", str(inner)]).exit_code == 0
    assert read_settings().folder == inner
    assert (inner / "records.db").exists()
    assert not (tmp_path / "environment").exists()
