"""Whole sentences on a predicted number's figures, at the figures from which on they are said."""

from types import SimpleNamespace

import pytest

from training.regression.columns import cautions, remarks, verdict_head

NO_SKILL = "on the test rows it is no better than the baseline"
NARROW = "its fixed 90% intervals cover {} of the labels of 200 test rows: too narrow"
WIDE = "its fixed 90% intervals cover {} of the labels of {} test rows: wider than needed"


@pytest.mark.parametrize(
    ("skill", "covered", "message"),
    [
        (0.001, 0.85, []),
        (0.001, 0.95, []),
        (0.0, 0.9, [NO_SKILL]),
        (-1.0, 0.9, [NO_SKILL]),
        (0.5, 0.84, [NARROW.format("84.0%")]),
        (0.5, 0.96, [WIDE.format("96.0%", 200)]),
        (0.0, 0.5, [NO_SKILL, NARROW.format("50.0%")]),
    ],
)
def test_a_caution_is_said_from_its_figure_on(toy_seed, skill, covered, message):
    assert cautions(toy_seed, {"test_skill": skill, "test_coverage_90": covered}, 200) == message


@pytest.mark.parametrize(("covered", "rows"), [(20, 21), (17, 21), (289, 300), (31, 32)])
def test_a_share_of_few_rows_that_chance_explains_is_no_reason_for_a_caution(toy_seed, covered, rows):
    message = cautions(toy_seed, {"test_skill": 0.5, "test_coverage_90": covered / rows}, rows)
    assert message == ([] if rows < 100 else [WIDE.format("96.3%", rows)])


def test_adaptive_intervals_are_spoken_of_where_the_fixed_ones_are_off(toy_seed):
    known = {"test_skill": 0.5, "test_adaptive_coverage_90": 0.886}
    assert cautions(toy_seed, known | {"test_coverage_90": 0.9}, 200) == []
    assert cautions(toy_seed, known | {"test_coverage_90": 0.74}, 200) == [
        NARROW.format("74.0%"),
        "its adaptive intervals cover 89% of them, which need outcomes to come in: without, they stay as the last "
        "outcomes of training left them, and age with the plant",
    ]


HEADS = [
    "Skill against persistence; cover: share of labels in the 90% interval; holdout: held-out units",
    "adapt.: of intervals that follow the outcomes as they come in",
    "Rejected rows: 3; without label: 5",
]


@pytest.mark.parametrize(
    ("metrics", "noise"),
    [
        ({}, ["Label noise, stated: 0.5 %"]),
        ({"test_noise_floor": 0.4567}, ["Label noise, measured: 0.457 % (RMSE of a perfect model)"]),
    ],
)
def test_a_measured_noise_is_said_in_the_place_of_a_stated_one(toy_seed, metrics, noise):
    data = SimpleNamespace(seed=toy_seed, rejected_rows=3, unlabelled_rows=5)
    candidates = {"persistence": None, "linear": None}
    best = SimpleNamespace(metrics=metrics | {"test_adaptive_coverage_90": 0.9})
    assert remarks(candidates, best, data) == HEADS + noise


def test_a_noise_that_is_neither_stated_nor_measured_is_not_spoken_of(toy_seed):
    target = toy_seed.targets["y"].model_copy(update={"label_noise": None})
    data = SimpleNamespace(
        seed=toy_seed.model_copy(update={"targets": {"y": target}}), rejected_rows=3, unlabelled_rows=5
    )
    # Without adaptive intervals, as in a table without time, their column is not spoken of either.
    assert remarks({"persistence": None}, SimpleNamespace(metrics={}), data) == [HEADS[0], HEADS[2]]


def test_the_head_of_a_verdict_names_the_unit(toy_seed):
    assert verdict_head(toy_seed) == "errors and widths in %"
