"""True margin of a pot by the prices of the seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

from physics.reduction.emissions import anode_co2, c2f6_emission, cf4_emission, perfluorocarbon_co2e
from seeds import Seed

_TONNE = 1000.0  # kg/t


def margin(truth: pd.DataFrame, seed: Seed) -> pd.Series:
    """Value of the metal less power, alumina, AlF3, anodes, emissions, interest on the metal pool and knob moves.

    AlF3 and alumina that the bath gained, and alumina that lies as sludge and comes back as feed, are no cost: they are
    worth what they were bought for. Bath that was poured in or tapped is paid by what it holds of both.

    Parameters
    ----------
    truth
        Rows of truth.parquet.
    seed
        Seed whose [economics] holds prices and emission factors.

    Returns
    -------
    pd.Series
        Margin of each row [$/d]
    """
    assert seed.plant is not None
    price = {name: quantity.value for name, quantity in seed.economics.items()}
    metal = truth["metal_produced"] / _TONNE
    bought = truth["energy"] / price["rectifier_efficiency"] + price["auxiliary_energy"] * metal
    cf4 = cf4_emission(truth["ae_minutes"].to_numpy(np.float64), 1.0, price["cf4_slope"])
    gases = perfluorocarbon_co2e(cf4, c2f6_emission(cf4, price["c2f6_to_cf4"]), price["gwp_cf4"], price["gwp_c2f6"])
    emitted = (
        bought * price["grid_emission_factor"] / _TONNE
        + anode_co2(truth["net_carbon"].to_numpy(np.float64), price["anode_sulphur_and_ash"])
        + gases * metal
    )
    alumina = truth["alumina_fed"] - (
        truth["alumina_mass_gained"] + truth["sludge_mass_gained"] - truth["alumina_poured"]
    )
    alf3 = truth["alf3_added"] - (truth["alf3_mass_gained"] - truth["alf3_poured"])
    pool = truth["metal_level"] * seed.plant.value("metal_per_cm") / _TONNE
    result: pd.Series = (
        metal * price["aluminium_price"]
        - bought * price["power_price"]
        - alumina / _TONNE * price["alumina_price"]
        - alf3 / _TONNE * price["alf3_price"]
        - truth["net_carbon"] / _TONNE * price["anode_price"]
        - emitted * price["carbon_price"]
        - pool * price["aluminium_price"] * price["interest"] / seed.plant.value("year")
        - truth["knob_moves"]
    )
    return result.rename("margin")
