"""Times written as text: formats that fit a whole column, and the order of day and month."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from drafting.findings import DraftError
from models.consistency.dates import irregular_steps
from physics.arrays import IntArray

_CLOCKS = ("", "%H:%M", "%H:%M:%S", "%H:%M:%S.%f", "%I:%M %p", "%I:%M:%S %p", "%I:%M:%S.%f %p", "%H.%M", "%Hh%M")
_JOINS = (" ", "T", ", ", "  ", "-", "_")
# By the order of day and month; "sure" where a format has but one reading.
_DATES = {
    "sure": (
        *("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"),
        *("%d-%b-%Y", "%d %b %Y", "%d.%b.%Y", "%d/%b/%Y", "%b %d, %Y", "%b %d %Y", "%d-%b-%y", "%d %B %Y", "%B %d, %Y"),
    ),
    "day": ("%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%d-%m-%y", "%d %m %Y"),
    "month": ("%m.%d.%Y", "%m/%d/%Y", "%m-%d-%Y", "%m.%d.%y", "%m/%d/%y", "%m-%d-%y", "%m %d %Y"),
}
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?$")
_ZONE = re.compile(r"\s?(?:Z|UTC|[+-]\d{2}:?\d{2})$")
_MONTHS = re.compile(r"(?i)(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)")
_PARTS = re.compile(r"^\d{1,4}([-/.年 ])\d{1,2}([-/.月 ])\d{1,4}")
_TRIED = 40
_ALL_READ = 0.98
_MOST_READINGS = 64


@dataclass(frozen=True)
class Times:
    """A column of times.

    Attributes
    ----------
    values : Series (n,)
        As datetime64[us]; NaT where a cell is empty or no time.
    formats : tuple of str
        Formats of strptime that read it; none where it is ISO 8601 or the file holds times of its own.
    order : str
        `sure`, `day` or `month`: what comes first; `both` where the whole column fits both orders, `mixed` where its
        cells are in several formats.
    question : str
        What to ask a user where the order is `mixed`.
    unread : tuple of str
        Some cells that are no time.
    zoned : bool
        Whether the cells carry a time zone.
    """

    values: pd.Series
    formats: tuple[str, ...] = ()
    order: str = "sure"
    unread: tuple[str, ...] = ()
    zoned: bool = False
    question: str = ""


@dataclass(frozen=True)
class _Shape:
    """Cells that differ only in their digits: the first one, and its format for each possible order."""

    first: str
    fits: dict[str, str]

    @property
    def kind(self) -> str:
        """The dates' format, whatever the order of day and month in it, and without the clock."""
        order, form = next(iter(self.fits.items()))
        date = max((date for date in _DATES[order] if form.startswith(date)), key=len)
        return date if order == "sure" else date.replace("%m", "%d")


def looks_like_times(texts: Sequence[str]) -> bool:
    """Return whether most of some cells could be dates, from their characters alone."""
    like = [bool(_PARTS.match(text) or (_MONTHS.search(text) and re.search(r"\d", text))) for text in texts]
    compact = [bool(re.fullmatch(r"(19|20)\d{6}([ T_-]\d{1,2}:\d{2}.*)?", text)) for text in texts]
    return bool(texts) and max(sum(like), sum(compact)) >= 0.8 * len(texts)


def read_times(
    texts: pd.Series,
    heading: str,
    order: str | None = None,
    given: Sequence[str] = (),
    row: IntArray | None = None,
) -> Times | None:
    """Times of a column of text; None where it holds none.

    Parameters
    ----------
    texts : Series (n,) of text
        Cells without spaces around them, missing ones None.
    heading : str
        What the column is called.
    order : str, optional
        `day` or `month`, where a person has said which comes first.
    given : sequence of str, optional
        Formats of strptime that a person has given.
    row : int array (n,), optional
        Number of each cell's row in the file.

    Returns
    -------
    Times or None
        Where the whole column fits both orders and neither is stated, `order` is `both`, and where its
        cells are in several formats it is `mixed`; the values are all missing: nothing is guessed.

    Raises
    ------
    DraftError
        Some cells have the day first and others the month, or the given formats read hardly a cell.
    """
    distinct = texts.dropna().drop_duplicates()
    if given:
        return _by_given(texts, heading, given)
    if distinct.empty or not looks_like_times(distinct.head(_TRIED).tolist()):
        return None
    zoned = distinct.head(_TRIED).str.contains(_ZONE).mean() > 0.5 and distinct.iloc[0][:4].isdigit()
    if zoned:
        values = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
        return Times(values.astype("datetime64[us]"), zoned=True, unread=_examples(texts, values))
    is_iso = distinct.str.fullmatch(_ISO)
    if is_iso.mean() >= _ALL_READ and not distinct[~is_iso].str.match(_PARTS).any():
        values = pd.to_datetime(texts.where(texts.str.fullmatch(_ISO)), format="ISO8601", errors="coerce")
        return Times(values.astype("datetime64[us]"), unread=_examples(texts, values))
    return _by_shape(texts, distinct, heading, order, row)


