"""Table of all processes in service in a terminal of 80 columns."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console
from typer.testing import CliRunner

from nonferrous.command_line import app as commands
from nonferrous.overview import ProcessLine, overview_table
from records.database import Database
from records.monitoring import keep
from records.online_states import State, save
from registry.store import Champion, MlflowStore, StoreError
from tests.suite.toys import write_lines

LINES = {"guangxi_line_1": "广西", "guangxi_line_2": "广西", "jiangxi_line_1": "江西"}
FIGURES = {"drifted": 0.0, "drifted_inputs": 0.0, "drifted_errors": 0.0, "odd_sensors": 0.0}
OF_Y = {"observed_error/y": 0.5217, "observed_coverage/y": 0.8714, "guaranteed_coverage/y": 0.9}


@pytest.fixture
def database(tmp_path: Path, toy_seed: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Records of three lines in folders of two plants, and the settings that name them."""
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("NONFERROUS_SEEDS", str(tmp_path / "seeds"))
    monkeypatch.setenv("COLUMNS", "80")
    write_lines(tmp_path / "seeds", toy_seed, LINES)
    made = Database(f"sqlite:///{tmp_path / 'records.db'}")
    yield made
    made.close()


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Maker of a store with these champions."""

    def make(**versions: int) -> None:
        champions = {name: Champion(name, number, "", f"sha256:{name}") for name, number in versions.items()}
        monkeypatch.setattr(MlflowStore, "champions", lambda _, names: {name: champions.get(name) for name in names})

    return make


def printed() -> list[str]:
    done = CliRunner().invoke(commands, ["models", "list", "--all"])
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def cells(lines: list[str], name: str) -> list[str]:
    return next(re.split(r"\s+", line.strip()) for line in lines if name in line)


def test_a_row_for_each_process_in_service(database: Database, serving: Callable[..., None]) -> None:
    serving(guangxi_line_1=3, jiangxi_line_1=12)
    keep(database, "guangxi_line_1", {"version": 3}, FIGURES | OF_Y | {"drifted_errors": 1.0, "drifted_inputs": 2.0})
    lines = printed()
    assert max(map(len, lines[:6])) <= 80
    assert lines[1].split() == ["folder", "process", "version", "coverage", "error", "drift", "pending"]
    expected = ["广西", "guangxi_line_1", "3", "87.1%", "(90%)", "0.522", "%", "errors", "1", "none"]
    assert cells(lines, "guangxi_line_1") == expected
    assert lines[lines.index(next(line for line in lines if "errors 1 " in line)) + 1].split() == ["inputs", "2"]
    assert cells(lines, "jiangxi_line_1") == ["江西", "jiangxi_line_1", "12", "-", "-", "no", "check", "none"]
    assert "guangxi_line_2" not in "\n".join(lines)
    assert lines[-1] == "1 of 3 processes have no champion"


def test_a_check_of_an_earlier_version_says_nothing_of_this_one(
    database: Database, serving: Callable[..., None]
) -> None:
    serving(guangxi_line_1=3)
    keep(database, "guangxi_line_1", {"version": 2}, FIGURES | OF_Y)
    assert "no check" in " ".join(cells(printed(), "guangxi_line_1"))
    keep(database, "guangxi_line_1", {"version": 3}, FIGURES | OF_Y)
    assert cells(printed(), "guangxi_line_1")[-2:] == ["no", "none"]


def test_the_quantity_is_that_furthest_below_its_guarantee(database: Database, serving: Callable[..., None]) -> None:
    serving(guangxi_line_1=3)
    others = {"observed_error/a": 7.0, "observed_coverage/a": 0.86, "guaranteed_coverage/a": 0.8, "observed_error/b": 9}
    keep(database, "guangxi_line_1", {"version": 3}, FIGURES | others | OF_Y)
    assert cells(printed(), "guangxi_line_1")[3:6] == ["87.1%", "(90%)", "0.522"]


def test_jobs_and_outcomes_pending_review_are_counted(
    database: Database, serving: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from nonferrous import overview
    from records.jobs.queue import Jobs

    class Batch:
        outcomes = 20

    serving(guangxi_line_1=3, guangxi_line_2=1)
    with database.begin() as connection:
        save(connection, "guangxi_line_1", "sha256:guangxi_line_1", State(1, 0, {}))
    monkeypatch.setattr(overview, "waiting_of", lambda seed, states: [("y", Batch)] * 2 * len(states))
    monkeypatch.setattr(Jobs, "exist", True)
    monkeypatch.setattr(Jobs, "unfinished", lambda self: {"guangxi_line_1": "queued", "guangxi_line_2": "running"})
    lines = printed()
    assert " ".join(cells(lines, "guangxi_line_1")).endswith("no check job queued")
    assert lines[lines.index(next(line for line in lines if "guangxi_line_1" in line)) + 1].split() == [
        "40",
        "outcomes",
    ]
    assert " ".join(cells(lines, "guangxi_line_2")).endswith("no check job running")


def test_one_of_process_and_all_is_needed(database: Database) -> None:
    for words in ([], ["guangxi_line_1", "--all"]):
        done = CliRunner().invoke(commands, ["models", "list", *words])
        assert done.exit_code == 2
        assert done.stderr == "error: models list: give one of PROCESS and --all\n"


def test_a_store_that_is_absent_is_an_error(database: Database) -> None:
    with pytest.raises(StoreError):
        CliRunner().invoke(commands, ["models", "list", "--all"], catch_exceptions=False)


def test_the_widest_rows_fit_80_columns_and_no_text_is_cut_or_markup() -> None:
    name = "line_of_the_second_potroom_of_the_smelter_in_the_north_of_the_province"
    cells = (name, 112, "100.0% (90%)", "1e+03 kWh/t", "errors 12\ninputs 2", "job running\n20 outcomes")
    out = StringIO()
    Console(file=out, width=80).print(overview_table([ProcessLine("[bold]广西 plant", *cells)]))
    lines = out.getvalue().splitlines()
    assert max(map(cell_len, lines)) <= 80
    for text in ("[bold]", "100.0% (90%)", "errors", "inputs 2", "running", "outcomes", "kWh/t"):
        assert text in out.getvalue()
    assert "…" not in out.getvalue()
