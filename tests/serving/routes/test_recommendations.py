"""Set-points over HTTP: with stand-ins for champion and model, and with a model that learnt a small potline."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from pydantic import TypeAdapter

import synthetic_data
from models.setpoints.errors import SetpointError
from models.setpoints.learning import learn
from models.setpoints.model import SetpointModel
from models.table.contract import check
from operations.set_points import units as recommendations
from registry.store import Champion
from seeds import Seed, load
from seeds import folder as seed_folder
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.hot_reload.status import Served
from serving.settings import ServiceSettings
from serving.wire.problems import ProblemError
from system.cancellation import between

URL = "/v1/aluminium_reduction"
VERBS = ["recommendations", "what-if", "pareto", "experiments"]
ADVISORY = "mean over this and the next 2 periods if operators continue as in history"
Serve = Callable[..., Service]
Post = Callable[..., Any]


@pytest.fixture(scope="module")
def potline() -> Seed:
    return load("aluminium_reduction")


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Serve:
    """Starter of a service over a potline and a leach filter without set-points, one a setting."""
    folder = tmp_path_factory.mktemp("seeds")
    for name in ("aluminium_reduction", "zinc_leach_filter"):
        (folder / f"{name}.toml").write_bytes((seed_folder() / f"{name}.toml").read_bytes())

    @cache
    def made(**settings: Any) -> Service:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("NONFERROUS_SEEDS", str(folder))
            return create_app(ServiceSettings(**settings), FolderStore())

    return made


@pytest.fixture
def bare(start: Serve) -> Service:
    """A service without a model."""
    app = start()
    before = app.champions.statuses["aluminium_reduction"]
    app.champions._set("aluminium_reduction", replace(before, served=None, trouble="no version has the alias champion"))
    return app


@pytest.fixture
def serve(start: Serve) -> Serve:
    """Maker of a service whose potline's champion is version 3 with these set-points."""

    def make(setpoints: Any = None, refusal: str | None = None, **settings: Any) -> Service:
        app = start(**settings)
        before = app.champions.statuses["aluminium_reduction"]
        model: Any = SimpleNamespace(
            seed=before.offers.seed,
            learnt={} if setpoints is None else {"set-points": setpoints},
            refusals={"set-points": refusal},
        )
        served = Served(Champion("aluminium_reduction", 3, "source"), "sha256:1", model)
        app.champions._set("aluminium_reduction", replace(before, served=served, trouble=None))
        return app

    return make


@pytest.fixture
def post(call: Any) -> Post:
    def send(app: Service, verb: str, **more: Any) -> Any:
        (own,) = (one for one in app.taken if one.seed.process.name == "aluminium_reduction")
        return call(app, "POST", f"{URL}/{verb}", json=own.forms[verb].example | more)

    return send


@pytest.fixture
def stand_in(potline: Seed) -> Any:
    """A model that knows prices and nothing else."""
    prices = {name: price.value for name, price in potline.economics.items()}
    return SimpleNamespace(seed=potline, priced=lambda given: prices | given)


# ---- with stand-ins ----


