"""Sections of a grader's card, word by word for figures that are given."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from seeds.format.tasks.quality import ContentLimit, ContentSum
from training.quality.card import _grades, heading, row, rows_used, sections, subject

PARTS = SimpleNamespace(
    learnt=np.arange(600),
    calibrate=(np.arange(100), np.arange(100), np.arange(100)),
    test=np.arange(150),
    holdout_all=np.arange(250),
    units=("A", "B"),
    train_from=pd.Timestamp("2024-01-01"),
    calibrate_from=pd.Timestamp("2024-03-01"),
    test_from=pd.Timestamp("2024-05-01"),
    last=pd.Timestamp("2024-05-29"),
)
FACTS = {"rows": 1000, "units": 12, "first_period": "2024-01-01", "last_period": "2024-05-29"}
SOUND = {
    "threshold": 0.02,
    "test_lot_loss": 1.23456,
    "test_skill": 0.7,
    "test_grade_ece": 0.02,
    "test_coverage_90": 0.9,
    "test_released_unassayed": 400.0,
    "test_false_release": 0.01,
    "test_false_release_high": 0.0235,
    "test_cost": 2.0,
    "test_cost_assay_all": 6.0,
    "test_cost_assay_none": 20.126,
    "test_unconstrained_assayed_share": 0.25,
    "test_unconstrained_cost": 1.75,
    "holdout_all_cost": 2.5,
    "holdout_all_released_unassayed": 0.0,
    "test_p_r2": 0.5,
    "test_p_rmse": 0.3,
    "test_p_below_limit": 0.125,
    "test_crack_auc": 0.75,
    "test_crack_brier": 0.01,
}
CANDIDATES = """
## Candidates

On the test lots. Loss: mean negative log likelihood of what was reported, contents on log scale, those below the \
laboratory's limit as such. Skill: share of the first candidate's squared error of the logarithm that is avoided, by \
likelihood. R²: \
median of the elements, by likelihood. Cost: against an oracle that knows every assay beforehand and pays \
for none. Chosen: **linear**, the lowest `calibrate_lot_loss`; the test lots had no say.

| candidate | loss [1] | skill [1] | joint coverage of 90% [1] | ECE of the grade [1] | cost [$/t] | \
false release [1] | cost, held-out units [$/t] |
|---|---|---|---|---|---|---|---|
| a | 2.5 | - | - | - | - | - | - |
| **linear** | 1.235 | 0.7 | 0.9 | 0.02 | 2 | 0.01 | 2.5 |
| trees | - | - | - | - | - | - | - |
"""
CONTENTS = """
## Contents

| element | what it is | R² | RMSE of the logarithm | below limit |
|---|---|---|---|---|
| `p` | impurity p | 0.5 | 0.3 | 12.5% |
| `q` | impurity q | - | - | - |
| `r` | impurity r | - | - | - |
"""
DEFECTS = """
## Defects

| defect | what it is | AUC | Brier score |
|---|---|---|---|
| `crack` | 1: cracked, 0: not | 0.75 | 0.01 |
"""
GRADES = """
## Grades

| grade | what it is | value [$/t] | at most, or as said | limits not verified |
|---|---|---|---|---|
| `prime` | Prime | 0 | p 6, q 5, p_and_q 9 [ppm] | 3 of 3 |
| `second` | Second | -40 | p 20 [ppm] | 1 of 1 |
| `remelt` | Remelted | -150 | - | 0 of 0 |
"""
DECISIONS = """
## Decisions

