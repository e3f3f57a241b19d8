"""A home folder that was copied or moved: what its database holds of places, and how it is set right.

MLflow writes the whole path of each artifact into its tables. A service finds models next to the database anyway
(`registry.tables`); training and MLflow's own UI go by the tables, which `nonferrous store relocate` rewrites.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from registry import tables
from registry.errors import LOCK_WAIT, TrackingError

_PLACES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "storage_location"),
)
"""Tables and columns in which MLflow keeps whole paths."""


def check_place(database: Path) -> None:
    """Refuse a store whose artifacts are next to its database while its tables name another folder.

    Raises
    ------
    TrackingError
        The store was copied or moved; the message names the command that updates it.
    """
    with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'experiments'").fetchone()
        others = _roots(connection, database) if made else []
    if others:
        raise TrackingError(
            f"{database}: it was copied or moved: its tables name files in {', '.join(map(str, others))}; "
            "run `nonferrous store relocate`"
        )


def adopt(database: Path) -> int:
    """Update file locations in a copied or moved store to its database's folder; return the count.

    All are changed in one step or none. Files are neither moved nor copied, and the store that this one was copied from
    stays as it is.

    Raises
    ------
    TrackingError
        There is no such store, or one of another version of MLflow.
    """
    if not database.is_file():
        raise TrackingError(f"{database} does not exist: there is nothing to adopt")
    try:
        revisions = tables.revisions(database)
        if revisions != [tables.REVISION]:
            raise TrackingError(f"{database}: got schema {', '.join(revisions) or 'none'}, expected {tables.REVISION}")
        with closing(sqlite3.connect(database, timeout=LOCK_WAIT)) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            roots = _roots(connection, database)
            return sum(_rewritten(connection, database, roots, *place) for place in _PLACES)
    except sqlite3.Error as error:
        raise TrackingError(f"{database}: {error}") from error


def _roots(connection: sqlite3.Connection, database: Path) -> list[Path]:
    """Return artifact folders that the tables name and that are now next to the database."""
    roots: dict[Path, None] = {}
    for (location,) in connection.execute("SELECT artifact_location FROM experiments"):
        path = tables.local(str(location))
        own = None if path is None else tables.sibling(database, path)
        if path is not None and own is not None and own.resolve() != path.resolve():
            below = own.relative_to(database.parent / tables.ARTIFACTS)
            roots[Path(*path.parts[: len(path.parts) - len(below.parts)])] = None
    return list(roots)


def _rewritten(connection: sqlite3.Connection, database: Path, roots: list[Path], table: str, column: str) -> int:
    """Rewrite locations of a column to the database's folder; return the number of changed locations."""
    changed = 0
    for (location,) in connection.execute(f"SELECT DISTINCT {column} FROM {table}").fetchall():
        path = tables.local(location or "")
        root = next((one for one in roots if path is not None and path.is_relative_to(one)), None)
        if path is not None and root is not None:
            new = (database.parent / tables.ARTIFACTS / path.relative_to(root)).as_uri()
            changed += connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (new, location)
            ).rowcount
    return changed
