"""Set-points of a line whose sorter is too sure, or whose belt is too full, by a known law."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.setpoints.errors import SetpointError
from models.setpoints.lot_advice import LotAdvice
from models.sorting.decision import SortingLine
from models.sorting.setpoints.assayed import FEWEST_LOTS, Assayed
from models.sorting.setpoints.recommender import FEED, VALUE, LinePlan, LineSetPoints, recommend, what_if
from models.sorting.setpoints.replay import PARTS
from seeds import Seed

PIECES = 60
GAIN, OTHER, LOAD = "least_gain.bin_a", "least_gain.bin_bc", "occupancy"
START = pd.Timestamp("2026-11-01")
Made = Callable[..., LineSetPoints]
Drawn = Callable[..., Assayed]


def advised(line: LineSetPoints, **setpoints: float) -> LotAdvice:
    (result,) = recommend(
        line, [LinePlan("L-900", START, {name.replace("__", "."): v for name, v in setpoints.items()})]
    )
    return result


def advice_on(line: LineSetPoints, moves: dict[str, float], **more: Any) -> LotAdvice:
    (result,) = what_if(line, [LinePlan("L-900", START, {})], [moves], **more)
    return result


def gain_of(subset: Assayed, least: float) -> float:
    """What a least gain in bin_a earns on pieces, by hand [$/t]; nothing comes along."""
    expected = subset.X[:, 1] * 1.7 - (1 - subset.X[:, 1]) * 3.1
    earned = np.where(subset.classes == 0, 1.7, -3.1)
    return float(1000 * (earned * (expected >= least)).mean() - 1000 * (earned * (expected > 0)).mean())


# ---- least gains


def test_probabilities_that_are_right_leave_nothing_to_gain(line: Made) -> None:
    """Without co-ejection any gain should do; an interval of 90 % is wrong above 0 once in twenty times."""
    result = [advised(line(i)) for i in range(12)]
    assert sum(one.moves[GAIN] > 0 for one in result) <= 1
    assert any("least gains: expected gain" in note and "it may be none" in note for note in result[0].notes)


def test_a_sorter_that_is_too_sure_is_made_to_ask_for_more(line: Made) -> None:
    result = advised(line(1, too_sure=0.15, lots=200))
    assert result.refusal is None
    assert (result.unit, result.start, result.plan[GAIN], result.supporting_rows) == ("L-900", START, 0.0, 200)
    # Worth ejecting from 65 + 15 % on, which the sorter takes for a gain of 0.72 $.
    assert 0.3 * 1.7 <= result.moves[GAIN] <= PARTS[-1] * 1.7
    assert result.moves[OTHER] == 0.0


def test_the_interval_of_least_gains_holds_what_they_bring_on_other_lots(line: Made, drawn: Drawn) -> None:
    """With loads that are alike nothing else moves."""
    made = line(1, too_sure=0.15)
    alike = replace(made.assayed, X=np.column_stack([np.full(len(made.assayed.X), 0.1), made.assayed.X[:, 1]]))
    result = advised(LineSetPoints(made.model, alike))
    assert result.moves[LOAD] == 0.0
    assert 0 < result.gain.low < result.gain.value < result.gain.high
    fresh = gain_of(drawn(np.random.default_rng(99), lots=2000, too_sure=0.15), result.moves[GAIN])
    assert result.gain.low < fresh < result.gain.high
    assert result.effects[VALUE] == result.gain
    assert result.effects[FEED].value == 0.0
    assert str(result.cause).startswith("small gains")
    assert any("occupancy: loads of the lots from 0.100 to 0.100: expected 0.01" in note for note in result.notes)


def test_what_comes_along_must_be_earned_too(line: Made) -> None:
    """As much comes along as is ejected, of a feed that is half of a: it loses 0.7 $/kg in bin_a."""
    result = advised(line(2, co_ejection=1.0, lots=200, lowest=0.0))
    assert result.moves[GAIN] in (0.3 * 1.7, 0.4 * 1.7)
    assert "takes 1 kg of the feed along" in result.notes[1]


def test_a_plan_that_asks_for_the_best_gain_already_keeps_it(line: Made) -> None:
    made = line(1, too_sure=0.15)
    best = advised(made)
    again = advised(made, least_gain__bin_a=best.moves[GAIN])
    assert again.moves[GAIN] == 0.0
    assert again.plan[GAIN] == best.moves[GAIN]
    assert not any("least gains" in note for note in again.notes)
    assert again.gain.value < best.gain.value


# ---- the belt's load


def test_a_load_that_harms_nothing_is_raised_as_far_as_it_was_tried(line: Made) -> None:
    made = line(6)
    result = advised(made)
    load = made.assayed.X[::PIECES, 0]
    assert result.plan[LOAD] == pytest.approx(load.mean())
    assert result.plan[LOAD] + result.moves[LOAD] == pytest.approx(np.quantile(load, 0.95))
    # As many times the value as there is more feed, but for the little that the slope takes by chance.
    earned = np.where(made.assayed.classes == 0, 1.7, -3.1) * (made.assayed.X[:, 1] > 3.1 / 4.8)
    more = result.moves[LOAD] / result.plan[LOAD]
    most = 1000 * earned.mean() * more
    assert 0 < result.gain.low < result.gain.value <= most * (1 + 1e-9) < result.gain.high * 1.5
    assert result.effects[VALUE].value <= 0
    assert result.effects[FEED].value == pytest.approx(more)
    assert result.cause == "more feed in the same time"


def test_a_load_that_spoils_the_readings_is_lowered(line: Made) -> None:
    result = advised(line(7, lots=200, by_load=1.8))
    assert result.refusal is None
    assert result.moves[LOAD] < 0
    assert result.effects[VALUE].low > 0
    assert result.effects[FEED].value < 0


def test_a_load_that_no_lot_had_is_refused(line: Made) -> None:
    result = advised(line(6), occupancy=0.4)
    assert str(result.refusal).startswith("occupancy 0.4 outside 0.05")
    assert not any(result.moves.values())


def test_a_belt_without_measured_load_has_no_such_setpoint(toy_sorting_seed: Any, line: Made) -> None:
    made = line(6, too_sure=0.15)
    sorter: Any = type(made.model)(toy_sorting_seed)
    sorter.names = ("density", "probability")
    result = advised(LineSetPoints(sorter, made.assayed))
    assert set(result.plan) == {GAIN, OTHER}
    assert result.moves[GAIN] > 0


# ---- refusals


@pytest.mark.parametrize("ask", [advised, lambda line: advice_on(line, {GAIN: 0.1})])
def test_labels_of_other_pieces_are_no_ground_for_a_move(ask: Callable[..., LotAdvice], line: Made) -> None:
    made = line(3, too_sure=0.15)
    other = replace(made.assayed, classes=np.random.default_rng(3).permutation(made.assayed.classes))
    result = ask(LineSetPoints(made.model, other))
    assert not any(result.moves.values())
    assert "no higher probability than those of any pieces" in str(result.refusal)


@pytest.mark.parametrize("ask", [advised, lambda line: advice_on(line, {GAIN: 0.1})])
def test_few_lots_are_refused(ask: Callable[..., LotAdvice], line: Made) -> None:
    result = ask(line(4, lots=FEWEST_LOTS - 1, too_sure=0.15))
    assert not any(result.moves.values())
    assert (result.gain.value, result.refusal) == (0.0, "19 assayed lots, expected 20 or more")


def test_more_lots_over_a_limit_than_promised_stop_any_move(line: Made) -> None:
    made = line(5, too_sure=0.15)
    rich = replace(made.assayed, contents=np.full((len(made.assayed.classes), 2), 50.0))
    result = advised(LineSetPoints(made.model, rich))
    assert not any(result.moves.values())
    assert "60 of 60 lots break a limit, where 10% of the lots may" in str(result.refusal)
    (limit,) = result.limits
    assert (limit.column, limit.bound, limit.before, limit.chance, limit.allowed) == ("bin_a.x", 0.9, 1.0, 1.0, 0.1)
    assert limit.expected == pytest.approx(50.0)


def test_a_limit_of_a_spread_stands_beside_that_of_the_mean(line: Made, spread_belt_seed: Seed) -> None:
    """Every second piece holds nothing of x, the others 0.8 wt%: a standard deviation of 0.4, where 0.3 may be."""
    made: Any = line(5, too_sure=0.15)
    made.model.seed = spread_belt_seed
    made.model.line = replace(SortingLine.of(spread_belt_seed, np.zeros(2)), co_ejection=0.0)
    contents = np.zeros((len(made.assayed.classes), 2))
    contents[::2, 0] = 0.8
    result = advice_on(LineSetPoints(made.model, replace(made.assayed, contents=contents)), {})
    of_mean, of_sd = result.limits
    assert (of_mean.column, of_mean.bound, of_mean.before) == ("bin_a.x", 0.9, 0.0)
    assert (of_sd.column, of_sd.bound, of_sd.unit) == ("standard deviation of bin_a.x", 0.3, "wt%")
    assert (of_sd.before, of_sd.chance, of_sd.allowed) == (1.0, 1.0, 0.1)
    assert of_sd.expected == pytest.approx(0.4, abs=0.01)


# ---- what-if


def test_a_what_if_is_weighed_on_all_lots(line: Made) -> None:
    made = line(1, too_sure=0.15)
    result = advice_on(made, {GAIN: 0.68})
    assert result.moves == {GAIN: 0.68, OTHER: 0.0, LOAD: 0.0}
    # The slope of the losses in the load, by chance, is taken into account at the mean load.
    assert result.gain.value == pytest.approx(gain_of(made.assayed, 0.68), rel=0.05)
    assert advice_on(made, {}).gain.value == 0.0


def test_a_what_if_may_lose(line: Made) -> None:
    result = advice_on(line(7, lots=200, by_load=1.8), {LOAD: 0.05})
    assert result.gain.high < 0
    assert result.refusal is None
    assert result.cause is None


def test_a_what_if_of_both_brings_more_than_either(line: Made) -> None:
    made = line(1, too_sure=0.15)
    both, gain, load = (
        advice_on(made, moves).gain.value for moves in ({GAIN: 0.5, LOAD: 0.05}, {GAIN: 0.5}, {LOAD: 0.05})
    )
    assert both > max(gain, load)


def test_prices_of_the_day_count(line: Made) -> None:
    made = line(1, too_sure=0.15)
    dear = advice_on(made, {GAIN: 0.5}, prices={"bin_a.other": -9.0})
    assert dear.gain.value != advice_on(made, {GAIN: 0.5}).gain.value
    with pytest.raises(
        SetpointError, match=r"prices.bin_a.gold: got a name that the seed lacks: expected <bin>.<class>"
    ):
        advice_on(made, {GAIN: 0.5}, prices={"bin_a.gold": 1.0})
    with pytest.raises(SetpointError, match=r"prices.bin_a.a: got inf: expected a number"):
        advice_on(made, {GAIN: 0.5}, prices={"bin_a.a": np.inf})


def test_setpoints_are_bounded_by_what_is_known(line: Made) -> None:
    made = line(1)
    bounds = made.bounds(None)
    load = made.assayed.X[:, 0]
    assert bounds[GAIN] == pytest.approx((0.0, 1.7))
    assert bounds[OTHER] == pytest.approx((0.0, 1.2))
    assert bounds[LOAD] == pytest.approx((load.min(), load.max()))
    assert made.bounds({"bin_a.a": 5.3})[GAIN] == pytest.approx((0.0, 5.0))
