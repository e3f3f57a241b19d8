"""From a body to a table: what a set-point model is given, and what is refused with place, value and expectation."""

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.table.contract import check
from operations.forms.faults import RequestError
from operations.set_points.forms import MOST_PLANS, SetPointForm, setpoint_forms
from operations.set_points.moves import chosen
from operations.set_points.requests import ParsedSetpointRequest, read
from seeds import Seed
from system.cancellation import looking

Body = Callable[..., dict[str, Any]]


def read_request(
    taken: Mapping[str, SetPointForm], body: dict[str, Any], verb: str = "recommendations"
) -> ParsedSetpointRequest:
    return read(taken[verb], json.dumps(body).encode())


def faults(
    taken: Mapping[str, SetPointForm], body: dict[str, Any], verb: str = "recommendations"
) -> list[tuple[Any, ...]]:
    with pytest.raises(RequestError) as caught:
        read_request(taken, body, verb)
    assert caught.value.status == 422
    return [(one.row, one.field, one.value, one.bound, one.expected) for one in caught.value.faults]


def test_history_and_plans_are_one_table_that_keeps_the_contract(
    taken: Mapping[str, SetPointForm], potline: Seed, body: Body
) -> None:
    result = read_request(taken, body(units=("B-1", "A-1")))
    table = result.table
    assert table["unit"].tolist() == ["A-1"] * 4 + ["B-1"] * 4
    assert table["period_start"].is_monotonic_increasing is False
    assert table.groupby("unit")["period_start"].is_monotonic_increasing.all()
    assert list(table.columns) == [column.name for column in potline.columns]
    again = check(table, potline).table
    pd.testing.assert_frame_equal(table[again.columns].dtypes.to_frame(), again.dtypes.to_frame())
    made = [column.name for column in potline.columns if column.is_made]
    pd.testing.assert_frame_equal(table.drop(columns=made), again.drop(columns=made))


def test_a_request_may_set_the_carbon_price_of_both_scopes_of_one_or_of_none(
    taken: Mapping[str, SetPointForm], body: Body
) -> None:
    for prices in ({"carbon_price_direct": 80.0, "carbon_price_indirect": 60.0}, {"carbon_price_indirect": 0}, {}):
        assert read_request(taken, body() | {"prices": prices}).request["prices"] == prices


@pytest.mark.parametrize("name", ["carbon_price_direct", "carbon_price_indirect", "tier_year"])
def test_a_price_below_0_is_refused_with_its_place(taken: Mapping[str, SetPointForm], body: Body, name: str) -> None:
    ((_, field, value, bound, _),) = faults(taken, body() | {"prices": {name: -1}})
    assert (field, value, bound) == (f"prices.{name}", -1, 0)


def test_the_former_carbon_price_is_refused_with_the_present_name(
    taken: Mapping[str, SetPointForm], body: Body
) -> None:
    ((_, field, _, _, expected),) = faults(taken, body() | {"prices": {"carbon_price": 12}})
    assert (field, expected) == ("prices.carbon_price", "renamed to carbon_price_direct")


def test_what_a_period_will_measure_is_empty_in_its_plan(
    taken: Mapping[str, SetPointForm], potline: Seed, body: Body
) -> None:
    table = read_request(taken, body()).table
    plans = table.groupby("unit").tail(1)
    measured = [column.name for column in potline.by_role("during", "late", "target")]
    assert plans[measured].isna().all(axis=None)
    assert table.drop(plans.index)[measured].notna().all(axis=None)
    assert plans["voltage_setpoint"].tolist() == [4.0, 4.0]


def test_rows_keep_their_order_and_names_lose_spaces(taken: Mapping[str, SetPointForm], body: Body) -> None:
    request = body(units=("B-1", "A-1"))
    request["rows"][0]["unit"] = " B-1 "
    result = read_request(taken, request)
    assert result.units == ["B-1", "A-1"]
    assert result.rows[0]["unit"] == " B-1 "


def test_units_without_a_plan_lend_their_history(taken: Mapping[str, SetPointForm], body: Body) -> None:
    request = body()
    del request["rows"][1]
    result = read_request(taken, request)
    assert result.units == ["A-001"]
    assert set(result.table["unit"]) == {"A-001", "A-002"}


def test_a_value_may_be_missing_where_the_history_of_its_unit_holds_it(
    taken: Mapping[str, SetPointForm], body: Body
) -> None:
    request = body()
    request["rows"][0]["caf2"] = None
    assert math.isnan(read_request(taken, request).table.groupby("unit")["caf2"].apply(lambda of: of.iloc[-1])["A-001"])
    for row in request["history"]:
        row["caf2"] = row["pot_age"] = None
    expected = "a value here, or in a row of this unit's history"
    assert faults(taken, request) == [(0, "caf2", None, None, expected)]


