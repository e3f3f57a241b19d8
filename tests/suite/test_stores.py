"""Databases of tests are copies of such as the product makes."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from records import database
from records.database import Database
from registry.settings import StoreSettings
from registry.tracking import Tracking
from tests.suite.stores import Tables


def contents(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return list(connection.iterdump())


def test_tables_of_records_are_those_that_migrations_make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walked: list[object] = []
    copied = database.migrate
    assert isinstance(copied, Tables)
    monkeypatch.setattr(database, "migrate", Tables(lambda *given: (walked.append(given), copied._migrate(*given))))
    for name in "ab":
        Database(f"sqlite:///{tmp_path / name}").close()
    assert len(walked) == 1
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert any("CREATE TABLE requests" in line for line in contents(tmp_path / "b"))


def test_a_store_that_is_copied_is_of_its_owner_alone_and_works(tmp_path: Path) -> None:
    for name in "ab":
        tracking = Tracking(StoreSettings(home=tmp_path / name), make=True)
        assert tracking.experiment("p") == "1"
        file = tmp_path / name / "mlflow.db"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
