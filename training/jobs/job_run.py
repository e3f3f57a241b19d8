"""Run of a job in MLflow, below which its candidates, parts and trials have theirs."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from registry.tracking import Tracking
from training.core.progress import Progress, silent


@dataclass(frozen=True)
class JobRun:
    """Place where a job is kept, and the receiver of its progress.

    Attributes
    ----------
    tracking : Tracking
        The store.
    experiment : str
        MLflow's identifier of the process's experiment.
    run : str
        MLflow's identifier of the job's run.
    job : str
        Kind of the job: train or retrain.
    progress : callable
        Called with what is being done, the steps done and the steps in all.
    """

    tracking: Tracking
    experiment: str
    run: str
    job: str
    progress: Progress = silent

    def child(self, name: str, parent: str | None = None) -> AbstractContextManager[str]:
        """Open a run below the job's, or below one of its candidates; gives its identifier."""
        return self.tracking.run(self.experiment, name, self.job, parent or self.run)
