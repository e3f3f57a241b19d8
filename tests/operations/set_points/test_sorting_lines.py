"""Set-points of a sorting line over HTTP: the plan of a belt in, thresholds and a load or a refusal out."""

from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.sorting.candidates import build
from models.sorting.fit import CalibrationPieces, LaboratoryPieces, sorter
from models.sorting.model import SortingModel
from models.sorting.setpoints.assayed import Assayed
from models.storage.model_files import save
from models.table.inputs import matrix
from seeds import Seed
from seeds.format.loader import parse
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.models.sorting.setpoints.conftest import LOAD as OCCUPANCY

URL = "/v1/toy_scrap"
GAIN, OTHER, LOAD = "least_gain.bin_a", "least_gain.bin_bc", "occupancy"
PLAN = {"lot": "L-900", "passed_at": "2026-11-01T06:00"}
Post = Callable[..., Any]
Frame = Callable[..., pd.DataFrame]


@pytest.fixture(scope="module")
def seed(toy_sorting_seed: Seed) -> Seed:
    """The toy that sorts, with the load of its belt measured."""
    before, mass, after = toy_sorting_seed.text.partition('[[columns]]\nname = "mass"')
    return parse(before + OCCUPANCY + mass + after, Path("toy_scrap.toml"))


def with_loads(frame: pd.DataFrame) -> pd.DataFrame:
    """Pieces whose lots had loads of their own."""
    names = frame["lot"].unique()
    loads = dict(zip(names, np.random.default_rng(0).uniform(0.06, 0.16, len(names)), strict=True))
    return frame.assign(occupancy=frame["lot"].map(loads))


@pytest.fixture(scope="module")
def model(seed: Seed, toy_sorting_frame: Frame) -> SortingModel:
    """A sorter that keeps 30 assayed lots of later days."""

    def parts(frame: pd.DataFrame) -> tuple[Any, ...]:
        y = pd.Categorical(frame["metal"], seed.classes).codes.astype(np.float64)
        return matrix(frame, seed), y, frame[["x", "z"]].to_numpy()

    frame, later = (with_loads(toy_sorting_frame(lots=lots, rng_seed=n)) for lots, n in ((60, 1), (30, 2)))
    old, new = frame.iloc[:2400], frame.iloc[2400:]
    estimator = build(seed)["linear"].fit(*parts(old)[:2])
    calibrate = (new["mass"].to_numpy(), new["lot"].to_numpy(), estimator.predict_proba(parts(new)[0]))
    made = sorter(
        seed, "linear", estimator, LaboratoryPieces(*parts(old)), CalibrationPieces(*parts(new), *calibrate), {}
    )
    X, y, contents = parts(later)
    assayed = Assayed(X, y.astype(np.intp), contents, later["lot"].to_numpy(dtype=object)).as_kept()
    return replace(made, learnt={"set-points": assayed})


@pytest.fixture
def serve(model: SortingModel, seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Service]:
    """Maker of a service whose champion is stored with other parts."""

    def make(**parts: Any) -> Service:
        folder = tmp_path / "seeds"
        folder.mkdir()
        (folder / "toy_scrap.toml").write_text(seed.text, encoding="utf-8")
        monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
        save(replace(model, **parts), tmp_path / "stored")
        store = FolderStore()
        store.point("toy_scrap", 2, tmp_path / "stored")
        app = create_app(ServiceSettings(), store)
        app.champions.refresh()
        return app

    return make


@pytest.fixture
def app(serve: Callable[..., Service]) -> Service:
    return serve()


@pytest.fixture
def post(lot_sender: Callable[..., Post], app: Service) -> Post:
    return lot_sender(app, URL, (PLAN,))


@pytest.fixture
def faults(lot_faults: Callable[..., Any], post: Post) -> Callable[..., list[dict[str, Any]]]:
    return lot_faults(post, (PLAN,))


# ---- answers


