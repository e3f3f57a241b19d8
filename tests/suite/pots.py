"""Two pots of a potline, for tests of advice from a table."""

import numpy as np
import pandas as pd
import pytest

from seeds import load

SETPOINTS = ["line_current_target", "voltage_setpoint", "excess_alf3_target", "metal_level_target"]
PLAN = dict(zip(SETPOINTS, (400.0, 4.0, 11.5, 22.0), strict=True))


@pytest.fixture(scope="module")
def potline():
    return load("aluminium_reduction")


@pytest.fixture
def table(potline):
    """Two pots over three periods, with typical values; the second pot ended one period before."""
    starts = pd.to_datetime(["2025-01-01", "2025-01-31", "2025-03-02"])
    slots = [("A-1", start) for start in starts] + [("A-2", start) for start in starts[:2]]
    columns = {"unit": pd.Series([unit for unit, _ in slots], dtype="str")}
    columns["period_start"] = pd.Series([start for _, start in slots], dtype="datetime64[us]")
    columns |= {one.name: np.full(5, one.typical_value) for one in potline.columns if one.is_number}
    return pd.DataFrame(columns)[[column.name for column in potline.columns]]


def without_readings(table, potline, unit):
    at = table[table["unit"] == unit].index[-1]
    table.loc[at, [column.name for column in potline.by_role("during", "late", "target")]] = np.nan
    return table
