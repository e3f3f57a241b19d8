"""What a process that sorts takes: faults of prices and lots, and that OpenAPI describes just what is taken."""

import copy
import json
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from models.sorting.model import SortingModel
from seeds import Seed
from seeds.format.loader import parse
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.forms import payloads

URL = "/v1/toy_scrap/predictions"
JSON = {"content-type": "application/json"}
A_PIECE = {"lot": "L-1", "passed_at": "2026-11-01T06:00:00.020", "s1": 0.0, "s2": 0.0, "s3": 0.0, "mass": 30.0}
Call = Callable[..., httpx.Response]


def zero(unit: str) -> dict[str, Any]:
    return {"value": 0.0, "unit": unit}


LOT: dict[str, Any] = {
    "bins": {
        "bin_a": {"mass": zero("kg"), "elements": {"x": {"mass": zero("kg"), "variance": zero("kg²")}}},
        "bin_bc": {"mass": zero("kg"), "elements": {}},
        "rest": {"mass": zero("kg"), "elements": {}},
    }
}


@pytest.fixture
def app(
    save_toy_sorter: Callable[..., SortingModel],
    toy_folder: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Service:
    save_toy_sorter(tmp_path / "one")
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_scrap")))
    store = FolderStore()
    store.point("toy_scrap", 1, tmp_path / "one")
    made = create_app(ServiceSettings(), store)
    made.champions.refresh()
    return made


def changed(value: Any, *place: str) -> dict[str, Any]:
    """A lot with one value replaced, or taken out where the value is `...`."""
    lot = copy.deepcopy(LOT)
    inner = lot
    for step in place[:-1]:
        inner = inner[step]
    if value is ...:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return {"lots": {"L-1": lot}}


X = ("bins", "bin_a", "elements", "x")
AT_X = "lots.L-1.bins.bin_a.elements.x"
FAULTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unknown bin": (
        {"prices": {"bin_b": {"a": 1}}},
        {"field": "prices.bin_b", "expected": "no such field; the nearest is bin_bc"},
    ),
    "unknown class": (
        {"prices": {"bin_a": {"zinc": 1}}},
        {"field": "prices.bin_a.zinc", "value": 1, "expected": "no such field; there are: a, b, c, other"},
    ),
    "price as text": ({"prices": {"bin_a": {"a": "2"}}}, {"field": "prices.bin_a.a", "expected": "a number"}),
    "price beyond any": (
        {"prices": {"bin_a": {"a": 1e308}}},
        {"field": "prices.bin_a.a", "value": 1e308, "bound": 1e6, "expected": "at most 1000000 $/kg"},
    ),
    "prices of no object": ({"prices": [1]}, {"field": "prices", "expected": "an object"}),
    "lot of no object": ({"lots": {"L-1": 5}}, {"field": "lots.L-1", "value": 5, "expected": "an object"}),
    "more lots than a line has": (
        {"lots": {f"L-{i}": LOT for i in range(1001)}},
        {"field": "lots", "bound": 1000, "expected": "at most 1000 entries"},
    ),
    "bin left out": (
        changed(..., "bins", "rest"),
        {"field": "lots.L-1.bins.rest", "expected": "this field, which is required"},
    ),
    "bin of another seed": (
        changed({"mass": zero("kg"), "elements": {}}, "bins", "cast"),
        {"field": "lots.L-1.bins.cast", "expected": "no such field; there are: bin_a, bin_bc, rest"},
    ),
    "element of another seed": (
        changed({}, "bins", "bin_bc", "elements", "cu"),
        {"field": "lots.L-1.bins.bin_bc.elements.cu"},
    ),
    "element left out": (changed(..., *X), {"field": AT_X, "expected": "this field, which is required"}),
    "negative mass": (
        changed(-0.1, "bins", "rest", "mass", "value"),
        {"field": "lots.L-1.bins.rest.mass.value", "value": -0.1, "bound": 0, "expected": "at least 0 kg"},
    ),
    "negative variance": (
        changed(-1e-9, *X, "variance", "value"),
        {"field": f"{AT_X}.variance.value", "value": -1e-9, "bound": 0, "expected": "at least 0 kg²"},
    ),
    "mass beyond any": (
        changed(1e308, *X, "mass", "value"),
        {"field": f"{AT_X}.mass.value", "bound": 1e9, "expected": "at most 1000000000 kg"},
    ),
    "mass in another unit": (changed("g", "bins", "rest", "mass", "unit"), {"value": "g", "expected": "'kg'"}),
    "share as text": (changed("much", *X, "share"), {"field": f"{AT_X}.share", "expected": "an object"}),
    "truth value": (changed(True, "bins", "rest", "mass", "value"), {"value": True, "expected": "a number"}),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_prices_or_lots_is_told_with_its_place(name: str, app: Service, call: Call) -> None:
    more, expected = FAULTS[name]
    response = call(app, "POST", URL, json={"rows": [A_PIECE], **more})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert fault == fault | {"row": None} | expected


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
@pytest.mark.parametrize("more", [{"prices": {"bin_a": {"a": 7777}}}, changed(7777, *X, "mass", "value")])
def test_numbers_that_are_none_are_refused(number: str, more: dict[str, Any], app: Service, call: Call) -> None:
    body = json.dumps({"rows": [A_PIECE], **more}).replace("7777", number)
    response = call(app, "POST", URL, content=body, headers=JSON)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [fault["expected"] for fault in response.json()["errors"]] == ["a finite number"]


