"""Work units on a Dask cluster. No other file imports Dask.

Items go from this process to the workers directly, not through the scheduler, and results return the same way. Work of
a worker that ends is done by another. Work is submitted again when the scheduler starts again.
"""

from __future__ import annotations

import ctypes
import itertools
import logging
import os
import platform
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from threadpoolctl import threadpool_limits

from compute.interface import PendingResult, Step, WorkUnit
from system.code_version import package_version

if TYPE_CHECKING:
    from distributed import Client, Future, Worker

T = TypeVar("T")

LOCAL = "local:"  # and a number: a cluster on this machine for the time of one command
CONNECT = 10.0  # s for the first connection
AWAY = 120.0  # s that the scheduler, or all workers, may be away
ATTEMPTS = 3  # of a work unit whose workers are lost, all that hold its item among them

_POLL = 0.05  # s between looks at a result
_LOOK = 0.5  # s between looks of a worker at a cancellation
_LATE = 5.0  # s that steps may arrive after the result
_LIBRARIES = ("lightgbm", "numpy", "pandas", "scikit-learn", "scipy")
_LOGS = ("client", "scheduler", "nanny", "core", "comm", "worker")


class ClusterError(RuntimeError):
    """Cluster that cannot be used: no scheduler, no worker, or other versions there."""


class _StoppedError(BaseException):
    """Work was given up; raised in the thread that does it."""


class ClusterWorkers:
    """Workers of a Dask cluster; on an error or Ctrl-C all work ends.

    Parameters
    ----------
    items : sequence of tuple of two
        Objects that work units are done on; each worker has a copy.
    address : str
        Address of a scheduler, such as `tcp://10.0.0.5:8786`; `local:N` starts N workers on this machine.
    step : callable
        Called in this process with the name of each step that work reports.
    folder : Path, optional
        Folder that work units write into: it must be on storage that all workers share.

    Raises
    ------
    ClusterError
        On entry: no scheduler or no worker answers, or a worker has other versions or does not see the folder. Later:
        all are away for too long, or a work unit ends its workers.
    """

    def __init__(self, items: Sequence[tuple[Any, Any]], address: str, step: Step, folder: Path | None = None) -> None:
        self._items, self._address, self._step, self._folder = items, address, step, folder
        self._numbers, self._units = itertools.count(), dict[int, _Unit]()  # those whose results were not taken yet
        self._topic = f"nonferrous-{uuid.uuid4().hex}"
        self._arrived: deque[tuple[int, int, Any]] = deque()

    def __enter__(self) -> Self:
        for name in _LOGS:
            logging.getLogger(f"distributed.{name}").setLevel(logging.CRITICAL)  # errors are raised here
        self._stack = ExitStack()
        with ExitStack() as stack:
            self._scheduler = stack.enter_context(_scheduler(self._address))
            self._connection = stack.enter_context(ExitStack())
            self._connect(CONNECT)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            with suppress(Exception):  # a scheduler that is away has lost the work anyway
                self._client.cancel([unit.future for unit in self._units.values()], force=True)
        self._stack.close()

    def later(self, item: int, work: WorkUnit[T]) -> PendingResult[T]:
        """Submit work on one of the items, by its number."""
        unit = _Unit(next(self._numbers), item, work)
        self._units[unit.number] = unit
        self._submit(unit)
        return _Pending(self, unit)

    def forward_steps(self) -> None:
        """Report the steps that arrived since the last call; an error of any work unit is raised."""
        while self._arrived:
            number, index, step = self._arrived.popleft()
            unit = self._units.get(number)
            if unit is not None and index == unit.reported:  # work that is done again reports the same steps again
                unit.reported += 1
                self._step(step)
        for unit in list(self._units.values()):
            if not unit.done:
                self._look(unit)

    def release(self, unit: _Unit) -> None:
        """Free the memory of a result that is taken, here and in the worker that has it."""
        self._units.pop(unit.number, None)
        unit.future = None  # type: ignore[assignment]

    def _look(self, unit: _Unit) -> None:
        """Take the result of a work unit if there is one; submit lost work again."""
        from distributed import KilledWorker

        if unit.future.status == "pending":
            return
        try:
            unit.result, unit.steps = unit.future.result()
            unit.done = True
            return
        except KilledWorker:
            unit.attempts = ATTEMPTS  # Dask has tried other workers
        except CancelledError:
            unit.attempts += 1
        if unit.attempts == ATTEMPTS:
            raise ClusterError(f"{self._address}: a work unit ended its workers, or they were lost, several times")
        self._connect(AWAY)
        for lost in self._units.values():
            if not lost.done:
                self._submit(lost)

    def _submit(self, unit: _Unit) -> None:
        job = _Job(unit.number, unit.work, self._topic, versions())
        key = f"{self._topic}-{unit.number}-{uuid.uuid4().hex}"
        unit.future = self._client.submit(job, self._placed[unit.item], key=key, pure=False)

    def _connect(self, patience: float) -> None:
        """Connect to the scheduler, and give its workers the items."""
        end = time.monotonic() + patience
        while True:
            self._connection.close()
            try:
                client = self._client = self._connection.enter_context(_client_of(self._scheduler))
                client.wait_for_workers(1, timeout=CONNECT)
                _check(client, self._address, self._folder)
                self._placed = client.scatter(list(self._items), broadcast=True, hash=False) if self._items else []
                self.count = sum(client.nthreads().values())
                client.subscribe_topic(self._topic, lambda event: self._arrived.append(event[1]))
                return
            except ClusterError:
                raise
            except Exception as error:  # Dask raises many kinds where a worker ends meanwhile
                if time.monotonic() > end:
                    expected = f"expected a scheduler with workers within {patience:g} s"
                    raise ClusterError(f"{self._address}: {expected}: {error}") from None


