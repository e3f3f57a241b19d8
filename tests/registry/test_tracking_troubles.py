"""Whatever the store is asked, its trouble reaches the caller as one line; and how a store of our own is made."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from registry import tracking as tracked
from registry.errors import TrackingError
from registry.settings import StoreSettings
from registry.tracking import Tracking

FULL = (
    r"^MLflow store http://ml:5000: a file cannot be written \(disk is full\); "
    r"expected free space on the disk of its server$"
)
VERSION = SimpleNamespace(parent_run="job", experiment="4", model="m-1")
ASKED = {
    "experiment": lambda store: store.experiment("p"),
    "run": lambda store: store.run("4", "first", "train").__enter__(),
    "log": lambda store: store.log("run1", metrics={"mae": 0.5}),
    "files": lambda store: store.log_files("run1", Path("folder")),
    "table": lambda store: store.log_table("run1", pd.DataFrame({"y": [1.0]}), "plant", "y", "sha256:a"),
    "register": lambda store: store.register("p", "A process", "run1", "m-1", {}),
    "versions": lambda store: store.versions("p"),
    "pointed": lambda store: store._pointed_to("p", "champion"),
    "point": lambda store: store._point("p", "champion", 1),
    "audit": lambda store: store.audit("p"),
    "tags": lambda store: store.tag_version("p", 1, {"a": "b"}),
    "children": lambda store: store.children(VERSION),
    "metrics": lambda store: store.metrics("run1"),
    "model": lambda store: store.model(VERSION),
    "kept table": lambda store: store.table("run1", "table.parquet"),
}


RUN = SimpleNamespace(info=SimpleNamespace(run_id="run1", experiment_id="4"))


class Full:
    """A client whose every call finds the disk full."""

    def __getattr__(self, name):
        def call(*args, **kwargs):
            raise OSError("disk is full")

        return call


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_a_full_disk_is_one_line_whatever_is_asked(opened, ask):
    store, _ = opened()
    store._client = Full()
    with pytest.raises(
        TrackingError,
        match=FULL,
    ):
        ask(store)


def test_a_full_disk_is_one_line_where_runs_searches_and_moves_end(opened):
    """The experiment is known, and what follows fails."""

    def full(*args, **kwargs):
        raise OSError("disk is full")

    run = SimpleNamespace(info=SimpleNamespace(run_id="run1"))
    known = {"get_experiment_by_name": SimpleNamespace(experiment_id="4"), "create_run": run}
    store, _ = opened(**known, search_runs=full)
    with pytest.raises(TrackingError, match=FULL):
        store.audit("p")
    store, _ = opened(**known, set_terminated=full)
    with pytest.raises(TrackingError, match=FULL), store.run("4", "first", "train"):
        pass


def test_a_full_disk_is_one_line_where_a_model_is_logged(opened, save_toy_model, tmp_path, monkeypatch):
    import mlflow

    def full(**how):
        raise OSError("disk is full")

    for name in ("set_tracking_uri", "set_registry_uri"):
        monkeypatch.setattr(mlflow, name, lambda uri: None)
    monkeypatch.setattr(mlflow, "start_run", full)
    store, _ = opened(get_run=RUN, search_logged_models=[])
    with pytest.raises(TrackingError, match="expected free space on the disk of its server"):
        store.log_model("run1", save_toy_model(tmp_path / "model"))


def test_a_store_that_does_not_answer_is_one_line(opened):
    def refused(*args, **kwargs):
        raise OSError("Max retries exceeded")

    with pytest.raises(TrackingError, match=r"^MLflow store http://ml:5000: no answer from the tracking server$"):
        opened(search_experiments=refused)


def errors():
    """One of each kind that MLflow and what lies below it raise."""
    import sqlalchemy.exc
    from mlflow.exceptions import MlflowException

    return [MlflowException("it"), sqlalchemy.exc.SQLAlchemyError("it"), sqlite3.OperationalError("it"), OSError("it")]


@pytest.mark.parametrize("kind", range(4))
def test_each_kind_of_trouble_is_the_stores(opened, kind):
    error = errors()[kind]

    def raised(*args):
        raise error

    store, _ = opened(get_run=raised)
    with pytest.raises(TrackingError, match=r"^MLflow store http://ml:5000: it$") as result:
        store.metrics("run1")
    assert result.value.__cause__ is error


class Locked:
    """A call that finds the database locked so many times before it answers."""

    def __init__(self, times, answer=None):
        self.left, self.answer = times, answer

    def __call__(self, *args, **kwargs):
        from mlflow.exceptions import MlflowException

        if self.left:
            self.left -= 1
            raise MlflowException("(sqlite3.OperationalError) database is locked")
        return self.answer


@pytest.fixture
def clock(monkeypatch):
    """Seconds that were waited for a lock, on a clock of their own."""
    slept = []
    monkeypatch.setattr("registry.errors.time.sleep", slept.append)
    monkeypatch.setattr("registry.errors.time.monotonic", lambda: 1000.0 + sum(slept))
    return slept


def test_a_lock_is_waited_for_and_the_call_made_again(opened, clock):
    run = SimpleNamespace(data=SimpleNamespace(metrics={"mae": 0.5}))
    store, _ = opened(get_run=Locked(45, run))
    assert store.metrics("run1") == {"mae": 0.5}
    assert clock == [1.0] * 45


def test_a_lock_that_does_not_end_is_named_with_what_it_was_waited_for(opened, clock):
    store, _ = opened(get_run=Locked(10_000))
    with pytest.raises(TrackingError, match=r"^MLflow store http://ml:5000: locked by another process for 600 s; "):
        store.metrics("run1")
    assert sum(clock) == 600


def test_a_version_that_was_made_before_the_lock_is_not_made_twice(opened, clock):
    """The lock comes between the commit of the version and what is read back of it."""
    made = []

    def make(name, source, run, tags, model_id):
        made.append(SimpleNamespace(version=len(made) + 1, source=source))
        return lock()

    lock = Locked(1)
    store, client = opened(
        search_registered_models=[SimpleNamespace(name="p")],
        search_model_versions=lambda query: made,
        create_model_version=make,
    )
    assert store.register("p", "A process", "run1", "m-1", {}) == 1
    assert len(client.of("create_model_version")) == 1


@pytest.mark.parametrize(
    ("error", "status"), [(ValueError("no"), "FAILED"), (KeyboardInterrupt(), "KILLED"), (SystemExit(), "KILLED")]
)
def test_a_run_that_did_not_finish_says_how_it_ended(opened, error, status):
    store, client = opened(create_run=SimpleNamespace(info=SimpleNamespace(run_id="run1")))
    with pytest.raises(type(error)), store.run("4", "first", "train"):
        raise error
    assert client.of("set_terminated") == [(("run1", status), {})]


@pytest.fixture
def making(opened, monkeypatch):
    """What making and unlocking a database was asked, by a store of our own whose client answers."""
    opened()
    calls = []

    def make(file, artifacts):
        calls.append((file, artifacts))
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()

    monkeypatch.setattr(tracked, "make_database", make)
    monkeypatch.setattr(tracked, "check_unlocked", lambda file: calls.append(file))
    return calls


def test_a_missing_store_is_made_in_a_folder_of_its_own_and_then_left_alone(making, tmp_path):
    settings = StoreSettings(home=tmp_path / "deep" / "home")
    file = settings.folder / "mlflow.db"
    Tracking(settings, make=True)
    assert making == [(file, settings.folder / "artifacts"), file]
    Tracking(settings, make=True)
    Tracking(settings)
    assert making[2:] == [file, file]


def test_a_home_that_is_there_may_get_a_store(making, tmp_path):
    Tracking(StoreSettings(home=tmp_path), make=True)
    assert (tmp_path / "mlflow.db").exists()


def test_a_missing_store_is_not_made_by_a_reader(making, tmp_path):
    with pytest.raises(TrackingError, match=r"there is none yet; train a process first$"):
        Tracking(StoreSettings(home=tmp_path))
    assert making == []
