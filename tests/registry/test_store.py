"""What the service reads of a registry: with a client that stands in for MLflow's, and from tables made by hand."""

import logging
import os
import sqlite3
import subprocess
import sys
from types import SimpleNamespace

import pytest

from registry import store as stores
from registry import tables
from registry.store import READING, Champion, MlflowStore, StoreError
from registry.tracking import WRITING


class Refused(Exception):
    """What MLflow raises, with its code."""

    def __init__(self, text: str, error_code: str) -> None:
        super().__init__(text)
        self.error_code = error_code


@pytest.fixture
def requests_made(monkeypatch):
    """Maker of a store on a server; `answer` is what its alias points to, or what is raised; what was asked."""
    import mlflow

    def make(answer):
        calls = []

        def by_alias(process, alias):
            calls.append((process, alias))
            if isinstance(answer, Exception):
                raise answer
            return answer

        def by_number(process, version):
            calls.append((process, version))
            return answer

        client = SimpleNamespace(get_model_version_by_alias=by_alias, get_model_version=by_number)
        monkeypatch.setattr(mlflow, "MlflowClient", lambda *uris: calls.append(uris) or client)
        return MlflowStore("http://ml:5000"), calls

    return make


@pytest.mark.parametrize(("tags", "digest"), [({"model_digest": "sha256:a"}, "sha256:a"), ({}, None)])
def test_a_champion_is_a_version_with_its_source_and_digest(requests_made, tags, digest):
    store, calls = requests_made(SimpleNamespace(version="3", source="models:/m-1", tags=tags))
    assert store.champion("p") == Champion("p", 3, "models:/m-1", digest)
    assert calls == [("http://ml:5000", "http://ml:5000"), ("p", "champion")]


def test_the_challenger_and_tags_are_read_from_a_server(requests_made):
    store, calls = requests_made(SimpleNamespace(version="4", source="models:/m-4", tags={"shadow_beside": "3"}))
    challenger = store.challenger("p")
    assert challenger == Champion("p", 4, "models:/m-4", None)
    assert store.tags(challenger) == {"shadow_beside": "3"}
    assert [call for call in calls if call[0] == "p"] == [("p", "challenger"), ("p", "4")]


@pytest.mark.parametrize(
    "error",
    [
        Refused("no such model", "RESOURCE_DOES_NOT_EXIST"),
        Refused("Registered model alias champion not found.", "INVALID_PARAMETER_VALUE"),
        ValueError("alias champion not found"),
    ],
)
def test_no_model_and_no_alias_are_no_champion(requests_made, error):
    assert requests_made(error)[0].champion("p") is None


@pytest.mark.parametrize(
    "error", [Refused("no", "INTERNAL_ERROR"), Refused("no", "TEMPORARILY_UNAVAILABLE"), OSError("no")]
)
def test_any_other_trouble_is_raised_as_it_is(requests_made, error):
    with pytest.raises(type(error), match=r"^no$"):
        requests_made(error)[0].champion("p")


def test_files_are_copied_into_the_folder_that_is_given(monkeypatch, tmp_path):
    import mlflow.artifacts

    client = SimpleNamespace(get_model_version_download_uri=lambda process, version: f"{process}/{version}")
    monkeypatch.setattr(mlflow, "MlflowClient", lambda *uris: client)
    noted = {}
    monkeypatch.setattr(mlflow.artifacts, "download_artifacts", lambda **how: noted.update(how) or str(tmp_path))
    (tmp_path / "data" / "model").mkdir(parents=True)
    (tmp_path / "data" / "model" / "manifest.json").touch()
    (tmp_path / "MLmodel").write_text("!!python/object/apply:os.system [exit]", encoding="utf-8")  # nobody reads it
    result = MlflowStore("http://ml:5000").fetch(Champion("p", 3, "models:/m-1"), tmp_path)
    assert result == tmp_path / "data" / "model"
    assert noted == {"artifact_uri": "p/3", "dst_path": str(tmp_path), "tracking_uri": "http://ml:5000"}


def test_mlflow_is_set_up_for_reading_unless_the_caller_has(monkeypatch):
    for name in READING:
        monkeypatch.setenv(name, "the caller's")
        monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "3")
    level = logging.getLogger("mlflow").level
    stores._prepare.__wrapped__()
    assert os.environ["MLFLOW_SQLALCHEMYSTORE_POOLCLASS"] == "NullPool"
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "1"
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "3"
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert logging.getLogger("mlflow").level == logging.CRITICAL
    logging.getLogger("mlflow").setLevel(level)


@pytest.fixture
def database(tmp_path):
    """Maker of a SQLite file whose tables are of these revisions."""

    def make(*revisions):
        connection = sqlite3.connect(tmp_path / "mlflow.db")
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.executemany("INSERT INTO alembic_version VALUES (?)", [(one,) for one in revisions])
        connection.commit()
        connection.close()
        return tmp_path / "mlflow.db"

    return make


