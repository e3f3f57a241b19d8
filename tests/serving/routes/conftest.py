"""A service over the toy processes with their models and records, and users of its pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from records import keys
from records.database import Database, now
from records.requests import StoredExchange, insert
from serving.app import Service, create_app
from serving.hot_reload.folder_store import FolderStore
from serving.settings import ServiceSettings
from system.record_ids import new_id
from tests.suite.services import writing

CELLS, LOTS, ORES, SCRAP = "toy_cells", "toy_lots", "toy_ores", "toy_scrap"
ROWS: dict[str, dict[str, Any]] = {
    CELLS: {"unit": "A-001", "period_start": "2026-01-01", "previous_y": 91.5, "x_set": 10.0, "z": 4.0},
    LOTS: {"line": "T-01", "cast_at": "2026-01-01", "u": 0.0, "v": 0.0, "setpoint": 50.0, "p_last": 2.0},
    ORES: {"face": "F-1", "day": "2026-01-01", "grain": 1.0, "colour": 0.1},
}
TOKEN = re.compile(r'name="token" value="([0-9a-f]{64})"')


class PageUser:
    """A browser: it holds cookies and sends the token of a page with its forms."""

    def __init__(self, call: Callable[..., httpx.Response], app: Service) -> None:
        self._call, self._app = call, app
        self.cookies: dict[str, str] = {}

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self._took(self._call(self._app, "GET", path, headers={**headers, **self._sent()}))

    def post(self, path: str, fields: Mapping[str, str], token: str | None = None) -> httpx.Response:
        if token is None:
            token = TOKEN.findall(self.get("/dashboard/sign-in").text or self.get("/").text)[0]
        sent = {**fields, "token": token}
        return self._took(self._call(self._app, "POST", path, data=sent, headers=self._sent()))

    def sign_in(self, key: str) -> httpx.Response:
        return self.post("/dashboard/sign-in", {"key": key, "next": "/"})

    def _sent(self) -> dict[str, str]:
        return {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _took(self, response: httpx.Response) -> httpx.Response:
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies.pop(name, None)
            if value.strip('"'):
                self.cookies[name] = value
        return response


@pytest.fixture
def store() -> FolderStore:
    """Store of the services of a test, shared by all of them."""
    return FolderStore()


@pytest.fixture
def make_plant(
    toy_folder: Any,
    tmp_path: Path,
    database: Database,
    store: FolderStore,
    save_toy_model: Callable[..., object],
    save_toy_grader: Callable[..., object],
    save_toy_classifier: Callable[..., object],
    save_toy_sorter: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Service]]:
    """Maker of a service with models of the toy processes, over the records of the test."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder(CELLS, LOTS, ORES, SCRAP)))
    savers = {CELLS: save_toy_model, LOTS: save_toy_grader, ORES: save_toy_classifier, SCRAP: save_toy_sorter}
    for name, save in savers.items():
        save(tmp_path / name)

    with ExitStack() as started:

        def make(*names: str, **settings: Any) -> Service:
            for name in names or savers:
                store.point(name, 3, tmp_path / name)
            made = create_app(ServiceSettings(home=tmp_path, **settings), store, database)
            made.champions.refresh()
            return started.enter_context(writing(made))

        yield make


@pytest.fixture
def plant(make_plant: Callable[..., Service]) -> Service:
    """A service with a model of each toy process that needs no key."""
    return make_plant()


@pytest.fixture
def send(call: Callable[..., httpx.Response]) -> Callable[..., None]:
    """Sender of rows to a service, each the typical row of a process with some fields changed."""

    def sent(app: Service, process: str, *changes: Mapping[str, Any], **more: Any) -> None:
        rows = [ROWS[process] | change for change in changes or ({},)]
        response = call(app, "POST", f"/v1/{process}/predictions", json={"rows": rows, **more})
        assert response.status_code == 200, response.text

    return sent


@pytest.fixture
def record(database: Database) -> Callable[..., None]:
    """Writer of a recorded response of another operation."""

    def written(process: str, operation: str, answer: Mapping[str, Any]) -> None:
        exchange = StoredExchange(
            id=new_id(),
            part=0,
            at=now(),
            client="127.0.0.1",
            process=process,
            operation=operation,
            version=3,
            digest="sha256:" + "0" * 64,
            kind="application/json",
            request_body=b"{}",
            response_body=json.dumps(answer).encode(),
        )
        insert(database, [exchange])

    return written


@pytest.fixture
def user(call: Callable[..., httpx.Response]) -> Callable[[Service], PageUser]:
    """Maker of a browser at a service."""
    return lambda app: PageUser(call, app)


@pytest.fixture
def key(database: Database) -> Callable[..., str]:
    """Maker of a key with some roles."""

    def made(*roles: str, processes: tuple[str, ...] = (), **more: Any) -> str:
        return keys.make(database, "admin", f"holder of {', '.join(roles)}", roles, processes, **more)

    return made
