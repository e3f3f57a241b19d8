"""Time order and units of a table: time column, unit column, period, and repeated labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from drafting.columns import DetectedColumn
from drafting.findings import DraftError, Suspicion
from drafting.label_period import FEW_IN_RUN, first_of_runs, label_period
from drafting.lengths import length, snapped
from drafting.shared_times import has_label_of_stamp, rows_of_a_stamp
from physics.arrays import BoolArray, FloatArray, IntArray
from reporting.wording import WordedText

# Names of what a row may be about, in the languages of plants; a column called so is preferred.
_UNIT_WORDS = re.compile(
    r"(?i)(^|[_\W])(unit|cell|pot|line|furnace|section|group|lot|batch|heat|charge|machine|filter|tank|reactor|"
    r"ofen|zelle|linie|anlage|aggregat|charge|los|four|cuve|horno|celda|forno|linha|cuba)([_\W\d]|$|id|no|nr)"
)
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?"
_FEW_CLOCKS = 200
_FEW_REPEATED = 0.01
_GAP_STEPS = 3
_REGULAR = 0.8


@dataclass(frozen=True, eq=False)
class RowOrder:
    """Rows in the order of units and times.

    Attributes
    ----------
    time, unit : DetectedColumn or None
        The columns that hold them.
    order : int array (n,)
        Positions of the rows sorted by unit and time.
    unit_code : int array (n,)
        Number of each row's unit, in the file's order of rows.
    step : float or None
        Usual time between rows of a unit [s]; None without a time. Where several share a stamp, their share of the
        time between stamps.
    label_step : float or None
        Time that one label stands for [s], where it is longer than `step`.
    every_statistic : str
        How the target of faster rows becomes a label: `last` where it is repeated, `mean` where it is not or where rows
        share a stamp.
    found : list of Suspicion
        What was met on the way.
    """

    time: DetectedColumn | None
    unit: DetectedColumn | None
    order: IntArray
    unit_code: IntArray
    step: float | None = None
    label_step: float | None = None
    every_statistic: str = "mean"
    found: list[Suspicion] = field(default_factory=list)

    @property
    def is_zoned(self) -> bool:
        """Return whether the times carry an offset from UTC."""
        return self.time is not None and self.time.times is not None and self.time.times.zoned

    @property
    def period(self) -> float | None:
        """Length of one row's period [s] as models see it."""
        return self.label_step or self.step

    @property
    def is_faster(self) -> bool:
        """Return whether rows are more frequent than the period."""
        return self.step is not None and self.label_step is not None


def find_clock(
    columns: Sequence[DetectedColumn],
    target: DetectedColumn,
    time: str | None,
    unit: str | None,
    period: float | None,
    time_zone: str | None = None,
) -> RowOrder:
    """Find out when rows were and what they are about.

    Parameters
    ----------
    columns : sequence of DetectedColumn
        The table's columns.
    target : DetectedColumn
        What is to be predicted.
    time, unit : str, optional
        Headings, where a person has named them.
    period : float, optional
        Length of a period [s], where a person has said it.
    time_zone : str, optional
        Zone of the plant's clock, where a person has named it.

    Raises
    ------
    DraftError
        The named column holds no times, two orders of day and month fit it, most of its cells are empty, or rows share
        their times and have labels of their own.
    """
    findings: list[Suspicion] = []
    clock = _find_time(columns, target, time, findings)
    key = next((column for column in columns if column.text == unit), None)
    n = len(target.missing)
    if clock is None:
        code = np.zeros(n, np.int64) if key is None else key.codes
        if period is not None:
            raise DraftError("got --period, but no column holds times: name one by --time")
        order = np.argsort(code, kind="stable")
        labels = target.codes[order][~target.missing[order]]
        runs = len(first_of_runs(labels, code[order][~target.missing[order]]))
        if target.numbers is not None and runs * FEW_IN_RUN <= len(labels):
            evidence = WordedText(
                "%(labels)s labels in %(rows)s rows: each stands in several rows on end", labels=runs, rows=len(labels)
            )
            done = WordedText("nothing: without a time no period is known")
            findings.append(Suspicion("repeated labels", target.text, evidence, done))
        return RowOrder(None, key, order, code, found=findings)
    assert clock.times is not None
    stamps = clock.times.values.to_numpy().astype("datetime64[us]")
    when = np.where(np.isnat(stamps), np.nan, stamps.astype(np.int64) / 1e6)
    if key is None:
        key = _find_unit(columns, clock, target, when, findings)
    code = np.zeros(n, np.int64) if key is None else key.codes
    order = np.lexsort((when, code))
    order = order[np.isfinite(when[order])]
    step = _usual_step(when[order], code[order])
    if step is None:
        raise DraftError(f"column {clock.text}: got no two rows of a unit at different times: name another by --time")
    together = rows_of_a_stamp(when[order], code[order])
    if together == 1:
        findings += _repeated_times(clock, key, when[order], code[order], time_zone)
    findings += _steps(when[order], code[order], step, clock)
    label_step, statistic = label_period(target, when[order], code[order], order, step, findings)
    label_step = _stated(period, step, label_step)
    if together > 1:
        if period is None and not has_label_of_stamp(target, order, when[order], code[order]):
            raise _which_row(clock, target, together, step)
        if label_step is None or label_step <= step:
            label_step, statistic = step, "mean"
        findings.append(_of_stamps(clock, together, label_step))
        step = float(f"{step / together:.3g}")
    return RowOrder(clock, key, order, code, step, label_step, statistic, findings)


