"""The module that holds the physics of a process, found by its name."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType


def physics_of(process: str) -> ModuleType | None:
    """Physics module of a process, `models.processes.<process>`; None where there is none."""
    name = f"models.processes.{process}"
    if name in sys.modules:
        return sys.modules[name]  # an import takes ten times as long to find the same
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None


def needed_physics_of(process: str) -> ModuleType:
    """Physics module of a process; ValueError where there is none."""
    physics = physics_of(process)
    if physics is None:
        raise ValueError(f"process {process} has no module models.processes.{process}")
    return physics
