"""Compare nominal constants of models with parameters of simulated plants: docs/reference/physics.

A constant of kinetics, of habits or of a calibration stands on no drawing, so that no plant knows its own true value.
Physics and responses compute with a nominal value, the simulated plant with a parameter of its seed. The list of pairs
is the tests' own, `tests/models/processes/nominal.toml`: of each process constants by name, with `.key` behind one that
holds several, and the parameter that each stands for.
"""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.processes.lookup import response_of
from seeds import Seed, load

LIST = Path(__file__).parent.parent / "tests" / "models" / "processes" / "nominal.toml"
SCALES = {("1", "%"): 100.0, ("%", "1"): 0.01}  # a share and a percentage


@dataclass(frozen=True)
class Nominal:
    """Constant of a process's models and its plant's parameter, both in the parameter's unit."""

    process: str
    constant: str
    parameter: str
    unit: str
    value: float
    simulated: float

    @property
    def is_equal(self) -> bool:
        """Return True where first principles have the simulated plant's own value."""
        return self.value == self.simulated


def listed() -> dict[str, dict[str, Any]]:
    """Parameter of each constant by process: its name, or a table with the constant's own unit."""
    return {name: pairs for name, pairs in _read().items() if name != "without"}


def without() -> dict[str, str]:
    """Reasons of constants that are no plant's own, by `process.constant`."""
    return dict(_read()["without"])


def _read() -> dict[str, dict[str, Any]]:
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def constants_of(seed: Seed) -> dict[str, float]:
    """Constants of a process's physics and response by name; `.key` marks items of a mapping or tuple."""
    numbers: dict[str, float] = {}
    for part in ("physics", "response"):
        try:
            module = importlib.import_module(f"models.processes.{seed.process_type}.{part}")
        except ModuleNotFoundError:
            continue
        for name, value in vars(module).items():
            if name.isupper():
                numbers |= {key: number for key, number in _numbers(name, value) if key not in numbers}
    response = response_of(seed)
    known = () if response is None else (*response.CONSTANTS, *response.SHARED_CONSTANTS)
    return numbers | {one.name: one.value for one in known}


def _numbers(name: str, value: object) -> Iterator[tuple[str, float]]:
    if isinstance(value, (int, float)):
        yield name, float(value)
    elif isinstance(value, dict | tuple):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in parts:
            if isinstance(part, (int, float)):
                yield f"{name}.{key}", float(part)


def nominal(process: str) -> list[Nominal]:
    """Pairs of a process; KeyError names a constant or a parameter that there is not."""
    seed, pairs = load(process), []
    assert seed.plant is not None
    constants = constants_of(seed)
    for constant, about in listed()[process].items():
        name, unit = (about, None) if isinstance(about, str) else (about["parameter"], about["unit"])
        parameter = seed.plant.parameters[name]
        scale = 1.0 if unit is None else SCALES[unit, parameter.unit]
        value = scale * constants[constant]
        pairs.append(Nominal(process, constant, name, parameter.unit, value, parameter.value))
    return pairs