def test_a_plan_lacks_no_setpoint(taken: Mapping[str, SetPointForm], body: Body) -> None:
    request = body()
    del request["rows"][0]["voltage_setpoint"]
    request["rows"][1]["metal_level_target"] = None
    assert faults(taken, request) == [
        (0, "voltage_setpoint", None, None, "this field, which is required"),
        (1, "metal_level_target", None, None, "a number"),
    ]


def test_a_plan_holds_nothing_that_its_period_measures(taken: Mapping[str, SetPointForm], body: Body) -> None:
    request = body()
    request["rows"][0]["bath_temperature"] = 958.0
    request["rows"][1]["metal_tapped"] = 2990.0
    first, second = faults(taken, request)
    assert first[:2] == (0, "bath_temperature")
    assert "bath_temperature is measured in the period, a plan for it does not hold it" in first[4]
    assert second[:2] == (1, "metal_tapped")
    assert "known only after the period" in second[4]


def changed(body: dict[str, Any], part: str, i: int, **values: Any) -> dict[str, Any]:
    body[part][i] |= values
    return body


@pytest.mark.parametrize(
    ("part", "i", "values", "fault"),
    [
        ("rows", 1, {"unit": "C-9"}, (1, "unit", "C-9", None, "a unit with rows in history")),
        ("rows", 1, {"unit": "A-001"}, (1, "unit", "A-001", None, "one plan a unit: rows.0 is of this one already")),
        (
            *("rows", 0, {"period_start": "2026-09-28"}),
            (0, "period_start", "2026-09-28", None, "a period after 2026-10-02, the newest of this unit's history"),
        ),
        (
            *("history", 1, {"period_start": "2026-08-05"}),
            (
                *(None, "history.1.period_start", "2026-08-05", None),
                "one row a unit and period of 30 d: history.0 is of this one already",
            ),
        ),
        (
            "history",
            4,
            {"bath_temperature": 1100},
            (None, "history.4.bath_temperature", 1100, 1020.0, "at most 1020 °C"),
        ),
        (
            *("history", 0, {"voltage_setpont": 4.1}),
            (None, "history.0.voltage_setpont", 4.1, None, "no such field; the nearest is voltage_setpoint"),
        ),
        ("history", 2, {"period_start": "2.10.2026"}, None),
        ("rows", 0, {"voltage_setpoint": "4.1"}, (0, "voltage_setpoint", "4.1", None, "a number")),
    ],
)
def test_what_does_not_go_together_is_named(
    part: str,
    i: int,
    values: dict[str, Any],
    fault: tuple[Any, ...] | None,
    taken: Mapping[str, SetPointForm],
    body: Body,
) -> None:
    (result,) = faults(taken, changed(body(), part, i, **values))
    assert fault is None or result == fault
    assert result[1].endswith(next(iter(values)))


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ({"prices": {"power_price": -0.1}}, ("prices.power_price", -0.1, 0.0, "at least 0 $/kWh")),
        ({"prices": {"power_price": "0.1"}}, ("prices.power_price", "0.1", None, "a number")),
        ({"prices": {"power": 0.1}}, ("prices.power", 0.1, None, "no such field; the nearest is power_price")),
        ({"price": {}}, ("price", "{}", None, "no such field; the nearest is prices")),
        ({"moves": {}}, ("moves", "{}", None, "no such field; there are: rows, history, prices, power_limit")),
        ({"history": []}, ("history", 0, 1.0, "at least 1 entries")),
        ({"rows": []}, ("rows", 0, 1.0, "at least 1 entries")),
    ],
)
def test_what_stands_beside_the_rows_is_checked(
    more: dict[str, Any], fault: tuple[Any, ...], taken: Mapping[str, SetPointForm], body: Body
) -> None:
    assert (None, *fault) in faults(taken, body(**more))


