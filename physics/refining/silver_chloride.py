"""Silver in copper electrolyte: chloride and temperature set the dissolved silver."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric
from physics.electrochemistry import GAS, ZERO_CELSIUS

_REFERENCE = 64.0  # °C, of the solubility product
_SILVER, _CHLORINE = 107.868, 35.45  # g/mol


def silver_chloride_product(
    electrolyte_temperature: Numeric, reference_product: Numeric = 1.6e-9, dissolution_heat: Numeric = 65.5
) -> FloatArray:
    """Solubility product of silver chloride: K = K64 exp(-ΔH/R (1/T - 1/337.15)).

    Parameters
    ----------
    electrolyte_temperature
        Temperature of the electrolyte, T in kelvin [°C]
    reference_product
        Product K64 at 64 °C, in terms of concentrations [mol²/L²]
    dissolution_heat
        Heat ΔH of dissolution [kJ/mol]

    Returns
    -------
    FloatArray
        Solubility product K [mol²/L²]

    References
    ----------
    van 't Hoff; ΔH from the heats of formation of AgCl, Ag+ and Cl- (-127.1, 105.6 and -167.2 kJ/mol). K64 is assumed:
    with it refineries' usual 10 ppm of silver at 60 mg/L chloride comes out. It lies 2.4 times below the thermodynamic
    product, 1.77e-10 at 25 °C and 3.76e-9 at 64 °C, where in so strong a solution it should lie above: cementation on
    anodes and slimes holds part of the silver in a plant. Hence the level is a plant's, and the slopes with chloride
    and temperature, which are those of the precipitate alone, are less sure.
    """
    inverse = 1.0 / (np.asarray(electrolyte_temperature, dtype=np.float64) + ZERO_CELSIUS)
    result: FloatArray = reference_product * np.exp(
        -1000.0 * dissolution_heat / GAS * (inverse - 1.0 / (_REFERENCE + ZERO_CELSIUS))
    )
    return result


def dissolved_silver(chloride: Numeric, solubility_product: Numeric) -> FloatArray:
    """Silver ions in equilibrium with solid silver chloride: [Ag+] = K/[Cl-].

    Parameters
    ----------
    chloride
        Chloride in the electrolyte, above 0 [mg/L]
    solubility_product
        Solubility product K of silver chloride [mol²/L²]

    Returns
    -------
    FloatArray
        Dissolved silver [mg/L]

    References
    ----------
    Law of mass action; complexes with more chloride are left out, they matter above 1 g/L.
    """
    result: FloatArray = (1e6 * _SILVER * _CHLORINE * np.asarray(solubility_product, dtype=np.float64)) / np.asarray(
        chloride, dtype=np.float64
    )
    return result
