"""Keys on the command line: made, listed, revoked."""

import re
from contextlib import closing

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from nonferrous.command_line import app
from nonferrous.keys import Role
from records.database import Database
from records.keys import SHOWN, note_use, read
from seeds import names

RUN = CliRunner()


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")


def test_a_key_is_printed_once_and_listed_by_its_beginning_until_it_is_revoked():
    made = RUN.invoke(app, ["keys", "create", "line 1", "--role", "predict", "--role", "outcome", "--valid-days", "30"])
    assert made.exit_code == 0
    key = made.stdout.strip()
    assert re.fullmatch(r"nf_[A-Za-z0-9_-]{43}", key)
    listed = RUN.invoke(app, ["keys", "list"]).stdout
    assert key not in listed
    (line,) = [line for line in listed.splitlines() if key[:11] in line]
    assert all(text in line for text in ("line 1", "predict", "all", "valid"))
    assert "outcome" in listed
    assert RUN.invoke(app, ["keys", "revoke", key[:11]]).stdout == f"{key[:11]} of line 1 is revoked\n"
    assert f"{key[:11]}" in RUN.invoke(app, ["keys", "list"]).stdout
    assert "revoked 20" in RUN.invoke(app, ["keys", "list"]).stdout


def test_a_key_of_a_process_that_is_none_is_not_made():
    refused = RUN.invoke(app, ["keys", "create", "x", "--role", "predict", "--process", "aluminium_reductoin"])
    assert refused.exit_code != 0
    assert "there are no keys" in RUN.invoke(app, ["keys", "list"]).stdout


@pytest.mark.parametrize(
    "arguments", [["x"], ["x", "--role", "admin"], ["x", "--role", "predict", "--valid-days", "-1"]]
)
def test_a_key_needs_a_role_that_there_is_and_ends_later_than_now(arguments):
    assert RUN.invoke(app, ["keys", "create", *arguments]).exit_code == 2


def test_the_last_use_of_a_key_is_listed(tmp_path):
    RUN.invoke(app, ["keys", "create", "line 1", "--role", "predict"])
    used = RUN.invoke(app, ["keys", "create", "line 2", "--role", "predict"]).stdout.strip()[:SHOWN]
    with closing(Database(f"sqlite:///{tmp_path / 'records.db'}")) as records:
        note_use(records, [used])
        (known,) = [f"{one.used_at:%Y-%m-%d %H:%M}" for one in read(records) if one.used_at]
    listed = RUN.invoke(app, ["keys", "list"]).stdout
    assert f"last used {known}" in listed
    assert listed.count("not used") == 1


def test_a_narrow_terminal_shows_each_key_whole(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    processes = [part for name in names() for part in ("--process", name)]
    owners = ("shift leader of the third potline", "铝电解三号线" * 10, "x" * 100)
    made = []
    for owner in owners:
        roles = [part for role in Role for part in ("--role", role.value)]
        done = RUN.invoke(app, ["keys", "create", owner, *roles, *processes, "--valid-days", "90"])
        made.append(done.stdout.strip()[:SHOWN])
    listed = RUN.invoke(app, ["keys", "list"]).stdout
    assert all(cell_len(line) <= 80 for line in listed.splitlines())
    assert "…" not in listed
    assert [listed.count(key) for key in made] == [1, 1, 1]
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in listed.splitlines() if "│" in line]
    whole = ["".join(column) for column in zip(*cells, strict=True)]
    assert all(owner.replace(" ", "") in whole[1].replace(" ", "") for owner in owners)
    assert all(name in whole[3] for name in names())
    for key in made:
        assert RUN.invoke(app, ["keys", "revoke", key]).exit_code == 0
