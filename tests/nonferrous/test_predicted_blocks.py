"""Blocks of rows as work units: the predictions of one process, and few blocks at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from compute.choice import workers_for
from models.table.contract import check
from nonferrous.predicted_blocks import IN_FLIGHT, Predictor, predicted_by

REQUEST = {"coverage": 0.9, "include": [], "digits": "all"}


class Blocks:
    """A table in blocks of some rows each."""

    def __init__(self, table: pa.Table, rows: int) -> None:
        self._table, self._rows = table, rows
        self.names = list(table.column_names)

    def blocks(self, names: Any) -> Any:
        for first in range(0, len(self._table), self._rows):
            yield self._table.select(list(names)).slice(first, self._rows)


class Watched:
    """Workers that predict when a result is taken, and note how many blocks wait in the folder."""

    count = 3

    def __init__(self, predictor: Predictor, folder: Path) -> None:
        self._item, self._folder = (predictor, folder), folder
        self.waiting: list[int] = []

    def later(self, item: int, work: Any) -> Any:
        self.waiting.append(len(list(self._folder.iterdir())))
        return lambda: work(*self._item, lambda step: None)


@pytest.fixture
def predictor(save_toy_model: Any, tmp_path: Path) -> Predictor:
    model = save_toy_model(tmp_path / "model")
    return Predictor(model.seed, model, REQUEST)


@pytest.fixture
def rows(predictor: Predictor, toy_frame: Any) -> pa.Table:
    table = check(toy_frame(), predictor.seed).table
    columns = [column.name for column in predictor.seed.columns]
    return pa.Table.from_pandas(table[columns], preserve_index=False)


def test_processes_give_the_predictions_of_one_process(predictor: Predictor, rows: pa.Table, tmp_path: Path) -> None:
    table = Blocks(rows, 50)
    one = pa.Table.from_batches(predictor.batches(table, len(rows)))
    assert len(one) == len(rows) > 150
    for processes in (1, 2):
        folder = tmp_path / str(processes)
        folder.mkdir()
        with workers_for([(predictor, folder)], processes, print) as workers:
            result = pa.Table.from_batches(predicted_by(workers, table, folder))
        assert result.equals(one, check_metadata=True)
        assert not list(folder.iterdir())


def test_few_blocks_wait_however_many_there_are(predictor: Predictor, rows: pa.Table, tmp_path: Path) -> None:
    folder = tmp_path / "blocks"
    folder.mkdir()
    workers = Watched(predictor, folder)
    batches = list(predicted_by(workers, Blocks(rows, 10), folder))
    assert len(batches) == len(workers.waiting) > 5 * IN_FLIGHT * workers.count
    assert max(workers.waiting) == IN_FLIGHT * workers.count
    assert not list(folder.iterdir())
