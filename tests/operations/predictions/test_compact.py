"""Responses are short, and what they leave out or round is what the whole response says."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from models.quality.candidates import build as build_lots
from models.quality.grader import grader
from models.regression.calibration import conformalised
from models.sorting.candidates import build as build_pieces
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.tasks import Model, build
from operations.catalogue import offered, predictions_of
from operations.predictions.together import RequestedRows
from registry.store import Champion
from seeds import Seed, load, load_all
from serving.hot_reload.status import Served
from serving.responses.process_response import head_of, part_of, start_of
from synthetic_data import simulate
from tests.suite.whole import whole
from training.core.dataset import Dataset, read

ID = "01a2307b-6bd9-77f7-b73a-9588ef9c2a80"
SIZES = {"aluminium_reduction": 700, "aluminium_scrap": 900, "aluminium_ingot": 1200}
PLANTS = {
    "aluminium_reduction": {"units": 40, "years": 1},
    "aluminium_scrap": {"units": 100},
    "aluminium_ingot": {"units": 4, "years": 1},
}
POT = {
    **{"unit": "A-012", "period_start": "2026-11-01", "line_current": 400.1, "cell_voltage": 4.02},
    **{"bath_temperature": 958.4, "excess_alf3": 11.2, "voltage_noise": 17, "ae_frequency": 0.1, "ae_duration": 2.0},
}
Ask = Callable[..., dict[str, Any]]


def pots(seed: Seed, data: Dataset) -> Model:
    X, y, half = data.X, data.y, len(data.X) // 2
    estimator = build(seed)["linear"].fit(X[:half], y[:half])
    predicted = estimator.predict(X[half:])
    return conformalised(seed, "linear", estimator, X, y[half:], predicted, {}, None, X[half:])


def pieces(seed: Seed, data: Dataset) -> Model:
    sample = slice(None, None, 4)  # of the pieces: the time is that of the risk price
    X, y = data.X[sample], data.y[sample]
    table, half = data.table[sample], len(X) // 2
    contents = table[[column.name for column in seed.elements]].to_numpy(dtype=np.float64)
    assert seed.lots is not None
    mass, lots = (table[name].to_numpy() for name in (seed.sorting_rules.mass, seed.lots.name))
    estimator = build_pieces(seed)["linear"].fit(X[:half], y[:half])
    older = LaboratoryPieces(X[:half], y[:half], contents[:half])
    p = estimator.predict_proba(X[half:])
    newer = CalibrationPieces(X[half:], y[half:], contents[half:], mass[half:], lots[half:], p)
    return sorter(seed, "linear", estimator, older, newer, {})


def lots(seed: Seed, data: Dataset) -> Model:
    X, half, n = data.X, len(data.X) // 2, len(seed.elements)
    Y = data.table[[column.name for column in seed.by_role("target")]].to_numpy(dtype=np.float64)
    estimator = build_lots(seed)["linear"].fit(X[:half], Y[:half])
    newer, predicted = Y[half:], estimator.predict(X[half:])
    return grader(seed, "linear", estimator, X, newer[:, :n], newer[:, n:], predicted, {}, X[half:], imputes=True)


MODELS: dict[str, Callable[[Seed, Dataset], Model]] = {
    "aluminium_reduction": pots,
    "aluminium_scrap": pieces,
    "aluminium_ingot": lots,
}


@pytest.fixture(scope="module", params=SIZES)
def process(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any, Model, Any]:
    """A process, its form, a model trained on a small simulated plant, and the rows of the plant's end."""
    seed = load(request.param)
    table = simulate(seed, tmp_path_factory.mktemp(request.param) / "plant", **PLANTS[request.param])
    data = read(table, seed)
    form = offered(seed, 100).predictions
    names = [name for name in (*(one.name for one in seed.identity), *(one.name for one in seed.inputs))]
    rows = data.table[names].tail(20)
    times = {one.name: rows[one.name].dt.strftime("%Y-%m-%dT%H:%M:%S.%f") for one in seed.by_role("time")}
    rows = rows.assign(**times).astype(object)
    return request.param, form, MODELS[request.param](seed, data), rows.where(rows.notna(), None).to_dict("records")


