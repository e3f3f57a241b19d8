"""Moves of accepted recommendations as training takes them: decided, and made by the plant."""

from dataclasses import replace

import pandas as pd
import pytest

from models.table.contract import check
from nonferrous.advised_moves import moves_of
from records.user_decisions import UserDecision
from training.core.advised_moves import with_advised_moves
from training.core.dataset import dataset_of
from training.regression import setpoints


def decision(unit, period, action="accept", moves=None, **more):
    content = {"moves": {"x_set": 0.5} if moves is None else moves}
    return UserDecision("toy_cells", unit, "", period, "r", action, "shift A", content=content, **more)


@pytest.fixture
def data(toy_seed, toy_frame):
    return dataset_of(check(toy_frame(), toy_seed), toy_seed, None)


def periods(data, unit):
    own = data.checked.query("unit == @unit").sort_values("period_start")
    return own["period_start"].tolist(), own["x_set"].tolist()


def test_of_a_unit_and_period_the_latest_decision_counts(toy_seed):
    day = "2026-01-01T00:00:00"
    moves = moves_of(
        [
            decision("A", day, "decline"),
            decision("A", day),
            decision("B", day),
            decision("B", day, "decline"),
            decision("C", day, "postpone"),
            decision("槽-01", "2026-03-01T00:00:00.500000", moves={"x_set": -0.25, "no_longer": 1.0}),
        ],
        toy_seed,
    )
    assert moves["unit"].tolist() == ["A", "槽-01"]
    assert moves["x_set"].tolist() == [0.5, -0.25]
    assert list(moves.columns) == ["unit", "period_start", "x_set"]


def test_nothing_accepted_is_nothing(toy_seed, toy_class_seed, data):
    assert moves_of([], toy_seed) is None
    assert moves_of([decision("A", "2026-01-01", "decline")], toy_seed) is None
    assert with_advised_moves(data, None) is data


@pytest.mark.parametrize(
    ("rise", "accepted", "followed"),
    [
        pytest.param(0.5, 0.5, 0.5, id="as accepted"),
        pytest.param(0.2, 0.5, 0.2, id="a part"),
        pytest.param(0.9, 0.5, 0.5, id="more, which is the operators' own"),
        pytest.param(-0.3, 0.5, None, id="the other way"),
        pytest.param(0.0, 0.5, None, id="not done"),
        pytest.param(-0.4, -0.5, -0.4, id="down"),
    ],
)
def test_a_move_counts_as_far_as_the_plant_made_it(toy_seed, toy_frame, rise, accepted, followed):
    frame = toy_frame(units=2, periods=6)
    unit = frame["unit"].iloc[0]
    own = frame.index[frame["unit"] == unit]
    frame.loc[own, "x_set"] = 10.0
    frame.loc[own[3:], "x_set"] = 10.0 + rise
    data = dataset_of(check(frame.sample(frac=1, random_state=0), toy_seed), toy_seed, None)
    starts, _ = periods(data, unit)
    moves = moves_of([decision(unit, starts[3].isoformat(), moves={"x_set": accepted})], toy_seed)
    result = with_advised_moves(data, moves)
    assert result.advised["x_set"].tolist() == ([] if followed is None else [pytest.approx(followed)])
    assert result.cautions[-1].startswith(f"{0 if followed is None else 1} of 1 accepted recommendations")


def test_the_first_period_of_a_unit_and_unknown_units_have_no_move(toy_seed, data):
    unit = data.checked["unit"].iloc[0]
    starts, _ = periods(data, unit)
    decided = [decision(unit, starts[0].isoformat()), decision("Z-9", starts[1].isoformat())]
    assert with_advised_moves(data, moves_of(decided, toy_seed)).advised.empty


def test_the_set_point_model_takes_them_off(data, monkeypatch):
    calls = {}
    monkeypatch.setattr(setpoints, "response_of", lambda process: object())
    monkeypatch.setattr(setpoints, "learn", lambda table, seed, tests, advised: calls.update(advised=advised))
    own = pd.DataFrame({"unit": ["A-001"]})
    setpoints.UnitSetpointFit().fit(replace(data, advised=own), None)
    assert calls["advised"] is own
