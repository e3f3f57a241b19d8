"""Logged models without a registered version, as a store to load them from like versions."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from registry.store import Champion
from registry.tracking import Tracking


class UnregisteredModels:
    """The models that jobs have logged, each found by its identifier.

    Parameters
    ----------
    tracking : Tracking
        Where they are.
    """

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking

    def champion(self, process: str) -> Champion | None:
        """No process has a champion here."""
        return None

    def champions(self, processes: Iterable[str]) -> dict[str, Champion | None]:
        """No process has a champion here."""
        return dict.fromkeys(processes)

    def shadow(self, process: str) -> Champion | None:
        """No process has a version in shadow here."""
        return None

    def challenger(self, process: str) -> Champion | None:
        """No process has a challenger here."""
        return None

    def tags(self, champion: Champion) -> Mapping[str, str]:
        """Models that are not registered have no tags."""
        return {}

    def fetch(self, champion: Champion, folder: Path) -> Path:
        """Copy a model's files into an empty folder; return the folder that `model_files.save` wrote."""
        return self._tracking.copied(champion.source, folder)
