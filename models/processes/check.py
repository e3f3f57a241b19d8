"""Faults of a seed that the physics of its process sees: its form was checked when it was read."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import models.processes
from models.processes.lookup import physics_of
from models.table.wording import nearest
from seeds import Seed, SeedError


def check_process(seed: Seed, path: Path | None = None) -> None:
    """Refuse a seed that the physics of its process cannot work with.

    Parameters
    ----------
    seed
        Any seed; one without physics passes as long as nothing in it needs some.
    path
        File that faults name; the seed's name by default.

    Raises
    ------
    SeedError
        Every fault is named at once.
    """
    if faults := list(_faults(seed)):
        raise SeedError(path or Path(f"{seed.process.name}.toml"), faults)


def known_types() -> tuple[str, ...]:
    """Return the types of process that have physics, sorted."""
    listed = (module.name for module in pkgutil.iter_modules(models.processes.__path__) if not module.ispkg)
    return tuple(sorted(name for name in listed if hasattr(importlib.import_module(f"{_PACKAGE}.{name}"), "FEATURES")))


_PACKAGE = models.processes.__name__


def _faults(seed: Seed) -> Iterator[str]:
    if physics_of(seed.process_type) is not None:
        return
    if seed.process.type is not None:
        types = known_types()
        near = nearest([seed.process.type], types)
        expected = f"the nearest is {near}" if near else f"expected one of {', '.join(types)}"
        yield f"process.type: got '{seed.process.type}': no type of process that has physics; {expected}"
    elif seed.derived:
        expected = f"state the type of process whose physics derives them: one of {', '.join(known_types())}"
        yield f"process.type: missing, and targets {', '.join(seed.derived)} are derived by physics: {expected}"