def _by_given(texts: pd.Series, heading: str, given: Sequence[str]) -> Times:
    """Times by the formats that a user has stated."""
    values = _parsed(texts, given[0])
    for form in given[1:]:
        read = _parsed(texts, form)
        unlike = values.notna() & read.notna() & (values != read)
        if unlike.any():
            cell = texts[unlike].iloc[0]
            raise DraftError(f"column {heading}: got {cell!r}: expected formats of --time-format that read it alike")
        values = values.fillna(read)
    if values.notna().sum() < _ALL_READ * texts.notna().sum():
        cell = texts[values.isna() & texts.notna()].iloc[0]
        shown = " or ".join(map(repr, given))
        raise DraftError(f"column {heading}: got {cell!r}: expected a time in the format {shown} of --time-format")
    return Times(values, tuple(given), unread=_examples(texts, values))


def _by_shape(
    texts: pd.Series, distinct: pd.Series, heading: str, requested: str | None, row: IntArray | None
) -> Times | None:
    """Times by the formats that fit the cells of each shape; midnight may lack its clock, for example."""
    shapes = _shapes(distinct)
    if len({shape.kind for shape in shapes}) > 1:
        question = _mixed(texts, shapes, heading, row)
        return Times(pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]"), order="mixed", question=question)
    formats, alone = _formats(shapes)
    if len(alone) > 1:
        day, month = alone["day"], alone["month"]
        raise DraftError(f"column {heading}: got {day!r} with the day first and {month!r} with the month first")
    orders = [kind for kind in ("day", "month") if formats[kind]]
    if not orders and not formats["sure"]:
        if both := _contradicts(distinct):
            raise DraftError(
                f"column {heading}: some dates can only have the day first and others only the month, such as "
                f"{both}: expected one order in the whole column"
            )
        return None
    # Cells that fit one order alone decide for all of the column.
    order = next(iter(alone), None) or (orders[0] if len(orders) == 1 else requested if orders else "sure")
    if order is None:
        return Times(pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]"), order="both")
    if requested is not None and order not in ("sure", requested):
        raise DraftError(f"column {heading}: got {alone.get(order, distinct.iloc[0])!r}, which has the {order} first")
    used = tuple(dict.fromkeys([*formats[order], *formats["sure"]]))
    values = _read_by(texts, used)
    if values.notna().sum() < _ALL_READ * texts.notna().sum():
        return None
    return Times(values, used, order, _examples(texts, values))


def _shapes(distinct: pd.Series) -> list[_Shape]:
    """Shapes of a column that some format reads."""
    shape = distinct.str.replace(r"\d{4,}", "9999", regex=True).str.replace(r"\d{1,3}(?!\d)", "9", regex=True)
    shape = shape.str.replace(r"[A-Za-z]+", "a", regex=True)
    shapes = []
    for _, cells in distinct.groupby(shape, sort=False):
        fits = _fitting(cells)
        if fits:
            shapes.append(_Shape(str(cells.iloc[0]), {"sure": fits["sure"]} if "sure" in fits else fits))
    return shapes


