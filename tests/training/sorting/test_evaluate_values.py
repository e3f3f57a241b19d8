"""Figures of a sorter whose belt's own bin is not the last one, and of the ends of what is measured."""

from dataclasses import replace

import numpy as np
import pytest

from models.interfaces.answers import Answer
from training.sorting.evaluate import (
    AnalysedPieces,
    Decided,
    _intervals,
    by_bin,
    by_element,
    evaluate,
    measured,
    metric_of,
    over_lots,
    rest_of,
    share,
    value_metrics,
)

FIRST, BELT, LAST = range(3)
# Class 0 is worth most in the first bin, 1 in the last, 2 on the belt.
VALUES = np.array([[2.0, -1.0, -3.0], [0.5, 0.25, 0.125], [-1.0, 1.5, -0.5]])


def six():
    """Two lots of three pieces: each bin is right once and wrong once, but for the last, which is right twice."""
    classes = np.array([0, 1, 2, 1, 1, 0])
    mass = np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0])
    lots = np.array(["L-2"] * 3 + ["L-1"] * 3, dtype=object)
    bins = np.array([FIRST, FIRST, BELT, LAST, LAST, BELT])
    p = np.eye(3)[[0, 1, 2, 1, 0, 1]]  # the classes of the last two pieces are mistaken
    return Decided(p, bins, bins, np.zeros(6, dtype=bool), {}), AnalysedPieces(classes, mass, lots, np.zeros((6, 1)))


def test_the_belts_own_bin_counts_neither_as_pure_nor_as_recovered():
    result = by_bin(VALUES, BELT, ["first", "belt", "last"], *six())
    assert result == pytest.approx(
        {
            "purity": (10 + 40 + 50) / (10 + 20 + 40 + 50),
            "recovery": (10 + 40 + 50) / (10 + 20 + 40 + 50 + 60),
            "first_purity": 10 / 30,
            "first_recovery": 10 / 70,
            "last_purity": 1.0,
            "last_recovery": 90 / 110,
        }
    )


def test_an_interval_over_two_lots_reaches_from_the_one_to_the_other():
    """A quarter of the draws is one lot twice, so the ends of 90 % of them are the two lots' own figures."""
    result = _intervals(VALUES, BELT, *six())
    value = (20.0 - 20.0 + 30 * 0.125) / 60, (60.0 + 75.0 + 60 * 0.5) / 150
    best = (20.0 + 30.0 + 30 * 0.125) / 60, (60.0 + 75.0 + 120.0) / 150
    expected = {
        "accuracy": (40 / 150, 1.0),
        "value": (1000 * value[0], 1000 * value[1]),
        "value_share": (value[0] / best[0], value[1] / best[1]),
        "purity": (10 / 30, 1.0),
        "recovery": (10 / 30, 90 / 150),
    }
    for name, (low, high) in expected.items():
        assert (result[f"{name}_low"], result[f"{name}_high"]) == pytest.approx((low, high)), name
    assert 0.0 <= result["ece_low"] <= result["ece_high"]


def test_an_interval_does_not_depend_on_the_order_of_the_lots():
    rng = np.random.default_rng(1)
    top, bottom, lots = rng.random(60), rng.random(60), np.repeat([f"L-{i:02d}" for i in range(12)], 5)
    order = rng.permutation(60)
    assert over_lots(top, bottom, lots) == pytest.approx(over_lots(top[order], bottom[order], lots[order]), rel=1e-12)


def test_nothing_below_the_line_or_a_single_lot_has_no_interval():
    lots = np.array(["A", "B"], dtype=object)
    assert np.isnan(over_lots(np.ones(2), np.zeros(2), lots)).all()
    assert np.isnan(over_lots(np.ones(2), np.ones(2), lots[[0, 0]])).all()
    low, high = over_lots(np.array([1.0, 2.0]), np.ones(2), lots)
    assert (low, high) == (1.0, 2.0)


@pytest.mark.parametrize(("value", "share_of"), [(0.0, np.nan), (-1.0, np.nan), (0.5, 1.0)])
def test_where_even_an_oracle_gains_nothing_there_is_no_share_of_it(value, share_of):
    decided, pieces = six()
    result = value_metrics(np.full((3, 3), value), BELT, decided, pieces)
    assert result["oracle_value"] == pytest.approx(1000 * value)
    assert result["value_share"] == pytest.approx(share_of, nan_ok=True)


