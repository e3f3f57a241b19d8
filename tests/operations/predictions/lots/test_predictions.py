"""Lots through the service in process: what is told of them, what is done with them, and what is promised."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter

from models.quality.decision import ACTIONS
from models.quality.model import QualityModel
from physics.arrays import FloatArray
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.physics import physics_of_functions
from tests.suite.whole import whole

URL = "/v1/toy_lots/predictions"
INPUTS = ("u", "v", "setpoint", "p_last")
A_LOT = {"line": "T-01", "cast_at": "2026-11-01", "u": 0.0, "v": 0.0, "setpoint": 50.0, "p_last": 2.0}
DIRTY = A_LOT | {"u": 3.0}  # log p = 1.9, log q = 1.5: over both limits and their sum
ELEMENTS, GRADES = ("p", "q", "r"), ("prime", "second", "remelt")
VALUES = np.array([0.0, -40.0, -150.0])
Ask = Callable[..., dict[str, Any]]
Call = Callable[..., httpx.Response]
Folder = Callable[..., Path]


@pytest.fixture
def model(save_toy_grader: Callable[..., QualityModel], tmp_path: Path) -> QualityModel:
    return save_toy_grader(tmp_path / "one")


@pytest.fixture
def app(model: QualityModel, toy_folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_lots")))
    store = FolderStore()
    store.point("toy_lots", 1, tmp_path / "one")
    made = create_app(ServiceSettings(), store)
    made.champions.refresh()
    return made


@pytest.fixture
def served(app: Service) -> QualityModel:
    """The model that answers, to be changed by hand."""
    result = app.champions.statuses["toy_lots"].served
    assert result is not None
    assert isinstance(result.model, QualityModel)
    return result.model


@pytest.fixture
def ask(app: Service, call: Call) -> Ask:
    """Answer to rows, whose shape is checked."""

    def answered(rows: Any, **more: Any) -> dict[str, Any]:
        response = call(app, "POST", URL, json={"rows": rows, **whole(app.taken[0].predictions), **more})
        assert response.status_code == HTTPStatus.OK, response.text
        TypeAdapter(app.taken[0].predictions.answer).validate_json(response.content)
        predictions: dict[str, Any] = response.json()
        return predictions

    return answered


@pytest.fixture
def X() -> FloatArray:
    """Lots, shape (200, 4): clean, doubtful and dirty ones, one of them without u."""
    rng = np.random.default_rng(7)
    made = np.column_stack(
        [rng.normal(0.8, 1.2, 200), rng.normal(0, 1.2, 200), rng.normal(50, 5, 200), np.exp(rng.normal(0.7, 0.5, 200))]
    )
    made[11, 0] = np.nan
    return made


def rows_of(X: FloatArray) -> list[dict[str, Any]]:
    return [
        A_LOT | {name: None if np.isnan(value) else value for name, value in zip(INPUTS, row, strict=True)}
        for row in X.tolist()
    ]


# ---- answers ----


def test_a_prediction_has_the_fields_that_are_promised(ask: Ask) -> None:
    predictions = ask([A_LOT])
    assert list(predictions) == ["process", "model", "coverage", "interval", "predictions", "guarantee"]
    assert predictions["coverage"] == 0.9
    (prediction,) = predictions["predictions"]
    assert list(prediction) == [
        *("id", "line", "cast_at", "derived_inputs", "contents", "decision", "defect_probabilities"),
        *("grade_probability", "nearest_limit", "remedy", "flags"),
    ]
    assert (prediction["line"], prediction["cast_at"]) == ("T-01", "2026-11-01")
    assert [list(one) for one in prediction["contents"].values()] == [["value", "low", "high", "unit"]] * 3
    assert {one["unit"] for one in prediction["contents"].values()} == {"ppm"}
    assert list(prediction["decision"]) == ["action", "grade", "expected_value", "on_base_rate"]


def test_a_clean_lot_is_released_and_a_dirty_one_is_not(ask: Ask) -> None:
    clean, dirty = ask([A_LOT | {"u": -2.0, "p_last": 1.0}, DIRTY])["predictions"]
    assert (clean["decision"]["action"], clean["decision"]["grade"]) == ("release", "prime")
    assert clean["remedy"] is None
    assert clean["nearest_limit"]["sigma"] > 2
    assert dirty["decision"]["action"] != "release"
    assert dirty["nearest_limit"]["margin"] < 0 or dirty["decision"]["grade"] == "second"
    # The law of the toy: log p = 0.7 + 0.4 u, log q = 0.5 u - 0.06 (set-point - 50), with sd 0.3.
    assert np.log(dirty["contents"]["p"]["value"]) == pytest.approx(1.9, abs=0.1)
    assert np.log(clean["contents"]["q"]["value"]) == pytest.approx(-1.0, abs=0.2)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
def test_answers_are_the_models_own_to_the_last_bit(
    ask: Ask, served: QualityModel, X: FloatArray, coverage: float
) -> None:
    assessed = served.assess(X)
    contents = served.contents(assessed.logs, coverage)
    predictions = ask(rows_of(X), coverage=coverage)["predictions"]
    for name in ELEMENTS:
        for part in ("value", "low", "high"):
            assert [one["contents"][name][part] for one in predictions] == getattr(contents[name], part).tolist()
    assert [list(one["grade_probability"].values()) for one in predictions] == assessed.keeps.tolist()
    assert [list(one["defect_probabilities"].values()) for one in predictions] == assessed.defects.tolist()
    assert [one["decision"]["expected_value"]["value"] for one in predictions] == assessed.decided.expected.tolist()
    assert [one["flags"] for one in predictions] == served.flags(X)
    for one, grade, action in zip(
        predictions, assessed.decided.grade, assessed.decided.actions(served.costs), strict=True
    ):
        assert one["decision"]["action"] == ACTIONS[action]
        assert one["decision"]["grade"] == (None if grade < 0 else GRADES[grade])


def test_all_contents_of_a_lot_lie_in_their_intervals_together_as_often_as_asked(
    ask: Ask, toy_quality_frame: Callable[..., pd.DataFrame]
) -> None:
    frame = toy_quality_frame(lines=8, lots=250, rng_seed=5)
    frame["p_last"] = np.abs(frame.groupby("line")["p"].shift(1))
    predictions = ask(rows_of(frame[list(INPUTS)].to_numpy()), coverage=0.8)["predictions"]
    held = np.ones(len(frame), dtype=bool)
    for name in ELEMENTS:
        low, high = (np.array([one["contents"][name][end] for one in predictions]) for end in ("low", "high"))
        reported = frame[name].to_numpy()
        # One below the laboratory's limit is held where the interval reaches below that limit.
        held &= np.where(reported < 0, low <= -reported, (low <= reported) & (reported <= high))
    assert held.mean() == pytest.approx(0.8, abs=0.04)


def test_grades_and_defects_are_told_as_probabilities(ask: Ask, X: FloatArray) -> None:
    for one in ask(rows_of(X))["predictions"]:
        prime, second, remelt = one["grade_probability"].values()
        assert 0 <= prime <= second <= remelt == 1  # what keeps the limits of prime keeps those of second
    cracks = [
        one["defect_probabilities"]["crack"] for one in ask([A_LOT | {"v": v} for v in (-2, 0, 3)])["predictions"]
    ]
    assert 0 < cracks[0] < cracks[1] < cracks[2] < 1  # the law's log-odds rise with v


def test_null_and_a_field_left_out_are_both_missing(ask: Ask) -> None:
    left_out = {name: value for name, value in A_LOT.items() if name != "v"}
    first, second, whole = ask([A_LOT | {"v": None}, left_out, A_LOT])["predictions"]
    assert first["contents"] == second["contents"]
    assert first["flags"] == second["flags"] == ["v missing"]
    assert whole["flags"] == []


def test_outside_training_range_is_a_flag_and_no_error(ask: Ask) -> None:
    (one,) = ask([A_LOT | {"setpoint": 99.0}])["predictions"]
    assert one["flags"] == ["setpoint outside training range"]


def test_a_batch_is_its_rows_in_order(ask: Ask, X: FloatArray) -> None:
    rows = [row | {"line": f"T-{i:02d}"} for i, row in enumerate(rows_of(X[:30]))]
    together = ask(rows)["predictions"]
    alone = [ask([row])["predictions"][0] for row in rows]
    assert [one["line"] for one in together] == [row["line"] for row in rows]
    for part in ("contents", "grade_probability"):
        for one, other in zip(together, alone, strict=True):
            assert np.array(numbers(one[part])) == pytest.approx(np.array(numbers(other[part])), rel=1e-12)
    assert [one["decision"]["grade"] for one in together] == [one["decision"]["grade"] for one in alone]
    assert len({one["id"] for one in together + alone}) == 60


def numbers(predictions: Any) -> list[float]:
    """All numbers of an answer, in order."""
    if isinstance(predictions, dict):
        return [number for inner in predictions.values() for number in numbers(inner)]
    return [predictions] if isinstance(predictions, float) else []


def test_a_thousand_lots_are_one_request(ask: Ask, X: FloatArray) -> None:
    predictions = ask(rows_of(np.tile(X, (5, 1))))["predictions"]
    assert len({one["id"] for one in predictions}) == 1000
    assert [one["decision"] for one in predictions[:200]] == [one["decision"] for one in predictions[800:]]


def test_what_a_model_cannot_determine_is_null_flagged_and_for_the_laboratory(
    ask: Ask, served: QualityModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served.estimator, "predict", lambda X: np.array([[np.nan, 0.0, 0.0, -5.0]] * len(X)))
    (one,) = ask([A_LOT])["predictions"]
    assert one["contents"]["p"] == {"value": None, "low": None, "high": None, "unit": "ppm"}
    assert one["contents"]["q"]["value"] == 1.0
    assert one["grade_probability"] == {"prime": None, "second": None, "remelt": 1.0}
    assert one["decision"] == {
        "action": "laboratory",
        "grade": None,
        "expected_value": {"value": None, "unit": "$/t"},
        "on_base_rate": False,
    }
    assert (one["nearest_limit"], one["remedy"]) == (None, None)
    assert one["flags"] == ["p not determined by these inputs"]


def test_coverage_that_the_calibration_lots_do_not_reach_is_refused(
    app: Service, served: QualityModel, call: Call
) -> None:
    joint = replace(served.scatter.joint, scores=served.scatter.joint.scores[:40])
    object.__setattr__(served, "scatter", replace(served.scatter, joint=joint))
    response = call(app, "POST", URL, json={"rows": [A_LOT], "coverage": 0.99})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["value"]) == ("coverage", 0.99)
    assert "needs at least 99 calibration rows, got 40" in fault["expected"]


# ---- limits and remedies ----


def test_the_nearest_limit_is_that_of_the_grade_that_matters(ask: Ask, X: FloatArray) -> None:
    highest = {"prime": {"p": 6.0, "q": 5.0, "p_and_q": 9.0}, "second": {"p": 20.0}}
    seen = set()
    for one in ask(rows_of(X), costs={"assay_cost": 1500.0})["predictions"]:
        near, grade = one["nearest_limit"], one["decision"]["grade"]
        assert near["grade"] == ("second" if grade == "second" else "prime")
        p, q = (one["contents"][name]["value"] for name in ("p", "q"))
        value = {"p": p, "q": q, "p_and_q": p + q}[near["limit"]]
        assert near["highest"] == highest[near["grade"]][near["limit"]]
        assert near["value"] == pytest.approx(value, rel=1e-12)
        assert near["margin"] == pytest.approx(near["highest"] - value, rel=1e-12, abs=1e-12)
        assert near["unit"] == "ppm"
        if near["limit"] == "p":  # the errors of log p have the law's standard deviation of 0.3
            assert near["sigma"] == pytest.approx(np.log(near["highest"] / value) / 0.3, rel=0.1, abs=0.01)
        seen.add((near["grade"], near["limit"]))
    assert {("prime", "p"), ("prime", "p_and_q"), ("second", "p")} <= seen


@pytest.fixture
def _physics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Physics by which 10 degrees more of the set-point make p and q less by the factor exp(-0.6); it tells no r."""

    def contents(columns: dict[str, FloatArray]) -> dict[str, FloatArray]:
        return dict.fromkeys(("p", "q"), np.exp(-0.06 * (columns["setpoint"] - 50)))

    monkeypatch.setattr("models.quality.remedy.physics_of", lambda seed: physics_of_functions(contents=contents))


