"""Champions in an MLflow registry, read only: the service never makes, migrates or writes a store."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from registry import tables
from registry.settings import ENVIRONMENT, SQLITE
from registry.versions import CHALLENGER, CHAMPION, SHADOW

if TYPE_CHECKING:
    from mlflow import MlflowClient

log = logging.getLogger("nonferrous.registry")

# A server that does not answer costs seconds, not minutes.
READING = ENVIRONMENT | {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    # No connection stays open between two looks, so a file that replaces another is seen.
    "MLFLOW_SQLALCHEMYSTORE_POOLCLASS": "NullPool",
}


@dataclass(frozen=True)
class Champion:
    """Version that an alias points to.

    Parameters
    ----------
    process : str
        Name of the registered model.
    version : int
        Version in the registry.
    source : str
        Where its files are; distinguishes version 1 of one store from version 1 of another.
    digest : str, optional
        Digest of the model, as the registry holds it; None where it holds none.
    """

    process: str
    version: int
    source: str
    digest: str | None = None


class Store(Protocol):
    """Model registry interface of the service; another registry or a test may replace MLflow."""

    def champion(self, process: str) -> Champion | None:
        """Version that the process's alias `champion` points to; None where there is none."""

    def champions(self, processes: Iterable[str]) -> dict[str, Champion | None]:
        """Version that the alias `champion` of each of these processes points to; see `champion`."""

    def shadow(self, process: str) -> Champion | None:
        """Version that the process's alias `shadow` points to; None where there is none."""

    def challenger(self, process: str) -> Champion | None:
        """Version that the process's alias `challenger` points to; None where there is none."""

    def tags(self, champion: Champion) -> Mapping[str, str]:
        """Tags of a version."""

    def fetch(self, champion: Champion, folder: Path) -> Path:
        """Copy the version's files into an empty folder; return the one that `model_files.save` made."""


class StoreError(RuntimeError):
    """A store that cannot be read as it is."""


class MlflowStore:
    """Champions of an MLflow registry.

    A SQLite file whose tables are of a revision that is known is read directly, models on this machine's disk copied;
    for all else MLflow is imported, which is logged.

    Parameters
    ----------
    uri : str
        Address of a database or of an MLflow server.
    """

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._file = Path(uri.removeprefix(SQLITE)) if uri.startswith(SQLITE) else None

    def champion(self, process: str) -> Champion | None:
        """Version that the process's alias `champion` points to; None where there is none.

        Raises
        ------
        StoreError
            The store is absent, or of another version of MLflow.
        Exception
            Whatever MLflow raises for one that is locked or out of reach.
        """
        return self._pointed_to(process, CHAMPION)

    def champions(self, processes: Iterable[str]) -> dict[str, Champion | None]:
        """Version that the alias `champion` of each of these processes points to; see `champion`.

        A SQLite file is read once for all of them.
        """
        if not self._read_directly():
            return {process: self.champion(process) for process in processes}
        assert self._file is not None
        pointed = tables.all_pointed_to(self._file, CHAMPION)
        return {process: Champion(process, *pointed[process]) if process in pointed else None for process in processes}

    def shadow(self, process: str) -> Champion | None:
        """Version that the process's alias `shadow` points to; see `champion`."""
        return self._pointed_to(process, SHADOW)

    def challenger(self, process: str) -> Champion | None:
        """Version that the process's alias `challenger` points to; see `champion`."""
        return self._pointed_to(process, CHALLENGER)

    def tags(self, champion: Champion) -> Mapping[str, str]:
        """Tags of a version; see `champion` for what is raised."""
        if self._read_directly():
            assert self._file is not None
            return tables.tags_of(self._file, champion.process, champion.version)
        tags: Mapping[str, str] = self._client().get_model_version(champion.process, str(champion.version)).tags
        return tags

    def _pointed_to(self, process: str, alias: str) -> Champion | None:
        if self._read_directly():
            assert self._file is not None
            pointed = tables.pointed_to(self._file, process, alias)
            return None if pointed is None else Champion(process, *pointed)
        client = self._client()
        try:
            entry = client.get_model_version_by_alias(process, alias)
        except Exception as error:
            # MLflow has a code for an absent model, and for an absent alias its text alone.
            if getattr(error, "error_code", "") == "RESOURCE_DOES_NOT_EXIST":
                return None
            if f"alias {alias} not found" in str(error):
                return None
            raise
        return Champion(process, int(entry.version), str(entry.source), entry.tags.get("model_digest"))

    def fetch(self, champion: Champion, folder: Path) -> Path:
        """Copy the version's files into an empty folder; return the one that `model_files.save` made."""
        if self._read_directly():
            assert self._file is not None
            artifacts = tables.folder_of(self._file, champion.process, champion.version)
            if artifacts is not None:
                return tables.copy_model(artifacts, folder)
        client = self._client()
        import mlflow.artifacts

        address = client.get_model_version_download_uri(champion.process, str(champion.version))
        copy = mlflow.artifacts.download_artifacts(artifact_uri=address, dst_path=str(folder), tracking_uri=self._uri)
        return tables.model_in(Path(copy))

    def _read_directly(self) -> bool:
        """Return whether the store is a SQLite file with known tables."""
        return self._file is not None and _revisions(self._file) == [tables.REVISION]

    def _client(self) -> MlflowClient:
        _prepare()
        from mlflow import MlflowClient

        if self._file is not None:
            _check_schema(self._file)
        return MlflowClient(self._uri, self._uri)


@cache
def _prepare() -> None:
    """Configure MLflow through the environment before its import, and handle its errors here."""
    log.info("MLflow is loaded to read the store")
    for name, value in READING.items():
        os.environ.setdefault(name, value)
    import mlflow  # noqa: F401

    logging.getLogger("mlflow").setLevel(logging.CRITICAL)


@cache
def _schema() -> str:
    """Revision of the tables that this MLflow reads."""
    from mlflow.store.db.utils import _get_latest_schema_revision

    return str(_get_latest_schema_revision())  # type: ignore[no-untyped-call]


def _revisions(file: Path) -> list[str]:
    """Revisions of the tables in a SQLite file."""
    if not file.is_file():
        raise StoreError(f"{file} does not exist; `nonferrous train PROCESS` makes it")
    try:
        return tables.revisions(file)
    except sqlite3.Error as error:
        raise StoreError(f"{file}: {error}") from error


def _check_schema(file: Path) -> None:
    """Refuse a SQLite file that MLflow would migrate, or fill with tables, on opening it."""
    revisions = _revisions(file)
    if revisions != [_schema()]:
        raise StoreError(
            f"{file}: got schema {', '.join(revisions) or 'none'}, expected {_schema()}: try `mlflow db upgrade`"
        )
