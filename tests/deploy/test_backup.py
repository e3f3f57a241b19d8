"""Rehearsal of backup and restore by the commands of docs/how-to/deploy.md, on two servers of PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import create_engine, text

from system.programs import free_port
from tests.suite.postgresql import PostgreSQL
from tests.suite.servers import server
from tests.suite.tools import needed

pytestmark = [pytest.mark.service, pytest.mark.long("starts MLflow's server twice")]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "deploy.md"
BASE = ROOT / "deploy" / "kubernetes" / "base"
PROCESS = "toy_cells"
PREDICTIONS, OUTCOMES = f"/v1/{PROCESS}/predictions", f"/v1/{PROCESS}/outcomes"
CHAMPION_ROW = {"unit": "A-001", "period_start": "2026-11-01", "x_set": 10.0, "z": 4.0}
BEFORE, AFTER = 40, 40  # requests that are answered before the backup begins and after it has ended
TABLES = ("requests", "outcome_batches", "outcomes", "audit", "keys", "response_prefixes")


def commands(section: str) -> str:
    """Commands of a section of the page, in their order."""
    body = PAGE.read_text(encoding="utf-8").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", body, re.DOTALL)
    assert blocks
    return "\n".join(line.strip() for block in blocks for line in block.splitlines())


@dataclass
class Site:
    """A plant's databases, MLflow with its artifacts, and the environment of its programs."""

    folder: Path
    database: PostgreSQL
    store: str = ""
    more: dict[str, str] = field(default_factory=dict)

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def environment(self) -> dict[str, str]:
        tools = Path(needed("initdb")).parent
        return os.environ | {
            "PATH": f"{tools}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "NONFERROUS_HOME": str(self.folder / "home"),
            "NONFERROUS_RECORDS": self.records,
            "MLFLOW_TRACKING_URI": self.store,
            "RECORDS_DATABASE": self.records,
            "MLFLOW_DATABASE": f"{self.database.address}/mlflow",
            **self.more,
        }

    @property
    def records(self) -> str:
        return f"{self.database.address}/records"

    def run(self, *arguments: str) -> str:
        """Run a command of this project; return its output."""
        command = [sys.executable, "-m", "nonferrous", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def follow(self, section: str, folder: Path) -> None:
        """Run the commands of a section of the page in a folder."""
        command = ["bash", "-euo", "pipefail", "-c", commands(section)]
        done = subprocess.run(command, env=self.environment, cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def tables(self) -> dict[str, list[Any]]:
        """Rows of the tables of records, sorted."""
        engine = create_engine(self.records.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            rows = {name: connection.execute(text(f"SELECT * FROM {name}")).all() for name in TABLES}
        engine.dispose()
        return {name: sorted(map(repr, of_table)) for name, of_table in rows.items()}

    @contextmanager
    def service(self) -> Iterator[str]:
        """The service until the end of the block; gives its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        environment = self.environment | {"NONFERROUS_PORT": str(port), "NONFERROUS_POLL_SECONDS": "0.2"}
        command = [sys.executable, "-m", "nonferrous", "serve"]
        with server(command, f"{address}/health/ready", self.folder / "service.log", env=environment):
            yield address


@pytest.fixture
def make_site(tmp_path: Path, toy_folder: Callable[..., Path]) -> Iterator[Callable[[str], Any]]:
    """Starter of a site with empty databases; `opened` starts MLflow on them."""
    needed("initdb")
    seeds = toy_folder(PROCESS)
    with ExitStack() as stack:

        def make(name: str) -> Site:
            database = PostgreSQL("-c fsync=off")
            stack.callback(database.remove)
            engine = create_engine(database.url.replace("postgresql:", "postgresql+psycopg:"))
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                for one in ("records", "mlflow"):
                    connection.execute(text(f"CREATE DATABASE {one}"))
            engine.dispose()
            folder = tmp_path / name
            folder.mkdir()
            return Site(folder, database, more={"NONFERROUS_SEEDS": str(seeds)})

        yield make


def kustomization() -> list[dict[str, Any]]:
    """Settings that the manifests generate."""
    text = (BASE / "kustomization.yaml").read_text(encoding="utf-8")
    generators: list[dict[str, Any]] = yaml.safe_load(text)["configMapGenerator"]
    return generators


@contextmanager
def mlflow(site: Site) -> Iterator[None]:
    """MLflow's server of a site until the end of the block, with the command and settings of the manifests."""
    port = free_port()
    site.store = f"http://127.0.0.1:{port}"
    backend = f"{site.database.address}/mlflow".replace("postgresql:", "postgresql+psycopg2:")
    manifest = yaml.safe_load_all((BASE / "mlflow.yaml").read_text(encoding="utf-8"))
    (container,) = next(manifest)["spec"]["template"]["spec"]["containers"]
    own = {"python": sys.executable, "0.0.0.0": "127.0.0.1", "5000": str(port), "2": "1"}  # one process is enough
    command = [own.get(word, word) for word in (*container["command"], *container["args"])]
    (settings,) = (one for one in kustomization() if one["name"] == "nonferrous-mlflow-settings")
    more = dict(line.split("=", 1) for line in settings["literals"])
    more |= {"MLFLOW_BACKEND_STORE_URI": backend, "MLFLOW_ARTIFACTS_DESTINATION": str(site.artifacts)}
    more["MLFLOW_SERVER_ALLOWED_HOSTS"] = f"127.0.0.1:{port}"
    log = site.folder / "mlflow.log"
    with server(command, f"{site.store}/health", log, env=os.environ | more):
        yield


class Load:
    """A client that sends predictions and outcomes in turn until it is stopped; retains what was acknowledged."""

    def __init__(self, address: str, key: str) -> None:
        self._client = httpx.Client(base_url=address, headers={"authorization": f"Bearer {key}"}, timeout=120)
        self._ended = threading.Event()
        self.answered: list[tuple[str, dict[str, Any], bytes]] = []
        self.outcomes: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *given: object) -> None:
        self._ended.set()
        self._thread.join()
        self._client.close()

    def wait(self, count: int) -> None:
        """Wait until so many more requests are answered."""
        enough = len(self.answered) + count
        while len(self.answered) < enough:
            assert self._thread.is_alive()
            time.sleep(0.01)

    def _run(self) -> None:
        number = 0
        while not self._ended.is_set():
            number += 1
            unit, id = f"B-{number:05d}", str(uuid.uuid4())
            body = {"rows": [CHAMPION_ROW | {"unit": unit, "z": 3.5 + number % 7 / 10}], "digits": "all"}
            response = self._client.post(PREDICTIONS, json=body, headers={"record-id": id})
            assert response.status_code == 200, response.text
            self.answered.append((id, body, response.content))
            outcome = {"unit": unit, "period_start": CHAMPION_ROW["period_start"], "y": 90.0 + number % 5 / 10}
            assert self._client.post(OUTCOMES, json={"outcomes": [outcome]}).status_code == 200
            self.outcomes.append(outcome)


def predicted(address: str, key: str, id: str, body: dict[str, Any]) -> httpx.Response:
    """Response to a request with a record ID."""
    headers = {"authorization": f"Bearer {key}", "record-id": id}
    return httpx.post(f"{address}{PREDICTIONS}", json=body, headers=headers, timeout=120)


def test_a_backup_under_load_restores_to_a_consistent_state(make_site, toy_frame, tmp_path):
    table, copies = tmp_path / "history.csv", tmp_path / "copies"
    toy_frame().to_csv(table, index=False)
    copies.mkdir()
    site, restored = make_site("site"), make_site("restored")
    fixed = {"rows": [CHAMPION_ROW], "digits": "all", "include": ["model"]}
    with mlflow(site):
        site.run("train", PROCESS, "--data", str(table))
        key = site.run("keys", "create", "line 1", "--role", "predict", "--role", "outcome").split()[-1]
        with site.service() as address:
            first = predicted(address, key, str(uuid.uuid4()), fixed)
            assert first.status_code == 200, first.text
            with Load(address, key) as load:
                load.wait(BEFORE)
                promised, labelled = list(load.answered), list(load.outcomes)
                site.follow("Backup", copies)
                shutil.copytree(site.artifacts, copies / "artifacts")
                load.wait(AFTER)
            later = load.answered[-1]
    original = site.tables()

    shutil.copytree(copies / "artifacts", restored.artifacts)
    restored.follow("Restore", copies)
    copied = restored.tables()
    for name, rows in copied.items():
        assert set(rows) <= set(original[name]), name
    assert copied["keys"] == original["keys"]
    assert BEFORE < len(copied["requests"]) < len(original["requests"])
    # One moment: what was acknowledged before is in it, and the client sent each outcome before its next request.
    sent, batches = len(copied["requests"]) - 1, len(copied["outcome_batches"])
    assert (sent >= len(promised), batches >= len(labelled)) == (True, True)
    assert sent - batches in (0, 1)

    with mlflow(restored), restored.service() as address:
        for id, body, response in promised:
            again = predicted(address, key, id, body)
            assert (again.status_code, again.content) == (200, response)
        assert restored.tables()["requests"] == copied["requests"]  # a known id is answered from the records
        now = predicted(address, key, str(uuid.uuid4()), fixed)
        assert now.json()["model"] == first.json()["model"]
        assert value_of(now.content) == value_of(first.content)
        lost = predicted(address, key, later[0], later[1])  # came after the backup; its client sends it again
        assert lost.status_code == 200
        assert value_of(lost.content) == value_of(later[2])


def value_of(response: bytes) -> float:
    value: float = json.loads(response)["predictions"][0]["y"]["value"]
    return value