@pytest.mark.usefixtures("_physics")
def test_a_remedy_is_one_move_of_a_setpoint_within_its_bounds(ask: Ask) -> None:
    cold, warm, released = ask(
        [A_LOT | {"u": 2.0, "setpoint": 40.0}, A_LOT | {"u": 3.5, "setpoint": 64.0}, A_LOT | {"u": -2.0, "p_last": 1.0}]
    )["predictions"]
    for one, before, after in ((cold, 40, 50), (warm, 64, 70)):
        assert one["decision"]["action"] == "laboratory"  # so that its nearest limit is one of the intended grade
        assert one["remedy"] == one["remedy"] | {"setpoint": "setpoint", "before": before, "after": after, "unit": "°C"}
        assert one["remedy"]["sigma"] > one["nearest_limit"]["sigma"]
    # Of the cold lot q is nearest then; the errors of log q have the law's standard deviation of 0.3.
    q = cold["contents"]["q"]["value"]
    assert cold["remedy"]["sigma"] == pytest.approx((np.log(5 / q) + 0.6) / 0.3, rel=0.05)
    assert released["remedy"] is None
    (alone,) = ask([A_LOT | {"u": 3.5, "setpoint": 64.0}])["predictions"]
    assert alone["remedy"] == warm["remedy"] | {"sigma": pytest.approx(warm["remedy"]["sigma"], rel=1e-12)}


