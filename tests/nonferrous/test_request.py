"""Operations that are requested of a table: by any name, with fields of the request, or refused with the reason."""

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.setpoints.errors import SetpointError
from models.warnings.learning import learn
from nonferrous.command_line import main
from nonferrous.request import fields_of, operation_of
from nonferrous.table_request import requested, written
from operations.forms.faults import RequestError
from operations.forms.plan_rows import PlanError
from operations.set_points.units import UnitRecommendations
from operations.warnings.operation import Warnings
from seeds import load
from tests.models.warnings.conftest import event
from tests.models.warnings.test_learning import blocks_of
from tests.suite.pots import without_readings


@pytest.fixture
def champion(monkeypatch):
    """Setter of what the champion of a process has learnt, and of reasons why it has not."""

    def make(seed, refusals=None, **trained):
        model = SimpleNamespace(seed=seed, learnt=trained, refusals=refusals or {})
        tracking = SimpleNamespace(versions=lambda process: [], model=lambda version: model)
        monkeypatch.setattr("registry.tracking.Tracking", lambda settings: tracking)
        monkeypatch.setattr("registry.promotion.champion_of", lambda *given: SimpleNamespace(number=3))

    return make


def silent(*message):
    return None


@pytest.mark.parametrize(
    ("refusals", "reason"),
    [
        ({"set-points": "got 90 rows"}, "got 90 rows"),
        ({}, "its set-points are unknown, or it was trained without them"),
    ],
)
def test_a_champion_that_has_not_learnt_it_says_why(refusals, reason, champion, potline, tmp_path):
    champion(potline, refusals)
    with pytest.raises(PlanError, match=f"version 3 recommends no set-points: {reason}"):
        requested(potline, UnitRecommendations(), tmp_path / "absent", dict, silent)


def test_a_champion_without_warnings_says_why(champion, tmp_path, toy_seed):
    champion(toy_seed)
    with pytest.raises(PlanError, match="gives no warnings: its seed names no event"):
        requested(toy_seed, Warnings(), tmp_path / "absent", dict, silent)


@pytest.fixture
def planned_pots(table, potline, tmp_path):
    """A table whose first pot plans a period that has not begun."""
    today = pd.Timestamp.today().normalize()
    starts = [today - pd.Timedelta(days=70), today - pd.Timedelta(days=40), today - pd.Timedelta(days=10)]
    table["period_start"] = [*starts, starts[0], starts[1]]
    rows = without_readings(table, potline, "A-1")
    later = rows["period_start"].where(rows.index != 2, today + pd.Timedelta(days=20)).astype("datetime64[us]")
    rows.assign(period_start=later).to_parquet(tmp_path / "table.parquet")
    return tmp_path / "table.parquet"


def test_the_plan_of_a_period_that_has_not_begun_is_read(champion, potline, planned_pots, monkeypatch):
    calls = []
    model = SimpleNamespace(seed=potline, priced=lambda prices: {"power_price": 0.055} | prices)
    champion(potline, **{"set-points": model})
    monkeypatch.setattr("operations.set_points.units.recommend_line", lambda *given: calls.append(given) or ([], None))
    monkeypatch.setattr("operations.set_points.units.advice_rows", lambda advices, request, model: request.units)
    options = {"prices": {"power_price": 0.09}}
    result = requested(potline, UnitRecommendations(), planned_pots, lambda form: options, silent)
    assert result.notes == ("no advice for 1 unit whose newest row is no plan",)
    assert result.answer["recommendations"] == ["A-1"]
    assert result.answer["prices"] == {"power_price": {"value": 0.09, "unit": "$/kWh"}}
    ((_, read, prices, limit),) = calls
    assert (len(read), prices, limit) == (5, {"power_price": 0.09}, None)


def test_what_a_model_refuses_is_said_in_its_own_words(champion, potline, planned_pots):
    def refuse(prices):
        raise SetpointError("economics.power_price: got -1: expected 0 or more")

    champion(potline, **{"set-points": SimpleNamespace(seed=potline, priced=refuse)})
    with pytest.raises(PlanError, match=r"^economics\.power_price: got -1: expected 0 or more$"):
        requested(potline, UnitRecommendations(), planned_pots, lambda form: {"prices": {}}, silent)


def test_fields_are_json_or_text_by_their_places():
    given = ["coverage=0.8", "prices.power_price=0.06", "prices.carbon_price_direct=80", "name=a text", "stops=true"]
    assert fields_of(given) == {
        "coverage": 0.8,
        "prices": {"power_price": 0.06, "carbon_price_direct": 80},
        "name": "a text",
        "stops": True,
    }


@pytest.mark.parametrize("given", [["coverage"], ["=3"], ["a=1", "a.b=2"]])
def test_a_field_that_is_none_ends_with_exit_code_2(given, capsys):
    with pytest.raises(SystemExit) as end:
        fields_of(given)
    assert end.value.code == 2
    assert "--set: got" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("process", "name", "message"),
    [
        ("aluminium_scrap", "pareto", "no operation pareto: what sorting emits is not known"),
        ("zinc_leach_filter", "schedules", "no operation schedules; it offers predictions"),
        ("zinc_leach_filter", "dreams", "no operation dreams; it offers predictions"),
    ],
)
def test_an_operation_that_is_not_offered_ends_with_the_reason(process, name, message, capsys):
    with pytest.raises(SystemExit) as end:
        operation_of(load(process), name)
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_outcomes_are_sent_to_the_service(monkeypatch, capsys, tmp_path):
    out = tmp_path / "o.csv"
    monkeypatch.setattr(
        sys, "argv", ["nonferrous", "request", "outcomes", "lead_refining", "--data", "d", "--out", str(out)]
    )
    monkeypatch.setattr("signal.signal", lambda *given: None)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert "outcomes: is stored and not computed" in capsys.readouterr().err


