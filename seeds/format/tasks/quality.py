"""Seed parts of a quality process: grades with their limits, costs, causes of shifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from seeds.format.language import NamedPart, TitledPart
from seeds.format.quantity import Name, Number, Quantity, SeedPart, Text, Unit, Verification


class ContentLimit(SeedPart):
    """Highest content of an element in a grade, or the least one, or both, and how sure the numbers are."""

    value: Annotated[Number | None, Field(default=None, gt=0)]
    least: Annotated[Number | None, Field(default=None, gt=0)]
    unit: Unit
    verification: Verification
    source: Text

    @property
    def bounds(self) -> tuple[tuple[float, bool], ...]:
        """Each bound, and whether it is the highest value; the highest comes first."""
        both = (self.value, True), (self.least, False)
        return tuple((bound, is_highest) for bound, is_highest in both if bound is not None)

    @property
    def range(self) -> str:
        """The bounds as on a certificate: `2` where there is a highest value alone, `at least 3`, `3 to 5`."""
        if self.value is None:
            return f"at least {self.least:g}"
        return f"{self.value:g}" if self.least is None else f"{self.least:g} to {self.value:g}"

    @property
    def in_words(self) -> str:
        """The bounds with their unit: `at most 2 %`, `at least 3 %`, `3 to 5 %`."""
        return f"{'at most ' if self.least is None else ''}{self.range} {self.unit}"


class ContentSum(NamedPart, ContentLimit):
    """Highest or least sum of the contents of some elements in a grade."""

    of: Annotated[list[Name], Field(min_length=2)]


class Grade(TitledPart):
    """A grade: its limits, and the value of a tonne compared with the intended grade.

    The last grade has neither limits nor sums: it takes what no other grade does.
    """

    name: Name
    value: Quantity
    limits: Annotated[dict[Name, ContentLimit], Field({})]
    sums: Annotated[list[ContentSum], Field([])]


class Cause(TitledPart):
    """Possible cause of a joint shift of several elements.

    `shift` holds the relative rise of each element's content on a logarithmic scale, negative where it falls;
    `setpoints` act on it.
    """

    name: Name
    shift: Annotated[dict[Name, Number], Field(min_length=1)]
    setpoints: list[Name]
    source: Text


class Quality(SeedPart):
    """Rules by which a lot is graded, and costs of the decisions.

    `defects` are target columns of 0 and 1. They are no part of a grade: each lot is inspected before it is shipped,
    whatever is decided on its assay. `intended` is the grade that the plant aims for. `assay_cost` is that of one
    lot's analysis and the wait for it, `claim_cost` that of a tonne that was released and breaks its grade. At most
    the share `alpha` of released lots may break it, with `confidence`.
    """

    defects: list[Name]
    intended: Name
    lot_mass: Quantity
    assay_cost: Quantity
    claim_cost: Quantity
    alpha: Quantity
    confidence: Quantity


_UNITS = {"lot_mass": "t", "assay_cost": "$", "claim_cost": "$/t", "alpha": "1", "confidence": "1"}


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions between task, targets, [quality], [[grades]] and [[causes]]."""
    given = [key for key in ("quality", "grades", "causes") if key in raw]
    grades = _part(raw, "process").get("task") == "quality"
    if given and not grades:
        yield f"{given[0]}: belongs to the task quality"
        return
    for key in ("quality", "grades"):
        if grades and key not in given:
            yield f"{key}: missing: a process that grades its lots needs it"
    if "quality" in given:
        yield from _process_faults(raw, columns)


def _process_faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    targets = {name: row for name, row in columns.items() if row.get("role") == "target"}
    rules = _part(raw, "quality")
    defects = [name for name in _names(rules.get("defects")) if name in targets]
    yield from _repeated("quality.defects", _names(rules.get("defects")))
    for name in _names(rules.get("defects")):
        yield from _defect_faults(name, targets.get(name))
    elements = {name: row for name, row in targets.items() if name not in defects}
    if not elements:
        yield "columns: got no target column of a content: expected at least 1"
    for name, row in elements.items():
        if not row.get("censored"):
            yield f"columns.{name}.censored: missing: a laboratory reports a content as below its limit sooner or later"
    yield from _rule_faults(rules)
    if "grades" in raw:
        yield from _grades_faults(raw, rules, elements)
    yield from _cause_faults(raw, columns, elements)


def _cause_faults(
    raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]], elements: Mapping[str, dict[str, Any]]
) -> Iterator[str]:
    setpoints = {name for name, row in columns.items() if row.get("role") == "setpoint"}
    yield from _repeated("causes", [str(one.get("name")) for one in _tables(raw.get("causes"))])
    for one in _tables(raw.get("causes")):
        place = f"causes.{one.get('name')}"
        for name in sorted(set(_part(one, "shift")) - set(elements)):
            yield f"{place}.shift.{name}: expected a target column of a content"
        for name in sorted(set(_names(one.get("setpoints"))) - setpoints):
            yield f"{place}.setpoints: got '{name}': expected a column of role setpoint"


