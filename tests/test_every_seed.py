"""Behaviours that every process shows; a new seed in the folder is tested by being there."""

import json
import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import cache
from http import HTTPStatus
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sklearn.base import clone

from models.sorting.values import oracle_bins, value_matrix
from models.table.inputs import matrix
from models.tasks import CANDIDATES, inputs_for
from operations.catalogue import offered
from registry.promotion import promote
from registry.settings import StoreSettings
from registry.tracking import Tracking
from seeds import Seed, folder, load, load_all
from serving.app import create_app
from serving.settings import ServiceSettings as ServingSettings
from synthetic_data import simulate
from system.programs import free_port
from tests.clients.generators import GENERATORS, calls_of
from tests.seeds.typical import requested, typical_table
from tests.serving.open_inference import conftest as protocol
from tests.serving.wire import conftest as tables
from tests.suite.as_in_training import Job, check_figures, flat, said_of
from tests.suite.jobs import few_trees, given_penalty, quicken
from tests.suite.processes import FIRST, each
from tests.suite.servers import server
from training.core.dataset import read
from training.jobs.train import train
from training.jobs.trial import SimulatedPlant, TrialError, trial, unseen
from training.sorting.evaluate import Decided
from training.sorting.trial import counted, true_pieces
from training.tasks import task_of

LOTS = 120  # of them 45 or more calibrate, the fewest that can show 95 % with nine tenths confidence
UNITS, MOST_YEARS = 30, 2.5  # of a plant of periods
GRADED_LOTS = 2000  # of them some 500 judge decisions in calibration, and 299 are the fewest that can promise 1 %
MOST_ROWS = 4000  # of a plant of periods: no behaviour below is one of more rows, and settings are chosen on so many
IMPORTANCE_ROWS = 20  # what inputs weigh is shown, not judged
ROWS = 600  # learnt twice by every candidate; with a fifth held back all that it chooses is chosen
SEEDS = load_all()
SIGNED = [name for name, seed in SEEDS.items() if any(column.sign for column in seed.inputs)]
SORTING = [name for name, seed in SEEDS.items() if seed.sorting is not None]
ONE_A_KIND = {(seed.process.task, len(seed.primaries) > 1): name for name, seed in SEEDS.items()}
TRAINED = "trains a process"
SERVED = ("zinc_ingot",)
assert all((SIGNED, SORTING))


@pytest.fixture(scope="session")
def jobs(tmp_path_factory) -> Callable[[str], Job]:
    """Trainer of a process, once a session."""
    return cache(lambda name: trained(load(name), tmp_path_factory.mktemp(name)))


@pytest.fixture(scope="module", params=each(SEEDS, TRAINED))
def job(request, jobs) -> Job:
    return jobs(request.param)


def years_of(seed: Seed, rows: int, units: int) -> float:
    """How long so many units run until they have so many rows [a]."""
    return rows / units * (seed.period / timedelta(days=365.25))


def trained(seed: Seed, folder: Path) -> Job:
    """A process that was trained from scratch on a small plant."""
    path = folder / "plant"
    if seed.quality is not None:
        simulate(seed, path, years=years_of(seed, GRADED_LOTS, seed.plant.units))
    elif seed.classes and seed.plant is not None:
        simulate(seed, path, units=LOTS)
    elif seed.plant is not None:
        simulate(seed, path, units=UNITS, years=min(MOST_YEARS, years_of(seed, MOST_ROWS, UNITS)))
    else:
        path.mkdir()
        typical_table(seed).to_csv(path / "history.csv", index=False)
    settings = StoreSettings(home=folder / "home")
    with pytest.MonkeyPatch.context() as patched:
        quicken(patched, draws=True)
        given_penalty(patched)
        patched.setattr(type(task_of(seed).learner), "importance_rows", IMPORTANCE_ROWS)
        made = train(seed, path, settings)
    if not made.gated.passed:
        promote(seed, settings, 1, force="a small plant")
    return Job(seed, path, read(path, seed), settings, made)


@pytest.fixture(scope="module")
def client(job, tmp_path_factory) -> Iterator[TestClient]:
    """A service over the process alone; `tests/serving/test_openapi.py` has one over all."""
    own = tmp_path_factory.mktemp("seeds")
    shutil.copy(folder() / f"{job.seed.process.name}.toml", own)
    with pytest.MonkeyPatch.context() as patched, ExitStack() as running:
        patched.setenv("NONFERROUS_SEEDS", str(own))
        app = create_app(ServingSettings(home=job.settings.folder, poll_seconds=0.2))
        made = running.enter_context(TestClient(app, base_url="http://localhost"))  # it takes names of this machine
        patience = time.monotonic() + 60
        while made.get("/health/ready").status_code != 200:
            assert time.monotonic() < patience, made.get("/health/ready").text
            time.sleep(0.1)
        yield made


