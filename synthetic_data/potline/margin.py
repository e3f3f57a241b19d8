"""True margin and emission of a pot by the prices and factors of the seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from physics.reduction import economics
from seeds import Seed
from synthetic_data.engine.economics import prices_of
from synthetic_data.engine.plan import plant_of

_TONNE = 1000.0  # kg/t


def flows(truth: pd.DataFrame, seed: Seed) -> economics.PotFlows:
    """True production, consumption and stocks of pots, by rows of truth.parquet.

    AlF3 and alumina that the bath gained, and alumina that lies as sludge and comes back as feed, are no cost. Bath
    that was poured in or tapped is paid for its content of both.
    """
    day = {name: column.to_numpy(np.float64) for name, column in truth.items() if column.dtype == np.float64}
    dissolved = day["alumina_mass_gained"] - day["alumina_poured"]
    return economics.PotFlows(
        metal=day["metal_produced"],
        energy=day["energy"],
        alumina=day["alumina_fed"] - dissolved - day["sludge_mass_gained"],
        alf3=day["alf3_added"] - (day["alf3_mass_gained"] - day["alf3_poured"]),
        net_carbon=day["net_carbon"],
        ae_minutes=day["ae_minutes"],
        pool=day["metal_level"] * plant_of(seed).value("metal_per_cm"),
    )


def margin(truth: pd.DataFrame, seed: Seed) -> pd.Series:
    """Margin of each row of truth.parquet at the seed's prices, less the cost of moves [$/d]."""
    economic_value = economics.margin(flows(truth, seed), prices_of(seed))
    return pd.Series(economic_value - truth["setpoint_moves"].to_numpy(np.float64), truth.index, name="margin")


def emission(truth: pd.DataFrame, seed: Seed) -> pd.Series:
    """Greenhouse gases of each row of truth.parquet: electricity, anodes, anode effects [kgCO2e/d]."""
    gases = economics.emitted(flows(truth, seed), prices_of(seed)).total
    return pd.Series(_TONNE * gases, truth.index, name="co2e")
