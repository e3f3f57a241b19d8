"""Cells of a plant's file as typed columns: what a number, a time, a name and a class look like there."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from models.consistency.unit_names import unit_name
from physics.arrays import BoolArray
from seeds import TableFormat

ISO = TableFormat()  # decimal points, ISO 8601 times

# What parsing says of one column: its values, and for each thing expected the cells that are otherwise.
Parsed = tuple[pd.Series, dict[str, BoolArray]]

POINT = "a decimal point and no thousands separator (3.55 for 3,55): or say [table] decimal, thousands in the seed"
NUMBER = "a number, or an empty cell where nothing was measured"
FINITE = "a finite number, or an empty cell where nothing was measured"
CONTENT = "a content above 0, or <0.5 where the laboratory found less than its limit of 0.5"
MARK = "1 for a lot with the defect, 0 for one without, or an empty cell without an inspection"
NAME = "a name as text or whole number"
PRINTED = "a name without control characters (NUL, tab, line end)"
TOLD = "a value: each row needs its unit and period"

_MISSING = pa.array(["", "NaN", "nan", "NAN", "NA", "N/A", "null", "NULL", "None"], pa.large_string())
# In a column of numbers these say the same; as a unit or a class they may be a name.
_NO_NUMBER = pa.array(["n/a", "N/a", "#N/A", "#NA", "na", "none", "Null", "Nan"], pa.large_string())
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity)$"
_COMMA = r"^[+-]?\d[\d.' \x{a0}\x{202f}]*,[\d.,' ]*([eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}([' \x{a0}\x{202f}]\d{3})+(\.\d*)?$"

ISO_TIME = "a date as 2026-11-01 or a time as 2026-11-01T06:00"
NO_ZONE = "the plant's local time without a time zone, as 2026-11-01T06:00; or say [table] time_zone in the seed"
ONE_DATE = "a time that the formats of [table] time_format read alike"
NO_SUCH_HOUR = "an hour that the clock of [table] time_zone shows: summer time skips this one"
WHICH_HOUR = "an hour that stands twice, in order, or its offset: here summer time ends, and nothing says which it is"
SENSIBLE = "a date of 1950 or later; systems write 0001, 1899 or 1900 where they know no date"

_EARLIEST = pd.Timestamp("1950-01-01")
_ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
_ZONE = r"\s?(Z|UTC|[+-]\d{2}:?\d{2})$"


def numbers(cells: pd.Series, form: TableFormat = ISO) -> Parsed:
    """Numbers of a column as float64, NaN where the cell is missing.

    Parameters
    ----------
    cells : Series (n,)
        Numbers, text as a CSV file holds it, or a mixture. Missing are: empty, NaN, NA, N/A, null, None,
        n/a, na, #N/A, #NA, none, Null, and what `form` calls missing.
    form : TableFormat, optional
        Which signs numbers have, and what else is missing.

    Returns
    -------
    Series (n,) and dict
        The values (NaN for faulty cells too), and the faulty cells with the expected value.
    """
    if pd.api.types.is_float_dtype(cells.dtype) or pd.api.types.is_integer_dtype(cells.dtype):
        values = cells if cells.dtype == np.float64 else pd.Series(cells.to_numpy(np.float64, na_value=np.nan))
        return values, {FINITE: np.isinf(values.to_numpy())}
    text = _text(cells, form.missing)
    if form.decimal != "." or form.thousands:
        return _numbers_of_plant(text, form)
    try:
        values, bad = _cast(text), {}
    except pa.ArrowInvalid:
        text = pc.if_else(pc.is_in(text, value_set=_NO_NUMBER), None, text)
        is_number = pc.match_substring_regex(text, _NUMBER)
        values = _cast(pc.if_else(is_number, text, None))
        has_comma = _mask(pc.match_substring_regex(text, _COMMA)) | _mask(pc.match_substring_regex(text, _GROUPED))
        bad = {POINT: has_comma, NUMBER: ~_mask(is_number, when_missing=True) & ~has_comma}
    return values, bad | {FINITE: np.isinf(values.to_numpy())}


def _numbers_of_plant(text: pa.ChunkedArray, form: TableFormat) -> Parsed:
    """Parse numbers with the signs of `form`; a number with other signs is a fault, never guessed."""
    if form.thousands is None and not _mask(pc.match_substring(text, ".")).any():
        try:  # most columns hold nothing else than numbers, which are read in one step
            values = _cast(pc.replace_substring(text, form.decimal, "."))
            return values, {FINITE: np.isinf(values.to_numpy())}
        except pa.ArrowInvalid:
            pass
    text = pc.if_else(pc.is_in(text, value_set=_NO_NUMBER), None, text)
    group = {None: "", " ": r"[ \x{a0}\x{202f}]"}.get(form.thousands, re.escape(form.thousands or ""))
    whole = rf"(\d{{1,3}}({group}\d{{3}})+|\d+)" if group else r"\d+"
    point = re.escape(form.decimal)
    is_number = pc.match_substring_regex(text, rf"^[+-]?({whole}({point}\d*)?|{point}\d+)([eE][+-]?\d+)?$")
    plain = pc.if_else(is_number, text, None)
    plain = pc.replace_substring_regex(plain, group, "") if group else plain
    values = _cast(pc.replace_substring(plain, form.decimal, "."))
    signs = f"decimal '{form.decimal}'" + (f" and thousands '{form.thousands}'" if form.thousands else "")
    expected = f"a number with {signs}, as [table] says, or an empty cell where nothing was measured"
    return values, {expected: ~_mask(is_number, when_missing=True), FINITE: np.isinf(values.to_numpy())}


def markers(cells: pd.Series, form: TableFormat = ISO) -> dict[str, int]:
    """Return texts that a numeric column has for missing values, with their counts; empty cells excluded."""
    if not isinstance(cells.dtype, pd.StringDtype) and cells.dtype != object:
        return {}
    text = pc.utf8_trim_whitespace(pa.array(cells.astype("str"), type=pa.large_string()))
    known = pa.concat_arrays([_MISSING.slice(1), _NO_NUMBER, pa.array(form.missing, pa.large_string())])
    counts = pc.value_counts(pc.filter(text, pc.is_in(text, value_set=known)))
    return {count["values"]: count["counts"] for count in counts.to_pylist()}


def contents(cells: pd.Series, form: TableFormat = ISO) -> Parsed:
    """Parse laboratory contents as float64: "<0.5", below a limit of 0.5, is -0.5; NaN if missing.

    Parameters
    ----------
    cells : Series (n,)
        As for `numbers`; text may begin with "<", and a negative number is such a limit already.
    form : TableFormat, optional
        As for `numbers`.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    below = np.zeros(len(cells), dtype=np.bool_)
    if not (pd.api.types.is_float_dtype(cells.dtype) or pd.api.types.is_integer_dtype(cells.dtype)):
        text = _text(cells, form.missing)
        below = _mask(pc.starts_with(text, "<"))
        cells = pc.replace_substring_regex(text, "^<", "").to_pandas()
    values, bad = numbers(cells, form)
    size = values.to_numpy()
    told_otherwise = np.logical_or.reduce(list(bad.values()))
    # "<" alone is no missing value: the laboratory said something.
    faulty = (size == 0) | (below & ~(size > 0) & ~told_otherwise)
    return pd.Series(np.where(below, -size, size)), bad | {CONTENT: faulty}


