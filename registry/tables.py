"""Direct reading of champions from MLflow's SQLite tables, because the import of MLflow is slow.

Two tables and a folder are read, never written. They are MLflow's, so their revision is checked; of any other, and of
models that are not on this machine's disk, nothing is known here.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from models.storage import model_files

ARTIFACTS = "artifacts"  # folder next to an embedded store's database
REVISION = "dc11669786a5"
"""Revision of MLflow's tables that the queries below are written for: MLflow 3.17's."""

_CHAMPIONS = """
SELECT versions.version, versions.source, tags.value, aliases.name
FROM registered_model_aliases AS aliases
JOIN model_versions AS versions
    ON versions.workspace = aliases.workspace AND versions.name = aliases.name AND versions.version = aliases.version
LEFT JOIN model_version_tags AS tags
    ON tags.workspace = versions.workspace AND tags.name = versions.name AND tags.version = versions.version
    AND tags."key" = 'model_digest'
WHERE aliases.workspace = 'default' AND aliases.alias = ? AND versions.current_stage != 'Deleted_Internal'
"""
_CHAMPION = f"{_CHAMPIONS} AND aliases.name = ?"
_PLACE = """
SELECT coalesce(nullif(storage_location, ''), source) FROM model_versions
WHERE workspace = 'default' AND name = ? AND version = ?
"""

_TAGS = """
SELECT "key", value FROM model_version_tags WHERE workspace = 'default' AND name = ? AND version = ?
"""


def revisions(file: Path) -> list[str]:
    """Revisions of the tables in a SQLite file; one where all is well.

    Raises
    ------
    sqlite3.Error
        The file cannot be read, is none of SQLite, or holds no such tables.
    """
    return [str(version) for (version,) in _rows(file, "SELECT version_num FROM alembic_version")]


def pointed_to(file: Path, process: str, alias: str) -> tuple[int, str, str | None] | None:
    """Return version, source and digest of an alias of a registered model; None if there is none."""
    rows = _rows(file, _CHAMPION, alias, process)
    return (int(rows[0][0]), str(rows[0][1]), rows[0][2]) if rows else None


def all_pointed_to(file: Path, alias: str) -> dict[str, tuple[int, str, str | None]]:
    """Return version, source and digest of an alias of each registered model that has it, by name."""
    rows = _rows(file, _CHAMPIONS, alias)
    return {str(name): (int(version), str(source), digest) for version, source, digest, name in rows}


def tags_of(file: Path, process: str, version: int) -> dict[str, str]:
    """Return the tags of a registered version; none where there is no such version."""
    return {str(name): str(value) for name, value in _rows(file, _TAGS, process, version)}


def folder_of(file: Path, process: str, version: int) -> Path | None:
    """Return the local folder of a version's artifacts; None if it is remote or the version is missing.

    A copied or moved store holds its earlier place; artifacts next to its database are meant.
    """
    rows = _rows(file, _PLACE, process, version)
    path = local(str(rows[0][0])) if rows else None
    return None if path is None else sibling(file, path) or path


def local(location: str) -> Path | None:
    """Path of a place of artifacts as MLflow records it; None where it is not on a disk."""
    parts = urlsplit(location)
    return None if parts.scheme not in ("", "file") or parts.netloc else Path(url2pathname(parts.path))


def sibling(database: Path, path: Path) -> Path | None:
    """Return the location of a recorded artifact path in the database's folder; None if outside it.

    Parameters
    ----------
    database : Path
        MLflow's SQLite file.
    path : Path
        As it was recorded, on whatever machine: some folder, `artifacts`, and on.
    """
    names = path.parts
    if ".." in names:
        return None
    starts = [number for number, name in enumerate(names[:-1]) if name == ARTIFACTS]
    candidates = (database.parent.joinpath(*names[start:]) for start in starts)
    return next((one for one in candidates if one.exists()), None)


def copy_model(artifacts: Path, folder: Path) -> Path:
    """Copy the files of `model_files.save` from a version's artifacts into an empty folder; return it.

    Raises
    ------
    FileNotFoundError
        As of `model_in`.
    ModelFilesError
        A file of the model is unknown, no plain file or too large.
    """
    return model_files.copy(model_in(artifacts), folder / "model")


def model_in(artifacts: Path) -> Path:
    """Return the folder of `model_files.save` in a version's artifacts; MLflow's files are not read.

    Raises
    ------
    FileNotFoundError
        The artifacts hold no model, or more than one.
    """
    manifests = list(artifacts.glob(f"data/*/{model_files.MANIFEST}"))
    if len(manifests) != 1:
        raise FileNotFoundError(f"{artifacts}: got {len(manifests)} models, expected one in its folder data")
    return manifests[0].parent


def _rows(file: Path, query: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(query, values).fetchall()
