"""Dialect of a CSV file: encoding, separator, header row, rows without data below it, number signs."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from drafting.findings import DraftError
from drafting.headings import unit_of
from reporting.wording import WordedText
from seeds import TableFormat

SEPARATORS = (",", ";", "\t", "|")
_NAMES = {
    ",": WordedText("comma"),
    ";": WordedText("semicolon"),
    "\t": WordedText("tab"),
    "|": WordedText("vertical bar"),
}
# Titles stand above a header in a few rows at most; the rest of the lines is what rules are found from.
_ABOVE = 30
_SAMPLE_LINES = 3000
_SAMPLE_CELLS = 30_000
_UNDER_HEADER = 3
_MOSTLY = 0.5

_NUMBER = re.compile(r"^[+-]?(\d[\d.,' \xa0\u202f]*|[.,]\d+)([eE][+-]?\d+)?\s?%?$")
_DATE = re.compile(r"^\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}")
_SPACES = "' \xa0\u202f"

# Encodings by the mark at a file's start.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# Single bytes that no Windows-1252 text has.
_UNDEFINED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_PAIRED = 0.9


@dataclass(frozen=True)
class Dialect:
    """Dialect of a table's file.

    Attributes
    ----------
    encoding, separator : str or None
        None where the file is no text.
    decimal : str
        `.` or `,`.
    thousands : str
        Sign between groups of three digits; empty where there is none.
    header : int
        Number of the header's row, counted from 1.
    skip : tuple of int
        Rows below the header that hold no data.
    units : dict of str to str
        What a row of units below the header says, by heading.
    sheets : tuple of str
        Sheets of a workbook that the table is made of.
    headings : tuple of str
        What the header of a CSV file holds.
    doubt : WordedText or None
        Why the decimal sign is not sure; None where it is.
    """

    encoding: str | None = None
    separator: str | None = None
    decimal: str = "."
    thousands: str = ""
    header: int = 1
    skip: tuple[int, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    sheets: tuple[str, ...] = ()
    headings: tuple[str, ...] = ()
    doubt: WordedText | None = None

    @property
    def form(self) -> TableFormat:
        """The same as a seed states it."""
        return TableFormat(
            sheet=self.sheets[0] if len(self.sheets) == 1 else None,
            sheets=list(self.sheets) if len(self.sheets) > 1 else None,
            encoding=self.encoding or "utf-8",
            separator=self.separator or ",",  # type: ignore[arg-type]
            decimal=self.decimal,  # type: ignore[arg-type]
            thousands=self.thousands or None,  # type: ignore[arg-type]
            header=self.header,
            skip=list(self.skip),
        )

    @property
    def separator_name(self) -> str:
        """The separator in a word."""
        return _NAMES.get(self.separator or "", WordedText("none"))


def find_encoding(file: Path) -> str:
    """Encoding of a text file.

    A mark at its start decides. Without one it is UTF-8 if every byte of the file is. Else it is GB 18030 where that
    decoder takes the whole file and nearly all runs of bytes above 127 have an even length, as Chinese text has and
    single letters with accents have not; and Windows-1252, or Latin-1 where that leaves a byte without meaning.

    Parameters
    ----------
    file : Path
        A text file.

    Returns
    -------
    str
        `utf-8`, `utf-8-sig`, `utf-16`, `gb18030`, `cp1252` or `latin-1`.
    """
    content = file.read_bytes()
    for mark, name in _MARKS.items():
        if content.startswith(mark):
            return name
    if _decodes(content, "utf-8"):
        return "utf-8"
    runs = [len(run) for run in _HIGH.findall(content)]
    if sum(length % 2 == 0 for length in runs) >= _PAIRED * len(runs) and _decodes(content, "gb18030"):
        return "gb18030"
    return "latin-1" if _UNDEFINED.search(content) else "cp1252"


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def find_dialect(file: Path, decimal: str | None = None) -> Dialect:
    """Dialect of a CSV file.

    Parameters
    ----------
    file : Path
        The file.
    decimal : str, optional
        The decimal sign, where a person has answered the question.

    Raises
    ------
    DraftError
        No separator makes a table of the file, no row can be its header, or both decimal signs fit all numbers.
    """
    encoding = find_encoding(file)
    with file.open(encoding=encoding, newline="") as lines:
        text = "".join(islice(lines, _SAMPLE_LINES))
    if not text.strip():
        raise DraftError(f"{file}: got an empty file: expected a table with a header row")
    tables = {separator: table for separator in SEPARATORS if (table := _table(text, separator)) is not None}
    if not tables:
        raise DraftError(f"{file}: no separator of comma, semicolon, tab or | makes a table with a header row of it")
    # By a decimal sign taken for the separator, the row that seems to name the columns is one below the header.
    separator = max(tables, key=lambda sign: (tables[sign].regular, -tables[sign].header, tables[sign].width))
    table = tables[separator]
    skip, units = below_header(table.rows, table.header)
    body = [row for number, row in enumerate(table.rows, start=1) if number > table.header and number not in skip]
    sample = body[:: max(1, len(body) * table.width // _SAMPLE_CELLS)]
    point, thousands, doubt = find_signs((cell for row in sample for cell in row), str(file), separator, decimal)
    headings = tuple(cell.strip() for cell in table.rows[table.header - 1])
    return Dialect(encoding, separator, point, thousands, table.header, skip, units, headings=headings, doubt=doubt)


@dataclass(frozen=True)
class _Table:
    rows: list[list[str]]
    header: int
    width: int
    regular: bool


def _table(text: str, separator: str) -> _Table | None:
    """Rows by one separator; None where it makes no table: one column, or no row that names the others."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return None
    counts = Counter(len(row) for row in rows if any(row))
    if not counts:
        return None
    width, often = counts.most_common(1)[0]
    if width < 2:
        return None
    header = find_header(rows, width)
    if header is None:
        return None
    return _Table(rows, header, width, often >= 0.9 * sum(counts.values()))


