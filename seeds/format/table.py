"""File format of a plant's table: separators, number and time formats, header and skipped rows."""

from __future__ import annotations

import codecs
import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from seeds.format.quantity import PeriodLength, SeedPart, Text

CLOCKS = dt.timedelta(days=1)
"""Largest difference between the clocks of a plant and of the reading machine, time zones included."""


def _encoding(name: str) -> str:
    try:
        codecs.lookup(name)
    except LookupError:
        raise ValueError("expected an encoding such as utf-8, utf-16, cp1252, gb18030") from None
    return name


def _zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("expected a time zone such as Europe/Berlin, Asia/Shanghai, UTC") from None
    return name


def _time_format(text: str) -> str:
    """A format whose times can be read back: it must hold a whole date."""
    moment = dt.datetime(2024, 11, 28, 13, 45, 59)
    no_year = moment.strftime(text) == moment.replace(year=1996).strftime(text)  # a year of the same calendar
    try:
        same_day = not no_year and dt.datetime.strptime(moment.strftime(text), text).date() == moment.date()
    except ValueError:
        same_day = False
    if not same_day:
        raise ValueError("expected a format with year, month and day, such as %d.%m.%Y %H:%M")
    return text


class TableFormat(SeedPart):
    """Format of a plant's table files; every key is optional.

    Attributes
    ----------
    sheet : str
        Sheet of a spreadsheet; by default its only one.
    sheets, files : list of str
        Sheets of a spreadsheet, or files of a folder, that hold different columns of the same rows: they are joined on
        time and unit.
    encoding : str
        Of text files; UTF-8 by default.
    separator : str
        Between cells; a comma by default.
    decimal, thousands : str
        Signs in numbers; a point, and none, by default.
    header : int
        Row number of the header; rows above it are skipped.
    skip : list of int
        Numbers of rows below the header that hold no data, such as one of units.
    time_format : list of str
        How times are written, in the signs of `strftime`; ISO 8601 by default.
    time_zone : str
        Zone of the plant. Times are then read with its summer time and kept in its standard time, so that no hour
        stands twice.
    missing : list of str
        Texts that mean a missing value, in addition to the built-in ones.
    every : PeriodLength
        Rows are as fast as this and become periods, each column by its `statistic`.
    """

    sheet: Text | None = None
    sheets: Annotated[list[Text], Field(min_length=2)] | None = None
    files: Annotated[list[Text], Field(min_length=2)] | None = None
    encoding: Annotated[str, AfterValidator(_encoding)] = "utf-8"
    separator: Literal[",", ";", "\t", "|"] = ","
    decimal: Literal[".", ","] = "."
    thousands: Literal[",", ".", "'", " "] | None = None
    header: Annotated[int, Field(ge=1)] = 1
    skip: list[int] = Field(default_factory=list)
    time_format: list[Annotated[str, AfterValidator(_time_format)]] = Field(default_factory=list)
    time_zone: Annotated[str, AfterValidator(_zone)] | None = None
    missing: list[Text] = Field(default_factory=list)
    every: PeriodLength | None = None

    @property
    def zone(self) -> zoneinfo.ZoneInfo | None:
        """The plant's time zone; None where it is not stated."""
        return None if self.time_zone is None else zoneinfo.ZoneInfo(self.time_zone)


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions between the parts of [table], and with the columns."""
    given = raw.get("table")
    table: dict[str, Any] = given if isinstance(given, dict) else {}
    if table.get("decimal", ".") == table.get("thousands"):
        yield f"table.thousands: got '{table['thousands']}': expected another sign than decimal"
    if "sheet" in table and "sheets" in table:
        yield "table.sheets: expected either sheet or sheets"
    has_time = any(column.get("role") == "time" for column in columns.values())
    for key in ("every", "time_format", "time_zone", "sheets", "files"):
        if key in table and not has_time:
            yield f"table.{key}: expected a column of role time: without it rows have no order in time"
    for name, column in columns.items():
        if column.get("statistic") is not None and not ("every" in table or _is_sampled(raw)):
            yield f"columns.{name}.statistic: expected [table] with every = {{ value, unit }}, how fast rows are"
    yield from _speed_faults(raw, table)


def _is_sampled(raw: Mapping[str, Any]) -> bool:
    """Return whether the gateway makes rows of samples."""
    gateway = raw.get("gateway")
    return isinstance(gateway, dict) and "every" in gateway


def _speed_faults(raw: Mapping[str, Any], table: Mapping[str, Any]) -> Iterator[str]:
    """Rows that are not faster than the period, or of which no whole number makes one."""
    process = raw.get("process")
    spans = [table.get("every"), process.get("period") if isinstance(process, dict) else None]
    try:
        fast, period = (PeriodLength.model_validate(span).timedelta for span in spans if span is not None)
    except ValueError:  # one is absent, or has a fault of its own
        return
    if fast >= period:
        yield f"table.every: got {fast}: expected rows that are faster than the period of {period}"