def test_an_answer_says_whose_it_is_and_that_it_is_advice(
    serve: Serve, post: Post, stand_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(recommendations, "recommend_line", lambda *given: seen.append(given) or ([], None))
    monkeypatch.setattr(recommendations, "advice_rows", lambda *given: ["row"])
    response = post(serve(stand_in), "recommendations", prices={"power_price": 0.09}, power_limit=430)
    assert response.status_code == 200
    body = response.json()
    assert body["model"] == {"version": 3, "alias": "champion", "digest": "sha256:1", "baseline": False}
    assert (body["process"], body["task"], body["advisory"]) == ("aluminium_reduction", "regression", True)
    assert body["assumptions"].startswith(ADVISORY)
    assert body["prices"]["power_price"] == {"value": 0.09, "unit": "$/kWh"}
    assert body["prices"]["aluminium_price"] == {"value": 2600.0, "unit": "$/t"}
    assert body["recommendations"] == ["row"]
    ((model, table, prices, limit),) = seen
    assert (model, len(table), prices, limit) == (stand_in, 4, {"power_price": 0.09}, 430)


def test_work_ends_at_a_stop_when_the_time_to_answer_has_passed(
    serve: Serve, post: Post, stand_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_late() -> None:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, "too late")

    monkeypatch.setattr(recommendations, "recommend_line", lambda *given: list(between(range(5))))
    monkeypatch.setattr("serving.responses.threads.check_time", too_late)
    response = post(serve(stand_in), "recommendations")
    assert (response.status_code, response.json()["detail"]) == (503, "too late")


def test_moves_of_a_what_if_reach_the_model_by_unit(
    serve: Serve, post: Post, stand_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(recommendations, "what_if", lambda *given: seen.append(given[2]) or [])
    monkeypatch.setattr(recommendations, "advice_rows", lambda *given: [])
    assert post(serve(stand_in), "what-if", moves={"voltage_setpoint": -0.02}).status_code == 200
    assert seen == [{"A-001": {"voltage_setpoint": -0.02}}]
    refused = post(serve(stand_in), "what-if", moves={"voltage_setpoint": 0.9})
    assert (refused.status_code, len(seen)) == (422, 1)
    assert refused.json()["errors"][0]["bound"] == 4.25


def test_signs_of_tests_are_other_ones_in_another_period(
    serve: Serve, post: Post, stand_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(recommendations, "experiments", lambda *given: seen.append(given[2:]) or [])
    monkeypatch.setattr(recommendations, "planned_rows", lambda *given: {"tests": [], "worth": {}})
    app = serve(stand_in)
    rows = app.champions.statuses["aluminium_reduction"].offers.forms["experiments"].example["rows"]
    for start in ("2026-11-01", "2026-11-01", "2026-12-01"):
        post(app, "experiments", rows=[rows[0] | {"period_start": start}], share=0.2)
    (first, again, later) = seen
    assert first == again
    assert first[:2] == later[:2] == (0.2, {"power_price": 0.055})
    assert first[2] != later[2]


@pytest.mark.parametrize(
    ("text", "field", "value", "expected"),
    [
        ("economics.aluminium_price: got 0: expected above 0", "prices.aluminium_price", "0", "above 0"),
        ("history is of another plant", None, None, "history is of another plant"),
        ("power_limit: got 400: expected at least 421.3 MW", "power_limit", "400", "at least 421.3 MW"),
    ],
)
def test_what_a_model_refuses_is_a_fault_of_the_request(
    text: str,
    field: str | None,
    value: str | None,
    expected: str,
    serve: Serve,
    post: Post,
    stand_in: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*given: Any) -> None:
        raise SetpointError(text)

    monkeypatch.setattr(recommendations, "recommend_line", refuse)
    response = post(serve(stand_in), "recommendations")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["value"], fault["expected"]) == (field, value, expected)


@pytest.mark.parametrize("verb", VERBS)
def test_a_version_without_set_points_says_why_and_what_it_can_do(serve: Serve, post: Post, verb: str) -> None:
    response = post(serve(None, "got 90 rows of 3 units: expected 500"), verb)
    assert response.status_code == 404
    detail = response.json()["detail"]
    assert detail.startswith("version 3 of aluminium_reduction recommends no set-points: got 90 rows of 3 units")
    assert detail.endswith("is of the task regression and answers POST /v1/aluminium_reduction/predictions")


def test_a_version_of_before_says_that_it_is_to_be_trained_again(serve: Serve, post: Post) -> None:
    assert "trained without them; train again" in post(serve(None), "recommendations").json()["detail"]


def test_a_process_without_setpoints_says_what_it_can_do(serve: Serve, call: Any) -> None:
    response = call(serve(), "POST", "/v1/zinc_leach_filter/recommendations", json={})
    assert response.status_code == 404
    assert response.json()["detail"] == (
        "nothing is at /v1/zinc_leach_filter/recommendations: zinc_leach_filter is of the task regression and answers "
        "POST /v1/zinc_leach_filter/predictions, /v1/zinc_leach_filter/outcomes"
    )


def test_without_a_model_the_answer_is_to_come_again(bare: Service, post: Post) -> None:
    response = post(bare, "recommendations")
    assert response.status_code == 503
    assert response.headers["retry-after"] == "2"


def test_faults_are_told_before_a_model_is_looked_for(bare: Service, post: Post) -> None:
    response = post(bare, "recommendations", prices={"power_price": -1})
    assert response.status_code == 422


def test_long_bodies_and_many_rows_are_refused_as_everywhere(serve: Serve, post: Post, stand_in: Any) -> None:
    assert post(serve(stand_in, max_body_bytes=1024), "recommendations").status_code == 413
    response = post(serve(stand_in, max_rows=2), "recommendations")
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["value"], fault["bound"]) == ("history", 3, 2)


# ---- with a model ----


@pytest.fixture(scope="module")
def small(potline: Seed) -> pd.DataFrame:
    """History of 20 pots over three years, and the plan of the period after it."""
    return check(synthetic_data.replay(potline, units=20, years=3).table, potline).table


@pytest.fixture(scope="module")
def setpoint_model(small: pd.DataFrame, potline: Seed) -> SetpointModel:
    return learn(small, potline)


@pytest.fixture(scope="module")
def request_of_pots(small: pd.DataFrame, potline: Seed) -> dict[str, Any]:
    """The last period as a plan, twelve periods before it as history; the last pot's history is too short."""
    clock = potline.clock.name
    newest = small.groupby("unit").tail(1)
    past = small.drop(newest.index)
    past = past[past[clock] >= past[clock].max() - 12 * potline.period]
    last = newest["unit"].iloc[-1]
    past = past[(past["unit"] != last) | (past[clock] == past[clock].max())]
    held = [column.name for column in potline.columns if not column.is_made]
    known = [column.name for column in potline.by_role("key", "time", "before", "setpoint") if not column.is_made]
    return {"rows": as_json(newest[known], clock), "history": as_json(past[held], clock)}


def as_json(frame: pd.DataFrame, clock: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(
        frame.assign(**{clock: frame[clock].astype("str")}).to_json(orient="records")
    )
    return rows


@pytest.mark.parametrize("verb", VERBS)
def test_a_small_potline_is_answered_as_described(
    verb: str, serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any]
) -> None:
    app = serve(setpoint_model)
    response = post(app, verb, **request_of_pots)
    assert response.status_code == 200, response.text
    (own,) = (one for one in app.taken if one.seed.process.name == "aluminium_reduction")
    TypeAdapter(own.forms[verb].answer).validate_json(response.content)
    units = [row["unit"] for row in request_of_pots["rows"]]
    if verb != "experiments":
        assert [one["unit"] for one in response.json()[verb.replace("-", "_")]] == units


def test_recommendations_keep_bounds_limits_and_say_no_where_a_pot_is_not_known(
    serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any], potline: Seed
) -> None:
    rows = post(serve(setpoint_model), "recommendations", **request_of_pots).json()["recommendations"]
    assert rows[-1]["refusal"].startswith("history knows 1 period ")
    assert all(setpoint["move"] == 0 for setpoint in rows[-1]["setpoints"].values())
    moved = [row for row in rows if any(setpoint["move"] for setpoint in row["setpoints"].values())]
    assert moved
    for row in moved:
        assert row["refusal"] is None
        assert row["gain"]["value"] > 0
        for name, setpoint in row["setpoints"].items():
            column = potline.column(name)
            assert column.bounds is not None
            assert abs(setpoint["move"]) <= (column.step or 0) + 1e-12
            assert setpoint["move"] == 0 or column.bounds[0] <= setpoint["recommended"] <= column.bounds[1]
    assert {limit["name"] for limit in rows[0]["limits"]} == {one.name for one in potline.constraints}


