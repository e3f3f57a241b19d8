"""Deletion of temporary files of killed or failed jobs; registered versions and their jobs remain."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from registry.errors import in_one_line
from registry.search_pages import all_pages
from registry.tracking import MOVE, Tracking

_DEAD = ("FAILED", "KILLED")


@dataclass(frozen=True)
class CleanupResult:
    """Files and runs that were removed.

    Attributes
    ----------
    runs : int
        Runs that were put into MLflow's bin.
    models : int
        Logged models of theirs.
    bytes : int
        Of files that lay on this machine.
    """

    runs: int
    models: int
    bytes: int


class Cleaning:
    """Removes what dead jobs have left.

    Parameters
    ----------
    tracking : Tracking
        The store; runs whose process is gone were ended when it was opened.
    """

    def __init__(self, tracking: Tracking) -> None:
        self.settings = tracking.settings
        self._client = tracking.client

    @in_one_line
    def clean(self, process: str) -> CleanupResult:
        """Remove runs of a process's dead jobs, with their models and files, where no version comes from them.

        Moves of aliases stay, whatever happened to their runs: they are the audit.
        """
        client = self._client
        experiment = client.get_experiment_by_name(process)
        if experiment is None:
            return CleanupResult(0, 0, 0)
        id = experiment.experiment_id
        runs = {one.info.run_id: one for one in all_pages(lambda token: client.search_runs([id], page_token=token))}
        # A candidate's run may have ended in order before its job, the run above it, was killed.
        dead = [one for one in runs.values() if _is_dead(runs.get(self._parent(one) or "", one))]
        versions = all_pages(lambda token: client.search_model_versions(f"name = '{process}'", page_token=token))
        retained = {one.run_id for one in versions}
        retained |= {self._parent(client.get_run(run)) for run in retained}
        removed, models, size = 0, 0, 0
        logged = all_pages(lambda token: client.search_logged_models([id], page_token=token))
        of_run: dict[str, list[Any]] = {}
        for one in logged:
            of_run.setdefault(one.source_run_id, []).append(one)
        for run in dead:
            if run.info.run_id in retained or self._parent(run) in retained:
                continue
            for one in of_run.get(run.info.run_id, ()):
                size += _remove_files(one.artifact_location)
                client.delete_logged_model(one.model_id)
                models += 1
            size += _remove_files(run.info.artifact_uri)
            client.delete_run(run.info.run_id)
            removed += 1
        return CleanupResult(removed, models, size)

    def _parent(self, run: Any) -> str | None:
        parent: str | None = run.data.tags.get("mlflow.parentRunId")
        return parent


def _is_dead(job: Any) -> bool:
    return job.info.status in _DEAD and job.data.tags.get("job") != MOVE


def _remove_files(uri: str) -> int:
    """Remove files that MLflow keeps at an address; gives their bytes where they lay on this machine."""
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    place = urlparse(uri)
    size = 0
    if place.scheme in ("", "file"):
        size = sum(file.stat().st_size for file in Path(place.path).rglob("*") if file.is_file())
    get_artifact_repository(uri).delete_artifacts()  # type: ignore[no-untyped-call]
    return size