def test_one_bad_piece_of_a_thousand_is_named_by_row_field_value_and_bound(app: Service, call: Call) -> None:
    rows = [A_PIECE] * 700 + [A_PIECE | {"mass": 0}] + [A_PIECE] * 299
    response = call(app, "POST", URL, json={"rows": rows})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    (fault,) = response.json()["errors"]
    assert fault == {"row": 700, "field": "mass", "value": 0, "bound": 0.1, "expected": "at least 0.1 g"}


@pytest.mark.parametrize(
    ("predictions", "fault"),
    [({"lot": ""}, "at least 1 characters"), ({"metal": "a"}, "known only after"), ({"x": 1}, "must")],
)
def test_a_piece_without_lot_or_with_its_label_is_refused(
    predictions: dict[str, Any], fault: str, app: Service, call: Call
) -> None:
    response = call(app, "POST", URL, json={"rows": [A_PIECE | predictions]})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert fault in response.json()["errors"][0]["expected"]


def test_faults_without_number_are_left_uncounted(app: Service, call: Call) -> None:
    nested = {"bin_a": {f"q{i}": 1 for i in range(12_000)}}
    response = call(app, "POST", URL, json={"rows": [A_PIECE], "prices": nested})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert [fault["expected"] for fault in response.json()["errors"]] == [
        "an object with at most 10000 faults, all listed"
    ]


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})
PLACES: tuple[tuple[str, ...], ...] = (
    ("bins",),
    ("bins", "rest"),
    ("bins", "rest", "mass"),
    ("bins", "bin_a", "mass", "value"),
    X,
    (*X, "mass"),
    (*X, "mass", "value"),
    (*X, "variance", "value"),
    (*X, "share"),
    (*X, "cu"),
)
lots = st.builds(changed, cells | st.just(...), st.just("bins")) | st.tuples(cells, st.sampled_from(PLACES)).map(
    lambda drawn: changed(drawn[0], *drawn[1])
)
names = st.sampled_from(["bin_a", "bin_bc", "rest", "a", "other", ""])
prices = st.fixed_dictionaries({"prices": st.dictionaries(names, st.dictionaries(names, cells, max_size=3) | cells)})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(more=lots | prices)
def test_what_is_taken_is_what_openapi_describes(app: Service, call: Call, more: dict[str, Any]) -> None:
    body = json.dumps({"rows": [A_PIECE], **more})
    response = call(app, "POST", URL, content=body, headers=JSON)
    if response.status_code == HTTPStatus.OK:
        TypeAdapter(app.taken[0].predictions.request).validate_json(body)
        TypeAdapter(app.taken[0].predictions.answer).validate_json(response.content)
    else:
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert response.json()["errors"]
        with pytest.raises(ValidationError, match="validation error"):
            TypeAdapter(app.taken[0].predictions.request).validate_json(body)


@pytest.mark.parametrize("name", ["class", "bin", "elements", "expected_value", "flags"])
def test_a_name_that_a_prediction_uses_itself_is_refused(name: str, toy_sorting_seed: Seed) -> None:
    text = toy_sorting_seed.text.replace('name = "passed_at"', f'name = "{name}"')
    with pytest.raises(ValueError, match=f"column '{name}': a prediction uses this name itself"):
        payloads(parse(text, Path("toy_scrap.toml")), 10)


def test_a_seed_without_lots_is_refused(toy_sorting_seed: Seed) -> None:
    text = toy_sorting_seed.text.replace('unit_key = "lot"\n', "")
    text = text.replace('[[columns]]\nname = "lot"\nrole = "key"\ndescription = "lot"\n', "")
    with pytest.raises(ValueError, match="unit_key is missing"):
        payloads(parse(text, Path("toy_scrap.toml")), 10)