def test_a_what_if_of_what_is_recommended_brings_what_was_said(
    serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any]
) -> None:
    app = serve(setpoint_model)
    best = post(app, "recommendations", **request_of_pots).json()["recommendations"]
    moves = {
        row["unit"]: {name: row["setpoints"][name]["move"] for name in setpoint_model.response.SETPOINTS}
        for row in best
    }
    same = post(app, "what-if", **request_of_pots, moves=moves).json()["what_if"]
    for one, other in zip(best, same, strict=True):
        for part in ("value", "low", "high"):
            assert other["gain"][part] == pytest.approx(one["gain"][part], rel=1e-9, abs=1e-9)
        assert {name: setpoint["recommended"] for name, setpoint in other["setpoints"].items()} == pytest.approx(
            {name: setpoint["recommended"] for name, setpoint in one["setpoints"].items()}
        )


def test_a_line_of_which_a_part_is_unknown_keeps_its_current_and_its_pots_have_advice(
    serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any]
) -> None:
    part = {"rows": request_of_pots["rows"][:3], "history": request_of_pots["history"]}
    body = post(serve(setpoint_model), "recommendations", **part).json()
    assert len(body["recommendations"]) == 3
    running = len({row["unit"] for row in part["history"]})
    refusal = f"line: plan and situation are known of 3 of the {running} units that run"
    assert body["line"]["refusal"].startswith(refusal)
    assert body["line"]["setpoints"]["line_current_target"]["move"] == 0
    assert (body["line"]["gain"], body["line"]["power"]["after"]) == (None, None)


