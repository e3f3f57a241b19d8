"""Work on a Dask cluster: the same results, errors that come through, and no loss where workers or scheduler end."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute import cluster
from compute.choice import helpers_for, workers_for
from compute.cluster import ClusterError
from compute.interface import Workers
from tests.suite.dask_programs import SCHEDULER, WORKERS, DaskPrograms

ITEMS = [(np.arange(5.0), "first"), (np.arange(3.0), "second")]


@dataclass(frozen=True)
class Sums:
    """Work that reports two steps and states the process that did it."""

    more: float = 0.0

    def __call__(self, values: Any, name: str, step: Any) -> tuple[float, str, int]:
        step(f"{name}: begun")
        step(f"{name}: done")
        return float(values.sum()) + self.more, name, os.getpid()


@dataclass(frozen=True)
class Fails:
    """Work that ends with an error."""

    def __call__(self, *item: Any) -> None:
        raise ArithmeticError("12 lots to calibrate, expected 30 or more")


@dataclass(frozen=True)
class Waits:
    """Work that goes on until a file is there, and notes when it begins and when it is given up."""

    folder: Path
    name: str = "go"

    def __call__(self, values: Any, name: str, step: Any) -> tuple[float, int]:
        with (self.folder / "begun").open("a") as file:
            file.write(f"{os.getpid()}\n")
        step("waits")
        try:
            while not (self.folder / self.name).exists():
                time.sleep(0.02)
        except BaseException:
            (self.folder / "given up").touch()
            raise
        step("goes on")
        return float(values.sum()), os.getpid()


@dataclass(frozen=True)
class Kills:
    """Work that ends its worker."""

    def __call__(self, *item: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def external() -> Iterator[DaskPrograms]:
    with ExitStack() as stack:
        started = DaskPrograms(stack)
        started.begin(SCHEDULER, *WORKERS)
        yield started


def loops() -> set[threading.Thread]:
    """Threads of Dask's event loops."""
    return {thread for thread in threading.enumerate() if thread.name == "IO loop"}


