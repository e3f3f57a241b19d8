"""What the energy module of a process offers, so that energy is accounted for in the same way for all of them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Protocol, cast

from physics.arrays import FloatArray

Columns = Mapping[str, FloatArray]
Prices = Mapping[str, float]


class EnergyPhysics(Protocol):
    """A module `models.processes.energy.<process>`.

    Columns are measured columns of n rows by name, each of shape (n,), in the unit of the seed and NaN where missing;
    efficiency is the current efficiency, shape (n,) or (e, n) where several are asked for each row, above 0 [%];
    economics are values of the seed's [economics]. What does not depend on the efficiency may be of shape (n,) alone.
    """

    @property
    def METAL_OF(self) -> str:
        """What `metal` is the metal of: a pot, a section, a cell of a group."""

    @property
    def NEEDED(self) -> tuple[str, ...]:
        """Columns without which no energy is known: those that `direct`, `steam` and `emitted` compute with."""

    @property
    def FACTORS(self) -> Mapping[str, str]:
        """Values of [economics] that it computes with, beside those that every process has, and their units."""

    @property
    def USES(self) -> Mapping[str, str]:
        """What direct current goes into, each with what it is."""

    @property
    def BOUND(self) -> Mapping[str, str]:
        """Products that hold part of the direct current's energy, each with what it is; the rest is heat."""

    @property
    def EMITTED(self) -> Mapping[str, str]:
        """What the process itself emits, each with what it is: scope 1."""

    def direct(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Direct-current energy at the cells [kWh/t]; falls where the efficiency rises."""

    def uses(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """What `direct` goes into, by the names of `USES`: its sum is `direct` [kWh/t]."""

    def bound(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """What products hold of `direct`, by the names of `BOUND` [kWh/t]."""

    def steam(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Steam bought [kg/t], 0 where there is none; does not rise where the efficiency rises."""

    def emitted(self, columns: Columns, efficiency: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """What the process itself emits, by the names of `EMITTED` [tCO2e/t]."""

    def metal(self, columns: Columns, efficiency: FloatArray, hours: float) -> FloatArray:
        """Metal of a row whose period has so many hours [t]."""


def energy_of(process: str) -> EnergyPhysics | None:
    """Energy module of a process; None where there is none."""
    name = f"models.processes.energy.{process}"
    try:
        return cast(EnergyPhysics, importlib.import_module(name))
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
        return None
