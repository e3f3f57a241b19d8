"""Waits, words and the thread of the champions, step by step on a clock that is set by hand."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.loading.loading import LoadedVersion, Refused
from registry.store import Champion
from seeds import Seed
from serving.hot_reload import champions as module
from serving.hot_reload.champions import Champions
from serving.hot_reload.folder_store import FolderStore
from serving.hot_reload.memory import settle
from serving.hot_reload.status import Status

PROCESS = "toy_cells"
Making = Callable[..., Any]


class Store(FolderStore):
    """Whose every version is broken, unless it is in `sound`; counts what is fetched, and may be unreadable."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[int] = []
        self.error: Exception | None = None

    def champion(self, process: str) -> Champion | None:
        if self.error is not None:
            raise self.error
        return super().champion(process)

    def fetch(self, champion: Champion, folder: Path) -> Path:
        self.fetched.append(champion.version)
        return folder


class Fixed:
    """Loads versions below 10, and refuses the others."""

    def load_all(self, store: Store, expected: Any) -> Iterator[tuple[Champion, LoadedVersion | Refused]]:
        model: Any = type("Model", (), {"candidate": "linear", "seed": None})()
        for champion, _ in expected:
            store.fetch(champion, Path())
            yield champion, Refused("it is broken") if champion.version >= 10 else LoadedVersion(model, "sha256:1", 1)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Store whose versions below 10 load, and whose others are broken."""
    monkeypatch.setattr(module, "baseline", lambda seed: "persistence")
    return Store()


@pytest.fixture
def loading() -> Any:
    return Fixed()


@pytest.fixture
def now() -> list[float]:
    return [100.0]


@pytest.fixture
def champions(fixed: Making, toy_seed: Seed, store: Store, loading: Any, now: list[float]) -> Champions:
    return Champions(fixed({PROCESS: toy_seed}), store, loading, poll_seconds=3.0, clock=lambda: now[0])


@pytest.fixture
def ended(champions: Champions) -> Iterator[None]:
    yield
    champions.stop()


def status(champions: Champions) -> Status:
    return champions.statuses[PROCESS]


def test_before_the_first_look_nothing_is_known(champions: Champions) -> None:
    (taken,) = champions.taken
    assert status(champions) == Status(None, None, "not looked for yet", taken)
    assert (champions.store_trouble, champions.wait) == (None, 3.0)


def test_a_refused_version_waits_twice_as_long_each_time_up_to_10_s(
    champions: Champions, store: Store, now: list[float]
) -> None:
    store.point(PROCESS, 10, "broken")
    champions.refresh()
    # Again after 3 s, 6 s, then 10 s instead of 12; not a moment before.
    for wait in (3.0, 6.0, 10.0, 10.0):
        tries = len(store.fetched)
        now[0] += wait - 0.001
        champions.refresh()
        assert len(store.fetched) == tries
        now[0] += 0.001
        now[0] = round(now[0], 6)
        champions.refresh()
        assert len(store.fetched) == tries + 1


def test_another_version_is_tried_at_once_and_waits_the_first_wait(
    champions: Champions, store: Store, now: list[float]
) -> None:
    for version in (10, 11, 10):
        store.point(PROCESS, version, "broken")
        champions.refresh()
        champions.refresh()
    assert store.fetched == [10, 11, 10]
    now[0] += 3.0
    champions.refresh()
    assert store.fetched == [10, 11, 10, 10]


def test_a_version_that_answers_makes_earlier_refusals_forgotten(
    champions: Champions, store: Store, now: list[float]
) -> None:
    store.point(PROCESS, 1, "one")
    champions.refresh()
    store.point(PROCESS, 10, "broken")
    champions.refresh()
    store.point(PROCESS, 1, "one")
    champions.refresh()
    assert status(champions).trouble is None
    store.point(PROCESS, 10, "broken")
    champions.refresh()
    assert store.fetched == [1, 10, 10]
    # The wait begins anew too.
    now[0] += 3.0
    champions.refresh()
    assert store.fetched == [1, 10, 10, 10]
    store.point(PROCESS, 2, "two")
    champions.refresh()
    store.point(PROCESS, 10, "broken")
    champions.refresh()
    assert store.fetched == [1, 10, 10, 10, 2, 10]


def test_a_refusal_says_what_stays_and_why(champions: Champions, store: Store) -> None:
    store.point(PROCESS, 10, "broken")
    champions.refresh()
    assert status(champions).trouble == "version 10 is refused, no model answers: it is broken"
    store.point(PROCESS, 1, "one")
    champions.refresh()
    store.point(PROCESS, 11, "broken")
    champions.refresh()
    assert status(champions).trouble == "version 11 is refused, version 1 stays: it is broken"
    assert status(champions).champion == Champion(PROCESS, 11, "broken")


def test_an_error_without_words_is_told_by_its_name(champions: Champions, store: Store) -> None:
    store.error = KeyError()
    champions.refresh()
    assert champions.store_trouble == "the store cannot be read: KeyError"


def test_a_store_polled_more_slowly_than_10_s_is_not_polled_faster_for_its_trouble(
    fixed: Making, toy_seed: Seed, loading: Any
) -> None:
    store = Store()
    store.error = OSError("gone")
    champions = Champions(fixed({PROCESS: toy_seed}), store, loading, poll_seconds=60.0)
    champions.refresh()
    assert champions.wait == 60.0
    store.error = None
    champions.refresh()
    assert champions.wait == 60.0


def test_the_log_tells_each_change_once(champions: Champions, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def log_records(*errors: Exception | None) -> list[tuple[int, str]]:
        caplog.clear()
        for store.error in errors or (None,):
            champions.refresh()
        return [(record.levelno, record.getMessage()) for record in caplog.records]

    caplog.set_level(logging.INFO)
    missing = f"no version has the alias champion: run `nonferrous train {PROCESS}`"
    assert log_records() == [(logging.WARNING, f"{PROCESS}: {missing}")]
    assert log_records() == []
    store.point(PROCESS, 1, "one")
    assert log_records() == [(logging.INFO, f"{PROCESS}: version 1 in service (candidate linear, sha256:1)")]
    assert log_records() == []
    gone, away = OSError("gone"), OSError("away")
    assert log_records(gone, gone) == [(logging.WARNING, "the store cannot be read: gone")]
    assert log_records(away) == [(logging.WARNING, "the store cannot be read: away")]
    assert log_records(None, None) == [(logging.INFO, "the store can be read again")]
    store._pointed.clear()
    assert log_records() == [
        (logging.WARNING, f"{PROCESS}: no version has the alias champion: the model of before stays"),
    ]
    store.point(PROCESS, 1, "one")
    assert log_records() == [(logging.INFO, f"{PROCESS}: recovered")]
    store.point(PROCESS, 2, "two")
    assert log_records() == [(logging.INFO, f"{PROCESS}: version 2 in service (candidate linear, sha256:1)")]


def test_what_has_not_changed_is_not_replaced(champions: Champions, store: Store) -> None:
    store.point(PROCESS, 1, "one")
    champions.refresh()
    before = champions.statuses
    champions.refresh()
    assert champions.statuses is before


def test_the_thread_follows_the_store_until_it_is_stopped(
    champions: Champions, store: Store, monkeypatch: pytest.MonkeyPatch, ended: None
) -> None:
    settled: list[bool] = []
    monkeypatch.setattr(module, "settle", lambda: settled.append(True))
    waits: list[float] = []
    thrice = threading.Event()

    def pause(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            store.error = OSError("gone")
        if len(waits) == 3:
            thrice.set()
            original(60)

    store.point(PROCESS, 1, "one")
    original = champions._pause
    monkeypatch.setattr(champions, "_pause", pause)
    assert champions._thread.daemon
    assert champions._thread.name == "champions"
    champions.start()
    assert thrice.wait(60)
    assert status(champions).served is not None
    assert waits == [3.0, 3.0, 6.0]
    # The first look changed what is served, the others did not.
    assert settled == [True]
    champions.stop()
    champions._thread.join(60)  # it holds the end up for a second at most, and ends by itself
    assert not champions._thread.is_alive()


def test_outcomes_that_are_taken_up_stop_nobody_for_the_collector(
    fixed: Making, toy_seed: Seed, store: Store, loading: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The collector walks all objects while no request is answered; a model with newer outcomes is no new model."""
    settled: list[bool] = []
    monkeypatch.setattr(module, "settle", lambda: settled.append(True))
    one = Champions(
        fixed({PROCESS: toy_seed}),
        store,
        loading,
        poll_seconds=0.0,
        followed=lambda served, _: replace(served, model=object()),
    )
    store.point(PROCESS, 1, "one")
    looks: list[object] = []

    def pause(_: float) -> None:
        looks.append(status(one).served)
        if len(looks) == 5:
            one._ended.set()

    monkeypatch.setattr(one, "_pause", pause)
    one._follow()
    assert len({id(served) for served in looks}) == 5
    assert settled == [True]


def test_a_slow_store_holds_the_end_up_for_a_second_at_most(
    champions: Champions, monkeypatch: pytest.MonkeyPatch
) -> None:
    joined: list[float | None] = []
    monkeypatch.setattr(champions._thread, "join", lambda timeout=None: joined.append(timeout))
    champions.stop()
    assert joined == [1]
    assert champions._ended.is_set()


def test_models_are_taken_out_of_the_collectors_sight(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    for name in ("unfreeze", "collect", "freeze"):
        monkeypatch.setattr(gc, name, lambda name=name: done.append(name))
    settle()  # as it was before the tests of this process did without it
    assert done == ["unfreeze", "collect", "freeze"]
