"""Servers of this machine, each on one core: started, awaited, measured and stopped."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.service.load import ADDRESS
from registry.settings import StoreSettings
from system.programs import free_port

SERVER_CORE, LOAD_CORE = 0, 1
PATIENCE = 120  # s
ROOT = Path(__file__).parents[2]
MLSERVER = ROOT / ".bench-service"  # an environment of its own, as `make bench-service` builds it


@dataclass(frozen=True)
class Server:
    """A server that answers.

    Parameters
    ----------
    port : int
        Where it listens.
    pid : int
        Its process, the first of its tree.
    seconds : float
        From its start to its first answer to each request it was tried with.
    """

    port: int
    pid: int
    seconds: float

    def memory(self) -> dict[str, float]:
        """Memory of all its processes [MiB]: resident, and with what they share counted once."""
        rolled = [Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8") for pid in _tree(self.pid)]
        return {name.lower(): sum(_kib(text, f"{name}:") for text in rolled) / 1024 for name in ("Rss", "Pss")}

    def peak(self) -> float:
        """The most that it has held resident since `forget` [MiB]."""
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return _kib(text, "VmHWM:") / 1024

    def forget(self) -> None:
        """Count the peak of memory from now on."""
        Path(f"/proc/{self.pid}/clear_refs").write_text("5", encoding="utf-8")


def _kib(text: str, name: str) -> float:
    return float(text.partition(name)[2].split()[0])


def _tree(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    pids = children.read_text(encoding="utf-8").split() if children.exists() else []
    return [pid, *(below for child in pids for below in _tree(int(child)))]


@contextmanager
def server(
    command: Sequence[str],
    port: int,
    first: Sequence[bytes],
    log: Path,
    environment: Mapping[str, str],
    place: Path = ROOT,
) -> Iterator[Server]:
    """Server on its core from its first responses to the end of the block; its output goes into a file.

    Its code is that of `place`.
    """
    begin = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["taskset", "-c", str(SERVER_CORE), *command],
            env={**os.environ, **environment},
            cwd=place,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            for request in first:
                while not _answered(port, request):
                    if process.poll() is not None or time.perf_counter() - begin > PATIENCE:
                        text = log.read_text(encoding="utf-8", errors="replace")[-3000:]
                        raise RuntimeError(f"{' '.join(command)} does not answer:\n{text}")
                    time.sleep(0.005)
            yield Server(port, process.pid, time.perf_counter() - begin)
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=60)


def _answered(port: int, request: bytes) -> bool:
    try:
        with socket.create_connection((ADDRESS, port), timeout=30) as line:
            line.sendall(request)
            return line.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def store(settings: StoreSettings) -> dict[str, str]:
    """Environment of a server that reads a store, one thread a process."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {
        "NONFERROUS_HOME": str(settings.folder),
        "MLFLOW_TRACKING_URI": settings.uri,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "OMP_NUM_THREADS": "1",
        "PATH": path,
    }


def ours(port: int) -> list[str]:
    return python("-m", "nonferrous", "serve", "--port", str(port))


def mlflow(process: str, port: int) -> list[str]:
    serve = ("-m", "mlflow", "models", "serve", "-m", f"models:/{process}@champion", "--env-manager", "local")
    return python(*serve, "--host", ADDRESS, "--port", str(port))


def uvicorn(app: str, port: int) -> list[str]:
    quiet = ("--no-access-log", "--log-level", "warning", "--host", ADDRESS, "--port", str(port))
    factory = () if app == "bare" else ("--factory",)
    return python("-m", "uvicorn", f"benchmarks.service.echoes:{app}", *factory, *quiet)


def mlserver(folder: Path, booster: str, port: int) -> list[str]:
    """MLServer over one booster, in one process, as it is fastest; its other ports are free ones."""
    folder.mkdir(parents=True)
    (folder / "booster.bst").write_text(booster, encoding="utf-8")
    settings = {
        "host": ADDRESS,
        "http_port": port,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        "parallel_workers": 0,
        "debug": False,
    }
    model = {
        "name": "booster",
        "implementation": "mlserver_lightgbm.LightGBMModel",
        "parameters": {"uri": "./booster.bst"},
    }
    (folder / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    (folder / "model-settings.json").write_text(json.dumps(model), encoding="utf-8")
    return [str(MLSERVER / "bin" / "mlserver"), "start", str(folder)]
