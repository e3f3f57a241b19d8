"""Content types of a table's columns: numbers, times, categories, free text or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from drafting.dates import Times, looks_like_times, read_times
from drafting.findings import Suspicion, counted
from drafting.headings import Heading
from models.table.cells import numbers
from physics.arrays import BoolArray, FloatArray, IntArray
from reporting.wording import WordedText
from seeds import TableFormat

# In a column of numbers these say that nothing was measured, in any column the first ones; see models.table.cells.
_NOTHING = ["", "NaN", "nan", "NAN", "NA", "N/A", "null", "NULL", "None"]
_NO_NUMBER = ["n/a", "N/a", "#N/A", "#NA", "na", "none", "Null", "Nan"]
# So much of a column must be numbers, and so few different texts may stand among them.
_MOSTLY_NUMBERS = 0.8
_MOST_MARKERS = 20
MOST_VALUES = 50
# What systems write where they have no value; so far beyond all others that no drift reaches it.
_STAND_INS = [
    sign * number for number in (99.0, 999.0, 9999.0, 99999.0, 999999.0, 99.99, 999.99, 9999.99) for sign in (1, -1)
]
_STAND_INS += [-999.25, 65535.0, 32767.0, -32768.0]
_FEWEST_OTHERS = 20
_FAR = 5.0
_COVERED = 0.9
_LONG_TEXT = 60
_LOOKED_AT = 2000


@dataclass(frozen=True, eq=False)
class DetectedColumn:
    """One column of a table.

    Attributes
    ----------
    heading : Heading
        What it is called, and its unit as far as the heading says it.
    kind : str
        `number`, `time`, `category`, `text` (free text or names), or `empty`.
    missing : bool array (n,)
        Which cells are empty or say that nothing was measured.
    numbers : float array (n,) or None
        Values of a number column, NaN where missing or unreadable.
    texts : Series (n,) or None
        Cells of a category or a text column without spaces around them, None where missing.
    times : Times or None
        Values of a time column.
    markers : dict of str to int
        Texts in a number column that are no numbers, or that say in another column that there is no value, and how
        often each stands there.
    stands_in : int
        How many cells of a file that holds numbers have one such as -9999, far from all others.
    """

    heading: Heading
    kind: str
    missing: BoolArray
    numbers: FloatArray | None = None
    texts: pd.Series | None = None
    times: Times | None = None
    markers: Mapping[str, int] = field(default_factory=dict)
    stands_in: int = 0

    @property
    def name(self) -> str:
        """Name in the seed."""
        return self.heading.name

    @property
    def text(self) -> str:
        """Heading as it stands in the file."""
        return self.heading.text

    @property
    def codes(self) -> IntArray:
        """A whole number for each distinct value, -1 where missing, shape (n,)."""
        if self.numbers is not None:
            return pd.factorize(self.numbers)[0]
        values = self.times.values if self.times is not None else self.texts
        assert values is not None
        return pd.factorize(values)[0]


def find_column(
    cells: pd.Series,
    heading: Heading,
    form: TableFormat,
    order: str | None = None,
    time_format: Sequence[str] = (),
    row: IntArray | None = None,
) -> DetectedColumn:
    """Detect the content type of a column.

    Parameters
    ----------
    cells : Series (n,)
        Text, or the file's own types.
    heading : Heading
        What it is called.
    form : TableFormat
        How numbers are written as text.
    order : str, optional
        `day` or `month`, where a person has said what comes first in dates.
    time_format : sequence of str, optional
        Formats of strptime, where a person has said that this column is so.
    row : int array (n,), optional
        Number of each cell's row in the file.
    """
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        zoned = isinstance(cells.dtype, pd.DatetimeTZDtype)
        values = cells.dt.tz_localize(None) if zoned else cells
        stamps = Times(values.astype("datetime64[us]"), zoned=zoned)
        return DetectedColumn(
            heading, "time" if values.notna().any() else "empty", values.isna().to_numpy(), times=stamps
        )
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        typed = cells.to_numpy(np.float64, na_value=np.nan)
        typed = np.where(np.isinf(typed), np.nan, typed)  # the table's reader refuses these, with their rows
        stands = _stand_in(typed)
        typed = np.where(stands, np.nan, typed)
        missing = np.isnan(typed)
        kind = "empty" if missing.all() else "number"
        return DetectedColumn(heading, kind, missing, numbers=typed, stands_in=int(stands.sum()))
    text = _plain(cells)
    missing = pc.is_null(text).to_numpy(zero_copy_only=False)
    if missing.all():
        return DetectedColumn(heading, "empty", missing, texts=text.to_pandas())
    if not time_format:
        values, markers = _numbers(cells, text, form)
        sample = pc.drop_null(text.slice(0, 200)).slice(0, 40).to_pylist()
        if values is not None and not looks_like_times(sample):
            stands = _stand_in(values)
            counts = pd.Series(text.filter(pa.array(stands)).to_pandas()).value_counts()
            markers |= {str(one): int(count) for one, count in counts.items()}
            values = np.where(stands, np.nan, values)
            return DetectedColumn(heading, "number", missing | np.isnan(values), numbers=values, markers=markers)
    texts = text.to_pandas()
    times = read_times(texts, heading.text, order, time_format, row)
    if times is not None:
        return DetectedColumn(heading, "time", missing, times=times, texts=texts)
    return named_values(cells, heading)


def named_values(cells: pd.Series, heading: Heading) -> DetectedColumn:
    """A column as texts, whatever they are: a category where a few of them make up most of the rows.

    Parameters
    ----------
    cells : Series (n,)
        Text, or the file's own types.
    heading : Heading
        What it is called.
    """
    if pd.api.types.is_float_dtype(cells.dtype) and not (cells.dropna() % 1 != 0).any():
        cells = cells.astype("Int64")  # whole numbers with gaps, as 1.0, mean 1
    text = _plain(cells)
    absent = pc.fill_null(pc.is_in(text, value_set=pa.array(_NO_NUMBER, pa.large_string())), False)
    markers = pc.value_counts(text.filter(absent)).to_pylist()
    texts = pc.if_else(absent, None, text).to_pandas()
    missing = texts.isna().to_numpy()
    by_marker = {one["values"]: one["counts"] for one in markers}
    return DetectedColumn(heading, _text_kind(texts.dropna()), missing, texts=texts, markers=by_marker)


def _plain(cells: pd.Series) -> pa.Array:
    """Cells as text without spaces around it, null where nothing is there."""
    if isinstance(cells.dtype, pd.StringDtype):
        text = pa.array(cells, type=pa.large_string())
    else:
        empty = cells.isna()
        text = pa.array([None if no else str(cell) for cell, no in zip(cells, empty, strict=True)], pa.large_string())
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.is_in(text, value_set=pa.array(_NOTHING, pa.large_string())), None, text)
    return text.combine_chunks() if isinstance(text, pa.ChunkedArray) else text


def _numbers(cells: pd.Series, text: pa.Array, form: TableFormat) -> tuple[FloatArray | None, dict[str, int]]:
    """Numbers of a column of text, and the texts among them that are none; None where most are none."""
    values, bad = numbers(cells, form)
    faulty = np.logical_or.reduce(list(bad.values()))
    if not faulty.any():
        return values.to_numpy(), {}
    if faulty.sum() > (1 - _MOSTLY_NUMBERS) * (len(text) - text.null_count):
        return None, {}
    counts = pd.Series(text.filter(pa.array(faulty)).to_pandas()).value_counts()
    if len(counts) > _MOST_MARKERS:
        return None, {}
    return np.where(faulty, np.nan, values.to_numpy()), {str(text): int(count) for text, count in counts.items()}


def _stand_in(values: FloatArray) -> BoolArray:
    """Mask of missing-value codes, such as -9999, far from all other values."""
    coded = np.isin(values, _STAND_INS)
    others = values[~coded & np.isfinite(values)]
    if not coded.any() or len(others) < _FEWEST_OTHERS:
        return np.zeros(len(values), dtype=np.bool_)
    first, last = np.quantile(others, (0.005, 0.995))
    span = _FAR * max(last - first, abs(last), abs(first)) / 2
    far: BoolArray = coded & ((values < first - span) | (values > last + span))
    return far


def _text_kind(texts: pd.Series) -> str:
    counts = texts.value_counts()
    if len(counts) == len(texts) > MOST_VALUES or texts.str.len().mean() > _LONG_TEXT:
        return "text"
    return "category" if counts.iloc[:MOST_VALUES].sum() >= _COVERED * len(texts) else "text"


def cell_suspicions(column: DetectedColumn) -> Iterator[Suspicion]:
    """Cells of a column that are not what the others are."""
    if column.markers:
        listed = ", ".join(f"{text!r} {count}" for text, count in list(column.markers.items())[:6])
        below = [text for text in column.markers if text.startswith(("<", ">"))]
        count = sum(column.markers.values())
        if below:
            n_kept = sum(column.markers[text] for text in below)
            evidence = WordedText(
                "no values in %(cells)s: %(listed)s; %(count)s beyond a laboratory's limit",
                cells=counted(count, "cell"),
                listed=listed,
                count=n_kept,
            )
            done = WordedText(
                "read as missing ([table] missing): values below the limit are lost; write half the limit in the file"
            )
        else:
            evidence = WordedText("no values in %(cells)s: %(listed)s", cells=counted(count, "cell"), listed=listed)
            done = WordedText("read as missing ([table] missing)")
        yield Suspicion("cannot be read", column.text, evidence, done)
    if column.stands_in:
        evidence = WordedText(
            "%(cells)s with a number far from all others, such as -9999: no value?",
            cells=counted(column.stands_in, "cell"),
        )
        done = WordedText("their rows are rejected and listed: empty these cells")
        yield Suspicion("cannot be read", column.text, evidence, done)
    if column.times is None and column.texts is not None:
        examples = column.texts.dropna().drop_duplicates().head(_LOOKED_AT)
        if looks_like_times(examples.tolist()):
            shown = repr(examples.iloc[0])
            evidence = WordedText("looks like dates, such as %(shown)s, in no format that is known", shown=shown)
            done = WordedText("is read as text; a time is named by --time, --time-format")
            yield Suspicion("dates", column.text, evidence, done)
    if column.times is not None and column.times.unread:
        evidence = WordedText("no times: %(listed)s", listed=", ".join(map(repr, column.times.unread)))
        done = WordedText("their rows cannot be read: mend the file")
        yield Suspicion("cannot be read", column.text, evidence, done)
