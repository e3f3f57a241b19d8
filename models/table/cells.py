"""Cells of a plant's file as typed columns: what a number, a time and a unit's name look like there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from physics.arrays import BoolArray

# What parsing says of one column: its values, and for each thing expected the cells that are otherwise.
Parsed = tuple[pd.Series, dict[str, BoolArray]]

POINT = "a decimal point and no thousands separator (3.55 for 3,55): change the number format of the export"
NUMBER = "a number, or an empty cell where nothing was measured"
FINITE = "a finite number, or an empty cell where nothing was measured"
ISO_TIME = "a date as 2026-11-01 or a time as 2026-11-01T06:00"
NO_ZONE = "the plant's local time without a time zone, as 2026-11-01T06:00"
CONTENT = "a content above 0, or <0.5 where the laboratory found less than its limit of 0.5"
MARK = "1 for a lot with the defect, 0 for one without, or an empty cell where nobody looked"
NAME = "a name as text or whole number"
PRINTED = "a name without control characters (NUL, tab, line end)"
SENSIBLE = "a date of 1950 or later; systems write 0001, 1899 or 1900 where they know no date"
TOLD = "a value: each row needs its unit and period"

_MISSING = pa.array(["", "NaN", "nan", "NAN", "NA", "N/A", "null", "NULL", "None"], pa.large_string())
_EARLIEST = pd.Timestamp("1950-01-01")
# In a column of numbers these say the same; as a unit or a class they may be a name.
_NO_NUMBER = pa.array(["n/a", "N/a", "#N/A", "#NA", "na", "none", "Null", "Nan"], pa.large_string())
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$|^[+-]?(?i:inf|infinity)$"
_COMMA = r"^[+-]?\d[\d.' \x{a0}\x{202f}]*,[\d.,' ]*([eE][+-]?\d+)?$"
_GROUPED = r"^[+-]?\d{1,3}([' \x{a0}\x{202f}]\d{3})+(\.\d*)?$"
_ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
_ZONE = r"\s?(Z|UTC|[+-]\d{2}:?\d{2})$"


def numbers(cells: pd.Series) -> Parsed:
    """Numbers of a column as float64, NaN where the cell is missing.

    Parameters
    ----------
    cells : Series (n,)
        Numbers, text as a CSV file holds it, or a mixture. Missing are: empty, NaN, NA, N/A, null, None,
        n/a, na, #N/A, #NA, none, Null.

    Returns
    -------
    Series (n,) and dict
        The values (NaN for faulty cells too), and the faulty cells by what was expected of them.
    """
    if pd.api.types.is_float_dtype(cells.dtype) or pd.api.types.is_integer_dtype(cells.dtype):
        values = cells if cells.dtype == np.float64 else pd.Series(cells.to_numpy(np.float64, na_value=np.nan))
        return values, {FINITE: np.isinf(values.to_numpy())}
    text = _text(cells)
    try:
        values, bad = _cast(text), {}
    except pa.ArrowInvalid:
        text = pc.if_else(pc.is_in(text, value_set=_NO_NUMBER), None, text)
        is_number = pc.match_substring_regex(text, _NUMBER)
        values = _cast(pc.if_else(is_number, text, None))
        has_comma = _mask(pc.match_substring_regex(text, _COMMA)) | _mask(pc.match_substring_regex(text, _GROUPED))
        bad = {POINT: has_comma, NUMBER: ~_mask(is_number, when_missing=True) & ~has_comma}
    return values, bad | {FINITE: np.isinf(values.to_numpy())}


def markers(cells: pd.Series) -> dict[str, int]:
    """Texts of a column of numbers that were read as missing, and how often each stands there; empty cells aside."""
    if not isinstance(cells.dtype, pd.StringDtype) and cells.dtype != object:
        return {}
    text = pc.utf8_trim_whitespace(pa.array(cells.astype("str"), type=pa.large_string()))
    known = pa.concat_arrays([_MISSING.slice(1), _NO_NUMBER])
    found = pc.value_counts(pc.filter(text, pc.is_in(text, value_set=known)))
    return {count["values"]: count["counts"] for count in found.to_pylist()}


def contents(cells: pd.Series) -> Parsed:
    """Contents that a laboratory reports, as float64: "<0.5", below a limit of 0.5, is -0.5; NaN where there is none.

    Parameters
    ----------
    cells : Series (n,)
        As for `numbers`; text may begin with "<", and a negative number is such a limit already.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    below = np.zeros(len(cells), dtype=np.bool_)
    if not (pd.api.types.is_float_dtype(cells.dtype) or pd.api.types.is_integer_dtype(cells.dtype)):
        text = _text(cells)
        below = _mask(pc.starts_with(text, "<"))
        cells = pc.replace_substring_regex(text, "^<", "").to_pandas()
    values, bad = numbers(cells)
    size = values.to_numpy()
    told_otherwise = np.logical_or.reduce(list(bad.values()))
    # "<" alone is no missing value: the laboratory said something.
    faulty = (size == 0) | (below & ~(size > 0) & ~told_otherwise)
    return pd.Series(np.where(below, -size, size)), bad | {CONTENT: faulty}


