"""What a service or MLflow says of a job's rows, beside what the job measured on them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fastapi.testclient import TestClient

from models.quality.by_pattern import contents_by_pattern
from operations.catalogue import offered
from registry.settings import StoreSettings
from seeds import Seed
from tests.seeds.typical import requested
from tests.suite.whole import whole
from training.core.dataset import Dataset
from training.core.evaluate import rmse
from training.jobs.train import Trained, TrainingResult
from training.quality.fit import lots_of


@dataclass(frozen=True)
class Job:
    """A process that was trained from scratch in a store of its own."""

    seed: Seed
    path: Path
    data: Dataset
    settings: StoreSettings
    trained: Trained

    @property
    def targets(self) -> list[TrainingResult]:
        """What was learnt of each target."""
        return [*self.trained.learnt.targets.values()] or [self.trained.learnt]


def check_figures(job: Job, client: TestClient) -> None:
    """The service's answers for the test rows are as right as training said."""
    if job.seed.sorting:
        return pieces_as_in_training(job, client)
    if job.seed.classes:
        return classes_as_in_training(job, client)
    if job.seed.quality:
        return lots_as_in_training(job, client)
    for trained in job.targets:
        numbers_as_in_training(job, trained, client)


def numbers_as_in_training(job: Job, trained: TrainingResult, client: TestClient) -> None:
    target, data = trained.data.seed.target.name, trained.data
    rows, model, metrics = trained.parts.test, trained.best.model, trained.best.metrics
    message = said_of(job, data.table.iloc[rows], client)
    y, X = data.y[rows], model.inputs(data.table.iloc[rows].drop(columns=list(data.seed.targets), errors="ignore"))
    for part, computed in model.answer(X, 0.9)[target]._asdict().items():
        np.testing.assert_allclose([row[target][part] for row in message], computed, rtol=1e-9)
    value, *_ = model.fixed(X, 0.9)  # as fitted; since then outcomes of the test rows have centred its answers
    centre, floor = 0.0 if model.adaptive is None else model.adaptive.centre, data.seed.log_floor
    centred = value + centre if floor is None else (value + floor) * np.exp(centre) - floor
    np.testing.assert_allclose([row[target]["value"] for row in message], centred, rtol=1e-9)
    value, low, high = model.fixed(data.X[rows], 0.9)  # with the history of units that the table's labels give
    assert rmse(value - y) == pytest.approx(metrics["test_rmse"], rel=1e-9)
    assert np.mean((low <= y) & (y <= high)) == pytest.approx(metrics["test_coverage_90"], rel=1e-9)
    for row in message:
        for quantity in (target, *data.seed.derived):
            assert row[quantity]["unit"] == job.seed.targets[quantity].unit
            if row[quantity]["value"] is None:
                assert f"{quantity} not determined by these inputs" in row["flags"]
            else:
                assert row[quantity]["low"] <= row[quantity]["value"] <= row[quantity]["high"]


def said_of(job: Job, rows: pd.DataFrame, client: TestClient) -> list[dict[str, object]]:
    """The service's predictions for these rows."""
    messages = []
    form = offered(job.seed, 1).predictions
    for start in range(0, len(rows), 1000):
        body = requested(job.seed, rows.iloc[start : start + 1000])
        answer = client.post(f"/v1/{job.seed.process.name}/predictions", json={**body, **whole(form)})
        assert answer.status_code == 200, answer.text
        messages += answer.json()["predictions"]
    return messages


