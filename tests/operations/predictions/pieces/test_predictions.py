"""Sorting through the service in process: what it decides, and what it tells of the lots."""

import copy
import json
import math
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pandas as pd
import pytest
from pydantic import TypeAdapter

from models.sorting.model import SortingModel
from models.sorting.values import value_matrix
from models.table.inputs import matrix
from operations.predictions.pieces.forms import DEFINED_ON
from seeds import Seed
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from tests.suite.whole import whole

URL = "/v1/toy_scrap/predictions"
INPUTS = ("s1", "s2", "s3", "mass")
A_PIECE = {"lot": "L-1", "passed_at": "2026-11-01T06:00:00.020", "s1": 0.0, "s2": 0.0, "s3": 0.0, "mass": 30.0}
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def model(save_toy_sorter: Callable[..., SortingModel], tmp_path: Path) -> SortingModel:
    return save_toy_sorter(tmp_path / "one")


@pytest.fixture
def app(
    model: SortingModel, toy_folder: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Service:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_scrap")))
    store = FolderStore()
    store.point("toy_scrap", 1, tmp_path / "one")
    made = create_app(ServiceSettings(), store)
    made.champions.refresh()
    return made


@pytest.fixture
def ask(app: Service, call: Callable[..., httpx.Response]) -> Ask:
    """Answer to rows, whose shape is checked."""

    def answered(rows: Any, **more: Any) -> dict[str, Any]:
        response = call(app, "POST", URL, json={"rows": rows, **whole(app.taken[0].predictions), **more})
        assert response.status_code == HTTPStatus.OK, response.text
        TypeAdapter(app.taken[0].predictions.answer).validate_json(response.content)
        predictions: dict[str, Any] = response.json()
        return predictions

    return answered


@pytest.fixture
def frame(toy_sorting_frame: Callable[..., pd.DataFrame]) -> pd.DataFrame:
    return toy_sorting_frame(lots=3, pieces=40, rng_seed=7)


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    cells = frame[list(INPUTS)].astype(object).where(frame[list(INPUTS)].notna(), None)
    times = [time.isoformat() for time in frame["passed_at"]]
    return [
        {"lot": lot, "passed_at": time, **dict(zip(INPUTS, row, strict=True))}
        for lot, time, row in zip(frame["lot"], times, cells.to_numpy().tolist(), strict=True)
    ]


def held(lots: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], float]]:
    """Every mass and variance of lots, with its place."""
    for lot, state in lots.items():
        for name, one in state["bins"].items():
            yield (lot, name, "mass"), one["mass"]["value"]
            for element, known in one["elements"].items():
                for part in ("mass", "variance"):
                    yield (lot, name, element, part), known[part]["value"]


# ---- decisions ----


def test_a_prediction_has_the_fields_that_are_promised(ask: Ask) -> None:
    predictions = ask([A_PIECE])
    assert list(predictions) == ["process", "model", "coverage", "interval", "predictions", "lots", "guarantee"]
    (prediction,) = predictions["predictions"]
    assert list(prediction) == [
        *("id", "lot", "passed_at", "class", "class_probabilities"),
        *("elements", "bin", "expected_value", "flags"),
    ]
    assert (prediction["class"], prediction["bin"]) == ("a", "bin_a")
    assert prediction["elements"]["x"]["unit"] == "wt%"
    assert prediction["expected_value"]["unit"] == "$/kg"
    assert (prediction["lot"], prediction["passed_at"]) == ("L-1", "2026-11-01T06:00:00.020")


