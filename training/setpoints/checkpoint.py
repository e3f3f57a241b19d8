"""Checkpoint of a trial: finished policies in a folder, so that an interrupted trial resumes."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from training.setpoints.loop import PolicyRun

PARTS = ("rows", "decisions", "stated", "effects")


def folder_of(home: Path, process: str, named: Mapping[str, Any]) -> Path:
    """Return the folder of a trial; another seed, size or code is another trial."""
    text = json.dumps(dict(named), sort_keys=True)
    return home / "trials" / f"{process}-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def keep(folder: Path, plant: str, policy: str, ran: PolicyRun) -> None:
    """Write a finished arm aside and give it its name."""
    where = folder / plant / policy
    partial = where.with_name(f"{policy}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for part in PARTS:
        getattr(ran, part).to_parquet(partial / f"{part}.parquet", index=False)
    os.replace(partial, where)


def stored_run(folder: Path, plant: str, policy: str) -> PolicyRun | None:
    """A finished arm; None where there is none."""
    where = folder / plant / policy
    if not where.is_dir():
        return None
    return PolicyRun(*(pd.read_parquet(where / f"{part}.parquet") for part in PARTS))


def missing(folder: Path, plant: str, policies: Sequence[str]) -> list[str]:
    """Names of the arms of a plant that are not finished."""
    return [policy for policy in policies if not (folder / plant / policy).is_dir()]


def finished(folder: Path, plants: Sequence[str]) -> None:
    """Remove the arms of plants whose trial is done."""
    for plant in plants:
        shutil.rmtree(folder / plant, ignore_errors=True)
    with suppress(OSError):  # other plants are still there
        folder.rmdir()