@pytest.fixture
def ask(process: tuple[str, Any, Model, Any]) -> Callable[..., bytes]:
    """Response to rows as the service sends it, whose shape is checked."""
    name, form, model, _ = process

    def sent(rows: Any, **fields: Any) -> bytes:
        given, request = form.read(json.dumps({"rows": rows, **fields}, default=str).encode())
        served = Served(Champion(name, 12, "source"), f"sha256:{'0' * 64}", model)
        requested = RequestedRows(given, request | {"id": ID, "first": 0})
        (answer,) = predictions_of(form.seed).answered(form, model, [requested])
        response = start_of(head_of(name, served, request)) + part_of(answer)
        TypeAdapter(form.answer).validate_json(response)
        return response

    return sent


def test_the_response_to_one_record_is_short(process: tuple[str, Any, Model, Any], ask: Callable[..., bytes]) -> None:
    name, form, _, rows = process
    one = POT if name == "aluminium_reduction" else form.example["rows"][0]
    for row in (one, rows[-1]):
        response = ask([row], coverage=0.9)
        assert len(response) <= SIZES[name], response.decode()


def leaves(value: Any, path: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], Any]:
    if isinstance(value, dict):
        return {leaf: one for name, inner in value.items() for leaf, one in leaves(inner, (*path, name)).items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return {leaf: one for i, inner in enumerate(value) for leaf, one in leaves(inner, (*path, i)).items()}
    return {path: value}


def test_a_response_says_what_the_whole_one_says(
    process: tuple[str, Any, Model, Any], ask: Callable[..., bytes]
) -> None:
    """Value by value; a quantity differs by less than half of a hundredth of its interval's width."""
    _, form, _, rows = process
    short, full = leaves(json.loads(ask(rows))), leaves(json.loads(ask(rows, **whole(form))))
    assert short.keys() < full.keys()
    rounded = 0
    for path, value in short.items():
        if path[-1] in ("value", "low", "high") and full.get((*path[:-1], "low")) is not None:
            low, high = (full[(*path[:-1], end)] for end in ("low", "high"))
            assert value == pytest.approx(full[path], abs=0.005 * (high - low) + 1e-12)
            rounded += value != full[path]
        elif path[-1] == "flags":
            assert set(value) <= set(full[path])
        elif path[-1] == "interval_ratio":
            assert value == pytest.approx(full[path], abs=0.0005)
        else:
            assert value == full[path], path
    assert rounded > 2 * len(rows)


def test_what_is_not_included_is_not_computed(
    process: tuple[str, Any, Model, Any], ask: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Energy, distances to limits, remedies and the text of lots."""

    def fails(*given: Any, **named: Any) -> Any:
        raise AssertionError("nothing asks for it")

    for name in (
        "models.quality.model.distances",
        "models.quality.model.remedies",
        "operations.predictions.energy.accounting.energy_answers",
        "operations.predictions.pieces.predictions.lot_answers",
    ):
        monkeypatch.setattr(name, fails)
    _, form, _, rows = process
    ask(rows)
    for word in ("energy", "limits", "remedies", "lots"):
        if word in form.words:
            with pytest.raises(AssertionError, match="nothing asks for it"):
                ask(rows, include=[word])


def test_the_page_of_operations_lists_the_words_of_all_processes() -> None:
    text = (Path(__file__).parents[3] / "docs" / "reference" / "operations.md").read_text(encoding="utf-8")
    section = text.split("## Parts of a prediction")[1]
    listed = {word for row in re.findall(r"^\| (`.*?) \|", section, re.M) for word in re.findall(r"`(\w+)`", row)}
    assert listed == {word for seed in load_all().values() for word in offered(seed, 1).predictions.words}