def marks(cells: pd.Series) -> Parsed:
    """Whether each lot has a defect, as float64: 1, 0, or NaN where nobody looked.

    Parameters
    ----------
    cells : Series (n,)
        As for `numbers`.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    values, bad = numbers(cells)
    return values, bad | {MARK: ~values.isin([0.0, 1.0, np.nan, np.inf, -np.inf]).to_numpy()}


def times(cells: pd.Series) -> Parsed:
    """Starts of periods as datetime64[us]; NaT and a fault where a cell is no ISO date or local time.

    Parameters
    ----------
    cells : Series (n,)
        Times, or text in ISO 8601 (`2026-11-01`, `2026-11-01T06:00`, also with a space for the T). Orders of day
        and month that differ between countries are not guessed, time zones are not converted.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    if isinstance(cells.dtype, np.dtype) and cells.dtype.kind == "M":
        values = cells.astype("datetime64[us]")
        return values, {TOLD: values.isna().to_numpy(), SENSIBLE: (values < _EARLIEST).to_numpy()}
    text = _text(cells)
    is_local = pc.match_substring_regex(text, _ISO + "$")
    values = pd.to_datetime(pc.if_else(is_local, text, None).to_pandas(), format="ISO8601", errors="coerce")
    missing = _mask(pc.is_null(text))
    zoned = _mask(pc.match_substring_regex(text, _ISO + _ZONE))
    bad = {TOLD: missing, NO_ZONE: zoned, ISO_TIME: values.isna().to_numpy() & ~missing & ~zoned}
    values = values.astype("datetime64[us]")
    return values, bad | {SENSIBLE: (values < _EARLIEST).to_numpy()}


def unit_names(cells: pd.Series) -> Parsed:
    """Names of units as text, spaces around them removed; whole numbers are names too.

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
    names = text.to_pandas().astype("str")
    # Unit 12 of a file with missing names arrives as 12.0, which would be another unit than "12".
    is_float = pd.api.types.is_float_dtype(cells.dtype)
    unprinted = _mask(pc.match_substring_regex(text, r"[\x00-\x1f\x7f]"))
    return names, {TOLD: _mask(pc.is_null(text)), NAME: names.notna().to_numpy() & is_float, PRINTED: unprinted}


def classes(cells: pd.Series, known: Sequence[str]) -> Parsed:
    """Classes of a column as text, missing where the laboratory has not spoken.

    Parameters
    ----------
    cells : Series (n,)
        Text. Missing are the same as for `numbers`.
    known : sequence of str
        The classes, spelled as they must be.

    Returns
    -------
    Series (n,) and dict
        As for `numbers`.
    """
    text = _text(cells)
    is_known = pc.is_in(text, value_set=pa.array(known, pa.large_string()))
    values = pc.if_else(is_known, text, None).to_pandas().astype("str")
    return values, {f"one of {', '.join(known)}, or an empty cell": ~_mask(is_known) & ~_mask(pc.is_null(text))}


def _text(cells: pd.Series) -> pa.ChunkedArray:
    """Cells as text without spaces around it, null where they are missing."""
    if isinstance(cells.dtype, pd.StringDtype):
        text = pa.array(cells, type=pa.large_string())
    else:
        text = pa.array([None if missing else str(cell) for cell, missing in zip(cells, cells.isna(), strict=True)])
        text = text.cast(pa.large_string())
    text = pc.utf8_trim_whitespace(text)
    text = pc.if_else(pc.is_in(text, value_set=_MISSING), None, text)
    return text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])


def _cast(text: pa.ChunkedArray) -> pd.Series:
    return pd.Series(pc.cast(text, pa.float64()).to_numpy())


def _mask(found: pa.ChunkedArray, when_missing: bool = False) -> BoolArray:
    mask: BoolArray = pc.fill_null(found, when_missing).to_numpy()
    return mask
