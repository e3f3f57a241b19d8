"""When the service is ready, by what is known of its processes."""

import math
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI

from records.database import Database
from registry.store import Champion
from serving.app import create_app
from serving.hot_reload.folder_store import FolderStore
from serving.hot_reload.status import Served, Status
from serving.middleware.authorization import InMemory, KeyCache, Principal
from serving.routes import health
from serving.settings import ServiceSettings
from serving.wire import problems

MODEL: Any = None
ONE, TWO = Champion("a", 1, "one"), Champion("a", 2, "two")
ANSWERS = Status(Served(ONE, "sha256:1", MODEL), ONE)
REFUSED = Status(Served(ONE, "sha256:1", MODEL), TWO, "version 2 is refused")
BROKEN = Status(None, TWO, "version 2 is refused, no model answers")
NONE = Status(trouble="no version has the alias champion")
NO_SEED = Status(seed_trouble="its seed cannot be used: no TOML")


def app(store_trouble: str | None = None, seeds_trouble: str | None = None, **statuses: Status) -> FastAPI:
    champions: Any = SimpleNamespace(
        statuses=statuses, store_trouble=store_trouble, seeds_trouble=seeds_trouble, wait=math.pi, has_looked=True
    )
    made = FastAPI()
    problems.install(made, lambda: dict.fromkeys(statuses, ""))
    made.include_router(health.router(champions))
    return made


@pytest.mark.parametrize(
    ("statuses", "message"),
    [
        ({"a": ANSWERS}, "ready"),
        ({"a": REFUSED}, "degraded"),
        ({"a": ANSWERS, "b": NONE}, "ready"),
        ({"a": ANSWERS, "b": BROKEN}, "degraded"),
        ({"a": ANSWERS, "b": NO_SEED}, "degraded"),
        ({"a": NONE}, None),
        ({"a": BROKEN}, None),
        ({"a": NO_SEED}, None),
        ({}, None),
    ],
)
def test_ready_means_that_one_answers_and_degraded_that_another_should(
    statuses: Any, message: str | None, call: Any
) -> None:
    for method in ("GET", "HEAD"):
        response = call(app(**statuses), method, "/health/ready")
        assert response.status_code == (503 if message is None else 200)
    assert message is None or call(app(**statuses), "GET", "/health/ready").json()["status"] == message


def test_readiness_tells_state_version_and_trouble(call: Any) -> None:
    body = call(app("the store sleeps", a=ANSWERS, b=NONE, c=REFUSED, d=NO_SEED), "GET", "/health/ready").json()
    assert body == {
        "status": "degraded",
        "store": "the store sleeps",
        "seeds": None,
        "degraded": {"c": "version 2 is refused", "d": "its seed cannot be used: no TOML"},
        "processes": {
            "a": {"state": "serving", "version": 1, "reason": None},
            "b": {"state": "no champion", "version": None, "reason": NONE.trouble},
            "c": {"state": "serving", "version": 1, "reason": "version 2 is refused"},
            "d": {"state": "seed not usable", "version": None, "reason": "its seed cannot be used: no TOML"},
        },
    }


@pytest.mark.parametrize("store", [None, "the store sleeps"])
def test_a_store_or_folder_that_cannot_be_read_degrades_what_answers(store: str | None, call: Any) -> None:
    seeds = None if store else "the folder is gone"
    body = call(app(store, seeds, a=ANSWERS), "GET", "/health/ready").json()
    assert (body["status"], body["store"], body["seeds"], body["degraded"]) == ("degraded", store, seeds, {})


def test_each_process_without_a_model_is_a_fault_where_none_has_one(call: Any) -> None:
    body = call(app(b=BROKEN, c=NONE), "GET", "/health/ready").json()
    assert body["detail"] == "no process has a model in service; see errors"
    assert [(one["field"], one["value"], one["expected"]) for one in body["errors"]] == [
        ("b", "champion not loaded", f"a model in service: {BROKEN.trouble}"),
        ("c", "no champion", f"a model in service: {NONE.trouble}"),
    ]


def test_a_store_that_cannot_be_read_is_the_cause_that_is_named(call: Any) -> None:
    body = call(app("the store sleeps", a=NONE), "GET", "/health/ready").json()
    assert body["detail"] == "the store sleeps"
    assert body["errors"][0]["expected"] == "a model in service: the store sleeps"


def test_a_service_that_runs_is_live_whatever_its_models(call: Any) -> None:
    assert call(app(a=BROKEN), "GET", "/health/live").json() == {"status": "live"}
    assert call(app(a=BROKEN), "HEAD", "/health/live").status_code == 200


def test_openapi_names_each_route_once() -> None:
    paths = app(a=NONE).openapi()["paths"]
    assert {path: list(methods) for path, methods in paths.items()} == {
        "/health/live": ["get"],
        "/health/ready": ["get"],
        "/health/ready/{process}": ["get"],
    }
    ready = paths["/health/ready"]["get"]
    assert set(ready["responses"]) == {"200", "503"}
    assert ready["responses"]["503"]["description"] == "Service Unavailable"


