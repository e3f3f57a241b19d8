"""Behaviours that every process shows; a new seed in the folder is tested by being there."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from sklearn.base import BaseEstimator, clone

from models.sorting.values import oracle_bins, value_matrix
from models.table.inputs import matrix
from models.tasks import CANDIDATES, build
from registry.promotion import promote
from registry.settings import Settings
from registry.tracking import Tracking
from seeds import Seed, load, load_all
from serving.app import create_app
from serving.settings import Settings as ServingSettings
from synthetic_data import simulate
from tests.seeds.typical import requested, typical_table
from tests.serving.bulk import conftest as tables
from tests.serving.inference import conftest as protocol
from training.dataset import Dataset, read
from training.evaluate import rmse
from training.job import Learnt, Trained, train
from training.quality.fit import lots_of
from training.sorting.evaluate import Decided
from training.sorting.trial import counted, true_pieces
from training.trial import SimulatedPlant, TrialError, trial, unseen

pytestmark = pytest.mark.slow  # every process is trained and served

LOTS = 70  # of them 24 calibrate, and 19 are the fewest that can promise 95 %
GRADED_LOTS = 2000  # of them some 500 judge decisions in calibration, and 299 are the fewest that can promise 1 %
FEW_TREES = 25  # what holds of every model holds of one with few trees
ROWS = 1500  # learnt twice by every candidate
SEEDS = load_all()
SIGNED = [name for name, seed in SEEDS.items() if any(column.sign for column in seed.inputs)]
SORTING = [name for name, seed in SEEDS.items() if seed.sorting is not None]
assert all((SIGNED, SORTING))


@dataclass(frozen=True)
class Job:
    """A process that was trained from scratch in a store of its own."""

    seed: Seed
    path: Path
    data: Dataset
    settings: Settings
    trained: Trained

    @property
    def targets(self) -> list[Learnt]:
        """What was learnt of each target."""
        return [*self.trained.learnt.targets.values()] or [self.trained.learnt]


def quick(seed: Seed) -> dict[str, BaseEstimator]:
    """A process's candidates, with few trees."""
    found = build(seed)
    for estimator in found.values():
        names = [name for name in estimator.get_params() if name.split("__")[-1] in ("most_trees", "most_rounds")]
        estimator.set_params(**dict.fromkeys(names, FEW_TREES))
    return found


@pytest.fixture(scope="session")
def jobs(tmp_path_factory, copy_store) -> Callable[[str], Job]:
    """Trainer of a process, once a session."""
    return cache(lambda name: trained(load(name), tmp_path_factory.mktemp(name), copy_store))


@pytest.fixture(scope="module", params=SEEDS)
def job(request, jobs) -> Job:
    return jobs(request.param)


def trained(seed: Seed, folder: Path, copy_store: Callable[[Path, Path], None]) -> Job:
    """A process that was trained from scratch on a small plant."""
    path = folder / "plant"
    if seed.quality is not None:
        span = GRADED_LOTS / seed.plant.units * seed.period
        simulate(seed, path, years=span / timedelta(days=365.25))
    elif seed.plant is not None:
        simulate(seed, path, units=LOTS if seed.classes else 30, years=2.5)
    else:
        path.mkdir()
        typical_table(seed).to_csv(path / "history.csv", index=False)
    settings = Settings(home=folder / "home")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("training.job.build", quick)
        patched.setattr("registry.tracking.make_database", copy_store)
        made = train(seed, path, settings)
    if not made.gated.passed:
        promote(seed, settings, 1, force="a small plant")
    return Job(seed, path, read(path, seed), settings, made)


@pytest.fixture(scope="module")
def client(job) -> Iterator[TestClient]:
    app = create_app(ServingSettings(home=job.settings.folder, poll_seconds=0.2))
    with TestClient(app, base_url="http://localhost") as made:  # it takes names of this machine alone
        patience = time.monotonic() + 60
        while made.get("/health/ready").status_code != 200:
            assert time.monotonic() < patience, made.get("/health/ready").text
            time.sleep(0.1)
        yield made


def test_candidates_share_their_metrics(job):
    for learnt in job.targets:
        found = {name: set(candidate.metrics) for name, candidate in learnt.candidates.items()}
        assert list(found) == [name for name in CANDIDATES if name in found]
        assert len({frozenset(metrics) for metrics in found.values()}) == 1