def test_decisions_are_the_models_own(
    ask: Ask, model: SortingModel, frame: pd.DataFrame, toy_sorting_seed: Seed
) -> None:
    X = matrix(frame, toy_sorting_seed)
    p = model.probabilities(X)
    done, flags = model.sort(X, frame["lot"].tolist(), p=p), model.flags(X, p)
    x = model.elements(X, 0.8, p)["x"]
    reported = ask(rows_of(frame), coverage=0.8)
    predictions = reported["predictions"]
    assert [list(one["class_probabilities"].values()) for one in predictions] == p.tolist()
    assert [one["bin"] for one in predictions] == [toy_sorting_seed.bins[b].name for b in done.bin]
    assert [one["expected_value"]["value"] for one in predictions] == done.expected_value.tolist()
    for part in ("value", "low", "high"):
        assert [one["elements"]["x"][part] for one in predictions] == getattr(x, part).tolist()
    own = [[flag for flag in one["flags"] if "closed to keep" not in flag] for one in predictions]
    assert own == flags


def test_class_is_the_most_probable_and_probabilities_sum_to_one(ask: Ask, frame: pd.DataFrame) -> None:
    for one in ask(rows_of(frame))["predictions"]:
        p = one["class_probabilities"]
        assert p[one["class"]] == max(p.values())
        assert sum(p.values()) == pytest.approx(1, abs=1e-12)


def test_elements_that_no_signal_carries_are_left_out(
    ask: Ask, app: Service, call: Callable[..., httpx.Response]
) -> None:
    (prediction,) = ask([A_PIECE])["predictions"]
    (process,) = call(app, "GET", "/v1/processes").json()["processes"]
    assert list(prediction["elements"]) == process["sorting"]["predicted_elements"] == ["x"]
    assert [one["name"] for one in process["quantities"]] == ["x", "z"]


def test_a_piece_unlike_any_learnt_goes_to_the_rest(ask: Ask) -> None:
    (prediction,) = ask([A_PIECE | {"s1": 40.0, "s2": -40.0, "s3": 40.0}])["predictions"]
    assert prediction["bin"] == "rest"
    assert "out of distribution" in prediction["flags"]


# ---- lots ----


def test_a_lot_cut_into_two_requests_is_sorted_as_one(ask: Ask, frame: pd.DataFrame) -> None:
    rows = rows_of(frame)
    whole = ask(rows)
    first = ask(rows[:50])
    second = ask(rows[50:], lots=first["lots"])
    assert [one["bin"] for one in first["predictions"] + second["predictions"]] == [
        one["bin"] for one in whole["predictions"]
    ]
    parts, at_once = dict(held(second["lots"])), dict(held(whole["lots"]))
    assert parts.keys() == at_once.keys()
    assert list(parts.values()) == pytest.approx(list(at_once.values()), rel=1e-9, abs=1e-15)


def test_a_lot_without_a_row_comes_back_to_the_last_bit(ask: Ask, frame: pd.DataFrame) -> None:
    lots = ask(rows_of(frame))["lots"]
    assert len(lots) == 3
    back = ask([A_PIECE], lots=lots)["lots"]
    assert back.keys() == {*lots, "L-1"}
    assert {name: back[name] for name in lots} == lots


def test_what_is_for_the_reader_may_be_left_out_and_changes_nothing(ask: Ask, frame: pd.DataFrame) -> None:
    rows = rows_of(frame)
    lots = ask(rows[:20])["lots"]
    expected = ask(rows[20:40], lots=lots)["lots"]
    bare, false = copy.deepcopy(lots), copy.deepcopy(lots)
    for state in bare.values():
        for one in state["bins"].values():
            one["elements"] = {name: {p: e[p] for p in ("mass", "variance")} for name, e in one["elements"].items()}
    for state in false.values():
        state["bins"]["bin_a"]["elements"]["x"]["limit"]["value"] = 99.0
    assert ask(rows[20:40], lots=bare)["lots"] == ask(rows[20:40], lots=false)["lots"] == expected


def test_bins_hold_what_went_in_and_what_was_ejected_along_with_it(
    ask: Ask, frame: pd.DataFrame, toy_sorting_seed: Seed
) -> None:
    predictions = ask(rows_of(frame))
    along = 1 + toy_sorting_seed.sorting_rules.co_ejection.value
    for lot, state in predictions["lots"].items():
        for name, one in state["bins"].items():
            went = [
                mass
                for mass, where in zip(frame["mass"], predictions["predictions"], strict=True)
                if (where["lot"], where["bin"]) == (lot, name)
            ]
            expected = sum(went) / 1000 * (1 if name == "rest" else along)
            assert one["mass"]["value"] == pytest.approx(expected, rel=1e-12)


