"""Times written as text: which formats a whole column keeps, and whether the day or the month comes first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from training.draft.suspicions import DraftError

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
        `sure`, `day` or `month`: what comes first; `both` where the whole column fits both orders.
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


def looks_like_times(texts: Sequence[str]) -> bool:
    """Whether most of some cells could be dates, by their signs alone."""
    like = [bool(_PARTS.match(text) or (_MONTHS.search(text) and re.search(r"\d", text))) for text in texts]
    compact = [bool(re.fullmatch(r"(19|20)\d{6}([ T_-]\d{1,2}:\d{2}.*)?", text)) for text in texts]
    return bool(texts) and max(sum(like), sum(compact)) >= 0.8 * len(texts)


def read_times(texts: pd.Series, heading: str, order: str | None = None, given: str | None = None) -> Times | None:
    """Times of a column of text; None where it holds none.

    Parameters
    ----------
    texts : Series (n,) of text
        Cells without spaces around them, missing ones None.
    heading : str
        What the column is called.
    order : str, optional
        `day` or `month`, where a person has said which comes first.
    given : str, optional
        A format of strptime that a person has given.

    Returns
    -------
    Times or None
        Where the whole column fits both orders and nobody has said which is meant, `order` is `both` and the values
        are all missing: nothing is guessed.

    Raises
    ------
    DraftError
        Some cells have the day first and others the month, or the given format reads hardly a cell.
    """
    distinct = texts.dropna().drop_duplicates()
    if given is not None:
        values = _parsed(texts, given)
        if values.notna().sum() < _ALL_READ * texts.notna().sum():
            cell = texts[values.isna() & texts.notna()].iloc[0]
            raise DraftError(
                f"column {heading}: got {cell!r}: expected a time in the format {given!r} of --time-format"
            )
        return Times(values, (given,), unread=_examples(texts, values))
    if distinct.empty or not looks_like_times(distinct.head(_TRIED).tolist()):
        return None
    zoned = distinct.head(_TRIED).str.contains(_ZONE).mean() > 0.5 and distinct.iloc[0][:4].isdigit()
    if zoned:
        values = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True).dt.tz_localize(None)
        return Times(values.astype("datetime64[us]"), zoned=True, unread=_examples(texts, values))
    if distinct.str.fullmatch(_ISO).mean() >= _ALL_READ:
        values = pd.to_datetime(texts.where(texts.str.fullmatch(_ISO)), format="ISO8601", errors="coerce")
        return Times(values.astype("datetime64[us]"), unread=_examples(texts, values))
    return _by_shape(texts, distinct, heading, order)


def _by_shape(texts: pd.Series, distinct: pd.Series, heading: str, asked: str | None) -> Times | None:
    """Times by the formats that fit the cells of each shape; midnight may lack its clock, for example."""
    formats, alone = _formats(distinct)
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
    order = next(iter(alone), None) or (orders[0] if len(orders) == 1 else asked if orders else "sure")
    if order is None:
        return Times(pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us]"), order="both")
    if asked is not None and order not in ("sure", asked):
        raise DraftError(f"column {heading}: got {alone.get(order, distinct.iloc[0])!r}, which has the {order} first")
    used = tuple(dict.fromkeys([*formats[order], *formats["sure"]]))
    values = _parsed(texts, used[0])
    for form in used[1:]:
        values = values.fillna(_parsed(texts, form))
    if values.notna().sum() < _ALL_READ * texts.notna().sum():
        return None
    return Times(values, used, order, _examples(texts, values))


def _formats(distinct: pd.Series) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Formats of a column's shapes by the order of day and month, and a cell of each order that fits no other."""
    shapes = distinct.str.replace(r"\d+", "9", regex=True).str.replace(r"[A-Za-z]+", "a", regex=True)
    formats: dict[str, list[str]] = {"sure": [], "day": [], "month": []}
    alone: dict[str, str] = {}
    for _, cells in distinct.groupby(shapes, sort=False):
        fits = _fitting(cells)
        if "sure" in fits:
            formats["sure"].append(fits["sure"])
            continue
        for kind, found in fits.items():
            formats[kind].append(found)
        if len(fits) == 1:
            alone.setdefault(next(iter(fits)), str(cells.iloc[0]))
    return formats, alone


def _fitting(cells: pd.Series) -> dict[str, str]:
    """For each order of day and month the format that reads every one of some cells, where there is one."""
    # From all over the column: its first days may all be days that a month can be too.
    some = cells.iloc[:: max(1, len(cells) // _TRIED)].tolist()
    fits: dict[str, str] = {}
    for order, dates in _DATES.items():
        for form in (join_clock for date in dates for join_clock in _with_clocks(date)):
            if all(_reads(cell, form) for cell in some) and _parsed(cells, form).notna().all():
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
    """Two dates of which one can only begin with the day and the other only with the month; empty where none are."""
    found = distinct.str.extract(r"^(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2,4}").dropna().astype(int)
    day, month = found.index[found[0] > 12], found.index[found[1] > 12]
    if not len(day) or not len(month):
        return ""
    return f"{distinct[day[0]]!r} and {distinct[month[0]]!r}"


def _parsed(texts: pd.Series, form: str) -> pd.Series:
    return pd.to_datetime(texts, format=form, errors="coerce").astype("datetime64[us]")


def _examples(texts: pd.Series, values: pd.Series) -> tuple[str, ...]:
    return tuple(texts[values.isna() & texts.notna()].drop_duplicates().head(3))