@dataclass(eq=False)
class _Unit:
    """Submitted work unit.

    Attributes
    ----------
    number, item : int
        Number of the unit, and of its item.
    work : WorkUnit
    future : Future
        As Dask has it now.
    reported : int
        Steps that were reported.
    attempts : int
        Times that it was lost.
    done : bool
        Whether `result` and `steps`, the number of steps in all, are there.
    """

    number: int
    item: int
    work: WorkUnit[Any]
    future: Future[Any] = None  # type: ignore[assignment]
    reported: int = 0
    attempts: int = 0
    done: bool = False
    result: Any = None
    steps: int = 0


@dataclass(frozen=True)
class _Pending:
    """Result of a work unit on the cluster."""

    workers: ClusterWorkers
    unit: _Unit

    @property
    def done(self) -> bool:
        return self.unit.done

    def __call__(self) -> Any:
        while not self.unit.done:
            self.workers.forward_steps()
            time.sleep(_POLL)
        end = time.monotonic() + _LATE
        while self.unit.reported < self.unit.steps and time.monotonic() < end:
            self.workers.forward_steps()
            time.sleep(_POLL)
        self.workers.release(self.unit)
        return self.unit.result


@dataclass(frozen=True)
class _Job:
    """Work unit in a worker.

    Attributes
    ----------
    number : int
        Number of the unit.
    work : WorkUnit
    topic : str
        Under which its steps are reported.
    versions : Mapping of str to str
        As the process has them that submitted it.
    """

    number: int
    work: WorkUnit[Any]
    topic: str
    versions: Mapping[str, str]

    def __call__(self, item: tuple[Any, Any]) -> tuple[Any, int]:
        """Return its result and the number of its steps."""
        from distributed import get_worker

        worker, count = get_worker(), 0
        _compare(self.versions, versions(), f"worker {worker.address}")

        def step(content: Any) -> None:
            nonlocal count
            worker.log_event(self.topic, (self.number, count, content))
            count += 1

        with _cancellable(worker), threadpool_limits(1):
            return self.work(*item, step), count


@contextmanager
def _cancellable(worker: Worker) -> Iterator[None]:
    """End the work of this thread, in the middle of a fit too, when the scheduler cancels it."""
    key, thread, lock, over = worker.get_current_task(), threading.get_ident(), threading.Lock(), threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK):
            task = worker.state.tasks.get(key)
            with lock:
                if not over.is_set() and (task is None or task.state == "cancelled"):
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_StoppedError))
                    return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        with lock:
            over.set()


def _client_of(scheduler: Any) -> Client:
    """Connect to a scheduler; a client that cannot is closed.

    Dask leaves it open. The collection of garbage may close it while another client starts, and both wait for ever.
    """
    from distributed import Client

    class ClosedOnError(Client):
        def start(self, **options: Any) -> Any:
            try:
                return super().start(**options)  # type: ignore[no-untyped-call]
            except BaseException:
                self.close()  # type: ignore[no-untyped-call]
                self._loop_runner.stop()  # without a scheduler the client counts as closed, and its loop goes on
                raise

    return ClosedOnError(  # type: ignore[no-untyped-call]
        scheduler, timeout=CONNECT, set_as_default=False, direct_to_workers=True
    )


@contextmanager
def _scheduler(address: str) -> Iterator[Any]:
    """Yield the address of a scheduler, or a cluster on this machine."""
    if not address.startswith(LOCAL):
        _check_installed(address)
        yield address
        return
    count = _local_workers(address)
    from distributed import LocalCluster

    # Any port: by default there is one, which another command on this machine may have.
    quiet = {"dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
    local = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=count, threads_per_worker=1, host="127.0.0.1", **quiet
    )
    with local as started:
        yield started


def _check_installed(address: str) -> None:
    if find_spec("distributed") is None:
        expected = "expected the installation nonferrous[cluster]"
        raise ClusterError(f"{address}: the package `distributed` is not installed; {expected}")


def _local_workers(address: str) -> int:
    """Number of workers of a cluster on this machine."""
    _check_installed(address)
    number = address.removeprefix(LOCAL)
    if not number.isascii() or not number.isdigit() or int(number) < 1:
        raise ClusterError(f"{address}: expected {LOCAL}N with a number of workers of 1 or more")
    return int(number)


def check(address: str) -> None:
    """Raise an error unless a cluster can be used; a local one is not started for that."""
    if address.startswith(LOCAL):
        _local_workers(address)
        return
    with ClusterWorkers([], address, print):
        pass


def _check(client: Client, address: str, folder: Path | None) -> None:
    """Raise an error unless all workers have the versions of this process and see the folder."""
    own = versions()
    for worker, others in client.run(versions, on_error="return").items():
        if isinstance(others, ImportError):
            raise ClusterError(f"{address}: worker {worker} does not load nonferrous: {others}")
        if isinstance(others, BaseException):
            raise others
        _compare(own, others, f"{address}: worker {worker}")
    if folder is None:
        return
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".seen-by-workers-") as probe:
        for worker, seen in client.run(os.path.exists, probe.name).items():
            if not seen:
                expected = "expected a folder on storage that all workers share"
                raise ClusterError(f"{address}: worker {worker} does not see {folder}: {expected}")


@cache
def versions() -> dict[str, str]:
    """Versions on which results may depend, by name."""
    return {"nonferrous": package_version(), "python": platform.python_version()} | {
        name: version(name) for name in _LIBRARIES
    }


def _compare(own: Mapping[str, str], others: Mapping[str, str], where: str) -> None:
    for name in own:
        if own[name] != others.get(name):
            raise ClusterError(
                f"{where}: {name} is {others.get(name)}; expected {own[name]}, so that results are the same"
            )