def test_shares_and_limits_are_those_of_the_masses(ask: Ask, frame: pd.DataFrame, model: SortingModel) -> None:
    predictions = ask(rows_of(frame))["lots"]
    assert [state["bins"]["bin_bc"]["elements"] for state in predictions.values()] == [{}] * 3
    for state in predictions.values():
        one = state["bins"]["bin_a"]
        x = one["elements"]["x"]
        assert x["share"]["value"] == pytest.approx(100 * x["mass"]["value"] / one["mass"]["value"])
        assert x["limit"] == {"value": 0.9, "unit": "wt%"}
        room = one["mass"]["value"] + 0.02 * 2
        assert x["mass"]["value"] + x["remaining_mass"]["value"] == pytest.approx(0.009 * room, rel=1e-12)
        assert x["remaining_mass"]["value"] > -1e-12


def test_an_empty_lot_has_no_shares(ask: Ask, toy_sorting_seed: Seed) -> None:
    nothing = {"mass": {"value": 0.0, "unit": "kg"}, "variance": {"value": 0.0, "unit": "kg²"}}
    bins = {
        one.name: {"mass": nothing["mass"], "elements": dict.fromkeys(one.limits, nothing)}
        for one in toy_sorting_seed.bins
    }
    sent = ask([A_PIECE], lots={"L-1": {"bins": bins}, "L-2": {"bins": bins}})["lots"]
    assert sent["L-1"] == ask([A_PIECE])["lots"]["L-1"]
    assert sent["L-2"]["bins"]["bin_a"]["elements"]["x"]["share"] is None


def test_a_bin_at_its_limit_takes_no_more_and_a_flag_says_so(ask: Ask) -> None:
    lots = ask([A_PIECE])["lots"]
    full = lots["L-1"]["bins"]["bin_a"]
    full["mass"]["value"], full["elements"]["x"]["mass"]["value"] = 1.5, 1.5 * 0.009 + 0.001
    predictions = ask([A_PIECE], lots=lots)
    (prediction,) = predictions["predictions"]
    assert prediction["bin"] == "bin_bc"
    assert prediction["flags"] == ["bin_a closed to keep the lot's limits"]
    assert predictions["lots"]["L-1"]["bins"]["bin_a"]["elements"]["x"]["remaining_mass"]["value"] < 0


def test_a_lot_beyond_its_mass_is_still_sorted(ask: Ask) -> None:
    lots = ask([A_PIECE])["lots"]
    lots["L-1"]["bins"]["bin_a"]["mass"]["value"] = 1e6
    predictions = ask([A_PIECE], lots=lots)
    assert predictions["predictions"][0]["bin"] == "bin_a"
    assert predictions["lots"]["L-1"]["bins"]["bin_a"]["mass"]["value"] == pytest.approx(1e6 + 0.0306, rel=1e-12)


def test_a_piece_without_mass_counts_as_a_typical_one_and_is_flagged(ask: Ask) -> None:
    predictions = ask([A_PIECE | {"mass": None}])
    assert "mass missing" in predictions["predictions"][0]["flags"]
    bins = predictions["lots"]["L-1"]["bins"]
    assert bins[predictions["predictions"][0]["bin"]]["mass"]["value"] == pytest.approx(0.035 * 1.02)


def test_a_piece_of_which_nothing_is_known_is_flagged_and_gets_wide_intervals(ask: Ask) -> None:
    nothing, known = (ask([row])["predictions"][0] for row in (A_PIECE | dict.fromkeys(INPUTS), A_PIECE))
    assert "mass missing" in nothing["flags"]
    assert "missing_inputs" not in known
    missing = nothing["missing_inputs"]
    assert (missing["count"], missing["any_measured"]) == (len(INPUTS), False)
    assert sum(nothing["class_probabilities"].values()) == pytest.approx(1.0, rel=1e-9)
    width = [one["elements"]["x"]["high"] - one["elements"]["x"]["low"] for one in (nothing, known)]
    assert width[0] > 2 * width[1]
    assert 1.5 < missing["interval_ratio"] < width[0] / width[1] * 1.5  # a mean of pieces, of which this is one


