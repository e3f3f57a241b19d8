"""Displayed metrics of a lot grader: their names, and the cautions for a reader."""

from collections.abc import Mapping

from models.interfaces.answers import COVERAGE
from models.uncertainty.guarantees import beyond_promise, lots_needed
from reporting.markdown import figure
from seeds import Seed
from training.core.dataset import Dataset
from training.core.gate import too_few, too_many
from training.quality.fit import QualityCandidate
from training.task import MetricColumns

MOST_ECE = 0.05
COLUMNS = MetricColumns(
    candidates={
        "test_skill": ("skill", ".3f"),
        "test_r2": ("R²", ".3f"),
        "test_coverage_90": ("cover", ".3f"),
        "test_adaptive_coverage_90": ("cover\nadapt.", ".3f"),
        "test_grade_ece": ("ECE", ".4f"),
        "test_cost": ("cost\n$/t", ".2f"),
        "test_released": ("re-\nleased", ".3f"),
        "test_assayed_share": ("as-\nsayed", ".3f"),
        "test_false_release": ("false\nrelease", ".4f"),
    },
    versions={
        "test_skill": ("skill", ".3f"),
        "test_r2": ("R²", ".3f"),
        "test_coverage_90": ("cover", ".3f"),
        "test_cost": ("cost\n$/t", ".2f"),
        "test_false_release": ("false\nrelease", ".4f"),
    },
    published={
        "test_r2": ("R², median of the elements", ".2f"),
        "test_coverage_90": ("joint coverage of 90 %", ".1%"),
        "test_grade_ece": ("ECE of the grade", ".4f"),
        "test_released": ("released", ".1%"),
        "test_assayed_share": ("to the laboratory", ".1%"),
        "test_false_release": ("false release", ".2%"),
        "test_cost": ("cost [$/t]", ".2f"),
        "holdout_all_cost": ("cost, holdout units [$/t]", ".2f"),
    },
    verdict={
        "cost": "cost against the oracle [$/t]",
        "lot_loss": "loss of contents and defects [1]",
        "r2": "R², median of the elements [1]",
        "coverage_90": "joint coverage of the 90% intervals [1]",
        "grade_ece": "calibration error of the grade [1]",
        "released": "share released [1]",
        "assayed_share": "share sent to the laboratory [1]",
        "false_release": "share of released lots that break their grade [1]",
    },
    tagged=(
        "test_lot_loss",
        "test_skill",
        "test_r2",
        "test_coverage_90",
        "test_cost",
        "test_released",
        "test_false_release",
        "holdout_all_cost",
    ),
    decisive=(("champion", "cost"), ("challenger", "cost"), ("challenger", "false_release")),
)


def verdict_head(seed: Seed) -> str:
    """Return the headings of a verdict's metrics."""
    return "graded before their assay, by lots"


def remarks(candidates: Mapping[str, QualityCandidate], best: QualityCandidate, data: Dataset) -> list[str]:
    """Return the meaning of the columns, costs of simple rules, and rejected rows."""
    m, rules = best.metrics, data.seed.quality_rules
    return [
        f"Skill: squared error avoided, by likelihood, against {next(iter(candidates))}",
        "R²: median of the elements, by likelihood",
        f"Cover: lots all of whose contents lie in their joint {COVERAGE:.0%} intervals",
        "Adapt.: of intervals that follow the assays as they come in",
        f"ECE: of the probability that a lot keeps {rules.intended}",
        f"Cost: against an oracle that knows every assay; to assay all {m['test_cost_assay_all']:.2f},",
        f"  to assay none {figure(m, 'test_cost_assay_none', '.2f')} $/t",
        f"False release: of lots without assay, what breaks its grade, {100 * rules.alpha.value:.3g}% allowed",
        f"Rejected rows: {data.rejected_rows}; without label: {data.unlabelled_rows}",
    ]


def cautions(seed: Seed, metrics: Mapping[str, float], rows: int) -> list[str]:
    """Return cautions about a candidate's metrics, as text.

    Parameters
    ----------
    seed : Seed
        The process; says what is promised.
    metrics : Mapping of str to float
        Of one candidate of a job.
    rows : int
        How many test lots there are.

    Returns
    -------
    list of str
        No skill; probabilities that mislead; intervals too narrow or too wide; no lot that may be released; a promise
        on released lots that the test lots break, or are too few to show; decisions that cost more than a simple rule.
    """
    lines = []
    if metrics["test_skill"] <= 0:
        lines.append("on the test lots it is no better than the baseline")
    if metrics["test_grade_ece"] > MOST_ECE:
        lines.append(f"its probabilities of the grade are off by {metrics['test_grade_ece']:.1%} on average")
    covered = metrics["test_coverage_90"]
    if too_few(covered, rows) or too_many(covered, rows):
        lines.append(f"its fixed joint {COVERAGE:.0%} intervals cover {covered:.0%} of the test lots")
        if "test_adaptive_coverage_90" in metrics:
            lines.append(
                f"its adaptive ones cover {metrics['test_adaptive_coverage_90']:.0%} of them, which need assays to "
                "come in: without, they stay as the last assays of training left them"
            )
    lines += _of_release(seed, metrics)
    rule = min(metrics["test_cost_assay_all"], metrics["test_cost_assay_none"])
    if metrics["test_cost"] > rule:
        lines.append(f"its decisions cost {metrics['test_cost']:.2f} $/t, the better simple rule {rule:.2f} $/t")
    return lines


def _of_release(seed: Seed, metrics: Mapping[str, float]) -> list[str]:
    alpha, confidence = seed.quality_rules.alpha.value, seed.quality_rules.confidence.value
    if metrics["threshold"] == 0.0:
        return [f"no lot may be released unassayed: calibration does not show that at most {100 * alpha:.3g}% are bad"]
    lots, share, needed = (
        metrics["test_released_unassayed"],
        metrics["test_false_release"],
        lots_needed(alpha, confidence),
    )
    if lots and beyond_promise(share, lots, alpha):
        return [
            f"the promise on released lots does not hold on the test lots: {share * lots:.0f} of {lots:.0f} break "
            f"their grade, {100 * alpha:.3g}% may"
        ]
    if lots < needed:
        return [
            f"the promise on released lots is not verified: {lots:.0f} of the test lots were released, {needed} needed"
        ]
    return []
