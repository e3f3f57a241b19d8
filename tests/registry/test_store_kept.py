"""Reading a real MLflow registry, and leaving one alone that is not ready."""

import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from models.regression.model import RegressionModel
from models.storage import model_files
from registry.loading.loading import Loading
from registry.settings import StoreSettings
from registry.store import MlflowStore, StoreError
from serving.hot_reload.champions import Champions
from serving.hot_reload.seed_folder import SeedFolder

PROCESS = "toy_cells"
Save = Callable[..., RegressionModel]

# MLflow's own use of pandas, SQLAlchemy and alembic is not this project's to mend.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def register(home: Path, folder: Path, tags: dict[str, str]) -> int:
    """Log a model's folder and make it the champion, as training does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        uri = f"sqlite:///{home / 'mlflow.db'}"
        client = mlflow.MlflowClient(uri, uri)
        result = client.get_experiment_by_name(PROCESS)
        if result is None:
            client.create_registered_model(PROCESS)
        experiment = (
            result.experiment_id if result else client.create_experiment(PROCESS, (home / "artifacts").as_uri())
        )
        mlflow.set_tracking_uri(uri)
        try:
            with mlflow.start_run(experiment_id=experiment):
                logged = mlflow.pyfunc.log_model(
                    name="model", loader_module="models.pyfunc", data_path=str(folder), pip_requirements=["numpy"]
                )
            made = client.create_model_version(PROCESS, logged.model_uri, tags=tags, model_id=logged.model_id)
        finally:
            mlflow.set_tracking_uri(None)
        client.set_registered_model_alias(PROCESS, "champion", made.version)
        return int(made.version)


def test_champions_are_read_followed_and_never_written(
    toy_folder: Callable[..., Path], save_toy_model: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(PROCESS)))
    save_toy_model(tmp_path / "one" / "model")
    save_toy_model(tmp_path / "two" / "model", lift=1.0)
    digests = [model_files.digest(tmp_path / name / "model") for name in ("one", "two")]
    register(tmp_path, tmp_path / "one" / "model", {"model_digest": digests[0]})
    database = tmp_path / "mlflow.db"
    before = database.read_bytes()
    champions = Champions(SeedFolder(50), MlflowStore(f"sqlite:///{database}"), Loading(StoreSettings()), 2.0)
    champions.refresh()
    assert champions.store_trouble is None
    served = champions.statuses[PROCESS].served
    assert served is not None
    assert (served.champion.version, served.digest) == (1, digests[0])
    assert database.read_bytes() == before
    register(tmp_path, tmp_path / "two" / "model", {"model_digest": digests[1]})
    champions.refresh()
    served = champions.statuses[PROCESS].served
    assert served is not None
    assert (served.champion.version, served.digest) == (2, digests[1])
    register(tmp_path, tmp_path / "one" / "model", {"model_digest": digests[1]})
    champions.refresh()
    status = champions.statuses[PROCESS]
    assert status.served is served
    assert "its digest is not the registry's" in str(status.trouble)


def test_no_alias_and_no_model_are_no_error(save_toy_model: Save, tmp_path: Path) -> None:
    save_toy_model(tmp_path / "model")
    register(tmp_path, tmp_path / "model", {})
    store = MlflowStore(f"sqlite:///{tmp_path / 'mlflow.db'}")
    assert store.champion("tin_smelting") is None
    import mlflow

    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    mlflow.MlflowClient(uri, uri).delete_registered_model_alias(PROCESS, "champion")
    assert store.champion(PROCESS) is None


def test_what_is_read_directly_is_what_mlflow_says(
    save_toy_model: Save, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_toy_model(tmp_path / "model")
    save_toy_model(tmp_path / "other", lift=1.0)
    register(tmp_path, tmp_path / "model", {"model_digest": "sha256:a", "gate": "passed"})
    register(tmp_path, tmp_path / "other", {})
    direct = MlflowStore(f"sqlite:///{tmp_path / 'mlflow.db'}")
    through = MlflowStore(f"sqlite:///{tmp_path / 'mlflow.db'}")
    monkeypatch.setattr(through, "_read_directly", lambda: False)
    import mlflow

    client = mlflow.MlflowClient(*[f"sqlite:///{tmp_path / 'mlflow.db'}"] * 2)
    for version, digest in ((1, "sha256:a"), (2, None)):
        client.set_registered_model_alias(PROCESS, "champion", str(version))
        result = direct.champion(PROCESS)
        assert result == through.champion(PROCESS)
        assert result is not None
        assert (result.version, result.digest) == (version, digest)
        one, other = (store.fetch(result, tmp_path / f"{version}{store is direct}") for store in (direct, through))
        assert [path.name for path in sorted(one.iterdir())] == [path.name for path in sorted(other.iterdir())]
        assert all(path.read_bytes() == (other / path.name).read_bytes() for path in one.iterdir())
    client.delete_model_version(PROCESS, "2")
    assert direct.champion(PROCESS) is None
    assert through.champion(PROCESS) is None


def test_reading_a_file_directly_imports_no_mlflow(save_toy_model: Save, tmp_path: Path) -> None:
    save_toy_model(tmp_path / "model")
    register(tmp_path, tmp_path / "model", {})
    code = (
        "import sys, pathlib; from registry.store import MlflowStore; "
        f"store = MlflowStore('sqlite:///{tmp_path / 'mlflow.db'}'); champion = store.champion('{PROCESS}'); "
        f"store.fetch(champion, pathlib.Path('{tmp_path}', 'copy')); "
        "print(champion.version, [name for name in ('mlflow', 'sqlalchemy', 'pandas') if name in sys.modules])"
    )
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert completed.stdout == "1 []\n"


def test_absent_store_is_not_made(tmp_path: Path) -> None:
    store = MlflowStore(f"sqlite:///{tmp_path / 'home' / 'mlflow.db'}")
    with pytest.raises(StoreError, match="does not exist; `nonferrous train PROCESS` makes it"):
        store.champion(PROCESS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("statements", "message"),
    [
        ([], "no such table: alembic_version"),
        (["CREATE TABLE alembic_version (version_num TEXT)"], "got schema none"),
        (
            ["CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('abc')"],
            "got schema abc, expected [0-9a-f]{12}: try `mlflow db upgrade`",
        ),
    ],
    ids=["empty", "being made", "another version"],
)
def test_store_of_another_kind_is_left_as_it_is(statements: list[str], message: str, tmp_path: Path) -> None:
    database = tmp_path / "mlflow.db"
    connection = sqlite3.connect(database)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    database.touch()
    before = database.read_bytes()
    with pytest.raises(StoreError, match=message):
        MlflowStore(f"sqlite:///{database}").champion(PROCESS)
    assert database.read_bytes() == before


def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("not a database, " * 100)
    with pytest.raises(StoreError, match="file is not a database"):
        MlflowStore(f"sqlite:///{tmp_path / 'mlflow.db'}").champion(PROCESS)


def test_locked_store_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = sqlite3.connect(tmp_path / "mlflow.db")
    connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
    connection.commit()
    connection.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.1))
    with pytest.raises(StoreError, match="database is locked"):
        MlflowStore(f"sqlite:///{tmp_path / 'mlflow.db'}").champion(PROCESS)
    connection.close()


def test_server_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(Exception, match="Connection refused"):
        MlflowStore("http://127.0.0.1:9").champion(PROCESS)
