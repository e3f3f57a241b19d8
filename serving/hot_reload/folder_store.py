"""Store of champions and shadow versions in folders, without a registry: for tests and model files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from registry.store import Champion
from registry.versions import CHALLENGER, CHAMPION, SHADOW


class FolderStore:
    """Champions set manually; the service applies each change as it does for an alias in MLflow."""

    def __init__(self) -> None:
        self._pointed: dict[tuple[str, str], Champion] = {}
        self._tags: dict[tuple[str, int], Mapping[str, str]] = {}

    def point(
        self,
        process: str,
        version: int,
        folder: str | Path,
        alias: str = CHAMPION,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Point an alias of a process to the model that `models.storage.model_files.save` wrote into a folder."""
        self._pointed[process, alias] = Champion(process, version, str(folder))
        self._tags[process, version] = tags or {}

    def champion(self, process: str) -> Champion | None:
        """Version that the process's champion has; None where there is none."""
        return self._pointed.get((process, CHAMPION))

    def champions(self, processes: Iterable[str]) -> dict[str, Champion | None]:
        """Champion of each of these processes; None where there is none."""
        return {process: self.champion(process) for process in processes}

    def shadow(self, process: str) -> Champion | None:
        """Version that answers in shadow; None where none does."""
        return self._pointed.get((process, SHADOW))

    def challenger(self, process: str) -> Champion | None:
        """Version that waits as challenger; None where none does."""
        return self._pointed.get((process, CHALLENGER))

    def tags(self, champion: Champion) -> Mapping[str, str]:
        """Tags of a version."""
        return self._tags.get((champion.process, champion.version), {})

    def fetch(self, champion: Champion, folder: Path) -> Path:
        """Copy a champion's files into an empty folder; returns the copy."""
        return Path(shutil.copytree(champion.source, folder / "model"))
