"""Access to a checkout by its command line, service and Python, in a home folder of this run."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.revisions.masks import masked
from nonferrous.renamed import COMMANDS, OPTIONS

ADAPTERS = Path(__file__).parent / "adapters"
PATIENCE = 600.0  # s, for a service on a busy machine
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
TERMINAL = {"NO_COLOR": "1", "COLUMNS": "160", "TERM": "dumb", "TZ": "UTC"}


class CheckoutError(ValueError):
    """A folder cannot be recorded; the message is one line that says why."""


def say(text: str) -> None:
    """Print and flush a line of progress."""
    print(f"{datetime.now(UTC):%H:%M:%S} {text}", file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Checkout:
    """A checkout with an environment of its own.

    Attributes
    ----------
    folder : Path
        Of the checkout.
    scratch : Path
        Folder of this run, where commands run and write.
    home : Path
        Home folder of its models and records.
    more : Mapping of str to str
        Environment variables in addition to the usual ones.
    """

    folder: Path
    scratch: Path
    home: Path
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def python(self) -> str:
        """Its own interpreter."""
        return str(self.folder / ".venv/bin/python")

    @property
    def environment(self) -> dict[str, str]:
        """Environment of all programs: one thread, no colours, the home folder, no other project variables."""
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("NONFERROUS_", "MLFLOW_"))
        }
        inherited.pop("PYTHONPATH", None)
        return {**inherited, **ONE_THREAD, **TERMINAL, "NONFERROUS_HOME": str(self.home), **self.more}

    def text(self, raw: str) -> list[str]:
        """Lines of a text without what differs between two runs."""
        places = {str(self.home): "<home>", str(self.scratch): "<scratch>", str(self.folder): "<checkout>"}
        shown = masked(raw, places, f"{datetime.now(UTC):%Y-%m-%d}")
        return [line.rstrip() for line in shown.splitlines()]

    def result(self, done: Mapping[str, Any], label: str) -> dict[str, Any]:
        """Exit code and lines of a command, as they are kept."""
        if done["code"] == 1:
            say(f"exit code 1: {label}: {done['err'].strip().splitlines()[-1:]}")
        return {"code": done["code"], "out": self.text(done["out"]), "err": self.text(done["err"])}

    def typed(self, arguments: Sequence[str]) -> list[str]:
        """Return a command with the names of earlier versions if the checkout has no others."""
        if (self.folder / "nonferrous/renamed.py").exists():
            return list(arguments)
        return earlier(arguments)

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run one command in a process of its own."""
        command = [str(self.folder / ".venv/bin/nonferrous"), *self.typed(arguments)]
        with self.started(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            out, err = process.communicate()
        return self.result({"code": process.returncode, "out": out, "err": err}, " ".join(arguments))

    def commands(self, each: Sequence[Sequence[str]], label: str) -> list[dict[str, Any]]:
        """Run many short commands in sequence in one process."""
        results = []
        command = [self.python, str(ADAPTERS / "commands.py")]
        with self.started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            for i, arguments in enumerate(each):
                print(json.dumps(self.typed(arguments)), file=process.stdin, flush=True)
                line = process.stdout.readline()
                if not line:
                    raise CheckoutError(f"{self.folder}: the adapter of commands ended at {' '.join(arguments)}")
                results.append(self.result(json.loads(line), " ".join(arguments)))
                if (i + 1) % 20 == 0:
                    say(f"{label}: {i + 1} of {len(each)}")
            process.stdin.close()
            process.wait()
        return results

    def adapted(self, adapter: str, *arguments: str) -> dict[str, Any]:
        """Results of an adapter, run by the checkout's own Python, by argument."""
        command = [self.python, str(ADAPTERS / adapter), *arguments]
        with self.started(command, stdout=subprocess.PIPE, text=True) as process:
            out, _ = process.communicate()
        if process.returncode:
            raise CheckoutError(f"{self.folder}: {adapter} ended with exit code {process.returncode}")
        return {one["process"]: one["found"] for one in map(json.loads, out.splitlines())}

    @contextmanager
    def service(self) -> Iterator[str]:
        """The service over the home folder; gives its address."""
        port = _free_port()
        command = [str(self.folder / ".venv/bin/nonferrous"), "serve", "--port", str(port)]
        log = self.scratch / "service.log"
        with log.open("ab") as output, self.started(command, stdout=output, stderr=output) as process:
            address = f"http://127.0.0.1:{port}"
            self._await(f"{address}/health/ready", process, log)
            yield address

    def _await(self, address: str, process: subprocess.Popen[Any], log: Path) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and process.poll() is None:
            with suppress(OSError), urllib.request.urlopen(address, timeout=5):
                return
            time.sleep(0.2)
        raise CheckoutError(f"{self.folder}: the service is not ready: {log.read_text(encoding='utf-8')[-1000:]}")

    @contextmanager
    def started(self, command: list[str], **how: Any) -> Iterator[subprocess.Popen[Any]]:
        """A program until the end of the block, with whatever it has started."""
        process = subprocess.Popen(command, cwd=self.scratch, env=self.environment, start_new_session=True, **how)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(30)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout, process.stderr):
                if pipe is not None:
                    pipe.close()


def check(folder: Path) -> Path:
    """The folder of a checkout that can be recorded.

    Raises
    ------
    CheckoutError
        There is no environment in it, or the environment has no `nonferrous`.
    """
    for needed in (".venv/bin/python", ".venv/bin/nonferrous"):
        if not (folder / needed).exists():
            raise CheckoutError(
                f"{folder}: no {needed}: expected a checkout with an environment (make -C {folder} .venv/.built)"
            )
    return folder.resolve()


def earlier(arguments: Sequence[str]) -> list[str]:
    """Return a command with the names of earlier versions."""
    options = {new: old for old, new in OPTIONS.items()}
    words = [options.get(one, one) for one in arguments]
    for old, new in COMMANDS.items():
        length = len(new.split())
        if words[:length] == new.split():
            return [*old.split(), *words[length:]]
    return words


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
