"""What one request costs: each model computes its physics' features once, and answers are as before."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

from models.classification.model import ClassificationModel
from models.estimators.physics_features import PhysicsFeatures
from models.estimators.temperature import softmax, tempered
from models.interfaces.answers import learnt_inputs
from models.processes.lookup import kind_of, physics_of
from models.quality.error_scenarios import ErrorScenarios
from models.quality.model import QualityModel
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets, together
from models.sorting.contents import ContentLines, Contents, ContentSignals
from models.sorting.model import SortingModel
from models.table.standard_scale import StandardScale
from models.uncertainty.intervals import Conformal
from models.uncertainty.novelty import Novelty
from operations.catalogue import predictions_of
from operations.forms.fields import Record
from operations.forms.rows import matrix
from operations.predictions.payloads import Payloads
from operations.predictions.pieces.lots import LOTS
from operations.predictions.together import RequestedRows
from seeds import Seed, load_all

SEEDS = {name: seed for name, seed in load_all().items() if physics_of(seed) is not None and not seed.place}
SCORES = Conformal(np.linspace(0.1, 5.0, 200))


class Last(BaseEstimator):  # type: ignore[misc]
    """An estimator whose answers depend on each column that it takes, so that none may be mixed up."""

    def __init__(self, outputs: int) -> None:
        self.outputs = outputs

    def fit(self, X: object, y: object = None) -> "Last":
        self.fitted_ = True
        return self

    def predict(self, X: np.ndarray) -> np.ndarray:
        weights = np.random.default_rng(0).normal(size=(X.shape[1], self.outputs)) / X.shape[1]
        # Summed row by row: a row must not depend on how many come with it.
        result = (np.arctan(np.nan_to_num(X))[:, :, None] * weights).sum(axis=1)
        return result[:, 0] if self.outputs == 1 else result

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return softmax(self.predict(X))


def pipeline(seed: Seed, outputs: int) -> Pipeline:
    steps = [("physics", PhysicsFeatures.of(seed)), ("last", Last(outputs))]
    return Pipeline(steps).fit(np.zeros((3, len(seed.inputs))))


def regression(seed: Seed, X: np.ndarray) -> RegressionModel | SeveralTargets:
    models = {
        one.name: RegressionModel(seed.for_target(one.name), "toy", pipeline(seed, 1), SCORES, **learnt_inputs(X[:4]))
        for one in seed.primaries
    }
    return models[seed.target.name] if len(models) == 1 else together(seed, models, {})


def classification(seed: Seed, X: np.ndarray) -> ClassificationModel:
    K, k = len(seed.classes), len(seed.inputs)
    novelty = Novelty(StandardScale(np.zeros(k), np.ones(k)), np.eye(k), np.zeros((K, k)), 40.0)
    scores = Conformal(np.linspace(0.01, 0.99, 200))
    return ClassificationModel(seed, "toy", pipeline(seed, K), 1.5, scores, novelty, **learnt_inputs(X[:4]))


def sorting(seed: Seed, X: np.ndarray) -> SortingModel:
    signals, K, E = ContentSignals.of(seed), len(seed.classes), len(seed.elements)
    d, k = len(signals.inputs) + len(signals.features), len(seed.inputs)
    weights = np.random.default_rng(1).normal(size=(K, E, d))
    lines = ContentLines(weights, np.ones((K, E)), np.zeros((K, E)), np.full((K, E), 9.0), np.ones((K, E)))
    return SortingModel(
        seed=seed,
        candidate="toy",
        estimator=pipeline(seed, K),
        temperature=1.5,
        contents=Contents(
            seed,
            signals,
            StandardScale(np.zeros(d), np.ones(d)),
            lines,
            np.ones(E, bool),
            (SCORES,) * E,
            ((SCORES,) * E,) * K,
        ),
        novelty=Novelty(StandardScale(np.zeros(k), np.ones(k)), np.eye(k), np.zeros((K, k)), 40.0),
        risk_price=1.0,
        feed_contents=np.ones(E),
        **learnt_inputs(X[:4]),
    )


def quality(seed: Seed, X: np.ndarray) -> QualityModel:
    E, D = len(seed.elements), len(seed.defects)
    scenarios = np.random.default_rng(2).normal(size=(50, E))
    scatter = ErrorScenarios(np.full(E, 0.2), scenarios, np.full(50, 0.02), SCORES)
    return QualityModel(seed, "toy", pipeline(seed, E + D), scatter, np.ones(D), 0.1, **learnt_inputs(X[:4]))


MAKERS: dict[str, Callable[[Seed, np.ndarray], Any]] = {
    "regression": regression,
    "classification": classification,
    "sorting": sorting,
    "quality": quality,
}


def typical(seed: Seed, n: int) -> list[Record]:
    """Rows about the usual, some of them incomplete, at the ends of what may be, of texts that nobody knows."""
    rng = np.random.default_rng(3)
    rows: list[Record] = []
    for i in range(n):
        row: Record = {}
        for column in (*seed.by_role("key", "time"), *seed.inputs):
            if column.role in ("key", "time"):
                row[column.name] = f"U-{i % 3}" if column.role == "key" else f"2026-11-{1 + i:02d}T06:00"
            elif not column.is_number:
                row[column.name] = "never heard of" if i == 5 else (column.values or ("",))[0]
            elif i != 7 and not (i > 3 and rng.random() < 0.1):
                low, high = column.limits
                reference = column.typical_value if column.typical is not None else 1.0
                value = reference * (1 + 0.01 * rng.normal()) if i < 6 else rng.choice([low, high])
                value = float(np.clip(value if math.isfinite(value) else reference, low, high))
                row[column.name] = -abs(value) if column.censored and i == 4 else value
        rows.append(row)
    return rows


@pytest.fixture(params=SEEDS)
def parsed(request: pytest.FixtureRequest) -> tuple[Payloads, Any, list[Record], Record]:
    """A process, a model of it, and a request that was read."""
    seed = SEEDS[request.param]
    payloads = predictions_of(seed).form(seed, 100)
    rows, around = payloads.read(json.dumps({"rows": typical(seed, 12)}).encode())
    model = MAKERS[seed.process.task](seed, matrix(rows, seed))
    return payloads, model, rows, around | {"id": "of-all", "first": 0}


def answered(requested: tuple[Payloads, Any, list[Record], Record]) -> list[Record]:
    payloads, model, rows, around = requested
    predictions: list[Record] = predictions_of(payloads.seed).predicted(payloads, model, rows, around)["predictions"]
    return predictions


def test_each_model_computes_physics_features_once_a_request(
    parsed: tuple[Payloads, Any, list[Record], Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    payloads, model, rows, _ = parsed
    sizes: list[int] = []
    owner = kind_of(payloads.seed)
    plain = owner.features

    def counted(*given: Any) -> Any:
        sizes.append(len(next(iter(given[-1].values()))))
        return plain(*given)

    monkeypatch.setattr(owner, "features", counted)
    answered(parsed)
    models = len(model.models) if isinstance(model, SeveralTargets) else 1
    assert sizes == [len(rows)] * models


def test_the_parts_of_a_candidate_answer_as_its_pipeline(parsed: tuple[Payloads, Any, list[Record], Record]) -> None:
    _, model, rows, _ = parsed
    X = matrix(rows, model.seed)
    assert np.isnan(X).any()
    if isinstance(model, SeveralTargets):
        for one in model.models.values():
            np.testing.assert_array_equal(one.predict(X), one.estimator.predict(X))
    elif isinstance(model, SortingModel):
        expected = model.estimator.predict_proba(X) ** (1 / model.temperature)
        np.testing.assert_allclose(model.probabilities(X), expected / expected.sum(axis=1)[:, None], rtol=1e-12)
    elif isinstance(model, QualityModel):
        np.testing.assert_array_equal(model.assess(X).logs, model.estimator.predict(X)[:, : len(model.seed.elements)])
    elif isinstance(model, ClassificationModel):
        p = tempered(model.estimator.predict_proba(X), model.temperature)
        np.testing.assert_array_equal(model.probabilities(X), p)
    else:
        np.testing.assert_array_equal(model.predict(X), model.estimator.predict(X))


def test_a_row_is_answered_alone_as_among_others(parsed: tuple[Payloads, Any, list[Record], Record]) -> None:
    payloads, model, rows, around = parsed
    # The number of a row is in its id, and a piece goes where its lot stands after those before it.
    apart = {"id", "bin", "expected_value", "flags"} if isinstance(model, SortingModel) else {"id"}
    for one, row in zip(answered(parsed), rows, strict=True):
        (alone,) = answered((payloads, model, [row], around))
        _same(*({name: part for name, part in each.items() if name not in apart} for each in (alone, one)))


def test_requests_answered_together_are_answered_as_alone(parsed: tuple[Payloads, Any, list[Record], Record]) -> None:
    payloads, model, rows, around = parsed
    operation = predictions_of(payloads.seed)
    parts = [rows[:1], rows[1:4], rows[4:5], rows[5:]]
    requests = [RequestedRows(part, around | {"id": f"request-{i}"}) for i, part in enumerate(parts)]
    if LOTS in operation.own_fields:  # the lots of one request are not those of another, whatever their names are
        (full,) = operation.answered(payloads, model, [RequestedRows(rows, around | {"include": [LOTS]})])
        requests[1] = RequestedRows(parts[1], requests[1].request | {LOTS: full.after[LOTS]})
        requests = [RequestedRows(one.rows, one.request | {"include": [LOTS]}) for one in requests]
    for one, request in zip(operation.answered(payloads, model, requests), requests, strict=True):
        (alone,) = operation.answered(payloads, model, [request])
        _same(one.fields, alone.fields)


def _same(got: Any, expected: Any) -> None:
    if isinstance(expected, dict):
        assert list(got) == list(expected)
        for name, part in expected.items():
            _same(got[name], part)
    elif isinstance(expected, list):
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            _same(one, other)
    elif isinstance(expected, float) and got is not None:
        assert got == pytest.approx(expected, rel=1e-11, abs=1e-12, nan_ok=True)
    else:
        assert got == expected
