"""A role for each column, with its reason: input, late, copy, constant, identifier."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from drafting.clock import RowOrder, is_sorted
from drafting.columns import MOST_VALUES, DetectedColumn
from drafting.dialect import looks_like_value
from drafting.faster_rows import by_period
from drafting.findings import Suspicion
from drafting.leakage.same_test import same_test
from drafting.leakage.target_leakage import TWIN_R2, balance, is_earlier_label, sample_of, single_leaks, together
from models.consistency.order import sorted_by
from physics.arrays import FloatArray

_LATE_WORDS = re.compile(
    r"(?i)(^|[_\W])(lab|labor|laboratory|assay|assayed|result|results|analysis|analyse|final|ergebnis|befund|"
    r"resultat|resultado|laboratorio|labo)([_\W\d]|$)|化验|结果"
)
_COPY = 0.9999
_MOST_COPY_ROWS = 8000
_STUCK_VALUES = 50
_STUCK_ROWS = 20
_RARE = 5
_LOOKED_AT = 2000
_LIKE_NUMBERS = 0.3
_FEW_CODES = 12
CONFIRMED = "confirmed by --input"
# Whole numbers of so few kinds, each in so many rows, may be codes; two kinds are a yes and a no.
_FEWEST_CODES = 3
MOST_CODES = 12
_ROWS_A_CODE = 5
# Seconds since 1970 of the years 2000 to 2035; historians count in thousandths and less too.
_SECONDS = (946_684_800, 2_051_222_400)


@dataclass(frozen=True)
class ColumnDraft:
    """Draft of a column.

    Attributes
    ----------
    column : DetectedColumn
        The column.
    role : str or None
        Its role in the seed; None where the draft leaves it out.
    reason : str
        Why, in a few words.
    """

    column: DetectedColumn
    role: str | None
    reason: str


def place(
    columns: Sequence[DetectedColumn],
    target: DetectedColumn,
    clock: RowOrder,
    is_class: bool,
    confirmed: Collection[str] = (),
    amounts: Collection[str] = (),
) -> tuple[list[ColumnDraft], list[Suspicion]]:
    """Give each column a role.

    Parameters
    ----------
    columns : sequence of DetectedColumn
        The table's columns in its order.
    target : DetectedColumn
        What is to be predicted.
    clock : RowOrder
        Which columns hold time and unit, and the order of rows.
    is_class : bool
        Whether the target is a class.
    confirmed : collection of str
        Headings of columns that a user has confirmed as inputs.
    amounts : collection of str
        Headings of columns whose whole numbers a user has confirmed as amounts.

    Returns
    -------
    list of ColumnDraft, list of Suspicion
    """
    findings: list[Suspicion] = []
    roles = _identity(target, clock)
    remaining = [column for column in columns if column.text not in roles]
    for one in _useless(remaining, clock):
        roles[one.where] = (None, f"{one.kind}: {one.evidence}")
        findings.append(one)
    remaining = [column for column in remaining if column.text not in roles]
    earlier = [column for column in remaining if is_earlier_label(column, target, clock)]
    roles |= {column.text: ("before", "the target of the row before") for column in earlier}
    remaining = [column for column in remaining if column.text not in roles]
    for one in _late(remaining, target, clock, is_class):
        is_late = one.done.startswith("has role late")
        if is_late and one.where in confirmed:
            one = replace(one, done="is an input, as --input states")
            roles[one.where] = ("during", CONFIRMED)
        elif is_late:
            roles[one.where] = ("late", f"{one.kind}: {one.evidence}")
        findings.append(one)
    during = {column.text for column in remaining if roles.get(column.text, ("during",))[0] == "during"}
    remaining = [column for column in remaining if column.text in during]
    for one in _copies([column for column in remaining if column.text not in confirmed]):
        findings.append(one)
        if one.done == "is left out":
            roles[one.where] = (None, one.evidence)
    for column in remaining:
        roles.setdefault(column.text, ("during", "measured in the period"))
        findings += _stuck(column, clock)
        findings += _categories(column)
        if column.text not in amounts:
            findings += _codes(column)
    findings += _sorted([target, *remaining], clock)
    return [ColumnDraft(column, *roles[column.text]) for column in columns], findings


def _identity(target: DetectedColumn, clock: RowOrder) -> dict[str, tuple[str | None, str]]:
    """Roles of target, time and unit, with their reasons."""
    roles: dict[str, tuple[str | None, str]] = {target.text: ("target", "named by --target")}
    if clock.time is not None:
        roles[clock.time.text] = ("time", "start of the period")
    if clock.unit is not None:
        roles[clock.unit.text] = ("key", "what a row is about")
    return roles


def _others(columns: Sequence[DetectedColumn], findings: Sequence[Suspicion]) -> list[DetectedColumn]:
    """Columns that nothing has made late so far."""
    named = {one.where for one in findings if one.done.startswith("has role late")}
    return [column for column in columns if column.text not in named]


def _codes(column: DetectedColumn) -> list[Suspicion]:
    """Whole numbers of few kinds, which may name classes such as alloys or furnaces."""
    if column.numbers is None:
        return []
    values = np.unique(column.numbers[~column.missing])
    n = int((~column.missing).sum())
    if (values % 1 != 0).any() or not _FEWEST_CODES <= len(values) <= MOST_CODES or n < _ROWS_A_CODE * len(values):
        return []
    listed = ", ".join(f"{value:g}" for value in values[:5]) + (", ..." if len(values) > 5 else "")
    evidence = f"{len(values)} different whole numbers in {n} rows, {listed}: amounts, or codes of classes?"
    done = "is read as amounts: confirm it by --amounts, or name classes by --codes"
    return [Suspicion("class codes", column.text, evidence, done)]


def _sorted(columns: Sequence[DetectedColumn], clock: RowOrder) -> list[Suspicion]:
    """Columns by whose values the rows of a table without time and unit stand sorted."""
    if clock.time is not None or clock.unit is not None:
        return []
    findings = []
    for column in columns:
        values = column.texts if column.numbers is None else pd.Series(column.numbers)
        order = None if values is None else sorted_by(column.text, values)
        is_of_classes = column.numbers is None or column is columns[0] or bool(_codes(column))
        if order is not None and is_of_classes:
            done = "nothing: rows are split in their order, so shuffle the rows"
            if column is not columns[0]:
                done += ", or name it by --unit: then whole values of it are held out"
            findings.append(Suspicion("sorted", column.text, str(order), done))
    return findings


def _late(
    columns: Sequence[DetectedColumn], target: DetectedColumn, clock: RowOrder, is_class: bool
) -> list[Suspicion]:
    """Columns that leak the target, measured on the rows or periods that a model uses, or arrive with it."""
    label, *able = by_period([target, *columns], clock) if clock.is_faster else [target, *columns]
    in_time = np.arange(len(label.missing))
    if not clock.is_faster and clock.time is not None and clock.time.times is not None:
        in_time = np.argsort(clock.time.times.values.to_numpy(), kind="stable")
    elif not clock.is_faster:
        in_time = clock.order
    sample = sample_of(label, in_time, is_class, clock.time is not None)
    singles = single_leaks(able, sample)
    findings = balance([column for column in able if singles.get(column.text, (0.0,))[0] < TWIN_R2], sample)
    computed = {one.where for one in findings}
    findings += [leak for heading, (_, leak) in singles.items() if heading not in computed]
    findings += same_test(target, _others(columns, findings))
    findings += together(_others(able, findings), sample)
    return [*findings, *_after(target, _others(columns, findings))]


def _useless(columns: Iterable[DetectedColumn], clock: RowOrder) -> list[Suspicion]:
    """Columns that no model can learn from: empty, constant, identifiers, free text, further times."""
    findings = []
    for column in columns:
        there = ~column.missing
        values = int(column.codes.max()) + 1
        n = int(there.sum())
        done = "is left out"
        if column.kind == "empty":
            findings.append(Suspicion("constant", column.text, "no value in any row", done))
        elif column.kind == "time":
            findings.append(Suspicion("left out", column.text, "another time than that of the rows", done))
        elif values == 1:
            findings.append(Suspicion("constant", column.text, f"one value in all {n} rows: {_first(column)}", done))
        elif column.texts is not None and (numbers := _numbers_in(column)):
            done = "is left out: give all its numbers one form"
            findings.append(Suspicion("mixed formats", column.text, numbers, done))
        elif column.kind == "text" and values > 0.9 * n:
            findings.append(Suspicion("identifier", column.text, f"{values} different texts in {n} rows", done))
        elif column.kind == "text":
            evidence = f"{values} different texts in {n} rows, more than {MOST_VALUES} values cover"
            findings.append(Suspicion("free text", column.text, evidence, done))
        elif column.numbers is not None and _counts(column.numbers[there]):
            since = _SECONDS[0] <= _seconds(column.numbers[there]) < _SECONDS[1]
            kind, remark = ("dates", ", perhaps seconds since 1970") if since else ("identifier", "")
            done = "is left out: write times as dates" if since else done
            findings.append(Suspicion(kind, column.text, f"whole numbers that count up in {n} rows{remark}", done))
        elif column.numbers is not None and values == n and n > 50 and _is_code(column):
            findings.append(Suspicion("identifier", column.text, f"{values} different whole numbers in {n} rows", done))
    return findings


def _numbers_in(column: DetectedColumn) -> str:
    """Return the finding on a text column with many number-like cells; empty if there are few."""
    assert column.texts is not None
    texts = column.texts.dropna().drop_duplicates().head(_LOOKED_AT)
    like = texts.map(looks_like_value).astype(bool)
    # A few codes with a sign in them are a category, whatever they look like.
    if like.mean() < _LIKE_NUMBERS or len(texts) < _FEW_CODES:
        return ""
    seen = [*texts[like].head(2), *texts[~like].head(1)]
    signs = [
        *texts[like & texts.str.contains(",", regex=False)].head(1),
        *texts[like & texts.str.contains(".", regex=False)].head(1),
    ]
    shown = ", ".join(map(repr, dict.fromkeys([*signs, *seen])))
    return f"{like.mean():.0%} of its texts look like numbers, but cannot be read as such: {shown}"


def _first(column: DetectedColumn) -> str:
    if column.numbers is not None:
        return f"{column.numbers[~column.missing][0]:.6g}"
    return repr(str(column.texts.dropna().iloc[0])) if column.texts is not None else ""


def _counts(values: FloatArray) -> bool:
    """Return whether values are a counter: whole numbers that rise by a steady step."""
    if len(values) < 20 or (values % 1 != 0).any() or not is_sorted(values):
        return False
    steps = np.diff(values)
    return bool(np.mean(steps == np.median(steps)) > 0.9)


def _seconds(values: FloatArray) -> float:
    """The first value as seconds, where it counts thousandths, millionths or less of them."""
    first = float(values[0])
    while first >= 1000 * _SECONDS[0]:
        first /= 1000
    return first


def _is_code(column: DetectedColumn) -> bool:
    whole = not (column.numbers[~column.missing] % 1 != 0).any()  # type: ignore[index]
    return whole and bool(re.search(r"(?i)(^|[_\W])(id|nr|no|number|nummer|code|key)$", column.text))


def _after(target: DetectedColumn, columns: Sequence[DetectedColumn]) -> list[Suspicion]:
    """Columns that are known only with the target: missing with it, or of the laboratory by their heading."""
    findings = []
    waits = target.missing
    for column in columns:
        if waits.sum() >= 3 and (~waits).sum() >= 3:
            empty_with, there_with = column.missing[waits].mean(), 1 - column.missing[~waits].mean()
            if empty_with > 0.95 and there_with > 0.5:
                evidence = f"empty in {empty_with:.0%} of the {waits.sum()} rows without a label"
                evidence += f", there in {there_with:.0%} of the others"
                findings.append(
                    Suspicion("known late", column.text, evidence, "has role late: it arrives with the label")
                )
                continue
        if _LATE_WORDS.search(column.text):
            evidence = "its heading names a result of the laboratory"
            done = "has role late; if it is available when the period starts, give it role before"
            findings.append(Suspicion("known late", column.text, evidence, done))
    return findings


def _copies(columns: Sequence[DetectedColumn]) -> list[Suspicion]:
    """Number columns that are a line of an earlier one, and categories that rename one."""
    findings = []
    numeric = [column for column in columns if column.numbers is not None]
    if len(numeric) > 1:
        rows = slice(None, None, max(1, len(numeric[0].missing) // _MOST_COPY_ROWS))
        X = np.column_stack([column.numbers[rows] for column in numeric])  # type: ignore[index]
        there = np.isfinite(X)
        count = np.maximum(there.sum(axis=0), 1)
        centred = np.where(there, X - np.where(there, X, 0.0).sum(axis=0) / count, 0.0)
        spread = np.sqrt((centred**2).sum(axis=0))
        Z = centred / np.where(spread > 0, spread, 1.0)
        r = Z.T @ Z
        gone: set[int] = set()
        near: set[int] = set()
        for i, j in zip(*np.nonzero(np.triu(np.abs(r) > _COPY, 1)), strict=True):
            if i in gone or j in gone or j in near:
                continue
            how = f"correlation {r[i, j]:+.6f}"
            if not _is_line(X[:, i], X[:, j]):
                evidence, done = f"nearly a copy of {numeric[i].text}: {how}", "nothing: what they differ by may matter"
                near.add(int(j))
            else:
                gone.add(int(j))
                evidence, done = f"copy of {numeric[i].text}: {how}", "is left out"
            findings.append(Suspicion("copy", numeric[j].text, evidence, done))
    names = [column for column in columns if column.numbers is None]
    for j, second in enumerate(names):
        for first in names[:j]:
            pairs = len(np.unique(first.codes.astype(np.int64) * (second.codes.max() + 2) + second.codes))
            if pairs == len(np.unique(first.codes)) == len(np.unique(second.codes)):
                evidence = f"copy of {first.text}: each value goes with one of its values"
                findings.append(Suspicion("copy", second.text, evidence, "is left out"))
                break
    return findings


def _is_line(x: FloatArray, y: FloatArray) -> bool:
    """Return whether y is a linear function of x, except for the rounding of both."""
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    slope, offset = np.polynomial.Polynomial.fit(x, y, 1).convert().coef[::-1]
    error = np.abs(y - offset - slope * x)
    written = 0.5 * (_last_digit(y) + abs(slope) * _last_digit(x))
    return bool(error.max() <= 1.05 * written + 1e-9 * np.abs(y).max())


def _last_digit(values: FloatArray) -> float:
    """Size of the last digit to which values are written; 0 where they are not rounded."""
    for digits in range(-3, 10):
        scaled = values * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)):
            return float(10.0**-digits)
    return 0.0


def longest_run(column: DetectedColumn, clock: RowOrder) -> tuple[int, int]:
    """Length of the longest run of one number in a unit's rows, and the number of distinct values."""
    assert column.numbers is not None
    values = column.numbers[clock.order]
    there = np.flatnonzero(np.isfinite(values))
    if not len(there):
        return 0, 0
    unit = clock.unit_code[clock.order][there]
    starts = np.flatnonzero(np.r_[True, (np.diff(values[there]) != 0) | (np.diff(unit) != 0)])
    return int(np.max(np.diff(np.append(starts, len(there))))), len(starts)


