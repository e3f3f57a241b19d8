"""Moves of a what-if: for all units or unit by unit, within the bounds of each set-point."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from operations.forms.faults import RequestError
from operations.set_points.forms import SetPointForm
from operations.set_points.moves import chosen
from operations.set_points.requests import ParsedSetpointRequest, read
from seeds import Seed

Ask = Callable[[Any], ParsedSetpointRequest]


@pytest.fixture
def ask(taken: Mapping[str, SetPointForm], body: Callable[..., dict[str, Any]]) -> Ask:
    """Reader of a what-if with these moves for A-001 at 4.0 V and A-002 at 4.2 V."""

    def make(moves: Any) -> ParsedSetpointRequest:
        request = body("what-if", moves=moves)
        request["rows"][1]["voltage_setpoint"] = 4.2
        return read(taken["what-if"], json.dumps(request).encode())

    return make


def test_moves_for_all_are_those_of_each_unit(ask: Ask, potline: Seed) -> None:
    moves = {"voltage_setpoint": 0.05, "metal_level_target": -1}
    assert chosen(ask(moves), potline) == {"A-001": moves, "A-002": moves}


def test_moves_by_unit_leave_the_others_alone(ask: Ask, potline: Seed) -> None:
    moves = {"A-002": {"voltage_setpoint": -0.05}}
    assert chosen(ask(moves), potline) == moves


def faults(requested: ParsedSetpointRequest, potline: Seed) -> list[tuple[Any, ...]]:
    with pytest.raises(RequestError) as caught:
        chosen(requested, potline)
    assert caught.value.status == 422
    return [(one.row, one.field, one.value, one.bound, one.expected) for one in caught.value.faults]


def test_a_setpoint_may_not_leave_its_bounds(ask: Ask, potline: Seed) -> None:
    assert potline.column("voltage_setpoint").bounds == [3.85, 4.25]
    (high,) = faults(ask({"voltage_setpoint": 0.1}), potline)
    expected = "plan 4.2 and move 0.1 together at most 4.25 V"
    assert high == (1, "moves.voltage_setpoint", pytest.approx(4.3), 4.25, expected)
    (low,) = faults(ask({"A-001": {"voltage_setpoint": -0.25}}), potline)
    expected = "plan 4 and move -0.25 together at least 3.85 V"
    assert low == (0, "moves.A-001.voltage_setpoint", pytest.approx(3.75), 3.85, expected)


def test_a_bound_may_be_reached(ask: Ask, potline: Seed) -> None:
    assert chosen(ask({"A-002": {"voltage_setpoint": 0.05}, "A-001": {"voltage_setpoint": -0.15}}), potline)


def test_moves_of_a_unit_without_a_plan_are_refused(ask: Ask, potline: Seed) -> None:
    (fault,) = faults(ask({"A-003": {"voltage_setpoint": 0.05}}), potline)
    assert fault == (None, "moves.A-003", "A-003", None, "a unit that one of rows plans")
