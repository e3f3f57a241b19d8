"""Scheduler and workers of Dask as programs of their own."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

from system.programs import free_port
from tests.suite.children import child

SCHEDULER, WORKERS = "scheduler", ("worker 1", "worker 2")


class DaskPrograms:
    """A scheduler and two workers as programs of their own, until the end of `stack`."""

    def __init__(self, stack: ExitStack) -> None:
        port = str(free_port())
        self.address = f"tcp://127.0.0.1:{port}"
        self._stack = stack
        worker = ["worker", self.address, "--nworkers", "1", "--nthreads", "1", "--host", "127.0.0.1"]
        scheduler = ["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]
        self._arguments = {name: worker for name in WORKERS} | {SCHEDULER: scheduler}
        self._ends: dict[str, ExitStack] = {}
        self._running: dict[str, subprocess.Popen[str]] = {}

    def begin(self, *names: str) -> None:
        """Start programs."""
        for name in names:
            self._ends[name] = self._stack.enter_context(ExitStack())
            command = [sys.executable, "-m", "dask", *self._arguments[name]]
            started = child(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self._running[name] = self._ends[name].enter_context(started)

    def end(self, *names: str) -> None:
        """End programs by SIGKILL, with all that they started."""
        for name in names:
            self._ends[name].close()

    def begin_ended(self) -> None:
        """Start those programs again that have ended, as a supervisor does."""
        for name, program in self._running.items():
            if program.poll() is not None:
                self.end(name)
                self.begin(name)
