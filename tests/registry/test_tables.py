"""MLflow's tables, made by hand: what is found in them, and what is left to MLflow."""

import logging
import sqlite3
from types import SimpleNamespace

import pytest

from registry import store as stores
from registry import tables
from registry.store import Champion, MlflowStore


@pytest.fixture
def file(tmp_path):
    """A database with three versions of a model, the second of them champion."""
    database = sqlite3.connect(tmp_path / "mlflow.db")
    database.executescript(
        f"""
        CREATE TABLE alembic_version (version_num TEXT);
        INSERT INTO alembic_version VALUES ('{tables.REVISION}');
        CREATE TABLE registered_model_aliases (alias TEXT, version INTEGER, name TEXT, workspace TEXT);
        CREATE TABLE model_versions (name TEXT, version INTEGER, current_stage TEXT, source TEXT,
            storage_location TEXT, workspace TEXT);
        CREATE TABLE model_version_tags (key TEXT, value TEXT, name TEXT, version INTEGER, workspace TEXT);
        INSERT INTO registered_model_aliases VALUES ('champion', 2, 'p', 'default'), ('challenger', 3, 'p', 'default'),
            ('champion', 1, 'q', 'other'), ('champion', 9, 'r', 'default'), ('champion', 1, 'gone', 'default');
        INSERT INTO model_versions VALUES
            ('p', 1, 'None', 'models:/m-1', 'file:///one', 'default'),
            ('p', 2, 'None', 'models:/m-2', 'file:///a%20b/two', 'default'),
            ('p', 3, 'None', '/three', '', 'default'),
            ('p', 4, 'None', 's3://bucket/four', NULL, 'default'),
            ('p', 5, 'None', 'models:/m-5', 'file://elsewhere/five', 'default'),
            ('q', 1, 'None', 'models:/m-6', 'file:///six', 'other'),
            ('gone', 1, 'Deleted_Internal', 'models:/m-7', 'file:///seven', 'default');
        INSERT INTO model_version_tags VALUES ('model_digest', 'sha256:2', 'p', 2, 'default'),
            ('gate', 'passed', 'p', 3, 'default'), ('model_digest', 'sha256:1', 'p', 1, 'default');
        """
    )
    database.close()
    return tmp_path / "mlflow.db"


def test_tables_are_of_the_revision_of_the_mlflow_that_is_installed():
    """Where this fails after an update of MLflow: read its migrations, mend the queries, then state its revision."""
    assert stores._schema() == tables.REVISION


def test_an_alias_points_to_a_version_with_its_source_and_digest(file):
    assert tables.pointed_to(file, "p", "champion") == (2, "models:/m-2", "sha256:2")
    assert tables.pointed_to(file, "p", "challenger") == (3, "/three", None)


@pytest.mark.parametrize("process", ["tin", "q", "r", "gone"])
def test_no_alias_another_workspace_and_a_version_that_is_gone_are_no_champion(file, process):
    assert tables.pointed_to(file, process, "champion") is None


@pytest.mark.parametrize(
    ("version", "folder"),
    [(1, "/one"), (2, "/a b/two"), (3, "/three"), (4, None), (5, None), (6, None)],
)
def test_artifacts_on_this_machine_are_found(file, version, folder):
    found = tables.folder_of(file, "p", version)
    assert (None if found is None else str(found)) == folder


@pytest.mark.parametrize("models", [(), ("one", "two")])
def test_artifacts_hold_one_model(tmp_path, models):
    for name in models:
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "manifest.json").touch()
    with pytest.raises(FileNotFoundError, match=rf"{tmp_path}: got {len(models)} models, expected one in its folder"):
        tables.copy_model(tmp_path, tmp_path / "copy")


def test_models_elsewhere_are_fetched_by_mlflow_and_said_so(file, tmp_path, monkeypatch, caplog):
    import mlflow

    asked = []
    client = SimpleNamespace(get_model_version_download_uri=lambda *which: asked.append(which) or "s3://bucket/four")
    monkeypatch.setattr(mlflow, "MlflowClient", lambda *uris: client)
    monkeypatch.setattr(mlflow.artifacts, "download_artifacts", lambda **how: 1 / 0)
    stores._prepare.cache_clear()
    with caplog.at_level(logging.INFO), pytest.raises(ZeroDivisionError):
        MlflowStore(f"sqlite:///{file}").fetch(Champion("p", 4, "s3://bucket/four"), tmp_path)
    assert asked == [("p", "4")]
    assert "MLflow is loaded to read the store" in caplog.text


def test_the_file_is_left_as_it_is(file):
    before = file.read_bytes()
    tables.revisions(file)
    tables.pointed_to(file, "p", "champion")
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["mlflow.db"]
