"""Energy and greenhouse gases of a tonne of product: by boundary, by scope, and by what the energy goes into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.interfaces.energy import Columns, EnergyPhysics, Prices
from physics.arrays import FloatArray
from physics.prices import checked
from seeds import Norm, Quantity

GRID_FACTOR = "grid_emission_factor"  # kgCO2e/kWh
COMPREHENSIVE = "comprehensive"  # of all kinds: all energy that is bought
AUXILIARIES, ELECTRICITY = "auxiliaries", "electricity"
COAL_EQUIVALENT = "kgce/t"


@dataclass(frozen=True, eq=False)
class Account:
    """Energy and greenhouse gases of a tonne of product, n rows; NaN where an input is missing.

    Attributes
    ----------
    boundaries : Mapping of str to ndarray, shape (n,)
        Specific energy by the names of the kind's `boundaries` [unit of the kind].
    coal_equivalent : ndarray, shape (n,)
        The comprehensive energy as coal equivalent [kgce/t].
    scope_1, scope_2 : Mapping of str to ndarray, shape (n,)
        Emissions by what they come from: of the process itself, and of what it buys [tCO2e/t].
    """

    boundaries: Mapping[str, FloatArray]
    coal_equivalent: FloatArray
    scope_1: Mapping[str, FloatArray]
    scope_2: Mapping[str, FloatArray]

    @property
    def scopes(self) -> dict[str, FloatArray]:
        """Emissions of each scope, and of both [tCO2e/t]."""
        none = np.zeros(self.coal_equivalent.shape)
        one, two = (sum(parts.values(), none) for parts in (self.scope_1, self.scope_2))
        return {"scope_1": one, "scope_2": two, "total": one + two}


@dataclass(frozen=True, eq=False)
class Flow:
    """Where the comprehensive energy of a tonne goes, n rows [unit of the kind].

    Attributes
    ----------
    uses : Mapping of str to ndarray, shape (n,)
        What the energy of the first boundary goes into, by the names of the process's `USES`.
    outside : Mapping of str to ndarray, shape (n,)
        What goes elsewhere, by the names of the kind's `outside`; those that the process has.
    bound : Mapping of str to ndarray, shape (n,)
        What products hold of the first boundary's energy, by the names of the process's `BOUND`.
    heat : ndarray, shape (n,)
        The rest of it, which becomes heat.
    """

    uses: Mapping[str, FloatArray]
    outside: Mapping[str, FloatArray]
    bound: Mapping[str, FloatArray]
    heat: FloatArray


def factors_of(physics: EnergyPhysics) -> dict[str, str]:
    """Values of [economics] that an account of a process is computed with, and the units that they must have."""
    return {**physics.KIND.factors, **physics.FACTORS}


def check_factors(physics: EnergyPhysics, economics: Mapping[str, Quantity], norms: Sequence[Norm] = ()) -> None:
    """Whether a seed's factors and norms are what an account of its process is computed with.

    Raises
    ------
    ValueError
        A factor is missing, in another unit, negative or no number, or a norm has a boundary or a unit that the account
        lacks; it is named.
    """
    for name, unit in factors_of(physics).items():
        if name in economics and economics[name].unit != unit:
            raise ValueError(f"economics.{name}.unit: got '{economics[name].unit}': expected '{unit}'")
    _checked(physics, {name: one.value for name, one in economics.items()})
    for norm in norms:
        for part, got, can in (
            ("boundary", norm.boundary, (*physics.KIND.boundaries,)),
            ("unit", norm.unit, (physics.KIND.unit, COAL_EQUIVALENT)),
        ):
            if got not in can:
                raise ValueError(f"norms.{norm.name}.{part}: got '{got}': expected {' or '.join(can)}")


def account(physics: EnergyPhysics, columns: Columns, target: FloatArray, economics: Prices) -> Account:
    """Energy and greenhouse gases of n rows.

    Parameters
    ----------
    physics : EnergyPhysics
        The process's energy module.
    columns : Mapping of str to ndarray, shape (n,)
        Measured columns, in the unit of the seed; NaN where missing.
    target : ndarray, shape (n,) or (e, n)
        Values of the module's `TARGET`, above 0; e of each row where several are asked for at once [its unit].
    economics : Mapping of str to float
        Values of the seed's [economics], in the unit of the seed.

    Returns
    -------
    Account
        Of the shape of the target; what does not depend on it may be of shape (n,).

    Raises
    ------
    ValueError
        A factor is missing, negative or no number; it is named.
    """
    return physics.KIND.account(physics, columns, target, _checked(physics, economics))


def flow(physics: EnergyPhysics, columns: Columns, target: FloatArray, economics: Prices) -> Flow:
    """Where the energy of n rows goes: uses and outside together are the comprehensive energy.

    Parameters and errors as of `account`; columns hold measured targets too.
    """
    return physics.KIND.flow(physics, columns, target, _checked(physics, economics))


def _checked(physics: EnergyPhysics, economics: Prices) -> dict[str, float]:
    return checked(economics, factors_of(physics), physics.KIND.above_zero)
