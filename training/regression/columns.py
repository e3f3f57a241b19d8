"""Displayed metrics of a predicted number, and their names."""

from collections.abc import Mapping

from models.interfaces.answers import COVERAGE
from seeds import Seed
from training.core.dataset import Dataset
from training.core.gate import too_few, too_many
from training.regression.fit import RegressionCandidate
from training.task import MetricColumns

COLUMNS = MetricColumns(
    candidates={
        "test_rmse": ("RMSE", ".3g"),
        "test_mae": ("MAE", ".3g"),
        "test_skill": ("skill", ".3g"),
        "test_coverage_90": ("cover", ".1%"),
        "test_width_90": ("width", ".3g"),
        "test_adaptive_coverage_90": ("cover\nadapt.", ".1%"),
        "holdout_all_rmse": ("RMSE\nholdout", ".3g"),
        "holdout_all_coverage_90": ("cover\nholdout", ".1%"),
        "test_truth_rmse": ("RMSE\ntruth", ".3g"),
    },
    versions={
        "test_rmse": ("RMSE", ".4g"),
        "test_mae": ("MAE", ".4g"),
        "test_skill": ("skill", ".4g"),
        "test_coverage_90": ("cover", ".4g"),
        "test_truth_rmse": ("RMSE\ntruth", ".4g"),
    },
    published={
        "test_mae": ("MAE", ".3f"),
        "test_rmse": ("RMSE", ".3f"),
        "test_adaptive_rmse": ("RMSE, adaptive", ".3f"),
        "test_truth_rmse": ("RMSE to truth", ".3f"),
        "holdout_all_truth_rmse": ("RMSE to truth, holdout units", ".3f"),
        "test_coverage_90": ("coverage of 90 %", ".1%"),
        "test_adaptive_coverage_90": ("coverage, adaptive", ".1%"),
        "holdout_all_coverage_90": ("coverage of 90 %, holdout units", ".1%"),
        "test_width_90": ("width", ".2f"),
        "test_adaptive_width_90": ("width, adaptive", ".2f"),
    },
    verdict={
        "mae": "mean absolute error",
        "rmse": "RMSE",
        "bias": "bias",
        "coverage_90": "coverage of the 90% interval",
        "width_90": "width of the 90% interval",
        "truth_rmse": "RMSE to the simulated truth",
    },
    tagged=(
        "test_mae",
        "test_rmse",
        "test_coverage_90",
        "test_adaptive_coverage_90",
        "test_skill",
        "test_truth_rmse",
        "holdout_rmse",
    ),
    decisive=(("champion", "mae"), ("challenger", "mae"), ("challenger", "coverage_90")),
)


def remarks(candidates: Mapping[str, RegressionCandidate], best: RegressionCandidate, data: Dataset) -> list[str]:
    """Return the meaning of the columns, rejected rows, and the noise of the label."""
    stated = data.seed.targets[data.seed.target.name].label_noise
    floor = best.metrics.get("test_noise_floor")
    has_adaptive = "test_adaptive_coverage_90" in best.metrics
    lines = [
        f"Skill against {next(iter(candidates))}; cover: share of labels in the {COVERAGE:.0%} interval; "
        "holdout: held-out units",
        *(["adapt.: of intervals that follow the outcomes as they come in"] if has_adaptive else []),
        f"Rejected rows: {data.rejected_rows}; without label: {data.unlabelled_rows}",
    ]
    if floor is not None:
        lines.append(f"Label noise, measured: {floor:.3g} {data.seed.target.unit} (RMSE of a perfect model)")
    elif stated is not None:
        lines.append(f"Label noise, stated: {stated.value:g} {stated.unit}")
    return lines


def verdict_head(seed: Seed) -> str:
    """Units of a verdict's figures."""
    return f"errors and widths in {seed.target.unit}"


def cautions(seed: Seed, metrics: Mapping[str, float], rows: int) -> list[str]:
    """Return cautions about a candidate's metrics on a number of test rows, as text.

    No skill; intervals that are significantly too narrow, or wider than needed.
    """
    lines = []
    if metrics["test_skill"] <= 0:
        lines.append("on the test rows it is no better than the baseline")
    fixed, adaptive = metrics["test_coverage_90"], metrics.get("test_adaptive_coverage_90")
    narrow, wide = too_few(fixed, rows), too_many(fixed, rows)
    if narrow or wide:
        lines.append(
            f"its fixed {COVERAGE:.0%} intervals cover {fixed:.1%} of the labels of {rows} test rows: "
            f"{'too narrow' if narrow else 'wider than needed'}"
        )
        if adaptive is not None:
            lines.append(
                f"its adaptive intervals cover {adaptive:.0%} of them, which need outcomes to come in: without, they "
                "stay as the last outcomes of training left them, and age with the plant"
            )
    return lines
