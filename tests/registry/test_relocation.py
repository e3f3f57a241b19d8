"""Stores that are copied or moved to another folder, with a real registry."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from models.storage import model_files
from registry import tables
from registry.errors import TrackingError
from registry.loading.loading import LoadedVersion, Loading
from registry.relocation import adopt, check_place
from registry.settings import StoreSettings
from registry.store import Champion, MlflowStore
from registry.tracking import Tracking

PROCESS = "toy_cells"
pytestmark = [
    # MLflow's own use of SQLAlchemy is not this project's to mend.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def keep(settings: StoreSettings, model: object) -> tuple[str, str]:
    """Log, register and promote a model as training does; gives its run and digest."""
    tracking = Tracking(settings, make=True)
    experiment = tracking.experiment(PROCESS)
    with tracking.run(experiment, "job", "train") as job, tracking.run(experiment, "linear", "train", job) as run:
        Path(settings.folder / "card.md").write_text("a card", encoding="utf-8")
        tracking._client.log_artifact(run, str(settings.folder / "card.md"))
        logged, digest = tracking.log_model(run, model)
    number = tracking.register(PROCESS, "toy", run, logged, {"candidate": "linear", "model_digest": digest})
    tracking.move_alias(PROCESS, "champion", number, "first", "first", {})
    return run, digest


@pytest.fixture
def home(save_toy_model, tmp_path) -> tuple[Path, str, str]:
    """A home folder with a champion, its run and digest."""
    model = save_toy_model(tmp_path / "model")
    return tmp_path / "home", *keep(StoreSettings(home=tmp_path / "home"), model)


def places(database: Path) -> list[str]:
    with sqlite3.connect(database) as connection:
        result = [
            one
            for table, column in (
                ("experiments", "artifact_location"),
                ("runs", "artifact_uri"),
                ("logged_models", "artifact_location"),
                ("model_versions", "storage_location"),
            )
            for (one,) in connection.execute(f"SELECT {column} FROM {table}")
        ]
    connection.close()
    return result


@pytest.mark.parametrize("gone", [True, False], ids=["moved", "copied"])
def test_a_copy_is_served_at_once_and_adopted_for_all_else(home, toy_seed, save_toy_model, tmp_path, gone):
    old, run, digest = home
    new = tmp_path / "elsewhere" / "home"
    shutil.copytree(old, new)
    before = [one for one in places(old / "mlflow.db") if one.startswith(old.as_uri())]
    if gone:
        shutil.rmtree(old)
    settings = StoreSettings(home=new)
    store = MlflowStore(settings.uri)
    champion = store.champion(PROCESS)
    assert tables.folder_of(new / "mlflow.db", PROCESS, 1).is_relative_to(new)
    result = Loading(settings).load(store, champion, toy_seed)
    assert isinstance(result, LoadedVersion)
    assert result.digest == digest

    with pytest.raises(TrackingError) as raised:
        Tracking(settings)
    assert str(raised.value) == (
        f"{new / 'mlflow.db'}: it was copied or moved: its tables name files in {old / 'artifacts'}; "
        "run `nonferrous store relocate`"
    )
    assert adopt(new / "mlflow.db") == len(before)
    root = (new / "artifacts").as_uri()
    after = [one for one in places(new / "mlflow.db") if one.startswith(new.as_uri())]
    assert [one.removeprefix(root) for one in after] == [
        one.removeprefix((old / "artifacts").as_uri()) for one in before
    ]
    assert adopt(new / "mlflow.db") == 0
    assert gone or not [one for one in places(old / "mlflow.db") if one.startswith(new.as_uri())]

    tracking = Tracking(settings)
    assert tracking.has(run, "card.md")  # as MLflow's UI finds it
    assert tracking.model(tracking.versions(PROCESS)[0]).candidate
    assert keep(settings, save_toy_model(tmp_path / "next", lift=1.0))[1] != digest
    assert tables.folder_of(new / "mlflow.db", PROCESS, 2).is_relative_to(new)
    assert gone or len(list((old / "artifacts" / PROCESS / "models").iterdir())) == 1  # nothing went to the other


def test_a_store_that_stays_is_left_alone(home):
    database = home[0] / "mlflow.db"
    before = places(database)
    assert check_place(database) is None
    assert adopt(database) == 0
    assert places(database) == before


def test_artifacts_that_are_elsewhere_on_purpose_stay_there(home, toy_seed, tmp_path):
    shutil.copy(home[0] / "mlflow.db", tmp_path / "mlflow.db")
    assert check_place(tmp_path / "mlflow.db") is None
    store = MlflowStore(f"sqlite:///{tmp_path / 'mlflow.db'}")
    result = store.fetch(Champion(PROCESS, 1, "s"), tmp_path / "copy")
    assert model_files.digest(result) == home[2]


def test_what_cannot_be_adopted_is_said(home, tmp_path):
    with pytest.raises(TrackingError, match=r"absent.db does not exist: there is nothing to adopt$"):
        adopt(tmp_path / "absent.db")
    (tmp_path / "none.db").write_bytes(b"no database" * 100)
    with pytest.raises(TrackingError, match=r"none.db: file is not a database$"):
        adopt(tmp_path / "none.db")
    database = home[0] / "mlflow.db"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0123456789ab'")
    connection.close()
    with pytest.raises(TrackingError, match=rf"mlflow.db: got schema 0123456789ab, expected {tables.REVISION}$"):
        adopt(database)


def test_a_path_that_climbs_is_not_looked_for(tmp_path):
    (tmp_path / "artifacts").mkdir()
    assert tables.sibling(tmp_path / "mlflow.db", Path("/x/artifacts/../../etc")) is None
