"""Energy and greenhouse gases of predictions, with intervals derived from those of the predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.energy.account import account
from models.energy.grades import NormCompliance, Norms, counted
from models.interfaces.answers import Answer
from models.interfaces.energy import AnyEnergy, Prices
from models.interfaces.physics import Columns
from physics.arrays import BoolArray, FloatArray


@dataclass(frozen=True, eq=False)
class EnergyAnswers:
    """Energy and greenhouse gases of a tonne for n rows, each with its interval.

    Attributes
    ----------
    names : Mapping of str to tuple of str
        Quantities of each part: `boundaries` [unit of the kind], `coal_equivalent` [kgce/t], and `scopes`, `scope_1`
        and `scope_2`, the emissions of each scope and of both, and those of a scope by source, and `embedded`, those
        embedded in goods that CBAM covers, if any [tCO2e/t]; `tiers`, those of a tiered power price, if any.
    ends : ndarray, shape (q, 3, n)
        Value, low and high end of the q quantities of all parts, in their order.
    norms : Norms
        The m norms with which rows are compared.
    counted : ndarray, shape (m, 3, n)
        Value, low and high end of what each norm limits [unit of the norm].
    """

    names: Mapping[str, tuple[str, ...]]
    ends: FloatArray
    norms: Norms
    counted: FloatArray

    @property
    def boundaries(self) -> dict[str, Answer]:
        """Specific energy by boundary [unit of the kind]."""
        return self._part("boundaries")

    @property
    def coal_equivalent(self) -> Answer:
        """The comprehensive energy [kgce/t]."""
        (coal,) = self._part("coal_equivalent").values()
        return coal

    @property
    def scopes(self) -> dict[str, Answer]:
        """Emissions of each scope and of both [tCO2e/t]."""
        return self._part("scopes")

    @property
    def sources(self) -> dict[str, dict[str, Answer]]:
        """Emissions by scope and source [tCO2e/t]."""
        return {scope: self._part(scope) for scope in ("scope_1", "scope_2")}

    @property
    def embedded(self) -> Answer | None:
        """Embedded emissions of the goods that CBAM covers [tCO2e/t]; None for other goods."""
        return self._part("embedded").get("")

    @property
    def tiers(self) -> dict[str, Answer]:
        """Consumption [kWh/t], surcharge [$/kWh] and cost [$/t] of a tiered power price; empty without one."""
        return self._part("tiers")

    @property
    def standings(self) -> list[NormCompliance]:
        """Compliance of the rows with each norm."""
        return self.norms.standings(self.counted)

    @property
    def known(self) -> BoolArray:
        """Return whether energy and emissions of each row are known, shape (n,)."""
        return np.asarray(np.isfinite(self.ends[:, 0]).all(axis=0))

    def _part(self, requested: str) -> dict[str, Answer]:
        first = 0
        for part, names in self.names.items():
            if part == requested:
                return {name: Answer(*self.ends[first + i]) for i, name in enumerate(names)}
            first += len(names)
        raise KeyError(requested)


def energy_answers(
    physics: AnyEnergy, columns: Columns, target: Answer, economics: Prices, norms: Norms
) -> EnergyAnswers:
    """Energy and greenhouse gases of rows whose `TARGET` is predicted.

    Parameters
    ----------
    physics : AnyEnergy
        Energy of the process.
    columns : Mapping of str to ndarray, shape (n,)
        Inputs of the rows, in the unit of the seed; NaN where missing.
    target : Answer
        Values of the module's `TARGET` with their intervals, above 0 [its unit].
    economics : Mapping of str to float
        Values of the seed's [economics].
    norms : Norms
        Norms with which they are compared.

    Returns
    -------
    EnergyAnswers
        No quantity turns within an interval of the target, so that the ends of that give those of all others.

    Raises
    ------
    ValueError
        See `account`.
    """
    # All ends together: a request is often one row, whose time depends on the number of operations alone.
    ends = np.array([target.value, target.high, target.low])
    of = account(physics, columns, ends, economics)
    parts = {
        "boundaries": of.boundaries,
        "coal_equivalent": {"": of.coal_equivalent},
        "scopes": of.scopes,
        "scope_1": of.scope_1,
        "scope_2": of.scope_2,
        "embedded": {} if of.embedded is None else {"": of.embedded},
        "tiers": of.tiers,
    }
    values = [values for part in parts.values() for values in part.values()]
    evaluated = np.empty((len(values) + len(norms), *ends.shape))
    for one, value in zip(evaluated, [*values, *(counted(norm, of) for norm in norms)], strict=True):
        one[:] = value  # what does not depend on the target is the same at all ends
    # A higher efficiency takes less energy, more fuel takes more.
    low, high = evaluated.min(axis=1), evaluated.max(axis=1)
    evaluated[:, 1], evaluated[:, 2] = low, high
    names = {part: tuple(values) for part, values in parts.items()}
    return EnergyAnswers(names, evaluated[: len(values)], norms, evaluated[len(values) :])
