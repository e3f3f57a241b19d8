"""Norms of energy consumption that a seed names: document, boundary and limits of energy grades."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from seeds.format.language import TitledPart
from seeds.format.quantity import Name, Number, Quantity, SeedPart, Text, Verification

Boundary = Literal["direct", "alternating", "comprehensive"]
NormUnit = Literal["kWh/t", "kgce/t"]


class EnergyGrade(SeedPart):
    """Energy grade of a norm, as the document names it, with its highest energy [unit of the norm]."""

    name: Text
    at_most: Annotated[Number, Field(gt=0)]


class Norm(TitledPart):
    """A document's limits on the energy that a tonne of product may take.

    Attributes
    ----------
    name, document, title : str
        What it is called here, the document, and what the document limits, in its own words.
    boundary : str
        What is counted: `direct` current at the cells, `alternating` current of their rectifier, or `comprehensive`,
        with auxiliaries and steam.
    unit : str
        kWh/t, or kgce/t where coal equivalents of all carriers are counted.
    grades : list of EnergyGrade
        The best, which is the lowest, first.
    verification, source : str
        How sure the limits are, and where they come from.
    outside_boundary : Quantity or None
        What the document counts and the process's own boundary does not [unit of the norm]: other steps, bus bars.
    """

    name: Name
    document: Text
    boundary: Boundary
    unit: NormUnit
    grades: Annotated[list[EnergyGrade], Field(min_length=1)]
    verification: Verification
    source: Text
    outside_boundary: Quantity | None = None


def faults(raw: Mapping[str, Any]) -> Iterator[str]:
    """Yield contradictions within [[norms]] and with the process; type errors are reported separately."""
    given = raw.get("norms")
    norms = [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    process = raw.get("process")
    if norms and isinstance(process, dict) and process.get("task") != "regression":
        yield "norms: belongs to the task regression: a tonne's energy follows from a predicted number"
    names = [str(one.get("name")) for one in norms]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"norms.{name}: named {names.count(name)} times"
    for one in norms:
        yield from _own_faults(one, f"norms.{one.get('name')}")


def _own_faults(one: Mapping[str, Any], place: str) -> Iterator[str]:
    unit, boundary, outside_boundary = one.get("unit"), one.get("boundary"), one.get("outside_boundary")
    if unit == "kgce/t" and boundary in ("direct", "alternating"):
        yield f"{place}.boundary: got '{boundary}': expected 'comprehensive': coal equivalents count all carriers"
    given = one.get("grades")
    grades = [grade for grade in given if isinstance(grade, dict)] if isinstance(given, list) else []
    names = [str(grade.get("name")) for grade in grades]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"{place}.grades.{name}: named {names.count(name)} times"
    limits = [(grade.get("name"), grade.get("at_most")) for grade in grades]
    for (better, lower), (worse, limit) in itertools.pairwise(limits):
        if isinstance(lower, int | float) and isinstance(limit, int | float) and limit <= lower:
            yield f"{place}.grades.{worse}.at_most: got {limit:g}: expected more than {lower:g} of grade {better}"
    if not isinstance(outside_boundary, dict):
        return
    if outside_boundary.get("unit", unit) != unit:
        yield f"{place}.outside_boundary.unit: got '{outside_boundary['unit']}': expected '{unit}' as of the norm"
    value = outside_boundary.get("value")
    if isinstance(value, int | float) and value <= 0:
        yield f"{place}.outside_boundary.value: got {value:g}: expected more than 0, or leave it out"
