"""Set-points recommended for lots of a known law: what they gain, and where nothing is recommended."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.quality.grades import Limits
from models.quality.setpoints import recommender
from models.quality.setpoints.model import LotSetpoints
from models.quality.setpoints.recommender import BROKEN, LotPlans, _decided, recommend, what_if
from seeds import Seed
from seeds.format.loader import parse
from system.cancellation import looking
from tests.suite.physics import state_process

Learn = Callable[..., LotSetpoints]


def lots(*u: float, setpoint: float = 50.0) -> LotPlans:
    """Lots before they are made: v is measured later."""
    return plans(np.array([[one, np.nan, setpoint, 2.2] for one in u]).reshape(-1, 4))


def plans(X: np.ndarray) -> LotPlans:
    return LotPlans(X, [f"T-{i:02d}" for i in range(len(X))], [pd.Timestamp("2026-11-01")] * len(X))


def contents(u: float, setpoint: float, n: int = 200_000) -> np.ndarray:
    """Contents of lots of the law."""
    rng = np.random.default_rng(0)
    centre = np.array([0.7 + 0.4 * u, 0.5 * u - 0.06 * (setpoint - 50), -0.4])
    return np.exp(centre + 0.3 * rng.standard_normal((n, 3)))


def keeps(seed: Seed, u: float, setpoint: float) -> float:
    """How often a lot of the law keeps the first grade."""
    return float(np.mean(Limits.of(seed).kept(contents(u, setpoint))[:, 0]))


class TestRecommendations:
    def test_a_lot_near_its_limit_is_moved_away_and_gains_what_is_promised(self, setpoints: LotSetpoints) -> None:
        (result,) = recommend(setpoints, lots(2.2, setpoint=44.0))
        move = result.moves["setpoint"]
        assert (result.unit, result.start, result.refusal) == ("T-00", pd.Timestamp("2026-11-01"), None)
        assert result.plan == {"setpoint": 44.0}
        assert 0.0 < move <= 10.0
        assert 0 < result.gain.low < result.gain.value < result.gain.high
        before, after = result.keeps["prime"]
        assert before == pytest.approx(keeps(setpoints.seed, 2.2, 44.0), abs=0.05)
        assert after == pytest.approx(keeps(setpoints.seed, 2.2, 44.0 + move), abs=0.05)
        assert after > before
        assert result.cause == "less q: impurity q"
        assert result.supporting_rows > 0

    def test_each_limit_is_broken_as_often_as_by_the_law(self, setpoints: LotSetpoints) -> None:
        (result,) = recommend(setpoints, lots(2.2, setpoint=44.0))
        limits = {one.column: one for one in result.limits}
        assert {name: one.bound for name, one in limits.items()} == {"p": 6.0, "q": 5.0, "p_and_q": 9.0}
        for name, of in (("p", [0]), ("q", [1]), ("p_and_q", [0, 1])):
            for setpoint, probability in (
                (44.0, limits[name].before),
                (44.0 + result.moves["setpoint"], limits[name].chance),
            ):
                law = float(np.mean(contents(2.2, setpoint)[:, of].sum(axis=1) > limits[name].bound))
                assert probability == pytest.approx(law, abs=0.05)
        assert limits["p"].chance == pytest.approx(limits["p"].before, abs=0.01)
        assert {one.allowed for one in result.limits} == {0.02}
        likely = {"p": np.exp(0.7 + 0.4 * 2.2), "q": np.exp(0.5 * 2.2 - 0.06 * (result.moves["setpoint"] - 6.0))}
        for name, value in likely.items():
            assert limits[name].expected == pytest.approx(value, rel=0.1)
        assert result.effects["q"].value < 0
        assert result.effects["p"].value >= 0  # physics knows no effect: history's small one counts where it is a rise

    def test_a_safe_lot_is_as_good_as_planned(self, setpoints: LotSetpoints) -> None:
        (result,) = recommend(setpoints, lots(-2.0))
        assert (result.moves, result.refusal, result.gain.value) == ({"setpoint": 0.0}, None, 0.0)
        assert result.cause is None
        before, after = result.keeps["prime"]
        assert before == after

    def test_a_lot_unlike_history_or_without_its_assay_is_refused_by_name(self, setpoints: LotSetpoints) -> None:
        X = lots(0.0, 15.0, 0.0).X
        X[2, 3] = np.nan
        result = recommend(setpoints, plans(X))
        assert result[1].refusal == "u outside training range"
        assert result[2].refusal == "p_last missing"
        assert result[0].refusal is None
        assert np.isnan([result[1].keeps["prime"][0], result[1].limits[0].chance, result[1].effects["q"].value]).all()

    def test_what_is_measured_later_does_not_count(self, setpoints: LotSetpoints) -> None:
        subset = lots(2.2, 0.0, setpoint=44.0)
        known = subset.X.copy()
        known[:, 1] = 3.0
        assert recommend(setpoints, plans(known)) == recommend(setpoints, subset)

    def test_a_lot_does_not_depend_on_the_others(self, setpoints: LotSetpoints) -> None:
        X = lots(2.2, 2.0, -1.0, 1.5, setpoint=44.0).X
        together = recommend(setpoints, plans(X))
        for i, one in enumerate(together):
            (alone,) = recommend(setpoints, plans(X[i : i + 1]))
            assert alone.moves == one.moves
            assert alone.gain.value == pytest.approx(one.gain.value, rel=1e-9)

    def test_no_lots_have_no_recommendations(self, setpoints: LotSetpoints) -> None:
        assert recommend(setpoints, lots()) == []

    def test_a_recommendation_lies_within_history_and_one_step(self, setpoints: LotSetpoints) -> None:
        result = recommend(setpoints, lots(*np.linspace(-2, 2.5, 40), setpoint=47.0))
        moves = [one.moves["setpoint"] for one in result if one.moves["setpoint"]]
        assert moves
        low, high = setpoints.low[0], setpoints.high[0]
        assert all(low <= 47.0 + move <= high and abs(move) <= 10 for move in moves)

    def test_a_what_if_of_what_is_recommended_brings_what_was_said(self, setpoints: LotSetpoints) -> None:
        subset = lots(2.2, 2.0, -1.0, setpoint=44.0)
        best = recommend(setpoints, subset)
        assert what_if(setpoints, subset, [one.moves for one in best]) == best

    def test_a_what_if_may_lose(self, setpoints: LotSetpoints) -> None:
        subset = lots(2.0, 15.0)
        result = what_if(setpoints, subset, [{"setpoint": -5.0}, {"setpoint": -5.0}])
        assert result[0].gain.value < 0
        assert result[0].refusal is None
        assert result[0].keeps["prime"][1] < result[0].keeps["prime"][0]
        assert result[1].refusal == "u outside training range"

    def test_dearer_claims_make_a_move_away_from_the_limit_worth_more(self, setpoints: LotSetpoints) -> None:
        moves = [{"setpoint": 5.0}]
        cheap, dear = (
            what_if(setpoints, lots(1.5), moves, {"assay_cost": 5000.0, "claim_cost": cost})[0].gain.value
            for cost in (30.0, 150.0)
        )
        assert dear > cheap


def test_where_history_contradicts_physics_nothing_is_recommended(toy_quality_seed: Seed, learn: Learn) -> None:
    result = recommend(learn(toy_quality_seed, slope=0.06), lots(*np.linspace(-2, 2.5, 20), setpoint=47.0))
    assert all(not any(one.moves.values()) for one in result)
    assert all(one.refusal in (None, BROKEN) or str(one.refusal).startswith("doubt: setpoint ") for one in result)


def test_a_refusal_names_the_move_that_is_doubtful_and_what_it_would_bring(setpoints: LotSetpoints) -> None:
    (result,) = recommend(setpoints, lots(2.2, setpoint=44.0))
    assert _decided(result, 0.0, True, setpoints) == result
    refused = _decided(result, result.gain.value, True, setpoints)
    number = r"-?[\d.e+-]+"
    message = (
        rf"doubt: setpoint \+{result.moves['setpoint']:g} °C would bring {number} \$/t, between {number} and {number}"
    )
    assert re.fullmatch(message, str(refused.refusal))
    assert (refused.moves, refused.gain.value, refused.cause, refused.supporting_rows) == (
        {"setpoint": 0.0},
        0.0,
        None,
        0,
    )
    assert all(limit.chance == limit.before for limit in refused.limits)
    assert refused.keeps["prime"] == (result.keeps["prime"][0],) * 2


def test_a_move_that_costs_more_than_it_gains_is_not_recommended(toy_quality_seed: Seed, learn: Learn) -> None:
    text = toy_quality_seed.text.replace("move_cost = { value = 1,", "move_cost = { value = 1000,")
    assert text != toy_quality_seed.text
    (result,) = recommend(learn(parse(text, Path("toy_lots.toml"))), lots(2.2, setpoint=44.0))
    assert (result.moves, result.refusal) == ({"setpoint": 0.0}, None)


def test_many_lots_are_weighed_some_at_a_time(setpoints: LotSetpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    subset = lots(*np.linspace(-2, 2.5, 11), np.nan, setpoint=47.0)
    whole = recommend(setpoints, subset)
    moved = what_if(setpoints, subset, [one.moves for one in whole])
    monkeypatch.setattr(recommender, "LOTS_AT_ONCE", 3)
    looks: list[bool] = []
    with looking(lambda: looks.append(True)):
        result = recommend(setpoints, subset)
    for parts, together in ((result, whole), (what_if(setpoints, subset, [one.moves for one in whole]), moved)):
        assert [(one.moves, one.refusal) for one in parts] == [(one.moves, one.refusal) for one in together]
        gains = [[one.gain.value for one in each] for each in (parts, together)]
        np.testing.assert_allclose(*gains, rtol=1e-9)
    assert len(looks) > 4 * len(subset.units) / 3


def test_a_lot_without_an_input_that_history_lacked_at_times_is_refused_if_its_plan_depends_on_it(
    toy_quality_seed: Seed, history: Callable[..., Any], physics: Callable[[float], Any]
) -> None:
    X, labels, units, periods = history(per_u=3.0)
    rng = np.random.default_rng(3)
    X[rng.random(len(X)) < 0.05, 0] = np.nan  # both contents depend on it
    X[:, 3] = rng.normal(2.2, 0.1, len(X))  # no output depends on it
    X[rng.random(len(X)) < 0.05, 3] = np.nan
    with pytest.MonkeyPatch.context() as patch:
        state_process(patch, "toy_lots", physics=physics(-0.06))
        model = LotSetpoints.learn(toy_quality_seed, X, labels, units, periods)
        lacking = lots(2.2, 2.2, 2.2, setpoint=44.0).X
        lacking[1, 0], lacking[2, 3] = np.nan, np.nan
        result = recommend(model, plans(lacking))
    assert [one.refusal for one in result] == [None, "u missing", None]
    assert not any(result[1].moves.values())
    assert result[2].moves["setpoint"] > 0
    # A state of version 1 does not know what plans depend on.
    former = model.state()
    del former["effects_if_missing"]
    assert LotSetpoints.from_state(former, model.seed).flags(lacking) == [[], [], []]


def test_several_missing_inputs_are_named_by_their_effect_together(setpoints: LotSetpoints) -> None:
    model = replace(setpoints, complete=np.zeros(3, dtype=np.bool_))
    X = np.array([[np.nan, 0.0, 50.0, 2.2], [0.0, 0.0, 50.0, np.nan], [np.nan, 0.0, 50.0, np.nan]])

    def named(*effects: float) -> list[list[str]]:
        return replace(model, effects_if_missing=np.array(effects)).flags(X)

    assert named(0.06, 0.0, 0.05) == [[], [], ["u missing"]]
    assert named(0.06, 0.0, 0.2) == [[], ["p_last missing"], ["p_last missing"]]
    assert named(0.5, 0.0, 0.2) == [["u missing"], ["p_last missing"], ["u missing", "p_last missing"]]
