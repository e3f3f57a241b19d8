"""Physics of a process, found by the type that its seed states, and faults of a seed that physics sees."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np

import models.processes
from models.interfaces.physics import AnyPhysics, Fact, Physics, faults
from models.table.formatting import nearest
from physics.arrays import FloatArray
from seeds import Quantity, Seed, SeedError

_PACKAGE = models.processes.__name__
_OF_COLUMNS = ("features", "first_principles", "contents", "class_scores")
_WITHOUT = f"process {{0}} has no module {_PACKAGE}.{{0}}.physics"


@dataclass(frozen=True)
class PlainPhysics:
    """Physics that needs no fact of a plant: the functions of a module. Unlike a module it can be copied and sent.

    Parameters
    ----------
    process_type : str
        Name of the module in `models.processes`.
    """

    process_type: str

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # a protocol of Python's own, such as that of copy
            raise AttributeError(name)
        module = found(_module(self.process_type))
        if module is None:
            raise AttributeError(_WITHOUT.format(self.process_type))
        return getattr(module, name)


def found(name: str) -> ModuleType | None:
    """Return the module of a process that bears this name; None where there is none."""
    if name in sys.modules:
        return sys.modules[name]  # an import takes ten times as long to find the same
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in (name, name.rpartition(".")[0]):
            raise
        return None


def physics_of(seed: Seed) -> AnyPhysics | None:
    """Return the physics of a seed's plant, `models.processes.<type>.physics`; None where there is none.

    Raises
    ------
    SeedError
        Its facts are not as the physics needs them; `check_process` names all faults.
    """
    module = found(_module(seed.process_type))
    if module is None:
        return None
    kind: type[AnyPhysics] | None = getattr(module, "PHYSICS", None)
    if kind is None:
        return cast("AnyPhysics", PlainPhysics(seed.process_type))
    try:
        return kind.of(seed)
    except KeyError:
        check_process(seed)
        raise


def needed_physics_of(seed: Seed) -> AnyPhysics:
    """Return the physics of a seed's plant; ValueError where there is none."""
    physics = physics_of(seed)
    if physics is None:
        raise ValueError(_WITHOUT.format(seed.process_type))
    return physics


def bound(file: str, name: str, seed: Seed) -> Any:
    """Return what a file of `models.processes.<type>` holds of a seed's type; None where there is none.

    That is an object of the class that the module states as `name`, made with the physics of the seed's plant; a module
    that needs no facts, and so states none, stands for itself.
    """
    module = found(_module(seed.process_type, file))
    made = getattr(module, name, None)
    return module if made is None else made(needed_physics_of(seed))


def kind_of(seed: Seed) -> type[AnyPhysics]:
    """Return the class of a seed's physics; `Physics` itself, which needs no fact, where there is none."""
    return kind_of_type(seed.process_type)


def kind_of_type(process_type: str) -> type[AnyPhysics]:
    """Return the class of the physics of a type of process, as `kind_of` does."""
    kind: type[AnyPhysics] | None = getattr(found(_module(process_type)), "PHYSICS", None)
    return Physics if kind is None else kind


def with_facts_until_now(seed: Seed) -> Seed:
    """Return the seed of a stored model, with the facts that it does not state as every plant was taken to have them.

    A model that was stored before seeds stated facts goes on with what it was trained with.
    """
    kind = kind_of(seed)
    equipment, terms = _lacking(kind.equipment_type.facts(), seed.equipment), _lacking(kind.TERMS, seed.economics)
    if not equipment and not terms:
        return seed
    taken = {"equipment": seed.equipment | equipment, "economics": seed.economics | terms}
    return seed.model_copy(update=taken)


def _lacking(known: Mapping[str, Fact], stated: Mapping[str, Quantity]) -> dict[str, Quantity]:
    return {
        name: Quantity(value=one.until_now, unit=one.unit, source="assumed: until version 0.1 of every plant")
        for name, one in known.items()
        if name not in stated
    }


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
    if wrong := list(_faults(seed)):
        raise SeedError(path or Path(f"{seed.process.name}.toml"), wrong)


def known_types() -> tuple[str, ...]:
    """Return the types of process that have physics, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(models.processes.__path__) if module.ispkg))


def _module(process_type: str, file: str = "physics") -> str:
    return f"{_PACKAGE}.{process_type}.{file}"


class _Read(dict[str, FloatArray]):
    """Columns of one row of ones, which hold each that was read."""

    def __missing__(self, name: str) -> FloatArray:
        self[name] = np.ones(1)
        return self[name]


def _faults(seed: Seed) -> Iterator[str]:
    if found(_module(seed.process_type)) is None:
        yield from _without_physics(seed)
        return
    kind = kind_of(seed)
    wrong = [
        *kind.equipment_type.faults(seed.equipment, seed.process_type),
        *faults("economics", kind.TERMS, seed.economics),
    ]
    yield from wrong or _columns_missing(seed)


def _without_physics(seed: Seed) -> Iterator[str]:
    """Yield the fault of a seed that states a type, derived targets or facts, and whose process has no physics."""
    types = known_types()
    if seed.process.type is not None:
        near = nearest([seed.process.type], types)
        expected = f"the nearest is {near}" if near else f"expected one of {', '.join(types)}"
        yield f"process.type: got '{seed.process.type}': no type of process that has physics; {expected}"
        return
    needs = [*(f"target {name}" for name in seed.derived), *(["[equipment]"] if seed.equipment else [])]
    if needs:
        fitting = [one for one in types if not seed.equipment.keys() - kind_of_type(one).equipment_type.facts().keys()]
        fitting = [one for one in fitting if not seed.derived or hasattr(kind_of_type(one), "derived")]
        expected = f"state the type of process, one of {', '.join(fitting or types)}"
        yield f"process.type: missing, and {', '.join(needs)} need the physics of one: {expected}"


def _columns_missing(seed: Seed) -> Iterator[str]:
    """Yield the fault of inputs that physics reads and that the seed has not: a model would fail at its first row."""
    physics, read = needed_physics_of(seed), _Read()
    economics = {name: one.value for name, one in seed.economics.items()}
    calls: list[tuple[str, tuple[object, ...]]] = [(name, ()) for name in _OF_COLUMNS]
    for name, more in [*calls, *([("derived", (np.ones(1), economics))] if seed.derived else [])]:
        # A row of ones may be none that physics can compute: what it has read by then is read.
        with np.errstate(all="ignore"), contextlib.suppress(ArithmeticError, LookupError, ValueError):
            getattr(physics, name, _nothing)(read, *more)
    if missing := [name for name in read if name not in seed.input_names]:
        expected = "expected an input of each of these names, of role before, knob or during"
        yield f"columns: {', '.join(missing)} missing, which the physics of {seed.process_type} reads: {expected}"


def _nothing(*given: object) -> None:
    """Stand in for a function that a process's physics does not offer."""
