"""The text of a draft, part by part, and what is suspected of ranges and units on the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from drafting.clock import RowOrder
from drafting.columns import MOST_VALUES, DetectedColumn
from drafting.findings import Suspicion, counted, joined
from drafting.lengths import length
from drafting.ranges import ObservedRange, find_range
from drafting.roles import CONFIRMED, ColumnDraft
from drafting.source import Content
from drafting.toml import ASSUMED, comment, length_of, listed, number, quoted, table, table_format
from models.processes.lookup import kind_of_type
from models.table.unit_errors import part_slip, slip
from reporting.wording import WordedText
from seeds import Column
from seeds.format.column import Typical
from seeds.format.units import nearest_unit

_HEAD = (
    "Draft of a seed, made from a table alone. Facts marked 'assumed: from the table' are not confirmed yet.",
    "Check roles and units first. A column that operators set is a set-point, role setpoint (it needs bounds, step and "
    "move_cost before set-points can be recommended); data available when the period starts has role before; data "
    "measured in the period has role during; data known only after it has role late, and no prediction may use it.",
)

_NO_UNIT = WordedText("no unit in the heading")
_FACTS = (
    "Facts of the plant, which no table has: confirm each from drawings and name plates, then take the # away. "
    "`nonferrous seeds check` names those that are missing."
)


def seed_text(
    name: str,
    content: Content,
    placed: Sequence[ColumnDraft],
    target: DetectedColumn,
    clock: RowOrder,
    is_class: bool,
    time_zone: str | None = None,
) -> tuple[str, list[Suspicion]]:
    """The draft as TOML, and what was suspected of ranges, values and units.

    Parameters
    ----------
    name : str
        Name of the process.
    content : Content
        The file.
    placed : sequence of ColumnDraft
        Each column with its role.
    target : DetectedColumn
        What is to be predicted.
    clock : RowOrder
        Time, unit and period.
    is_class : bool
        Whether the target is a class.
    time_zone : str, optional
        Zone of the plant's clock.
    """
    findings: list[Suspicion] = []
    fast = clock.step if clock.is_faster else None
    parts = [
        "\n".join(line for text in _HEAD for line in comment(text)) + "\n",
        _process(name, target, clock, is_class),
    ]
    used = [one for one in placed if one.role is not None]
    missing = list(dict.fromkeys(text for one in used for text in one.column.markers))
    formats = clock.time.times.formats if clock.time is not None and clock.time.times is not None else ()
    parts.append(table_format(content.dialect, formats, time_zone, missing, fast))
    parts.append(table("[references]", {}, ["Documents that numbers are taken from, once there are some."]))
    unit = _unit(target, is_class, [])
    taken = {one.column.name for one in placed}
    for one in _in_order(used):
        if one.role in ("key", "time"):
            parts.append(_identity(one))
        elif one.role == "target" and is_class:
            parts.append(_classes(one.column, findings))
        elif one.column.numbers is None:
            parts.append(_category(one, fast is not None, findings))
        else:
            statistic = (clock.every_statistic if one.role == "target" else "mean") if fast is not None else None
            parts.append(_number(one, statistic, findings))
        if one.role == "time" and not is_class and clock.period is not None:
            parts.append(_previous(target, unit, clock.period, taken))
    parts.append(_target(target, unit))
    parts.append(_left_out(placed))
    return "\n".join(part for part in parts if part), _together(findings)


def _together(findings: Sequence[Suspicion]) -> list[Suspicion]:
    """Columns without a unit as one line; all other suspicions as they are."""
    bare = [one for one in findings if one.evidence == _NO_UNIT]
    others = [one for one in findings if one.evidence != _NO_UNIT]
    if len(bare) < 2:
        return list(findings)
    where = ", ".join(one.where for one in bare[:3])
    if len(bare) > 3:
        where = WordedText("%(names)s, %(count)s more", names=where, count=len(bare) - 3)
    evidence = WordedText("no unit in %(count)s headings", count=len(bare))
    return [*others, Suspicion("unit assumed", where, evidence, bare[0].done)]


def _in_order(used: Iterable[ColumnDraft]) -> list[ColumnDraft]:
    """Key and time first, the target last, all others as in the table."""
    place = {"key": 0, "time": 1, "target": 3}
    return sorted(used, key=lambda one: place.get(str(one.role), 2))


def _process(name: str, target: DetectedColumn, clock: RowOrder, is_class: bool) -> str:
    pairs = {
        "name": quoted(name),
        "task": quoted("classification" if is_class else "regression"),
        "title": quoted(f"{target.text} (draft)"),
    }
    comments = {}
    if clock.unit is not None:
        pairs["unit_key"] = quoted(clock.unit.name)
    if clock.period is not None:
        pairs["period"] = length_of(clock.period)
        comments["period"] = f"{ASSUMED}: the usual time between {'labels' if clock.label_step else 'rows'}"
    return table("[process]", pairs, comments=comments)


def _head(one: ColumnDraft) -> dict[str, str]:
    column = one.column
    pairs = {"name": quoted(column.name), "role": quoted(str(one.role))}
    pairs["description"] = quoted(f"{column.text}, as the table calls it")
    if column.text != column.name:
        pairs["tag"] = quoted(column.text)
    return pairs


def _identity(one: ColumnDraft) -> str:
    return table("[[columns]]", _head(one), [f"{one.role}, {ASSUMED}: {one.reason}"])


def _facts(column: DetectedColumn) -> str:
    missing = int(column.missing.sum())
    return f"{len(column.missing) - missing} values, {missing} missing"


def _classes(column: DetectedColumn, findings: list[Suspicion]) -> str:
    texts, counts = _texts(column)
    findings += _alike(column, texts)
    pairs = _head(ColumnDraft(column, "target", ""))
    pairs |= {"classes": listed(texts), "source": quoted(ASSUMED)}
    rows = ", ".join(f"{text} {count}" for text, count in zip(texts[:8], counts[:8], strict=True))
    return table("[[columns]]", pairs, [f"{_facts(column)}; rows: {rows}"])


def _texts(column: DetectedColumn) -> tuple[list[str], list[int]]:
    """Values as texts, the most frequent first, and their rows."""
    assert column.texts is not None
    counts = column.texts.value_counts()
    return [str(text) for text in counts.index], counts.tolist()


def _alike(column: DetectedColumn, texts: Sequence[str]) -> list[Suspicion]:
    """Say which values differ in case or spaces alone."""
    seen: dict[str, list[str]] = {}
    for text in texts:
        seen.setdefault("".join(text.casefold().split()), []).append(text)
    twice = next((same for same in seen.values() if len(same) > 1), None)
    if twice is None:
        return []
    values = joined([*map(repr, twice)])
    evidence = WordedText("values that differ in case or space alone: %(values)s", values=values)
    done = WordedText("nothing: they stay different values; give them one spelling in the file")
    return [Suspicion("mixed formats", column.text, evidence, done)]


def _category(one: ColumnDraft, is_fast: bool, findings: list[Suspicion]) -> str:
    texts, counts = _texts(one.column)
    values = texts[:MOST_VALUES]
    findings += _alike(one.column, values)
    pairs = _head(one) | {"values": listed(values), "source": quoted(ASSUMED)}
    if is_fast:
        pairs["statistic"] = quoted("last")
    rows = ", ".join(f"{text} {count}" for text, count in zip(values[:6], counts[:6], strict=True))
    return table("[[columns]]", pairs, [f"{_facts(one.column)}; rows: {rows}", _role(one)])


def _role(one: ColumnDraft) -> str:
    """Origin of a column's role."""
    return f"Role {one.reason}." if one.reason == CONFIRMED else f"Role assumed: {one.reason}."


