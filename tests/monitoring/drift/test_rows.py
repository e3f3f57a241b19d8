"""Rows of records, as they are watched."""

import json

import numpy as np
import pandas as pd
import pytest

from monitoring.drift import live
from monitoring.drift.rows import answered
from monitoring.drift.tasks import lost_by_lots, lost_by_pieces


def recorded(*rows):
    """Rows of records: what was asked, and the answer to it."""
    frame = pd.DataFrame([{"version": 3, "coverage": 0.9, **row} for row in rows])
    return frame.assign(prediction=[json.dumps(one) for one in frame["prediction"]])


def cell(unit, start, value=90.0, y=np.nan, **more):
    message = {"y": {"value": value, "low": value - 1, "high": value + 1, "unit": "%"}}
    row = {"unit": unit, "period_start": start, "x_set": 10.0, "z": 4.0, "previous_y": np.nan, "tapped": np.nan}
    return row | {"y": y, "prediction": message} | more


@pytest.fixture
def before():
    start = pd.to_datetime(["2026-05-01", "2026-05-31"]).to_numpy(dtype="datetime64[us]")
    return pd.DataFrame({"unit": ["A", "A"], "period_start": start, "y": [88.0, 89.0]})


def test_a_period_counts_once_as_it_was_asked_last(toy_seed, before):
    rows = answered(
        recorded(
            cell("A", "2026-06-30", 91.0),
            cell("B", "2026-06-30", 92.0),
            cell(" A", "2026-06-30T00:00", 93.0, version=4),
        ),
        toy_seed,
        before,
    )
    assert rows.table["unit"].tolist() == ["A", "B"]
    assert rows.said["y"].value.tolist() == [93.0, 92.0]
    assert rows.version.tolist() == [4, 3]


def test_rows_stand_in_the_order_of_time(toy_seed, before):
    rows = answered(
        recorded(cell("A", "2026-07-30"), cell("A", "2026-06-30"), cell("B", "2026-07-30")), toy_seed, before
    )
    starts = rows.table["period_start"].to_numpy(dtype="datetime64[D]").astype(str).tolist()
    assert starts == ["2026-06-30", "2026-07-30", "2026-07-30"]


def test_what_a_row_left_out_is_made_from_history_and_outcomes(toy_seed, before):
    rows = answered(
        recorded(
            cell("A", "2026-06-30", y=87.0),
            cell("A", "2026-07-30"),
            cell("A", "2026-08-29", previous_y=80.0),
        ),
        toy_seed,
        before,
    )
    # The label of the table, that of the row before, and the one that the row held itself.
    assert rows.table["previous_y"].tolist() == [89.0, 87.0, 80.0]


def test_answers_to_tables_are_read_like_those_to_json(toy_seed, before):
    flat = cell("A", "2026-06-30") | {"prediction": {"y": 91.0, "y_low": 90.0, "y_high": 92.5}}
    (one,) = answered(recorded(flat), toy_seed, before).said.values()
    assert [part.tolist() for part in one] == [[91.0], [90.0], [92.5]]


def test_errors_are_outcomes_less_answers_and_intervals_hold_them_or_not(toy_seed, before):
    rows = answered(
        recorded(
            cell("A", "2026-06-30", 90.0, y=90.5),
            cell("B", "2026-06-30", 90.0, y=88.0),
            cell("C", "2026-06-30", 90.0),
        ),
        toy_seed,
        before,
    )
    (one,) = live.measured(rows, toy_seed)
    figures = live.figures(one, rows, np.ones(3, dtype=bool), "all", toy_seed)
    assert (figures.rows, figures.error, figures.bias, figures.coverage) == (2, 1.25, -0.75, 0.5)
    assert live.figures(one, rows, np.array([False, False, True]), "C", toy_seed) is None


def test_a_class_that_was_missed_is_an_error_of_one(toy_class_seed):
    row = {"face": "F", "grain": 0.0, "colour": 0.0, "tonnes": 1.0}
    message = ("oxide", "oxide", "rare")
    known = ("oxide", "sulfide", None)
    frame = recorded(
        *(
            row
            | {
                "day": f"2026-06-0{i + 1}",
                "ore": known[i],
                "prediction": {"ore": message[i], "class_probabilities": {}},
            }
            for i in range(3)
        )
    )
    rows = answered(frame, toy_class_seed, frame.iloc[:0].assign(day=pd.Series(dtype="datetime64[us]")))
    (one,) = live.measured(rows, toy_class_seed)
    assert one.error[:2].tolist() == [0.0, 1.0]
    assert np.isnan(one.error[2])


def test_a_piece_in_a_wrong_bin_costs_what_the_right_one_would_have_brought(toy_sorting_seed):
    seed = toy_sorting_seed
    best = {name: max(one.value[name] for one in seed.bins) for name in seed.classes}
    worst = {name: min(seed.bins, key=lambda one: one.value[name]) for name in seed.classes}
    piece = {"lot": "L", "s1": 0.0, "s2": 0.0, "s3": 0.0, "mass": 30.0, "x": np.nan, "z": np.nan}
    rows = [
        piece | {"passed_at": f"2026-06-01T00:00:0{i}", "metal": name, "prediction": {"bin": worst[name].name}}
        for i, name in enumerate(seed.classes)
    ]
    frame = recorded(*rows)
    result = answered(frame, seed, frame.iloc[:0].assign(passed_at=pd.Series(dtype="datetime64[us]")))
    cost = lost_by_pieces(result, seed)
    assert cost.tolist() == pytest.approx([best[name] - worst[name].value[name] for name in seed.classes])


def test_a_lot_that_went_to_the_laboratory_costs_its_assay(toy_quality_seed):
    seed = toy_quality_seed
    elements = {column.name: 0.0001 for column in seed.elements}
    names = [grade.name for grade in seed.grades]
    lot = {"line": "T", "u": 0.0, "v": 0.0, "setpoint": 50.0, "crack": 0.0} | elements
    made = {column.name: np.nan for column in seed.made_inputs}
    message = ({"action": "laboratory", "grade": None}, {"action": "release", "grade": names[0]})
    frame = recorded(
        *(
            lot | made | {"cast_at": f"2026-06-0{i + 1}", "prediction": {"contents": {}, "decision": one}}
            for i, one in enumerate(message)
        )
    )
    empty = frame.iloc[:0].assign(cast_at=pd.Series(dtype="datetime64[us]"))
    cost = lost_by_lots(answered(frame, seed, empty), seed)
    rules = seed.quality_rules
    assert cost[0] == pytest.approx(rules.assay_cost.value / rules.lot_mass.value)
    best = max(grade.value.value for grade in seed.grades)
    assert cost[1] == pytest.approx(best - seed.grades[0].value.value)
