"""A role for each column, with its reason: input, late, copy, constant, identifier."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from drafting.clock import RowOrder, is_sorted
from drafting.columns import MOST_VALUES, DetectedColumn
from drafting.copies import LEFT_OUT, copies
from drafting.dialect import looks_like_value
from drafting.faster_rows import by_period
from drafting.findings import Suspicion
from drafting.leakage.same_test import same_test
from drafting.leakage.target_leakage import TWIN_R2, balance, is_earlier_label, sample_of, single_leaks, together
from models.consistency.order import sorted_by
from physics.arrays import FloatArray
from reporting.wording import WordedText

_LATE_WORDS = re.compile(
    r"(?i)(^|[_\W])(lab|labor|laboratory|assay|assayed|result|results|analysis|analyse|final|ergebnis|befund|"
    r"resultat|resultado|laboratorio|labo)([_\W\d]|$)|化验|结果"
)
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
    for column in remaining:
        if (one := _useless(column)) is not None:
            roles[one.where] = (None, f"{one.kind}: {one.evidence}")
            findings.append(one)
    remaining = [column for column in remaining if column.text not in roles]
    earlier = [column for column in remaining if is_earlier_label(column, target, clock)]
    roles |= {column.text: ("before", "the target of the row before") for column in earlier}
    remaining = [column for column in remaining if column.text not in roles]
    for one in _late(remaining, target, clock, is_class):
        is_late = one.done.startswith("has role late")
        if is_late and one.where in confirmed:
            one = replace(one, done=WordedText("is an input, as --input states"))
            roles[one.where] = ("during", CONFIRMED)
        elif is_late:
            roles[one.where] = ("late", f"{one.kind}: {one.evidence}")
        findings.append(one)
    during = {column.text for column in remaining if roles.get(column.text, ("during",))[0] == "during"}
    remaining = [column for column in remaining if column.text in during]
    for one in copies([column for column in remaining if column.text not in confirmed]):
        findings.append(one)
        if one.done == LEFT_OUT:
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
    evidence = WordedText(
        "%(count)s different whole numbers in %(rows)s rows, %(listed)s: amounts, or codes of classes?",
        count=len(values),
        rows=n,
        listed=listed,
    )
    done = WordedText("is read as amounts: confirm it by --amounts, or name classes by --codes")
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
            evidence = WordedText(
                "rows stand in %(runs)s runs of the %(values)s values of %(column)s",
                runs=order.runs,
                values=order.kinds,
                column=order.name,
            )
            done = WordedText("nothing: rows are split in their order, so shuffle the rows")
            if column is not columns[0]:
                done = WordedText("%(action)s, or name it by --unit: then whole values of it are held out", action=done)
            findings.append(Suspicion("sorted", column.text, evidence, done))
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


def _useless(column: DetectedColumn) -> Suspicion | None:
    """Return the finding on a column that no model can learn from; None where one can."""
    if column.kind == "empty":
        return Suspicion("constant", column.text, WordedText("no value in any row"), LEFT_OUT)
    if column.kind == "time":
        return Suspicion("left out", column.text, WordedText("another time than that of the rows"), LEFT_OUT)
    if int(column.codes.max()) == 0:
        count = int((~column.missing).sum())
        evidence = WordedText("one value in all %(rows)s rows: %(value)s", rows=count, value=_first(column))
        return Suspicion("constant", column.text, evidence, LEFT_OUT)
    if column.texts is not None:
        return _useless_texts(column)
    return None if column.numbers is None else _useless_numbers(column, column.numbers[~column.missing])


def _useless_texts(column: DetectedColumn) -> Suspicion | None:
    """Return the finding on numbers that cannot be read, identifiers and free text."""
    values, rows = int(column.codes.max()) + 1, int((~column.missing).sum())
    if numbers := _numbers_in(column):
        done = WordedText("is left out: give all its numbers one form")
        return Suspicion("mixed formats", column.text, numbers, done)
    if column.kind != "text":
        return None
    evidence = WordedText("%(values)s different texts in %(rows)s rows", values=values, rows=rows)
    if values > 0.9 * rows:
        return Suspicion("identifier", column.text, evidence, LEFT_OUT)
    evidence = WordedText("%(evidence)s, more than %(most)s values cover", evidence=evidence, most=MOST_VALUES)
    return Suspicion("free text", column.text, evidence, LEFT_OUT)


def _useless_numbers(column: DetectedColumn, numbers: FloatArray) -> Suspicion | None:
    """Return the finding on counters, seconds and codes of rows."""
    values, rows = int(column.codes.max()) + 1, len(numbers)
    if _counts(numbers):
        evidence = WordedText("whole numbers that count up in %(rows)s rows", rows=rows)
        if not _SECONDS[0] <= _seconds(numbers) < _SECONDS[1]:
            return Suspicion("identifier", column.text, evidence, LEFT_OUT)
        evidence = WordedText("%(evidence)s, perhaps seconds since 1970", evidence=evidence)
        return Suspicion("dates", column.text, evidence, WordedText("is left out: write times as dates"))
    if values == rows > 50 and _is_code(column):
        evidence = WordedText("%(values)s different whole numbers in %(rows)s rows", values=values, rows=rows)
        return Suspicion("identifier", column.text, evidence, LEFT_OUT)
    return None


def _numbers_in(column: DetectedColumn) -> WordedText | None:
    """Return the finding on a text column with many number-like cells; None if there are few."""
    assert column.texts is not None
    texts = column.texts.dropna().drop_duplicates().head(_LOOKED_AT)
    like = texts.map(looks_like_value).astype(bool)
    # A few codes with a sign in them are a category, whatever they look like.
    if like.mean() < _LIKE_NUMBERS or len(texts) < _FEW_CODES:
        return None
    seen = [*texts[like].head(2), *texts[~like].head(1)]
    signs = [
        *texts[like & texts.str.contains(",", regex=False)].head(1),
        *texts[like & texts.str.contains(".", regex=False)].head(1),
    ]
    shown = ", ".join(map(repr, dict.fromkeys([*signs, *seen])))
    return WordedText(
        "%(share)s of its texts look like numbers, but cannot be read as such: %(shown)s",
        share=f"{like.mean():.0%}",
        shown=shown,
    )


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
                evidence = WordedText(
                    "empty in %(empty)s of the %(rows)s rows without a label, there in %(there)s of the others",
                    empty=f"{empty_with:.0%}",
                    rows=waits.sum(),
                    there=f"{there_with:.0%}",
                )
                done = WordedText("has role late: it arrives with the label")
                findings.append(Suspicion("known late", column.text, evidence, done))
                continue
        if _LATE_WORDS.search(column.text):
            evidence = WordedText("its heading names a result of the laboratory")
            done = WordedText("has role late; if it is available when the period starts, give it role before")
            findings.append(Suspicion("known late", column.text, evidence, done))
    return findings


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
    evidence = WordedText(
        "one value in %(rows)s rows on end, where it usually changes after %(typical)s",
        rows=longest,
        typical=f"{typical:.1f}",
    )
    return [Suspicion("stuck", column.text, evidence, WordedText("nothing: does the sensor stick?"))]


def _categories(column: DetectedColumn) -> list[Suspicion]:
    """Categories of many or of rare values."""
    if column.kind != "category" or column.texts is None:
        return []
    counts = column.texts.value_counts()
    findings = []
    if len(counts) > MOST_VALUES:
        share = counts.iloc[:MOST_VALUES].sum() / counts.sum()
        evidence = WordedText(
            "%(values)s values; the first %(most)s stand in %(share)s of the rows",
            values=len(counts),
            most=MOST_VALUES,
            share=f"{share:.0%}",
        )
        done = WordedText("the other values are read as missing")
        findings.append(Suspicion("many values", column.text, evidence, done))
    rare = counts[counts < _RARE]
    if len(rare):
        listed = ", ".join(map(repr, rare.index[:3]))
        evidence = WordedText(
            "%(values)s values in fewer than %(least)s rows each: %(listed)s",
            values=len(rare),
            least=_RARE,
            listed=listed,
        )
        done = WordedText("they are kept, but a model has few rows of them")
        findings.append(Suspicion("rare values", column.text, evidence, done))
    return findings
