"""Running the service, with stand-ins for what serves; and what it imports to start and to answer."""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from serving import run as service
from serving.settings import ServiceSettings


def stand_in() -> SimpleNamespace:
    """An application that lets anybody in."""
    return SimpleNamespace(watch=SimpleNamespace(metrics=SimpleNamespace()), ring=SimpleNamespace(admits=True))


def test_the_address_is_taken_at_once_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    """With stand-ins for the application and for uvicorn, which notes what it is started with."""
    started: dict[str, Any] = {}

    class Server:
        def __init__(self, config: dict[str, Any]) -> None:
            started["config"] = config

        def run(self, sockets: list[socket.socket]) -> None:
            (started["socket"],) = sockets
            started["name"] = sockets[0].getsockname()
            started["reuse"] = sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
            with closing(socket.create_connection(started["name"][:2])):  # it listens before uvicorn takes it up
                raise KeyboardInterrupt

    app = stand_in()
    monkeypatch.setattr(service, "create_app", lambda settings, store, database: app)
    monkeypatch.setattr(service.uvicorn, "Config", lambda app, **how: {"app": app, **how})
    monkeypatch.setattr(service.uvicorn, "Server", Server)
    monkeypatch.setattr(sys, "setswitchinterval", lambda turn: started.update(turn=turn))
    caplog.set_level(logging.INFO)
    settings = ServiceSettings(home=tmp_path, port=0)
    assert service.run(settings, None) == 0
    port = started["name"][1]
    started["socket"].close()
    config = started["config"]
    assert config["app"] is app
    assert (config["access_log"], config["log_config"], config["server_header"]) == (False, None, False)
    assert (config["proxy_headers"], config["forwarded_allow_ips"]) == (False, [])  # nobody is believed about clients
    assert (config["timeout_keep_alive"], config["timeout_graceful_shutdown"]) == (15, 30)
    assert not {"ssl_certfile", "ssl_keyfile"} & set(config)  # it would count a connection after its handshake alone
    assert started["reuse"] == 1
    assert started["turn"] < 0.005
    predictions = [record.getMessage() for record in caplog.records if record.name == "nonferrous.serving"]
    where = f"http://127.0.0.1:{port}, documentation at /docs, models from {settings.uri_shown}"
    assert predictions == [f"listening on {where}", "ended"]
    assert logging.getLogger("uvicorn").level == logging.WARNING


def test_an_address_of_ipv6_stands_in_brackets(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    listening = SimpleNamespace(getsockname=lambda: ("::1", 8000, 0, 0), close=lambda: None)
    app = stand_in()
    monkeypatch.setattr(service, "create_app", lambda settings, store, database: app)
    monkeypatch.setattr(service, "_listen", lambda host, port: listening)
    monkeypatch.setattr(service.uvicorn, "Config", lambda app, **how: None)
    monkeypatch.setattr(service.uvicorn, "Server", lambda config: SimpleNamespace(run=lambda sockets: None))
    caplog.set_level(logging.INFO)
    assert service.run(ServiceSettings(home=tmp_path, host="::1")) == 0
    assert "listening on http://[::1]:8000," in caplog.text


def test_an_address_that_is_taken_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(service, "create_app", lambda settings, store, writer: stand_in())
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert service.run(ServiceSettings(home=tmp_path, port=port)) == service.CANNOT_START == 2
    assert capsys.readouterr().err == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another with NONFERROUS_PORT\n"
    )


ABSENT = (
    *("pandas", "pyarrow", "sklearn", "skops", "lightgbm", "mlflow", "alembic", "optuna", "plotly", "rich"),
    *("scipy.stats", "scipy.optimize", "scipy.linalg", "scipy.sparse", "threadpoolctl"),
)
SERVED = f"""
import asyncio, json, sys
from pathlib import Path
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings

store = FolderStore()
for folder in Path(sys.argv[1]).iterdir():
    store.point(folder.name, 1, folder)
app = create_app(ServiceSettings(max_rows=50), store)
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


for offers in app.taken:
    payloads = offers.predictions
    name = payloads.seed.process.name
    row = {{one.name: sum(one.limits) / 2 if one.is_number else one.values[0] for one in payloads.seed.inputs}}
    row |= {{name: value for name, value in payloads.example["rows"][0].items() if value is not None}}
    wanted = payloads.example | {{"rows": [row]}}
    wanted |= {{"include": list(payloads.words)}}
    status, body = asyncio.run(asked(f"/v1/{{name}}/predictions", json.dumps(wanted).encode()))
    said[name] = [app.champions.statuses[name].served.model.candidate, status, len(json.loads(body)["predictions"])]
print(json.dumps([said, [name for name in {ABSENT!r} if name in sys.modules]]))
"""


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
        env=os.environ | {"NONFERROUS_SEEDS": str(seeds), "NONFERROUS_HOME": str(tmp_path / "home")},
    )
    assert done.returncode == 0, done.stderr
    stored, imported = json.loads(done.stdout)
    assert stored == {
        "toy_cells": ["linear", 200, 1],
        "toy_lots": ["lightgbm", 200, 1],
        "toy_ores": ["lightgbm", 200, 1],
        "toy_scrap": ["lightgbm", 200, 1],
    }
    assert imported == []


LEFT = """
import sys, threading, time
from serving.run import leave

begun = threading.Event()


def work():
    begun.set()
    time.sleep(float(sys.argv[2]))


threading.Thread(target=work, name=sys.argv[1]).start()
begun.wait()
sys.exit(leave(3))
"""


@pytest.mark.parametrize(
    ("name", "seconds", "message"), [("AnyIO worker thread", "600", True), ("other", "0.1", False)]
)
def test_a_thread_that_hears_of_no_stop_does_not_hold_up_the_end(name: str, seconds: str, message: bool) -> None:
    command = [sys.executable, "-c", LEFT, name, seconds]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 3
    assert ("still worked for a request that has ended" in ended.stderr) is message
