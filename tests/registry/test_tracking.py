"""What is written to MLflow and read back, by value, with a client that stands in for MLflow's."""

import logging
import os
import warnings
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.storage import model_files
from registry import idempotent
from registry import tracking as tracked
from registry.errors import TrackingError
from registry.settings import StoreSettings
from registry.signature import signature_of
from registry.tracking import REQUIREMENTS, WRITING, Tracking
from registry.versions import AliasMove, Version
from tests.registry.test_search_pages import page

SERVER = "http://ml:5000"


def model_with(**aliases):
    return [SimpleNamespace(aliases={name: str(number) for name, number in aliases.items()})]


def test_opening_asks_one_question_and_sets_mlflow_up_unless_the_caller_has(opened, monkeypatch):
    for name in WRITING:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "7")
    logging.getLogger("mlflow.store.db.utils").setLevel(logging.NOTSET)
    _, client = opened()
    assert client.calls == [("search_experiments", (), {"max_results": 1})]
    assert os.environ["MLFLOW_DISABLE_TELEMETRY"] == "true"
    assert os.environ["MLFLOW_LOGGING_LEVEL"] == "WARNING"
    assert os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] == "7"
    assert logging.getLogger("mlflow.store.db.utils").level == logging.CRITICAL
    for name in WRITING:  # as it was, for the tests that follow
        monkeypatch.delenv(name, raising=False)


def test_what_mlflow_raises_is_one_line_and_its_own_warnings_are_silent(opened, recwarn):
    def warned(*args, **kwargs):
        warnings.warn_explicit("old", DeprecationWarning, "x.py", 1, module="sqlalchemy.orm")
        warnings.warn_explicit("mine", DeprecationWarning, "x.py", 2, module="mine")
        raise OSError("No space\n left")

    store, _ = opened(get_run=warned)
    warnings.simplefilter("always")
    words = r"^MLflow store http://ml:5000: a file cannot be written \(No space left\); expected free space on the disk"
    with pytest.raises(TrackingError, match=words):
        store.metrics("run1")
    assert [str(one.message) for one in recwarn.list] == ["mine"]
    assert Tracking.metrics.__name__ == "metrics"


def test_what_is_not_mlflows_is_raised_as_it_is(opened):
    store, _ = opened(get_run=lambda run: {}["absent"])
    with pytest.raises(KeyError, match="absent"):
        store.metrics("run1")


def test_a_known_experiment_is_taken_and_an_unknown_one_made_with_its_title(opened):
    store, client = opened(get_experiment_by_name=SimpleNamespace(experiment_id=4))
    assert store.experiment("p") == "4"
    assert client.of("create_experiment") == []
    store, client = opened(create_experiment=5)
    assert store.experiment("p", "A process") == "5"
    tags = {"mlflow.note.content": "A process", "mlflow.experimentKind": "custom_model_development"}
    assert client.of("create_experiment") == [(("p", None, tags), {})]  # a server knows where artifacts go


def test_an_experiment_that_another_job_made_first_is_taken(opened):
    from mlflow.exceptions import MlflowException

    def refused(*args):
        raise MlflowException("already exists")

    result = iter([None, SimpleNamespace(experiment_id=6), None, None])
    store, _ = opened(get_experiment_by_name=lambda name: next(result), create_experiment=refused)
    assert store.experiment("p") == "6"
    with pytest.raises(TrackingError, match="already exists"):
        store.experiment("p")


def test_a_database_of_our_own_keeps_artifacts_beside_it(opened, tmp_path):
    store, client = opened(create_experiment=1)
    store.settings = StoreSettings(home=tmp_path, tracking_uri="postgresql://me@db/m")
    store.experiment("p")
    assert client.of("create_experiment")[0][0][1] == (tmp_path / "artifacts" / "p").as_uri()


@pytest.mark.parametrize(("commit", "parent"), [("abc", None), (None, "run0"), ("abc", "run0")])
def test_a_run_is_tagged_with_what_ran(opened, monkeypatch, commit, parent):
    store, client = opened(create_run=SimpleNamespace(info=SimpleNamespace(run_id="run1")))
    monkeypatch.setattr(tracked.getpass, "getuser", lambda: "ann")
    monkeypatch.setattr(tracked, "git_commit", lambda: commit)
    monkeypatch.setattr(tracked, "package_version", lambda: "1.2.3")
    monkeypatch.setattr(tracked, "own_lock", lambda home: f"lock of {home.name}")
    monkeypatch.setattr(idempotent.time, "time_ns", lambda: 1_700_000_000_123_999_999)
    with store.run("4", "first", "train", parent) as run:
        assert run == "run1"
    tags = {
        "mlflow.user": "ann",
        "mlflow.source.name": "nonferrous train",
        "mlflow.source.type": "LOCAL",
        "job": "train",
        "package_version": "1.2.3",
        "schema": "2",
        "job_lock": "lock of home",
        **({} if parent is None else {"mlflow.parentRunId": parent}),
        **({} if commit is None else {"mlflow.source.git.commit": commit}),
    }
    assert client.of("create_run") == [(("4", 1_700_000_000_123), {"tags": tags, "run_name": "first"})]
    assert client.of("set_terminated") == [(("run1", "FINISHED"), {})]