@pytest.mark.usefixtures("_physics")
def test_without_the_setpoints_reading_or_where_no_move_helps_there_is_no_remedy(ask: Ask) -> None:
    unread, hot = ask([DIRTY | {"setpoint": None}, DIRTY | {"u": 6.0, "setpoint": 70.0}])["predictions"]
    assert unread["decision"]["action"] != "release"
    assert (unread["remedy"], hot["remedy"]) == (None, None)


# ---- costs and what is promised ----


def assayed(one: dict[str, Any], value: FloatArray, assay: float) -> float:
    """What a tonne of a lot brings after its assay [$/t], as the toy's limits of prime lie within those of second."""
    best = np.diff(list(one["grade_probability"].values()), prepend=0.0)
    return float(best @ value - assay / 25.0)


@pytest.mark.parametrize(
    ("costs", "value", "assay", "claim"),
    [
        ({}, VALUES, 150.0, 300.0),
        ({"assay_cost": 600.0}, VALUES, 600.0, 300.0),
        ({"claim_cost": 2000.0}, VALUES, 150.0, 2000.0),
        ({"value": {"prime": 30.0, "remelt": -60.0}, "assay_cost": None}, np.array([30.0, -40, -60]), 150.0, 300.0),
    ],
)
def test_each_lot_gets_what_is_worth_most_among_what_is_allowed(
    ask: Ask, X: FloatArray, costs: Any, value: FloatArray, assay: float, claim: float
) -> None:
    predictions = ask(rows_of(X), costs=costs)
    threshold = predictions["guarantee"]["threshold"]
    for one in predictions["predictions"]:
        keeps = np.array(list(one["grade_probability"].values()))
        economic_value = value - claim * (1 - keeps)
        economic_value[(1 - keeps > threshold) & [True, True, False]] = -np.inf
        best, decision = max(economic_value.max(), assayed(one, value, assay)), one["decision"]
        assert decision["expected_value"] == {"value": pytest.approx(best, rel=1e-9, abs=1e-9), "unit": "$/t"}
        if decision["grade"] is None:
            assert (decision["action"], best > economic_value.max()) == ("laboratory", True)
        else:
            assert decision["grade"] == GRADES[int(economic_value.argmax())]
            assert decision["action"] == ("release" if decision["grade"] == "prime" else "downgrade")


