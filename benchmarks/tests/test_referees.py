"""What general-purpose estimators learn from beside ours, and the truth that all are compared with."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.referees.estimators import TrainingRows
from benchmarks.referees.page import summary, tables
from benchmarks.referees.truth import answers
from models.processes.lookup import response_of
from tests.training.setpoints.conftest import initialised as initialised
from tests.training.setpoints.conftest import potline as potline


@pytest.fixture(scope="module")
def response(initialised):
    return response_of(initialised.seed)


def test_moves_are_counted_in_steps_from_the_last_period(initialised, response):
    rows = TrainingRows.of(initialised.history, initialised.seed, response)
    frame = initialised.history.sort_values(["unit", "period_start"])
    units = np.sort(frame["unit"].unique())
    at = len(rows.at) // 2
    of_unit = frame[frame["unit"] == units[rows.at.units[at]]].set_index("period_start")["voltage_setpoint"]
    start = frame["period_start"].min() + rows.at.periods[at] * pd.Timedelta(days=30)
    moved = of_unit[start] - of_unit[start - pd.Timedelta(days=30)]
    assert rows.moves["voltage_setpoint"][at] == pytest.approx(moved / 0.05)
    assert set(rows.moves) == set(response.SETPOINTS)


def test_controls_hold_nothing_of_a_period_that_is_not_known_when_it_starts(initialised, response):
    """The newest period measured otherwise: outcomes of its rows are missing anyway, and no control changes."""
    other = initialised.history.copy()
    newest = other["period_start"] == other["period_start"].max()
    for column in initialised.seed.by_role("during", "late", "target"):
        other.loc[newest, column.name] *= 1.5
    one, two = (TrainingRows.of(history, initialised.seed, response) for history in (initialised.history, other))
    np.testing.assert_array_equal(one.controls, two.controls)


def test_a_step_moves_what_follows_the_setpoint_and_crews_take_a_part_of_it_back(initialised):
    last = initialised.history[initialised.history["period_start"] == initialised.history["period_start"].max()]
    steps = {"voltage_setpoint": ("cell_voltage", 0.05), "metal_level_target": ("metal_level", 1.0)}
    for setpoint, (column, step) in steps.items():
        result = answers(initialised.running, last, initialised.seed, 1, setpoint)
        assert len(result[column]) == len(initialised.running.plan())
        assert 0.5 * step < result[column].mean() < 1.05 * step
        pd.testing.assert_series_equal(
            answers(initialised.running, last, initialised.seed, 1, setpoint)[column], result[column]
        )


@pytest.fixture
def figures():
    """Two plants; the truth is 2 and 4, a spread 1 and 2."""
    given = {"setpoint": "voltage_setpoint", "outcome": "cell_voltage", "truth_error": 0.0}
    estimators = ("ours", "LinearDML", "DoubleMLPLR")
    return [
        given
        | {"truth": 2.0 * k, "spread": 1.0 * k}
        | {name: 2.5 * k if name == "ours" else -1.0 for name in estimators}
        | {f"{name}_error": 0.4 for name in estimators}
        for k in (1, 2)
    ]


def test_errors_are_in_spreads_of_the_truth(figures):
    """Ours is off by half a spread on both plants: 0.5 lies within 1.645 times 0.4 and 1.0 does not."""
    table = pd.DataFrame(figures)
    assert summary(table, "ours") == ("ours", "0.50", "0.50", "100%", "50%")
    # Off by 3 of 1 and by 5 of 2.
    assert summary(table, "LinearDML") == ("LinearDML", "2.75", "2.95", "0%", "0%")


def test_the_table_has_a_row_for_each_estimator(figures):
    text = tables({"process": "aluminium_reduction", "effects": figures})
    assert "| ours | 0.50 | 0.50 | 100% | 50% |" in text
    assert "| LinearDML | 2.75 | 2.95 | 0% | 0% |" in text
    assert "| DoubleMLPLR | 2.75 |" in text