def test_the_first_error_is_told_where_the_end_of_the_run_fails_too(opened):
    def full(*args):
        raise OSError("disk is full")

    store, _ = opened(create_run=SimpleNamespace(info=SimpleNamespace(run_id="run1")), set_terminated=full)
    with pytest.raises(ZeroDivisionError), store.run("4", "first", "train"):
        raise ZeroDivisionError


def test_a_batch_holds_metrics_parameters_and_tags(opened, monkeypatch):
    store, client = opened()
    monkeypatch.setattr(tracked.time, "time_ns", lambda: 1_700_000_000_123_999_999)
    store.log("run1", params={"rows": 3}, metrics={"mae": 0.5}, tags={"a": "b"}, model="m1")
    ((run, (metric,), (param,), (tag,)), more) = client.of("log_batch")[0]
    assert (run, more) == ("run1", {})
    assert (metric.key, metric.value, metric.timestamp, metric.step) == ("mae", 0.5, 1_700_000_000_123, 0)
    assert metric.model_id == "m1"
    assert (param.key, param.value) == ("rows", "3")
    assert (tag.key, tag.value) == ("a", "b")
    store.log("run1")
    assert client.of("log_batch")[1] == (("run1", [], [], []), {})


def test_files_and_tables_go_to_their_run(opened, tmp_path):
    store, client = opened()
    store.log_files("run1", tmp_path)
    assert client.of("log_artifacts") == [(("run1", str(tmp_path)), {})]
    digest = "sha256:" + "0123456789" * 6 + "0123"
    store.log_table("run1", pd.DataFrame({"y": [1.0, 2.0]}), "plant", "y", digest)
    ((run, (given,)), _) = client.of("log_inputs")[0]
    assert run == "run1"
    assert (given.dataset.name, given.dataset.digest) == ("plant", "012345678901234567890123456789012345")
    assert digest in given.dataset.source
    assert given.dataset.profile == '{"num_rows": 2, "num_elements": 2}'


def test_the_size_of_a_table_is_no_matter_to_its_schema(opened, monkeypatch):
    from mlflow.data import pandas_dataset

    seen = []
    infer = pandas_dataset._infer_schema
    monkeypatch.setattr(pandas_dataset, "_infer_schema", lambda table: seen.append(len(table)) or infer(table))
    store, client = opened()
    store.log_table("run1", pd.DataFrame({"y": np.arange(100_000.0), "z": 1.0}), "plant", "y", "sha256:a")
    ((_, (given,)), _) = client.of("log_inputs")[0]
    assert seen == [10]
    assert given.dataset.profile == '{"num_rows": 100000, "num_elements": 200000}'


def test_a_table_is_marked_as_what_training_learns_from(opened):
    store, client = opened()
    store.log_table("run1", pd.DataFrame({"y": [1.0, 2.0]}), "plant", "y", "sha256:a")
    ((_, (given,)), _) = client.of("log_inputs")[0]
    assert [(tag.key, tag.value) for tag in given.tags] == [("mlflow.data.context", "training")]


def test_a_model_is_registered_under_its_process_and_linked(opened):
    made = SimpleNamespace(version="3")
    store, client = opened(search_registered_models=[], search_model_versions=[], create_model_version=made)
    assert store.register("p", "A process", "run1", "m-1", {"a": "b"}) == 3
    assert client.of("create_registered_model") == [(("p",), {"description": "A process"})]
    assert client.of("create_model_version") == [
        (("p", "models:/m-1", "run1", {"a": "b", "schema": "2"}), {"model_id": "m-1"})
    ]
    link = {"mlflow.modelVersions": '[{"name": "p", "version": "3"}]'}
    assert client.of("set_logged_model_tags") == [(("m-1", link), {})]
    assert client.of("search_registered_models") == [(("name = 'p'",), {})]
    store, client = opened(search_registered_models=model_with(), search_model_versions=[], create_model_version=made)
    store.register("p", "A process", "run1", "m-1", {})
    assert client.of("create_registered_model") == []


