"""Margin of rows of a simulated plant, by the prices of its seed."""

from __future__ import annotations

import pandas as pd

from seeds import Seed
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.simulator import simulator_offering


def economic_value(seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
    """True margin of each row of a simulated plant, with changes of stocks, production, use and emission.

    Parameters
    ----------
    seed : Seed
        With [plant] and [economics].
    truth : DataFrame, n rows
        Truth of a simulated plant.

    Returns
    -------
    DataFrame, n rows
        `margin`, less what moving the set-points cost, and `move_cost`, what that was [$/d]; `product`, what was made
        [kg/d]; `energy` [kWh/d], as the process's target of specific energy counts it; `co2e` [kgCO2e/d].

    Raises
    ------
    SimulationError
        The seed has no plant, no simulator or lacks a parameter or a price, or its simulator knows no margin.
    """
    try:
        return simulator_offering("economic_value", seed).economic_value(seed, truth)
    except SimulationError:
        raise
    except ValueError as error:  # of a price that is missing or cannot be
        raise SimulationError(f"{seed.process.name}: {error}") from error


def prices_of(seed: Seed) -> dict[str, float]:
    """Return prices and factors of a seed's [economics] by name, each in its unit there."""
    return {name: quantity.value for name, quantity in seed.economics.items()}
