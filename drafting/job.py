"""One job: read a plant's table, find out what is in it, and write the draft of a seed that reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from drafting.clock import RowOrder, find_clock
from drafting.columns import MOST_VALUES, DetectedColumn, cell_suspicions, find_column, named_values
from drafting.date_findings import date_suspicions
from drafting.dialect import Dialect
from drafting.findings import DraftError, Suspicion, counted, joined, worst_first
from drafting.headings import name_of, read_headings
from drafting.lengths import length, read_period
from drafting.roles import MOST_CODES, ColumnDraft, place
from drafting.seed_text import equipment_text, seed_text
from drafting.source import Content, read_content
from models.table.contract import Checked
from models.table.formatting import named
from models.table.reading import read_table
from reporting.wording import WordedText
from seeds import Seed
from seeds.format.loader import parse
from seeds.format.names import nearest

_FEW_CLASSES = 5
_FEW_LABELS = 150
_CLASS_WORDS = re.compile(
    r"(?i)(^|[_\W])(class|type|kind|code|grade|category|rating|klasse|typ|sorte|güte|stufe|note|classe|qualité|tipo)"
    r"([_\W\d]|$)|类|型|等级|级别|牌号|代码"
)


@dataclass(frozen=True)
class DraftOptions:
    """User options of a draft, other than file and target.

    Attributes
    ----------
    time, unit : str, optional
        Headings of the columns that hold the start of the period and the unit.
    sheet : str, optional
        Sheet of a workbook.
    name : str, optional
        Name of the process; by default it is made from the file's name.
    period : str, optional
        Length of a period, such as `8h`.
    time_format : tuple of str, optional
        Formats in which times are written, in the signs of strptime.
    order : str, optional
        `day` or `month`: what comes first in a date.
    decimal : str, optional
        `.` or `,`: the decimal sign.
    time_zone : str, optional
        Zone of the plant's clock, such as `Europe/Berlin`.
    inputs : tuple of str
        Headings of columns that are known before the target, whatever is suspected of them.
    codes, amounts : tuple of str
        Headings of columns whose whole numbers name classes, or are amounts.
    """

    time: str | None = None
    unit: str | None = None
    sheet: str | None = None
    name: str | None = None
    period: str | None = None
    time_format: tuple[str, ...] = ()
    order: str | None = None
    decimal: str | None = None
    time_zone: str | None = None
    inputs: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Drafted:
    """A draft and what it rests on.

    Attributes
    ----------
    name : str
        Name of the process, and of the seed's file without its ending.
    text : str
        The seed as TOML.
    seed : Seed
        The seed as the loader reads it.
    checked : Checked
        The table as the seed reads it.
    placed : list of ColumnDraft
        Draft of each column.
    target : DetectedColumn
        What is to be predicted.
    clock : RowOrder
        When rows were and what they are about.
    suspicions : list of Suspicion
        What a person should look at, worst first.
    summary : list of (str, str)
        What was found of the file: a word and its value.
    """

    name: str
    text: str
    seed: Seed
    checked: Checked
    placed: list[ColumnDraft]
    target: DetectedColumn
    clock: RowOrder
    suspicions: list[Suspicion]
    summary: list[tuple[str, str]] = field(default_factory=list)


def draft(file: Path, target: Sequence[str], options: DraftOptions | None = None) -> Drafted:
    """Draft the seed of a plant's table.

    The draft is checked as any seed is: the loader must accept it, and with it the table must be readable.

    Parameters
    ----------
    file : Path
        A CSV, Parquet or workbook file.
    target : sequence of str
        Heading of the column that is to be predicted.
    options : DraftOptions, optional
        What else a person has said.

    Raises
    ------
    DraftError
        The file cannot be read, a named column is not there, or a question is open that only a person can answer.
    SeedError, TableError
        The draft is no seed, or does not read its own table; every fault is named.
    """
    options = options or DraftOptions()
    name = _process_name(file, options)
    period = None if options.period is None else read_period(options.period)
    content = read_content(file, options.sheet, options.decimal, options.time_format)
    requested = _named(content, target, options)
    columns = _columns(content, options)
    label = next(column for column in columns if column.text == requested)
    is_class = _is_class(label, options)
    # Classes are texts as they stand in the file.
    codes = {*options.codes, *([requested] if is_class else [])}
    columns = [
        named_values(content.frame[column.text], column.heading)
        if column.kind == "number" and column.text in codes
        else column
        for column in columns
    ]
    is_number = label.kind == "number"
    label = next(column for column in columns if column.text == requested)
    clock = find_clock(columns, label, options.time, options.unit, period, options.time_zone)
    clock.found.extend(date_suspicions(content, clock))
    placed, findings = place(columns, label, clock, is_class, options.inputs, options.amounts)
    is_alone = clock.time is None or is_class  # a number learns from its own past
    if is_alone and not any(one.role in ("before", "during") for one in placed):
        raise DraftError(f"{file}: got no column but the target that a model could learn from")
    findings = [*_of_file(content), *clock.found, *findings, *_of_target(label, is_class, clock)]
    if is_number and is_class and requested not in options.codes:
        findings.append(_class_codes(label))
    findings += [one for column in columns for one in cell_suspicions(column)]
    zone = options.time_zone or ("UTC" if clock.is_zoned else None)
    text, more = seed_text(name, content, placed, label, clock, is_class, zone)
    facts, open_facts = equipment_text(name)
    text = "\n".join(part for part in (text, facts) if part)
    seed = parse(text, Path(f"{name}.toml"))
    checked = read_table(file, seed)
    suspicions = worst_first([*findings, *more, *open_facts])
    return Drafted(name, text, seed, checked, placed, label, clock, suspicions, _summary(content, clock, checked))


def _process_name(file: Path, options: DraftOptions) -> str:
    """Name of the process: the one given, or one made from the file's name."""
    if options.name is None:
        return name_of(file.stem)
    if name_of(options.name) != options.name:
        raise DraftError(
            f"--name: got '{options.name}': expected small letters, digits and underscores, a letter first"
        )
    return options.name


