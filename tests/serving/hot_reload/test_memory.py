"""Models in memory within a budget: lines of one type, loaded when a request comes."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.storage import model_files
from registry.store import Champion
from seeds.format.loader import parse
from serving.app import Service, create_app
from serving.hot_reload import champions as module
from serving.hot_reload.folder_store import FolderStore
from serving.hot_reload.status import NEW
from serving.settings import ServiceSettings

ROW = {"unit": "A-001", "period_start": "2026-11-01", "previous_y": 91.5, "x_set": 10.25, "z": 3.75}
LINES = [f"line_{number}" for number in range(1, 8)]
Call = Callable[..., httpx.Response]
Starter = Callable[..., Service]


class CountedStore(FolderStore):
    """Counts what is fetched, waits for `gate` then, and may be unreadable."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def fetch(self, champion: Champion, folder: Path) -> Path:
        assert self.gate.wait(60)
        self.fetched.append(champion.process)
        return super().fetch(champion, folder)


@pytest.fixture
def store() -> CountedStore:
    return CountedStore()


@pytest.fixture
def lines(save_toy_model: Any, toy_seed: Any, tmp_path: Path, store: CountedStore) -> Any:
    """Maker of a version of each line: the same model with its line's name, whose answers may be raised."""

    def make(number: int = 1, lift: float = 0.0, names: list[str] = LINES) -> None:
        original = tmp_path / f"model_{number}"
        save_toy_model(original, lift=lift)
        model: Any = model_files.load(original)
        (tmp_path / "seeds").mkdir(exist_ok=True)
        for name in names:
            file = tmp_path / "seeds" / f"{name}.toml"
            file.write_text(toy_seed.text.replace('name = "toy_cells"', f'name = "{name}"', 1), encoding="utf-8")
            folder = tmp_path / f"{name}_{number}"
            model_files.save(replace(model, seed=parse(file.read_text(encoding="utf-8"), file)), folder)
            store.point(name, number, folder)

    return make


@pytest.fixture
def start(store: CountedStore, lines: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Starter]:
    """Starter of a service over the lines with a budget in models."""
    monkeypatch.setenv("NONFERROUS_SEEDS", str(tmp_path / "seeds"))
    lines()
    size = model_files.size(tmp_path / "line_1_1") + 100
    started: list[Service] = []

    def make(models: float, first_look: bool = True) -> Service:
        app = create_app(ServiceSettings(max_model_bytes=int(models * size), poll_seconds=0.05), store)
        started.append(app)
        if first_look:
            app.champions.refresh()
        app.champions.start()
        return app

    yield make
    store.gate.set()
    for app in started:
        app.champions.stop()


def in_memory(app: Service) -> set[str]:
    return {name for name, one in app.champions.statuses.items() if one.served is not None}


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def predicted(call: Call, app: Service, line: str) -> httpx.Response:
    return call(app, "POST", f"/v1/{line}/predictions", json={"rows": [ROW]})


def test_all_stay_in_memory_that_fit_the_budget(start: Starter) -> None:
    app = start(7)
    assert in_memory(app) == set(LINES)
    assert app.champions.memory.evicted == 0


def test_each_is_checked_once_and_those_over_the_budget_are_loaded_by_a_request(
    start: Starter, store: CountedStore, call: Call
) -> None:
    app = start(2)
    assert sorted(store.fetched) == LINES
    assert in_memory(app) == {"line_1", "line_2"}
    for line in LINES * 2:
        response = predicted(call, app, line)
        assert (response.status_code, response.json()["process"]) == (200, line)
        assert len(in_memory(app)) == 2
        assert line in in_memory(app)


def test_the_least_recently_used_leaves(start: Starter, call: Call) -> None:
    app = start(2)
    for line in ("line_2", "line_1", "line_3"):
        assert predicted(call, app, line).status_code == 200
    assert in_memory(app) == {"line_1", "line_3"}
    for line in ("line_4", "line_3", "line_5"):
        assert predicted(call, app, line).status_code == 200
    assert in_memory(app) == {"line_3", "line_5"}
    assert app.champions.memory.evicted == 3


@pytest.mark.parametrize("models", [0.5, 7])
def test_lists_pages_and_readiness_do_not_depend_on_what_is_in_memory(
    models: float, start: Starter, call: Call
) -> None:
    app = start(models)
    assert call(app, "GET", "/health/ready").json()["status"] == "ready"
    assert call(app, "GET", "/health/ready/line_7").json() == {"state": "serving", "version": 1, "reason": None}
    listed = call(app, "GET", "/v1/processes").json()["processes"]
    assert {one["name"]: one["model"]["candidate"] for one in listed} == dict.fromkeys(LINES, "linear")
    assert [one["model"]["info"] for one in listed] == [{"rows": 200}] * len(LINES)
    assert call(app, "GET", "/v2/health/ready").json() == {"ready": True}
    assert call(app, "GET", "/v2/models/line_7").json()["versions"] == ["1"]
    assert 'nonferrous_model_version{process="line_7"} 1.0' in call(app, "GET", "/metrics").text


def test_a_budget_below_one_model_holds_the_one_that_was_requested_last(start: Starter, call: Call) -> None:
    app = start(0.5)
    assert in_memory(app) == set()
    for line in ("line_3", "line_5", "line_3"):
        assert predicted(call, app, line).status_code == 200
        assert in_memory(app) == {line}


