"""Melt in the holding furnace: dross, removal of sodium and magnesium, settling, filtration."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray, Numeric


def melt_loss(melt_temperature: Numeric, holding_time: Numeric, reference_melt_loss: Numeric = 0.9) -> FloatArray:
    """Metal that burns or is held in the dross: m (t/40 min)^0.5 exp(0.012 (T - 720 °C)).

    Oxide grows by the square root of time; the factor of temperature doubles the loss over 58 K.

    Parameters
    ----------
    melt_temperature
        Temperature T of the melt in the furnace [°C]
    holding_time
        Time t from the last crucible to the cast, above 0 [min]
    reference_melt_loss
        Loss m at 720 °C and 40 min; 0.6-1.2 % for primary metal [%]

    Returns
    -------
    FloatArray
        Share of the charge that is lost [%]

    References
    ----------
    Parabolic growth of oxide on liquid aluminium; size and temperature factor are practice of cast houses (assumed).
    """
    time = np.sqrt(np.asarray(holding_time, dtype=np.float64) / 40.0)
    return reference_melt_loss * time * np.exp(0.012 * (np.asarray(melt_temperature) - 720.0))


def share_left_by_flux(flux_dose: Numeric, flux_removal: Numeric) -> FloatArray:
    """Share of an alkali or alkaline-earth metal left after fluxing: exp(-k d).

    First order in the flux stirred in: chloride takes sodium first, then calcium, lithium and magnesium.

    Parameters
    ----------
    flux_dose
        Flux d stirred in for a tonne of melt [kg/t]
    flux_removal
        Rate constant k; about 1 t/kg for sodium and 0.2 t/kg for magnesium of some ppm [t/kg]

    Returns
    -------
    FloatArray
        Content after over content before [1]

    References
    ----------
    First-order kinetics of alkali removal, Engh, T. A., Principles of Metal Refining, Oxford, 1992 (recalled from
    memory); constants assumed.
    """
    return np.exp(-np.asarray(flux_removal, dtype=np.float64) * flux_dose)


def share_left_by_evaporation(holding_time: Numeric, evaporation_time: Numeric) -> FloatArray:
    """Share of a volatile metal left after holding: exp(-t/tau).

    Parameters
    ----------
    holding_time
        Time t from the last crucible to the cast [min]
    evaporation_time
        Time constant tau; about an hour for sodium in a furnace of 40 t [min]

    Returns
    -------
    FloatArray
        Content after over content before [1]

    References
    ----------
    Engh, T. A., Principles of Metal Refining, Oxford, 1992 (recalled from memory); time constant assumed.
    """
    return np.exp(-np.asarray(holding_time, dtype=np.float64) / evaporation_time)


def share_afloat(settling_time: Numeric, sinking_time: Numeric, light_share: Numeric = 0.3) -> FloatArray:
    """Share of inclusions that settling leaves: l + (1 - l) exp(-t/tau).

    Particles that are small or wetted badly, l, do not sink within hours.

    Parameters
    ----------
    settling_time
        Time t without stirring before the cast [min]
    sinking_time
        Depth over mean sinking velocity, tau; 0.6 m over 0.3 mm/s is 33 min [min]
    light_share
        Share l that does not sink [1]

    Returns
    -------
    FloatArray
        Inclusions after over before [1]

    References
    ----------
    Stokes's law for the velocity; Engh, T. A., Principles of Metal Refining, Oxford, 1992 (recalled from memory).
    """
    light = np.asarray(light_share, dtype=np.float64)
    return light + (1.0 - light) * np.exp(-np.asarray(settling_time, dtype=np.float64) / sinking_time)


def filter_efficiency(filter_age: Numeric, fresh_efficiency: Numeric = 0.72, age_scale: Numeric = 160.0) -> FloatArray:
    """Share of inclusions that a ceramic foam filter holds back: e/(1 + (a/A)²).

    It holds most while its cake is thin; what it has caught comes loose when it is loaded beyond its life.

    Parameters
    ----------
    filter_age
        Metal a that has passed since it was new [t]
    fresh_efficiency
        Efficiency e of a new one; 0.5-0.8 for 30-50 pores an inch [1]
    age_scale
        Metal A after which it holds half of that [t]

    Returns
    -------
    FloatArray
        Share held back [1]

    References
    ----------
    Efficiency 50-80 %: practice of cast houses with ceramic foam; the fall with age is assumed.
    """
    return np.asarray(fresh_efficiency, dtype=np.float64) / (1.0 + np.square(np.asarray(filter_age) / age_scale))


def inclusions_passing(inclusions: Numeric, filter_held: Numeric, bypass: Numeric = 0.0) -> FloatArray:
    """Inclusions behind a filter of which a part of the melt flows around: N (1 - e (1 - b)).

    Parameters
    ----------
    inclusions
        Inclusions N larger than 20 µm before the filter [count/g]
    filter_held
        Share e that the filter holds back of what goes through it [1]
    bypass
        Share b of the melt that goes around a seal or a crack [1]

    Returns
    -------
    FloatArray
        Inclusions behind it [count/g]

    References
    ----------
    Balance of particles.
    """
    return np.asarray(inclusions, dtype=np.float64) * (1.0 - np.asarray(filter_held) * (1.0 - np.asarray(bypass)))