def processes_of(folder: Path, times: int, workers: Workers) -> list[int]:
    """Processes that have begun the work of `Waits`, when so many have."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        lines = (folder / "begun").read_text().split() if (folder / "begun").exists() else []
        if len(lines) >= times:
            return [int(line) for line in lines]
        workers.forward_steps()
        time.sleep(0.05)
    raise TimeoutError(f"{times} beginnings of the work")


@pytest.mark.service
def test_results_and_steps_are_those_of_this_machine() -> None:
    results, steps = {}, {}
    for place in (None, "local:2"):
        reported: list[str] = []
        with workers_for(ITEMS, 2, reported.append, place) as workers:
            pending = [workers.later(item, Sums(more)) for item, more in ((0, 0.5), (1, 0.0), (0, 1.0))]
            answers = [one() for one in pending]
            assert all(one.done for one in pending)
            assert workers.count == 2
        results[place] = [one[:2] for one in answers]
        steps[place] = sorted(reported)
        assert os.getpid() not in {one[2] for one in answers}
    assert results[None] == results["local:2"] == [(10.5, "first"), (3.0, "second"), (11.0, "first")]
    assert steps[None] == steps["local:2"]
    assert len(steps[None]) == 6


@pytest.mark.service
@pytest.mark.filterwarnings("error")
def test_a_second_local_cluster_starts_beside_another() -> None:
    with workers_for(ITEMS, 1, str, "local:1") as one, workers_for(ITEMS, 1, str, "local:1") as other:
        results = [workers.later(0, Sums())()[0] for workers in (one, other)]
    assert results == [10.0, 10.0]


@pytest.mark.service
def test_results_that_were_taken_are_held_nowhere() -> None:
    with workers_for(ITEMS, 1, str, "local:1") as workers:
        pending = [workers.later(0, Sums(more)) for more in (0.0, 1.0, 2.0)]
        held = workers._client.futures  # type: ignore[attr-defined]
        assert sum("nonferrous" in key for key in held) == 3
        assert [one()[0] for one in pending] == [10.0, 11.0, 12.0]
        end = time.monotonic() + 20
        while any("nonferrous" in key for key in held):
            assert time.monotonic() < end
            time.sleep(0.05)
        assert pending[0]()[0] == 10.0


@pytest.mark.service
def test_an_error_comes_through_and_other_work_is_given_up(tmp_path: Path) -> None:
    def failing() -> None:
        with helpers_for(ITEMS, 1, str, "local:2") as workers:
            waiting = workers.later(0, Waits(tmp_path))
            processes_of(tmp_path, 1, workers)
            workers.later(1, Fails())
            waiting()

    with pytest.raises(ArithmeticError, match="12 lots to calibrate"):
        failing()


@pytest.mark.service
def test_ctrl_c_ends_work_on_the_cluster(external: DaskPrograms, tmp_path: Path) -> None:
    def step(name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), workers_for(ITEMS, 1, step, external.address) as workers:
        workers.later(0, Waits(tmp_path))()
    end = time.monotonic() + 20
    while not (tmp_path / "given up").exists():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.service
def test_work_of_a_killed_worker_is_done_by_another(external: DaskPrograms, tmp_path: Path) -> None:
    steps: list[str] = []
    with workers_for(ITEMS, 1, steps.append, external.address) as workers:
        finished = workers.later(1, Sums())
        assert finished()[:2] == (3.0, "second")
        waiting = workers.later(0, Waits(tmp_path))
        (first,) = processes_of(tmp_path, 1, workers)
        os.kill(first, signal.SIGKILL)
        processes_of(tmp_path, 2, workers)
        (tmp_path / "go").touch()
        total, process = waiting()
        assert finished()[:2] == (3.0, "second")
    assert total == 10.0
    assert process != first
    assert steps == ["second: begun", "second: done", "waits", "goes on"]  # once each


@pytest.mark.service
def test_work_goes_on_when_the_scheduler_starts_again(external: DaskPrograms, tmp_path: Path) -> None:
    with workers_for(ITEMS, 1, str, external.address) as workers:
        finished, waiting = workers.later(1, Sums()), workers.later(0, Waits(tmp_path))
        finished()
        processes_of(tmp_path, 1, workers)
        external.end(SCHEDULER, *WORKERS)
        external.begin(SCHEDULER, *WORKERS)
        (tmp_path / "go").touch()
        assert waiting()[0] == 10.0
        assert finished()[1] == "second"


@pytest.mark.service
def test_a_cluster_that_stays_away_is_an_error(
    external: DaskPrograms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "AWAY", 1.0)
    monkeypatch.setattr(cluster, "CONNECT", 5.0)

    def lost() -> None:
        with workers_for(ITEMS, 1, str, external.address) as workers:
            waiting = workers.later(0, Waits(tmp_path))
            processes_of(tmp_path, 1, workers)
            external.end(SCHEDULER)
            waiting()

    with pytest.raises(ClusterError, match="expected a scheduler with workers within 1 s"):
        lost()


@pytest.mark.service
@pytest.mark.parametrize("count", [1, 2])
def test_work_that_ends_every_worker_is_an_error(count: int) -> None:
    with (
        pytest.raises(ClusterError, match="a work unit ended its workers, or they were lost, several times"),
        workers_for(ITEMS, 1, str, f"local:{count}") as workers,
    ):
        workers.later(0, Kills())()


@pytest.mark.service
def test_a_scheduler_without_workers_and_other_versions_are_refused(
    external: DaskPrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "package_version", lambda: "0.0.1")
        cluster.versions.cache_clear()
        with (
            pytest.raises(ClusterError, match=r"worker tcp://127.*: nonferrous is .*; expected 0\.0\.1"),
            workers_for(ITEMS, 1, str, external.address),
        ):
            pass
    cluster.versions.cache_clear()
    external.end(*WORKERS)
    monkeypatch.setattr(cluster, "CONNECT", 2.0)
    with (
        pytest.raises(ClusterError, match="expected a scheduler with workers within 2 s"),
        workers_for(ITEMS, 1, str, external.address),
    ):
        pass


@pytest.mark.parametrize("address", ["local:", "local:0", "local:two", "local:-1", "local:²"])
def test_a_local_cluster_needs_a_number(address: str) -> None:
    with (
        pytest.raises(ClusterError, match=r"expected local:N with a number of workers of 1 or more"),
        workers_for(ITEMS, 1, str, address),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "http://127.0.0.1:80", "tcp://"])
def test_an_address_without_a_scheduler_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "CONNECT", 0.5)
    before = loops()
    with pytest.raises(ClusterError, match=address), workers_for(ITEMS, 1, str, address):
        pass
    assert loops() <= before  # a client that could not connect is closed, and its loop has ended
