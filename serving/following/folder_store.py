"""Champions from folders, without a registry: for tests, and for a model handed over as files."""

from __future__ import annotations

import shutil
from pathlib import Path

from registry.store import Champion


class FolderStore:
    """Champions that are pointed to by hand; the service follows each change as it follows an alias in MLflow."""

    def __init__(self) -> None:
        self._champions: dict[str, Champion] = {}

    def point(self, process: str, version: int, folder: str | Path) -> None:
        """Make the model that `models.files.save` wrote into a folder the champion of a process."""
        self._champions[process] = Champion(process, version, str(folder))

    def champion(self, process: str) -> Champion | None:
        """Version that the process's champion has; None where there is none."""
        return self._champions.get(process)

    def fetch(self, champion: Champion, folder: Path) -> Path:
        """Copy a champion's files into an empty folder; returns the copy."""
        return Path(shutil.copytree(champion.source, folder / "model"))
