"""Tables as CSV: rows in the form of the plant's own files, and responses that a spreadsheet opens."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from models.table import cells
from models.table.csv_file import read_csv
from models.table.reading import as_text, write_csv
from models.table.sources import RawTable, TableDefect
from operations.forms.faults import MOST_FAULTS, RequestDefect, RequestError, invalid, shown
from operations.forms.fields import Record
from operations.predictions.payloads import Payloads
from seeds import Column, TableFormat
from serving.wire.arrow import FLAGS
from serving.wire.arrow_checks import taken

ID = "id"
MARK = b"\xef\xbb\xbf"
"""Mark of UTF-8 in front of a response, without which Excel reads texts as those of an old code page."""
_BY_ELEMENT = ("contents", "elements")


def parsed_csv(body: bytes | bytearray, payloads: Payloads) -> pa.Table:
    """Rows of a body in the form that the seed's `[table]` states; headings are names or tags.

    Parameters
    ----------
    body : bytes
        The file.
    payloads : Payloads
        Requests of the process.

    Returns
    -------
    Table
        Columns by their names in the seed: numbers in its units, times and texts as texts; empty cells are null.

    Raises
    ------
    RequestError
        400 where the body is no such file; 422 where columns or cells are wrong: row from 0, column and value.
    """
    raw = _raw(body, payloads.seed.table)
    known = taken(payloads)
    names = _names(raw.headers, known, payloads)
    faults: list[RequestDefect] = []
    columns: dict[str, pa.Array] = {}
    for header, name in zip(raw.headers, names, strict=True):
        columns[name], wrong = _column(raw.frame[header], header, known[name], payloads.seed.table)
        faults += wrong
    if faults:
        raise invalid(sorted(faults, key=lambda fault: fault.row or 0)[: MOST_FAULTS + 1])
    return pa.table(columns)


def _raw(body: bytes | bytearray, form: TableFormat) -> RawTable:
    """Cells of a body as texts."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "body.csv"
        file.write_bytes(body)
        raw = read_csv(file, form) if body else RawTable("", faults=[TableDefect("", None, None, "nothing", "a table")])
    if raw.faults:
        faults = [_of_file(fault, form) for fault in raw.faults[:MOST_FAULTS]]
        raise RequestError("the body is no valid CSV, see errors", faults, HTTPStatus.BAD_REQUEST)
    return raw


def _of_file(fault: TableDefect, form: TableFormat) -> RequestDefect:
    """Fault of a file, whose rows are counted from 1 and those of a request from 0; the heading is no row."""
    row = None if fault.row is None or fault.row <= form.header else fault.row - form.header - 1
    return RequestDefect(row=row, field=fault.column, value=shown(fault.value), expected=fault.expected)


def _names(headers: Sequence[str], known: Mapping[str, Column], payloads: Payloads) -> list[str]:
    """Columns of the seed that the headings mean."""
    by_heading = {column.tag: name for name, column in known.items() if column.tag} | {name: name for name in known}
    names, faults = [], []
    for header in headers:
        name = by_heading.get(header)
        if name is None:
            unlike = payloads.row.unknown([header])
            faults += unlike or [
                RequestDefect(field=header, expected="no column of this name: in a table it has no place")
            ]
        elif name in names:
            faults.append(RequestDefect(field=header, value=name, expected="one column of each input"))
        else:
            names.append(name)
    lacking = [one.name for one in payloads.seed.identity if one.name not in names]
    faults += [RequestDefect(field=name, expected="this column, which is required") for name in lacking]
    if faults:
        raise invalid(faults)
    return names


def _column(raw: pd.Series, header: str, column: Column, form: TableFormat) -> tuple[pa.Array, list[RequestDefect]]:
    """Values of a column and the faults of its cells."""
    if column.role == "time":
        return _times(raw, header, form)
    if not column.is_number:
        stripped = raw.str.strip()
        return pa.array([one or None for one in stripped], pa.string()), []
    values, bad = cells.contents(raw, form) if column.censored else cells.numbers(raw, form)
    numbers = values.to_numpy(dtype=np.float64)
    if header == column.tag:
        numbers = numbers * column.scale
    faults = [
        RequestDefect(row=int(i), field=header, value=shown(raw.iloc[i]), expected=expected)
        for expected, mask in bad.items()
        for i in np.flatnonzero(mask)[: MOST_FAULTS + 1]
    ]
    return pa.array(numbers, mask=np.isnan(numbers)), faults


def _times(raw: pd.Series, header: str, form: TableFormat) -> tuple[pa.Array, list[RequestDefect]]:
    """Times as ISO 8601; what no format of the seed reads stays as it is, and is a fault."""
    if not form.time_format:
        return pa.array(raw.str.strip().tolist(), pa.string()), []
    times, faults = [], []
    for i, text in enumerate(raw.str.strip()):
        read = {time for one in form.time_format if (time := _time(text, one)) is not None}
        if len(read) != 1:
            faults.append(RequestDefect(row=i, field=header, value=shown(text), expected=cells.ONE_DATE))
        times.append(min(read, default=text))
    return pa.array(times, pa.string()), faults


def _time(text: str, form: str) -> str | None:
    try:
        return dt.datetime.strptime(text, form).isoformat()
    except ValueError:
        return None


def written_csv(batches: Sequence[pa.RecordBatch], id: str, around: Record) -> bytes:
    """Return a response as CSV: an id for each row, its columns, and what holds of all rows behind them.

    Parameters
    ----------
    batches : sequence of RecordBatch
        Rows of the response, see `serving.wire.arrow.answered`.
    id : str
        Of the request.
    around : dict
        Fields next to the rows; those of objects are joined to their name by an underscore.
    """
    frame = pa.Table.from_batches(batches).to_pandas()
    lists = [name for name in frame.columns if name == FLAGS or isinstance(frame[name].iloc[0], np.ndarray)]
    for name in lists:
        frame[name] = ["; ".join(one) for one in frame[name]]
    frame.insert(0, ID, [f"{id}-{i}" for i in range(len(frame))])
    for name, value in flat(around).items():
        frame[name] = pd.Series([value] * len(frame), dtype=object)
    return _encoded(frame)


def csv_of(rows: Sequence[Record]) -> bytes:
    """Return rows as CSV; a column that a row lacks is empty in it."""
    return _encoded(pd.DataFrame(rows))


def _encoded(frame: pd.DataFrame) -> bytes:
    """A table as a spreadsheet opens it, without a text that it would compute."""
    texts = [name for name in frame.columns if frame[name].dtype.kind in "OU" or str(frame[name].dtype) == "str"]
    frame[texts] = frame[texts].map(as_text)
    file = io.BytesIO()
    file.write(MARK)
    write_csv(frame, file)
    return file.getvalue()


def flat(fields: Mapping[str, Any], before: str = "") -> Record:
    """Return the fields of objects as columns: a quantity by its name, the others by joined names.

    Contents of elements have the name of the element. A list is one text.
    """
    columns: Record = {}
    for name, value in fields.items():
        if isinstance(value, dict):
            columns |= flat(value, before if name in _BY_ELEMENT else f"{before}{name}_")
        elif isinstance(value, list):
            columns[f"{before}{name}"] = "; ".join(map(str, value))
        else:
            columns[before.removesuffix("_") if name == "value" and before else f"{before}{name}"] = value
    return columns