def test_nothing_has_no_share():
    assert np.isnan(share(np.zeros(0, dtype=bool), np.zeros(0)))
    assert share(np.array([True, False]), np.array([1.0, 3.0])) == 0.25


def test_every_known_content_counts_the_same_whatever_its_element(toy_sorting_seed):
    """Of x two of three known contents lie in their interval, of z one of one."""
    nan = np.nan
    contents = np.array([[1.0, nan], [2.0, nan], [9.0, 1.0], [nan, nan]])
    value = np.array([1.5, 2.5, 3.0, 4.0])
    answer = Answer(value, value - 0.5, value + 0.5)
    ones = np.ones(4)
    other = Answer(ones, ones - 0.5, ones + 0.5)
    decided = Decided(np.ones((4, 4)), np.zeros(4, int), np.zeros(4, int), np.zeros(4, bool), {"x": answer, "z": other})
    pieces = AnalysedPieces(
        np.zeros(4, int), np.array([1.0, 10.0, 100.0, 1000.0]), np.array(["L"] * 4, dtype=object), contents
    )
    result = by_element(toy_sorting_seed, decided, pieces)
    assert result == pytest.approx(
        {
            "x_rmse": np.sqrt((0.25 + 0.25 + 36) / 3),
            "x_coverage_90": 2 / 3,
            "z_rmse": 0.0,
            "z_coverage_90": 1.0,
            "coverage_90": 0.75,
        }
    )
    unknown = by_element(toy_sorting_seed, decided, replace(pieces, contents=np.full((4, 2), nan)))
    assert np.isnan(list(unknown.values())).all()
    assert np.isnan(by_element(toy_sorting_seed, replace(decided, elements={}), pieces)["coverage_90"])


def four(toy_sorting_seed):
    """A piece of each class, all on the belt, with nothing known of their contents."""
    belt = np.full(4, 2)
    p = np.full((4, 4), 0.1) + 0.6 * np.eye(4)
    lots = np.array(["A", "A", "B", "B"], dtype=object)
    pieces = AnalysedPieces(np.arange(4), np.array([10.0, 20.0, 30.0, 40.0]), lots, np.full((4, 2), np.nan))
    return Decided(p, belt, belt, np.zeros(4, dtype=bool), {}), pieces


def test_the_class_of_what_is_none_of_the_named_ones_is_the_seeds(toy_sorting_seed):
    decided, pieces = four(toy_sorting_seed)
    decided = replace(decided, bin=np.array([0, 2, 1, 0]))
    rules = toy_sorting_seed.sorting.model_copy(update={"other_class": "b"})
    named = toy_sorting_seed.model_copy(update={"sorting": rules})
    assert measured(toy_sorting_seed, decided, pieces)["refused_other"] == 0.0
    assert measured(named, decided, pieces)["refused_other"] == 1.0
    assert measured(named, replace(decided, bin=np.array([2, 1, 2, 2])), pieces)["refused_other"] == 0.0


def test_skill_is_the_share_of_the_baselines_log_loss_that_is_avoided(toy_sorting_seed):
    decided, pieces = four(toy_sorting_seed)
    metrics = evaluate(toy_sorting_seed, decided, pieces, np.full((4, 4), 0.25))
    assert metrics["skill"] == pytest.approx(1 - np.log(0.7) / np.log(0.25))
    assert np.isnan(evaluate(toy_sorting_seed, decided, pieces, np.eye(4))["skill"])
    assert "truth_accuracy" not in evaluate(toy_sorting_seed, decided, pieces, np.eye(4), np.full(4, np.nan))


def test_the_belts_bin_and_the_name_of_a_loss(toy_sorting_seed):
    assert rest_of(toy_sorting_seed) == 2
    assert rest_of(toy_sorting_seed.model_copy(update={"bins": toy_sorting_seed.bins[::-1]})) == 0
    assert metric_of("lot limit") == "loss_lot_limit"