def _stuck(column: DetectedColumn, clock: RowOrder) -> list[Suspicion]:
    """A measured column that stays at one number far longer than it usually does."""
    if column.numbers is None or clock.time is None:
        return []
    longest, runs = longest_run(column, clock)
    n = int((~column.missing).sum())
    typical = n / max(1, runs)
    if runs < _STUCK_VALUES or longest < max(_STUCK_ROWS, 20 * typical):
        return []
    evidence = f"one value in {longest} rows on end, where it usually changes after {typical:.1f}"
    return [Suspicion("stuck", column.text, evidence, "nothing: does the sensor stick?")]


def _categories(column: DetectedColumn) -> list[Suspicion]:
    """Categories of many or of rare values."""
    if column.kind != "category" or column.texts is None:
        return []
    counts = column.texts.value_counts()
    findings = []
    if len(counts) > MOST_VALUES:
        share = counts.iloc[:MOST_VALUES].sum() / counts.sum()
        evidence = f"{len(counts)} values; the first {MOST_VALUES} stand in {share:.0%} of the rows"
        findings.append(Suspicion("many values", column.text, evidence, "the other values are read as missing"))
    rare = counts[counts < _RARE]
    if len(rare):
        listed = ", ".join(map(repr, rare.index[:3]))
        evidence = f"{len(rare)} values in fewer than {_RARE} rows each: {listed}"
        findings.append(
            Suspicion("rare values", column.text, evidence, "they are kept, but a model has few rows of them")
        )
    return findings