def test_dearer_assays_send_fewer_lots_to_the_laboratory(ask: Ask, X: FloatArray) -> None:
    sent = []
    for cost in (0.0, 150.0, 600.0, 1e6):
        predictions = ask(rows_of(X), costs={"assay_cost": cost})["predictions"]
        sent.append([one["decision"]["action"] for one in predictions].count("laboratory"))
    assert sent[0] > sent[1] > sent[2] > sent[3] == 0


def test_where_assays_are_free_no_lot_is_let_go_but_one_that_cannot_break_its_grade(ask: Ask, X: FloatArray) -> None:
    for one in ask(rows_of(X), costs={"assay_cost": 0.0})["predictions"]:
        grade = one["decision"]["grade"]
        assert grade is None or 1 - one["grade_probability"][grade] < 1e-12


def test_where_claims_cost_nothing_the_threshold_still_bounds_what_is_let_go(ask: Ask, X: FloatArray) -> None:
    predictions = ask(rows_of(X), costs={"claim_cost": 0.0, "assay_cost": 1e6})
    threshold = predictions["guarantee"]["threshold"]
    for one in predictions["predictions"]:
        p, grade = one["grade_probability"], one["decision"]["grade"]
        expected = next(name for name in GRADES if 1 - p[name] <= threshold)
        assert grade == expected
    assert {one["decision"]["grade"] for one in predictions["predictions"]} == {"prime", "second"}