def test_no_late_column_label_or_truth_reaches_a_model(job):
    hidden = [column.name for column in job.seed.by_role("late", "target")]
    spoilt = job.data.table.assign(**dict.fromkeys(hidden, 1e6))
    assert np.array_equal(matrix(spoilt, job.seed), job.data.X, equal_nan=True)
    reached = {column.name for column in job.seed.inputs}
    assert not reached & {*hidden, *(column.name for column in job.seed.identity)}
    if job.data.truth_frame is not None:
        numbers = [column.name for column in job.seed.by_role("target") if column.is_number]
        for real in job.data.truth_frame[numbers].to_numpy().T:
            assert not np.any(np.isclose(job.data.X, real[:, None], rtol=1e-9) & (real[:, None] != 0))


def test_learning_leaves_its_input_alone_and_column_order_is_irrelevant(job):
    for data in (one.data for one in job.targets):
        rows = np.unique(np.linspace(0, len(data.labels) - 1, ROWS).astype(int))
        table, y, seed = data.table.iloc[rows], data.labels[rows], data.seed
        mixed = table[list(reversed(table.columns))]
        X, before = matrix(table, seed), matrix(table, seed)
        for name, estimator in quick(seed).items():
            learnt = clone(estimator).fit(X, y)
            assert np.array_equal(X, before, equal_nan=True)
            again, says = clone(estimator).fit(matrix(mixed, seed), y), "predict_proba" if seed.classes else "predict"
            assert np.array_equal(getattr(learnt, says)(X), getattr(again, says)(X)), name


@pytest.mark.parametrize("job", SIGNED, indirect=True)
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
    with pytest.raises(TrialError, match="the plant that the champion learnt from"):
        trial(job.seed, job.settings, 10, job.seed.plant.rng_seed)
    if job.seed.quality:
        graded = trial(job.seed, job.settings, 500, 5)
        assert graded.lots >= 500
        shares = [graded.metrics[name] for name in ("released", "downgraded", "assayed")]
        assert sum(shares) == pytest.approx(1)
        assert 0 <= graded.metrics["cost"] < graded.metrics["cost_assay_none"]
        return
    found = trial(job.seed, job.settings, 40, 5)
    assert found.lots == 40
    assert sum(one["share"] for one in found.bins.values()) == pytest.approx(1)
    assert sum(found.lost.values()) == pytest.approx(found.oracle - found.value)
    assert found.value < found.ejected_oracle < found.oracle
    assert found.value_share_low < found.value_share < found.value_share_high
    assert min(found.lost["direct miss"], found.lost["late decision"]) > 0


@pytest.mark.parametrize("job", SORTING, indirect=True)
def test_who_knows_every_class_loses_on_the_belt_alone(job):
    data = unseen(job.seed, 20, 7)
    pieces, count = true_pieces(data, SimulatedPlant(7)), len(job.seed.classes)
    best = oracle_bins(value_matrix(job.seed), pieces.classes)
    sure = np.eye(count)[pieces.classes]
    found = counted(data, Decided(sure, best, best, np.zeros(len(best), dtype=bool), {}), SimulatedPlant(7))
    assert found.accuracy == 1
    assert found.value == pytest.approx(found.ejected_oracle)
    for cause in ("wrong class", "doubt", "refused as unknown", "limit of the lot"):
        assert found.lost[cause] == pytest.approx(0, abs=1e-9)
    ejected = [one for name, one in found.bins.items() if "purity" in one and one["share"] > 0]
    assert all(one["purity"] > 0.9 for one in ejected)


# ---- MLflow and the service


def test_round_trip_through_mlflow(job, monkeypatch):
    import mlflow

    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    tracking = Tracking(job.settings)
    version = tracking.versions(job.seed.process.name)[0]
    best = job.trained.learnt.best.model
    kept = tracking.model(version)
    assert kept.seed.digest == job.seed.digest
    told, again = best.columns(job.data.X), kept.columns(job.data.X)
    assert list(told) == list(again)
    for column in told:
        np.testing.assert_array_equal(told[column], again[column])
    mlflow.set_tracking_uri(job.settings.uri)
    frame = job.data.table[list(best.names)].sample(frac=1, axis=1, random_state=0)
    table = mlflow.pyfunc.load_model(f"models:/{job.seed.process.name}@champion").predict(frame, {"answer": "all"})
    for column, expected in told.items():
        np.testing.assert_array_equal(table[column], expected)


def test_no_file_of_the_store_is_a_pickle(job):
    files = [path for path in job.settings.folder.rglob("*") if path.is_file() and path.suffix != ".db"]
    assert files
    for path in files:
        assert path.suffix not in (".pkl", ".pickle", ".joblib"), path
        assert path.read_bytes()[:2] not in {b"\x80" + bytes([protocol]) for protocol in range(2, 6)}, path


