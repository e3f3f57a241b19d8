"""Missing inputs in predictions: the field of a row, flags, and release on the base rate."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from models.quality.candidates import build as build_lots
from models.quality.grader import grader
from models.quality.model import QualityModel
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.regression.several import together
from models.tasks import build
from operations.forms.columns import CheckedRows
from operations.predictions.lots.columns import columns as lot_columns
from operations.predictions.lots.operation import LotPredictions
from operations.predictions.numbers.operation import NumberPredictions
from operations.predictions.operation import Predictions
from seeds import Seed, load
from tests.suite.whole import whole

TOYS = Path(__file__).parents[2] / "toys"


@pytest.fixture(scope="module")
def melts() -> Seed:
    return load(TOYS / "toy_melts.toml")


def line(seed: Seed, target: str) -> RegressionModel:
    """A line fitted to exchangeable rows, of whose four inputs the last matters most and the first not at all."""
    alone, rng = seed.for_target(target), np.random.default_rng(5)
    X = rng.normal([3.0, 20.0, 10.0, 4.0], [1.0, 2.0, 1.0, 0.5], (1000, 4))
    y = 3 + (X - [3.0, 20.0, 10.0, 4.0]) @ [0.0, 0.4, 0.8, 4.0] + rng.normal(0, 0.5, 1000)
    estimator = build(alone)["linear"].fit(X[:500], y[:500])
    return conformalised(alone, "linear", estimator, X, y[500:], estimator.predict(X[500:]), {}, None, X[500:])


@pytest.fixture(scope="module")
def lots(toy_quality_seed: Seed) -> QualityModel:
    """A grader of a plant that hardly ever breaks a limit."""
    rng, n = np.random.default_rng(6), 1000
    X = np.column_stack([rng.normal(size=(2 * n, 2)), 50 + 5 * rng.normal(size=2 * n), np.exp(rng.normal(size=2 * n))])
    q = 0.5 * X[:, 0] - 0.06 * (X[:, 2] - 50)
    logs = np.column_stack([0.4 * X[:, 0], q, 0.0 * q]) - 3.0 + 0.3 * rng.normal(size=(2 * n, 3))
    Y = np.column_stack([np.exp(logs), (rng.random(2 * n) < 0.02).astype(np.float64)])
    estimator = build_lots(toy_quality_seed)["linear"].fit(X[:n], Y[:n])
    predictions = estimator.predict(X[n:])
    return grader(
        toy_quality_seed, "linear", estimator, X[:n], Y[n:, :3], Y[n:, 3:], predictions, {}, X[n:], imputes=True
    )


def predicted(operation: Predictions, seed: Seed, model: Any, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Predictions for rows, whose shape is checked."""
    form = operation.form(seed, 100)
    read, request = form.read(json.dumps({"rows": rows, **whole(form)}).encode())
    answer = operation.predicted(form, model, read, request | {"id": "r", "first": 0})
    around = {"process": seed.process.name, "coverage": 0.9, "interval": _interval(model)}
    used = {"version": 1, "alias": "champion", "digest": "sha256:0", "baseline": False}
    TypeAdapter(form.answer).validate_python({**around, "model": used, **answer})
    predictions: list[dict[str, Any]] = answer["predictions"]
    return predictions


def _interval(model: Any) -> Any:
    interval = model.interval
    several = interval if isinstance(interval, dict) else {"": interval}
    named = {name: {"kind": one.kind, "outcomes": one.outcomes} for name, one in several.items()}
    return named if isinstance(interval, dict) else named[""]