def _unit(column: DetectedColumn, is_class: bool, findings: list[Suspicion]) -> str:
    """Unit of a column; `1` with a suspicion where its heading names none that is known."""
    if is_class:
        return "1"
    heading = column.heading
    if heading.unit is not None:
        return heading.unit
    if heading.said is None:
        reason = _NO_UNIT
    else:
        # The nearest is a suggestion: mbar for mbarg would be another pressure.
        near = nearest_unit(heading.said)
        reason = (
            WordedText(
                "'%(said)s' in the heading is no known unit; the nearest is %(near)s", said=heading.said, near=near
            )
            if near
            else WordedText("'%(said)s' in the heading is no known unit", said=heading.said)
        )
    findings.append(Suspicion("unit assumed", column.text, reason, WordedText("unit 1 is assumed")))
    return "1"


def _number(one: ColumnDraft, statistic: str | None, findings: list[Suspicion]) -> str:
    column = one.column
    assert column.numbers is not None
    units: list[Suspicion] = []
    unit = _unit(column, False, units)
    findings += units
    span = find_range(column.numbers, unit)
    pairs = _head(one) | {"unit": quoted(unit), "low": number(span.low), "high": number(span.high)}
    comments = {"unit": f"{ASSUMED}: {units[0].evidence}"} if units else {}
    above = [f"{_facts(column)}, {span.lowest:.6g} to {span.highest:.6g}."]
    if one.role != "target":
        above.append(_role(one))
    if span.outside:
        evidence = WordedText(
            "%(values)s outside %(low)s to %(high)s; from %(lowest)s to %(highest)s",
            values=counted(span.outside, "value"),
            low=f"{span.low:g}",
            high=f"{span.high:g}",
            lowest=f"{span.lowest:.6g}",
            highest=f"{span.highest:.6g}",
        )
        done = WordedText("their rows are rejected and listed")
        findings.append(Suspicion("outliers", column.text, evidence, done))
    error = _slips(column, unit, span)
    if error is None:
        pairs["typical"] = f"{{ mean = {number(span.mean)}, sd = {number(span.sd)} }}"
    else:
        done = WordedText("no typical value is stated, so that rows pass")
        findings.append(Suspicion("another unit", column.text, error, done))
        above.append(f"No typical value: {error}.")
    if statistic is not None:
        pairs["statistic"] = quoted(statistic)
    return table("[[columns]]", pairs | {"source": quoted(ASSUMED)}, above, comments)


