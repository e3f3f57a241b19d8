"""What a sorter's card and cautions warn of."""

import pytest

from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.gate import Gated
from training.core.splits import split
from training.jobs.card import model_card
from training.sorting.columns import cautions
from training.sorting.fit import SortingLearner

LEARNER = SortingLearner()

INFO = {"package_version": "1.2.3", "git_commit": None}
SOUND = {
    "test_skill": 0.7,
    "test_ece": 0.02,
    "test_lots": 40.0,
    "test_lots_over_limit": 0.05,
    "test_refused_other": 0.9,
    "test_coverage_90": 0.9,
    "test_loss_lot_limit": 20.0,
    "test_oracle_value": 300.0,
    "risk_price": 0.5,
}


def test_a_simulated_plants_card_tells_wrong_labels(toy_sorting_seed, toy_sorting_frame):
    frame = toy_sorting_frame(lots=80, pieces=30)
    truth = frame[["lot", "passed_at", "metal", "x", "z"]].copy()
    frame.loc[frame.index % 10 == 0, "metal"] = "b"
    data = dataset_of(check(frame, toy_sorting_seed), toy_sorting_seed, truth)
    parts = split(data)
    bar = fit_candidate(LEARNER, "majority", build(data.seed)["majority"], data, parts, INFO, None, lambda action: None)
    card = model_card({"majority": bar}, bar, data, parts, Gated(()))
    wrong = bar.metrics["test_label_errors"]
    assert 0.04 < wrong < 0.12  # a tenth was relabelled, a third of it rightly
    assert f"Against the simulated truth {wrong:.2%} of the mass has a wrong label" in card
    assert "Warning on majority: on the test pieces it is no better than the baseline" in card
    assert "neither evidence about a plant nor a claim about savings" in card
    assert "nonferrous 1.2.3, commit unknown" in card


@pytest.mark.parametrize(
    ("changed", "predictions"),
    [
        ({}, []),
        ({"test_skill": 0.0}, ["no better than the baseline"]),
        ({"test_ece": 0.06}, ["probabilities are off by 6.0%"]),
        ({"test_lots_over_limit": 0.3}, ["does not hold on the test lots: 12 of 40 break a limit, 10% of them may"]),
        ({"test_lots": 6.0, "test_lots_over_limit": 0.0}, ["not verified: 6 test lots, 9 needed"]),
        ({"test_loss_lot_limit": 150.0}, ["that loses 150 of the 300 $/t of the oracle"]),
        ({"test_refused_other": 0.2}, ["only 20% of the test mass of 'other' stays on the belt"]),
        ({"test_refused_other": float("nan"), "test_coverage_90": float("nan")}, []),
        ({"risk_price": float("inf")}, ["no risk price was shown to keep the limits of lots"]),
        ({"test_coverage_90": 0.8}, ["90% intervals hold 80% of the test pieces' element contents"]),
    ],
)
def test_cautions_name_what_is_wrong(toy_sorting_seed, changed, predictions):
    result = cautions(toy_sorting_seed, SOUND | changed, 400)
    assert len(result) == len(predictions)
    assert all(words in caution for words, caution in zip(predictions, result, strict=True))


def test_without_limits_there_is_no_promise_to_warn_of(toy_sorting_seed):
    bins = [one.model_copy(update={"limits": {}}) for one in toy_sorting_seed.bins]
    free = toy_sorting_seed.model_copy(update={"bins": bins})
    assert cautions(free, SOUND | {"test_lots": 2.0, "test_lots_over_limit": 1.0}, 400) == []
