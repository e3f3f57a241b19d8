"""Whole sentences on a sorter's figures, at the figures from which on they are said."""

from types import SimpleNamespace

import pytest

from training.sorting.columns import cautions, remarks, verdict_head

SOUND = {
    "risk_price": 0.24,
    "test_skill": 0.001,
    "test_ece": 0.05,
    "test_lots": 40.0,
    "test_lots_over_limit": 0.175,  # 7 of 40, where 4 may: as many come by chance in 10 of 100 times, 8 in 4 of them
    "test_refused_other": 0.5,
    "test_coverage_90": 0.85,
    "test_loss_lot_limit": 60.0,  # a fifth of 300
    "test_oracle_value": 300.0,
}
NOT_VERIFIED = "the promise on lots is not verified: 8 test lots, 9 needed to show a share of 10% with 60% confidence"
NOT_KEPT = "the promise on lots does not hold on the test lots: 8 of 40 break a limit, 10% of them may"
CLOSED = "no risk price was shown to keep the limits of lots: bins with limits stay closed"
NOT_REFUSED = "only 49% of the test mass of 'other' stays on the belt: the rest is sorted as what it is not"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, []),
        ({"test_coverage_90": 0.95}, []),
        ({"test_skill": 0.0}, ["on the test pieces it is no better than the baseline"]),
        ({"test_skill": -1.0}, ["on the test pieces it is no better than the baseline"]),
        ({"test_ece": 0.051}, ["its probabilities are off by 5.1% on average on the test pieces"]),
        ({"test_lots_over_limit": 0.2}, [NOT_KEPT]),
        ({"test_lots": 9.0, "test_lots_over_limit": 0.0}, []),
        ({"test_lots": 8.0, "test_lots_over_limit": 0.0}, [NOT_VERIFIED]),
        ({"risk_price": float("inf")}, [CLOSED]),
        ({"test_refused_other": 0.49}, [NOT_REFUSED]),
        ({"test_coverage_90": 0.84}, ["its 90% intervals hold 84% of the test pieces' element contents"]),
        ({"test_coverage_90": 0.96}, ["its 90% intervals hold 96% of the test pieces' element contents"]),
        (
            {"test_loss_lot_limit": 61.0},
            ["limits of lots close its bins: that loses 61 of the 300 $/t of the oracle"],
        ),
    ],
)
def test_a_caution_is_said_from_its_figure_on(toy_sorting_seed, changed, message):
    assert cautions(toy_sorting_seed, SOUND | changed, 400) == message


def test_what_is_not_known_is_no_reason_for_a_caution(toy_sorting_seed):
    unknown = dict.fromkeys(("test_refused_other", "test_coverage_90", "test_loss_lot_limit"), float("nan"))
    assert cautions(toy_sorting_seed, SOUND | unknown, 400) == []


def test_without_limits_nothing_is_promised_of_lots(toy_sorting_seed):
    free = toy_sorting_seed.model_copy(
        update={"bins": [one.model_copy(update={"limits": {}}) for one in toy_sorting_seed.bins]}
    )
    assert cautions(free, SOUND | {"test_lots": 1.0, "test_lots_over_limit": 1.0}, 400) == []


def test_remarks_say_what_is_allowed_turned_away_and_known_to_be_wrong(toy_sorting_seed):
    data = SimpleNamespace(seed=toy_sorting_seed, rejected_rows=3, unlabelled_rows=5)
    message = [
        "Shares by mass; skill: log loss against majority; ECE: calibration error",
        "Oracle: knows every piece's class, same values, no limits of lots",
        "Lots over: share of lots that break a limit of a bin, 10% allowed",
        "Rejected rows: 3; without label: 5",
    ]
    candidates = {"majority": None, "linear": None}
    assert remarks(candidates, SimpleNamespace(metrics={}), data) == message
    with_truth = SimpleNamespace(metrics={"test_label_errors": 0.0123})
    assert remarks(candidates, with_truth, data) == [
        *message,
        "Wrong labels, against the simulated truth: 1.23% of the mass",
    ]


def test_the_head_of_a_verdict_says_what_its_figures_are_by(toy_sorting_seed):
    assert verdict_head(toy_sorting_seed) == "sorted by lots, by mass"