Promised with 95% confidence: of the lots that are released without an assay in a grade with limits, at most 2% break \
that grade by their assay. Learn then test on 300 calibration lots (149 good released ones are the fewest); \
highest probability of breaking its grade with which a lot may be released: {}. test lots: 400 released, 1.00% of them \
break their grade (95% sure: at most 2.35%), 2.00 $/t; held-out units: none released, 2.50 $/t. To assay all costs \
6.00 $/t, to assay none 20.13 $/t. Costs alone, without the promise, would send \
25.0% of the test lots to the laboratory, at 1.75 $/t.
"""


def text_of(seed, metrics=SOUND, threshold=0.0234567):
    chosen = SimpleNamespace(
        name="linear",
        metrics=metrics,
        model=SimpleNamespace(threshold=threshold),
    )
    others = {"a": {"test_lot_loss": 2.5}, "linear": metrics, "trees": {}}
    result = {name: SimpleNamespace(name=name, metrics=metrics) for name, metrics in others.items()}
    return "\n".join(["", *sections(result, chosen, SimpleNamespace(seed=seed), PARTS)])


def test_the_sections_of_a_sound_grader(toy_quality_seed):
    assert text_of(toy_quality_seed) == CANDIDATES + CONTENTS + DEFECTS + GRADES + DECISIONS.format("0.0235")


def test_warnings_follow_the_candidates(toy_quality_seed):
    warned = "\n".join(
        [
            *CANDIDATES.replace(" 0.7 |", " 0 |").splitlines(),
            *("", "- Warning on linear: on the test lots it is no better than the baseline.", ""),
        ]
    )
    remaining = CONTENTS + DEFECTS + GRADES + DECISIONS.format("0.0235")
    assert text_of(toy_quality_seed, SOUND | {"test_skill": 0.0}) == warned + remaining


@pytest.mark.parametrize("threshold", [float("nan"), float("inf")])
def test_a_grader_that_releases_nothing_says_so(toy_quality_seed, threshold):
    expected = DECISIONS.format("none: no lot is released")
    assert text_of(toy_quality_seed, threshold=threshold).endswith(expected)


def test_a_part_that_was_not_evaluated_is_not_spoken_of(toy_quality_seed):
    known = {name: value for name, value in SOUND.items() if name != "holdout_all_cost"}
    assert "at most 2.35%), 2.00 $/t. To assay all" in text_of(toy_quality_seed, known)


def test_without_defects_there_is_no_table_of_them(toy_quality_seed):
    quality = toy_quality_seed.quality.model_copy(update={"defects": []})
    columns = [column for column in toy_quality_seed.columns if column.name != "crack"]
    free = toy_quality_seed.model_copy(update={"quality": quality, "columns": columns})
    for name in ("defects", "labels", "elements"):
        free.__dict__.pop(name, None)
    assert list(free.defects) == []
    assert text_of(free) == CANDIDATES + CONTENTS + GRADES + DECISIONS.format("0.0235")


def test_limits_are_counted_where_they_are_not_verified_and_shown_in_the_first_elements_unit():
    def limit(verification, **bounds):
        return ContentLimit(unit="ppm", verification=verification, source="law", **bounds)

    limits = {
        "p": limit("verified", value=6.0),
        "q": limit("assumed", least=5.5),
        "r": limit("unverified", least=0.5, value=1.0),
    }
    total = ContentSum(name="p_and_q", of=["p", "q"], value=9.0, unit="ppm", verification="verified", source="law")
    value = SimpleNamespace(value=-2.5)
    grade = SimpleNamespace(name="g", title="G", value=value, limits=limits, sums=[total])
    seed = SimpleNamespace(grades=[grade], elements=[SimpleNamespace(unit=unit) for unit in ("ppm", "wt%", "g/t")])
    assert _grades(seed)[4] == "| `g` | G | -2.5 | p 6, q at least 5.5, r 0.5 to 1, p_and_q 9 [ppm] | 2 of 4 |"


def test_rows_target_and_use_are_said_in_sentences(toy_quality_seed):
    data = SimpleNamespace(seed=toy_quality_seed, facts=FACTS, periods=pd.date_range("2024-01-01", periods=9))
    assert row(toy_quality_seed) == "a lot of 25 t"
    assert heading(toy_quality_seed) == "3 contents, 1 defects and the grade"
    assert subject(data, PARTS) == (
        "Predicted before the assay: contents of p, q, r; defects, grade, and the decision on the lot. Training: 600 "
        "lots, 2024-01-01 to before 2024-05-01. Assessment: 150 later lots (called test), up to 2024-05-29, and 250 "
        "lots of 2 held-out units of all times."
    )
    assert rows_used(data, PARTS) == [
        "1000 assayed lots of 12 units, 2024-01-01 to 2024-05-29",
        "training: 600 lots before 2024-05-01; of these the 300 from 2024-03-01, each predicted by a model that knew "
        "only older ones, gave the errors, the promise on released lots, and chose the candidate",
        "judged: 150 lots from 2024-05-01 to 2024-05-29, and 250 lots of 2 held-out units of all times",
    ]