def _hint(requested: str, headings: Sequence[str]) -> str:
    """The heading that is most like the one wanted, or the first few."""
    near = nearest([requested], headings)
    return f"; the nearest is '{near}'" if near else f", such as {named(headings)}"


def _named(content: Content, target: Sequence[str], options: DraftOptions) -> str:
    """The target's heading; every heading that a person has named must be there."""
    headings = list(content.frame.columns)
    named = [("--target", one) for one in target] + [("--time", options.time), ("--unit", options.unit)]
    stated = [("--input", options.inputs), ("--codes", options.codes), ("--amounts", options.amounts)]
    lines = [
        f"{content.file}: {option}: got '{one}': expected a heading of the table{_hint(one, headings)}"
        for option, one in [*named, *((option, one) for option, several in stated for one in several)]
        if one is not None and one not in headings
    ]
    if len(target) != 1:
        lines.append(f"--target: got {len(target)} columns: expected one; a seed of several targets is written by hand")
    if len({one for _, one in named if one is not None}) < sum(one is not None for _, one in named):
        lines.append("--target, --time and --unit: expected different columns")
    lines += [
        f"--codes and --amounts: got '{one}' in both: expected classes or amounts"
        for one in options.codes
        if one in options.amounts
    ]
    if lines:
        raise DraftError("\n".join(lines))
    return target[0]


def _columns(content: Content, options: DraftOptions) -> list[DetectedColumn]:
    headings = read_headings(list(content.frame.columns), content.dialect.units)
    form = content.dialect.form
    return [
        find_column(
            content.frame[heading.text],
            heading,
            form,
            options.order,
            options.time_format if heading.text == options.time else (),
            content.row,
        )
        for heading in headings
    ]


def _is_class(target: DetectedColumn, options: DraftOptions) -> bool:
    """Return whether the target is a class: text, whole numbers that a user calls codes, or a few of them.

    Raises
    ------
    DraftError
        Nothing that can be predicted, or whole numbers that may be codes of classes or amounts.
    """
    if target.kind in ("empty", "time", "text"):
        held = {"empty": "no value", "time": "times", "text": "free text or names"}[target.kind]
        raise DraftError(f"--target {target.text}: got {held}: expected numbers, or texts of a few classes")
    values = np.unique(target.codes[~target.missing])
    if len(values) < 2:
        raise DraftError(f"--target {target.text}: got one value in all rows: expected at least two different labels")
    is_stated = target.text in options.codes
    if target.kind == "category" or is_stated:
        if len(values) > MOST_VALUES:
            raise DraftError(f"--target {target.text}: got {len(values)} classes: expected at most {MOST_VALUES}")
        return True
    there = target.numbers[~target.missing]  # type: ignore[index]
    if (there % 1 != 0).any() or target.text in options.amounts:
        return False
    if _FEW_CLASSES < len(values) <= MOST_CODES and (there.min() in (0, 1) or _CLASS_WORDS.search(target.text)):
        listed = ", ".join(f"{value:g}" for value in np.unique(there)[:5])
        raise DraftError(
            f"--target {target.text}: got {len(values)} different whole numbers, {listed}, ...: codes of classes, or "
            f"amounts? Give --codes {target.text!r} or --amounts {target.text!r}"
        )
    return len(values) <= _FEW_CLASSES


def _class_codes(target: DetectedColumn) -> Suspicion:
    """Ask for a confirmation that the target's whole numbers are classes."""
    assert target.texts is not None
    values = ", ".join(sorted(target.texts.dropna().unique()))
    evidence = WordedText("whole numbers %(values)s: codes of classes, or amounts?", values=values)
    done = WordedText("is a class: confirm it by --codes, or say --amounts where its numbers are amounts")
    return Suspicion("class codes", target.text, evidence, done)