def test_the_guarantee_stands_in_the_answer_and_not_for_costs_of_the_day(ask: Ask, model: QualityModel) -> None:
    predictions = ask([A_LOT])["guarantee"]
    assert predictions == {
        "alpha": 0.02,
        "confidence": 0.95,
        "threshold": model.threshold,
        "defined_on": "lots that are released without an assay in a grade with limits",
        "withdrawn": None,
    }
    for none in ({}, {"assay_cost": None}, {"value": None}, {"value": {}}, {"value": {"second": None}}):
        assert ask([A_LOT], costs=none)["guarantee"] == predictions
    for given in ({"assay_cost": 150.0}, {"claim_cost": 1.0}, {"value": {"second": -41.0}}):
        assert ask([A_LOT], costs=given)["guarantee"] == predictions | {"confidence": None}


def test_a_model_without_a_threshold_promises_and_releases_nothing(
    ask: Ask, served: QualityModel, X: FloatArray
) -> None:
    object.__setattr__(served, "threshold", float("nan"))
    for cost, grade in ((150.0, None), (1e6, "remelt")):
        predictions = ask(rows_of(X), costs={"assay_cost": cost})
        assert (predictions["guarantee"]["confidence"], predictions["guarantee"]["threshold"]) == (None, None)
        assert {one["decision"]["grade"] for one in predictions["predictions"]} == {grade}
    assert ask([A_LOT])["guarantee"]["confidence"] is None


def test_explanations_sum_to_each_content_in_its_unit(ask: Ask) -> None:
    (plain,), (one,) = ask([A_LOT])["predictions"], ask([A_LOT], include=["explanation"])["predictions"]
    assert "explanations" not in plain
    assert list(one["explanations"]) == list(ELEMENTS)
    for name, reason in one["explanations"].items():
        assert (reason["quantity"], reason["unit"], reason["causes"]) == (name, "ppm", None)
        assert {part["input"] for part in reason["contributions"]} == set(INPUTS)
        total = reason["base_value"] + sum(part["contribution"] for part in reason["contributions"])
        assert total == pytest.approx(one["contents"][name]["value"], rel=1e-9)
    # p rises with u, and q falls with the set-point.
    (dirty,) = ask([DIRTY | {"setpoint": 60.0}], include=["explanation"])["predictions"]
    part = {
        name: {one["input"]: one["contribution"] for one in reason["contributions"]}
        for name, reason in dirty["explanations"].items()
    }
    assert part["p"]["u"] > 0 > part["q"]["setpoint"]
