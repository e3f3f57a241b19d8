"""Displayed metrics of a sorter: their names, and the cautions for a reader."""

import math
from collections.abc import Mapping

from models.interfaces.answers import COVERAGE
from models.sorting.guarantee import needed_lots
from models.uncertainty.guarantees import beyond_promise
from seeds import Seed
from training.core.dataset import Dataset
from training.core.gate import too_few, too_many
from training.sorting.fit import SortingCandidate
from training.task import MetricColumns

MOST_ECE = 0.05
LEAST_REFUSED = 0.5
MOST_LOST_TO_LIMITS = 0.2
COLUMNS = MetricColumns(
    candidates={
        "test_accuracy": ("right\nclass", ".3f"),
        "test_skill": ("skill", ".3f"),
        "test_ece": ("ECE", ".3f"),
        "test_value": ("value\n$/t", ".0f"),
        "test_value_share": ("of the\noracle", ".3f"),
        "test_purity": ("purity", ".3f"),
        "test_recovery": ("recov-\nery", ".3f"),
        "test_lots_over_limit": ("lots\nover", ".3f"),
    },
    versions={
        "test_accuracy": ("right\nclass", ".3f"),
        "test_skill": ("skill", ".3f"),
        "test_value_share": ("of the\noracle", ".3f"),
        "test_purity": ("purity", ".3f"),
        "test_lots_over_limit": ("lots\nover", ".3f"),
    },
    published={
        "test_accuracy": ("right class, by mass", ".1%"),
        "test_ece": ("ECE", ".3f"),
        "test_value": ("value [$/t]", ".0f"),
        "test_value_share": ("share of the oracle's value", ".1%"),
        "test_purity": ("purity", ".1%"),
        "test_recovery": ("recovery", ".1%"),
        "test_lots_over_limit": ("lots over a limit", ".1%"),
        "holdout_all_value_share": ("share of the oracle's value, held-out lots", ".1%"),
    },
    verdict={
        "value_lost": "value lost against the oracle [$/t]",
        "value_share": "share of the oracle's value [1]",
        "accuracy": "right class, by mass [1]",
        "log_loss": "log loss [1]",
        "ece": "calibration error [1]",
        "purity": "purity [1]",
        "recovery": "recovery [1]",
        "lots_over_limit": "share of lots over a limit [1]",
    },
    tagged=(
        "test_accuracy",
        "test_log_loss",
        "test_skill",
        "test_ece",
        "test_value_share",
        "test_purity",
        "test_recovery",
        "test_lots_over_limit",
        "holdout_all_value_share",
    ),
    decisive=(("champion", "value_share"), ("challenger", "value_share"), ("challenger", "lots_over_limit")),
)


def verdict_head(seed: Seed) -> str:
    """Return the headings of a verdict's metrics."""
    return "sorted by lots, by mass"


def remarks(candidates: Mapping[str, SortingCandidate], best: SortingCandidate, data: Dataset) -> list[str]:
    """Return the meaning of the columns, rejected rows, and the quality of the labels."""
    allowed = 1 - data.seed.sorting_rules.confidence.value
    lines = [
        f"Shares by mass; skill: log loss against {next(iter(candidates))}; ECE: calibration error",
        "Oracle: knows every piece's class, same values, no limits of lots",
        f"Lots over: share of lots that break a limit of a bin, {allowed:.0%} allowed",
        f"Rejected rows: {data.rejected_rows}; without label: {data.unlabelled_rows}",
    ]
    if "test_label_errors" in best.metrics:
        lines.append(f"Wrong labels, against the simulated truth: {best.metrics['test_label_errors']:.2%} of the mass")
    if "test_lots_over_sd_limit" in best.metrics:
        over = best.metrics["test_lots_over_sd_limit"]
        lines.append(f"Of the lots over: {over:.3f} of all lots break a limit of a standard deviation")
    return lines


def cautions(seed: Seed, metrics: Mapping[str, float], rows: int) -> list[str]:
    """Return cautions about a candidate's metrics, as text.

    Parameters
    ----------
    seed : Seed
        The process; says what is promised.
    metrics : Mapping of str to float
        Of one candidate of a job.
    rows : int
        How many test pieces there are.

    Returns
    -------
    list of str
        No skill; probabilities that mislead; a promise on lots that the test lots break, or are too few to show, or
        that costs much of the value; unknown pieces that are sorted as known; intervals too narrow or too wide.
    """
    lines = []
    if metrics["test_skill"] <= 0:
        lines.append("on the test pieces it is no better than the baseline")
    if metrics["test_ece"] > MOST_ECE:
        lines.append(f"its probabilities are off by {metrics['test_ece']:.1%} on average on the test pieces")
    lines += _of_lots(seed, metrics)
    if metrics["test_refused_other"] < LEAST_REFUSED:
        lines.append(
            f"only {metrics['test_refused_other']:.0%} of the test mass of '{seed.sorting_rules.other_class}' "
            "stays on the "
            "belt: the rest is sorted as what it is not"
        )
    covered = metrics["test_coverage_90"]
    if too_few(covered, rows) or too_many(covered, rows):  # neither where no content is known
        lines.append(f"its {COVERAGE:.0%} intervals hold {covered:.0%} of the test pieces' element contents")
    return lines


def _of_lots(seed: Seed, metrics: Mapping[str, float]) -> list[str]:
    if not any(one.is_limited for one in seed.bins):
        return []
    confidence = seed.sorting_rules.confidence.value
    over, lots = metrics["test_lots_over_limit"], metrics["test_lots"]
    lines = []
    if beyond_promise(over, lots, 1 - confidence):
        lines.append(
            f"the promise on lots does not hold on the test lots: {over * lots:.0f} of {lots:.0f} break a limit, "
            f"{1 - confidence:.0%} of them may"
        )
    elif lots < needed_lots(seed):
        lines.append(
            f"the promise on lots is not verified: {lots:.0f} test lots, {needed_lots(seed)} needed to show a share of "
            f"{1 - confidence:.0%} with {seed.sorting_rules.sure:.0%} confidence"
        )
    if math.isinf(metrics["risk_price"]):
        lines.append("no risk price was shown to keep the limits of lots: bins with limits stay closed")
    lost, all_of_it = metrics["test_loss_lot_limit"], metrics["test_oracle_value"]
    if lost > MOST_LOST_TO_LIMITS * all_of_it:
        lines.append(f"limits of lots close its bins: that loses {lost:.0f} of the {all_of_it:.0f} $/t of the oracle")
    return lines