def test_the_request_is_typed(job, client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    name = "".join(part.capitalize() for part in job.seed.process.name.split("_")) + "Row"
    fields = schemas[name]["properties"]
    for column in job.seed.inputs:
        assert fields[column.name]["x-unit"] == column.unit
        assert f"{column.limits[0]:g} to {column.limits[1]:g}" in fields[column.name]["description"]
    assert not {column.name for column in job.seed.by_role("late", "target")} & set(fields)


def test_training_figures_are_the_services_answers(job, client):
    if job.seed.sorting:
        return pieces_as_in_training(job, client)
    if job.seed.classes:
        return classes_as_in_training(job, client)
    if job.seed.quality:
        return lots_as_in_training(job, client)
    for learnt in job.targets:
        numbers_as_in_training(job, learnt, client)


def numbers_as_in_training(job: Job, learnt: Learnt, client: TestClient) -> None:
    target, data = learnt.data.seed.target.name, learnt.data
    rows, model, metrics = learnt.parts.test, learnt.best.model, learnt.best.metrics
    said = said_of(job, data.table.iloc[rows], client)
    y, X = data.y[rows], data.X[rows]
    for part, computed in model.answer(X, 0.9)[target]._asdict().items():
        np.testing.assert_allclose([row[target][part] for row in said], computed, rtol=1e-9)
    value, low, high = model.fixed(X, 0.9)  # as fitted; since then outcomes of the test rows have centred its answers
    centre, floor = 0.0 if model.adaptive is None else model.adaptive.centre, data.seed.log_floor
    centred = value + centre if floor is None else (value + floor) * np.exp(centre) - floor
    np.testing.assert_allclose([row[target]["value"] for row in said], centred, rtol=1e-9)
    assert rmse(value - y) == pytest.approx(metrics["test_rmse"], rel=1e-9)
    assert np.mean((low <= y) & (y <= high)) == pytest.approx(metrics["test_coverage_90"], rel=1e-9)
    for row in said:
        for quantity in (target, *data.seed.derived):
            assert row[quantity]["unit"] == job.seed.targets[quantity].unit
            if row[quantity]["value"] is None:
                assert f"{quantity} not determined by these inputs" in row["flags"]
            else:
                assert row[quantity]["low"] <= row[quantity]["value"] <= row[quantity]["high"]


def said_of(job: Job, rows: pd.DataFrame, client: TestClient) -> list[dict[str, object]]:
    """The service's predictions for these rows."""
    said = []
    for start in range(0, len(rows), 1000):
        body = requested(job.seed, rows.iloc[start : start + 1000])
        answer = client.post(f"/v1/{job.seed.process.name}/predictions", json=body)
        assert answer.status_code == 200, answer.text
        said += answer.json()["predictions"]
    return said


def lots_as_in_training(job: Job, client: TestClient) -> None:
    """Coverage, decisions and false release of the test lots, from what the service says of them."""
    rows, metrics = job.trained.learnt.parts.test, job.trained.learnt.best.metrics
    said, lots = said_of(job, job.data.table.iloc[rows], client), lots_of(job.data)[rows]
    model, inside = job.trained.learnt.best.model, np.ones(len(rows), dtype=bool)
    logs = model.assess(job.data.X[rows]).logs
    # What is measured are the intervals as they were fitted; those of the service have followed the test lots' assays.
    fixed, now = model.fixed_contents(logs, 0.9), model.contents(logs, 0.9)
    for e, element in enumerate(job.seed.elements):
        for end, computed in now[element.name]._asdict().items():
            np.testing.assert_allclose([row["contents"][element.name][end] for row in said], computed, rtol=1e-9)
        label, (_, low, high) = lots.reported[:, e], fixed[element.name]
        inside &= np.isnan(label) | np.where(label < 0, low <= -label, (low <= label) & (label <= high))
    assert inside.mean() == pytest.approx(metrics["test_coverage_90"], rel=1e-9)
    grades = [grade.name for grade in job.seed.grades]
    known = ~np.isnan(lots.kept).any(axis=1)
    actions = np.array([row["decision"]["action"] for row in said])[known]
    assert np.mean(actions == "laboratory") == pytest.approx(metrics["test_assayed"], rel=1e-9)
    let_go = [(i, grades.index(row["decision"]["grade"])) for i, row in enumerate(said) if row["decision"]["grade"]]
    bad = [lots.kept[i, grade] == 0 for i, grade in let_go if known[i] and grade < len(grades) - 1]
    assert len(bad) == metrics["test_let_go"]
    assert not bad or np.mean(bad) == pytest.approx(metrics["test_false_release"], rel=1e-9)
    for row in said:
        assert row["grade_probability"][grades[-1]] == 1
        assert all(0 <= p <= 1 for p in (*row["grade_probability"].values(), *row["defect_probabilities"].values()))
        assert row["nearest_limit"]["grade"] in grades[:-1]


def classes_as_in_training(job: Job, client: TestClient) -> None:
    """Accuracy and coverage of the test rows, from what the service says of them."""
    rows, metrics, classes = job.trained.learnt.parts.test, job.trained.learnt.best.metrics, job.seed.classes
    said, labels = said_of(job, job.data.table.iloc[rows], client), [classes[int(one)] for one in job.data.y[rows]]
    right, inside = ([one[part] for one in said] for part in (job.seed.target.name, "class_set"))
    assert np.mean([one == label for one, label in zip(right, labels, strict=True)]) == metrics["test_accuracy"]
    assert np.mean([label in one for one, label in zip(inside, labels, strict=True)]) == metrics["test_coverage_90"]


def pieces_as_in_training(job: Job, client: TestClient) -> None:
    """Accuracy by mass and contents of the test pieces, from what the service says of them."""
    rows = job.trained.learnt.parts.test
    metrics = job.trained.learnt.best.metrics
    said = said_of(job, job.data.table.iloc[rows], client)
    mass = job.data.table[job.seed.sorting_rules.mass].to_numpy()[rows]
    right = np.array([job.seed.classes.index(row["class"]) for row in said]) == job.data.y[rows]
    assert np.average(right, weights=mass) == pytest.approx(metrics["test_accuracy"], rel=1e-9)
    p = np.array([[row["class_probabilities"][name] for name in job.seed.classes] for row in said])
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-9)
    bins = [one.name for one in job.seed.bins]
    for row, chances in zip(said, p, strict=True):
        worth = job.seed.bins[bins.index(row["bin"])].value
        expected = sum(chance * worth[name] for chance, name in zip(chances, job.seed.classes, strict=True))
        assert row["expected_value"]["value"] == pytest.approx(expected, abs=1e-9)
        for estimate in row["elements"].values():
            assert estimate["low"] <= estimate["value"] <= estimate["high"]


