"""Properties of cryolite bath: liquidus, alumina solubility, conductivity, cryolite ratio, eutectic.

Compositions are mass per cent of the bath; excess AlF3 is what goes beyond Na3AlF6.
"""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import ZERO_CELSIUS

CRYOLITE_MOLAR_MASS = 209.94  # g/mol
ALF3_MOLAR_MASS = 83.98  # g/mol
# Newton doubles the good digits in a step; speed counts here, and what two steps leave is stated and tested.
_EUTECTIC_STEPS = 2
_EUTECTIC_START = 930.0  # °C


def _alumina_free_liquidus(
    excess_alf3: FloatArray, caf2: FloatArray, lif: Numeric, mgf2: Numeric, kf: Numeric
) -> FloatArray:
    product = caf2 * excess_alf3
    pure = 1011.0 + 0.50 * excess_alf3 - 0.13 * excess_alf3**2.2 - 3.45 * caf2 / (1.0 + 0.0173 * caf2)
    mixed = 0.124 * product - 0.00542 * product * np.sqrt(product)
    lithium = 8.90 * lif / (1.0 + 0.0047 * lif + 0.0010 * excess_alf3 * excess_alf3)
    result: FloatArray = pure + mixed - lithium - 3.95 * mgf2 - 3.95 * kf
    return result


def liquidus_solheim_1996(
    excess_alf3: Numeric,
    caf2: Numeric,
    alumina: Numeric,
    lif: Numeric = 0.0,
    mgf2: Numeric = 0.0,
    kf: Numeric = 0.0,
) -> FloatArray:
    """Temperature at which cryolite starts to freeze out of an industrial bath.

    With A, C, O, L, M, K for the six arguments in order:
    t = 1011 + 0.50 A - 0.13 A^2.2 - 3.45 C/(1 + 0.0173 C) + 0.124 C A - 0.00542 (C A)^1.5
    - 7.93 O/(1 + 0.0936 O - 0.0017 O^2 - 0.0023 A O) - 8.90 L/(1 + 0.0047 L + 0.0010 A^2) - 3.95 M - 3.95 K.
    Valid for A, C, L from 0 to 20 wt%, M and K below 5 wt%, O up to saturation.

    Parameters
    ----------
    excess_alf3
        Excess AlF3 [wt%]
    caf2
        CaF2 [wt%]
    alumina
        Dissolved Al2O3 [wt%]
    lif
        LiF [wt%]
    mgf2
        MgF2 [wt%]
    kf
        KF [wt%]

    Returns
    -------
    FloatArray
        Liquidus temperature [°C]

    References
    ----------
    Solheim, Rolseth, Skybakmoen, Støen, Sterten, Støre 1996, Liquidus temperatures for primary crystallization of
    cryolite in molten salt systems of interest for aluminum electrolysis, Metall. Mater. Trans. B 27, 739-744.
    Equation read in a public copy of the abstract; two garbled coefficients (0.50, 0.0936) confirmed elsewhere.
    """
    a = floats(excess_alf3)
    c = floats(caf2)
    o = floats(alumina)
    return _alumina_free_liquidus(a, c, lif, mgf2, kf) - 7.93 * o / (1.0 + (0.0936 - 0.0017 * o - 0.0023 * a) * o)


def _solubility_law(
    excess_alf3: FloatArray, caf2: Numeric, lif: FloatArray, mgf2: Numeric
) -> tuple[FloatArray, FloatArray]:
    a, product = excess_alf3, lif * excess_alf3
    factor = (
        11.9 - (0.062 + 0.003 * a) * a - 0.50 * lif - 0.20 * caf2 - 0.30 * mgf2 + 42.0 * product / (2000.0 + product)
    )
    exponent = 4.8 - 0.048 * a + 2.2 * lif * np.sqrt(lif) / (10.0 + lif + 0.001 * a * a * a)
    return factor, exponent


def alumina_solubility_skybakmoen_1997(
    bath_temperature: Numeric, excess_alf3: Numeric, caf2: Numeric, lif: Numeric = 0.0, mgf2: Numeric = 0.0
) -> FloatArray:
    """Alumina that the bath can hold in solution.

    S = a (t/1000)^b with a = 11.9 - 0.062 A - 0.003 A^2 - 0.50 L - 0.20 C - 0.30 M + 42 L A/(2000 + L A) and
    b = 4.8 - 0.048 A + 2.2 L^1.5/(10 + L + 0.001 A^3). Valid from 850 to 1050 °C; standard deviation 0.29 wt%.

    Parameters
    ----------
    bath_temperature
        Bath temperature t [°C]
    excess_alf3
        Excess AlF3, A [wt%]
    caf2
        CaF2, C [wt%]
    lif
        LiF, L [wt%]
    mgf2
        MgF2, M [wt%]

    Returns
    -------
    FloatArray
        Alumina solubility S [wt%]

    References
    ----------
    Skybakmoen, Solheim, Sterten 1997, Alumina solubility in molten salt systems of interest for aluminum electrolysis
    and related phase diagram data, Metall. Mater. Trans. B 28, 81-86.
    """
    t = floats(bath_temperature)
    a = floats(excess_alf3)
    factor, exponent = _solubility_law(a, caf2, floats(lif), mgf2)
    return factor * (0.001 * t) ** exponent


