"""Errors between training and its MLflow store, each in one line."""

import functools
import logging
import re
import sqlite3
import time
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import ParamSpec, TypeVar

from registry.settings import SQLITE
from system.full_disk import on_full_disk

P = ParamSpec("P")
T = TypeVar("T")

LOCK_WAIT = 5.0  # s until a store that is locked when it is opened is reported
LOCK_PATIENCE = 600.0  # s that a locked store is waited for, so that hours of fits are not lost to a backup
LOCK_PAUSE = 1.0  # s between two tries
PATIENT = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "5"}
"""Retries of unattended jobs: requests to an unavailable tracking server are repeated for a minute."""
PASSWORD = re.compile(r"://([^:/@\s]+):[^@\s]*@")

LOCKED = "database is locked"
MISSING = re.compile(r"while downloading one or more artifacts from (?:file://)?(\S+?):? #")
"""Words of MLflow on files that are not where its database says, with the place."""
SIGNS = {
    LOCKED: f"locked by another process for {LOCK_PATIENCE:.0f} s; wait for its end, then try again",
    "Failed to download artifacts": "a file of a run is missing, or there is no room for a copy of it",
    "file is not a database": "no MLflow database",
    "readonly database": "cannot be written",
    "out-of-date database schema": "made by another version of MLflow; use that version, or back the store up and run "
    "`mlflow db upgrade`",
    "Max retries exceeded": "no answer from the tracking server",
}
"""Words of MLflow and its database, and what they mean to the person at the keyboard."""


log = logging.getLogger("nonferrous.registry")


class TrackingError(RuntimeError):
    """The MLflow store did not do its part; one line says why."""


def tracking_error(error: BaseException, uri: str, folder: Path) -> TrackingError:
    """One line on what MLflow, its database or the disk raised; an unknown error keeps its own words.

    Parameters
    ----------
    error : BaseException
        What was raised.
    uri : str
        The store.
    folder : Path
        Home folder, with what of the store is on this machine.
    """
    text = " ".join(str(error).split())
    is_here = uri.startswith(SQLITE) or (isinstance(error, OSError) and error.errno is not None)
    full = on_full_disk(error, *([folder] if is_here else []))
    meaning = full or _missing(text) or next((meaning for sign, meaning in SIGNS.items() if sign in text), text[:300])
    return TrackingError(PASSWORD.sub(r"://\1:***@", f"MLflow store {uri}: {meaning}"))


def _missing(text: str) -> str | None:
    """Return the place of files that are gone and the remedy; None for an error of another kind."""
    match = MISSING.search(text)
    return match and f"no files at {match[1]}; restore the folder of artifacts from a backup, or train again"


def check_unlocked(file: Path) -> None:
    """Fail within seconds on a locked or invalid SQLite file, instead of minutes of MLflow retries."""
    with closing(sqlite3.connect(file, timeout=LOCK_WAIT)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()


def in_one_line(method: Callable[P, T]) -> Callable[P, T]:
    """Convert errors of MLflow, its database and the disk into a TrackingError; mute MLflow's output.

    A call that finds the database locked is made again until the lock ends, for LOCK_PATIENCE at most. So a method
    that this decorates leaves nothing twice where it is called again.

    Deprecation warnings raised inside MLflow about its use of pandas and SQLAlchemy concern its authors alone.
    """

    @functools.wraps(method)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        settings = args[0].settings  # type: ignore[attr-defined]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"(mlflow|sqlalchemy|alembic)\b")
            import sqlalchemy.exc
            from mlflow.exceptions import MlflowException

            end: float | None = None
            while True:
                try:
                    return method(*args, **kwargs)
                except (MlflowException, sqlalchemy.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
                    if LOCKED not in str(error) or (end is not None and time.monotonic() >= end):
                        raise tracking_error(error, settings.uri, settings.folder) from error
                    if end is None:
                        end = time.monotonic() + LOCK_PATIENCE
                        file = settings.uri.removeprefix(SQLITE)
                        log.warning("%s is locked by another process; waits at most %.0f s", file, LOCK_PATIENCE)
                time.sleep(LOCK_PAUSE)

    return wrapped
