"""Advice as an answer states it: in the order of the rows, each number with its unit, null for what is not known."""

import json
import math
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pydantic_core
import pytest
from pydantic import TypeAdapter

from models.processes.lookup import response_of
from models.setpoints.advice import GainEstimate, LimitAfterMoves, UnitRecommendation
from models.setpoints.experiments import ExperimentValue, PlannedTests, Trial
from models.setpoints.frontier import ParetoPoint
from operations.set_points.answers import advice_rows, pareto_rows, planned_rows, priced
from operations.set_points.forms import SetPointForm
from operations.set_points.kinds import kinds_of
from operations.set_points.requests import ParsedSetpointRequest, read
from seeds import Seed

START = pd.Timestamp("2026-11-01")
PLAN = {"line_current_target": 400.0, "voltage_setpoint": 4.0, "excess_alf3_target": 11.5, "metal_level_target": 22.0}


def advised(unit: str, move: float = -0.02, **changes: Any) -> UnitRecommendation:
    parts: dict[str, Any] = {
        "unit": unit,
        "start": START,
        "plan": PLAN,
        "moves": {"voltage_setpoint": move, "excess_alf3_target": 0.0, "metal_level_target": 0.5},
        "gain": GainEstimate(7.0, 1.0, 13.0),
        "effects": {
            "specific_energy": GainEstimate(-20.0, -30.0, -10.0),
            "superheat": GainEstimate(0.5, 0.1, 0.9),
            "efficiency_by_feed": GainEstimate(0.1, 0.0, 0.2),
        },
        "limits": (
            LimitAfterMoves("bath_temperature", "°C", 970.0, True, 959.0, 0.01, 0.02),
            LimitAfterMoves("superheat", "K", 6.0, False, 9.0, 0.015, 0.03),
        ),
        "cause": "less power",
        "supporting_rows": 40,
        "nearest": (("A-007", pd.Timestamp("2025-03-01")),),
        "refusal": None,
    }
    return UnitRecommendation(**parts | changes)


@pytest.fixture
def model(potline: Seed) -> Any:
    return SimpleNamespace(seed=potline, response=response_of(potline))


@pytest.fixture
def request_of(taken: Mapping[str, SetPointForm], body: Callable[..., dict[str, Any]]) -> ParsedSetpointRequest:
    return read(taken["recommendations"], json.dumps(body(units=("B-1", "A-1"))).encode())


def as_described(rows: Any, kind: Any) -> Any:
    """The rows as JSON has them, after they are found to be as OpenAPI says."""
    text = pydantic_core.to_json(rows, inf_nan_mode="null")
    TypeAdapter(kind).validate_json(text)
    return json.loads(text)


def test_advice_stands_in_the_order_of_the_rows(
    request_of: ParsedSetpointRequest, model: Any, taken: Mapping[str, SetPointForm]
) -> None:
    rows = advice_rows([advised("A-1", -0.01), advised("B-1", -0.03)], request_of, model)
    result = as_described(rows, listed(kinds(model)["advice"]))
    assert [(one["unit"], one["setpoints"]["voltage_setpoint"]["move"]) for one in result] == [
        ("B-1", -0.03),
        ("A-1", -0.01),
    ]
    assert {one["period_start"] for one in result} == {"2026-11-01"}


def listed(kind: Any) -> Any:
    return list[kind]


def kinds(model: Any) -> dict[str, Any]:
    own, shared = ([model.seed.column(name) for name in of] for of in (model.response.SETPOINTS, model.response.SHARED))
    return vars(kinds_of(model.seed, own, shared))