@pytest.mark.parametrize(("units", "most"), [(5, 10_000), (20, 10_000), (40, 5_000)])
@pytest.mark.parametrize("start", ["0026-08-03", "9026-08-03"])
def test_a_date_of_another_century_is_named_and_not_filled_up(
    start: str, units: int, most: int, taken: Mapping[str, SetPointForm], body: Body
) -> None:
    request = body(units=tuple(f"A-{i:03d}" for i in range(units)))
    request["history"] = request["history"][:: len(request["history"]) // units]
    result = faults(taken, changed(request, "history", 4, period_start=start))
    expected = f"first and last period of all rows at most {most} periods of 30 d apart"
    assert (None, "history.4.period_start", start, None, expected) in result


def test_a_history_is_needed(taken: Mapping[str, SetPointForm], body: Body) -> None:
    request = body()
    del request["history"]
    assert faults(taken, request)[0][1:] == ("history", None, None, "this field, which is required")


@pytest.mark.parametrize(
    ("moves", "fault"),
    [
        ({}, ("moves", 0, 1.0, "at least 1 entries")),
        ({"voltage": 0.1}, ("moves.voltage", 0.1, None, "no such field; the nearest is voltage_setpoint")),
        (
            {"A-001": {"line_current_target": 1.0}},
            ("moves.A-001.line_current_target", 1.0, None, "no such field; there are: "),
        ),
        ({"voltage_setpoint": None}, ("moves.voltage_setpoint", None, None, "a number")),
        ({"A-001": {"volt": 0.1}}, ("moves.A-001.volt", 0.1, None, "no such field; ")),
        ({"A-001": {"voltage_setpoint": 0.1}, "A-002": 3}, ("moves.A-002", 3, None, "")),
        ([], ("moves", "[]", None, "an object")),
    ],
)
def test_moves_are_of_setpoints_that_units_have(
    moves: Any, fault: tuple[Any, ...], taken: Mapping[str, SetPointForm], body: Body
) -> None:
    result = faults(taken, body("what-if", moves=moves), "what-if")
    assert [one[1:4] for one in result] == [fault[:3]]
    assert result[0][4].startswith(fault[3])


@pytest.mark.parametrize("share", [0, -0.1, 1.5, "0.1"])
def test_a_share_of_units_is_a_share(share: Any, taken: Mapping[str, SetPointForm], body: Body) -> None:
    ((_, field, value, _, expected),) = faults(taken, body("experiments", share=share), "experiments")
    assert (field, value) == ("share", share)
    assert expected.startswith(("more than 0", "at most 1", "a number"))


def test_many_faults_are_cut_at_a_hundred(taken: Mapping[str, SetPointForm], body: Body) -> None:
    request = body(units=tuple(f"A-{i:03d}" for i in range(40)))
    for row in request["rows"]:
        row |= {"a": 1, "b": 2, "c": 3}
    with pytest.raises(RequestError, match="more than 100 faults") as caught:
        read_request(taken, request)
    assert len(caught.value.faults) == 100


def test_what_is_no_json_is_a_bad_request(taken: Mapping[str, SetPointForm]) -> None:
    with pytest.raises(RequestError, match="no valid JSON") as caught:
        read(taken["recommendations"], b"{")
    assert caught.value.status == 400


def test_the_table_is_of_numbers(taken: Mapping[str, SetPointForm], potline: Seed, body: Body) -> None:
    table = read_request(taken, body()).table
    assert {table[column.name].dtype for column in potline.columns if column.is_number} == {np.dtype(np.float64)}
    assert table["period_start"].dtype == "datetime64[us]"


cells = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})
parts = st.sampled_from(["rows", "history", "prices", "moves", "share", "q"])
names = st.sampled_from(["unit", "period_start", "voltage_setpoint", "caf2", "A-001", "power_price", "y"])
times = st.sampled_from(["2026-11-01", "2026-11-01T00:00+01:00", "0001-01-01", "9999-12-31", "2026-W10"])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    verb=st.sampled_from(["recommendations", "what-if", "pareto", "experiments"]),
    changes=st.dictionaries(parts, cells | st.dictionaries(names, cells | st.dictionaries(names, cells)), max_size=2),
    row=st.dictionaries(names, cells | times, max_size=3),
    place=st.tuples(st.sampled_from(["rows", "history"]), st.integers(0, 1)),
)
def test_no_body_makes_a_defect(
    verb: str,
    changes: dict[str, Any],
    row: dict[str, Any],
    place: tuple[str, int],
    taken: Mapping[str, SetPointForm],
    body: Body,
    potline: Seed,
) -> None:
    request = body(verb)
    request[place[0]][place[1]] |= row
    try:
        result = read_request(taken, request | changes, verb)
        if verb == "what-if":
            chosen(result, potline)
    except RequestError as error:
        refused = error
    else:
        assert len(result.table) == len(result.rows) + len(request["history"])
        return
    assert refused.status == 422
    assert refused.faults


def test_plans_of_more_units_than_a_line_has_are_refused(potline: Seed, body: Body) -> None:
    most = setpoint_forms(potline, 10 * MOST_PLANS)
    assert most is not None
    request = body()
    request["rows"] = request["rows"][:1] * (MOST_PLANS + 1)
    assert (None, "rows", MOST_PLANS + 1, float(MOST_PLANS), f"at most {MOST_PLANS} entries") in faults(most, request)


def test_each_row_is_a_stop_of_the_reading(taken: Mapping[str, SetPointForm], body: Body) -> None:
    looks: list[bool] = []
    request = body(units=tuple(f"A-{i:03d}" for i in range(9)))
    with looking(lambda: looks.append(True)):
        read_request(taken, request)
    assert len(looks) >= len(request["rows"]) + len(request["history"])
