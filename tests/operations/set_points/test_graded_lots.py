"""Set-points of lots over HTTP: the plan of a lot in, moves or a refusal out, and every bad request named."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.quality.setpoints.model import LotSetpoints
from models.storage.model_files import save
from models.table.contract import check
from models.table.inputs import matrix
from seeds import Seed
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.physics import physics_type, state_process

URL = "/v1/toy_lots"
NEAR = {"line": "T-01", "cast_at": "2026-11-01", "u": 2.0, "p_last": 2.0, "setpoint": 46.0}
SAFE = NEAR | {"line": "T-02", "u": -1.5}
Post = Callable[..., Any]


@pytest.fixture(autouse=True)
def _physics(monkeypatch: pytest.MonkeyPatch) -> None:
    """By physics q falls with the set-point, as by the law."""

    def contents(columns: Any) -> dict[str, Any]:
        return {"q": 9 * np.exp(0.5 * columns["u"] - 0.06 * columns["setpoint"])}

    state_process(monkeypatch, "toy_lots", physics=physics_type(contents=contents))


@pytest.fixture(scope="module")
def lot_setpoints(toy_quality_seed: Seed, toy_quality_frame: Callable[..., pd.DataFrame]) -> LotSetpoints:
    physics = physics_type(contents=lambda columns: {"q": np.exp(-0.06 * columns["setpoint"])})
    with pytest.MonkeyPatch.context() as patch:
        state_process(patch, "toy_lots", physics=physics)
        table = check(toy_quality_frame(), toy_quality_seed).table.sort_values("cast_at", kind="stable")
        Y = table[[column.name for column in toy_quality_seed.by_role("target")]].to_numpy()
        X, units = matrix(table, toy_quality_seed), table["line"].to_numpy()
        return LotSetpoints.learn(toy_quality_seed, X, Y, units, table["cast_at"].to_numpy())


@pytest.fixture
def serve(
    save_toy_grader: Callable[..., Any],
    lot_setpoints: LotSetpoints,
    toy_folder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Service]:
    """Maker of a service whose champion is stored with these parts, by default with what was learnt."""

    def make(**parts: Any) -> Service:
        model = save_toy_grader(tmp_path / "without")
        save(replace(model, **(parts or {"learnt": {"set-points": lot_setpoints}})), tmp_path / "with")
        monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_lots")))
        store = FolderStore()
        store.point("toy_lots", 3, tmp_path / "with")
        app = create_app(ServiceSettings(), store)
        app.champions.refresh()
        return app

    return make


@pytest.fixture
def app(serve: Callable[..., Service]) -> Service:
    return serve()


@pytest.fixture
def post(lot_sender: Callable[..., Post], app: Service) -> Post:
    return lot_sender(app, URL, (NEAR, SAFE))


@pytest.fixture
def faults(lot_faults: Callable[..., Any], post: Post) -> Callable[..., list[dict[str, Any]]]:
    return lot_faults(post, (NEAR,))


# ---- answers


def test_a_lot_near_its_limit_gets_a_move_and_a_safe_one_stays(post: Post) -> None:
    response = post("recommendations")
    assert list(response) == [
        *("process", "task", "model", "advisory", "assumptions", "prices", "recommendations"),
    ]
    assert (response["process"], response["task"], response["model"]["version"], response["advisory"]) == (
        *("toy_lots", "quality", 3, True),
    )
    near, safe = response["recommendations"]
    assert (near["line"], near["cast_at"], near["refusal"]) == ("T-01", "2026-11-01", None)
    setpoint = near["setpoints"]["setpoint"]
    assert (setpoint["plan"], setpoint["unit"]) == (46.0, "°C")
    assert 0 < setpoint["move"] <= 10
    assert setpoint["recommended"] == setpoint["plan"] + setpoint["move"]
    assert near["gain"]["unit"] == "$/t"
    assert 0 < near["gain"]["low"] < near["gain"]["value"] < near["gain"]["high"]
    assert list(near["grade_probability"]) == ["prime", "second"]
    assert near["grade_probability"]["prime"]["after"] > near["grade_probability"]["prime"]["before"]
    limits = {one["name"]: one for one in near["limits"]}
    assert list(limits) == ["p", "q", "p_and_q"]
    assert (limits["q"]["at_most"], limits["q"]["unit"], limits["q"]["max_violation_probability"]) == (5.0, "ppm", 0.02)
    assert limits["q"]["violation_probability"] < limits["q"]["violation_probability_before"]
    assert near["effects"]["q"]["value"] < 0
    assert {name: one["unit"] for name, one in near["effects"].items()} == {"p": "ppm", "q": "ppm", "r": "ppm"} | {
        "crack": "1"
    }
    assert near["cause"] == "less q: impurity q"
    assert near["supporting_rows"] > 0
    assert (safe["setpoints"]["setpoint"]["move"], safe["gain"]["value"], safe["refusal"]) == (0.0, 0.0, None)


def test_the_prices_of_the_request_are_reckoned_with_and_stated(post: Post) -> None:
    own = post("what-if", moves={"setpoint": 5.0})
    assert own["prices"]["claim_cost"] == {"value": 300.0, "unit": "$/t"}
    assert own["prices"]["value.remelt"] == {"value": -150.0, "unit": "$/t"}
    given = {"assay_cost": 9000.0, "claim_cost": 40.0, "value": {"second": -20.0, "prime": None}}
    other = post("what-if", moves={"setpoint": 5.0}, prices=given)
    assert other["prices"]["value.second"] == {"value": -20.0, "unit": "$/t"}
    assert other["prices"]["value.prime"] == own["prices"]["value.prime"]
    assert other["what_if"][0]["gain"]["value"] != own["what_if"][0]["gain"]["value"]


def test_a_what_if_of_what_is_recommended_brings_what_was_said(post: Post) -> None:
    best = post("recommendations")["recommendations"]
    moves = {row["line"]: {"setpoint": row["setpoints"]["setpoint"]["move"]} for row in best}
    assert post("what-if", moves=moves)["what_if"] == best


def test_a_missing_last_assay_is_made_from_earlier_periods(post: Post) -> None:
    row = {name: value for name, value in NEAR.items() if name != "p_last"}
    past = {"line": "T-01", "cast_at": "2026-10-31", "p": 2.0}
    (made,) = post("what-if", [row], history=[past], moves={"setpoint": 2.0})["what_if"]
    (given,) = post("what-if", [NEAR], moves={"setpoint": 2.0})["what_if"]
    assert made == given


def test_a_lot_unlike_history_is_refused_by_name(post: Post) -> None:
    anomalous, near = post("recommendations", [NEAR | {"u": 15.0}, NEAR])["recommendations"]
    assert anomalous["refusal"] == "u outside training range"
    assert anomalous["grade_probability"]["prime"] == {"before": None, "after": None}
    assert anomalous["limits"][0]["violation_probability"] is None
    assert near["refusal"] is None


def test_a_lot_without_an_input_of_all_past_lots_is_refused_by_its_name(
    serve: Callable[..., Service], lot_sender: Callable[..., Post], lot_setpoints: Any
) -> None:
    complete = np.ones_like(lot_setpoints.complete)
    send = lot_sender(serve(learnt={"set-points": replace(lot_setpoints, complete=complete)}), URL, (NEAR, SAFE))
    less = {name: value for name, value in NEAR.items() if name != "u"}
    unknown, near = send("recommendations", [less, NEAR])["recommendations"]
    assert (unknown["line"], unknown["refusal"], near["refusal"]) == ("T-01", "u missing", None)
    assert unknown["grade_probability"]["prime"] == {"before": None, "after": None}


def test_examples_of_the_schema_are_answered(app: Service, call: Any) -> None:
    schema = app.openapi_of("toy_lots")
    for verb in ("recommendations", "what-if"):
        operation = schema["paths"][f"{URL}/{verb}"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        assert call(app, "POST", f"{URL}/{verb}", json=example).status_code == HTTPStatus.OK
    assert {"/pareto", "/experiments"}.isdisjoint(path.removeprefix(URL) for path in schema["paths"])


# ---- requests that cannot be answered


def test_a_plan_without_its_setpoint_is_a_fault(faults: Callable[..., Any]) -> None:
    (fault,) = faults("recommendations", [{name: value for name, value in NEAR.items() if name != "setpoint"}])
    assert (fault["row"], fault["field"], fault["expected"]) == (0, "setpoint", "this field, which is required")


def test_what_is_measured_later_is_no_part_of_a_plan(faults: Callable[..., Any]) -> None:
    (fault,) = faults("recommendations", [NEAR | {"v": 0.0}])
    assert fault["expected"] == "no such field: v is measured in the period, a plan for it does not hold it"


def test_rows_without_a_column_that_the_model_needs_are_a_fault(
    serve: Callable[..., Service], lot_setpoints: LotSetpoints, call: Any
) -> None:
    app = serve(learnt={"set-points": replace(lot_setpoints, complete=np.ones(3, dtype=np.bool_))})
    rows = [{**NEAR, "u": None}, {**SAFE, "u": None}]
    refused = call(app, "POST", f"{URL}/recommendations", json={"rows": rows})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = refused.json()["errors"]
    assert fault["field"] == "u"
    assert fault["expected"].startswith("a value in the rows, or earlier periods that it is made from")
    one = call(app, "POST", f"{URL}/recommendations", json={"rows": [rows[0], SAFE]}).json()["recommendations"]
    assert [row["refusal"] for row in one] == ["u missing", None]


@pytest.mark.parametrize(
    ("prices", "field", "expected"),
    [
        ({"claim_cost": -1.0}, "prices.claim_cost", "at least 0 $/t"),
        ({"assay_cost": "dear"}, "prices.assay_cost", "a number"),
        ({"claim": 3.0}, "prices.claim", "no such field; the nearest is claim_cost"),
        ({"value": {"gold": 3.0}}, "prices.value.gold", "no such field; there are: prime, second, remelt"),
        (
            {"value": {"second": 5.0}},
            "prices.value",
            "at most 0 $/t for second, as for prime: grades stand most valuable first; got 5",
        ),
    ],
)
def test_prices_that_cannot_be_are_faults(
    faults: Callable[..., Any], prices: dict[str, Any], field: str, expected: str
) -> None:
    (fault,) = faults("recommendations", prices=prices)
    assert (fault["field"], fault["expected"]) == (field, expected)


@pytest.mark.parametrize(
    ("moves", "field", "expected"),
    [
        ({"setpoint": 30.0}, "moves.setpoint", "plan 46 and move 30 together at most 70 °C"),
        ({"T-01": {"setpoint": -20.0}}, "moves.T-01.setpoint", "plan 46 and move -20 together at least 30 °C"),
        ({"T-09": {"setpoint": 1.0}}, "moves.T-09", "a unit that one of rows plans"),
        ({"dial": 1.0}, "moves.dial", "no such field; there are: setpoint"),
        ({}, "moves", "at least 1 entries"),
    ],
)
def test_moves_that_cannot_be_are_faults(
    faults: Callable[..., Any], moves: dict[str, Any], field: str, expected: str
) -> None:
    (fault,) = faults("what-if", moves=moves)
    assert (fault["field"], fault["expected"]) == (field, expected)


# ---- versions and processes without


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (
            {"refusals": {"set-points": "setpoint: step missing: expected for a set-point"}},
            "setpoint: step missing: expected for",
        ),
        ({"learnt": {}}, "it was trained without them; train again"),
    ],
)
@pytest.mark.parametrize("verb", ["recommendations", "what-if"])
def test_a_version_without_set_points_says_why_and_what_it_can_do(
    serve: Callable[..., Service], call: Any, parts: dict[str, Any], reason: str, verb: str
) -> None:
    moves = {"moves": {"setpoint": 1.0}} if verb == "what-if" else {}
    response = call(serve(**parts), "POST", f"{URL}/{verb}", json={"rows": [NEAR], **moves})
    assert response.status_code == HTTPStatus.NOT_FOUND
    detail = response.json()["detail"]
    assert detail.startswith(f"version 3 of toy_lots recommends no set-points: {reason}")
    assert detail.endswith("toy_lots is of the task quality and answers POST /v1/toy_lots/predictions")


@pytest.mark.parametrize(("verb", "reason"), [("pareto", "what lots emit is not known"), ("experiments", "no")])
def test_ways_to_ask_that_lots_do_not_offer_say_why_and_what_there_is(
    app: Service, call: Any, verb: str, reason: str
) -> None:
    response = call(app, "POST", f"{URL}/{verb}", json={"rows": [NEAR]})
    assert response.status_code == HTTPStatus.NOT_FOUND
    detail = response.json()["detail"]
    assert detail.startswith(f"nothing is at {URL}/{verb}: ")
    assert reason in detail
    assert detail.endswith(f"answers POST {URL}/predictions, {URL}/recommendations, {URL}/what-if, {URL}/outcomes")


def test_a_process_without_setpoints_is_not_asked(
    toy_folder: Callable[..., Path], call: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = toy_folder("toy_lots")
    file = folder / "toy_lots.toml"
    text = (
        file.read_text(encoding="utf-8").replace('role = "setpoint"', 'role = "before"').replace('["setpoint"]', "[]")
    )
    for line in ("bounds = [30, 70]\n", "step = 10\n"):
        text = text.replace(line, "")
    start = text.index("move_cost")
    file.write_text(text[:start] + text[text.index("\n", start) + 1 :], encoding="utf-8")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
    response = call(
        create_app(ServiceSettings(), FolderStore()), "POST", f"{URL}/recommendations", json={"rows": [NEAR]}
    )
    assert response.status_code == HTTPStatus.NOT_FOUND
    assert response.json()["detail"] == (
        f"nothing is at {URL}/recommendations: toy_lots is of the task quality and answers POST {URL}/predictions, "
        f"{URL}/outcomes"
    )
