"""Energy and greenhouse gases of predictions, with the intervals that follow from those of the current efficiency."""

from __future__ import annotations

from collections.abc import Sequence
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
    # All ends at once: a request is often one row, whose answer waits for the number of operations alone.
    columns = {name: np.concatenate([columns[name]] * 3) for name in physics.NEEDED}
    of = account(physics, columns, np.concatenate([efficiency.value, efficiency.high, efficiency.low]), economics)
    parts = (of.boundaries, {"": of.coal_equivalent}, of.scopes, of.scope_1, of.scope_2)
    counts = [counted(norm, of) for norm in norms]
    found = iter(_intervals([values for part in parts for values in part.values()] + counts))
    boundaries, coal, scopes, scope_1, scope_2 = ({name: next(found) for name in part} for part in parts)
    return EnergyAnswers(
        boundaries=boundaries,
        coal_equivalent=coal[""],
        scopes=scopes,
        sources={"scope_1": scope_1, "scope_2": scope_2},
        standings=[standing(norm, next(found)) for norm in norms],
    )


def _intervals(values: Sequence[FloatArray]) -> list[Answer]:
    """Quantities of n rows from values of 3 n: what each is, and at the high and the low end of the efficiency."""
    value, low, high = np.array(values).reshape(len(values), 3, -1).swapaxes(0, 1)
    # The higher efficiency takes the least energy.
    return list(map(Answer, value, np.minimum(low, value), np.maximum(high, value)))
