"""One request gets all targets of a process, each with its unit, interval and explanation."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydantic_core
import pytest
from pydantic import TypeAdapter

from models.regression.calibration import conformalised
from models.regression.several import SeveralTargets, together
from models.tasks import build
from models.uncertainty.adaptive_intervals import AdaptiveInterval
from operations.forms.rows import matrix
from operations.outcomes.numbers import NumberStates
from operations.predictions.numbers.operation import NumberPredictions
from operations.predictions.payloads import Payloads
from records.outcomes import Arrived
from seeds import Seed, load
from serving.responses.process_response import interval_of
from tests.suite.forms import payloads
from tests.suite.whole import whole

OPERATION = NumberPredictions()

ROW = {"unit": "F-01", "day": "2026-11-01", "previous_loss": 3.1, "previous_iron": None, "x": 10.25, "z": 3.75}
UNITS = {"loss": "%", "iron": "g/t"}


@pytest.fixture(scope="module")
def seed() -> Seed:
    return load(Path(__file__).parents[3] / "toys" / "toy_melts.toml")


@pytest.fixture(scope="module")
def model(seed: Seed) -> SeveralTargets:
    """The loss learnt by a line, the iron by persistence."""
    rng = np.random.default_rng(1)
    X = rng.normal([3.0, 20.0, 10.0, 4.0], [1.0, 2.0, 1.0, 0.5], (260, 4))
    X[::9, 1] = np.nan
    models = {}
    for name, candidate in (("loss", "linear"), ("iron", "persistence")):
        alone = seed.for_target(name)
        y = 3 + 0.8 * (X[:, 2] - 10) + rng.normal(0, 0.3, len(X))
        estimator = build(alone)[candidate].fit(X[:200], y[:200])
        models[name] = conformalised(alone, candidate, estimator, X[:200], y[200:], estimator.predict(X[200:]), {})
    return together(seed, models, {})


def response_to(taken: Payloads, model: SeveralTargets, **request: object) -> list[dict]:
    rows, read = taken.read(json.dumps({"rows": [ROW, ROW | {"x": 19.5}], **whole(taken), **request}).encode())
    return OPERATION.predicted(taken, model, rows, {**read, "id": "of-all", "first": 0})["predictions"]


def test_a_prediction_has_all_targets_in_their_units(seed: Seed, model: SeveralTargets) -> None:
    first, second = response_to(payloads(seed, 3), model, coverage=0.8)
    X = np.array([[3.1, np.nan, 10.25, 3.75], [3.1, np.nan, 19.5, 3.75]])
    for i, one in enumerate((first, second)):
        for name, answer in model.answer(X, 0.8).items():
            ends = {"value": answer.value[i], "low": answer.low[i], "high": answer.high[i]}
            assert one[name] == ends | {"unit": UNITS[name]}
    assert (first["flags"], second["flags"]) == ([], ["x outside training range"])
    assert "explanations" not in first


def test_each_target_is_explained_by_itself(seed: Seed, model: SeveralTargets) -> None:
    for one in response_to(payloads(seed, 3), model, include=["explanation"]):
        assert set(one["explanations"]) == set(UNITS)
        for name, reason in one["explanations"].items():
            assert (reason["quantity"], reason["unit"]) == (name, UNITS[name])
            summed = reason["base_value"] + sum(part["contribution"] for part in reason["contributions"])
            assert summed == pytest.approx(one[name]["value"], abs=1e-9)


def test_the_answer_is_described_with_each_target_and_its_unit(seed: Seed, model: SeveralTargets) -> None:
    taken = payloads(seed, 3)
    described = TypeAdapter(taken.answer).json_schema()
    prediction = described["$defs"]["ToyMeltsPrediction"]["properties"]
    assert {name: prediction[name]["x-unit"] for name in UNITS} == UNITS
    assert set(described["$defs"]["ToyMeltsExplanations"]["properties"]) == set(UNITS)
    for words in ([], ["explanation"]):
        predictions = response_to(taken, model, include=words)
        answer = {"process": "toy_melts", "coverage": 0.9, "predictions": predictions}
        answer["interval"] = interval_of(model)
        used = {"version": 1, "alias": "champion", "digest": "sha256:0", "baseline": False}
        sent = pydantic_core.to_json(answer | {"model": used}, inf_nan_mode="null")
        TypeAdapter(taken.answer).validate_json(sent)


def came(at: int) -> Arrived:
    """A batch that came in at a moment."""
    return Arrived(1, at, (), 1, False)


def test_each_target_takes_up_its_own_outcomes(seed: Seed, model: SeveralTargets) -> None:
    rng = np.random.default_rng(2)
    start = AdaptiveInterval.new()
    for error in rng.normal(0, 0.3, (60, 1)):
        start = start.taken(error, np.abs(error))
    parts = {"loss": replace(model.models["loss"], adaptive=start), "iron": model.models["iron"]}
    half = replace(model, models=parts)
    assert interval_of(half)["iron"] == {"kind": "fixed", "outcomes": 0}
    state = NumberStates().begin(half)
    assert list(state) == ["loss"]
    rows = [ROW | {"x": 9.0 + i / 10} for i in range(20)]
    predictions = [one["loss"]["value"] for one in asked_rows(seed, half, rows)]
    known = [{"loss": value + 2.0} for value in predictions[:15]] + [{"iron": 400.0}] * 5
    after = NumberStates().taken(half, state, rows, known, [5] * 20, came(9))
    followed = NumberStates().followed(half, after, 9)
    assert interval_of(followed) == {
        "loss": {"kind": "wider", "outcomes": 15},
        "iron": {"kind": "fixed", "outcomes": 0},
    }
    moved = np.array([one["loss"]["value"] for one in asked_rows(seed, followed, rows)]) - predictions
    raw = half.models["loss"].predict(matrix(rows[:15], half.models["loss"].seed))
    expected = start.taken(np.full(15, 2.0 + start.centre), 2.0 / half.models["loss"].spread(raw))
    assert expected.centre > 1.0 > 0.1 > start.centre
    np.testing.assert_allclose(moved, expected.centre - start.centre, atol=1e-9)
    assert followed.models["iron"] is half.models["iron"]


def test_an_outcome_is_held_against_the_centre_of_when_its_row_was_asked(seed: Seed, model: SeveralTargets) -> None:
    one = replace(model.models["loss"], adaptive=AdaptiveInterval.new())
    rows = [ROW | {"x": 9.0 + i / 10} for i in range(20)]
    alone = one.seed
    raw = one.predict(matrix(rows, alone))
    state = NumberStates().begin(one)
    state = NumberStates().taken(one, state, rows, [{"loss": value + 1.0} for value in raw], [5] * 20, came(10))
    centre = AdaptiveInterval.from_state(state["loss"]["adaptive"]).centre
    assert centre == pytest.approx(1.0, abs=0.2)  # a tenth of its square, or less, may be chance
    for asked_at, score in ((9, 1.0), (10, 1.0 - centre), (11, 1.0 - centre)):
        then = NumberStates().taken(
            one, state, rows, [{"loss": value + 1.0} for value in raw], [asked_at] * 20, came(20)
        )
        newest = AdaptiveInterval.from_state(then["loss"]["adaptive"]).level.scores[-20:]
        np.testing.assert_allclose(newest, score / one.spread(raw), atol=1e-12)


def asked_rows(seed: Seed, model: SeveralTargets, rows: list[dict]) -> list[dict]:
    taken = payloads(seed, 50)
    read, request = taken.read(json.dumps({"rows": rows, **whole(taken)}).encode())
    return OPERATION.predicted(taken, model, read, {**request, "id": "of-all", "first": 0})["predictions"]