def test_a_belt_that_could_carry_more_is_told_how_much(post: Post, model: SortingModel) -> None:
    response = post("recommendations")
    assert (response["process"], response["task"], response["model"]["version"], response["advisory"]) == (
        *("toy_scrap", "sorting", 2, True),
    )
    (row,) = response["recommendations"]
    assert (row["lot"], row["passed_at"], row["refusal"]) == ("L-900", "2026-11-01T06:00", None)
    assert list(row["setpoints"]) == [GAIN, OTHER, LOAD]
    load = row["setpoints"][LOAD]
    lots = model.learnt["set-points"].X[:, model.names.index(LOAD)]
    assert load["plan"] < load["recommended"] <= lots.max()
    assert (load["unit"], row["setpoints"][GAIN]["unit"], row["gain"]["unit"]) == ("1", "$/kg", "$/t")
    assert 0 < row["gain"]["low"] < row["gain"]["value"] < row["gain"]["high"]
    assert row["effects"]["feed"]["value"] == pytest.approx(load["move"] / load["plan"])
    assert row["effects"]["value_of_a_tonne"]["unit"] == "$/t"
    (limit,) = row["limits"]
    assert (limit["name"], limit["at_most"], limit["unit"], limit["max_violation_probability"]) == (
        "bin_a.x",
        0.9,
        "wt%",
        0.1,
    )
    assert 0 <= limit["violation_probability_before"] <= 0.1
    assert row["cause"] == "more feed in the same time"
    assert row["supporting_rows"] == 30


def test_a_what_if_states_what_a_stricter_bin_brings(post: Post) -> None:
    (row,) = post("what-if", moves={GAIN: 1.0})["what_if"]
    assert row["setpoints"][GAIN] == {"plan": 0.0, "move": 1.0, "recommended": 1.0, "unit": "$/kg"}
    assert row["gain"]["value"] < 0  # what it turns away was worth ejecting
    assert row["cause"] is None
    assert row["refusal"] is None


def test_moves_may_be_stated_lot_by_lot(post: Post) -> None:
    rows = [PLAN, PLAN | {"lot": "L-901", LOAD: 0.08}]
    first, other = post("what-if", rows, moves={"L-901": {LOAD: 0.02}})["what_if"]
    assert first["gain"]["value"] == 0.0
    assert other["setpoints"][LOAD]["recommended"] == pytest.approx(0.1)
    assert other["gain"]["value"] > 0


def test_prices_of_the_day_are_reckoned_with_and_stated(post: Post) -> None:
    dear = {"bin_a": {"a": 4.0, "b": None}, "bin_bc": None}
    own, other = (post("what-if", moves={LOAD: 0.01}, prices=prices) for prices in ({}, dear))
    assert other["prices"]["bin_a.a"] == {"value": 4.0, "unit": "$/kg"}
    assert other["prices"]["bin_a.b"] == own["prices"]["bin_a.b"] == {"value": -1.0, "unit": "$/kg"}
    assert other["what_if"][0]["gain"]["value"] > own["what_if"][0]["gain"]["value"]


def test_a_load_that_no_lot_had_is_refused(post: Post) -> None:
    (row,) = post("recommendations", [PLAN | {LOAD: 0.5}])["recommendations"]
    assert row["refusal"].startswith("occupancy 0.5 outside 0.06")
    assert row["gain"]["value"] == 0.0


def test_examples_of_the_schema_are_answered(app: Service, call: Any) -> None:
    for verb in ("recommendations", "what-if"):
        operation = app.openapi_of("toy_scrap")["paths"][f"{URL}/{verb}"]["post"]
        example = operation["requestBody"]["content"]["application/json"]["example"]
        response = call(app, "POST", f"{URL}/{verb}", json=example)
        assert response.status_code == HTTPStatus.OK, response.text


# ---- requests that cannot be answered