def test_a_table_is_warned_of_what_follows_it_or_of_what_it_plans(champion, seed_with, remembering, tmp_path):
    seed = seed_with(event("at_least = 4.4"))
    rows = remembering(seed)
    champion(seed, warnings=learn(rows, seed, blocks_of(rows, seed)))
    rows.to_parquet(tmp_path / "table.parquet", index=False)
    result = requested(seed, Warnings(), tmp_path / "table.parquet", lambda form: {}, silent)
    units = rows["unit"].nunique()
    assert result.notes[0].startswith("Warning: no row plans a period")
    assert len(result.answer["warnings"]) == units
    assert written(result, tmp_path / "warnings.csv") == units
    frame = pd.read_csv(tmp_path / "warnings.csv", parse_dates=["period_start"])
    assert set(frame["period_start"]) == {rows["period_start"].max() + pd.Timedelta(seed.period)}
    assert frame["alarm"].tolist() == (frame["probability [1]"] > frame["threshold [1]"]).tolist()
    empty = replace(result, answer={**result.answer, "warnings": []})
    assert written(empty, tmp_path / "none.csv") == 0
    assert not (tmp_path / "none.csv").exists()
    # The same periods as plans say the same; units without one are left out.
    plans = rows.groupby("unit").tail(1).head(5).assign(z=np.nan, y=np.nan, tapped=np.nan)
    plans["period_start"] += pd.Timedelta(seed.period)
    pd.concat([rows, plans]).to_parquet(tmp_path / "plans.parquet", index=False)
    again = requested(seed, Warnings(), tmp_path / "plans.parquet", lambda form: {}, silent)
    assert again.notes == ()
    assert [one["unit"] for one in again.answer["warnings"]] == sorted(plans["unit"])
    message = {one["unit"]: one["events"] for one in result.answer["warnings"]}
    for one in again.answer["warnings"]:
        for name, warning in one["events"].items():
            assert warning["probability"] == pytest.approx(message[one["unit"]][name]["probability"])


@pytest.mark.parametrize(
    ("process", "moves", "message"),
    [
        ("aluminium_reduction", {"nonsense": 1.0}, "moves.nonsense"),
        ("aluminium_reduction", {"A-1": {"line_current_target": 1.0}}, "moves.A-1.line_current_target"),
        ("copper_cathode", {"nonsense": 1.0}, "moves.nonsense"),
        ("aluminium_scrap", {"nonsense": 1.0}, "moves.nonsense"),
    ],
)
def test_moves_that_no_setpoint_has_are_refused_before_anything_is_computed(process, moves, message):
    seed = load(process)
    operation = operation_of(seed, "what-if")
    with pytest.raises(RequestError) as refused:
        operation.options(operation.form(seed, 10), {"moves": moves})
    assert [fault.field for fault in refused.value.faults] == [message]


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("coverage=3", "coverage: got 3: expected at most 0.99"),
        ("explain=true", "explain: got True: expected no such field: `include` names parts of the response"),
        ("include=energy,explanation", "include: got explanation: expected a part of a table: missing_inputs, energy"),
        ('include=["remedies"]', "include.0: got remedies: expected 'missing_inputs', 'explanation', 'energy'"),
        ("digits=3", "digits: got 3: expected 'interval' or 'all'"),
        ("nothing=1", "nothing: got 1: expected no such field"),
    ],
)
def test_fields_of_predictions_are_checked_before_the_champion_is_loaded(field, message, monkeypatch, capsys, tmp_path):
    arguments = ["--data", "absent", "--out", str(tmp_path / "p.csv"), "--set", field]
    monkeypatch.setattr(sys, "argv", ["nonferrous", "request", "predictions", "lead_refining", *arguments])
    monkeypatch.setattr("signal.signal", lambda *given: None)
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 2
    assert message in capsys.readouterr().err


def test_points_of_a_frontier_are_rows_with_their_price(potline):
    advice = {
        "unit": "A-1",
        "period_start": "2026-11-01",
        "setpoints": {"voltage_setpoint": {"plan": 4.0, "move": -0.02, "recommended": 3.98, "unit": "V"}},
        "gain": {"value": 7.0, "low": 1.0, "high": 13.0, "unit": "$/d"},
        "effects": {},
        "limits": [],
        "cause": None,
        "supporting_rows": 40,
        "refusal": None,
    }
    points = [{"carbon_price": {"value": price, "unit": "$/tCO2e"}, "advice": advice} for price in (0.0, 80.0)]
    pareto, what_if = (operation_of(potline, name) for name in ("pareto", "what-if"))
    rows = pareto.flat(pareto.form(potline, 10), {"pareto": [{"unit": "A-1", "points": points}]})
    assert [row["carbon_price [$/tCO2e]"] for row in rows] == [0.0, 80.0]
    assert {row["voltage_setpoint new [V]"] for row in rows} == {3.98}
    (row,) = what_if.flat(what_if.form(potline, 10), {"what_if": [advice]})
    assert (row["unit"], row["gain [$/d]"]) == ("A-1", 7.0)