def test_a_thousand_pieces_of_many_lots_are_one_request(
    ask: Ask, toy_sorting_frame: Callable[..., pd.DataFrame]
) -> None:
    rows = rows_of(toy_sorting_frame(lots=20, pieces=50, rng_seed=9))
    predictions = ask(rows)
    assert [one["lot"] for one in predictions["predictions"]] == [row["lot"] for row in rows]
    assert len(predictions["lots"]) == 20
    assert len({one["id"] for one in predictions["predictions"]}) == 1000
    assert predictions["guarantee"]["pieces"] == 1000  # not those of the last block alone
    mixed = ask([row for pair in zip(rows[:50], rows[50:100], strict=True) for row in pair])
    assert mixed["lots"].keys() == {"L-00001", "L-00002"}
    for lot in mixed["lots"]:
        assert dict(held({lot: mixed["lots"][lot]})) == pytest.approx(
            dict(held({lot: predictions["lots"][lot]})), abs=1e-15
        )


# ---- prices ----


def test_prices_replace_the_seeds_and_the_rest_of_them_stays(
    ask: Ask, model: SortingModel, frame: pd.DataFrame, toy_sorting_seed: Seed
) -> None:
    prices = {"bin_a": {"a": 0.1}, "bin_bc": {"b": 9.0, "c": None}, "rest": None}
    X, lots = matrix(frame, toy_sorting_seed), frame["lot"].tolist()
    values = value_matrix(toy_sorting_seed, {"bin_a": {"a": 0.1}, "bin_bc": {"b": 9.0}})
    done = model.sort(X, lots, values)
    predictions = ask(rows_of(frame), prices=prices)["predictions"]
    assert [one["bin"] for one in predictions] == [toy_sorting_seed.bins[b].name for b in done.bin]
    assert [one["expected_value"]["value"] for one in predictions] == done.expected_value.tolist()
    assert [one["bin"] for one in predictions] != [one["bin"] for one in ask(rows_of(frame))["predictions"]]


def test_where_nothing_is_worth_ejecting_all_goes_to_the_rest(ask: Ask, frame: pd.DataFrame) -> None:
    worthless = {name: dict.fromkeys(("a", "b", "c", "other"), -1e6) for name in ("bin_a", "bin_bc", "rest")}
    predictions = ask(rows_of(frame), prices=worthless)
    assert {one["bin"] for one in predictions["predictions"]} == {"rest"}
    assert [one["expected_value"]["value"] for one in predictions["predictions"]] == pytest.approx([-1e6] * len(frame))


def test_the_guarantee_stands_in_the_answer_and_not_for_prices_of_the_day(ask: Ask, model: SortingModel) -> None:
    price = {"value": model.risk_price, "unit": "$/kg"}
    assert model.calibration is not None
    rests_on = {"calibration_lots": model.calibration.lots, "risk_price": price, "defined_on": DEFINED_ON}
    rests_on |= {"pieces": 1, "incomplete_pieces": 0}
    predictions = ask([A_PIECE])["guarantee"]
    assert predictions == {"confidence": 0.9, "calibration_confidence": 0.6, "withheld": None} | rests_on
    for none in ({}, {"bin_a": None}, {"bin_a": {"a": None}}):
        assert ask([A_PIECE], prices=none)["guarantee"]["confidence"] == 0.9
    predictions = ask([A_PIECE], prices={"bin_a": {"a": 2.1}})["guarantee"]
    withheld = "prices were given, for which the risk price was not calibrated"
    assert predictions == {"confidence": None, "calibration_confidence": None, "withheld": withheld} | rests_on


