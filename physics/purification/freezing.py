"""Directional freezing: segregation, frozen and residual melt, trapped liquid, time, resistance ratio."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric

GALLIUM_MELTING = 29.76  # °C
SOLID_DENSITY = 5904.0  # kg/m³, of gallium; it expands as it freezes
_USUAL_STIRRING = 40.0  # rpm, at which the layer is 1/√2 of that of a still melt
_METRES_A_SECOND = 1e-3 / 3600.0  # of 1 mm/h
_TRAPPING_RANGE = 0.25  # of the critical rate, over which trapping comes to its most


def stirred_layer(stirring_speed: Numeric, still_layer: Numeric = 1.4) -> FloatArray:
    """Thickness of the layer before a freezing front that stirring does not reach: δ0/(1 + ω/40)^0.5.

    Parameters
    ----------
    stirring_speed
        Speed ω of the stirrer, 0 or more [rpm]
    still_layer
        Thickness δ0 where convection alone stirs; 0.3-1.5 with stirring [mm]

    Returns
    -------
    FloatArray
        Thickness δ [mm]

    References
    ----------
    Burton, Prim and Slichter 1953, J. Chem. Phys. 21, 1987-1991: root of the speed at a rotating disc; sizes assumed.
    """
    result: FloatArray = still_layer / np.sqrt(1.0 + np.asarray(stirring_speed, dtype=np.float64) / _USUAL_STIRRING)
    return result


def effective_segregation(
    equilibrium_segregation: Numeric, freezing_rate: Numeric, layer_thickness: Numeric, diffusion: Numeric = 2.0e-9
) -> FloatArray:
    """Content of what freezes over that of the stirred melt: k0/(k0 + (1 - k0) exp(-v δ/D)).

    Parameters
    ----------
    equilibrium_segregation
        Content of the solid over that of the melt at the front, k0, above 0 [1]
    freezing_rate
        Rate v at which the front moves [mm/h]
    layer_thickness
        Thickness δ of the layer that stirring does not reach [mm]
    diffusion
        Diffusion coefficient D in the melt; 1e-9 to 3e-9 [m²/s]

    Returns
    -------
    FloatArray
        Effective segregation coefficient k, from k0 at rest to 1 at great speed [1]

    References
    ----------
    Burton, Prim and Slichter 1953, J. Chem. Phys. 21, 1987-1991.
    """
    metres = _METRES_A_SECOND * np.asarray(freezing_rate, dtype=np.float64) * 1e-3
    left = np.exp(-metres * layer_thickness / diffusion)
    k0 = np.asarray(equilibrium_segregation, dtype=np.float64)
    result: FloatArray = k0 / (k0 + (1.0 - k0) * left)
    return result


def frozen_mean(segregation: Numeric, fraction_frozen: Numeric) -> FloatArray:
    """Mean content of what is frozen over that of the charge: (1 - (1 - g)^k)/g.

    Parameters
    ----------
    segregation
        Effective segregation coefficient k [1]
    fraction_frozen
        Share g of the charge that is frozen, above 0 and below 1 [1]

    Returns
    -------
    FloatArray
        Mean content of the crystal, over that of the charge [1]

    References
    ----------
    Integral of the law of normal freezing (Scheil 1942, Pfann 1952); balance of mass.
    """
    frozen = np.asarray(fraction_frozen, dtype=np.float64)
    result: FloatArray = -np.expm1(np.asarray(segregation, dtype=np.float64) * np.log1p(-frozen)) / frozen
    return result


def trapped_mean(mean_content: Numeric, segregation: Numeric, trapped_share: Numeric) -> FloatArray:
    """Mean content of a crystal in which dendrites hold melt: m (1 + f (1/k - 1)).

    Parameters
    ----------
    mean_content
        Mean content m of the crystal without trapped melt, over that of the charge [1]
    segregation
        Effective segregation coefficient k, above 0 [1]
    trapped_share
        Share f of the crystal that is melt of the front, trapped [1]

    Returns
    -------
    FloatArray
        Mean content, over that of the charge [1]

    References
    ----------
    Mass balance: trapped melt contains 1/k times the content of the solid around it.
    """
    k = np.asarray(segregation, dtype=np.float64)
    result: FloatArray = mean_content * (1.0 + np.asarray(trapped_share, dtype=np.float64) * (1.0 / k - 1.0))
    return result


def trapped_share(freezing_rate: Numeric, critical_rate: Numeric, most_trapped: Numeric = 0.15) -> FloatArray:
    """Share of melt that dendrites trap beyond the critical rate: F (1 - exp(-(v/vc - 1)/0.25)), else 0.

    Parameters
    ----------
    freezing_rate
        Rate v at which the front moves [mm/h]
    critical_rate
        Rate vc up to which the front stays plane; 6-12 for gallium [mm/h]
    most_trapped
        Share F far beyond the critical rate; 0-0.3 [1]

    Returns
    -------
    FloatArray
        Share of the crystal that is trapped melt [1]

    References
    ----------
    That fronts break down beyond a critical rate: constitutional supercooling (Tiller, Jackson, Rutter and Chalmers
    1953, Acta Metall. 1, 428-437); the form beyond it and its sizes are assumed.
    """
    beyond = np.maximum(np.asarray(freezing_rate, dtype=np.float64) / critical_rate - 1.0, 0.0)
    result: FloatArray = most_trapped * -np.expm1(-beyond / _TRAPPING_RANGE)
    return result


def freezing_time(
    charge_mass: Numeric, fraction_frozen: Numeric, freezing_rate: Numeric, mould_area: Numeric = 0.026
) -> FloatArray:
    """Time in which a share of a charge freezes at a steady rate: m g/(ρ A v).

    Parameters
    ----------
    charge_mass
        Mass m of the charge [kg]
    fraction_frozen
        Share g of it that freezes [1]
    freezing_rate
        Rate v at which the front moves, above 0 [mm/h]
    mould_area
        Area A of the front [m²]

    Returns
    -------
    FloatArray
        Time [h]

    References
    ----------
    Balance of mass; density of solid gallium 5904 kg/m³ (recalled from handbooks).
    """
    volume = np.asarray(charge_mass, dtype=np.float64) * fraction_frozen / SOLID_DENSITY
    result: FloatArray = volume / (np.asarray(mould_area, dtype=np.float64) * 1e-3 * freezing_rate)
    return result


def resistance_ratio(impurity_sum: Numeric, purest_ratio: Numeric = 6.0e4, ratio_slope: Numeric = 2.2e-4) -> FloatArray:
    """Resistance at room temperature over that at 4.2 K: 1/(1/R0 + s c).

    Parameters
    ----------
    impurity_sum
        Sum c of all impurities [ppm]
    purest_ratio
        Ratio R0 of a crystal without impurities, by its defects [1]
    ratio_slope
        Rise s of the inverse ratio with impurities [1/ppm]

    Returns
    -------
    FloatArray
        Ratio [1]

    References
    ----------
    Matthiessen's rule; Kudermann and Blaufuß 1987, Mikrochim. Acta: residual resistance shows what analyses of
    gallium above 99.9999 % do not; sizes assumed.
    """
    inverse = 1.0 / np.asarray(purest_ratio, dtype=np.float64) + np.asarray(ratio_slope) * impurity_sum
    result: FloatArray = 1.0 / inverse
    return result