def test_a_row_states_its_missing_inputs_in_the_order_of_their_cost(melts: Seed) -> None:
    model = together(melts, {name: line(melts, name) for name in [one.name for one in melts.primaries]}, {})
    names = model.names
    keyed = {column.name: "A-1" if column.role == "key" else "2026-11-01" for column in melts.by_role("key", "time")}
    full = keyed | dict(zip(names, [3.0, 20.0, 10.0, 4.0], strict=True))
    rows = [full, full | {names[0]: None}, full | {names[2]: None, names[3]: None}, keyed]
    whole, ignored, two, nothing = predicted(NumberPredictions(), melts, model, rows)
    assert "missing_inputs" not in whole
    assert "missing_inputs" not in ignored
    assert (whole["flags"], ignored["flags"]) == ([], [])
    assert two["missing_inputs"]["costliest"] == [names[3], names[2]]
    assert two["missing_inputs"]["count"] == 2
    assert two["missing_inputs"]["any_measured"]
    target = melts.target.name
    ratio = (two[target]["high"] - two[target]["low"]) / (whole[target]["high"] - whole[target]["low"])
    assert two["missing_inputs"]["interval_ratio"] == pytest.approx(ratio, rel=1e-9)
    assert two["flags"] == [f"without {names[3]} and {names[2]}: interval {ratio:.2f} times as wide"]
    assert nothing["missing_inputs"]["any_measured"] is False
    assert nothing["missing_inputs"]["count"] == 4
    assert nothing["flags"][0].startswith("no input was given: interval ")


def test_a_lot_without_any_input_states_that_its_release_rests_on_the_base_rate(
    toy_quality_seed: Seed, lots: QualityModel
) -> None:
    keyed = {"line": "T-01", "cast_at": "2026-11-01"}
    full = keyed | {"u": 0.0, "v": 0.0, "setpoint": 50.0, "p_last": 1.0}
    whole, two, nothing = predicted(LotPredictions(), toy_quality_seed, lots, [full, full | {"u": None}, keyed])
    assert [one["decision"]["action"] for one in (whole, two, nothing)] == ["release"] * 3
    assert [one["decision"]["on_base_rate"] for one in (whole, two, nothing)] == [False, False, True]
    assert "missing_inputs" not in whole
    assert two["missing_inputs"]["costliest"] == ["u"]
    assert two["missing_inputs"]["interval_ratio"] > 1.2
    assert nothing["missing_inputs"]["any_measured"] is False
    width = [np.log(one["contents"]["p"]["high"] / one["contents"]["p"]["low"]) for one in (whole, two)]
    assert width[1] > 1.2 * width[0]


def test_columns_of_lots_are_those_of_each_row_alone(toy_quality_seed: Seed, lots: QualityModel) -> None:
    form = LotPredictions().form(toy_quality_seed, 100)
    _, request = form.read(json.dumps({"rows": [{"line": "T-01", "cast_at": "2026-11-01"}], **whole(form)}).encode())
    X = np.array([[0.0, 0.0, 50.0, 1.0]] * 5)
    X[1, 0] = X[3, 0] = X[3, 2] = np.nan
    X[4] = np.nan
    table = lot_columns(form, lots, CheckedRows(X, None, [{}] * 5), request)
    # Contents depend on u and the set-point alone.
    assert list(table.values["on_base_rate"]) == [0.0, 0.0, 0.0, 1.0, 1.0]
    for i in range(5):
        alone = lot_columns(form, lots, CheckedRows(X[i : i + 1], None, [{}]), request)
        assert alone.flags == [table.flags[i]]
        for name, values in alone.values.items():
            if isinstance(values, np.ndarray) and values.dtype.kind == "f":
                np.testing.assert_allclose(values[0], table.values[name][i], rtol=1e-9)
            else:
                assert values[0] == table.values[name][i]


@pytest.mark.parametrize("kind", ["numbers", "lots"])
def test_each_input_has_a_cost_in_width(kind: str, melts: Seed, lots: QualityModel) -> None:
    model = line(melts, melts.target.name) if kind == "numbers" else lots
    costs = model.missing_costs
    assert costs is not None
    assert costs.shape == (len(model.names),)
    assert costs.argmax() == (3 if kind == "numbers" else 0)
    assert costs.min() >= 1.0
    assert costs.max() > 1.2
    for j in np.flatnonzero(costs > 1.01):
        X = model.examples[:1].copy()
        X[0, j] = np.nan
        (report,) = model.missing_reports(X)
        assert report is not None
        assert report.ratio == pytest.approx(costs[j], rel=0.02)
