"""What a job says of its rows: parameters of its runs, and where its models come from."""

from typing import Any

from models.answers import COVERAGE
from registry.code_version import git_commit, package_version
from training.dataset import Dataset
from training.splits import Split
from training.tasks import task_of


def info_of(data: Dataset, parts: Split) -> dict[str, Any]:
    """Where a model comes from; part of its files."""
    return {
        "package_version": package_version(),
        "git_commit": git_commit(),
        "seed_digest": data.seed.digest,
        "data_digest": data.digest,
        "learnt_from": parts.train_from.isoformat(),
        "calibrated_from": parts.calibrate_from.isoformat(),
        "learnt_before": parts.test_from.isoformat(),
        "held_out_units": list(parts.units),
    }


def facts_of(data: Dataset, parts: Split) -> dict[str, object]:
    """Parameters that all runs of a job share."""
    return {
        **data.facts,
        "seed_digest": data.seed.digest,
        "train_rows": len(parts.train),
        "calibrate_rows": sum(map(len, parts.calibrate)),
        "test_rows": len(parts.test),
        "unseen_rows": len(parts.unseen),
        "unseen_all_rows": len(parts.unseen_all),
        "held_out_units": len(parts.units),
        "calibrate_from": data.shown(parts.calibrate_from),
        "test_from": data.shown(parts.test_from),
        "coverage": COVERAGE,
        "selected_by": task_of(data.seed).SELECTED_BY,
    }
