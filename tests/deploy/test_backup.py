"""Rehearsal of backup and restore by the commands of docs/how-to/deploy.md, on two servers of PostgreSQL."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from tests.deploy.site import PROCESS, Site, mlflow

pytestmark = [pytest.mark.service, pytest.mark.long("starts MLflow's server twice")]

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "deploy.md"
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


def follow(site: Site, section: str, folder: Path) -> None:
    """Run the commands of a section of the page in a folder."""
    command = ["bash", "-euo", "pipefail", "-c", commands(section)]
    done = subprocess.run(command, env=site.environment, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def tables(site: Site) -> dict[str, list[Any]]:
    """Rows of the tables of a site's records, sorted."""
    engine = create_engine(site.records.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        rows = {name: connection.execute(text(f"SELECT * FROM {name}")).all() for name in TABLES}
    engine.dispose()
    return {name: sorted(map(repr, of_table)) for name, of_table in rows.items()}


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
                follow(site, "Backup", copies)
                shutil.copytree(site.artifacts, copies / "artifacts")
                load.wait(AFTER)
            later = load.answered[-1]
    original = tables(site)

    shutil.copytree(copies / "artifacts", restored.artifacts)
    follow(restored, "Restore", copies)
    copied = tables(restored)
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
        assert tables(restored)["requests"] == copied["requests"]  # a known id is answered from the records
        now = predicted(address, key, str(uuid.uuid4()), fixed)
        assert now.json()["model"] == first.json()["model"]
        assert value_of(now.content) == value_of(first.content)
        lost = predicted(address, key, later[0], later[1])  # came after the backup; its client sends it again
        assert lost.status_code == 200
        assert value_of(lost.content) == value_of(later[2])


def value_of(response: bytes) -> float:
    value: float = json.loads(response)["predictions"][0]["y"]["value"]
    return value
