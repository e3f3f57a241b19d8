"""Answers that say what each input contributed."""

import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from models.regression.calibration import conformalised
from models.storage import model_files
from models.tasks import build
from operations.predictions.explanations import MOST_EXPLAINED, NO_PARTS
from seeds import Seed, load
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

ROW: dict[str, Any] = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}
Ask = Callable[..., httpx.Response]


@pytest.fixture
def app(
    toy_folder: Callable[..., Path], save_toy_model: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Service:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    store = FolderStore()
    save_toy_model(tmp_path / "one")
    store.point("toy_cells", 1, tmp_path / "one")
    made = create_app(ServiceSettings(max_rows=200), store)
    made.champions.refresh()
    return made


@pytest.fixture
def ask(app: Service, call: Callable[..., httpx.Response]) -> Ask:
    return lambda rows, **more: call(
        app, "POST", "/v1/toy_cells/predictions", json={"rows": rows, "digits": "all", **more}
    )


def test_base_and_contributions_sum_to_the_value(app: Service, ask: Ask) -> None:
    rows = [ROW, ROW | {"z": None}, ROW | {"x_set": 19.5, "z": 2.1}]
    response = ask(rows, include=["explanation"])
    TypeAdapter(app.taken[0].predictions.answer).validate_json(response.content)
    for one, plain in zip(response.json()["predictions"], ask(rows).json()["predictions"], strict=True):
        reason = one["explanation"]
        assert (reason["quantity"], reason["unit"], reason["causes"]) == ("y", "%", None)
        parts = [part["contribution"] for part in reason["contributions"]]
        assert reason["base_value"] + sum(parts) == pytest.approx(one["y"]["value"], rel=1e-9)
        assert [abs(part) for part in parts] == sorted(map(abs, parts), reverse=True)
        assert one["y"] == plain["y"]


def test_contributions_name_each_input_with_its_value_and_unit(ask: Ask) -> None:
    (one,) = ask([ROW | {"z": None}], include=["explanation"]).json()["predictions"]
    result = {part["input"]: (part["value"], part["unit"]) for part in one["explanation"]["contributions"]}
    assert result == {"previous_y": (91.5, "%"), "x_set": (10.25, "kA"), "z": (None, "V")}


@pytest.mark.parametrize("requested", [{}, {"include": []}, {"include": ["missing_inputs"]}])
def test_an_answer_that_was_not_asked_to_explain_does_not(requested: dict[str, list[str]], ask: Ask) -> None:
    assert "explanation" not in ask([ROW], **requested).json()["predictions"][0]


@pytest.mark.parametrize(
    ("fields", "field", "expected"),
    [
        ({"explain": True}, "explain", 'no such field: `include` names parts of the response, here ["explanation"]'),
        ({"include": "explanation"}, "include", "a list"),
        ({"include": None}, "include", "a list"),
        ({"include": ["explain"]}, "include.0", "'missing_inputs', 'explanation', 'derived_inputs' or 'model'"),
        ({"include": [1]}, "include.0", "'missing_inputs', 'explanation', 'derived_inputs' or 'model'"),
    ],
)
def test_what_is_no_word_of_the_process_is_refused(fields: dict[str, Any], field: str, expected: str, ask: Ask) -> None:
    response = ask([ROW], **fields)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert fault["field"] == field
    assert fault["expected"].startswith(expected)


def test_more_rows_than_are_explained_at_once_are_refused(ask: Ask) -> None:
    assert ask([ROW] * MOST_EXPLAINED, include=["explanation"]).status_code == HTTPStatus.OK
    response = ask([ROW] * (MOST_EXPLAINED + 1), include=["explanation"])
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["value"], fault["bound"]) == ("rows", 101, 100)


def test_a_prediction_that_is_none_has_no_explanation(app: Service, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    served = app.champions.statuses["toy_cells"].served
    assert served is not None
    monkeypatch.setattr(served.model.estimator, "predict", lambda X: np.full(len(X), np.nan))
    (one,) = ask([ROW], include=["explanation"]).json()["predictions"]
    assert (one["y"]["value"], one["explanation"]) == (None, None)
    assert "y not determined by these inputs" in one["flags"]


@pytest.fixture
def potline(tmp_path: Path) -> Callable[[str], Service]:
    """Maker of a service with a candidate of aluminium reduction, fitted to made-up rows."""
    seed: Seed = load("aluminium_reduction")
    rng = np.random.default_rng(1)
    mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs]).T
    low, high = np.array([c.limits for c in seed.inputs]).T
    X = np.clip(mean + sd * rng.standard_normal((300, len(mean))), low, high)
    y = 93 + (X[:, 0] - mean[0]) / sd[0] + rng.normal(0, 0.5, 300)

    def make(name: str) -> Service:
        estimator = build(seed)[name].fit(X[:250], y[:250])
        model = conformalised(seed, name, estimator, X[:250], y[250:], estimator.predict(X[250:]), {})
        model_files.save(model, tmp_path / name)
        store = FolderStore()
        store.point(seed.process.name, 1, tmp_path / name)
        app = create_app(ServiceSettings(), store)
        app.champions.refresh()
        return app

    return make


def asked_potline(app: Service, call: Callable[..., httpx.Response]) -> Any:
    (taken,) = [one.predictions for one in app.taken if one.seed.process.name == "aluminium_reduction"]
    request = taken.example | {"include": ["explanation"], "digits": "all"}
    response = call(app, "POST", "/v1/aluminium_reduction/predictions", json=request)
    TypeAdapter(taken.answer).validate_json(response.content)
    return response.json()["predictions"][0]


def test_contributions_are_summed_by_physical_cause(
    potline: Callable[[str], Service], call: Callable[..., httpx.Response]
) -> None:
    one = asked_potline(potline("lightgbm_physics"), call)
    reason = one["explanation"]
    by_cause = [part["contribution"] for part in reason["causes"]]
    assert reason["base_value"] + sum(by_cause) == pytest.approx(one["current_efficiency"]["value"], rel=1e-9)
    assert "metal pad" in [part["cause"] for part in reason["causes"]]
    assert {"superheat", "line_current"} < {part["input"] for part in reason["contributions"]}


def test_a_candidate_without_parts_says_so(
    potline: Callable[[str], Service], call: Callable[..., httpx.Response]
) -> None:
    one = asked_potline(potline("first_principles"), call)
    assert one["explanation"] is None
    assert NO_PARTS in one["flags"]
    assert one["current_efficiency"]["value"] is not None


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([])
rows = st.fixed_dictionaries({}, optional={name: st.none() | st.floats(0, 20) | cells for name in ("x_set", "z", "q")})


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(rows, max_size=3),
    words=st.lists(st.sampled_from(["explanation", "derived_inputs", "energy"])) | cells,
)
def test_no_request_for_an_explanation_makes_a_defect(
    rows: Any, words: Any, app: Service, call: Callable[..., httpx.Response]
) -> None:
    body = json.dumps({"rows": [ROW | row for row in rows], "include": words}).encode()
    headers = {"content-type": "application/json"}
    response = call(app, "POST", "/v1/toy_cells/predictions", content=body, headers=headers)
    assert response.status_code in (HTTPStatus.OK, HTTPStatus.UNPROCESSABLE_ENTITY)
    if response.status_code == HTTPStatus.OK:
        assert all(("explanation" in one) == ("explanation" in words) for one in response.json()["predictions"])