def test_requests_at_the_same_time_wait_for_one_load(start: Starter, store: CountedStore, call: Call) -> None:
    app = start(2)
    store.fetched.clear()
    store.gate.clear()
    with ThreadPoolExecutor() as clients:
        waiting = [clients.submit(predicted, call, app, "line_6") for _ in range(3)]
        # The event loop and the models in memory go on meanwhile.
        assert predicted(call, app, "line_1").status_code == 200
        assert not any(one.done() for one in waiting)
        store.gate.set()
        assert [one.result(60).status_code for one in waiting] == [200, 200, 200]
    assert store.fetched == ["line_6"]


def test_all_ways_to_answer_load_a_model(start: Starter, call: Call) -> None:
    app = start(0.5)
    tensors = [
        {"name": name, "shape": [1], "datatype": "BYTES" if isinstance(value, str) else "FP64", "data": [value]}
        for name, value in ROW.items()
    ]
    assert call(app, "POST", "/v2/models/line_2/infer", json={"inputs": tensors}).status_code == 200
    text = ",".join(ROW) + "\n" + ",".join(map(str, ROW.values())) + "\n"
    for line, accept in (("line_3", "application/json"), ("line_4", "text/csv")):
        headers = {"content-type": "text/csv", "accept": accept}
        response = call(app, "POST", f"/v1/{line}/predictions", content=text, headers=headers)
        assert response.status_code == 200, response.text
        assert in_memory(app) == {line}


def test_damaged_files_are_an_error_as_at_the_start(start: Starter, call: Call, tmp_path: Path) -> None:
    app = start(2)
    file = tmp_path / "line_6_1" / model_files.MODEL
    whole = file.read_bytes()
    file.write_bytes(whole[:-20])
    response = predicted(call, app, "line_6")
    assert response.status_code == 503
    assert "version 1 is refused, no model answers: model/model.json: got" in response.json()["detail"]
    assert call(app, "GET", "/health/ready/line_6").status_code == 503
    assert list(call(app, "GET", "/health/ready").json()["degraded"]) == ["line_6"]
    assert predicted(call, app, "line_7").status_code == 200


def test_a_promotion_replaces_a_version_that_is_not_in_memory(start: Starter, lines: Any, call: Call) -> None:
    app = start(2)
    before = predicted(call, app, "line_7").json()
    for line in ("line_1", "line_2"):
        predicted(call, app, line)
    assert "line_7" not in in_memory(app)
    lines(2, lift=3.0, names=["line_7"])
    until(lambda: app.champions.statuses["line_7"].version == 2)
    # It was loaded to be checked, and no model that is used left memory for it.
    assert in_memory(app) == {"line_1", "line_2"}
    after = predicted(call, app, "line_7").json()
    assert (before["model"]["version"], after["model"]["version"]) == (1, 2)
    assert after["predictions"][0]["y"]["value"] == pytest.approx(before["predictions"][0]["y"]["value"] + 3, abs=0.2)


def test_a_broken_promotion_leaves_the_version_that_is_not_in_memory(
    start: Starter, call: Call, tmp_path: Path, store: CountedStore
) -> None:
    app = start(2)
    store.point("line_7", 2, tmp_path / "nowhere")
    until(lambda: "version 2 is refused, version 1 stays" in str(app.champions.statuses["line_7"].trouble))
    assert predicted(call, app, "line_7").json()["model"]["version"] == 1
    assert "version 2 is refused, version 1 stays" in str(app.champions.statuses["line_7"].trouble)


def test_the_service_is_ready_when_the_first_models_are_loaded(
    start: Starter, store: CountedStore, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    app = start(7, first_look=False)
    until(lambda: app.champions.has_looked)
    assert in_memory(app) >= {"line_1", "line_2"}
    assert call(app, "GET", "/health/ready").json()["status"] == "ready"
    assert predicted(call, app, "line_7").status_code == 200
    until(lambda: in_memory(app) == set(LINES))
    assert sorted(store.fetched) == LINES


def test_a_seed_with_the_name_of_a_field_is_named_among_many_that_are_good(
    start: Starter, call: Call, tmp_path: Path
) -> None:
    app = start(7)
    good = (tmp_path / "seeds" / "line_7.toml").read_text(encoding="utf-8")
    text = good.replace('name = "line_7"', 'name = "line_9"', 1).replace('"z"', '"data_quality"')
    (tmp_path / "seeds" / "line_9.toml").write_text(text, encoding="utf-8")
    until(lambda: "column 'data_quality'" in str(app.champions.statuses.get("line_9", NEW).seed_trouble))
    assert list(call(app, "GET", "/health/ready").json()["degraded"]) == ["line_9"]
    assert predicted(call, app, "line_7").status_code == 200


def test_metrics_count_models_in_memory(start: Starter, call: Call) -> None:
    app = start(2)
    for line in ("line_5", "line_6"):
        predicted(call, app, line)
    lines_ = dict(one.rsplit(" ", 1) for one in call(app, "GET", "/metrics").text.splitlines() if one[0] != "#")
    assert float(lines_["nonferrous_models_in_memory"]) == 2
    assert float(lines_["nonferrous_model_evictions_total"]) == 2
    assert float(lines_["nonferrous_model_load_duration_seconds_count"]) == len(LINES) + 2
    assert float(lines_["nonferrous_model_bytes"]) <= float(lines_["nonferrous_model_bytes_limit"])
