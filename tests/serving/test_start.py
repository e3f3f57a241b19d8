"""What a service imports to start and to answer: nothing that only learning, tables or a registry's client need."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ABSENT = (
    *("pandas", "pyarrow", "sklearn", "skops", "lightgbm", "mlflow", "sqlalchemy", "optuna", "plotly", "rich"),
    *("scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.sparse", "threadpoolctl"),
)
SERVED = f"""
import asyncio, json, sys
from pathlib import Path
from serving.app import create_app
from serving.following.folder_store import FolderStore
from serving.settings import Settings

store = FolderStore()
for folder in Path(sys.argv[1]).iterdir():
    store.point(folder.name, 1, folder)
app = create_app(Settings(max_rows=50), store)
app.champions.refresh()
said = {{}}


async def asked(path, body):
    sent = []

    async def receive():
        return {{"type": "http.request", "body": body, "more_body": False}}

    async def send(message):
        sent.append(message)

    head = {{"type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode()}}
    head |= {{"headers": [(b"content-type", b"application/json")], "query_string": b"", "root_path": ""}}
    await app(head | {{"scheme": "http", "server": ("s", 80), "client": ("c", 1)}}, receive, send)
    return sent[0]["status"], b"".join(one.get("body", b"") for one in sent)


for payloads in app.taken:
    name = payloads.seed.process.name
    wanted = payloads.example | ({{"explain": True}} if "explain" in payloads.request.__annotations__ else {{}})
    status, body = asyncio.run(asked(f"/v1/{{name}}/predictions", json.dumps(wanted).encode()))
    said[name] = [app.champions.statuses[name].served.model.candidate, status, len(json.loads(body)["predictions"])]
print(json.dumps([said, [name for name in {ABSENT!r} if name in sys.modules]]))
"""


@pytest.mark.slow
def test_a_service_that_answers_and_explains_has_imported_none_of_them(
    save_toy_model: Callable[..., object],
    save_toy_classifier: Callable[..., object],
    save_toy_sorter: Callable[..., object],
    save_toy_grader: Callable[..., object],
    toy_folder: Callable[..., Path],
    tmp_path: Path,
) -> None:
    save_toy_model(tmp_path / "models" / "toy_cells")
    save_toy_classifier(tmp_path / "models" / "toy_ores", candidate="lightgbm")
    save_toy_sorter(tmp_path / "models" / "toy_scrap", candidate="lightgbm")
    save_toy_grader(tmp_path / "models" / "toy_lots", candidate="lightgbm")
    seeds = toy_folder("toy_cells", "toy_ores", "toy_scrap", "toy_lots")
    done = subprocess.run(
        [sys.executable, "-c", SERVED, str(tmp_path / "models")],
        capture_output=True,
        text=True,
        env=os.environ | {"NONFERROUS_SEEDS": str(seeds)},
    )
    assert done.returncode == 0, done.stderr
    said, imported = json.loads(done.stdout)
    assert said == {
        "toy_cells": ["linear", 200, 1],
        "toy_lots": ["lightgbm", 200, 1],
        "toy_ores": ["lightgbm", 200, 1],
        "toy_scrap": ["lightgbm", 200, 1],
    }
    assert imported == []
