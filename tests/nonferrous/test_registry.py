"""Commands on versions and their store: what they print, and what they end with."""

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from nonferrous.registry import relocate, signing_keys, verify
from registry import tables


def test_keys_are_made_and_the_settings_that_take_them_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signing_keys(tmp_path / "signing.pem", tmp_path / "signing.pub")
    message = capsys.readouterr().out
    assert f"NONFERROUS_SIGNING_KEY={tmp_path / 'signing.pem'}\n" in message
    assert f"NONFERROUS_PUBLIC_KEY={tmp_path / 'signing.pub'}\n" in message
    assert os.name != "posix" or stat.S_IMODE((tmp_path / "signing.pem").stat().st_mode) == 0o600


def test_a_version_that_loads_is_said_so(
    toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = []
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    monkeypatch.setattr("registry.promotion.try_again", lambda seed, settings, version: calls.append(version) or 3)
    verify("toy_cells", None)
    assert calls == [None]
    assert capsys.readouterr().out == "toy_cells: version 3 loads and predicts its recorded rows\n"


def test_a_store_that_lies_where_its_tables_say_needs_no_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    with sqlite3.connect(tmp_path / "mlflow.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES (?)", [tables.REVISION])
        for table, column in (
            ("experiments", "artifact_location"),
            ("runs", "artifact_uri"),
            ("logged_models", "artifact_location"),
            ("model_versions", "storage_location"),
        ):
            connection.execute(f"CREATE TABLE {table} ({column} TEXT)")
    connection.close()
    relocate()
    assert capsys.readouterr().out == "0 file locations updated\n"


def test_places_behind_a_server_are_not_ours_to_change(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@127.0.0.1:9")
    with pytest.raises(SystemExit) as ended:
        relocate()
    assert ended.value.code == 2
    message = capsys.readouterr().err
    assert "is no SQLite file" in message
    assert "secret" not in message