def _slips(column: DetectedColumn, unit: str, span: ObservedRange) -> WordedText | None:
    """Unit error that the table reader would suspect if the typical value were stated."""
    assert column.numbers is not None
    stated = Column(
        name=column.name,
        role="during",
        description=column.text,
        unit=unit,
        low=span.low,
        high=span.high,
        typical=Typical(mean=span.mean, sd=span.sd),
        source=ASSUMED,
    )
    if slip(pd.Series(column.numbers), stated) is not None:
        median = np.median(column.numbers[np.isfinite(column.numbers)])
        return WordedText("median %(value)s", value=f"{median:.6g}")
    part = part_slip(column.numbers, stated)
    if part is None or np.mean(part.rows) < 0.02:
        return None
    count = np.count_nonzero(part.rows)
    if part.size > 1:
        return WordedText(
            "%(count)s of %(values)s values about %(size)s times larger than the others",
            count=count,
            values=part.values,
            size=f"{part.size:.0f}",
        )
    return WordedText(
        "%(count)s of %(values)s values about %(size)s times smaller than the others",
        count=count,
        values=part.values,
        size=f"{1 / part.size:.0f}",
    )


def _previous(target: DetectedColumn, unit: str, period: float, taken: set[str]) -> str:
    assert target.numbers is not None
    span = find_range(target.numbers, unit)
    name = f"previous_{target.name}"
    while name in taken:
        name = f"{name}_2"
    pairs = {
        "name": quoted(name),
        "role": quoted("before"),
        "description": quoted(f"{target.text} of the period before"),
        "unit": quoted(unit),
        "low": number(span.low),
        "high": number(span.high),
        "typical": f"{{ mean = {number(span.mean)}, sd = {number(span.sd)} }}",
        "source": quoted(f"{ASSUMED}: the label of the period before is available when a period starts"),
        "previous": f"{{ column = {quoted(target.name)}, periods = 1 }}",
    }
    above = f"Assumed: the last label is {length(period)} old. If the laboratory takes longer, give more periods."
    return table("[[columns]]", pairs, [above])


def _target(target: DetectedColumn, unit: str) -> str:
    pairs = {"unit": quoted(unit), "description": quoted(target.text), "source": quoted(ASSUMED)}
    return table(f"[targets.{target.name}]", pairs)


def _left_out(placed: Sequence[ColumnDraft]) -> str:
    lines = [f"{one.column.text}: {one.reason}" for one in placed if one.role is None]
    if not lines:
        return ""
    return (
        "\n".join(
            [
                *comment("Columns of the table that are left out:"),
                *(line for text in lines for line in comment(f"- {text}")),
            ]
        )
        + "\n"
    )


def equipment_text(process_type: str) -> tuple[str, list[Suspicion]]:
    """Return the commented [equipment] of a process type, one line per fact, and its open findings.

    Nothing of either where the type has no physics, or physics without facts.
    """
    facts = kind_of_type(process_type).equipment_type.facts()
    if not facts:
        return "", []
    lines = [*comment(_FACTS), "# [equipment]"]
    for name, one in facts.items():
        lines.append(f"# {one.description}, {one.bounds}")
        lines.append(f'# {name} = {{ value = ..., unit = "{one.unit}", source = "practice: ..." }}')
    evidence = WordedText(
        "physics of %(process)s computes with %(facts)s", process=process_type, facts=counted(len(facts), "fact")
    )
    done = WordedText("writes them as comments: [equipment] is not in a table, confirm it from drawings")
    return "\n".join(lines) + "\n", [Suspicion("equipment", "[equipment]", evidence, done)]
