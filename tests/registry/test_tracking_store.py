"""The MLflow store: made once, in one line when it fails, and never rewritten."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from registry.errors import TrackingError, tracking_error
from registry.promotion import champion_of, promote, rollback
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import RegistryError
from tests.suite.children import child


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """Settings of a store that all tests of this file share."""
    made = StoreSettings(home=tmp_path_factory.mktemp("home"))
    Tracking(made, make=True)
    return made


def test_an_embedded_store_is_made_only_when_asked(tmp_path):
    settings = StoreSettings(home=tmp_path / "home")
    with pytest.raises(TrackingError, match="there is none yet; train a process first"):
        Tracking(settings)
    assert not settings.folder.exists()


def test_making_a_store_leaves_one_file(settings):
    assert settings.sqlite_file.is_file()
    assert [path.name for path in settings.folder.iterdir()] == ["mlflow.db"]


def test_the_environment_is_left_as_it_was(settings, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    Tracking(settings)
    assert "MLFLOW_TRACKING_URI" not in os.environ
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"


@pytest.mark.parametrize(
    ("error", "status"), [(None, "FINISHED"), (ValueError("no"), "FAILED"), (KeyboardInterrupt(), "KILLED")]
)
def test_a_run_ends_as_what_happened(settings, error, status):
    tracking = Tracking(settings)
    experiment = tracking.experiment("ends")
    runs = {}

    def work():
        with tracking.run(experiment, "job", "train") as parent:
            runs["parent"] = parent
            with tracking.run(experiment, "child", "train", parent) as child:
                runs["child"] = child
                if error is not None:
                    raise error

    if error is None:
        work()
    else:
        with pytest.raises(type(error)):
            work()
    result = {name: tracking._client.get_run(run) for name, run in runs.items()}
    assert {name: run.info.status for name, run in result.items()} == {"parent": status, "child": status}
    assert result["child"].data.tags["mlflow.parentRunId"] == runs["parent"]


def test_a_run_says_what_ran_without_a_path(settings):
    tracking = Tracking(settings)
    with tracking.run(tracking.experiment("says"), "job", "train") as run:
        tags = tracking._client.get_run(run).data.tags
    assert tags["mlflow.source.name"] == "nonferrous train"
    assert tags["package_version"]
    assert tags["schema"] == "2"
    assert not [value for value in tags.values() if "/" in value]


def test_the_audit_is_written_before_the_alias_moves_and_only_grows(settings):
    tracking = Tracking(settings)
    tracking.experiment("audited")
    with pytest.raises(TrackingError, match="audited"):
        tracking.move_alias("audited", "champion", 1, "promote", "no such model", {})
    (first,) = tracking.audit("audited")
    assert (first.before, first.after, first.why) == (None, 1, "no such model")
    with pytest.raises(TrackingError):
        tracking.move_alias("audited", "champion", 2, "promote", "again", {"test_mae": 0.25})
    moves = tracking.audit("audited")
    assert moves[0] == first
    assert [move.why for move in moves] == ["no such model", "again"]
    assert moves[1].metrics == {"test_mae": 0.25}
    assert moves[1].who
    assert moves[0].when < moves[1].when


def test_moves_are_in_order_whatever_the_clock_says(settings, monkeypatch):
    tracking = Tracking(settings)
    tracking.experiment("stepped")
    clock = iter(datetime(2026, 1, day, tzinfo=UTC) for day in (9, 5, 7, 1))
    monkeypatch.setattr("registry.tracking.datetime", SimpleNamespace(now=lambda zone: next(clock)))
    for after in (1, 2, 3, 4):
        with pytest.raises(TrackingError):  # no such model: the line is written before
            tracking.move_alias("stepped", "champion", after, "promote", "better", {})
    moves = tracking.audit("stepped")
    assert [(move.after, move.number) for move in moves] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    assert [move.when[8:10] for move in moves] == ["09", "05", "07", "01"]


def test_a_line_of_the_audit_cannot_be_changed_and_survives_the_bin(settings):
    tracking = Tracking(settings)
    experiment = tracking.experiment("kept")
    with pytest.raises(TrackingError):
        tracking.move_alias("kept", "champion", 1, "promote", "true reason", {})
    (run,) = tracking._client.search_runs([experiment])
    with pytest.raises(TrackingError, match="why"):
        tracking.log(run.info.run_id, params={"why": "another reason"})
    tracking._client.delete_run(run.info.run_id)
    assert [move.why for move in tracking.audit("kept")] == ["true reason"]


def test_a_locked_store_is_told_in_one_line_and_in_time(settings, monkeypatch):
    monkeypatch.setattr("registry.errors.LOCK_WAIT", 0.1)
    monkeypatch.setattr("registry.errors.LOCK_PATIENCE", 0.0)
    with sqlite3.connect(settings.sqlite_file) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(TrackingError, match=r"^MLflow store sqlite:///.*: locked by another process for [^\n]*$"):
            Tracking(settings)
        other.rollback()
    other.close()
    assert Tracking(settings)


def test_a_locked_store_is_opened_once_its_lock_ends(settings, monkeypatch, caplog):
    monkeypatch.setattr("registry.errors.LOCK_WAIT", 0.1)
    with closing(sqlite3.connect(settings.sqlite_file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr("registry.errors.time.sleep", lambda seconds: other.rollback())
        assert Tracking(settings).versions("never trained") == []
    assert caplog.messages == [f"{settings.sqlite_file} is locked by another process; waits at most 600 s"]


def test_a_store_of_another_mlflow_is_told_in_one_line(settings, tmp_path):
    connection = sqlite3.connect(shutil.copy(settings.sqlite_file, tmp_path))
    connection.execute("UPDATE alembic_version SET version_num = '0123456789ab'")
    connection.commit()
    connection.close()
    message = r"^MLflow store sqlite:///[^\n]*made by another version of MLflow[^\n]*$"
    with pytest.raises(TrackingError, match=message):
        Tracking(StoreSettings(home=tmp_path))


def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path):
    (tmp_path / "mlflow.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(TrackingError, match="no MLflow database"):
        Tracking(StoreSettings(home=tmp_path))


@pytest.mark.parametrize(
    ("raised", "predictions"),
    [
        ("attempt to write a readonly database", "cannot be written"),
        ("HTTPConnectionPool(host='h'): Max retries exceeded", "no answer from the tracking server"),
        ("something\n  nobody foresaw", "something nobody foresaw"),
    ],
)
def test_what_the_disk_and_the_database_say_becomes_one_line(raised, predictions):
    result = tracking_error(OSError(raised), "sqlite:///mlflow.db", Path())
    assert str(result) == f"MLflow store sqlite:///mlflow.db: {predictions}"


def test_a_password_is_never_told():
    error = OSError("cannot reach postgresql://me:secret@db/m")
    text = str(tracking_error(error, "postgresql://me:secret@db/m", Path()))
    assert "secret" not in text
    assert text.count("postgresql://me:***@db/m") == 2


def test_a_process_that_was_never_trained_has_no_versions(settings, toy_seed):
    tracking = Tracking(settings)
    assert tracking.versions("unknown_process") == []
    with pytest.raises(RegistryError, match=r"unknown_process: no champion; .* \(registered: none\)"):
        champion_of("unknown_process", [])
    with pytest.raises(RegistryError, match="no challenger to promote"):
        promote(toy_seed, settings)
    with pytest.raises(RegistryError, match=r"no version 3 \(registered: none\)"):
        promote(toy_seed, settings, 3)
    with pytest.raises(RegistryError, match="no champion"):
        rollback(toy_seed, settings)


@pytest.mark.long("makes a store in each of two processes")
def test_two_first_jobs_make_one_store(tmp_path):
    code = "from registry.tracking import *; Tracking(StoreSettings(home=Path('home')), make=True).experiment('p')"
    command, options = [sys.executable, "-c", code], {"cwd": tmp_path, "stderr": subprocess.PIPE}
    with child(command, **options) as first, child(command, **options) as second:
        predictions = [job.communicate()[1] for job in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], predictions
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["mlflow.db"]
    tracking = Tracking(StoreSettings(home=tmp_path / "home"))
    assert tracking.experiment("p") == "1"