def test_candidates_share_their_metrics(job):
    for fitted in job.targets:
        result = {name: set(candidate.metrics) for name, candidate in fitted.candidates.items()}
        assert list(result) == [name for name in CANDIDATES if name in result]
        assert len({frozenset(metrics) for metrics in result.values()}) == 1


def test_no_late_column_label_or_truth_reaches_a_model(job):
    hidden = [column.name for column in job.seed.by_role("late", "target")]
    spoilt = job.data.table.assign(**dict.fromkeys(hidden, 1e6))
    assert np.array_equal(matrix(spoilt, job.seed), job.data.X, equal_nan=True)
    reached = {column.name for column in job.seed.inputs}
    assert not reached & {*hidden, *(column.name for column in job.seed.identity)}
    if job.data.truth_frame is not None:
        numbers = [column.name for column in job.seed.by_role("target") if column.is_number]
        for real in job.data.truth_frame[numbers].to_numpy().T:
            assert not np.any(np.isclose(job.data.X, real[:, None], rtol=1e-9, atol=0.0) & (real[:, None] != 0))


def test_learning_leaves_its_input_alone_and_column_order_is_irrelevant(job):
    for data in (one.data for one in job.targets):
        rows = np.unique(np.linspace(0, len(data.labels) - 1, ROWS).astype(int))
        table, y, seed = data.table.iloc[rows], data.labels[rows], data.seed
        mixed = table[list(reversed(table.columns))]
        X, before = matrix(table, seed), matrix(table, seed)
        for name, estimator in few_trees(seed).items():
            fitted = clone(estimator).fit(X, y)
            assert np.array_equal(X, before, equal_nan=True)
            again, says = clone(estimator).fit(matrix(mixed, seed), y), "predict_proba" if seed.classes else "predict"
            assert np.array_equal(getattr(fitted, says)(X), getattr(again, says)(X)), name


@pytest.mark.parametrize("job", each(SIGNED, TRAINED), indirect=True)
def test_known_directions_are_right(job):
    candidate = job.targets[0].candidates["lightgbm_physics"]
    signed = [(j, column) for j, column in enumerate(job.seed.inputs) if column.sign]
    assert signed
    for j, column in signed:
        low, high = column.limits
        lines = np.linspace(low, high, 60)
        for row in candidate.model.examples:
            X = np.tile(row, (len(lines), 1))
            X[:, j] = lines
            steps = np.diff(candidate.model.predict(X)) * column.sign
            assert (steps >= -1e-9).all(), column.name


# ---- closed loop


def test_a_champion_decides_on_a_plant_that_it_has_never_seen(job):
    if not (job.seed.sorting or job.seed.quality):
        with pytest.raises(TrialError, match="a trial needs a process that sorts or grades lots"):
            trial(job.seed, job.settings, 10, 5)
        return
    with pytest.raises(TrialError, match="the champion's training plant"):
        trial(job.seed, job.settings, 10, job.seed.plant.rng_seed)
    if job.seed.quality:
        graded = trial(job.seed, job.settings, 500, 5)
        assert graded.lots >= 500
        shares = [graded.metrics[name] for name in ("released", "downgraded", "assayed_share")]
        assert sum(shares) == pytest.approx(1)
        assert 0 <= graded.metrics["cost"] < graded.metrics["cost_assay_none"]
        return
    result = trial(job.seed, job.settings, 40, 5)
    assert result.lots == 40
    assert sum(one["share"] for one in result.bins.values()) == pytest.approx(1)
    assert sum(result.lost.values()) == pytest.approx(result.oracle - result.value)
    assert result.value < result.ejected_oracle < result.oracle
    assert result.value_share_low < result.value_share < result.value_share_high
    assert min(result.lost["direct miss"], result.lost["late decision"]) > 0


@pytest.mark.parametrize("job", each(SORTING, TRAINED), indirect=True)
def test_who_knows_every_class_loses_on_the_belt_alone(job):
    data = unseen(job.seed, 20, 7)
    pieces, count = true_pieces(data, SimulatedPlant(7)), len(job.seed.classes)
    best = oracle_bins(value_matrix(job.seed), pieces.classes)
    sure = np.eye(count)[pieces.classes]
    result = counted(data, Decided(sure, best, best, np.zeros(len(best), dtype=bool), {}), SimulatedPlant(7))
    assert result.accuracy == 1
    assert result.value == pytest.approx(result.ejected_oracle)
    for cause in ("misclassified", "uncertainty", "rejected unknown", "lot limit"):
        assert result.lost[cause] == pytest.approx(0, abs=1e-9)
    ejected = [one for name, one in result.bins.items() if "purity" in one and one["share"] > 0]
    assert all(one["purity"] > 0.9 for one in ejected)


