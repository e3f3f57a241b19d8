"""Seed parts of a process that predicts numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions between number targets and other parts; type errors are reported separately."""
    process, targets = raw.get("process"), raw.get("targets")
    if not isinstance(process, dict) or not isinstance(targets, dict):
        return
    task = process.get("task")
    names = [name for name, row in columns.items() if row.get("role") == "target"]
    for name, target in targets.items():
        if not isinstance(target, dict):
            continue
        parent = target.get("derived_from")
        if task == "regression" and parent in names[1:]:
            expected = f"expected the first target, '{names[0]}': physics is of it"
            yield f"targets.{name}.derived_from: got '{parent}': {expected}"
        floor = target.get("log_floor")
        if isinstance(floor, dict):
            yield from _floor_faults(f"targets.{name}.log_floor", floor, task, columns.get(name), parent)


def _floor_faults(
    place: str, floor: dict[str, Any], task: Any, column: dict[str, Any] | None, parent: Any
) -> Iterator[str]:
    """Yield reasons why a target cannot be fitted as the logarithm of itself plus an offset."""
    if task != "regression":
        yield f"{place}: got task '{task}': expected a process of the task regression"
    if parent is not None:
        yield f"{place}: belongs to the target '{parent}' that this one is derived from"
    if column is None:
        return
    if "unit" in floor and floor["unit"] != column.get("unit"):
        yield f"{place}.unit: got '{floor['unit']}': expected '{column.get('unit')}'"
    value, low = floor.get("value"), column.get("low")
    if isinstance(value, int | float) and isinstance(low, int | float) and value + low <= 0:
        yield f"{place}.value: got {value:g}: expected above {-low:g}: a label of {low:g} has no logarithm with it"
