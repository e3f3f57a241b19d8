"""Files of rows that come in batches, as Parquet, CSV or Arrow by their ending."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

ENDINGS = (".parquet", ".csv", ".arrow")


def write_batches(batches: Iterator[pa.RecordBatch], out: Path) -> int:
    """Write batches in the format of the file's ending; return the number of rows, without a file if 0.

    The file is there whole or not at all.
    """
    first = next(batches, None)
    if first is None:
        return 0
    rows: int = first.num_rows
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            with _writer(file, first, out.suffix.lower()) as write:
                write(first)
                for batch in batches:
                    write(batch)
                    rows += batch.num_rows
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return rows


@contextmanager
def _writer(file: Any, first: pa.RecordBatch, ending: str) -> Iterator[Callable[[pa.RecordBatch], None]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if ending == ".parquet":
        # A dictionary of what does not repeat takes half of the time and makes the file larger.
        with pq.ParquetWriter(file, first.schema, compression="zstd", use_dictionary=_repeating(first)) as writer:
            yield writer.write_batch
    elif ending == ".arrow":
        with pa.ipc.new_file(file, first.schema) as writer:
            yield writer.write_batch
    else:
        from models.table.reading import write_csv

        is_first = [True]

        def write(batch: pa.RecordBatch) -> None:
            write_csv(_as_frame(batch), file, header=is_first.pop() if is_first else False)

        yield write


def _repeating(batch: pa.RecordBatch) -> list[str]:
    """Columns of texts, or of lists of them, in which values repeat, by their paths in a Parquet file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = [one for one in batch.schema if pa.types.is_string(one.type) or pa.types.is_large_string(one.type)]
    lists = [f"{one.name}.list.element" for one in batch.schema if pa.types.is_list(one.type)]
    return lists + [one.name for one in texts if 2 * pc.count_distinct(batch[one.name]).as_py() <= batch.num_rows]


def _as_frame(batch: pa.RecordBatch) -> Any:
    """Rows as a spreadsheet takes them: flags in one cell, and no text that it would compute."""
    from models.table.reading import as_text
    from serving.wire.arrow import FLAGS

    frame = batch.to_pandas()
    frame[FLAGS] = ["; ".join(flags) for flags in frame[FLAGS]]
    texts = [name for name in frame.columns if frame[name].dtype.kind in "OU" or str(frame[name].dtype) == "str"]
    frame[texts] = frame[texts].map(as_text)
    return frame