@pytest.mark.parametrize(
    ("row", "field", "expected"),
    [
        ({"passed_at": "2026-11-01"}, "lot", "this field, which is required"),
        (PLAN | {LOAD: 0.0}, LOAD, "more than 0 1"),
        (PLAN | {GAIN: -0.1}, GAIN, "at least 0 $/kg"),
        (PLAN | {"least_gain.gold": 0.1}, "least_gain.gold", "no such field; the nearest is least_gain.bin_a"),
        (PLAN | {"passed_at": "soon"}, "passed_at", "an ISO 8601 date or time, such as 2026-11-01"),
    ],
)
def test_plans_that_cannot_be_are_faults(
    faults: Callable[..., Any], row: dict[str, Any], field: str, expected: str
) -> None:
    (fault,) = faults("recommendations", [row])
    assert (fault["row"], fault["field"], fault["expected"]) == (0, field, expected)


@pytest.mark.parametrize(
    ("prices", "field"),
    [
        ({"bin_z": {"a": 1.0}}, "prices.bin_z"),
        ({"bin_a": {"gold": 1.0}}, "prices.bin_a.gold"),
        ({"bin_a": {"a": "dear"}}, "prices.bin_a.a"),
    ],
)
def test_prices_that_cannot_be_are_faults(faults: Callable[..., Any], prices: dict[str, Any], field: str) -> None:
    (fault,) = faults("recommendations", prices=prices)
    assert fault["field"] == field


@pytest.mark.parametrize(
    ("moves", "field", "expected"),
    [
        ({GAIN: 5.0}, f"moves.{GAIN}", "plan 0 and move 5 together at most 1.7 $/kg"),
        ({GAIN: -0.1}, f"moves.{GAIN}", "plan 0 and move -0.1 together at least 0 $/kg"),
        ({"L-901": {LOAD: 0.01}}, "moves.L-901", "a unit that one of rows plans"),
        ({"least_gain.gold": 0.1}, "moves.least_gain.gold", "no such field; the nearest is least_gain.bin_a"),
    ],
)
def test_moves_that_cannot_be_are_faults(
    faults: Callable[..., Any], moves: dict[str, Any], field: str, expected: str
) -> None:
    (fault,) = faults("what-if", moves=moves)
    assert (fault["field"], fault["expected"]) == (field, expected)


def test_a_load_beyond_what_is_known_is_a_fault_with_its_bound(faults: Callable[..., Any], model: SortingModel) -> None:
    (fault,) = faults("what-if", [PLAN | {LOAD: 0.1}], moves={LOAD: 0.4})
    assert fault["bound"] == pytest.approx(model.learnt["set-points"].X[:, model.names.index(LOAD)].max())
    assert (fault["field"], fault["value"]) == (f"moves.{LOAD}", 0.5)


# ---- versions without


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [("3 latest lots outside the training rows", "3 latest lots"), (None, "it was trained without them")],
)
def test_a_version_without_assayed_pieces_says_why_and_what_it_can_do(
    serve: Callable[..., Service], call: Any, refusal: str | None, reason: str
) -> None:
    app = serve(learnt={}, refusals={} if refusal is None else {"set-points": refusal})
    response = call(app, "POST", f"{URL}/recommendations", json={"rows": [PLAN]})
    assert response.status_code == HTTPStatus.NOT_FOUND
    detail = response.json()["detail"]
    assert detail.startswith(f"version 2 of toy_scrap recommends no set-points: {reason}")
    assert detail.endswith(f"answers POST {URL}/predictions")


@pytest.mark.parametrize("verb", ["pareto", "experiments"])
def test_ways_to_ask_that_a_line_does_not_offer_say_why_and_what_there_is(app: Service, call: Any, verb: str) -> None:
    response = call(app, "POST", f"{URL}/{verb}", json={"rows": [PLAN]})
    assert response.status_code == HTTPStatus.NOT_FOUND
    detail = response.json()["detail"]
    assert detail.startswith(f"nothing is at {URL}/{verb}: ")
    assert detail.endswith(f"answers POST {URL}/predictions, {URL}/recommendations, {URL}/what-if, {URL}/outcomes")
