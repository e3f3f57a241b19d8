"""What a process that grades its lots takes: faults of costs and rows, and an OpenAPI of just what is taken."""

import json
import shlex
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.quality.model import QualityModel
from nonferrous.servers import curl_line
from operations.forms.faults import RequestError
from operations.forms.lot_costs import grade_values
from seeds import Seed
from seeds.format.loader import parse
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.forms import payloads

URL = "/v1/toy_lots/predictions"
JSON = {"content-type": "application/json"}
A_LOT = {"line": "T-01", "cast_at": "2026-11-01", "u": 0.0, "v": 0.0, "setpoint": 50.0, "p_last": 2.0}
Call = Callable[..., httpx.Response]
Folder = Callable[..., Path]


@pytest.fixture
def app(toy_folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Service without a model: a fault is told before one is looked for."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_lots")))
    return create_app(ServiceSettings(), FolderStore())


@pytest.fixture
def answering(app: Service, save_toy_grader: Callable[..., QualityModel], tmp_path: Path) -> Service:
    save_toy_grader(tmp_path / "one")
    store = FolderStore()
    store.point("toy_lots", 1, tmp_path / "one")
    made = create_app(ServiceSettings(), store)
    made.champions.refresh()
    return made


# ---- faults ----

FAULTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "negative assay": (
        {"assay_cost": -1},
        {"field": "costs.assay_cost", "value": -1, "bound": 0, "expected": "at least 0 $"},
    ),
    "negative claim": (
        {"claim_cost": -0.5},
        {"field": "costs.claim_cost", "value": -0.5, "bound": 0, "expected": "at least 0 $/t"},
    ),
    "claim beyond any": (
        {"claim_cost": 1e308},
        {"field": "costs.claim_cost", "value": 1e308, "bound": 1e6, "expected": "at most 1000000 $/t"},
    ),
    "value beyond any": (
        {"value": {"remelt": -2e6}},
        {"field": "costs.value.remelt", "value": -2e6, "bound": -1e6, "expected": "at least -1000000 $/t"},
    ),
    "assay as text": ({"assay_cost": "150"}, {"field": "costs.assay_cost", "value": "150", "expected": "a number"}),
    "truth value": ({"value": {"prime": True}}, {"field": "costs.value.prime", "value": True, "expected": "a number"}),
    "misspelt grade": (
        {"value": {"primee": 1}},
        {"field": "costs.value.primee", "value": 1, "expected": "no such field; the nearest is prime"},
    ),
    "unknown grade": (
        {"value": {"aaaa": 1}},
        {"field": "costs.value.aaaa", "expected": "no such field; there are: prime, second, remelt"},
    ),
    "unknown cost": ({"price": 1}, {"field": "costs.price", "value": 1}),
    "costs of no object": ([1], {"field": "costs", "expected": "an object"}),
    "values of no object": ({"value": 5}, {"field": "costs.value", "value": 5, "expected": "an object"}),
    "a lower grade dearer than the one before it": (
        {"value": {"second": 5}},
        {
            "field": "costs.value",
            "expected": "at most 0 $/t for second, as for prime: grades stand most valuable first; got 5",
        },
    ),
    "a grade cheaper than the one after it": (
        {"value": {"prime": -41, "second": None}},
        {
            "field": "costs.value",
            "expected": "at most -41 $/t for second, as for prime: grades stand most valuable first; got -40",
        },
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_costs_is_told_with_its_place(name: str, app: Service, call: Call) -> None:
    costs, expected = FAULTS[name]
    response = call(app, "POST", URL, json={"rows": [A_LOT], "costs": costs})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert fault == fault | {"row": None} | expected


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("costs", [{"assay_cost": 7777}, {"claim_cost": 7777}, {"value": {"prime": 7777}}])
def test_costs_that_are_no_numbers_are_refused(number: str, costs: dict[str, Any], app: Service, call: Call) -> None:
    body = json.dumps({"rows": [A_LOT], "costs": costs}).replace("7777", number)
    response = call(app, "POST", URL, content=body, headers=JSON)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [fault["expected"] for fault in response.json()["errors"]] == ["a finite number"]


ROW_FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "content": (
        {"p": 2.5},
        {
            "field": "p",
            "value": 2.5,
            "expected": "no such field: p is known only after the period, a prediction must not see it",
        },
    ),
    "defect": (
        {"crack": 0},
        {
            "field": "crack",
            "value": 0,
            "expected": "no such field: crack is known only after the period, a prediction must not see it",
        },
    ),
    "below the laboratory's limit": (
        {"p_last": -0.5},
        {"field": "p_last", "value": -0.5, "bound": 0, "expected": "at least 0 ppm"},
    ),
    "laboratory's text": ({"p_last": "<0.5"}, {"field": "p_last", "value": "<0.5", "expected": "a number"}),
    "no line": ({"line": ""}, {"field": "line", "expected": "at least 1 characters"}),
}


@pytest.mark.parametrize("name", ROW_FAULTS)
def test_one_bad_lot_of_many_is_named_by_row_field_value_and_bound(name: str, app: Service, call: Call) -> None:
    change, expected = ROW_FAULTS[name]
    rows = [A_LOT] * 70 + [A_LOT | change] + [A_LOT] * 29
    response = call(app, "POST", URL, json={"rows": rows})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert fault == fault | {"row": 70} | expected