def marks(cells: pd.Series, form: TableFormat = ISO) -> Parsed:
    """Parse defect marks of lots as float64: 1, 0, or NaN if not inspected.

    Parameters
    ----------
    cells : Series (n,)
        As for `numbers`.
    form : TableFormat, optional
        As for `numbers`.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    values, bad = numbers(cells, form)
    return values, bad | {MARK: ~values.isin([0.0, 1.0, np.nan, np.inf, -np.inf]).to_numpy()}


def times(cells: pd.Series, form: TableFormat = ISO, units: pd.Series | None = None, are_days: bool = False) -> Parsed:
    """Starts of periods as datetime64[us]; NaT and a fault where a cell is no time as `form` has them.

    Parameters
    ----------
    cells : Series (n,)
        Times, or text in ISO 8601 (`2026-11-01`, `2026-11-01T06:00`, also with a space for the T) or in the formats
        that `form` names. Orders of day and month that differ between countries are not guessed.
    form : TableFormat, optional
        Formats, and the plant's time zone: its summer time is taken out, so that the result is in standard time.
        Without a zone times are the plant's own, and one with an offset is a fault.
    units : Series (n,), optional
        Each row's unit: of the two hours at the end of summer time the first of a unit is the earlier.
    are_days : bool
        Whether rows are of whole days: these keep the date on the plant's clock, which summer time does not move.

    Returns
    -------
    Series (n,) and dict
        As for `models.table.cells.numbers`.
    """
    at_utc = np.zeros(len(cells), dtype=np.bool_)
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind == "M":
        values = cells.astype("datetime64[us]")
        bad = {TOLD: values.isna().to_numpy()}
    else:
        text = _text(cells, form.missing)
        missing = _mask(pc.is_null(text))
        if form.time_format:
            values, bad = _formatted(text.to_pandas(), missing, form)
        else:
            values, bad, at_utc = _iso(text, missing)
    if form.zone is None:
        bad |= {NO_ZONE: at_utc}
        bad[ISO_TIME] = bad.get(ISO_TIME, at_utc) & ~at_utc
    else:
        values, clock = (
            _on_clock(values, at_utc, form.zone) if are_days else _standard(values, at_utc, form.zone, units)
        )
        bad |= clock
    return values, bad | {SENSIBLE: (values < _EARLIEST).to_numpy()}


def standard_offset(zone: zoneinfo.ZoneInfo) -> dt.timedelta:
    """Return a zone's offset from UTC outside summer time.

    Examples
    --------
    >>> standard_offset(zoneinfo.ZoneInfo("Europe/Berlin"))
    datetime.timedelta(seconds=3600)
    """
    offsets = [zone.utcoffset(dt.datetime(2026, month, 1)) for month in (1, 7)]
    return min(offset for offset in offsets if offset is not None)


def _iso(text: pa.ChunkedArray, missing: BoolArray) -> tuple[pd.Series, dict[str, BoolArray], BoolArray]:
    """Times in ISO 8601, the faults among them, and which have an offset: those are at UTC."""
    zoned = _mask(pc.match_substring_regex(text, _ISO + _ZONE))
    is_local = pc.match_substring_regex(text, _ISO + "$")
    values = pd.to_datetime(pc.if_else(is_local, text, None).to_pandas(), format="ISO8601", errors="coerce")
    values = values.astype("datetime64[us]")
    if zoned.any():
        with_offset = text.to_pandas()[zoned].str.replace("UTC", "Z").str.replace(" Z", "Z")
        there = pd.to_datetime(with_offset, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
        values[zoned] = there.astype("datetime64[us]")
    return values, {TOLD: missing, ISO_TIME: values.isna().to_numpy() & ~missing}, zoned


def _formatted(text: pd.Series, missing: BoolArray, form: TableFormat) -> Parsed:
    """Times in the formats of `form`; what two of them read differently is no time."""
    values = pd.Series(np.full(len(text), "NaT", "datetime64[us]"))
    unlike = np.zeros(len(text), dtype=np.bool_)
    for one in form.time_format:
        read = pd.to_datetime(text, format=one, errors="coerce").astype("datetime64[us]")
        unlike |= (values.notna() & read.notna() & (values != read)).to_numpy()
        values = values.fillna(read)
    shown = " or ".join(dt.datetime(2026, 11, 28, 6, 5).strftime(one) for one in form.time_format)
    wrong = values.isna().to_numpy() & ~missing
    return values, {TOLD: missing, ONE_DATE: unlike, f"a time as {shown}, as [table] time_format says": wrong}


def _on_clock(values: pd.Series, at_utc: BoolArray, zone: zoneinfo.ZoneInfo) -> Parsed:
    """Times of a zone's clock as they are, and those at UTC as that clock shows them."""
    local = values.copy()
    there = values[at_utc].dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)
    local[at_utc] = there.astype("datetime64[us]")
    return local, {}