def find_header(rows: Sequence[Sequence[object]], width: int) -> int | None:
    """Number of the row that names the columns, counted from 1.

    It is the first of full width in which more than half of the cells are filled, nearly all of them with texts that
    are neither numbers nor dates and that do not repeat. None where no row is so.
    """
    for number, row in enumerate(rows[:_ABOVE], start=1):
        filled = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        if len(row) != width or len(filled) <= _MOSTLY * width:
            continue
        texts = [cell for cell in filled if not looks_like_value(cell)]
        if len(texts) >= 0.8 * len(filled) and len(set(texts)) >= 0.8 * len(texts):
            return number
    return None


def looks_like_value(cell: object) -> bool:
    """Return whether a cell is a number or a date, in any notation."""
    text = str(cell).strip()
    return bool(_NUMBER.match(text) or _DATE.match(text))


def below_header(rows: Sequence[Sequence[object]], header: int) -> tuple[tuple[int, ...], dict[str, str]]:
    """Rows directly below the header without a number in any number column, and the units that one has."""
    names = [str(cell).strip() for cell in rows[header - 1]]
    body = rows[header + _UNDER_HEADER : header + _UNDER_HEADER + 50]
    numeric = [
        i
        for i in range(len(names))
        if (filled := [row[i] for row in body if i < len(row) and str(row[i]).strip()])
        and sum(map(looks_like_value, filled)) > _MOSTLY * len(filled)
    ]
    skip: list[int] = []
    units: dict[str, str] = {}
    for number in range(header + 1, min(header + _UNDER_HEADER, len(rows)) + 1):
        row = rows[number - 1]
        cells = {names[i]: str(row[i]).strip() for i in numeric if i < len(row) and str(row[i]).strip()}
        if not cells or any(map(looks_like_value, cells.values())) or len(cells) < 0.3 * len(numeric):
            break
        skip.append(number)
        known = {name: unit for name, text in cells.items() if (unit := unit_of(text)) is not None}
        if len(known) >= _MOSTLY * len(cells):
            units |= known
    return tuple(skip), units


