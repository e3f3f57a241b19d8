"""Predictions of a table's blocks of rows, in this process or as work units."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from threadpoolctl import threadpool_limits

from compute.choice import workers_for
from compute.interface import PendingResult, Step, Workers
from operations.catalogue import predictions_of
from serving.wire.arrow import AnsweredRows, answered
from system.temporary_folder import scratch, sweep

if TYPE_CHECKING:
    from seeds import Seed

IN_FLIGHT = 2  # blocks for each worker: one that it predicts, one that waits


@dataclass(frozen=True)
class Predictor:
    """Model with the request that its rows are predicted for.

    Attributes
    ----------
    seed : Seed
        The process.
    model : object
        A model of its task.
    request : dict
        Fields of the request besides its rows.
    """

    seed: Seed
    model: Any
    request: dict[str, Any]

    def batches(self, table: AnsweredRows, rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the predictions of a table with so many rows, a batch for each block, in order."""
        task = predictions_of(self.seed)
        for batch, *_ in answered(table, rows, task.form(self.seed, 1), task, self.model, self.request):
            yield batch


@dataclass(frozen=True)
class BlockPrediction:
    """Work unit: predictions of the rows in a file.

    Attributes
    ----------
    name : str
        Name of the file.
    """

    name: str

    def __call__(self, predictor: Predictor, folder: Path, step: Step, /) -> pa.RecordBatch:
        """Return the predictions."""
        rows = pa.ipc.open_stream((folder / self.name).read_bytes()).read_all()
        (batch,) = predictor.batches(_Block(rows), rows.num_rows)
        return batch


class _Block:
    """Rows of a single block."""

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows
        self.names: list[str] = rows.column_names

    def blocks(self, names: Iterable[str]) -> Iterator[pa.Table]:
        yield self._rows.select(list(names))


@contextmanager
def predictions_of_table(
    predictor: Predictor, table: AnsweredRows, rows: int, folder: Path, cluster: str | None = None
) -> Iterator[Iterator[pa.RecordBatch]]:
    """Yield an iterator of predictions, a batch for each block of rows, in order.

    Parameters
    ----------
    predictor : Predictor
        Model and request.
    table : AnsweredRows
        The rows.
    rows : int
        Number of rows.
    folder : Path
        Folder that the workers of a cluster share; blocks of rows have a copy there for the time.
    cluster : str, optional
        Cluster that predicts the blocks. Rows that depend on those before them are predicted in this process.
    """
    if cluster is None or predictions_of(predictor.seed).is_sequential:
        with threadpool_limits(1, "blas"):  # as in workers, so that predictions are the same
            yield predictor.batches(table, rows)
        return
    sweep(folder)
    with scratch(folder) as files, workers_for([(predictor, files)], 1, _ignore, cluster, folder) as workers:
        yield predicted_by(workers, table, files)


def _ignore(step: str) -> None:
    """Do nothing: a block has no steps."""


def predicted_by(workers: Workers, table: AnsweredRows, folder: Path) -> Iterator[pa.RecordBatch]:
    """Yield the predictions of a table from workers whose item is predictor and folder.

    Blocks of rows are files of the folder until they are predicted. Few blocks are there at a time, so that neither
    memory nor files grow with the table.
    """
    pending: deque[tuple[Path, PendingResult[pa.RecordBatch]]] = deque()

    def first() -> pa.RecordBatch:
        file, result = pending.popleft()
        batch = result()
        file.unlink()
        return batch

    for number, rows in enumerate(table.blocks(table.names)):
        if len(pending) == IN_FLIGHT * workers.count:
            yield first()
        file = folder / f"{number}.arrows"
        with pa.ipc.new_stream(str(file), rows.schema) as writer:
            writer.write_table(rows)
        pending.append((file, workers.later(0, BlockPrediction(file.name))))
    while pending:
        yield first()