def _standard(values: pd.Series, at_utc: BoolArray, zone: zoneinfo.ZoneInfo, units: pd.Series | None) -> Parsed:
    """Times of a zone's clock, or at UTC, as times of its clock without summer time."""
    clock = values[~at_utc]
    either = clock.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward").isna() & clock.notna()
    again = pd.Series(np.zeros(len(clock), dtype=np.int64), index=clock.index)
    times_told = again.copy()
    if either.any():
        rows = clock[either].groupby([clock[either], *([] if units is None else [units[clock.index[either]]])])
        again[either], times_told[either] = rows.cumcount(), rows.transform("size")
    summer = (2 * again < times_told).to_numpy()
    placed = clock.dt.tz_localize(zone, ambiguous=summer, nonexistent="NaT")
    standard = values.copy()
    standard[~at_utc] = placed.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[us]")
    bad = {NO_SUCH_HOUR: np.zeros(len(values), dtype=np.bool_), WHICH_HOUR: np.zeros(len(values), dtype=np.bool_)}
    bad[NO_SUCH_HOUR][~at_utc] = (placed.isna() & clock.notna()).to_numpy()
    bad[WHICH_HOUR][~at_utc] = (either & (times_told % 2 == 1)).to_numpy()
    return standard + standard_offset(zone), bad


