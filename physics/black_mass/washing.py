"""Washing of powder: solubility of lithium carbonate, and lithium that leaves with the water."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.atoms import ATOMS

# Solubility of lithium carbonate [kg/m³ of water] by temperature [°C]; it falls as the water warms.
_WATER = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
_DISSOLVED = np.array([15.3, 12.7, 10.1, 8.5, 7.2])
_LITHIUM, _CARBON, _OXYGEN = (ATOMS[element][1] for element in ("li", "c", "o"))
_OF_CARBONATE = 2.0 * _LITHIUM / (2.0 * _LITHIUM + _CARBON + 3.0 * _OXYGEN)  # lithium of Li2CO3 [1]
_PERCENT_OF_KG = 0.1  # %/(kg/t)


def lithium_carbonate_solubility(water_temperature: Numeric) -> FloatArray:
    """Lithium carbonate that water dissolves, straight between 0, 25, 50, 75 and 100 °C.

    Parameters
    ----------
    water_temperature
        Temperature of the water, 0-100 [°C]

    Returns
    -------
    FloatArray
        Lithium carbonate [kg/m³]

    References
    ----------
    A. Seidell (1940). Solubilities of inorganic and metal organic compounds, 3rd ed., vol. 1, 909-911, as tables on the
    web cite it: 1.53, 1.27, 1.01, 0.85 and 0.72 g for 100 g of water.
    """
    result: FloatArray = np.interp(floats(water_temperature), _WATER, _DISSOLVED)
    return result


def lithium_after_wash(
    powder_lithium: Numeric,
    carbonate_lithium: Numeric,
    salt_lithium: Numeric,
    wash_ratio: Numeric,
    carbonate_solubility: Numeric,
    wash_saturation: Numeric,
) -> FloatArray:
    """Lithium that washing leaves: c - s - min(k, 0.188 a S w).

    Parameters
    ----------
    powder_lithium
        Content c before, in all compounds [%]
    carbonate_lithium
        Content k of it that is lithium carbonate [%]
    salt_lithium
        Content s of soluble salts that the water takes [%]
    wash_ratio
        Water w for a tonne of powder [m³/t]
    carbonate_solubility
        Solubility S of lithium carbonate [kg/m³]
    wash_saturation
        Share a of the solubility that the water reaches while it is in contact with the powder [1]

    Returns
    -------
    FloatArray
        Content; the mass of the powder is taken as constant [%]

    References
    ----------
    Balance of mass; oxides of cathodes do not dissolve in water.
    """
    carried = _PERCENT_OF_KG * _OF_CARBONATE * wash_saturation * floats(carbonate_solubility) * wash_ratio
    return powder_lithium - floats(salt_lithium) - np.minimum(carbonate_lithium, carried)
