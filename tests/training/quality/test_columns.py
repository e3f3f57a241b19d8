"""Whole sentences on a grader's figures, at the figures from which on they are said."""

from types import SimpleNamespace

import pytest

from training.quality.columns import cautions, remarks, verdict_head

SOUND = {
    "threshold": 0.02,
    "test_skill": 0.001,
    "test_grade_ece": 0.05,
    "test_coverage_90": 0.85,
    "test_released_unassayed": 149.0,  # 0.98 to the power of 149 is below 5 %, to the power of 148 above
    "test_false_release": 0.0,
    "test_cost": 6.0,
    "test_cost_assay_all": 6.0,
    "test_cost_assay_none": 20.0,
}
NOT_VERIFIED = "the promise on released lots is not verified: {} of the test lots were released, 149 needed"
NOT_KEPT = "the promise on released lots does not hold on the test lots: {} break their grade, 2% may"
ADAPTIVE = [
    "its fixed joint 90% intervals cover 84% of the test lots",
    "its adaptive ones cover 89% of them, which need assays to come in: without, they stay as the last assays of "
    "training left them",
]
IDLE = "no lot may be released unassayed: calibration does not show that at most 2% are bad"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({}, []),
        ({"test_coverage_90": 0.95}, []),
        ({"test_skill": 0.0}, ["on the test lots it is no better than the baseline"]),
        ({"test_skill": -1.0}, ["on the test lots it is no better than the baseline"]),
        ({"test_grade_ece": 0.051}, ["its probabilities of the grade are off by 5.1% on average"]),
        ({"test_coverage_90": 0.84}, ["its fixed joint 90% intervals cover 84% of the test lots"]),
        ({"test_coverage_90": 0.96}, ["its fixed joint 90% intervals cover 96% of the test lots"]),
        ({"test_adaptive_coverage_90": 0.5}, []),
        ({"test_coverage_90": 0.84, "test_adaptive_coverage_90": 0.886}, ADAPTIVE),
        ({"test_released_unassayed": 148.0}, [NOT_VERIFIED.format(148)]),
        ({"test_released_unassayed": 0.0, "test_false_release": float("nan")}, [NOT_VERIFIED.format(0)]),
        # of 200 lots 4 may break their grade: 7 or more do by chance in 11 of 100 times, 9 or more in 2 of them
        ({"test_released_unassayed": 200.0, "test_false_release": 0.035}, []),
        ({"test_released_unassayed": 200.0, "test_false_release": 0.045}, [NOT_KEPT.format("9 of 200")]),
        ({"test_released_unassayed": 10.0, "test_false_release": 0.3}, [NOT_KEPT.format("3 of 10")]),
        ({"test_released_unassayed": 1.0, "test_false_release": 1.0}, [NOT_KEPT.format("1 of 1")]),
        ({"threshold": 0.0, "test_released_unassayed": 0.0}, [IDLE]),
        ({"threshold": -0.5}, []),
        ({"threshold": 0.9}, []),
        ({"test_cost": 6.01}, ["its decisions cost 6.01 $/t, the better simple rule 6.00 $/t"]),
        (
            {"test_cost": 5.5, "test_cost_assay_none": 5.25},
            ["its decisions cost 5.50 $/t, the better simple rule 5.25 $/t"],
        ),
    ],
)
def test_a_caution_is_said_from_its_figure_on(toy_quality_seed, changed, message):
    assert cautions(toy_quality_seed, SOUND | changed, 400) == message


def test_remarks_say_what_simple_rules_cost_and_what_is_allowed(toy_quality_seed):
    data = SimpleNamespace(seed=toy_quality_seed, rejected_rows=3, unlabelled_rows=5)
    best = SimpleNamespace(metrics={"test_cost_assay_all": 6.0, "test_cost_assay_none": 12.345})
    message = [
        "Skill: squared error avoided, by likelihood, against persistence",
        "R²: median of the elements, by likelihood",
        "Cover: lots all of whose contents lie in their joint 90% intervals",
        "Adapt.: of intervals that follow the assays as they come in",
        "ECE: of the probability that a lot keeps prime",
        "Cost: against an oracle that knows every assay; to assay all 6.00,",
        "  to assay none 12.35 $/t",
        "False release: of lots without assay, what breaks its grade, 2% allowed",
        "Rejected rows: 3; without label: 5",
    ]
    assert remarks({"persistence": None, "linear": None}, best, data) == message
    unknown = SimpleNamespace(metrics={"test_cost_assay_all": 6.0})
    assert remarks({"persistence": None}, unknown, data)[6] == "  to assay none - $/t"


def test_the_head_of_a_verdict_says_what_its_figures_are_by(toy_quality_seed):
    assert verdict_head(toy_quality_seed) == "graded before their assay, by lots"
