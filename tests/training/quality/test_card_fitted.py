"""What the card, the table and the cautions of a grader of lots tell and warn of."""

import numpy as np
import pytest

from models.table.contract import check
from models.tasks import build
from training.core.dataset import dataset_of
from training.core.fitting import fit_candidate
from training.core.gate import Gated
from training.core.splits import split
from training.jobs.card import model_card
from training.quality.columns import cautions, remarks
from training.quality.fit import QualityLearner

LEARNER = QualityLearner()

INFO = {"package_version": "1.2.3", "git_commit": None}
NAN = float("nan")
SOUND = {
    "threshold": 0.02,
    "test_skill": 0.7,
    "test_grade_ece": 0.02,
    "test_coverage_90": 0.9,
    "test_released_unassayed": 400.0,
    "test_false_release": 0.01,
    "test_cost": 2.0,
    "test_cost_assay_all": 6.0,
    "test_cost_assay_none": 20.0,
}
IDLE = {"threshold": 0.0, "test_released_unassayed": 0.0, "test_false_release": NAN, "test_cost": 6.0}


def fit_all(seed, frame, truth=None, names=("persistence", "linear")):
    data = dataset_of(check(frame, seed), seed, truth)
    parts = split(data)
    result = {
        name: fit_candidate(LEARNER, name, build(seed)[name], data, parts, INFO, None, lambda action: None)
        for name in names
    }
    return result, data, parts


@pytest.fixture(scope="module")
def fitted(toy_quality_seed, toy_quality_frame):
    """Two candidates of the toy lots, their data set and split."""
    return fit_all(toy_quality_seed, toy_quality_frame())


def test_the_card_tells_contents_grades_decisions_and_the_promise(fitted):
    result, data, parts = fitted
    line = result["linear"]
    card, m = model_card(result, line, data, parts, Gated(())), line.metrics
    for words in (
        "Process `toy_lots`, one row a lot of 25 t. Predicted: 3 contents, ",
        "1800 assayed lots of 12 units, 2024-01-01 to 2024-05-29",
        f"judged: {len(parts.test)} lots from",
        "| **linear** |",
        f"| `p` | impurity p | {m['test_p_r2']:.4g} | {m['test_p_rmse']:.4g} | {m['test_p_below_limit']:.1%} |",
        f"| `crack` | 1: cracked, 0: not | {m['test_crack_auc']:.4g} | {m['test_crack_brier']:.4g} |",
        "| `prime` | Prime | 0 | p 6, q 5, p_and_q 9 [ppm] | 3 of 3 |",
        "| `remelt` | Remelted | -150 | - | 0 of 0 |",
        "Promised with 95% confidence",
        "at most 2% break that grade by their assay",
        "(149 good released ones are the fewest)",
        f"may be released: {line.model.threshold:.3g}.",
        f"test lots: {m['test_released_unassayed']:.0f} released, {m['test_false_release']:.2%} of them break their "
        f"grade (95% sure: at most {m['test_false_release_high']:.2%}), {m['test_cost']:.2f} $/t",
        "held-out units: ",
        f"To assay all costs 6.00 $/t, to assay none {m['test_cost_assay_none']:.2f} $/t. "
        f"Costs alone, without the promise, would send {m['test_unconstrained_assayed_share']:.1%} of the test lots "
        f"to the laboratory, at {m['test_unconstrained_cost']:.2f} $/t.",
        "| `setpoint` | °C | setpoint |",
        "nonferrous 1.2.3, commit unknown",
    ):
        assert words in card, words
    assert "nan" not in card
    assert "simulated" not in card  # this table came without a truth


def test_the_card_counts_the_lots_that_set_the_threshold(fitted):
    result, data, parts = fitted
    calibrated = sum(map(len, parts.calibrate))
    predictions = (
        model_card(result, result["linear"], data, parts, Gated(())).split("Learn then test on ")[1].split()[0]
    )
    assert int(predictions) == calibrated


