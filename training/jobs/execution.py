"""Execution of a job's fits; results depend on it only through the number of trials."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from compute.processes import cores
from training.core.dataset import Dataset
from training.core.fitting import Keep, fit_now
from training.core.splits import Split
from training.jobs.fit_cache import FitCache

FEWEST_ROWS = 2000  # below them a job is over before a worker has imported what it needs
MOST_BYTES = 2**27  # of inputs; each worker has a copy of the table, and above them LightGBM's own threads gain as much

View = tuple[Dataset, Split]  # the table as a target has it, with its split


def unseen(name: str) -> None:
    """Do nothing: default observer of a fitted candidate."""


@dataclass(frozen=True)
class FitExecution:
    """Options of the execution of a job's fits.

    Attributes
    ----------
    trials : int
        How many settings to try for each LightGBM candidate; 0 for the short ladder.
    curve : bool
        Whether the learning curve of each candidate is drawn.
    processes : int, optional
        How many processes fit; by default what is worth its start.
    cluster : str, optional
        Cluster that fits instead, see `compute.cluster.ClusterWorkers`.
    folder : Path, optional
        Where fits are kept for a job that may be started again.
    fitted : callable
        Called with the name of each candidate that was fitted and kept in MLflow.
    """

    trials: int = 0
    curve: bool = False
    processes: int | None = None
    cluster: str | None = None
    folder: Path | None = None
    fitted: Callable[[str], None] = unseen

    def keep(self, rows: str) -> Keep:
        """Return the cache of fits on a table and seed; `rows` identifies them."""
        return fit_now if self.folder is None else FitCache(self.folder, rows)


def processes_for(views: Sequence[View]) -> int:
    """Return the number of processes that repay their start for a job; 1 is this process only."""
    rows = max(len(data.X) for data, _ in views)
    if rows < FEWEST_ROWS or max(data.X.nbytes for data, _ in views) > MOST_BYTES:
        return 1
    return cores()
