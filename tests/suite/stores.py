"""Databases whose tables are made once a session and copied from then on: they take a second, or 40 ms, each time."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def copied_stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let `Tracking` copy MLflow's database; `registry.sqlite_file` still makes a new one."""
    from registry import tracking

    make, first = tracking.make_database, tmp_path_factory.mktemp("store") / "mlflow.db"

    def copied(file: Path, artifact_root: Path) -> None:
        if not first.exists():
            make(first, artifact_root)
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(first, file)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracking, "make_database", copied)
        yield


@pytest.fixture(scope="session", autouse=True)
def copied_tables() -> Iterator[None]:
    """Let an empty SQLite file of records get the tables of the first one; older files are migrated."""
    with pytest.MonkeyPatch.context() as patch:
        if (database := sys.modules.get("records.database")) is not None:  # the session has such tests
            patch.setattr(database, "migrate", Tables(database.migrate))
        yield


class Tables:
    """Migrations that are walked once in an empty SQLite file, whose tables then are written into the next ones.

    Parameters
    ----------
    migrate : callable
        Walks them.
    """

    def __init__(self, migrate: Any) -> None:
        self._migrate = migrate
        self._statements: list[str] = []

    def __call__(self, connection: Any, form: str = "head") -> None:
        if connection.dialect.name != "sqlite" or form != "head" or connection.dialect.get_table_names(connection):
            self._migrate(connection, form)
        elif self._statements:
            for statement in self._statements:
                connection.exec_driver_sql(statement)
        else:
            self._migrate(connection, form)
            written = connection.connection.dbapi_connection.iterdump()
            self._statements = [one for one in written if one not in ("BEGIN TRANSACTION;", "COMMIT;")]