def test_a_simulated_plants_card_says_what_it_is_not(toy_quality_seed, toy_quality_frame):
    frame = toy_quality_frame(lots=60)
    truth = frame[["line", "cast_at"]].assign(p=2.0, q=1.0, r=0.7)
    result, data, parts = fit_all(toy_quality_seed, frame, truth, names=("persistence",))
    card = model_card(result, result["persistence"], data, parts, Gated(()))
    assert "RMSE to the true logarithms [1]" in card
    assert "neither evidence about a plant nor a claim about savings" in card
    assert "Warning on persistence: on the test lots it is no better than the baseline" in card


def test_a_candidate_that_releases_nothing_is_told_without_nan(toy_quality_seed, toy_quality_frame):
    """A claim dearer than any chance of it, a defect that no lot has, an element that nobody reports in the end."""
    quality = toy_quality_seed.quality
    dear = quality.model_copy(update={"claim_cost": quality.claim_cost.model_copy(update={"value": 1e9})})
    seed = toy_quality_seed.model_copy(update={"quality": dear})
    frame = toy_quality_frame(lots=60).assign(crack=0.0)
    _, data, parts = fit_all(seed, frame, names=())
    frame.loc[frame["cast_at"] >= parts.test_from, "r"] = np.nan
    result, data, parts = fit_all(seed, frame, names=("linear",))
    card = model_card(result, result["linear"], data, parts, Gated(()))
    for words in (
        "none: no lot is released",
        "test lots: none released, ",
        "| `r` | impurity r | - | - | - |",
        "not | - |",
    ):
        assert words in card, words
    assert "nan" not in card
    assert "no lot may be released unassayed: calibration does not show that at most 2% are bad" in card
    assert "nan" not in " ".join(remarks(result, result["linear"], data))


def test_remarks_fit_a_terminal_and_tell_the_simple_rules(fitted):
    result, data, _ = fitted
    predictions = remarks(result, result["linear"], data)
    assert max(map(len, predictions)) <= 72
    for words in ("against persistence", "keeps prime", "to assay all 6.00", "2% allowed", "Rejected rows: 0"):
        assert any(words in line for line in predictions), words


@pytest.mark.parametrize(
    ("changed", "predictions"),
    [
        ({}, []),
        ({"test_skill": 0.0}, ["no better than the baseline"]),
        ({"test_grade_ece": 0.06}, ["probabilities of the grade are off by 6.0% on average"]),
        (
            {"test_coverage_90": 0.8},
            ["fixed joint 90% intervals cover 80% of the test lots"],
        ),
        (
            {"test_coverage_90": 0.97},
            ["fixed joint 90% intervals cover 97% of the test lots"],
        ),
        # 2 % of 400 let expect 8: 13 or more come by chance in 6.3 % of cases, 14 or more in 3.3 %
        ({"test_false_release": 13 / 400}, []),
        ({"test_false_release": 14 / 400}, ["does not hold on the test lots: 14 of 400 break their grade, 2% may"]),
        (
            {"test_released_unassayed": 148.0, "test_false_release": 0.0},
            ["not verified: 148 of the test lots were released, 149"],
        ),
        (
            {"test_released_unassayed": 0.0, "test_false_release": NAN},
            ["not verified: 0 of the test lots were released, 149 needed"],
        ),
        (IDLE, ["no lot may be released unassayed: calibration does not show that at most 2% are bad"]),
        ({"test_cost": 7.0}, ["its decisions cost 7.00 $/t, the better simple rule 6.00 $/t"]),
        ({"test_cost": 6.5, "test_cost_assay_none": 5.0}, ["cost 6.50 $/t, the better simple rule 5.00 $/t"]),
        ({"test_grade_ece": NAN, "test_skill": NAN, "test_cost": NAN, "test_cost_assay_none": NAN}, []),
    ],
)
def test_cautions_name_what_is_wrong(toy_quality_seed, changed, predictions):
    result = cautions(toy_quality_seed, SOUND | changed, 400)
    assert len(result) == len(predictions), result
    assert all(words in caution for words, caution in zip(predictions, result, strict=True))
