"""Plants and services for the gateway, and the gateway as a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from nonferrous.command_line import app
from seeds import Seed
from tests.suite.children import child

PATIENCE = 90.0  # of a busy machine [s]
PROGRAM = "from nonferrous.command_line import main; main()"
SERVER = Path(__file__).with_name("plant_server.py")


def free_port() -> int:
    """Port from 20000 on that nothing uses."""
    for port in range(20000 + os.getpid() % 10000, 40000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise OSError("no free port")


class PlantProcess:
    """OPC UA server of a plant, which can be killed, frozen and started again at its port."""

    def __init__(self, programs: ExitStack, **options: str) -> None:
        self.programs, self.port, self.options = programs, free_port(), options
        self.url = f"opc.tcp://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str]
        self.start()

    def start(self, **options: str) -> None:
        self.options |= options
        words = [f"{name}={value}" for name, value in self.options.items()]
        command = [sys.executable, str(SERVER), str(self.port), *words]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        self.process = self.programs.enter_context(child(command, **pipes))
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def tell(self, line: str) -> None:
        """Change the plant and wait until it has."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def plant() -> Iterator[Callable[..., PlantProcess]]:
    """Starter of plants."""
    with ExitStack() as programs:
        yield lambda **options: PlantProcess(programs, **options)


class RuleService:
    """Service that predicts y = 90 + z, stores each request once by its id, and can fail."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, Any]]] = []
        self.responses: dict[str, bytes] = {}
        self.status = 200
        self.outcomes: list[dict[str, Any]] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                record = self.headers.get("record-id", "")
                status, content = service.answer(self.path, record, body)
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def answer(self, path: str, record: str, body: dict[str, Any]) -> tuple[int, bytes]:
        self.requests.append((path, record, body))
        if self.status != 200:
            return self.status, json.dumps({"detail": "not now", "errors": []}).encode()
        if path.endswith("/outcomes"):
            self.outcomes += body["outcomes"]
            return 200, json.dumps({"rows": len(body["outcomes"])}).encode()
        if not path.endswith("/predictions"):
            return 404, json.dumps({"detail": "not offered", "errors": []}).encode()
        if record not in self.responses:
            predictions = [predicted(row, record, number) for number, row in enumerate(body["rows"])]
            self.responses[record] = json.dumps({"model": {"version": 3}, "predictions": predictions}).encode()
        return 200, self.responses[record]

    @property
    def rows(self) -> list[dict[str, Any]]:
        return [row for path, _, body in self.requests if path.endswith("/predictions") for row in body["rows"]]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def predicted(row: dict[str, Any], record: str, number: int) -> dict[str, Any]:
    z = row["z"]
    value = 88.0 if z is None else 90.0 + z
    flags = ["z outside training range"] if z is not None and z > 6 else []
    return {
        "id": f"{record}-{number}",
        "unit": row["unit"],
        "period_start": row["period_start"],
        "y": {"value": value, "low": value - 1, "high": value + 1},
        "flags": flags,
    }


@pytest.fixture
def service() -> Iterator[RuleService]:
    """Service that answers by rule."""
    one = RuleService()
    yield one
    one.close()


class GatewayProcess:
    """`nonferrous gateway run` as a process of its own, with its log."""

    def __init__(self, programs: ExitStack, seeds: Path, home: Path, url: str, service: str, *options: str) -> None:
        self.log = home / "gateway.log"
        environment = os.environ | {"NONFERROUS_SEEDS": str(seeds), "NONFERROUS_HOME": str(home)}
        words = ["gateway", "run", url, "--service", service, "--port", "0", *options]
        log = programs.enter_context(self.log.open("ab"))
        root = Path(__file__).parents[2]
        command = [sys.executable, "-c", PROGRAM, *words]
        self.process = programs.enter_context(child(command, stdout=log, stderr=log, env=environment, cwd=root))

    @property
    def text(self) -> str:
        return self.log.read_text(encoding="utf-8")

    def metrics(self) -> str:
        with urllib.request.urlopen(f"{self._address()}/metrics", timeout=20) as response:
            return str(response.read().decode())

    def ready(self) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"{self._address()}/health/ready", timeout=20) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def _address(self) -> str:
        addresses = re.findall(r"(http://127\.0\.0\.1:\d+)/metrics", self.text)
        assert addresses, self.text
        return str(addresses[-1])

    def kill(self, how: int = signal.SIGKILL) -> int:
        if self.process.poll() is None:
            os.kill(self.process.pid, how)
        return self.process.wait(timeout=60)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def seeds(toy_seed: Seed, tmp_path: Path) -> Path:
    """Folder with the made-up process, whose gateway predicts each second."""
    text = toy_seed.text.replace("[references]", '[gateway]\npredict = { value = 1, unit = "s" }\n\n[references]', 1)
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "toy_cells.toml").write_text(text, encoding="utf-8")
    return tmp_path / "seeds"


def until(condition: Callable[[], Any], condition_text: str) -> Any:
    """Wait until a condition is true, and return its value."""
    end = time.monotonic() + PATIENCE
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {condition_text}"
        time.sleep(0.1)
    return value


@pytest.fixture
def command(toy_seed: Seed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Runner of `nonferrous gateway` with the made-up process; `change` edits its seed."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    monkeypatch.setenv("NONFERROUS_SEEDS", str(folder))
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))

    def run(*words: str, change: tuple[str, str] = ("", "")) -> tuple[int, str]:
        text = toy_seed.text.replace(*change, 1) if change[0] else toy_seed.text
        (folder / "toy_cells.toml").write_text(text, encoding="utf-8")
        result = CliRunner().invoke(app, ["gateway", *words])
        error = "" if result.exception is None or isinstance(result.exception, SystemExit) else str(result.exception)
        return result.exit_code, result.output + error

    return run