def flat(job: Job, row: dict[str, object]) -> dict[str, object]:
    """A prediction of the service in the columns of MLflow's generic model."""
    names = () if job.seed.classes else (job.seed.target.name, *job.seed.derived)
    suffixes = {"value": "", "low": "_low", "high": "_high"}
    quantities = row.get("elements") or row.get("contents") or {name: row[name] for name in names}
    found = {name + suffixes[part]: told[part] for name, told in quantities.items() for part in suffixes}
    if job.seed.classes:
        found |= {job.seed.target.name: row["class"] if job.seed.sorting else row[job.seed.target.name]}
        found |= {f"p_{name}": chance for name, chance in row["class_probabilities"].items()}
    if job.seed.quality:
        chances = row["defect_probabilities"] | row["grade_probability"]
        found |= {f"p_{name}": chance for name, chance in chances.items()}
        decision = row["decision"]
        found |= {"decision": decision["action"], "grade": decision["grade"] or ""}
        found |= {"expected_value": decision["expected_value"]["value"]}
    return found


@pytest.mark.service
def test_mlflows_own_server_answers_the_same(job, client, mlflow_server):
    rows, names = job.data.table.iloc[:50], [column.name for column in job.seed.inputs]
    told = client.post(f"/v1/{job.seed.process.name}/predictions", json=requested(job.seed, rows)).json()["predictions"]
    data = [[None if np.isnan(value) else value for value in row] for row in rows[names].to_numpy().tolist()]
    asked = {"columns": names, "data": data}
    body = json.dumps({"dataframe_split": asked, "params": {"answer": "all"}}).encode()
    with mlflow_server(job.seed.process.name, job.settings.uri) as address:
        request = urllib.request.Request(f"{address}/invocations", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            theirs = json.load(answer)["predictions"]
    assert len(theirs) == len(told)
    for ours, other in zip(told, theirs, strict=True):
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


@pytest.mark.parametrize("role", ["late", "target"])
def test_what_is_known_only_later_is_refused(job, client, role):
    for column in job.seed.by_role(role):
        body = requested(job.seed, job.data.table.iloc[:1])
        body["rows"][0][column.name] = column.classes[0] if column.classes else column.typical.mean
        answer = client.post(f"/v1/{job.seed.process.name}/predictions", json=body)
        assert (answer.status_code, column.name in answer.text) == (422, True)
