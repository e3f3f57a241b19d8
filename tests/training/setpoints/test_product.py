"""Advice as a policy, with models that are made up: when it learns again, and what it keeps of its own moves."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.setpoints.errors import SetpointError
from training.setpoints import product
from training.setpoints.product import AGAIN, RefittedModelPolicy, StaticModelPolicy, WithTests

UNITS = ("A", "B", "C")
OWN = pd.DataFrame({"unit": ["C"], "period_start": pd.to_datetime(["2024-01-01"]), "voltage_setpoint": [0.02]})
HAND = SimpleNamespace(history=lambda: None, tests=OWN)  # the plant has tested a pot
REACH = SimpleNamespace(names=("voltage_setpoint", "metal_level_target"))


def table(period, columns):
    """Three units: a row of history each and the plan."""
    starts = pd.Timestamp("2024-01-01") + pd.Timedelta(days=30) * np.array([period, period + 1])
    frame = pd.DataFrame({"unit": np.repeat(UNITS, 2), "period_start": np.tile(starts, 3)})
    return frame.reindex(columns=columns)


def advice(unit, move, refusal=None):
    gain = SimpleNamespace(value=3.0 * bool(move), low=1.0, high=5.0)
    return SimpleNamespace(unit=unit, moves={"voltage_setpoint": move}, gain=gain, refusal=refusal)


@pytest.fixture
def made_up(monkeypatch, potline):
    """Learning and advice that keep what they were given."""
    calls = []

    def learn(history, seed, **known):
        calls.append(known)
        return SimpleNamespace(number=len(calls))

    monkeypatch.setattr(product, "learn", learn)
    monkeypatch.setattr(
        product,
        "recommend",
        lambda model, seen: [advice("A", 0.05), advice("B", 0.0, "doubt: it is"), advice("C", -0.05)],
    )
    seed = potline.model_copy(update={"plant": None})
    names = [column.name for column in seed.columns]
    return SimpleNamespace(calls=calls, seed=seed, table=lambda period: table(period, names))


def test_advice_becomes_moves(made_up):
    policy = StaticModelPolicy(HAND, made_up.seed, REACH)
    choice = policy.choose(made_up.table(0), HAND)
    assert choice.units.tolist() == list(UNITS)
    assert choice.moves.tolist() == [[0.05, 0.0], [0.0, 0.0], [-0.05, 0.0]]
    assert choice.gain.tolist() == [3.0, 0.0, 3.0]
    assert (choice.low[0], choice.high[0]) == (1.0, 5.0)
    assert choice.refusals.tolist() == ["", "doubt: it is", ""]
    assert made_up.calls == [{"tests": OWN, "evidence": True}]


def test_physics_as_assumed_is_learnt_without_evidence(made_up):
    StaticModelPolicy(HAND, made_up.seed, REACH, evidence=False)
    assert made_up.calls == [{"tests": OWN, "evidence": False}]


def test_history_that_teaches_nothing_is_a_refusal_of_all(made_up, monkeypatch):
    def learn(*given, **known):
        raise SetpointError("history is too short")

    monkeypatch.setattr(product, "learn", learn)
    choice = StaticModelPolicy(HAND, made_up.seed, REACH).choose(made_up.table(0), HAND)
    assert choice.units.tolist() == list(UNITS)
    assert not choice.moves.any()
    assert set(choice.refusals) == {"model not fitted: history is too short"}


def test_who_learns_again_keeps_its_own_moves_apart(made_up):
    policy = RefittedModelPolicy(HAND, made_up.seed, REACH)
    for period in range(AGAIN + 1):
        policy.choose(made_up.table(period), HAND)
    first, second = made_up.calls
    assert first == {"tests": OWN}
    assert second["tests"] is OWN
    advised = second["advised"]
    assert len(advised) == AGAIN * len(UNITS)
    assert advised["period_start"].nunique() == AGAIN
    assert advised["voltage_setpoint"].tolist() == [0.05, 0.0, -0.05] * AGAIN


def test_a_unit_under_test_is_moved_once_and_gets_no_advice(made_up, monkeypatch):
    calls = []

    def experiments(model, seen, share, rng_seed):
        calls.append((share, rng_seed))
        tests = [SimpleNamespace(unit="A", periods=2, moves={"metal_level_target": 0.5})]
        return SimpleNamespace(tests=tests if len(calls) == 1 else [])

    monkeypatch.setattr(product, "experiments", experiments)
    policy = WithTests(HAND, made_up.seed, REACH)
    choices = [policy.choose(made_up.table(period), HAND) for period in range(AGAIN + 1)]
    assert [choice.moves[0].tolist() for choice in choices] == [[0.0, 0.5], [0.0, 0.0], [0.05, 0.0], [0.05, 0.0]]
    assert [choice.refusals[0] for choice in choices] == ["under test", "under test", "", ""]
    assert np.isnan(choices[0].gain[0])
    assert choices[0].moves[2].tolist() == [-0.05, 0.0]  # who is not under test is advised
    assert calls == [(0.08, 0), (0.08, AGAIN)]
    _, again = made_up.calls
    tests = again["tests"].set_index("unit")
    assert tests.loc["A", "metal_level_target"].tolist() == [0.5, 0.5, 0.5]  # it stays where the test brought it
    assert not tests.loc["B", list(REACH.names)].to_numpy().any()
    assert tests.loc["C", "voltage_setpoint"].sum() == 0.02  # the plant's own, of before
    assert again["advised"].query("unit == 'A'")["voltage_setpoint"].tolist() == [0.0, 0.0, 0.05]
