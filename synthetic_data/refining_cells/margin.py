"""True margin and emission of a section by the prices and factors of the seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from physics.refining import economics
from seeds import Seed
from synthetic_data.engine.economics import prices_of
from synthetic_data.engine.plan import period_days

_TONNE = 1000.0  # kg/t
_HOURS = 24.0  # h/d


def flows(truth: pd.DataFrame, seed: Seed) -> economics.CopperSectionFlows:
    """True daily production, consumption and stocks of sections in each crop, by rows of truth.parquet."""
    day = {name: column.to_numpy(np.float64) for name, column in truth.items() if column.dtype == np.float64}
    copper = day["cathode_mass"] / period_days(seed)
    return economics.CopperSectionFlows(
        copper=copper,
        rejected=0.01 * day["reject_share"] * copper,
        energy_valley=day["energy_valley"],
        energy_flat=day["energy_flat"],
        energy_peak=day["energy_peak"],
        steam=day["steam"] * _HOURS / _TONNE,
        glue=day["glue_used"],
        thiourea=day["thiourea_used"],
        patrols=day["patrols"],
        inventory=day["inventory"],
    )


def margin(truth: pd.DataFrame, seed: Seed) -> pd.Series:
    """Margin of each row of truth.parquet at the seed's prices, less the cost of moves [$/d]."""
    economic_value = economics.margin(flows(truth, seed), prices_of(seed))
    return pd.Series(economic_value - truth["setpoint_moves"].to_numpy(np.float64), truth.index, name="margin")


def emission(truth: pd.DataFrame, seed: Seed) -> pd.Series:
    """Greenhouse gases of each row of truth.parquet: electricity bought and steam [kgCO2e/d]."""
    gases = economics.emitted(flows(truth, seed), prices_of(seed)).total
    return pd.Series(_TONNE * gases, truth.index, name="co2e")