def _defect_faults(name: str, row: Mapping[str, Any] | None) -> Iterator[str]:
    place = f"quality.defects: got '{name}'"
    if row is None:
        yield f"{place}: expected a target column"
    elif (row.get("unit"), row.get("low"), row.get("high")) != ("1", 0, 1):
        yield f"{place}: expected a column of unit '1', low 0 and high 1"
    elif row.get("censored"):
        yield f"{place}: a defect is not censored"


def _rule_faults(rules: Mapping[str, Any]) -> Iterator[str]:
    for name, unit in _UNITS.items():
        got = _part(rules, name)
        if got.get("unit", unit) != unit:
            yield f"quality.{name}.unit: got '{got['unit']}': expected '{unit}'"
        value = got.get("value")
        if not isinstance(value, int | float):
            continue
        if unit == "1" and not 0 < value < 1:
            yield f"quality.{name}.value: got {value}: expected a share above 0 and below 1"
        elif unit != "1" and value <= 0:
            yield f"quality.{name}.value: got {value}: expected more than 0"


def _grades_faults(
    raw: Mapping[str, Any], rules: Mapping[str, Any], elements: Mapping[str, dict[str, Any]]
) -> Iterator[str]:
    grades = _tables(raw.get("grades"))
    names = [str(one.get("name")) for one in grades]
    yield from _repeated("grades", names)
    if len(grades) < 2:
        yield f"grades: got {len(grades)}: expected 2 or more, the last for what keeps no other"
    elif rules.get("intended") not in names[:-1]:
        target = f"expected a grade with limits, of {', '.join(names[:-1])}"
        yield f"quality.intended: got '{rules.get('intended')}': {target}"
    values = [_part(one, "value").get("value") for one in grades]
    yield from _claim_faults(rules, names, values)
    for number, one in enumerate(grades):
        last = number == len(grades) - 1
        bounded = bool(one.get("limits")) or bool(one.get("sums"))
        if bounded == last:
            target = "the last grade takes every lot: it has no limits" if last else "limits or sums are missing"
            yield f"grades.{names[number]}: {target}"
        if _part(one, "value").get("unit", "$/t") != "$/t":
            yield f"grades.{names[number]}.value.unit: got '{one['value']['unit']}': expected '$/t'"
        if number and _rises(values[number - 1], values[number]):
            yield f"grades.{names[number]}.value: got {values[number]}: expected at most that of the grade before it"
        yield from _limit_faults(one, f"grades.{names[number]}", elements)


def _claim_faults(rules: Mapping[str, Any], names: list[str], values: list[Any]) -> Iterator[str]:
    """Yield an error if a claim costs less than the first grade yields over the last one."""
    claim = _part(rules, "claim_cost").get("value")
    first, last = (values[0], values[-1]) if values else (None, None)
    if not isinstance(claim, int | float) or not isinstance(first, int | float) or not isinstance(last, int | float):
        return
    least = first - last
    if 0 < claim < least * (1.0 - 1e-9):  # decimals need not be at it in binary
        target = f"expected at least {least:g}, the value of {names[0]} over that of {names[-1]}"
        yield f"quality.claim_cost.value: got {claim}: {target}: else what breaks a grade is best released in it"


def _rises(before: Any, value: Any) -> bool:
    return isinstance(before, int | float) and isinstance(value, int | float) and value > before


def _limit_faults(one: Mapping[str, Any], place: str, elements: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    for name, limit in _part(one, "limits").items():
        yield from _bound_faults(limit, f"{place}.limits.{name}")
        if name not in elements:
            yield f"{place}.limits.{name}: expected a target column of a content"
        elif isinstance(limit, dict) and limit.get("unit") != elements[name].get("unit"):
            yield f"{place}.limits.{name}.unit: got '{limit.get('unit')}': expected '{elements[name].get('unit')}'"
    sums = _tables(one.get("sums"))
    yield from _repeated(f"{place}.sums", [*elements, *(str(total.get("name")) for total in sums)])
    for total in sums:
        where = f"{place}.sums.{total.get('name')}"
        yield from _bound_faults(total, where)
        if total.get("name") in elements:
            yield f"{where}: expected a name that no content has"
        yield from _repeated(f"{where}.of", _names(total.get("of")))
        for name in _names(total.get("of")):
            if name not in elements:
                yield f"{where}.of: got '{name}': expected a target column of a content"
            elif elements[name].get("unit") != total.get("unit"):
                yield f"{where}.unit: got '{total.get('unit')}': expected '{elements[name].get('unit')}' as of {name}"


def _bound_faults(limit: Any, where: str) -> Iterator[str]:
    if not isinstance(limit, dict):
        return
    highest, least = limit.get("value"), limit.get("least")
    if highest is None and least is None:
        yield f"{where}: expected value, the highest content, or least, or both"
    elif isinstance(highest, int | float) and isinstance(least, int | float) and least >= highest:
        yield f"{where}.least: got {least}: expected less than value, {highest}"


def _repeated(place: str, names: list[str]) -> Iterator[str]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{place}.{name}: named {names.count(name)} times"


def _part(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    part = raw.get(key)
    return part if isinstance(part, dict) else {}


def _tables(given: Any) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _names(given: Any) -> list[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
