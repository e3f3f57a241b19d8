"""What rows of a simulated plant are truly worth, by the prices of its seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, cast

import pandas as pd

from seeds import Seed
from synthetic_data.engine.plan import ProcessModule, SimulationError, process_module


class PricedModule(ProcessModule, Protocol):
    """What `synthetic_data/<process>.py` offers besides, where a row of its plant has a margin."""

    worth: Callable[[Seed, pd.DataFrame], pd.DataFrame]


def worth(seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
    """True margin of each row of a simulated plant, with what its stocks gained, and what it made, used and emitted.

    Parameters
    ----------
    seed : Seed
        With [plant] and [economics].
    truth : DataFrame, n rows
        Truth of a simulated plant.

    Returns
    -------
    DataFrame, n rows
        `margin`, less what moving the knobs cost, and `move_cost`, what that was [$/d]; `product`, what was made
        [kg/d]; `energy` [kWh/d], as the process's target of specific energy counts it; `co2e` [kgCO2e/d].

    Raises
    ------
    SimulationError
        The seed has no plant, no simulator or lacks a parameter, or its simulator knows no margin.
    """
    module = process_module(seed)
    if not hasattr(module, "worth"):
        raise SimulationError(f"{seed.process.name}: its simulator has no margin: expected a process that has one")
    module.check(seed)
    return cast(PricedModule, module).worth(seed, truth)