def unit_names(cells: pd.Series) -> Parsed:
    """Parse unit names as text in one spelling, see `models.consistency.unit_names`; integers are names.

    Parameters
    ----------
    cells : Series (n,)
        Text or whole numbers.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    text = _text(cells)
    names = _one_spelling(text.to_pandas().astype("str"))
    # Unit 12 of a file with missing names arrives as 12.0, which would be another unit than "12".
    is_float = pd.api.types.is_float_dtype(cells.dtype)
    unprinted = _mask(pc.match_substring_regex(text, r"[\x00-\x1f\x7f\x{80}-\x{9f}]"))
    return names, {TOLD: _mask(pc.is_null(text)), NAME: names.notna().to_numpy() & is_float, PRINTED: unprinted}


def _one_spelling(names: pd.Series) -> pd.Series:
    spelled = {name: unit_name(name) for name in names.dropna().unique() if not name.isascii()}
    return names.replace(spelled) if spelled else names


def classes(cells: pd.Series, known: Sequence[str], form: TableFormat = ISO) -> Parsed:
    """Classes of a column as text, missing where the laboratory has not spoken.

    Parameters
    ----------
    cells : Series (n,)
        Text. Missing are the same as for `numbers`.
    known : sequence of str
        The classes, spelled as they must be.
    form : TableFormat, optional
        What else is missing.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    text = _text(_whole(cells), form.missing)
    is_known = pc.is_in(text, value_set=pa.array(known, pa.large_string()))
    values = pc.if_else(is_known, text, None).to_pandas().astype("str")
    return values, {f"one of {', '.join(known)}, or an empty cell": ~_mask(is_known) & ~_mask(pc.is_null(text))}


def texts(cells: pd.Series, known: Sequence[str], form: TableFormat = ISO) -> tuple[pd.Series, dict[str, int]]:
    """Parse texts of a category, missing if not in the seed, with counts of the unknown texts."""
    text = _text(_whole(cells), form.missing)
    is_known = pc.is_in(text, value_set=pa.array(known, pa.large_string()))
    others = pc.value_counts(pc.drop_null(pc.filter(text, pc.invert(is_known))))
    unknown = {count["values"]: count["counts"] for count in others.to_pylist()}
    return pc.if_else(is_known, text, None).to_pandas().astype("str"), unknown


def _whole(cells: pd.Series) -> pd.Series:
    """Return integers that a file stores as floats as integers: Parquet has class 1 with gaps as 1.0."""
    known = cells.dropna()
    if pd.api.types.is_float_dtype(cells.dtype) and np.isfinite(known).all() and (known == known.round()).all():
        return cells.astype("Int64")
    return cells


def _text(cells: pd.Series, missing: Sequence[str] = ()) -> pa.ChunkedArray:
    """Cells as text without spaces around it, null where they are missing."""
    if isinstance(cells.dtype, pd.StringDtype):
        text = pa.array(cells, type=pa.large_string())
    else:
        text = pa.array([None if missing else str(cell) for cell, missing in zip(cells, cells.isna(), strict=True)])
        text = text.cast(pa.large_string())
    text = pc.utf8_trim_whitespace(text)
    absent = pa.concat_arrays([_MISSING, pa.array(missing, pa.large_string())])
    text = pc.if_else(pc.is_in(text, value_set=absent), None, text)
    return text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])


def _cast(text: pa.ChunkedArray) -> pd.Series:
    return pd.Series(pc.cast(text, pa.float64()).to_numpy())


def _mask(matched: pa.ChunkedArray, when_missing: bool = False) -> BoolArray:
    """Answers of Arrow as a mask, shape (n,); `when_missing` is said of missing cells."""
    mask: BoolArray = pc.fill_null(matched, when_missing).to_numpy()
    return mask
