"""Energy and greenhouse gases of predictions, with the intervals that follow from those of the current efficiency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from models.answers import Answer
from models.energy.account import account
from models.energy.grades import Standing, counted, standing
from models.energy.process import Columns, EnergyPhysics, Prices
from physics.arrays import FloatArray
from seeds import Norm


@dataclass(frozen=True, eq=False)
class EnergyAnswers:
    """Energy and greenhouse gases of a tonne for n rows, each with its interval.

    Attributes
    ----------
    boundaries : dict of str to Answer
        Specific energy by boundary [kWh/t].
    coal_equivalent : Answer
        The comprehensive energy [kgce/t].
    scopes : dict of str to Answer
        Emissions of each scope and of both [tCO2e/t].
    sources : dict of str to dict of str to Answer
        Emissions by scope and by what they come from [tCO2e/t].
    standings : list of Standing
        Where the rows stand under each norm.
    """

    boundaries: dict[str, Answer]
    coal_equivalent: Answer
    scopes: dict[str, Answer]
    sources: dict[str, dict[str, Answer]]
    standings: list[Standing]


def energy_answers(
    physics: EnergyPhysics, columns: Columns, efficiency: Answer, economics: Prices, norms: Sequence[Norm]
) -> EnergyAnswers:
    """Energy and greenhouse gases of rows whose current efficiency is predicted.

    Parameters
    ----------
    physics : EnergyPhysics
        The process's energy module.
    columns : Mapping of str to ndarray, shape (n,)
        Inputs of the rows, in the unit of the seed; NaN where missing.
    efficiency : Answer
        Current efficiency with its interval, above 0 [%].
    economics : Mapping of str to float
        Values of the seed's [economics].
    norms : sequence of Norm
        Which norms they are held against.

    Returns
    -------
    EnergyAnswers
        No quantity rises where the efficiency rises, so that the ends of its interval give those of all others.

    Raises
    ------
    ValueError
        See `account`.
    """
    value, low, high = (account(physics, columns, end, economics) for end in efficiency)
    ends = value, high, low  # the higher efficiency takes the least energy
    return EnergyAnswers(
        boundaries={name: _interval(one.boundaries[name] for one in ends) for name in value.boundaries},
        coal_equivalent=_interval(one.coal_equivalent for one in ends),
        scopes={name: _interval(one.scopes[name] for one in ends) for name in value.scopes},
        sources={
            "scope_1": {name: _interval(one.scope_1[name] for one in ends) for name in value.scope_1},
            "scope_2": {name: _interval(one.scope_2[name] for one in ends) for name in value.scope_2},
        },
        standings=[standing(norm, _interval(counted(norm, one) for one in ends)) for norm in norms],
    )


def _interval(values: Iterable[FloatArray]) -> Answer:
    """A quantity from its value and what it is at both ends of the interval; a value is never outside."""
    value, one_end, other_end = values
    low, high = np.minimum(one_end, other_end), np.maximum(one_end, other_end)
    return Answer(value, np.minimum(low, value), np.maximum(high, value))
