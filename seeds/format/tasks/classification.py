"""Seed parts of a process that predicts a class, and of classes of any task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOST_CLASSES = 50


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions between task, classes and targets; type errors are reported separately."""
    process = raw.get("process")
    task = process.get("task") if isinstance(process, dict) else None
    first, *others = [row for row in columns.values() if row.get("role") == "target"] or [{}]
    classes = first.get("classes")
    if task in ("sorting", "classification") and not classes:
        yield "columns: the first target needs classes"
    if task not in ("sorting", "classification") and classes:
        yield "columns: the first target has classes: expected a number, or the task 'classification'"
    for row in others:
        if row.get("classes"):
            yield f"columns.{row['name']}.classes: expected them on the first target alone"
    if task == "classification":
        yield from _task_faults(raw, classes, others)


def _task_faults(raw: Mapping[str, Any], classes: Any, others: list[dict[str, Any]]) -> Iterator[str]:
    if isinstance(classes, list) and len(classes) > MOST_CLASSES:
        yield f"columns: got {len(classes)} classes: expected at most {MOST_CLASSES}"
    for row in others:
        yield f"columns.{row['name']}: expected the class as the only target of the task classification"
    targets = raw.get("targets")
    for name, target in targets.items() if isinstance(targets, dict) else ():
        if isinstance(target, dict) and target.get("derived_from") is not None:
            yield f"targets.{name}.derived_from: no quantity is derived from a class"