# ---- MLflow and the service

JSON = {"content-type": "application/json"}
# Ids, and counts of outcomes that are known when they are sent again.
DIFFERENT = {"id", "batch", "new_rows", "corrected_rows", "known", "is_duplicate", "interval", "derived_inputs"}


def test_round_trip_through_mlflow(job, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    tracking = Tracking(job.settings)
    version = tracking.versions(job.seed.process.name)[0]
    best = job.trained.learnt.best.model
    retained = tracking.model(version)
    assert retained.seed.digest == job.seed.digest
    rows = job.data.table.drop(columns=list(job.seed.targets), errors="ignore")
    predictions, again = (one.columns(inputs_for(one, rows)) for one in (best, retained))
    assert list(predictions) == list(again)
    for column in predictions:
        np.testing.assert_array_equal(predictions[column], again[column])
    mlflow.set_tracking_uri(job.settings.uri)
    stated = job.data.table[[column.name for column in job.seed.inputs]]
    frame, predictions = stated.sample(frac=1, axis=1, random_state=0), best.columns(matrix(stated, best.seed))
    table = mlflow.pyfunc.load_model(f"models:/{job.seed.process.name}@champion").predict(frame, {"answer": "all"})
    for column, expected in predictions.items():
        np.testing.assert_array_equal(table[column], expected)


def test_no_file_of_the_store_is_a_pickle(job):
    files = [path for path in job.settings.folder.rglob("*") if path.is_file() and path.suffix != ".db"]
    assert files
    for path in files:
        assert path.suffix not in (".pkl", ".pickle", ".joblib"), path
        assert path.read_bytes()[:2] not in {b"\x80" + bytes([protocol]) for protocol in range(2, 6)}, path


def test_the_request_is_typed(job, client):
    document = client.get(f"/v1/{job.seed.process.name}/openapi.json").json()
    fields = document["components"]["schemas"]["Row"]["properties"]
    for column in job.seed.inputs:
        assert fields[column.name]["x-unit"] == column.unit
        assert f"{column.limits[0]:g} to {column.limits[1]:g}" in fields[column.name]["description"]
    assert not {column.name for column in job.seed.by_role("late", "target")} & set(fields)


def test_training_figures_are_the_services_answers(job, client):
    check_figures(job, client)


def rows_for_mlflow(job):
    """Fifty rows, and the body by which MLflow's server is asked for them."""
    rows, names = job.data.table.iloc[:50], [column.name for column in job.seed.inputs]
    data = [[None if np.isnan(value) else value for value in row] for row in rows[names].to_numpy().tolist()]
    request = {"columns": names, "data": data}
    return rows, json.dumps({"dataframe_split": request, "params": {"answer": "all"}}).encode()


def test_mlflows_server_answers_the_same(job, client, monkeypatch):
    import mlflow
    from mlflow.pyfunc import scoring_server

    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    monkeypatch.setenv("_MLFLOW_IS_IN_SERVING_ENVIRONMENT", "true")  # else the server leaves it to all tests
    mlflow.set_tracking_uri(job.settings.uri)
    model = mlflow.pyfunc.load_model(f"models:/{job.seed.process.name}@champion")
    rows, body = rows_for_mlflow(job)
    answer = TestClient(scoring_server.init(model)).post("/invocations", content=body, headers=JSON)
    assert answer.status_code == 200, answer.text
    check_the_same(job, client, rows, answer.json()["predictions"])


@pytest.mark.service
@pytest.mark.parametrize("job", each(sorted(ONE_A_KIND.values()), "starts MLflow's server", SERVED), indirect=True)
def test_mlflows_server_in_a_process_of_its_own_answers_the_same(job, client, mlflow_server):
    rows, body = rows_for_mlflow(job)
    with mlflow_server(job.seed.process.name, job.settings.uri) as address:
        request = urllib.request.Request(f"{address}/invocations", body, JSON)
        with urllib.request.urlopen(request, timeout=60) as answer:
            check_the_same(job, client, rows, json.load(answer)["predictions"])


def check_the_same(job, client, rows, theirs):
    """The service's predictions; of a model with unit history its own without it, as MLflow's tools have none."""
    model = job.trained.learnt.best.model
    if getattr(model, "history", None) is not None:
        stated = matrix(rows[[column.name for column in job.seed.inputs]], model.seed)
        for name, expected in model.columns(stated).items():
            np.testing.assert_allclose([one[name] for one in theirs], expected, rtol=1e-9)
        return
    predictions = said_of(job, rows, client)
    assert len(theirs) == len(predictions)
    for ours, other in zip(predictions, theirs, strict=True):
        for column, value in flat(job, ours).items():
            expected = other[column]
            if isinstance(expected, str):
                assert value == expected
            elif expected is None or np.isnan(expected):  # an input that physics needs is missing
                assert value is None
            else:
                assert value == pytest.approx(expected, rel=1e-9)


def test_the_open_inference_protocol_and_tables_answer_the_same(job, client):
    for way in (protocol, tables):
        way.check_same(client.post, job.seed.process.name, requested(job.seed, job.data.table.iloc[:50])["rows"])


@pytest.fixture(scope="module")
def address(job, tmp_path_factory) -> Iterator[str]:
    """A service in a process of its own over the process alone, with its model."""
    own, port = tmp_path_factory.mktemp("served"), free_port()
    shutil.copy(folder() / f"{job.seed.process.name}.toml", own)
    environment = {"NONFERROUS_HOME": str(job.settings.folder), "NONFERROUS_SEEDS": str(own)}
    environment["NONFERROUS_POLL_SECONDS"] = "3600"  # outcomes of a test change no interval of a later one
    command, made = [sys.executable, "-m", "nonferrous", "serve", "--port", str(port)], f"http://127.0.0.1:{port}"
    with server(command, f"{made}/health/ready", own / "log", env=os.environ | environment):
        yield made


@pytest.mark.service
@pytest.mark.long("generates and compiles clients")
@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("job", SEEDS, indirect=True)
def test_generated_clients_return_what_the_service_sends(job, address, generator, tmp_path):
    process = job.seed.process.name
    document = fetched(f"{address}/v1/{process}/openapi.json")
    calls = dict(calls_of(document, ("predictions", "outcomes", "recommendations")))
    assert (f"/v1/{process}/recommendations" in calls) == ("recommendations" in offered(job.seed, 1).forms)
    (tmp_path / "document.json").write_text(json.dumps(document), encoding="utf-8")
    expected = {path: fetched(f"{address}{path}", call.body) for path, call in calls.items()}
    given = {path: call for path, call in calls.items() if expected[path] is not None}
    assert f"/v1/{process}/predictions" in given
    results = GENERATORS[generator](tmp_path, address, list(given.values()))
    for path, result in zip(given, results, strict=True):
        assert without_ids(result) == without_ids(expected[path]), path


@pytest.mark.service
@pytest.mark.long("generates and compiles clients")
@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("job", [FIRST[0]], indirect=True)
def test_a_client_of_the_whole_service_predicts_for_a_process(job, address, generator, tmp_path):
    process = job.seed.process.name
    (_, call), *_ = calls_of(fetched(f"{address}/v1/{process}/openapi.json"), ["predictions"])
    document = fetched(f"{address}/openapi.json")
    (tmp_path / "document.json").write_text(json.dumps(document), encoding="utf-8")
    generic = replace(call, schema="RowsRequest", answer="OperationResponse", path={"process": process})
    (result,) = GENERATORS[generator](tmp_path, address, [generic])
    assert result["process"] == process
    assert result["model"]["version"] == 1


def fetched(address, body=None):
    """Response of the service to a GET, or to a POST of a body of JSON; None if the version lacks the operation."""
    data = None if body is None else json.dumps(body).encode()
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data, JSON), timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == HTTPStatus.NOT_FOUND and "recommends no set-points" in error.read().decode():
            return None
        raise


def without_ids(part):
    """A response without nulls, which some clients leave out, and what differs between two equal requests."""
    if isinstance(part, dict):
        return {name: without_ids(one) for name, one in part.items() if name not in DIFFERENT and one is not None}
    return [without_ids(one) for one in part] if isinstance(part, list) else part


@pytest.mark.parametrize("role", ["late", "target"])
def test_what_is_known_only_later_is_refused(job, client, role):
    for column in job.seed.by_role(role):
        body = requested(job.seed, job.data.table.iloc[:1])
        body["rows"][0][column.name] = column.classes[0] if column.classes else column.typical.mean
        answer = client.post(f"/v1/{job.seed.process.name}/predictions", json=body)
        assert (answer.status_code, column.name in answer.text) == (422, True)
