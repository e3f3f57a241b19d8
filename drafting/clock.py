"""Time order and units of a table: time column, unit column, period, and repeated labels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from drafting.columns import DetectedColumn
from drafting.findings import DraftError, Suspicion
from drafting.lengths import USUAL, length, snapped
from drafting.shared_times import has_label_of_stamp, rows_of_a_stamp
from physics.arrays import BoolArray, FloatArray, IntArray

# Names of what a row may be about, in the languages of plants; a column called so is preferred.
_UNIT_WORDS = re.compile(
    r"(?i)(^|[_\W])(unit|cell|pot|line|furnace|section|group|lot|batch|heat|charge|machine|filter|tank|reactor|"
    r"ofen|zelle|linie|anlage|aggregat|charge|los|four|cuve|horno|celda|forno|linha|cuba)([_\W\d]|$|id|no|nr)"
)
_CLOCK = r"\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[AaPp][Mm])?"
_FEW_CLOCKS = 200
_FEW_REPEATED = 0.01
_FEW_IN_RUN = 3
_RUNS_AT_LEAST = 5
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
        if target.numbers is not None and runs * _FEW_IN_RUN <= len(labels):
            evidence = f"{runs} labels in {len(labels)} rows: each stands in several rows on end"
            findings.append(
                Suspicion("repeated labels", target.text, evidence, "nothing: without a time no period is known")
            )
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
    label_step, statistic = _labels(target, when[order], code[order], order, step, findings)
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
        evidence = "its times carry an offset from UTC"
        findings.append(
            Suspicion("choice", best.text, evidence, "are kept at UTC; name the plant's zone by --time-zone")
        )
    evidence = f"{int(apart(best))} different times in {len(best.missing)} rows" + (
        f"; others: {others}" if others else ""
    )
    findings.append(Suspicion("choice", best.text, evidence, "is the time of the rows; name another by --time"))
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
    findings.append(
        Suspicion("choice", best.text, f"distinguishes rows of one time: {units} units", "is the unit; else --unit")
    )
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
    evidence = f"{again.sum()} rows have the time of another, and no column distinguishes them"
    return [Suspicion("irregular", time.text, evidence, "one unit is assumed; name its column by --unit")]


def _stated(period: float | None, step: float, label_step: float | None) -> float | None:
    """Time that one label stands for: as a user has stated it, or else as it was found."""
    if period is None:
        return label_step
    if period < 0.99 * step:
        raise DraftError(f"got --period of {period:g} s: expected no less than the rows' own step of {step:g} s")
    return period if period > 1.5 * step else None


def _of_stamps(time: DetectedColumn, together: int, label_step: float) -> Suspicion:
    """Say what becomes of rows that share a stamp."""
    evidence = f"{together} rows of a unit share each time: one label, not {together}"
    done = f"become one row each {length(label_step)} ([table] every), numbers by their mean"
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
        evidence = f"only {regular:.0%} of the steps are near the usual {length(step)}"
        done = f"a period of {length(step)} is assumed: check [process] period"
        return [Suspicion("irregular", time.text, evidence, done)]
    gaps = np.flatnonzero(steps > _GAP_STEPS * step)
    if len(gaps):
        longest = gaps[np.argmax(steps[gaps])]
        start = pd.Timestamp(when[longest], unit="s")
        of = "1 gap of" if len(gaps) == 1 else f"{len(gaps)} gaps, the longest of"
        evidence = f"{of} {length(float(steps[longest]))} after {start:%Y-%m-%d %H:%M}"
        findings.append(Suspicion("gaps", time.text, evidence, "nothing: no value is carried over a gap"))
    return findings


def _labels(
    target: DetectedColumn, when: FloatArray, unit: IntArray, order: IntArray, step: float, findings: list[Suspicion]
) -> tuple[float | None, str]:
    """Time that one label stands for, where rows are faster than labels, and how rows become one label."""
    code = target.codes[order]
    there = code >= 0
    labels = np.flatnonzero(there)
    if len(labels) < 2 * _FEW_IN_RUN:
        return None, "mean"
    first = first_of_runs(code[labels], unit[labels])
    starts = labels[first]
    apart = np.diff(when[starts])[np.diff(unit[starts]) == 0]
    if target.numbers is None:
        # A class may stay the same from label to label: what shows is that it changes at one hour alone.
        label_step = _changes(when[starts[1:]][np.diff(unit[starts]) == 0], step)
        if label_step is not None and len(labels) > 0.5 * len(code):
            evidence = f"the class changes {len(first) - 1} times, each at the same time of a period"
            done = f"one label each {length(label_step)}: rows become periods ([table] every)"
            findings.append(Suspicion("repeated labels", target.text, evidence, done))
            findings += _misaligned(target, when[starts[1:]], label_step)
            return label_step, "last"
    elif len(first) >= _RUNS_AT_LEAST and len(labels) >= _FEW_IN_RUN * len(first):
        length_of_run = float(np.median(np.diff(np.append(first, len(labels)))))
        label_step = snapped(float(np.median(apart))) if len(apart) else step
        is_regular = len(apart) and np.mean(np.abs(apart - label_step) < 0.25 * label_step) > 0.5
        # A value that happens to stay for a few rows is no label of a longer period.
        if length_of_run >= _FEW_IN_RUN and is_regular:
            evidence = f"{len(first)} labels repeated about {length_of_run:.0f} times each are {len(first)} labels"
            done = f"one label each {length(label_step)}: rows become periods ([table] every)"
            findings.append(Suspicion("repeated labels", target.text, evidence, done))
            findings += _misaligned(target, when[starts], label_step)
            return label_step, "last"
        evidence = f"{len(first)} runs of one label in {len(labels)} rows with a label"
        findings.append(Suspicion("repeated labels", target.text, evidence, "nothing: runs have no common length"))
    between = np.diff(when[labels])[np.diff(unit[labels]) == 0]
    typical = float(np.median(between)) if len(between) else step
    if typical >= _FEW_IN_RUN * step:
        label_step = snapped(typical)
        evidence = f"{len(labels)} labels in {len(code)} rows, about {length(label_step)} apart"
        done = f"one label each {length(label_step)}: rows become periods ([table] every)"
        findings.append(Suspicion("repeated labels", target.text, evidence, done))
        return label_step, "last"
    return None, "mean"


def _changes(times: FloatArray, step: float) -> float | None:
    """Return the longest usual period with all changes at the same phase; None if none exceeds the step."""
    if len(times) < 2 * _RUNS_AT_LEAST:
        return None
    for period in reversed(USUAL):
        offset = times % period
        if period >= _FEW_IN_RUN * step and np.mean(np.abs(offset - np.median(offset)) < 0.5 * step) > 0.95:
            return float(period)
    return None


def _misaligned(target: DetectedColumn, starts: FloatArray, label_step: float) -> list[Suspicion]:
    """Say where labels do not change at the edges of the periods."""
    offset = np.median(starts % label_step)
    if min(offset, label_step - offset) <= 0.02 * label_step:
        return []
    evidence = f"labels change {length(float(offset))} after the period's start"
    done = "each period takes the label that stands at its end, and means over rows of two labels: shift the times"
    return [Suspicion("repeated labels", target.text, evidence, done)]


def first_of_runs(code: IntArray, unit: IntArray) -> IntArray:
    """Positions at which another value begins than before, or another unit."""
    return np.flatnonzero(np.r_[True, (np.diff(code) != 0) | (np.diff(unit) != 0)])


def is_sorted(values: FloatArray) -> bool:
    """Return whether values increase from row to row."""
    steps: BoolArray = np.diff(values) > 0
    return bool(steps.all())