def test_what_is_known_late_is_refused_as_such(toy_quality_seed: Seed) -> None:
    late = '[[columns]]\nname = "rolled"\nrole = "late"\ndescription = "mass rolled"\nunit = "t"\nlow = 0\nhigh = 50\n'
    late += 'typical = { mean = 20, sd = 1 }\nsource = "law"\n\n[targets.p]'
    seed = parse(toy_quality_seed.text.replace("[targets.p]", late, 1), Path("toy_lots.toml"))
    with pytest.raises(RequestError, match="1 fault") as refused:
        payloads(seed, 10).read(json.dumps({"rows": [A_LOT | {"rolled": 20}]}).encode())
    (fault,) = refused.value.faults
    assert (fault.row, fault.field, fault.value) == (0, "rolled", 20)
    assert "known only after the period" in fault.expected


def test_all_faults_are_told_at_once(app: Service, call: Call) -> None:
    rows = [A_LOT | {"u": 21, "q": 1}, 5]
    costs = {"assay_cost": -1, "value": {"zinc": 1}}
    body = call(app, "POST", URL, json={"rows": rows, "costs": costs, "coverage": 0.3}).json()
    assert {(fault["row"], fault["field"]) for fault in body["errors"]} == {
        *((0, "u"), (0, "q"), (1, None)),
        *((None, "coverage"), (None, "costs.assay_cost"), (None, "costs.value.zinc")),
    }


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})
grades = st.sampled_from(["prime", "second", "remelt", "p", ""])
costs = st.dictionaries(
    st.sampled_from(["assay_cost", "claim_cost", "value", "alpha"]),
    cells | st.floats(0, 1000) | st.dictionaries(grades, cells | st.floats(-100, 100), max_size=3),
    max_size=3,
)
changes = st.dictionaries(st.sampled_from([*A_LOT, "p", "crack", "r"]), cells | st.floats(0, 20), max_size=3)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(costs=costs | cells, change=changes)
def test_no_costs_or_lot_make_a_defect(answering: Service, costs: Any, change: dict[str, Any], call: Call) -> None:
    body = json.dumps({"rows": [A_LOT | change], "costs": costs})
    response = call(answering, "POST", URL, content=body, headers=JSON)
    if response.status_code == HTTPStatus.OK:
        # What OpenAPI describes takes the request too, and describes the answer.
        TypeAdapter(answering.taken[0].predictions.request).validate_json(body)
        TypeAdapter(answering.taken[0].predictions.answer).validate_json(response.content)
    else:
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert response.json()["errors"]
        with pytest.raises(ValidationError, match="validation error"):
            TypeAdapter(answering.taken[0].predictions.request).validate_json(body)


# ---- what the seed says ----


def test_values_left_out_or_null_are_the_seeds(toy_quality_seed: Seed) -> None:
    assert grade_values(toy_quality_seed, {}) == {"prime": 0, "second": -40, "remelt": -150}
    given = {"second": None, "remelt": -90.0}
    assert grade_values(toy_quality_seed, given) == {"prime": 0, "second": -40, "remelt": -90}


@pytest.mark.parametrize(
    "name", ["contents", "defect_probabilities", "grade_probability", "decision", "nearest_limit", "remedy", "flags"]
)
def test_a_name_that_a_prediction_uses_itself_is_refused(name: str, toy_quality_seed: Seed) -> None:
    text = toy_quality_seed.text.replace('name = "cast_at"', f'name = "{name}"')
    with pytest.raises(ValueError, match=f"column '{name}': a prediction uses this name itself"):
        payloads(parse(text, Path("toy_lots.toml")), 10)


def test_the_example_is_a_typical_lot_that_is_taken(toy_quality_seed: Seed) -> None:
    taken = payloads(toy_quality_seed, 10)
    rows, request = taken.read(json.dumps(taken.example).encode())
    assert rows == [
        {"line": "A-001", "cast_at": "2026-11-01", "u": 0, "v": 0, "setpoint": 50, "p_last": 2.2, "derived_inputs": []}
    ]
    others = {"second": None, "remelt": None}
    assert request["costs"] == {"assay_cost": 150, "claim_cost": 300, "value": {"prime": 0} | others}


def test_a_process_without_setpoints_has_no_remedy(toy_quality_seed: Seed) -> None:
    text = toy_quality_seed.text.replace('role = "setpoint"', 'role = "during"').replace(
        'setpoints = ["setpoint"]', "setpoints = []"
    )
    text = "\n".join(line for line in text.splitlines() if not line.startswith(("bounds", "step", "move_cost")))
    taken = payloads(parse(text, Path("toy_lots.toml")), 10)
    definitions = TypeAdapter(taken.answer).json_schema()["$defs"]
    assert "remedy" not in definitions["ToyLotsPrediction"]["properties"]
    assert "remedies" not in taken.words


def test_the_line_to_paste_into_a_shell_is_taken(toy_quality_seed: Seed) -> None:
    words = shlex.split(curl_line(toy_quality_seed, "http://127.0.0.1:8000"))
    assert words[2] == "http://127.0.0.1:8000/v1/toy_lots/predictions"
    rows, request = payloads(toy_quality_seed, 10).read(words[-1].encode())
    assert (rows[0]["line"], rows[0]["p_last"]) == ("A-001", 2.2)
    assert (request["coverage"], request["costs"]) == (0.9, {})