def lots_as_in_training(job: Job, client: TestClient) -> None:
    """Coverage, decisions and false release of the test lots, from what the service says of them."""
    rows, best = job.trained.learnt.parts.test, job.trained.learnt.best
    message, lots = said_of(job, job.data.table.iloc[rows], client), lots_of(job.data)[rows]
    model, metrics, inside = best.model, best.metrics, np.ones(len(rows), dtype=bool)
    measured = np.unique(best.answers.rows)
    places = np.searchsorted(measured, rows)
    X = job.data.X[measured]
    logs = model.raw(X)[:, : len(job.seed.elements)]
    # Training measures the intervals as they were fitted, rare patterns of missing inputs grouped over all its lots;
    # those of the service have followed the test lots' assays, and it groups the lots of each call.
    fixed = contents_by_pattern(model, X, logs, 0.9, is_fixed=True)
    now = contents_by_pattern(model, X[places], logs[places], 0.9)
    for e, element in enumerate(job.seed.elements):
        for end, computed in now[element.name]._asdict().items():
            np.testing.assert_allclose([row["contents"][element.name][end] for row in message], computed, rtol=1e-9)
        label, (_, low, high) = lots.reported[:, e], (end[places] for end in fixed[element.name])
        inside &= np.isnan(label) | np.where(label < 0, low <= -label, (low <= label) & (label <= high))
    assert inside.mean() == pytest.approx(metrics["test_coverage_90"], rel=1e-9)
    grades = [grade.name for grade in job.seed.grades]
    known = ~np.isnan(lots.kept).any(axis=1)
    actions = np.array([row["decision"]["action"] for row in message])[known]
    assert np.mean(actions == "laboratory") == pytest.approx(metrics["test_assayed_share"], rel=1e-9)
    unassayed = [
        (i, grades.index(row["decision"]["grade"])) for i, row in enumerate(message) if row["decision"]["grade"]
    ]
    bad = [lots.kept[i, grade] == 0 for i, grade in unassayed if known[i] and grade < len(grades) - 1]
    assert len(bad) == metrics["test_released_unassayed"]
    assert not bad or np.mean(bad) == pytest.approx(metrics["test_false_release"], rel=1e-9)
    for row in message:
        assert row["grade_probability"][grades[-1]] == 1
        assert all(0 <= p <= 1 for p in (*row["grade_probability"].values(), *row["defect_probabilities"].values()))
        assert row["nearest_limit"]["grade"] in grades[:-1]


def classes_as_in_training(job: Job, client: TestClient) -> None:
    """Accuracy and coverage of the test rows, from what the service says of them."""
    rows, metrics, classes = job.trained.learnt.parts.test, job.trained.learnt.best.metrics, job.seed.classes
    message, labels = said_of(job, job.data.table.iloc[rows], client), [classes[int(one)] for one in job.data.y[rows]]
    right, inside = ([one[part] for one in message] for part in (job.seed.target.name, "class_set"))
    assert np.mean([one == label for one, label in zip(right, labels, strict=True)]) == metrics["test_accuracy"]
    assert np.mean([label in one for one, label in zip(inside, labels, strict=True)]) == metrics["test_coverage_90"]


def pieces_as_in_training(job: Job, client: TestClient) -> None:
    """Accuracy by mass and contents of the test pieces, from what the service says of them."""
    rows = job.trained.learnt.parts.test
    metrics = job.trained.learnt.best.metrics
    message = said_of(job, job.data.table.iloc[rows], client)
    mass = job.data.table[job.seed.sorting_rules.mass].to_numpy()[rows]
    right = np.array([job.seed.classes.index(row["class"]) for row in message]) == job.data.y[rows]
    assert np.average(right, weights=mass) == pytest.approx(metrics["test_accuracy"], rel=1e-9)
    p = np.array([[row["class_probabilities"][name] for name in job.seed.classes] for row in message])
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-9)
    bins = [one.name for one in job.seed.bins]
    for row, probabilities in zip(message, p, strict=True):
        value = job.seed.bins[bins.index(row["bin"])].value
        expected = sum(
            probability * value[name] for probability, name in zip(probabilities, job.seed.classes, strict=True)
        )
        assert row["expected_value"]["value"] == pytest.approx(expected, abs=1e-9)
        for estimate in row["elements"].values():
            assert estimate["low"] <= estimate["value"] <= estimate["high"]


def flat(job: Job, row: dict[str, object]) -> dict[str, object]:
    """A prediction of the service in the columns of MLflow's generic model."""
    names = () if job.seed.classes else (job.seed.target.name, *job.seed.derived)
    suffixes = {"value": "", "low": "_low", "high": "_high"}
    quantities = row.get("elements") or row.get("contents") or {name: row[name] for name in names}
    result = {name + suffixes[part]: predictions[part] for name, predictions in quantities.items() for part in suffixes}
    if job.seed.classes:
        result |= {job.seed.target.name: row["class"] if job.seed.sorting else row[job.seed.target.name]}
        result |= {f"p_{name}": probability for name, probability in row["class_probabilities"].items()}
    if job.seed.quality:
        probabilities = row["defect_probabilities"] | row["grade_probability"]
        result |= {f"p_{name}": probability for name, probability in probabilities.items()}
        decision = row["decision"]
        result |= {"decision": decision["action"], "grade": decision["grade"] or ""}
        result |= {"expected_value": decision["expected_value"]["value"]}
    return result