def eutectic_temperature(
    excess_alf3: Numeric, caf2: Numeric, lif: Numeric = 0.0, mgf2: Numeric = 0.0, kf: Numeric = 0.0
) -> FloatArray:
    """Temperature at which cryolite and alumina freeze together: t = liquidus(alumina = solubility(t)).

    Solved by two Newton steps, so that all cells of an array take the same time. Valid where both correlations are:
    excess AlF3 from 0 to 20 wt%, 850 to 1050 °C. There the residual, |t - liquidus(alumina = solubility(t))|, is below
    0.004 K, and below 0.001 K with up to 5 wt% of LiF. NaN, and AlF3, CaF2 or LiF below 0, give NaN in their place.
    Cryolite and alumina alone give 965.9 °C at 10.1 wt%; accepted are 961 to 962.5 °C and 10 to 11 wt%. The 4 K cancel
    in differences from a reference bath.

    Parameters
    ----------
    excess_alf3
        Excess AlF3 [wt%]
    caf2
        CaF2 [wt%]
    lif
        LiF [wt%]
    mgf2
        MgF2 [wt%]
    kf
        KF [wt%]

    Returns
    -------
    FloatArray
        Pseudo-binary eutectic temperature [°C]

    References
    ----------
    Liquidus of Solheim et al. 1996 (Metall. Mater. Trans. B 27, 739-744) at the solubility of Skybakmoen et al. 1997
    (Metall. Mater. Trans. B 28, 81-86).
    """
    a = floats(excess_alf3)
    free = _alumina_free_liquidus(a, floats(caf2), lif, mgf2, kf)
    factor, exponent = _solubility_law(a, caf2, floats(lif), mgf2)
    linear = 0.0936 - 0.0023 * a
    t = free * 0.0 + _EUTECTIC_START
    for _ in range(_EUTECTIC_STEPS):
        o = factor * (0.001 * t) ** exponent
        inverse = 1.0 / (1.0 + (linear - 0.0017 * o) * o)
        slope = 7.93 * (1.0 + 0.0017 * o * o) * inverse * inverse * o * exponent / t
        t = t - (t - free + 7.93 * o * inverse) / (1.0 + slope)
    return t


def cryolite_ratio(
    excess_alf3: Numeric,
    caf2: Numeric,
    alumina: Numeric,
    lif: Numeric = 0.0,
    mgf2: Numeric = 0.0,
    kf: Numeric = 0.0,
) -> FloatArray:
    """Moles of NaF per mole of AlF3: CR = 3 n/(n + A/83.98), n = (100 - A - C - O - L - M - K)/209.94.

    Valid for baths whose sodium is all in cryolite; it leaves Li and K cryolites out, so conventions for Li/K-rich
    baths differ.

    Parameters
    ----------
    excess_alf3
        Excess AlF3, A [wt%]
    caf2
        CaF2, C [wt%]
    alumina
        Dissolved Al2O3, O [wt%]
    lif
        LiF, L [wt%]
    mgf2
        MgF2, M [wt%]
    kf
        KF, K [wt%]

    Returns
    -------
    FloatArray
        Molar cryolite ratio CR, 3 for pure cryolite [1]

    References
    ----------
    Derived here from molar masses.
    """
    a = floats(excess_alf3)
    moles = (100.0 - a - caf2 - alumina - lif - mgf2 - kf) / CRYOLITE_MOLAR_MASS
    return 3.0 * moles / (moles + a / ALF3_MOLAR_MASS)


def conductivity_wang_1992(
    bath_temperature: Numeric,
    cryolite_ratio: Numeric,
    alumina: Numeric,
    caf2: Numeric,
    lif: Numeric = 0.0,
    mgf2: Numeric = 0.0,
) -> FloatArray:
    """Electrical conductivity of an industrial bath.

    ln k = 1.9105 + 0.1620 CR - 0.01738 O - 0.003955 C - 0.009227 M + 0.02155 L - 1745.7/T, T in kelvin. Valid for
    industrial baths, within 2 to 3 %.

    Parameters
    ----------
    bath_temperature
        Bath temperature [°C]
    cryolite_ratio
        Molar cryolite ratio CR [1]
    alumina
        Dissolved Al2O3, O [wt%]
    caf2
        CaF2, C [wt%]
    lif
        LiF, L [wt%]
    mgf2
        MgF2, M [wt%]

    Returns
    -------
    FloatArray
        Conductivity k [S/cm]

    References
    ----------
    Wang, Peterson, Tabereaux 1992, Electrical conductivity of cryolitic melts, Light Metals. Coefficients recalled
    from memory; at CR 3 and 1000 °C they agree with Híveš et al. 1993 within 1 %.
    """
    temperature = floats(bath_temperature) + ZERO_CELSIUS
    composition = 1.9105 + 0.1620 * cryolite_ratio - 0.01738 * alumina - 0.003955 * caf2
    result: FloatArray = np.exp(composition - 0.009227 * mgf2 + 0.02155 * lif - 1745.7 / temperature)
    return result