def test_versions_are_read_page_by_page_oldest_first_with_their_aliases(opened):
    def version(number):
        return SimpleNamespace(
            name="p",
            version=str(number),
            run_id=f"run{number}",
            creation_timestamp=1_700_000_000_999,
            source=f"models:/m-{number}",
            tags={"candidate": "linear"},
        )

    data = SimpleNamespace(tags={"mlflow.parentRunId": "job"}, metrics={"mae": 0.5})
    pages = {None: page([version(3), version(2)], "next"), "next": page([version(1)], None)}
    store, client = opened(
        search_registered_models=model_with(new=3, champion=1, challenger=3),
        search_model_versions=lambda query, page_token: pages[page_token],
        get_run=lambda run: SimpleNamespace(data=data, info=SimpleNamespace(experiment_id="4")),
    )
    versions = store.versions("p")
    created = "2023-11-14T22:13:20+00:00"
    more = {"candidate": "linear", "created": created, "parent_run": "job", "experiment": "4"}
    more |= {"tags": {"candidate": "linear"}, "metrics": {"mae": 0.5}}
    assert versions == [
        Version(process="p", number=1, aliases=("champion",), run="run1", model="m-1", **more),
        Version(process="p", number=2, aliases=(), run="run2", model="m-2", **more),
        Version(process="p", number=3, aliases=("challenger", "new"), run="run3", model="m-3", **more),
    ]
    assert [args for args, _ in client.of("search_model_versions")] == [("name = 'p'",)] * 2
    store, client = opened(search_registered_models=[])
    assert store.versions("p") == []
    assert client.of("search_model_versions") == []


@pytest.fixture
def moving(opened, monkeypatch):
    """A store in which an alias is about to move, at noon, by ann."""
    store, client = opened(
        search_registered_models=model_with(champion=2),
        get_experiment_by_name=SimpleNamespace(experiment_id="4"),
        create_run=SimpleNamespace(info=SimpleNamespace(run_id="run9")),
        search_runs=lambda *given, page_token: page([], ""),
    )

    class Noon(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2026, 1, 2, 12, 0, 0, 5, tzinfo=tz)

    monkeypatch.setattr(tracked, "datetime", Noon)
    monkeypatch.setattr(tracked.getpass, "getuser", lambda: "ann")
    return store, client


@pytest.mark.parametrize(
    ("alias", "after", "name", "before"),
    [
        ("champion", 3, "champion: 2 -> 3", 2),
        ("challenger", 3, "challenger: none -> 3", None),
        ("champion", None, "champion: 2 -> none", 2),
    ],
)
def test_a_move_is_written_with_who_when_and_why_before_it_is_made(moving, alias, after, name, before):
    store, client = moving
    result = store.move_alias("p", alias, after, "promote", "smaller errors", {"mae": 0.5})
    when = "2026-01-02T12:00:00.000005+00:00"
    assert result == AliasMove(when, "ann", "promote", alias, before, after, "smaller errors", {"mae": 0.5}, 1)
    (started,) = client.of("create_run")
    assert (started[0][:1], started[1]["run_name"], started[1]["tags"]["job"]) == (("4",), name, "alias move")
    (((run, metrics, params, tags), _),) = client.of("log_batch")
    assert (run, tags, metrics) == ("run9", [], [])  # a metric would stand among those of trained candidates
    assert {one.key: one.value for one in params} == result.to_params()
    pointed = "delete_registered_model_alias" if after is None else "set_registered_model_alias"
    order = [called for called, _, _ in client.calls]
    assert order.index("create_run") < order.index("log_batch") < order.index(pointed) < order.index("set_terminated")
    assert client.of(pointed) == [(("p", alias) if after is None else ("p", alias, "3"), {})]
    assert client.of("set_terminated") == [(("run9", "FINISHED"), {})]


def test_of_a_process_without_a_registered_model_nothing_was_pointed_to(moving):
    store, client = moving
    client.answers["search_registered_models"] = []
    assert store.move_alias("p", "champion", 1, "first", "first", {}).before is None


def test_the_audit_is_read_from_all_runs_oldest_first(opened):
    from mlflow.entities import ViewType

    moves = [AliasMove(f"2026-01-0{day}", "ann", "promote", "champion", day, None, "why", {}) for day in (2, 1, 3)]
    runs = [SimpleNamespace(data=SimpleNamespace(params=one.to_params(), metrics={})) for one in moves]
    cut_off = SimpleNamespace(data=SimpleNamespace(params={}, metrics={}))  # before it said what it moves
    pages = {None: page([*runs[:2], cut_off], "next"), "next": page(runs[2:], "")}
    store, client = opened(
        get_experiment_by_name=SimpleNamespace(experiment_id="4"),
        search_runs=lambda experiments, query, view, page_token: pages[page_token],
    )
    assert [move.before for move in store.audit("p")] == [1, 2, 3]
    requested = (["4"], "tags.job = 'alias move'", ViewType.ALL)
    assert client.of("search_runs") == [(requested, {"page_token": None}), (requested, {"page_token": "next"})]


