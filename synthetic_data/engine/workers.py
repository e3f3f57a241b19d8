"""Blocks of a run shared among processes: this one writes files, others join if that saves time."""

from __future__ import annotations

import concurrent.futures as futures
import functools
import multiprocessing
import signal
import time
from collections.abc import Callable
from multiprocessing.queues import SimpleQueue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Protocol

import pyarrow as pa
from threadpoolctl import threadpool_limits

from synthetic_data.engine import files
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.rows import rows_of
from synthetic_data.engine.simulator import simulator_of

Progress = Callable[[int, int], None]

_LOOK = 0.5  # s of work after which the rest can be judged
_START = 4.0  # s of work left that pay for the start of other processes, which is one to two seconds
_POLL = 0.02  # s between looks at what others have done
_FromWorker = tuple[int, int]  # steps done, and the block that is whole, or -1
_shared: tuple[SimpleQueue[_FromWorker], Event, Synchronized[int]] | None = None  # set in a worker when it starts


class _Writer(Protocol):
    def write(self, tables: dict[str, pa.Table]) -> None: ...


def write_blocks(
    run: RunPlan, folder: Path, writer: files.PlantWriter, workers: int, progress: Progress | None
) -> None:
    """Simulate all blocks of a run and write them in turn.

    Parameters
    ----------
    run
        What to simulate.
    folder
        Where other processes leave blocks that wait for those before them.
    writer
        Of the run's files.
    workers
        Processes, this one among them; fewer where blocks are few or the run is short.
    progress
        Called with the steps done and those of the whole run.
    """
    crew = _Crew(run, folder, min(workers, len(simulator_of(run.seed).blocks(run))) - 1, progress)
    try:
        crew.write(writer)
    finally:
        crew.end()


class _Crew:
    """The run's own process and those that help it."""

    def __init__(self, run: RunPlan, folder: Path, helpers: int, progress: Progress | None) -> None:
        self._run, self._folder, self._helpers, self._progress = run, folder, helpers, progress
        self._begun, self._done, self._total = time.perf_counter(), 0, simulator_of(run.seed).steps(run)
        # Spawned, not forked: a fork of a process with threads may hang.
        context = multiprocessing.get_context("spawn") if helpers else None
        self._context = context
        self._claimed: Synchronized[int] | None = context.Value("q", 0) if context else None
        self._whole: set[int] = set()
        self._pool: futures.ProcessPoolExecutor | None = None
        self._jobs: list[futures.Future[None]] = []

    def write(self, writer: files.PlantWriter) -> None:
        """Append block after block; while the next one is in other hands, take one after it."""
        blocks, coming = simulator_of(self._run.seed).blocks(self._run), 0
        while coming < len(blocks):
            self._hear()
            if coming in self._whole:
                writer.append_part(coming)
                coming += 1
                continue
            mine = coming if self._claimed is None else _claim(self._claimed)
            if mine == coming:
                write_block(self._run, blocks[mine], writer, self._add)
                coming += 1
            elif mine < len(blocks):
                with files.PartWriter(self._folder, mine) as part:
                    write_block(self._run, blocks[mine], part, self._add)
                self._whole.add(mine)
            else:
                time.sleep(_POLL)
        for job in self._jobs:
            job.result()
        self._hear()

    def end(self) -> None:
        """End all processes of the run; after an error or Ctrl-C each ends with its period."""
        if self._pool is not None:
            self._stopped.set()
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _add(self, steps: int) -> None:
        self._done += steps
        if self._progress is not None:
            self._progress(self._done, self._total)
        self._hear()
        if self._helpers and self._pool is None:
            spent = time.perf_counter() - self._begun
            if spent > _LOOK and spent * (self._total - self._done) > _START * self._done:
                self._call_helpers()

    def _call_helpers(self) -> None:
        assert self._context is not None
        assert self._claimed is not None
        self._queue: SimpleQueue[_FromWorker] = self._context.SimpleQueue()
        self._stopped = self._context.Event()
        begin = functools.partial(_begin_worker, self._queue, self._stopped, self._claimed)
        self._pool = futures.ProcessPoolExecutor(self._helpers, self._context, begin)
        self._jobs = [self._submit() for _ in range(self._helpers)]

    def _submit(self) -> futures.Future[None]:
        assert self._pool is not None
        return self._pool.submit(_work, self._run, self._folder)

    def _hear(self) -> None:
        """Take in what the others have done, or the error that one met."""
        if self._pool is None:
            return
        while not self._queue.empty():
            steps, block = self._queue.get()
            if block >= 0:
                self._whole.add(block)
            self._done += steps
            if steps and self._progress is not None:
                self._progress(self._done, self._total)
        for job in self._jobs:
            if job.done():
                job.result()


def _claim(claimed: Synchronized[int]) -> int:
    """The next unclaimed block."""
    with claimed.get_lock():
        claimed.value += 1
        return claimed.value - 1


def write_block(run: RunPlan, block: UnitBlock, writer: _Writer, done: Callable[[int], None]) -> None:
    """Simulate a block and write it, a row group at a time; `done` takes the steps of each period."""

    def counted(rows: BlockRows) -> BlockRows:
        done(rows.steps)
        return rows

    for group in files.groups(map(counted, rows_of(run, block))):
        writer.write(files.group_tables(run, block, group))


class _Stopped(Exception):
    """The run was given up while this worker was at it."""


def _begin_worker(queue: SimpleQueue[_FromWorker], stopped: Event, claimed: Synchronized[int]) -> None:
    global _shared
    _shared = queue, stopped, claimed
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent to act on


def _work(run: RunPlan, folder: Path) -> None:
    """Take block after block while there are any."""
    assert _shared is not None
    queue, stopped, claimed = _shared

    def done(steps: int) -> None:
        if stopped.is_set():
            raise _Stopped
        queue.put((steps, -1))

    blocks = simulator_of(run.seed).blocks(run)
    with threadpool_limits(1, "blas"):
        while (mine := _claim(claimed)) < len(blocks):
            with files.PartWriter(folder, mine) as part:
                write_block(run, blocks[mine], part, done)
            queue.put((0, mine))
