"""Displayed metrics of a classifier: their names, and the cautions for a reader."""

from collections.abc import Mapping

from models.interfaces.answers import COVERAGE
from seeds import Seed
from training.classification.fit import ClassificationCandidate
from training.core.dataset import Dataset
from training.core.gate import too_few
from training.task import MetricColumns

MOST_ECE = 0.05
COLUMNS = MetricColumns(
    candidates={
        "test_accuracy": ("right\nclass", ".3f"),
        "test_balanced_accuracy": ("balan-\nced", ".3f"),
        "test_log_loss": ("log\nloss", ".3f"),
        "test_skill": ("skill", ".3f"),
        "test_ece": ("ECE", ".3f"),
        "test_coverage_90": ("cover", ".3f"),
        "test_set_size_90": ("set\nsize", ".2f"),
        "holdout_all_accuracy": ("right\nholdout", ".3f"),
    },
    versions={
        "test_accuracy": ("right\nclass", ".3f"),
        "test_log_loss": ("log\nloss", ".3f"),
        "test_skill": ("skill", ".3f"),
        "test_ece": ("ECE", ".3f"),
        "test_coverage_90": ("cover", ".3f"),
    },
    published={
        "test_accuracy": ("right class", ".1%"),
        "test_balanced_accuracy": ("right class, mean of classes", ".1%"),
        "test_log_loss": ("log loss", ".3f"),
        "test_ece": ("ECE", ".3f"),
        "test_coverage_90": ("coverage of 90 % sets", ".1%"),
        "test_set_size_90": ("classes in a set", ".2f"),
        "holdout_all_accuracy": ("right class, holdout units", ".1%"),
    },
    verdict={
        "log_loss": "log loss [1]",
        "accuracy": "right class [1]",
        "balanced_accuracy": "right class, mean of classes [1]",
        "brier": "Brier score [1]",
        "ece": "calibration error [1]",
        "coverage_90": "coverage of the 90% sets [1]",
        "set_size_90": "classes in a set",
    },
    tagged=("test_accuracy", "test_balanced_accuracy", "test_log_loss", "test_skill", "test_ece", "test_coverage_90"),
    decisive=(("champion", "log_loss"), ("challenger", "log_loss"), ("challenger", "coverage_90")),
)


def verdict_head(seed: Seed) -> str:
    """Return the headings of a verdict's metrics."""
    return f"classes of {seed.target.name}"


def remarks(
    candidates: Mapping[str, ClassificationCandidate], best: ClassificationCandidate, data: Dataset
) -> list[str]:
    """Return the meaning of the columns, and the rows that were rejected."""
    return [
        f"Skill: log loss against {next(iter(candidates))}; balanced: mean of the classes; ECE: calibration error",
        f"Cover: share of {COVERAGE:.0%} sets that hold the class; set size: classes in them; holdout: held-out units",
        f"Rejected rows: {data.rejected_rows}; without label: {data.unlabelled_rows}",
    ]


def cautions(seed: Seed, metrics: Mapping[str, float], rows: int) -> list[str]:
    """Return cautions about a candidate: no skill, misleading probabilities or sets."""
    lines = []
    if metrics["test_skill"] <= 0:
        lines.append("on the test rows it is no better than the baseline")
    if metrics["test_ece"] > MOST_ECE:
        lines.append(f"its probabilities are off by {metrics['test_ece']:.1%} on average on the test rows")
    if too_few(metrics["test_coverage_90"], rows):
        covered = metrics["test_coverage_90"]
        lines.append(f"only {covered:.1%} of its {COVERAGE:.0%} sets hold the class, of {rows} test rows")
    return lines
