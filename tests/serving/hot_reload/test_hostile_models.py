"""A service and models that end whoever loads them, with real processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.regression.model import RegressionModel
from models.storage import model_files
from registry.loading.load_results import FILE
from tests.suite.children import child

pytestmark = pytest.mark.service

ROWS = {"rows": [{"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.0, "z": 4.0}]}
SERVE = """
import sys
from pathlib import Path
from serving.hot_reload.folder_store import FolderStore
from serving.run import run
from serving.settings import read_settings

class Store(FolderStore):
    def champion(self, process):
        version, folder = Path(sys.argv[1]).read_text().split()
        self.point(process, int(version), folder)
        return super().champion(process)

sys.exit(run(read_settings(), Store()))
"""
# Whoever reads a self-test that holds this word ends at once, as by a fault in a library.
ENDS = """
import json, os, signal
loads = json.loads
def ending(text, **more):
    if isinstance(text, bytes) and b"end here" in text: os.kill(os.getpid(), signal.SIGSEGV)
    return loads(text, **more)
json.loads = ending
"""


@pytest.fixture
def place(save_toy_model: Callable[..., RegressionModel], toy_folder: Callable[..., Path], tmp_path: Path) -> Path:
    """A folder with a sound model, one that ends its reader, and seeds."""
    toy_folder("toy_cells")
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "sitecustomize.py").write_text(ENDS, encoding="utf-8")
    save_toy_model(tmp_path / "sound")
    save_toy_model(tmp_path / "hostile", lift=1.0)
    stored = json.loads((tmp_path / "hostile" / model_files.SELF_TEST).read_bytes()) | {"word": "end here"}
    content = json.dumps(stored).encode()
    (tmp_path / "hostile" / model_files.SELF_TEST).write_bytes(content)
    manifest = json.loads((tmp_path / "hostile" / model_files.MANIFEST).read_bytes())
    manifest["files"][model_files.SELF_TEST] = model_files._entry(content)
    (tmp_path / "hostile" / model_files.MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return tmp_path


@contextmanager
def service(place: Path) -> Iterator[httpx.Client]:
    environment = os.environ | {
        "NONFERROUS_SEEDS": str(place / "seeds"),
        "NONFERROUS_HOME": str(place / "home"),
        "NONFERROUS_PORT": "0",
        "NONFERROUS_POLL_SECONDS": "0.2",
        "PYTHONPATH": os.pathsep.join([str(place / "first"), os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, "-c", SERVE, str(place / "pointer")]
    with child(command, env=environment, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "listening on" in line)
        with httpx.Client(base_url=line.split("listening on ")[1].split(",")[0], timeout=60) as client:
            yield client
        assert process.poll() is None


def point(place: Path, version: int, name: str) -> None:
    (place / "next").write_text(f"{version} {place / name}", encoding="utf-8")
    (place / "next").rename(place / "pointer")


def ready(client: httpx.Client, until: Callable[[Any], bool]) -> Any:
    """What the service says of itself once it is as expected."""
    patience = time.monotonic() + 120
    while True:
        body = client.get("/health/ready").json()
        if until(body):
            return body
        assert time.monotonic() < patience, body
        time.sleep(0.1)


def answer(client: httpx.Client) -> Any:
    """The value that is predicted, with its interval."""
    return client.post("/v1/toy_cells/predictions", json=ROWS).json()["predictions"][0]["y"]


def test_a_service_outlives_a_model_that_ends_its_reader_and_remembers_it(place: Path) -> None:
    point(place, 1, "sound")
    with service(place) as client:
        ready(client, lambda message: message["status"] == "ready")
        before = answer(client)
        point(place, 2, "hostile")
        message = ready(client, lambda message: message["status"] == "degraded")
        assert message["degraded"]["toy_cells"].startswith(
            "version 2 is refused, version 1 stays: loading it in a process of its own ended that process with SIGSEGV"
        )
        assert answer(client) == before
    stored = json.loads((place / "home" / FILE).read_bytes())["models"]
    assert [one["trouble"] is None for one in stored.values()] == [True, False]
    with service(place) as client:  # the start after: nothing answers, and it says why
        message = ready(client, lambda message: "SIGSEGV" in json.dumps(message))
        assert "seen before; to try it again: nonferrous models verify toy_cells 2" in json.dumps(message)
        assert client.get("/health/live").status_code == 200
        assert json.loads((place / "home" / FILE).read_bytes())["models"] == stored  # not tried again
        point(place, 1, "sound")
        ready(client, lambda message: message.get("status") == "ready")
        assert answer(client) == before
