"""Gibbsite in sodium aluminate liquor: solubility at equilibrium, and supersaturation."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats

_GAS_CONSTANT = 8.3145  # J/mol/K, as the correlation has it
_DISSOLUTION = 30960.0  # J/mol
_ALPHA_0, _ALPHA_3, _ALPHA_4 = -9.2082, -0.8743, 0.2149
_HYDROXIDE = 0.01887  # mol of sodium in a gram of caustic as Na2CO3
_ALUMINA = 0.96197  # g of Al2O3 that a gram of caustic as Na2CO3 holds, mol by mol
_ZERO = 273.15  # K


def ionic_strength(
    caustic: Numeric,
    carbonate: Numeric = 0.0,
    sodium_chloride: Numeric = 0.0,
    sulphate: Numeric = 0.0,
    organic_carbon: Numeric = 0.0,
) -> FloatArray:
    """Ionic strength of Bayer liquor as the correlation of its solubility counts it.

    I = 0.01887 C + 0.9346 [NaCl]/58.44 + 2.0526 [Na2CO3]/105.99 + 2.1714 [Na2SO4]/142.05 + 1.6734 x 0.01887 TOC

    Parameters
    ----------
    caustic
        Hydroxide and aluminate C, as Na2CO3 [g/L]
    carbonate
        Sodium carbonate [g/L]
    sodium_chloride
        Sodium chloride [g/L]
    sulphate
        Sodium sulphate [g/L]
    organic_carbon
        Total organic carbon TOC [g/L]

    Returns
    -------
    FloatArray
        Ionic strength I [mol/L]

    References
    ----------
    Rosenberg and Healy, 4th International Alumina Quality Workshop, 1996 (recalled).
    """
    return (
        _HYDROXIDE * floats(caustic)
        + 0.9346 / 58.44 * floats(sodium_chloride)
        + 2.0526 / 105.99 * floats(carbonate)
        + 2.1714 / 142.05 * floats(sulphate)
        + 1.6734 * _HYDROXIDE * floats(organic_carbon)
    )


def gibbsite_solubility(liquor_temperature: Numeric, caustic: Numeric, ionic: Numeric) -> FloatArray:
    """Alumina that liquor holds over gibbsite: A* = 0.96197 C/(1 + 10^X/exp(dG/(R T))).

    X = a0 sqrt(I)/(1 + sqrt(I)) - a3 I - a4 I^1.5 stands for the activities.

    Parameters
    ----------
    liquor_temperature
        Temperature T [°C]
    caustic
        Hydroxide and aluminate C, as Na2CO3 [g/L]
    ionic
        Ionic strength I [mol/L]

    Returns
    -------
    FloatArray
        Alumina A* as Al2O3 [g/L]

    References
    ----------
    Rosenberg and Healy, 4th International Alumina Quality Workshop, 1996 (recalled).
    """
    strength = floats(ionic)
    root = np.sqrt(strength)
    activity = _ALPHA_0 * root / (1.0 + root) - strength * (_ALPHA_3 + _ALPHA_4 * root)
    left = np.exp(np.log(10.0) * activity + _DISSOLUTION / _GAS_CONSTANT / (floats(liquor_temperature) + _ZERO))
    result: FloatArray = _ALUMINA * floats(caustic) / (1.0 + left)
    return result


def supersaturation(dissolved: Numeric, equilibrium: Numeric, caustic: Numeric) -> FloatArray:
    """Relative supersaturation that drives precipitation: s = (A - A*)/C.

    Parameters
    ----------
    dissolved
        Alumina A in the liquor, as Al2O3 [g/L]
    equilibrium
        Alumina A* over gibbsite, as Al2O3 [g/L]
    caustic
        Hydroxide and aluminate C, as Na2CO3 [g/L]

    Returns
    -------
    FloatArray
        Supersaturation s [1]

    References
    ----------
    White and Bateman 1988 (recalled); a definition.
    """
    return (floats(dissolved) - equilibrium) / floats(caustic)


def caustic_ratio(alumina_to_caustic: Numeric) -> FloatArray:
    """Molar ratio of caustic Na2O to Al2O3: a = 0.962/(A/C).

    Parameters
    ----------
    alumina_to_caustic
        Ratio A/C of alumina to caustic as Na2CO3, above 0 [1]

    Returns
    -------
    FloatArray
        Molar ratio a [1]

    References
    ----------
    Molar masses of Al2O3 and Na2CO3, 101.96 and 105.99 g/mol.
    """
    return 101.961 / 105.99 / floats(alumina_to_caustic)