def _find_time(
    columns: Sequence[DetectedColumn], target: DetectedColumn, named: str | None, findings: list[Suspicion]
) -> DetectedColumn | None:
    """Return the time column; if it is not named, the first candidate with the most distinct times."""
    if named is not None:
        column = next(column for column in columns if column.text == named)
        if column.times is None:
            cell = column.texts.dropna().iloc[0] if column.texts is not None and column.texts.notna().any() else ""
            got = f"{str(cell)!r}" if cell else "no text"
            raise DraftError(f"column {named}: got {got}: expected times, or their format by --time-format")
        _ask(column)
        return column
    times = [column for column in columns if column.times is not None and column is not target]
    if not times:
        return None
    full = [column for column in times if column.missing.mean() < 0.02] or times

    def apart(column: DetectedColumn) -> float:
        assert column.times is not None
        return len(column.missing) if column.times.order in ("both", "mixed") else column.times.values.nunique()

    best = max(full, key=lambda column: (apart(column), -columns.index(column)))
    _ask(best)
    others = ", ".join(column.text for column in times if column is not best)
    if best.times is not None and best.times.zoned:
        evidence = WordedText("its times carry an offset from UTC")
        done = WordedText("are kept at UTC; name the plant's zone by --time-zone")
        findings.append(Suspicion("choice", best.text, evidence, done))
    evidence = WordedText("%(times)s different times in %(rows)s rows", times=int(apart(best)), rows=len(best.missing))
    if others:
        evidence = WordedText("%(evidence)s; others: %(others)s", evidence=evidence, others=others)
    done = WordedText("is the time of the rows; name another by --time")
    findings.append(Suspicion("choice", best.text, evidence, done))
    return best


def _ask(column: DetectedColumn) -> None:
    """Raise if the whole column fits day and month first, or its dates are in several formats."""
    if column.times is not None and column.times.order == "mixed":
        raise DraftError(column.times.question)
    if column.times is None or column.times.order != "both":
        return
    assert column.texts is not None
    cells = column.texts.dropna().drop_duplicates()
    differ = [cell for cell in cells.head(400) if len(set(re.findall(r"\d+", cell)[:2])) == 2]
    shown = " and ".join(map(repr, (differ or cells.tolist())[:2]))
    raise DraftError(
        f"column {column.text}: {shown}: does the day come first or the month? Both fit the whole column: "
        "give --day-first or --month-first"
    )


def _find_unit(
    columns: Sequence[DetectedColumn],
    time: DetectedColumn,
    target: DetectedColumn,
    when: FloatArray,
    findings: list[Suspicion],
) -> DetectedColumn | None:
    """Return the column that distinguishes rows of one time; None if none does or times do not repeat."""
    if pd.Series(when).duplicated().mean() < _FEW_REPEATED:
        return None
    able = []
    for column in columns:
        if column.texts is not None and column.texts.dropna().head(_FEW_CLOCKS).str.fullmatch(_CLOCK).all():
            if column.texts.notna().any():
                raise DraftError(
                    f"columns {time.text} and {column.text} hold the date and the clock of one time: "
                    "put both into one column, such as 2026-11-01 06:00"
                )
        if column in (time, target) or column.kind not in ("category", "text", "number") or column.missing.any():
            continue
        if column.numbers is not None and np.any(column.numbers % 1 != 0):
            continue
        code = column.codes
        units = code.max() + 1
        if not 2 <= units <= len(code) / 3:
            continue
        pairs = pd.DataFrame({"unit": code, "when": when})
        if not pairs.duplicated().any():
            able.append((not _UNIT_WORDS.search(column.text), column.kind == "number", int(units), column))
    if not able:
        return None
    *_, units, best = min(able, key=lambda one: one[:3])
    evidence = WordedText("distinguishes rows of one time: %(count)s units", count=units)
    findings.append(Suspicion("choice", best.text, evidence, WordedText("is the unit; else --unit")))
    return best


