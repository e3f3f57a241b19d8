"""Seed parts of a sorting process: bins, their value by class, limits of lots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from seeds.format.language import TitledPart
from seeds.format.quantity import Name, Number, Quantity, SeedPart, Text, Unit
from seeds.format.units import MASS_FRACTIONS

SD_OF = "standard deviation of"  # what a limit of `sd_limits` is called
# How sure it is that a calibration keeps the limits of lots where a seed leaves it out: a consumer's risk of a tenth,
# as in plans of acceptance sampling (ISO 2859-2, ISO 3951).
USUAL_CALIBRATION_CONFIDENCE = 0.9


class Bin(TitledPart):
    """Destination of pieces: value of a kilogram of each class in it, and limits of its lots.

    `limits` bound the mean content of an element in a lot, `sd_limits` the standard deviation of its pieces' contents,
    both by mass. `rest` marks the one bin of what the belt carries on: nothing is ejected there and no limit holds.
    """

    name: Name
    unit: Unit
    value: dict[str, Number]
    limits: Annotated[dict[Name, Quantity], Field({})]
    sd_limits: Annotated[dict[Name, Quantity], Field({})]
    rest: bool = False
    source: Text

    @property
    def is_limited(self) -> bool:
        """Return whether lots of the bin must satisfy any limit."""
        return bool(self.limits or self.sd_limits)

    @property
    def limits_in_words(self) -> list[str]:
        """Its limits, those of means first: `fade 28 %`, `standard deviation of fade 3 %`."""
        means = [f"{name} {limit.value:g} {limit.unit}" for name, limit in self.limits.items()]
        sds = [f"{SD_OF} {name} {limit.value:g} {limit.unit}" for name, limit in self.sd_limits.items()]
        return means + sds


class Sorting(SeedPart):
    """Rules by which lots are formed.

    `mass` names the column with a piece's mass [g], `other` the class of what is none of the named ones. `lot_mass` is
    the mass of feed that makes a lot; `confidence` is the share of lots that shall keep their limits, and
    `calibration_confidence` how sure it is that a plant's one calibration achieves that; `co_ejection` is the mass of
    other pieces that comes along with a unit of ejected mass, left out where nothing does.
    """

    mass: Name
    other_class: Annotated[str, Field(min_length=1)]
    lot_mass: Quantity
    confidence: Quantity
    calibration_confidence: Quantity | None = None
    co_ejection: Quantity | None = None

    @property
    def may_break(self) -> float:
        """Highest share of lots that may break a limit [1]."""
        return round(1.0 - self.confidence.value, 12)

    @property
    def sure(self) -> float:
        """Probability over calibrations that the share of lots beyond a limit is at most the stated one [1]."""
        stated = self.calibration_confidence
        return USUAL_CALIBRATION_CONFIDENCE if stated is None else stated.value

    @property
    def carried_along(self) -> float:
        """Mass of other pieces that comes along with a unit of ejected mass [1]."""
        return 0.0 if self.co_ejection is None else self.co_ejection.value


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions of task, classes, [sorting] and [[bins]]; type errors are reported separately."""
    sorts = _part(raw, "process").get("task") == "sorting"
    for key in ("sorting", "bins"):
        if sorts and key not in raw:
            yield f"{key}: missing: a process that sorts needs it; without bins its task is 'classification'"
        elif key in raw and not sorts:
            yield f"{key}: belongs to the task sorting"
    targets = [row for row in columns.values() if row.get("role") == "target"]
    classes = targets[0].get("classes") if targets else None
    for row in targets[1:]:
        if sorts and not row.get("classes") and row.get("unit") not in MASS_FRACTIONS:
            yield f"columns.{row['name']}.unit: got '{row.get('unit')}': expected one of {', '.join(MASS_FRACTIONS)}"
    if sorts and isinstance(classes, list):
        yield from _rule_faults(_part(raw, "sorting"), classes, columns)
        yield from _bins_faults(raw.get("bins"), classes, {row["name"]: row for row in targets[1:]})
        for one in _part(raw, "plant").get("materials", []):
            if isinstance(one, dict) and one.get("belongs_to") not in classes:
                yield f"plant.materials.{one.get('name')}.belongs_to: got '{one.get('belongs_to')}': expected a class"


def _bins_faults(given: Any, classes: list[Any], elements: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    bins = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    rests = [str(one.get("name")) for one in bins if one.get("rest") is True]
    if len(rests) != 1:
        yield f"bins: got {len(rests)} with rest = true ({', '.join(rests) or 'none'}): expected exactly one"
    names = [one.get("name") for one in bins]
    for name in sorted({str(name) for name in names if names.count(name) > 1}):
        yield f"bins.{name}: named {names.count(name)} times"
    for one in bins:
        yield from _bin_faults(one, classes, elements)


def _rule_faults(rules: Mapping[str, Any], classes: list[Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    mass = columns.get(str(rules.get("mass")), {})
    if mass.get("role") not in ("before", "during") or mass.get("unit") != "g":
        yield f"sorting.mass: got '{rules.get('mass')}': expected a before or during column in g"
    if rules.get("other_class") not in classes:
        yield f"sorting.other_class: got '{rules.get('other_class')}': expected one of {', '.join(map(str, classes))}"
    for name, unit in (("lot_mass", "kg"), ("confidence", "1"), ("calibration_confidence", "1"), ("co_ejection", "1")):
        got = _part(rules, name)
        if got.get("unit", unit) != unit:
            yield f"sorting.{name}.unit: got '{got['unit']}': expected '{unit}'"
        value = got.get("value")
        if unit == "1" and isinstance(value, int | float):
            if name == "calibration_confidence" and not 0 < value < 1:
                yield f"sorting.{name}.value: got {value}: expected above 0 and below 1"
            elif not 0 <= value < 1:
                yield f"sorting.{name}.value: got {value}: expected a share from 0 to below 1"


def _bin_faults(one: dict[str, Any], classes: list[Any], elements: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    place, value = f"bins.{one.get('name')}", _part(one, "value")
    for name in classes:
        if name not in value:
            yield f"{place}.value: class '{name}' is missing"
    for name in value:
        if name not in classes:
            yield f"{place}.value.{name}: expected a class of the first target"
    if one.get("unit", "$/kg") != "$/kg":
        yield f"{place}.unit: got '{one['unit']}': expected '$/kg'"
    yield from _limit_faults(one, elements)


def _limit_faults(one: dict[str, Any], elements: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    place = f"bins.{one.get('name')}"
    for key in ("limits", "sd_limits"):
        limits = _part(one, key)
        if limits and one.get("rest") is True:
            yield f"{place}.{key}: the rest has none"
        for name, limit in limits.items():
            element = elements.get(name)
            if element is None:
                yield f"{place}.{key}.{name}: expected an element target column"
            elif isinstance(limit, dict) and limit.get("unit") != element.get("unit"):
                yield f"{place}.{key}.{name}.unit: got '{limit.get('unit')}': expected '{element.get('unit')}'"
    for name, limit in _part(one, "sd_limits").items():
        value = limit.get("value") if isinstance(limit, dict) else None
        if isinstance(value, int | float) and value <= 0:
            yield f"{place}.sd_limits.{name}.value: got {value}: expected a number above 0"


def _part(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    part = raw.get(key)
    return part if isinstance(part, dict) else {}
