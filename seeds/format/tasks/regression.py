"""What a seed says of a process that predicts numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """How several targets of numbers do not go together; wrong types are reported elsewhere."""
    process, targets = raw.get("process"), raw.get("targets")
    if not isinstance(process, dict) or process.get("task") != "regression" or not isinstance(targets, dict):
        return
    names = [name for name, row in columns.items() if row.get("role") == "target"]
    for name, target in targets.items():
        parent = target.get("derived_from") if isinstance(target, dict) else None
        if parent in names[1:]:
            expected = f"expected the first target, '{names[0]}': physics is of it"
            yield f"targets.{name}.derived_from: got '{parent}': {expected}"