def test_nothing_is_ready_before_every_champion_was_looked_for(
    toy_folder: Any, save_toy_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells", "toy_ores")))
    save_toy_model(tmp_path / "one")
    seen: list[int] = []

    class Slow(FolderStore):
        """A store that is looked at while champions are looked for."""

        def fetch(self, champion: Champion, folder: Path) -> Path:
            result = super().fetch(champion, folder)
            seen.append(call(service, "GET", "/health/ready").status_code)
            return result

    store = Slow()
    for name in ("toy_cells", "toy_ores"):
        store.point(name, 1, tmp_path / "one")
    service = create_app(ServiceSettings(), store)
    assert call(service, "GET", "/health/ready").status_code == 503
    service.champions.refresh()
    assert seen == [503, 503]
    message = call(service, "GET", "/health/ready")
    assert (message.status_code, message.json()["status"]) == (200, "degraded")
    assert call(service, "GET", "/health/ready/toy_cells").status_code == 200
    assert call(service, "GET", "/health/ready/toy_ores").status_code == 503


@pytest.mark.parametrize(("process", "status"), [("a", 200), ("b", 503), ("c", 200), ("d", 503), ("nobody", 404)])
def test_each_process_is_asked_for_alone(process: str, status: int, call: Any) -> None:
    service = app(a=ANSWERS, b=NONE, c=REFUSED, d=NO_SEED)
    assert call(service, "HEAD", f"/health/ready/{process}").status_code == status
    response = call(service, "GET", f"/health/ready/{process}")
    assert response.status_code == status
    if status == 200:
        assert response.json()["state"] == "serving"
    else:
        assert response.headers["content-type"] == "application/problem+json"


def test_reasons_are_for_those_who_run_the_service(call: Any, behind_a_door: Any) -> None:
    secret = "the store at /srv/secret sleeps"
    service = app(secret, "no folder /srv/secret", a=ANSWERS, b=Status(None, TWO, "no file /srv/secret/x"))
    for key, sees in ((None, False), ("nf_predict", False), ("nf_operate", True)):
        keys = {"nf_predict": Principal("nf_p", roles=frozenset({"predict"}))}
        keys["nf_operate"] = Principal("nf_o", roles=frozenset({"operate"}))
        door = behind_a_door(service, ring=KeyCache(InMemory(keys), True, 1.0))
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        for path in ("/health/ready", "/health/ready/b"):
            text = call(door, "GET", path, headers=headers).text
            assert ("/srv/secret" in text) == sees
            assert "degraded" in text or "champion not loaded" in text


@pytest.mark.parametrize("path", ["/health/ready", "/health/ready/a"])
def test_a_service_whose_records_cannot_be_written_is_not_ready(path: str, call: Any) -> None:
    made = app(a=ANSWERS)
    made.router.routes.clear()
    champions: Any = SimpleNamespace(
        statuses={"a": ANSWERS}, store_trouble=None, seeds_trouble=None, wait=1.0, has_looked=True
    )
    made.include_router(health.router(champions, lambda: next(errors)))
    errors = iter(["records at here: the disk sleeps", None])
    refused = call(made, "GET", path)
    assert refused.status_code == 503
    assert refused.json()["detail"] == "the records cannot be written: records at here: the disk sleeps"
    assert call(made, "GET", path).status_code == 200


def test_records_that_are_moved_away_are_named_in_readiness_and_metrics_and_answer_nothing(
    toy_folder: Any, save_toy_model: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: Any
) -> None:
    monkeypatch.setenv("NONFERROUS_SEEDS", str(toy_folder("toy_cells")))
    save_toy_model(tmp_path / "one")
    store = FolderStore()
    store.point("toy_cells", 1, tmp_path / "one")
    file = tmp_path / "records.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        service = create_app(ServiceSettings(home=tmp_path), store, database)
        assert service.writer is not None
        assert service.records_health is not None
        service.champions.refresh()
        service.writer.start()
        look = service.records_health.look
        look()
        row = {"unit": "A", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}
        paths = ["/health/ready", "/health/ready/toy_cells", "/v2/health/ready"]

        def status() -> tuple[list[int], int, bool]:
            requested = call(service, "POST", "/v1/toy_cells/predictions", json={"rows": [row]}).status_code
            writable = "nonferrous_records_writable 1.0" in call(service, "GET", "/metrics").text
            return [call(service, "GET", path).status_code for path in paths], requested, writable

        assert status() == ([200] * 3, 200, True)
        file.rename(tmp_path / "away.db")
        look()
        assert status() == ([503] * 3, 503, False)
        (tmp_path / "away.db").rename(file)
        look()
        assert status() == ([200] * 3, 200, True)
        service.writer.stop()
