"""Electrolyte enclosed in a deposit: what it brings into the metal, and what its sulphur is."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_SULPHUR, _ACID, _COPPER, _NICKEL = 32.06, 98.079, 63.546, 58.693  # g/mol


def electrolyte_sulphur(h2so4: Numeric, copper_ions: Numeric, nickel_ions: Numeric) -> FloatArray:
    """Sulphur of the sulphates in the electrolyte: that of the acid and one atom a metal ion.

    Parameters
    ----------
    h2so4
        Free sulphuric acid [g/L]
    copper_ions
        Cupric ions [g/L]
    nickel_ions
        Nickel ions [g/L]

    Returns
    -------
    FloatArray
        Sulphur in the electrolyte [g/L]

    References
    ----------
    Stoichiometry of H2SO4, CuSO4 and NiSO4; exact.
    """
    moles = (
        np.asarray(h2so4, dtype=np.float64) / _ACID
        + np.asarray(copper_ions, dtype=np.float64) / _COPPER
        + np.asarray(nickel_ions, dtype=np.float64) / _NICKEL
    )
    result: FloatArray = _SULPHUR * moles
    return result


def occluded_content(occluded_volume: Numeric, bulk_content: Numeric) -> FloatArray:
    """Content that enclosed electrolyte brings into the metal: w = v c.

    Parameters
    ----------
    occluded_volume
        Volume v of electrolyte enclosed in a kilogram of deposit [mL/kg]
    bulk_content
        Content c of the element in the electrolyte [g/L]

    Returns
    -------
    FloatArray
        Content w in the deposit [ppm]

    References
    ----------
    Balance of mass; 0.1 mL/kg at 10 g/L arsenic and 15 g/L nickel are 1.0 and 1.5 ppm.
    """
    result: FloatArray = np.asarray(occluded_volume, dtype=np.float64) * bulk_content
    return result


def occluded_volume(roughness: Numeric, smooth_volume: Numeric = 0.055) -> FloatArray:
    """Electrolyte that a deposit encloses, in proportion to its roughness: v = v0 r.

    Parameters
    ----------
    roughness
        Roughness r of the deposit over that of usual production [1]
    smooth_volume
        Volume v0 in usual production [mL/kg]

    Returns
    -------
    FloatArray
        Enclosed volume v [mL/kg]

    References
    ----------
    Assumed proportional; v0 from 5 ppm of sulphur, usual in cathodes, over 90 g/L in the electrolyte.
    """
    result: FloatArray = np.asarray(roughness, dtype=np.float64) * smooth_volume
    return result