def _of_file(content: Content) -> list[Suspicion]:
    """Return the findings on the file itself."""
    dialect, findings = content.dialect, []
    if dialect.encoding in ("cp1252", "latin-1", "gb18030"):
        evidence = WordedText("not UTF-8; its bytes look like %(encoding)s", encoding=dialect.encoding)
        done = WordedText("is read so ([table] encoding)")
        findings.append(Suspicion("encoding", content.file.name, evidence, done))
    if dialect.doubt:
        done = WordedText("is read so; else give --decimal")
        findings.append(Suspicion("mixed formats", content.file.name, dialect.doubt, done))
    if dialect.header > 1:
        evidence = WordedText("%(rows)s above the header", rows=counted(dialect.header - 1, "row"))
        done = WordedText("they are passed over ([table] header)")
        findings.append(Suspicion("header", content.file.name, evidence, done))
    if dialect.skip:
        evidence = WordedText("row %(rows)s below the header holds no data", rows=", ".join(map(str, dialect.skip)))
        if dialect.units:
            count = len(dialect.units)
            evidence = WordedText("%(evidence)s; %(count)s units are taken from there", evidence=evidence, count=count)
        done = WordedText("is passed over ([table] skip)")
        findings.append(Suspicion("header", content.file.name, evidence, done))
    return findings


def _of_target(target: DetectedColumn, is_class: bool, clock: RowOrder) -> list[Suspicion]:
    """Return the findings on the target: class codes and few labels."""
    findings = []
    code = target.codes[~target.missing]
    if is_class:
        evidence = WordedText("%(count)s different values", count=len(np.unique(code)))
        done = WordedText("is a class: task classification")
        findings.append(Suspicion("choice", target.text, evidence, done))
    labels = len(code)
    if clock.is_faster:
        labels = 1 + int(np.count_nonzero(np.diff(target.codes[clock.order][~target.missing[clock.order]])))
    if labels < _FEW_LABELS:
        done = WordedText("nothing: a model needs about 50 to learn from and as many again to be measured on")
        findings.append(Suspicion("few rows", target.text, counted(labels, "label"), done))
    return findings


def _summary(content: Content, clock: RowOrder, checked: Checked) -> list[tuple[str, str]]:
    dialect = content.dialect
    lines: list[tuple[str, str]] = [(WordedText("file"), content.file.name)]
    if dialect.sheets:
        sheets = ", ".join(dialect.sheets)
        if content.joined_on:
            sheets = WordedText("%(sheets)s, joined on %(columns)s", sheets=sheets, columns=joined(content.joined_on))
        lines.append((WordedText("sheet") if len(dialect.sheets) == 1 else WordedText("sheets"), sheets))
    if dialect.encoding is not None:
        lines.append((WordedText("written as"), _written(dialect)))
    count, rows = len(checked.table), len(content.frame)
    taken = (
        WordedText("%(rows)s in the file, %(count)s periods made of them", rows=rows, count=count)
        if clock.is_faster
        else WordedText("%(rows)s in the file, %(count)s taken", rows=rows, count=count)
    )
    lines.append((WordedText("rows"), taken))
    if clock.time is not None and clock.time.times is not None:
        times = clock.time.times.values.dropna()
        span = WordedText(
            "%(column)s: %(first)s to %(last)s",
            column=clock.time.text,
            first=f"{times.min():%Y-%m-%d %H:%M}",
            last=f"{times.max():%Y-%m-%d %H:%M}",
        )
        lines.append((WordedText("time"), span))
    if clock.period is not None and clock.step is not None:
        period = length(clock.period)
        if clock.period > clock.step:
            period = WordedText("%(period)s, from rows of %(step)s", period=period, step=length(clock.step))
        lines.append((WordedText("period"), period))
    if clock.unit is not None:
        lines.append((WordedText("units"), f"{clock.unit.text}: {int(clock.unit_code.max()) + 1}"))
    return lines


def _written(dialect: Dialect) -> str:
    """Form of a text file in one line."""
    parts = {"encoding": dialect.encoding, "separator": dialect.separator_name, "decimal": _sign(dialect.decimal)}
    if not dialect.thousands:
        return WordedText(
            "%(encoding)s, %(separator)s between cells, decimal %(decimal)s, header in row %(header)s",
            header=dialect.header,
            **parts,
        )
    return WordedText(
        "%(encoding)s, %(separator)s between cells, decimal %(decimal)s, thousands %(thousands)s, header in row "
        "%(header)s",
        thousands=_sign(dialect.thousands),
        header=dialect.header,
        **parts,
    )


def _sign(sign: str) -> str:
    names = {
        ".": WordedText("point"),
        ",": WordedText("comma"),
        " ": WordedText("space"),
        "'": WordedText("apostrophe"),
    }
    return names.get(sign, sign)
