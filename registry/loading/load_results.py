"""Cached results of loading models in a separate process, by model digest."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import platform
import stat
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from models.storage import formats
from system.code_version import ROOT, package_version

log = logging.getLogger("nonferrous.registry")

FILE = "tried_models.json"
MOST = 1000  # models that are remembered, the newest
_MOST_BYTES = 2**20
_ROOMS = ("models", "physics", "seeds")  # what loading a model runs


@dataclass(frozen=True)
class TrialLoadResult:
    """Result of a trial load: `trouble` is None if the model loads and passes its self-test."""

    trouble: str | None


class TrialLoadResults:
    """Verdicts in a file of the home folder; those of other code, libraries or processors do not count.

    Parameters
    ----------
    home : Path
        The folder; made when something is remembered.
    """

    def __init__(self, home: Path) -> None:
        self._file = home / FILE
        self._mark: tuple[int, ...] = ()
        self._read: dict[str, Any] = {}

    def verdict(self, digest: str) -> TrialLoadResult | None:
        """Return the result for a model digest; None if this code has not loaded it."""
        stored = self._models().get(digest)
        return (
            TrialLoadResult(stored["trouble"])
            if isinstance(stored, dict) and _is_text(stored.get("trouble", 0))
            else None
        )

    def remember(self, results: Mapping[str, str | None]) -> None:
        """Keep what came of models, by digest; a folder that cannot be written to is logged, and all goes on."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._write(self._models() | {digest: {"trouble": reason, "when": now} for digest, reason in results.items()})

    def _models(self) -> dict[str, Any]:
        """Verdicts of this code by digest; the file is read again where it has changed."""
        try:
            about = self._file.stat()
            mark = about.st_mtime_ns, about.st_size, about.st_ino
            if mark != self._mark:
                self._mark, self._read = mark, self._fresh(about)
        except FileNotFoundError:
            self._mark, self._read = (), {}
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            log.warning("%s: not used, models are loaded again: %r", self._file, error)
            self._read = {}
        return self._read

    def _fresh(self, about: os.stat_result) -> dict[str, Any]:
        if os.name == "posix" and about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise ValueError(f"got mode {stat.S_IMODE(about.st_mode):o}, expected that its owner alone may write")
        if about.st_size > _MOST_BYTES:
            raise ValueError(f"got {about.st_size} bytes, expected at most {_MOST_BYTES}")
        stored = json.loads(self._file.read_bytes())
        return dict(stored["models"]) if stored["code"] == code() else {}

    def _write(self, models: Mapping[str, Any]) -> None:
        newest = dict(list(models.items())[-MOST:])
        text = json.dumps({"code": code(), "models": newest}, indent=1) + "\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f".{FILE}.", dir=self._file.parent)  # its owner's alone
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(text)
                os.replace(name, self._file)
            except BaseException:
                os.unlink(name)
                raise
        except OSError as error:
            log.warning("%s: what came of loading models is not remembered: %s", self._file, error)


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


@cache
def code() -> str:
    """Key of a result besides the model: format, this code, libraries and machine."""
    sources = sorted(
        os.path.join(folder, name)
        for room in _ROOMS
        for folder, _, names in os.walk(ROOT / room)
        for name in names
        if name.endswith(".py")
    )
    marks = [
        (path[len(str(ROOT)) :], about.st_size, about.st_mtime_ns) for path in sources for about in [os.stat(path)]
    ]
    digest = hashlib.sha256(repr(marks).encode()).hexdigest()[:16]
    where = f"{sys.platform} {platform.machine()} Python {platform.python_version()} numpy {np.__version__}"
    return f"format {formats.NEWEST}, nonferrous {package_version()} {digest}, {where}, {_trees()}"


def _trees() -> str:
    from importlib.metadata import version

    return f"lightgbm {version('lightgbm')}"
