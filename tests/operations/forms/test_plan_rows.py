"""Which rows of a table are plans, and what is taken where there are none."""

import numpy as np
import pandas as pd
import pytest

from operations.forms.plan_rows import PlanError, planned, with_plans
from tests.suite.pots import PLAN, SETPOINTS, without_readings


def test_where_nothing_is_planned_each_unit_goes_on_as_it_was_last_set(table, potline):
    table.loc[2, "voltage_setpoint"] = 4.1
    table.loc[4, "metal_level_target"] = np.nan
    before = table.copy()
    result, goes_on = with_plans(table, potline)
    assert goes_on
    pd.testing.assert_frame_equal(table, before)
    plans = result.groupby("unit").tail(1).set_index("unit")
    assert plans["period_start"].astype("str").to_dict() == {"A-1": "2025-04-01", "A-2": "2025-03-02"}
    assert plans.loc["A-1", SETPOINTS].to_dict() == PLAN | {"voltage_setpoint": 4.1}
    assert plans.loc["A-2", SETPOINTS].to_dict() == PLAN
    remaining = [column.name for column in potline.columns if column.is_number and column.name not in SETPOINTS]
    assert plans[remaining].isna().all(axis=None)
    assert len(result) == len(table) + 2
    assert result.dtypes.to_dict() == table.dtypes.to_dict()
    again = result.drop(result.groupby("unit").tail(1).index).reset_index(drop=True)
    pd.testing.assert_frame_equal(again, before)


def test_plans_of_a_table_are_taken_as_they_are(table, potline):
    planned = without_readings(table, potline, "A-1")
    result, goes_on = with_plans(planned, potline)
    assert not goes_on
    assert result is planned


def test_a_period_whose_assay_is_late_is_no_plan(table, potline):
    table.loc[[2, 4], "current_efficiency"] = np.nan
    assert with_plans(table, potline)[1]


def test_a_plan_without_a_setpoint_is_refused(table, potline):
    planned = without_readings(table, potline, "A-1")
    planned.loc[2, ["voltage_setpoint", "metal_level_target"]] = np.nan
    expected = "plan of A-1 for 2025-03-02: voltage_setpoint, metal_level_target missing: expected a number"
    with pytest.raises(PlanError, match=expected):
        with_plans(planned, potline)


def test_columns_that_are_carried_are_as_in_the_newest_row(table, potline):
    table.loc[2, "lif"] = 0.5
    result, _ = with_plans(table, potline, ["lif"])
    plans = planned(result, potline).set_index("unit")
    assert plans.loc["A-1", "lif"] == 0.5
    assert np.isnan(plans.loc["A-1", "caf2"])


def test_plans_are_newest_rows_of_which_nothing_is_measured(table, potline):
    assert planned(table, potline).empty
    result = planned(without_readings(table, potline, "A-2"), potline)
    assert result["unit"].tolist() == ["A-2"]