def _repeated_times(
    time: DetectedColumn, key: DetectedColumn | None, when: FloatArray, unit: IntArray, time_zone: str | None
) -> list[Suspicion]:
    """Return the finding that rows share a time and no column distinguishes them.

    Raises
    ------
    DraftError
        The only repeated times are those at which summer time ends, and no time zone is given.
    """
    again = (np.diff(when) == 0) & (np.diff(unit) == 0)
    stamps = pd.DatetimeIndex(when[1:][again].astype("datetime64[s]"))
    if time_zone is None and len(stamps) and ((stamps.day_of_week == 6) & (stamps.hour < 4)).all():
        raise DraftError(
            f"column {time.text}: got {stamps[0]:%Y-%m-%d %H:%M} twice: does summer time end there? "
            "Name the plant's zone by --time-zone, such as Europe/Berlin"
        )
    if key is not None or again.mean() < _FEW_REPEATED:
        return []
    evidence = WordedText(
        "%(count)s rows have the time of another, and no column distinguishes them", count=again.sum()
    )
    done = WordedText("one unit is assumed; name its column by --unit")
    return [Suspicion("irregular", time.text, evidence, done)]


def _stated(period: float | None, step: float, label_step: float | None) -> float | None:
    """Time that one label stands for: as a user has stated it, or else as it was found."""
    if period is None:
        return label_step
    if period < 0.99 * step:
        raise DraftError(f"got --period of {period:g} s: expected no less than the rows' own step of {step:g} s")
    return period if period > 1.5 * step else None


def _of_stamps(time: DetectedColumn, together: int, label_step: float) -> Suspicion:
    """Say what becomes of rows that share a stamp."""
    evidence = WordedText(
        "%(rows)s rows of a unit share each time: one label, not %(labels)s", rows=together, labels=together
    )
    done = WordedText(
        "become one row each %(period)s ([table] every), numbers by their mean", period=length(label_step)
    )
    return Suspicion("repeated labels", time.text, evidence, done)


def _which_row(time: DetectedColumn, target: DetectedColumn, together: int, step: float) -> DraftError:
    """The question of the rows that share a time and have labels of their own."""
    return DraftError(
        f"column {time.text}: {together} rows share each time, and {target.text} differs among them: name the column "
        f"that distinguishes them by --unit, or take their mean by --period {length(step).replace(' ', '')}"
    )


def _usual_step(when: FloatArray, unit: IntArray) -> float | None:
    """Median time between the rows of a unit [s], snapped to a usual one."""
    steps = np.diff(when)[(np.diff(unit) == 0)]
    steps = steps[steps > 0]
    return snapped(float(np.median(steps))) if len(steps) else None


def _steps(when: FloatArray, unit: IntArray, step: float, time: DetectedColumn) -> list[Suspicion]:
    """Gaps and irregular steps."""
    steps = np.diff(when)
    steps[np.diff(unit) != 0] = np.nan
    inner = steps[np.isfinite(steps) & (steps > 0)]
    regular = float(np.mean(np.abs(inner - step) < 0.5 * step))
    findings = []
    if regular < _REGULAR:
        evidence = WordedText(
            "only %(share)s of the steps are near the usual %(step)s", share=f"{regular:.0%}", step=length(step)
        )
        done = WordedText("a period of %(step)s is assumed: check [process] period", step=length(step))
        return [Suspicion("irregular", time.text, evidence, done)]
    gaps = np.flatnonzero(steps > _GAP_STEPS * step)
    if len(gaps):
        longest = gaps[np.argmax(steps[gaps])]
        start = pd.Timestamp(when[longest], unit="s")
        values = {"length": length(float(steps[longest])), "start": f"{start:%Y-%m-%d %H:%M}"}
        evidence = (
            WordedText("1 gap of %(length)s after %(start)s", **values)
            if len(gaps) == 1
            else WordedText("%(count)s gaps, the longest of %(length)s after %(start)s", count=len(gaps), **values)
        )
        findings.append(Suspicion("gaps", time.text, evidence, WordedText("nothing: no value is carried over a gap")))
    return findings


def is_sorted(values: FloatArray) -> bool:
    """Return whether values increase from row to row."""
    steps: BoolArray = np.diff(values) > 0
    return bool(steps.all())
