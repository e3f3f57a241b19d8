"""Metadata of a job: name and parameters of runs, origin of models, rejected rows."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.interfaces.answers import COVERAGE
from models.table.reading import write_frame
from registry.settings import StoreSettings
from system.code_version import git_commit, package_version
from training.core.dataset import Dataset
from training.core.splits import Split
from training.tasks import task_of


def run_name(job: str) -> str:
    """Name of a job's run: what and when, UTC."""
    return f"{job} {datetime.now(UTC):%Y-%m-%d %H:%M:%S}"


def info_of(data: Dataset, parts: Split) -> dict[str, Any]:
    """Return the origin of a model, stored in its files."""
    return {
        "package_version": package_version(),
        "git_commit": git_commit(),
        "seed_digest": data.seed.digest,
        "data_digest": data.digest,
        "training_start": parts.train_from.isoformat(),
        "calibration_start": parts.calibrate_from.isoformat(),
        "training_cutoff": parts.test_from.isoformat(),
        "data_end": None if data.seed.time is None else data.periods.max().isoformat(),
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
        "holdout_rows": len(parts.holdout),
        "holdout_all_rows": len(parts.holdout_all),
        "held_out_units": len(parts.units),
        "calibrate_from": data.shown(parts.calibrate_from),
        "test_from": data.shown(parts.test_from),
        "coverage": COVERAGE,
        "selected_by": task_of(data.seed).learner.selected_by,
    }


def keep_rejected(data: Dataset, settings: StoreSettings) -> Path | None:
    """Leave the list of rejected rows in the home folder too, where a person finds it."""
    if not data.rejected_rows:
        return None
    folder = settings.folder / "rejected"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{data.seed.process.name}.csv"
    write_frame(data.rejected_by_name, file)
    return file