def test_tags_metrics_and_runs_of_a_version_are_asked_for_by_its_names(opened):
    run = SimpleNamespace(
        info=SimpleNamespace(run_name="linear", run_id="run1"), data=SimpleNamespace(metrics={"mae": 0.5})
    )
    store, client = opened(search_runs=[run], get_run=lambda name: {"run1": run}[name])
    store.tag_version("p", 3, {"a": "b", "c": "d"})
    assert client.of("set_model_version_tag") == [(("p", "3", "a", "b"), {}), (("p", "3", "c", "d"), {})]
    assert store.children(SimpleNamespace(parent_run="job", experiment="4")) == {"linear": "run1"}
    assert client.of("search_runs") == [((["4"], "tags.`mlflow.parentRunId` = 'job'"), {})]
    assert store.metrics("run1") == {"mae": 0.5}


def test_a_kept_table_comes_back(opened, tmp_path):
    table = pd.DataFrame({"y": [1.0, 2.0]})

    def downloaded(run, name, folder):
        assert (run, name) == ("run1", "table.parquet")
        table.to_parquet(Path(folder) / name)
        return str(Path(folder) / name)

    store, _ = opened(download_artifacts=downloaded)
    pd.testing.assert_frame_equal(store.table("run1", "table.parquet"), table)


def test_a_registered_model_is_loaded_from_its_own_files(opened, save_toy_model, tmp_path, monkeypatch):
    save_toy_model(tmp_path / "kept" / "data" / "model")
    calls = {}

    def downloaded(**how):
        calls.update(how)
        return how["artifact_uri"]

    monkeypatch.setattr("mlflow.artifacts.download_artifacts", downloaded)
    store, _ = opened(get_logged_model={"m-1": SimpleNamespace(artifact_location=str(tmp_path / "kept"))}.get)
    result = store.model(SimpleNamespace(model="m-1"))
    assert result.candidate == "linear"
    assert (calls["artifact_uri"], calls["tracking_uri"]) == (f"{tmp_path}/kept/data/model", SERVER)
    assert not Path(calls["dst_path"]).exists()


@pytest.mark.parametrize("before", [None, "http://else:1"])
def test_a_model_is_logged_with_its_signature_and_the_environment_is_left_alone(
    opened, monkeypatch, save_toy_sorter, tmp_path, before
):
    import mlflow.pyfunc

    model, noted = save_toy_sorter(tmp_path / "model"), {}
    if before is None:
        monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    else:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", before)

    class Run:
        def __enter__(self):
            return self

        def __exit__(self, *error):
            return False

    def logged(**how):
        noted.update(how, digest=model_files.digest(Path(how["data_path"])))
        os.environ["MLFLOW_TRACKING_URI"] = SERVER
        return SimpleNamespace(model_id="m-1")

    addresses = []
    monkeypatch.setattr(mlflow, "set_tracking_uri", addresses.append)
    monkeypatch.setattr(mlflow, "set_registry_uri", addresses.append)
    monkeypatch.setattr(mlflow, "start_run", lambda run_id: noted.update(run=run_id) or Run())
    monkeypatch.setattr(mlflow.pyfunc, "log_model", logged)
    run = SimpleNamespace(info=SimpleNamespace(run_id="run1", experiment_id="4"))  # a lock has ended a call before
    models = [SimpleNamespace(model_id="m-0", status="PENDING"), SimpleNamespace(model_id="m-1", status="READY")]
    store, client = opened(get_run=run, search_logged_models=models)
    assert store.log_model("run1", model) == ("m-1", noted["digest"])
    assert client.of("delete_logged_model") == [(("m-0",), {})]
    assert os.environ.get("MLFLOW_TRACKING_URI") == before
    assert addresses == [SERVER, SERVER]
    assert (noted["run"], noted["name"], noted["loader_module"]) == ("run1", "linear", "nonferrous.pyfunc")
    assert Path(noted["data_path"]).name == "model"
    assert list(noted["input_example"].columns) == list(model.names)
    assert [one.split("==")[0] for one in noted["pip_requirements"]] == list(REQUIREMENTS)
    assert noted["signature"] == signature_of(model)


def test_moves_that_are_counted_follow_their_count_and_not_the_clock(opened):
    counted = [("2026-01-03", 1), ("2026-01-01", 2), ("2026-01-02", 0)]
    moves = [AliasMove(when, "ann", "promote", "champion", None, number, "why", {}, number) for when, number in counted]
    runs = [SimpleNamespace(data=SimpleNamespace(params=one.to_params(), metrics={})) for one in moves]
    result = SimpleNamespace(experiment_id="4")
    store, _ = opened(get_experiment_by_name=result, search_runs=lambda *given, page_token: page(runs, ""))
    assert [move.number for move in store.audit("p")] == [0, 1, 2]