def test_each_number_has_its_unit(request_of: ParsedSetpointRequest, model: Any) -> None:
    one = advice_rows([advised("A-1"), advised("B-1")], request_of, model)[0]
    assert one["setpoints"]["voltage_setpoint"] == {"plan": 4.0, "move": -0.02, "recommended": 3.98, "unit": "V"}
    assert one["setpoints"]["line_current_target"] == {"plan": 400.0, "move": 0.0, "recommended": 400.0, "unit": "kA"}
    assert one["setpoints"]["metal_level_target"]["recommended"] == 22.5
    assert one["gain"] == {"value": 7.0, "low": 1.0, "high": 13.0, "unit": "$/d"}
    assert {name: effect["unit"] for name, effect in one["effects"].items()} == {
        "specific_energy": "kWh/t",
        "superheat": "K",
    }
    assert [(limit["name"], limit["at_most"], limit["at_least"], limit["unit"]) for limit in one["limits"]] == [
        ("bath_temperature", 970.0, None, "°C"),
        ("superheat", None, 6.0, "K"),
    ]
    assert one["nearest"] == [{"unit": "A-007", "period_start": "2025-03-01"}]
    assert (one["cause"], one["supporting_rows"], one["refusal"]) == ("less power", 40, None)


def test_what_is_not_known_is_null(request_of: ParsedSetpointRequest, model: Any) -> None:
    nan = GainEstimate(math.nan, math.nan, math.nan)
    limit = LimitAfterMoves("superheat", "K", 6.0, False, math.nan, 0.0, 0.03)
    blank = advised("A-1", gain=nan, effects={"superheat": nan}, limits=(limit,), refusal="history knows 1 period")
    rows = as_described(advice_rows([blank, advised("B-1")], request_of, model), listed(kinds(model)["advice"]))
    assert rows[1]["gain"] == {"value": None, "low": None, "high": None, "unit": "$/d"}
    assert (rows[1]["limits"][0]["expected"], rows[1]["limits"][0]["violation_probability"]) == (None, None)
    assert rows[1]["refusal"] == "history knows 1 period"


def test_points_of_a_frontier_have_their_price_of_carbon(request_of: ParsedSetpointRequest, model: Any) -> None:
    points = {
        "A-1": [ParetoPoint(0.0, advised("A-1", 0.0)), ParetoPoint(100.0, advised("A-1", -0.02))],
        "B-1": [ParetoPoint(0.0, advised("B-1"))],
    }
    result = as_described(pareto_rows(points, request_of, model), listed(kinds(model)["pareto"]))
    assert [one["unit"] for one in result] == ["B-1", "A-1"]
    assert [point["carbon_price"] for point in result[1]["points"]] == [
        {"value": 0.0, "unit": "$/tCO2e"},
        {"value": 100.0, "unit": "$/tCO2e"},
    ]
    assert result[1]["points"][1]["advice"]["setpoints"]["voltage_setpoint"]["move"] == -0.02


def test_tests_say_whom_they_move_how_far_and_what_that_is_worth(model: Any) -> None:
    tests = (
        Trial("A-1", "B-1", START, 3, {"voltage_setpoint": 0.025}),
        Trial("B-1", "A-1", START, 3, {"voltage_setpoint": -0.025}),
    )
    planned = PlannedTests(tests, {"voltage_setpoint": ExperimentValue(0.025, 1.0, 2.0, 1.5, 0.4, 0.1)})
    result = planned_rows(planned, model)
    as_described(result["tests"], listed(kinds(model)["test"]))
    as_described(result["worth"], kinds(model)["worth"])
    assert result["tests"][1] == {
        **{"unit": "B-1", "period_start": "2026-11-01", "partner": "A-1", "periods": 3},
        "moves": {"voltage_setpoint": {"value": -0.025, "unit": "V"}},
    }
    assert result["worth"]["voltage_setpoint"] == {
        **{"size": 0.025, "unit": "V", "currency_unit": "$/d"},
        **{"gain": 1.0, "gain_sd": 2.0, "gain_sd_after": 1.5, "value": 0.4, "cost": 0.1},
    }


def test_prices_are_stated_with_their_units(potline: Seed) -> None:
    assert priced({"power_price": 0.06}, potline) == {"power_price": {"value": 0.06, "unit": "$/kWh"}}
