"""Slimes that anodes leave: their mass and make-up, what of them floats, and what enters the deposit."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

_ARSENIC, _ANTIMONY, _BISMUTH = 74.922, 121.760, 208.980  # g/mol
# Share of an anode's content that goes to the slimes; the rest dissolves.
SLIMES_SHARE = {
    "ag": 0.99,
    "se": 0.98,
    "te": 0.98,
    "pb": 0.98,
    "sb": 0.60,
    "bi": 0.60,
    "as": 0.25,
    "ni": 0.10,
}


def slimes_mass(slimes_elements: Numeric, element_share: Numeric = 0.58) -> FloatArray:
    """Mass of slimes a tonne of anode: m = Σ s w / x.

    Parameters
    ----------
    slimes_elements
        Sum Σ s w of what the anodes' elements leave in the slimes, by share s and content w [ppm]
    element_share
        Share x of these elements in the slimes; the rest is copper, sulphate and oxide [1]

    Returns
    -------
    FloatArray
        Mass m of slimes [kg/t]

    References
    ----------
    Balance of mass; shares of Larouche 2001 as given in Schlesinger et al., Extractive Metallurgy of Copper (recalled),
    of nickel as much as plants usually find as oxide (Larouche: 1 %);
    x assumed, so that slimes hold about 14 % silver, 10 to 15 % lead and 8 to 12 % selenium.
    """
    result: FloatArray = np.asarray(slimes_elements, dtype=np.float64) * 1e-3 / element_share
    return result


def slimes_content(anode_content: Numeric, slimes_share: Numeric, slimes_yield: Numeric) -> FloatArray:
    """Content of an element in the slimes: w s / m.

    Parameters
    ----------
    anode_content
        Content w of the element in the anodes [ppm]
    slimes_share
        Share s of it that goes to the slimes [1]
    slimes_yield
        Mass m of slimes a tonne of anode, above 0 [kg/t]

    Returns
    -------
    FloatArray
        Content in the slimes [wt%]

    References
    ----------
    Balance of mass; exact.
    """
    result: FloatArray = 0.1 * np.asarray(anode_content, dtype=np.float64) * slimes_share / slimes_yield
    return result


def included_content(included_slimes: Numeric, part_content: Numeric) -> FloatArray:
    """Content that enclosed slimes bring into the metal.

    Parameters
    ----------
    included_slimes
        Mass of slimes enclosed in the deposit [ppm]
    part_content
        Content of the element in these slimes [wt%]

    Returns
    -------
    FloatArray
        Content in the deposit [ppm]

    References
    ----------
    Balance of mass; exact.
    """
    result: FloatArray = 0.01 * np.asarray(included_slimes, dtype=np.float64) * part_content
    return result


def arsenic_ratio(arsenic: Numeric, antimony: Numeric, bismuth: Numeric) -> FloatArray:
    """Molar ratio As/(Sb + Bi) of anodes: above 2, antimony and bismuth settle with arsenic.

    Parameters
    ----------
    arsenic
        Arsenic in the anodes [ppm]
    antimony
        Antimony in the anodes [ppm]
    bismuth
        Bismuth in the anodes [ppm]

    Returns
    -------
    FloatArray
        Molar ratio As/(Sb + Bi) [1]

    References
    ----------
    Molar masses; the bound of 2 is practice of refineries (recalled). Xiao 2012:
    As(III) helps antimony and bismuth to precipitate.
    """
    moles = np.asarray(antimony, dtype=np.float64) / _ANTIMONY + np.asarray(bismuth, dtype=np.float64) / _BISMUTH
    with np.errstate(divide="ignore"):  # of anodes without antimony and bismuth it is infinite: nothing floats
        result: FloatArray = np.asarray(arsenic, dtype=np.float64) / _ARSENIC / moles
    return result


def floating_share(molar_ratio: Numeric, bound: Numeric = 2.0, steepness: Numeric = 4.0) -> FloatArray:
    """Part of the slimes of antimony and bismuth that floats: 1/(1 + (ρ/ρ0)^k), a half at the bound.

    Parameters
    ----------
    molar_ratio
        Molar ratio ρ = As/(Sb + Bi) of the anodes, 0 or more [1]
    bound
        Ratio ρ0 at which half floats [1]
    steepness
        Exponent k [1]

    Returns
    -------
    FloatArray
        Share that floats [1]

    References
    ----------
    Bound of 2: practice of refineries (recalled). Form and exponent: assumed.
    """
    result: FloatArray = 1.0 / (1.0 + np.power(np.asarray(molar_ratio, dtype=np.float64) / bound, steepness))
    return result
