"""Blocks of a run shared among workers: this process writes files, others join if that saves time."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from compute.choice import helpers_for
from compute.interface import PendingResult, Workers
from synthetic_data.engine import files
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.rows import rows_of
from synthetic_data.engine.simulator import simulator_of

Progress = Callable[[int, int], None]

_LOOK = 0.5  # s of work after which the rest can be judged
_START = 4.0  # s of work left that pay for the start of other processes, which is one to two seconds
_POLL = 0.02  # s between looks at what others have done


class _Writer(Protocol):
    def write(self, tables: dict[str, pa.Table]) -> None: ...


def write_blocks(
    run: RunPlan,
    folder: Path,
    writer: files.PlantWriter,
    workers: int,
    progress: Progress | None,
    cluster: str | None = None,
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
    cluster
        Cluster that helps this process in place of other processes of this machine.
    """
    helpers = min(workers, len(simulator_of(run.seed).blocks(run))) - 1
    with contextlib.ExitStack() as stack:
        crew = _Crew(run, folder.resolve(), helpers, progress, stack)
        if cluster is not None:
            crew.call_helpers(cluster)
        crew.write(writer)


class _Crew:
    """The run's own process and those that help it, which end with `stack`."""

    def __init__(
        self, run: RunPlan, folder: Path, helpers: int, progress: Progress | None, stack: contextlib.ExitStack
    ) -> None:
        self._run, self._folder, self._helpers, self._progress = run, folder, helpers, progress
        self._blocks, self._total = simulator_of(run.seed).blocks(run), simulator_of(run.seed).steps(run)
        self._begun, self._done, self._unclaimed = time.perf_counter(), 0, 0
        self._stack = stack
        self._workers: Workers | None = None
        self._whole: set[int] = set()
        self._given: dict[int, PendingResult[None]] = {}

    def write(self, writer: files.PlantWriter) -> None:
        """Append block after block; while the next one is in other hands, take one after it."""
        coming = 0
        while coming < len(self._blocks):
            self._share()
            if coming in self._whole:
                writer.append_part(coming)
                coming += 1
            elif coming == self._unclaimed:
                write_block(self._run, self._blocks[self._claim()], writer, self._add)
                coming += 1
            elif self._unclaimed < len(self._blocks):
                mine = self._claim()
                with files.PartWriter(self._folder, mine) as part:
                    write_block(self._run, self._blocks[mine], part, self._add)
                self._whole.add(mine)
            else:
                time.sleep(_POLL)

    def _claim(self) -> int:
        """The next unclaimed block."""
        self._unclaimed += 1
        return self._unclaimed - 1

    def _add(self, steps: int) -> None:
        self._count(steps)
        if self._helpers and self._workers is None:
            spent = time.perf_counter() - self._begun
            if spent > _LOOK and spent * (self._total - self._done) > _START * self._done:
                self.call_helpers()
        self._share()

    def _count(self, steps: Any) -> None:
        self._done += steps
        if self._progress is not None:
            self._progress(self._done, self._total)

    def call_helpers(self, cluster: str | None = None) -> None:
        """Start other processes, or connect to a cluster."""
        helpers = helpers_for([(self._run, self._folder)], self._helpers, self._count, cluster, self._folder)
        self._workers = self._stack.enter_context(helpers)

    def _share(self) -> None:
        """Take in blocks that others have done, and give them new ones."""
        if self._workers is None:
            return
        self._workers.forward_steps()
        for block in [block for block, pending in self._given.items() if pending.done]:
            self._given.pop(block)()
            self._whole.add(block)
        while len(self._given) < self._workers.count and self._unclaimed < len(self._blocks):
            block = self._claim()
            self._given[block] = self._workers.later(0, WritePart(block))


@dataclass(frozen=True)
class WritePart:
    """Work unit: a block of a run, written into a file that waits for the blocks before it.

    Attributes
    ----------
    block : int
        Number of the block.
    """

    block: int

    def __call__(self, run: RunPlan, folder: Path, step: Callable[[int], None], /) -> None:
        """Simulate it; the steps of each period are reported."""
        with files.PartWriter(folder, self.block) as part:
            write_block(run, simulator_of(run.seed).blocks(run)[self.block], part, step)


def write_block(run: RunPlan, block: UnitBlock, writer: _Writer, done: Callable[[int], None]) -> None:
    """Simulate a block and write it, a row group at a time; `done` takes the steps of each period."""

    def counted(rows: BlockRows) -> BlockRows:
        done(rows.steps)
        return rows

    for group in files.groups(map(counted, rows_of(run, block))):
        writer.write(files.group_tables(run, block, group))