def find_signs(
    cells: Iterable[str], place: str, separator: str | None = None, decimal: str | None = None
) -> tuple[str, str, WordedText | None]:
    """Decimal sign, thousands sign (or empty) and doubt, if any, of numbers written as text.

    A sign with other than three digits behind it, behind a leading zero or behind more than three digits is a decimal
    sign; one that stands twice in a number, or before the other sign, parts thousands.

    Raises
    ------
    DraftError
        A sign is only ever followed by three digits, so that 1,234 may be 1.234 or 1234, and neither a person nor the
        separator says which.
    """
    votes: Counter[tuple[str, str]] = Counter()
    unsure: dict[str, str] = {}
    for cell in cells:
        text = cell.strip().rstrip("% ").lstrip("+-")
        if not set(text) & set(".," + _SPACES) or not _NUMBER.match(text) or _DATE.match(text):
            continue
        _vote(text, votes, unsure)
    is_decimal = {sign: votes["decimal", sign] for sign in ".,"}
    doubt = None
    if decimal is None and not any(is_decimal.values()) and len(unsure) == 1:
        sign = next(iter(unsure))
        if not votes["thousands", sign]:
            decimal, doubt = _by_separator(sign, unsure[sign], place, separator)
    point = decimal or max(".,", key=lambda sign: is_decimal[sign])
    if decimal is None and not any(is_decimal.values()) and votes["thousands", "."]:
        point = ","
    other = "," if point == "." else "."
    groups = [sign for sign in (other, *_SPACES) if votes["thousands", sign]]
    if not groups and other in unsure and not is_decimal[other]:
        groups = [other]
    group = max(groups, key=lambda sign: votes["thousands", sign]) if groups else ""
    return point, " " if group.isspace() else group, doubt


def _by_separator(sign: str, shown: str, place: str, separator: str | None) -> tuple[str, WordedText | None]:
    """Decimal sign of a file in which a sign is only ever followed by three digits, and what to say of it.

    Countries that write a decimal comma part cells by semicolons, those that write a point by commas.
    """
    if (sign, separator) == (".", ","):
        return ".", None
    typical = {(",", ";"): ",", (",", ","): "."}.get((sign, separator or ""))
    if typical is None:
        raise DraftError(
            f"{place}: got numbers such as {shown!r}: {sign!r} may be the decimal sign or part thousands;"
            " give --decimal point or --decimal comma"
        )
    return typical, WordedText(
        "%(sign)s has three digits behind it in every number, such as %(shown)s; %(separator)s stands between cells, "
        "so it is taken for %(taken)s",
        sign=repr(sign),
        shown=repr(shown),
        separator=repr(separator),
        taken=WordedText("the decimal sign") if typical == sign else WordedText("the sign of thousands"),
    )


def _vote(text: str, votes: Counter[tuple[str, str]], unsure: dict[str, str]) -> None:
    """Count what one number says of the signs in it."""
    whole = re.split(r"[eE]", text)[0]
    for sign in _SPACES:
        if re.search(rf"\d{sign}\d{{3}}(?!\d)", whole):
            votes["thousands", sign] += 1
    dot, comma = whole.count("."), whole.count(",")
    if dot and comma:
        last = "." if whole.rfind(".") > whole.rfind(",") else ","
        votes["decimal", last] += 1
        votes["thousands", "," if last == "." else "."] += 1
    elif dot + comma > 1:
        votes["thousands", "." if dot else ","] += 1
    elif dot + comma == 1:
        sign = "." if dot else ","
        before, after = re.sub(f"[{_SPACES}]", "", whole).split(sign)
        if len(after) != 3 or len(before) > 3 or before in ("", "0") or len(before) != len(whole.split(sign)[0]):
            votes["decimal", sign] += 1
        else:
            unsure.setdefault(sign, text)
