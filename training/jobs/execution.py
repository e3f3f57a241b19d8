"""How the candidates of a job are fitted; what is learnt does not depend on it but for the number of trials."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training.core.fitting import Keep, fit_now
from training.parallel.fit_cache import FitCache


def unseen(name: str) -> None:
    """Let nobody know that a candidate is fitted."""


@dataclass(frozen=True)
class FitExecution:
    """How candidates are fitted.

    Attributes
    ----------
    trials : int
        How many settings to try for each LightGBM candidate; 0 for the short ladder.
    curve : bool
        Whether the learning curve of each candidate is drawn.
    processes : int, optional
        How many processes fit; by default what is worth its start.
    folder : Path, optional
        Where fits are kept for a job that may be begun again.
    fitted : callable
        Called with the name of each candidate that was fitted and kept in MLflow.
    """

    trials: int = 0
    curve: bool = False
    processes: int | None = None
    folder: Path | None = None
    fitted: Callable[[str], None] = unseen

    def keep(self, rows: str) -> Keep:
        """What keeps the fits on a table with a seed, which `rows` names."""
        return fit_now if self.folder is None else FitCache(self.folder, rows)
