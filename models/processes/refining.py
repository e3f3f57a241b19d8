"""Targets of electrorefining, which follow from voltage and current efficiency alike for every metal."""

from __future__ import annotations

from collections.abc import Mapping

from physics.arrays import FloatArray
from physics.electrochemistry import alternating_current_energy


def derived_targets(direct: FloatArray, steam: FloatArray, economics: Mapping[str, float]) -> dict[str, FloatArray]:
    """Return energy, steam and greenhouse gases a tonne.

    Parameters
    ----------
    direct : ndarray, shape (n,)
        Direct current at the cells [kWh/t].
    steam : ndarray, shape (n,)
        Steam [kg/t].
    economics : Mapping of str to float
        Values of the seed's [economics] by name, in the unit of the seed.

    Returns
    -------
    dict of str to ndarray
        specific_energy [kWh/t], specific_steam [kg/t], and co2e of electricity bought and steam [tCO2e/t].

    References
    ----------
    Faraday's law; location-based accounting of electricity.
    """
    bought = alternating_current_energy(direct, economics["rectifier_efficiency"], economics["auxiliary_energy"])
    emitted = bought * economics["grid_emission_factor"] + steam * economics["steam_emission_factor"]  # kg/t
    return {"specific_energy": direct, "specific_steam": steam, "co2e": emitted / 1000.0}