def test_the_current_of_a_whole_line_is_advised_within_its_limit_of_power(
    serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any]
) -> None:
    app = serve(setpoint_model)
    low, high = setpoint_model.ranges["line_current_target"]
    rows = [row | {"line_current_target": 0.5 * (low + high)} for row in request_of_pots["rows"]]
    whole = {"rows": rows, "history": request_of_pots["history"], "prices": {}}
    free = post(app, "recommendations", **whole, power_limit=None).json()["line"]
    assert (free["refusal"], free["shadow_price"]) == (None, None)
    assert free["setpoints"]["line_current_target"]["move"] != 0
    limit = 0.5 * (free["power"]["before"] + free["power"]["after"])
    held = post(app, "recommendations", **whole, power_limit=limit).json()["line"]
    assert held["power"]["after"] <= limit + 1e-6
    assert held["binding_constraints"].startswith("power_limit: ")
    assert held["shadow_price"]["value"] > 0
    assert held["shadow_price"]["unit"] == "$/d/MW"
    refused = post(app, "recommendations", **whole, power_limit=5)
    assert refused.status_code == 422
    (fault,) = refused.json()["errors"]
    assert (fault["field"], fault["value"]) == ("power_limit", "5")
    assert fault["expected"].startswith("at least ")


def test_a_what_if_takes_the_current_of_all_pots(
    serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any]
) -> None:
    rows = post(serve(setpoint_model), "what-if", **request_of_pots, moves={"line_current_target": 2}).json()["what_if"]
    assert {row["setpoints"]["line_current_target"]["move"] for row in rows} == {2}
    known = [row for row in rows if row["refusal"] is None]
    assert known
    assert all(row["effects"]["cell_voltage"]["value"] > 0 for row in known)


def test_dearer_power_makes_voltage_worth_less(
    serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any]
) -> None:
    app, moves = serve(setpoint_model), {"voltage_setpoint": 0.02}
    cheap, dear = (
        post(app, "what-if", **request_of_pots, moves=moves, prices={"power_price": price}).json()["what_if"]
        for price in (0.03, 0.09)
    )
    assert all(two["gain"]["value"] < one["gain"]["value"] for one, two in zip(cheap, dear, strict=True))


def test_a_free_metal_is_a_slip(
    serve: Serve, post: Post, setpoint_model: SetpointModel, request_of_pots: dict[str, Any]
) -> None:
    response = post(serve(setpoint_model), "recommendations", **request_of_pots, prices={"aluminium_price": 0})
    assert response.status_code == 422
    (fault,) = response.json()["errors"]
    assert (fault["field"], fault["value"]) == ("prices.aluminium_price", "0")


@pytest.mark.parametrize("verb", VERBS)
def test_examples_of_the_schema_are_answered(
    verb: str, serve: Serve, post: Post, setpoint_model: SetpointModel
) -> None:
    assert post(serve(setpoint_model), verb).status_code == 200
