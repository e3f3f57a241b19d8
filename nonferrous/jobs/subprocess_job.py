"""The program in which a job is done, seen from the worker: what it says, what it fails by, its end."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from records.jobs.queue import RetrainingRequest
from system.programs import end, start

MOST_LINES = 40


class FailedError(Exception):
    """The job failed; one line says why."""


class Program:
    """A job that is done by a program of its own, which says a line of JSON at each step.

    Parameters
    ----------
    id : str
        The job.
    asked : RetrainingRequest
        What it is to do.
    logs : Path
        Folder of the file that takes what is said by the way.

    Attributes
    ----------
    process : int
        Its process, which leads a group of its own.
    """

    def __init__(self, id: str, request: RetrainingRequest, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._phases: list[Mapping[str, Any]] = []
        self._progress: dict[str, Any] = {"what": "begins", "done": 0, "steps": 1}
        self._lines: list[str] = []
        self._failure: str | None = None
        self._news = threading.Condition()
        self._log = logs / f"{id}.log"
        payload = json.dumps({"id": id, "asked": vars(request)})
        with self._log.open("ab") as log:
            self._program = start(["-m", "nonferrous.jobs.runner", payload], subprocess.PIPE, log)
        self.process = self._program.pid
        self._reader = threading.Thread(target=self._read, name=f"job {id}", daemon=True)
        self._reader.start()

    def phase(self, number: int, patience: float) -> Mapping[str, Any] | None:
        """Return the result of a phase, or None if it is not finished after a timeout [s].

        Raises
        ------
        FailedError
            The job failed, or its program ended without a word.
        """
        with self._news:
            self._news.wait_for(lambda: self._is_over(number) or self._failure is not None, patience)
            if self._is_over(number):
                return self._phases[min(number, len(self._phases) - 1)]
            if self._failure is not None:
                raise FailedError(self._failure)
        return None

    def _is_over(self, number: int) -> bool:
        """Return whether a phase is finished; with a result all phases are."""
        return len(self._phases) > number or (bool(self._phases) and "result" in self._phases[-1])

    def progress(self) -> Mapping[str, Any]:
        """Return the current step, the steps done and in total, and the latest lines."""
        with self._news:
            return {**self._progress, "lines": self._lines[-MOST_LINES:]}

    def give_up(self) -> None:
        """End the program, and wait until it has put things in order."""
        end(self._program)

    def _read(self) -> None:
        assert self._program.stdout is not None
        for line in self._program.stdout:
            message = json.loads(line)
            with self._news:
                if "failed" in message:
                    self._failure = message["failed"]
                elif "what" in message:
                    self._progress = message
                else:
                    self._phases.append(message)
                    self._lines.append(message["over"])
                self._news.notify_all()
        code = self._program.wait()
        with self._news:
            ended = f"its program ended with code {code} before the job was over; see {self._log.name}"
            self._failure = self._failure or ended
            self._news.notify_all()