def test_of_a_name_that_stands_twice_the_last_counts(
    app: Service, ask: Ask, call: Callable[..., httpx.Response]
) -> None:
    row = json.dumps(A_PIECE)[:-1] + ', "mass": 60.0}'
    body = f'{{"prices": {{"bin_a": {{"a": 5}}}}, "prices": {{}}, "include": ["lots"], "rows": [{row}]}}'
    predictions = call(app, "POST", URL, content=body, headers={"content-type": "application/json"}).json()
    assert predictions["lots"] == ask([A_PIECE | {"mass": 60.0}])["lots"]
    assert predictions["guarantee"]["confidence"] == 0.9


@pytest.mark.parametrize(
    ("price", "reason"),
    [
        (math.nan, "no bin has a limit"),
        (math.inf, "no risk price was shown to keep the limits often enough: bins with limits stay closed"),
    ],
)
@pytest.mark.parametrize("prices", [{}, {"bin_a": {"a": 2.1}}])
def test_a_model_without_limits_promises_nothing_nor_does_one_whose_bins_stay_closed(
    price: float, reason: str, prices: dict[str, Any], app: Service, ask: Ask
) -> None:
    served = app.champions.statuses["toy_scrap"].served
    assert served is not None
    object.__setattr__(served.model, "risk_price", price)
    predictions = ask([A_PIECE], prices=prices)["guarantee"]
    nothing = dict.fromkeys(("confidence", "calibration_confidence", "risk_price"))
    assert predictions == nothing | {
        "calibration_lots": predictions["calibration_lots"],
        "defined_on": DEFINED_ON,
        "pieces": 1,
        "incomplete_pieces": 0,
        "withheld": reason,
    }


def test_a_model_calibrated_before_says_nothing_of_a_single_calibration(app: Service, ask: Ask) -> None:
    served = app.champions.statuses["toy_scrap"].served
    assert served is not None
    object.__setattr__(served.model, "calibration", None)
    predictions = ask([A_PIECE])["guarantee"]
    assert (predictions["confidence"], predictions["withheld"]) == (0.9, None)
    assert (predictions["calibration_confidence"], predictions["calibration_lots"]) == (None, None)


def test_processes_tell_what_decisions_rest_on(app: Service, call: Callable[..., httpx.Response]) -> None:
    (process,) = call(app, "GET", "/v1/processes").json()["processes"]
    predictions = process["sorting"]
    assert (predictions["classes"], predictions["other_class"]) == (["a", "b", "c", "other"], "other")
    assert predictions["lot_mass"] == {"value": 2.0, "unit": "kg"}
    assert predictions["confidence"] == 0.9
    first, *_, last = predictions["bins"]
    assert first == {
        "name": "bin_a",
        "title": "metal a",
        "rest": False,
        "value": {"a": 2.0, "b": -1.0, "c": -3.0, "other": -3.0},
        "unit": "$/kg",
        "limits": {"x": {"value": 0.9, "unit": "wt%"}},
        "sd_limits": {},
    }
    assert (last["rest"], last["limits"], last["sd_limits"]) == (True, {}, {})


def test_an_explanation_sums_to_how_much_more_probable_the_class_is_than_the_next(ask: Ask) -> None:
    rows = [A_PIECE, A_PIECE | {"s1": 3.0, "s3": None}, A_PIECE | {"s2": 1.5}]
    words = ["explanation", "class_probabilities", "expected_value", "missing_inputs"]
    for plain, one in zip(ask(rows)["predictions"], ask(rows, include=words)["predictions"], strict=True):
        assert "explanation" not in plain
        assert {name: value for name, value in one.items() if name not in ("id", "explanation")} == {
            name: value for name, value in plain.items() if name != "id"
        }
        first, second = sorted(one["class_probabilities"].items(), key=lambda item: -item[1])[:2]
        reason = one["explanation"]
        assert (reason["quantity"], reason["unit"]) == (f"ln(p({first[0]})/p({second[0]}))", "1")
        total = reason["base_value"] + sum(part["contribution"] for part in reason["contributions"])
        assert total == pytest.approx(math.log(first[1] / second[1]), rel=1e-9)