@pytest.mark.parametrize("revisions", [(), ("4",), ("6",), ("5", "6")])
def test_tables_of_another_revision_are_left_alone(database, monkeypatch, revisions):
    monkeypatch.setattr(stores, "_schema", lambda: "5")
    file = database(*revisions)
    with pytest.raises(StoreError) as raised:
        MlflowStore(f"sqlite:///{file}").champion("p")
    named = ", ".join(revisions) or "none"
    assert str(raised.value) == f"{file}: got schema {named}, expected 5: try `mlflow db upgrade`"


def test_tables_of_the_same_revision_are_read(database, monkeypatch):
    import mlflow

    monkeypatch.setattr(stores, "_schema", lambda: "5")
    result = SimpleNamespace(version=1, source="s", tags={})
    client = SimpleNamespace(get_model_version_by_alias=lambda process, alias: result)
    monkeypatch.setattr(mlflow, "MlflowClient", lambda *uris: client)
    assert MlflowStore(f"sqlite:///{database('5')}").champion("p") == Champion("p", 1, "s", None)


def test_a_file_that_is_not_there_is_not_made(tmp_path):
    with pytest.raises(StoreError) as raised:
        MlflowStore(f"sqlite:///{tmp_path}/mlflow.db").champion("p")
    assert str(raised.value) == f"{tmp_path}/mlflow.db does not exist; `nonferrous train PROCESS` makes it"
    assert list(tmp_path.iterdir()) == []


def test_a_file_without_tables_is_said_so(tmp_path):
    (tmp_path / "mlflow.db").touch()
    with pytest.raises(StoreError, match=r"mlflow.db: no such table: alembic_version$"):
        MlflowStore(f"sqlite:///{tmp_path}/mlflow.db").champion("p")
    assert (tmp_path / "mlflow.db").read_bytes() == b""


def test_mlflow_is_not_loaded_before_a_store_is_read():
    code = "import sys, registry.store; registry.store.MlflowStore('http://ml'); print('mlflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


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


def test_champions_of_many_processes_are_those_of_each(file):
    store = MlflowStore(f"sqlite:///{file}")
    names = ["p", "tin", "q", "r", "gone"]
    assert store.champions(names) == {name: store.champion(name) for name in names}
    assert store.champions(["p"])["p"] == Champion("p", 2, "models:/m-2", "sha256:2")


@pytest.mark.parametrize(
    ("version", "folder"),
    [(1, "/one"), (2, "/a b/two"), (3, "/three"), (4, None), (5, None), (6, None)],
)
def test_artifacts_on_this_machine_are_found(file, version, folder):
    result = tables.folder_of(file, "p", version)
    assert (None if result is None else str(result)) == folder


@pytest.mark.parametrize("models", [(), ("one", "two")])
def test_artifacts_hold_one_model(tmp_path, models):
    for name in models:
        (tmp_path / "data" / name).mkdir(parents=True)
        (tmp_path / "data" / name / "manifest.json").touch()
    with pytest.raises(FileNotFoundError, match=rf"{tmp_path}: got {len(models)} models, expected one in its folder"):
        tables.copy_model(tmp_path, tmp_path / "copy")


def test_models_elsewhere_are_fetched_by_mlflow_and_said_so(file, tmp_path, monkeypatch, caplog):
    import mlflow

    calls = []
    client = SimpleNamespace(get_model_version_download_uri=lambda *which: calls.append(which) or "s3://bucket/four")
    monkeypatch.setattr(mlflow, "MlflowClient", lambda *uris: client)
    monkeypatch.setattr(mlflow.artifacts, "download_artifacts", lambda **how: 1 / 0)
    stores._prepare.cache_clear()
    with caplog.at_level(logging.INFO), pytest.raises(ZeroDivisionError):
        MlflowStore(f"sqlite:///{file}").fetch(Champion("p", 4, "s3://bucket/four"), tmp_path)
    assert calls == [("p", "4")]
    assert "MLflow is loaded to read the store" in caplog.text


def test_the_file_is_left_as_it_is(file):
    before = file.read_bytes()
    tables.revisions(file)
    tables.pointed_to(file, "p", "champion")
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["mlflow.db"]


@pytest.mark.parametrize("settings", [READING, WRITING], ids=["reading", "writing"])
def test_files_come_through_the_tracking_server_and_not_from_the_storage_behind_it(monkeypatch, settings):
    """Where nothing is set, MLflow's client goes where the server sends it."""
    from mlflow.environment_variables import MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD as direct

    monkeypatch.setenv(direct.name, settings[direct.name])
    assert (direct.is_set(), direct.get()) == (True, False)


def test_the_challenger_and_tags_are_read_from_tables(file):
    store = MlflowStore(f"sqlite:///{file}")
    assert store.challenger("p") == Champion("p", 3, "/three", None)
    assert store.tags(Champion("p", 3, "/three")) == {"gate": "passed"}
    assert store.tags(Champion("p", 9, "/nine")) == {}
    assert store.challenger("q") is None
