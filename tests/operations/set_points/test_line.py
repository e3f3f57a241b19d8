"""The part of an answer that is about a whole line: as OpenAPI describes it, and null for what is not known."""

import json
import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from models.setpoints.advice import GainEstimate
from models.setpoints.line.advice import LineAdvice
from operations.forms.faults import RequestError
from operations.set_points.forms import SetPointForm
from operations.set_points.line import line_part
from operations.set_points.requests import read
from seeds import Seed

SETPOINT, START = "line_current_target", pd.Timestamp("2026-11-01")


def described(part: Any, taken: Mapping[str, SetPointForm]) -> Any:
    """The part as JSON has it, after it is found to be as the answer's type says."""
    kind = TypeAdapter(taken["recommendations"].answer)
    head = {"process": "aluminium_reduction", "task": "regression", "advisory": True, "assumptions": "", "prices": {}}
    model = {"version": 1, "alias": "champion", "digest": "sha256:1", "baseline": False}
    text = json.dumps(head | {"model": model, "recommendations": [], "line": part}, allow_nan=False)
    return kind.validate_json(text)["line"]


def test_a_line_that_moves_says_how_far_and_what_that_brings(taken: Mapping[str, SetPointForm], potline: Seed) -> None:
    gain = GainEstimate(900.0, 100.0, 1700.0)
    line = LineAdvice(
        SETPOINT,
        START,
        units=60,
        known=58,
        limit=98.0,
        plan=398.0,
        move=2.5,
        moves={"A-001": {"voltage_setpoint": -0.025, "excess_alf3_target": 0.0, "metal_level_target": 0.0}},
        infeasible_units={"A-010": "bath_temperature"},
        gain=gain,
        gain_without_shared_move=None,
        before=96.0,
        after=97.5,
        worth=260.0,
        binding_constraints="power_limit: at 403 kA the moves that bring most take 98.2 MW",
    )
    result = described(line_part(line, potline), taken)
    assert result["setpoints"] == {SETPOINT: {"plan": 398.0, "move": 2.5, "recommended": 400.5, "unit": "kA"}}
    assert result["start"] == "2026-11-01"
    assert result["gain"] == {"value": 900.0, "low": 100.0, "high": 1700.0, "unit": "$/d"}
    assert result["power"] == {"before": 96.0, "after": 97.5, "limit": 98.0, "unit": "MW"}
    assert result["shadow_price"] == {"value": 260.0, "unit": "$/d/MW"}
    # The moves of units are taken by a what-if as they are.
    body = taken["what-if"].example | {"moves": dict(result["moves"])}
    assert read(taken["what-if"], json.dumps(body).encode()).request["moves"] == line.moves


def test_a_line_that_is_not_known_has_no_numbers(taken: Mapping[str, SetPointForm], potline: Seed) -> None:
    line = LineAdvice(SETPOINT, START, units=60, known=3, refusal="line: a part")
    assert math.isnan(line.plan)
    result = described(line_part(line, potline), taken)
    assert result["setpoints"][SETPOINT] == {"plan": None, "move": 0.0, "recommended": None, "unit": "kA"}
    assert (result["gain"], result["shadow_price"], result["power"]["after"]) == (None, None, None)
    assert result["refusal"] == "line: a part"


@pytest.mark.parametrize("limit", [0, -5, "much"])
def test_a_limit_of_power_that_is_none_is_refused(taken: Mapping[str, SetPointForm], limit: Any) -> None:
    body = taken["recommendations"].example | {"power_limit": limit}
    with pytest.raises(RequestError) as caught:
        read(taken["recommendations"], json.dumps(body).encode())
    (fault,) = caught.value.faults
    assert fault.field == "power_limit"


def test_a_limit_of_power_may_be_left_out_or_null(taken: Mapping[str, SetPointForm]) -> None:
    verb = taken["recommendations"]
    body = {name: part for name, part in verb.example.items() if name != "power_limit"}
    assert read(verb, json.dumps(body).encode()).request["power_limit"] is None
    assert read(verb, json.dumps(body | {"power_limit": None}).encode()).request["power_limit"] is None


def test_the_current_is_moved_for_all_units_and_never_for_one(taken: Mapping[str, SetPointForm]) -> None:
    kind = TypeAdapter(taken["what-if"].request)
    example = taken["what-if"].example
    kind.validate_python(example | {"moves": {SETPOINT: 2.0}})
    with pytest.raises(ValidationError):
        kind.validate_python(example | {"moves": {"A-001": {SETPOINT: 2.0}}})
    body = example | {"moves": {"A-001": {SETPOINT: 2.0}}}
    with pytest.raises(RequestError):
        read(taken["what-if"], json.dumps(body).encode())