def _formats(shapes: Sequence[_Shape]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Formats of a column's shapes by order of day and month, and a cell of each order that fits no other."""
    formats: dict[str, list[str]] = {"sure": [], "day": [], "month": []}
    alone: dict[str, str] = {}
    for shape in shapes:
        for order, form in shape.fits.items():
            formats[order].append(form)
        if len(shape.fits) == 1 and "sure" not in shape.fits:
            alone.setdefault(next(iter(shape.fits)), shape.first)
    return formats, alone


def _mixed(texts: pd.Series, shapes: Sequence[_Shape], heading: str, row: IntArray | None) -> str:
    """Return the question on dates in several formats, with a cell of each and options to state them."""
    firsts = list({shape.kind: shape for shape in reversed(shapes)}.values())[::-1]
    places = ["" if row is None else f"row {row[int(np.argmax(texts == shape.first))]} holds " for shape in firsts]
    cells = ", ".join(f"{place}{shape.first!r}" for place, shape in zip(places, firsts, strict=True))
    readings = sorted(_readings(shapes), key=lambda forms: _disorder(texts, forms))
    best, *others = readings
    options = " ".join(f"--time-format {form!r}" for form in best)
    is_clear = len(others) > 0 and all(_disorder(texts, one) > 10 * _disorder(texts, best) for one in others)
    sure = "by these the rows follow each other in steps of time" if is_clear else "or what else they mean"
    return (
        f"column {heading}: got dates in {len(firsts)} formats: {cells}: does the day come first or the month in each? "
        "Spreadsheets that take days up to 12 for months write such columns. Give the column one format (in a "
        "workbook, import it as text), or state all: "
        f"--time {heading!r} {options} ({sure})"
    )


def _readings(shapes: Sequence[_Shape]) -> list[tuple[str, ...]]:
    """Formats by which a column may be meant: those of each shape, and with the day behind the year too."""
    forms = [list(shape.fits.values()) for shape in shapes]
    forms = [
        [
            *formats,
            *(form.replace("m", "\0").replace("d", "m").replace("\0", "d") for form in formats if form[:2] == "%Y"),
        ]
        for formats in forms
    ]
    return [tuple(dict.fromkeys(reading)) for reading in itertools.islice(itertools.product(*forms), _MOST_READINGS)]


def _disorder(texts: pd.Series, forms: Sequence[str]) -> int:
    """Cells that some formats do not read, and irregular steps between the times of the others."""
    values = _read_by(texts, forms)
    unread = int((values.isna() & texts.notna()).sum())
    return unread + irregular_steps(values, np.zeros(len(values), np.int64))


def _fitting(cells: pd.Series) -> dict[str, str]:
    """For each order of day and month the format that reads every one of some cells, where there is one."""
    # From all over the column: its first days may all be days that a month can be too.
    sample = cells.iloc[:: max(1, len(cells) // _TRIED)].tolist()
    fits: dict[str, str] = {}
    for order, dates in _DATES.items():
        for form in (join_clock for date in dates for join_clock in _with_clocks(date)):
            if all(_reads(cell, form) for cell in sample) and _parsed(cells, form).notna().all():
                fits[order] = form
                break
    return fits


def _with_clocks(date: str) -> list[str]:
    return [date, *(f"{date}{join}{clock}" for clock in _CLOCKS[1:] for join in _JOINS)]


def _reads(cell: str, form: str) -> bool:
    if any(sign not in cell for sign in re.sub("%.", "", form)):
        return False  # far quicker than to let strptime fail
    try:
        when = datetime.strptime(cell, form)
    except ValueError:
        return False
    # strptime takes 26 for %Y of year 26, and 1-digit parts for %Y%m%d.
    return 1900 <= when.year <= 2100 and (form[:6] != "%Y%m%d" or cell[:8].isdigit())


def _contradicts(distinct: pd.Series) -> str:
    """Two dates, one only readable with the day first, one only with the month first; else empty."""
    pairs = distinct.str.extract(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2,4}").dropna().astype(int)
    day, month = pairs.index[pairs[0] > 12], pairs.index[pairs[1] > 12]
    if not len(day) or not len(month):
        return ""
    return f"{distinct[day[0]]!r} and {distinct[month[0]]!r}"


def _parsed(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, errors="coerce").astype("datetime64[us]")


def _read_by(texts: pd.Series, forms: Sequence[str]) -> pd.Series:
    """Times by the first of some formats that reads each cell."""
    values = _parsed(texts, forms[0])
    for form in forms[1:]:
        values = values.fillna(_parsed(texts, form))
    return values


def _examples(texts: pd.Series, values: pd.Series) -> tuple[str, ...]:
    return tuple(texts[values.isna() & texts.notna()].drop_duplicates().head(3))
