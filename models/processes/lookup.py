"""Look-up of a process's physics by the type in its seed, and physical faults of a seed."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

import models.processes
from models.interfaces.energy import AnyEnergy
from models.interfaces.physics import AnyPhysics, Given, Physics, faults
from models.interfaces.process import ProcessModels
from models.interfaces.response import AnyResponse
from models.interfaces.schedule import AnySchedule
from physics.arrays import FloatArray
from seeds import Seed, SeedError
from seeds.format.names import nearest

_PACKAGE = models.processes.__name__


def process_of(seed: Seed) -> ProcessModels | None:
    """Return the classes of a seed's type of process; None where it has no folder.

    Raises
    ------
    TypeError
        The folder's `PROCESS` is no `ProcessModels`; it is named.
    """
    return process_of_type(seed.process_type)


def process_of_type(process_type: str) -> ProcessModels | None:
    """Return the classes of a type of process, as `process_of` does."""
    name = f"{_PACKAGE}.{process_type}"
    module = sys.modules.get(name)  # an import takes ten times as long to find the same
    if module is None:
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            return None
    if not hasattr(module, "__path__"):  # a file next to the folders is no process
        return None
    process = getattr(module, "PROCESS", None)
    if not isinstance(process, ProcessModels):
        raise TypeError(
            f"{name}.PROCESS: got {process!r}: expected a {ProcessModels.__module__}.{ProcessModels.__name__}"
        )
    return process


def physics_of(seed: Seed) -> AnyPhysics | None:
    """Return the physics of a seed's plant; None where its process has none.

    Raises
    ------
    SeedError
        Its facts are not as the physics needs them; `check_process` names all faults.
    """
    process = process_of(seed)
    return None if process is None else _bound(process, seed)


def needed_physics_of(seed: Seed) -> AnyPhysics:
    """Return the physics of a seed's plant; ValueError where there is none."""
    physics = physics_of(seed)
    if physics is None:
        raise ValueError(f"process {seed.process_type} has no folder {_PACKAGE}.{seed.process_type}")
    return physics


def response_of(seed: Seed) -> AnyResponse | None:
    """Return the response of a process to its set-points, at the seed's plant; None where there is none."""
    process = process_of(seed)
    return None if process is None or process.response is None else process.response(_bound(process, seed))


def energy_of(seed: Seed) -> AnyEnergy | None:
    """Return the energy of a process, at the seed's plant; None where there is none."""
    process = process_of(seed)
    return None if process is None or process.energy is None else process.energy(_bound(process, seed))


def schedule_of(seed: Seed) -> AnySchedule | None:
    """Return the physics of a process's schedules, at the seed's plant; None where there is none."""
    process = process_of(seed)
    return None if process is None or process.schedule is None else process.schedule(_bound(process, seed))


def _bound(process: ProcessModels, seed: Seed) -> AnyPhysics:
    try:
        return process.physics.of(seed)
    except KeyError:
        check_process(seed)
        raise


def kind_of(seed: Seed) -> type[AnyPhysics]:
    """Return the class of a seed's physics; `Physics` itself, which needs no fact, where there is none."""
    return kind_of_type(seed.process_type)


def kind_of_type(process_type: str) -> type[AnyPhysics]:
    """Return the class of the physics of a type of process, as `kind_of` does."""
    process = process_of_type(process_type)
    return Physics if process is None else process.physics


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
        All faults are named together.
    """
    if wrong := list(_faults(seed)):
        raise SeedError(path or Path(f"{seed.process.name}.toml"), wrong)


def known_types() -> tuple[str, ...]:
    """Return the types of process that have physics, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(models.processes.__path__) if module.ispkg))


class _Read(dict[str, FloatArray]):
    """Columns of one row of ones, which hold each that was read."""

    def __missing__(self, name: str) -> FloatArray:
        self[name] = np.ones(1)
        return self[name]


def _faults(seed: Seed) -> Iterator[str]:
    if process_of(seed) is None:
        yield from _without_physics(seed)
        return
    kind = kind_of(seed)
    wrong = [
        *kind.equipment_type.faults(seed.equipment, seed.process_type),
        *faults("economics", kind.TERMS, seed.economics),
    ]
    yield from wrong or [*_not_derived(seed), *_columns_missing(seed)]


def _not_derived(seed: Seed) -> Iterator[str]:
    """Yield the fault of derived targets of a seed whose physics derives none."""
    if seed.derived and not kind_of(seed).gives("derived"):
        fitting = ", ".join(one for one in known_types() if kind_of_type(one).gives("derived"))
        targets = ", ".join(seed.derived)
        expected = f"expected a type that derives some, one of {fitting}"
        yield f"targets: {targets} derived, and the physics of {seed.process_type} derives none: {expected}"


def _without_physics(seed: Seed) -> Iterator[str]:
    """Yield the fault of a seed that states a type, derived targets or facts, but has no physics."""
    types = known_types()
    if seed.process.type is not None:
        near = nearest([seed.process.type], types)
        expected = f"the nearest is {near}" if near else f"expected one of {', '.join(types)}"
        yield f"process.type: got '{seed.process.type}': no type of process that has physics; {expected}"
        return
    needs = [*(f"target {name}" for name in seed.derived), *(["[equipment]"] if seed.equipment else [])]
    if needs:
        fitting = [one for one in types if not seed.equipment.keys() - kind_of_type(one).equipment_type.facts().keys()]
        fitting = [one for one in fitting if not seed.derived or kind_of_type(one).gives("derived")]
        expected = f"state the type of process, one of {', '.join(fitting or types)}"
        yield f"process.type: missing, and {', '.join(needs)} need the physics of one: {expected}"


def _columns_missing(seed: Seed) -> Iterator[str]:
    """Yield the fault of inputs that physics reads and the seed lacks: predictions would fail."""
    physics, read = needed_physics_of(seed), _Read()
    economics = {name: one.value for name, one in seed.economics.items()}
    given: dict[Given, Callable[[], object]] = {
        "first_principles": lambda: physics.first_principles(read),
        "contents": lambda: physics.contents(read),
        "class_scores": lambda: physics.class_scores(read),
    }
    if seed.derived:
        given["derived"] = lambda: physics.derived(read, np.ones(1), economics)
    for call in (lambda: physics.features(read), *(one for name, one in given.items() if physics.gives(name))):
        # A row of ones may be none that physics can compute: what it has read by then is read.
        with np.errstate(all="ignore"), contextlib.suppress(ArithmeticError, LookupError, ValueError):
            call()
    if missing := [name for name in read if name not in seed.input_names]:
        expected = "expected an input of each of these names, of role before, setpoint or during"
        yield f"columns: {', '.join(missing)} missing, which the physics of {seed.process_type} reads: {expected}"
