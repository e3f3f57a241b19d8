"""Loss of current efficiency in aluminium reduction: its factors, their product, noise of the label.

The loss is what part of the current does not end in metal, in per cent: mostly dissolved metal burnt by anode gas.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.electrochemistry import ALUMINIUM_EQUIVALENT

_LN10 = float(np.log(10.0))


@dataclass(frozen=True)
class LossReference:
    """Reference state of a pot with its loss and noise penalty (assumed: practice, 400 kA class).

    Attributes
    ----------
    loss
        Loss in the reference state [%]
    eutectic_superheat
        Bath temperature 960 °C less the alumina eutectic at 12 wt% excess AlF3, 5.5 wt% CaF2, 0.3 wt% LiF [K]
    excess_alf3
        Excess AlF3 [wt%]
    lif
        LiF [wt%]
    acd
        Anode-cathode distance [mm]
    current_density
        Anode current density [A/cm²]
    noise_threshold
        Voltage noise below which the metal pad counts as quiet [mV]
    noise_penalty
        Part of the loss that each millivolt of noise above the threshold adds, 0.008 to 0.013 [1/mV]
    """

    loss: float = 6.0
    eutectic_superheat: float = 28.7
    excess_alf3: float = 12.0
    lif: float = 0.3
    acd: float = 45.0
    current_density: float = 0.81
    noise_threshold: float = 15.0
    noise_penalty: float = 0.010


P400_LOSS = LossReference()


def capped_lif(lif: Numeric, cap: Numeric = 2.0) -> FloatArray:
    """LiF that still counts in the loss equation: min(L, cap).

    The published LiF coefficient must not be carried to Li-rich baths: their low alumina solubility and sludge eat the
    gain. Valid for any LiF content.

    Parameters
    ----------
    lif
        LiF, L [wt%]
    cap
        Content above which LiF does not raise the efficiency further [wt%]

    Returns
    -------
    FloatArray
        LiF to put into `dewing_factor` [wt%]

    References
    ----------
    Assumed: Li-rich Chinese baths do not reach the efficiency that the extrapolated coefficient would give.
    """
    result: FloatArray = np.minimum(lif, cap)
    return result


def dewing_factor(
    eutectic_superheat_change: Numeric, excess_alf3_change: Numeric, lif_change: Numeric = 0.0
) -> FloatArray:
    """Loss relative to that of a reference bath: 10^(0.0095 dSH - 0.019 dA - 0.060 dL).

    SH is the bath temperature less the *eutectic with alumina* (see `eutectic_temperature`), not less the operating
    liquidus. CaF2 has no effect of its own. Valid for LiF up to 2 wt%, see `capped_lif`.

    At fixed superheat AlF3 takes 5.5 % of the loss a wt%. At fixed bath temperature it adds 5.7 % by this equation;
    both coefficients come from plants in which temperature and AlF3 vary together, so that this difference is not
    established: the solubility of aluminium at fixed temperature points the other way.

    Parameters
    ----------
    eutectic_superheat_change
        Change of the eutectic superheat from the reference, dSH [K]
    excess_alf3_change
        Change of excess AlF3 from the reference, dA [wt%]
    lif_change
        Change of LiF from the reference, dL [wt%]

    Returns
    -------
    FloatArray
        Loss over the loss at the reference [1]

    References
    ----------
    Loss of current efficiency in aluminum electrolysis cells, Metall. Trans. B (abstract read; author Dewing and year
    1991 recalled from memory).
    """
    superheat = floats(eutectic_superheat_change)
    result: FloatArray = np.exp(_LN10 * (0.0095 * superheat - 0.019 * excess_alf3_change - 0.060 * lif_change))
    return result


def distance_factor(acd: Numeric, reference_acd: Numeric = 45.0) -> FloatArray:
    """Loss relative to that at a reference anode-cathode distance: (d_ref/d)^0.17.

    Valid from about 25 to 70 mm, before the noise that a small distance brings.

    Parameters
    ----------
    acd
        Anode-cathode distance d, above 0 [mm]
    reference_acd
        Reference distance d_ref [mm]

    Returns
    -------
    FloatArray
        Loss over the loss at the reference [1]

    References
    ----------
    Lillebuen, Ytterdahl, Huglen, Paulsen 1980, Current efficiency and back reaction in aluminium electrolysis,
    Electrochim. Acta 25 (exponent recalled from memory).
    """
    result: FloatArray = (reference_acd / floats(acd)) ** 0.17
    return result


def velocity_factor(velocity_ratio: Numeric) -> FloatArray:
    """Loss relative to that at a reference velocity of the metal surface: (u/u_ref)^0.83.

    Parameters
    ----------
    velocity_ratio
        Velocity between metal and bath over its reference, u/u_ref, 0 or more [1]

    Returns
    -------
    FloatArray
        Loss over the loss at the reference [1]

    References
    ----------
    Lillebuen, Ytterdahl, Huglen, Paulsen 1980, Electrochim. Acta 25 (exponent recalled from memory).
    """
    result: FloatArray = floats(velocity_ratio) ** 0.83
    return result


def interfacial_velocity_ratio(
    metal_level: Numeric, reference_level: Numeric = 22.0, per_centimetre: Numeric = 0.03
) -> FloatArray:
    """Velocity of the metal surface over that at a reference metal level: exp(-k (h - h_ref)).

    Valid for metal levels from 8 to 40 cm.

    Parameters
    ----------
    metal_level
        Metal level h [cm]
    reference_level
        Reference metal level h_ref [cm]
    per_centimetre
        Part k of the velocity that a centimetre of metal takes away, 0.02 to 0.04 [1/cm]

    Returns
    -------
    FloatArray
        Velocity over the velocity at the reference [1]

    References
    ----------
    Assumed: engineering practice, +1 cm of metal lowers the velocity by 2 to 4 %.
    """
    level = floats(metal_level)
    result: FloatArray = np.exp(-per_centimetre * (level - reference_level))
    return result


def density_factor(current_density: Numeric, reference_density: Numeric = 0.81) -> FloatArray:
    """Loss relative to a reference current density: i_ref/i, since the lost flux hardly depends on it.

    Parameters
    ----------
    current_density
        Anode current density i, above 0 [A/cm²]
    reference_density
        Reference anode current density i_ref [A/cm²]

    Returns
    -------
    FloatArray
        Loss over the loss at the reference [1]

    References
    ----------
    Derived from the balance of Lillebuen et al. 1980, Electrochim. Acta 25 (recalled from memory).
    """
    return reference_density / floats(current_density)


def noise_factor(voltage_noise: Numeric, threshold: Numeric = 15.0, penalty: Numeric = 0.010) -> FloatArray:
    """Loss relative to that over a quiet metal pad: 1 + k max(0, noise - threshold).

    Parameters
    ----------
    voltage_noise
        Low-frequency voltage noise [mV]
    threshold
        Noise below which the pad counts as quiet [mV]
    penalty
        Part k of the loss that a millivolt adds, 0.008 to 0.013 [1/mV]

    Returns
    -------
    FloatArray
        Loss over the loss of a quiet pad, 1 or more [1]

    References
    ----------
    Assumed: engineering practice, 0.05 to 0.08 points of efficiency a millivolt; low confidence.
    """
    noise = floats(voltage_noise)
    result: FloatArray = 1.0 + penalty * np.maximum(noise - threshold, 0.0)
    return result


def pad_noise(
    acd: Numeric, critical_acd: Numeric = 38.0, quiet: Numeric = 10.0, rise: Numeric = 15.0, width: Numeric = 2.0
) -> FloatArray:
    """Voltage noise of the metal pad by anode-cathode distance: n0 + n1 ln(1 + exp((d_c - d)/w)).

    Valid from about 25 to 70 mm.

    Parameters
    ----------
    acd
        Anode-cathode distance d [mm]
    critical_acd
        Distance d_c below which the pad grows unstable, 36 to 41 by design and metal level [mm]
    quiet
        Noise n0 far above it, 8 to 12 [mV]
    rise
        Noise n1 that each width below it adds, 10 to 20 [mV]
    width
        Width w of the passage, 1.5 to 2.5 [mm]

    Returns
    -------
    FloatArray
        Voltage noise [mV]

    References
    ----------
    Assumed: engineering practice; it shows the limit of stability that plants find below about 40 mm.
    """
    distance = floats(acd)
    depth = (critical_acd - distance) / width
    # ln(1 + e^x) in the form that cannot overflow
    result: FloatArray = quiet + rise * (np.maximum(depth, 0.0) + np.log1p(np.exp(-np.abs(depth))))
    return result


def anode_effect_loss(ae_frequency: Numeric, ae_duration: Numeric, lost_share: Numeric = 75.0) -> FloatArray:
    """Current lost in anode effects: (frequency x duration/1440) x share.

    Parameters
    ----------
    ae_frequency
        Anode effects of a pot in a day [1/d]
    ae_duration
        Mean duration of one, 0 where there is none [min]
    lost_share
        Share of the current lost while one burns, 50 to 100 [%]

    Returns
    -------
    FloatArray
        Loss [%]

    References
    ----------
    Assumed: engineering practice for the share; the rest is counting.
    """
    return floats(ae_frequency) * ae_duration * lost_share / 1440.0


def current_loss(
    reference_loss: Numeric,
    bath_factor: Numeric,
    distance_factor: Numeric = 1.0,
    velocity_factor: Numeric = 1.0,
    density_factor: Numeric = 1.0,
    noise_factor: Numeric = 1.0,
    added_loss: Numeric = 0.0,
) -> FloatArray:
    """Loss of a pot: reference loss times its factors, plus a rest.

    Parameters
    ----------
    reference_loss
        Loss in the reference state [%]
    bath_factor
        `dewing_factor` of the bath [1]
    distance_factor
        `distance_factor` of the anode-cathode distance [1]
    velocity_factor
        `velocity_factor` of the metal surface [1]
    density_factor
        `density_factor` of the anode current [1]
    noise_factor
        `noise_factor` of the metal pad [1]
    added_loss
        Sum of spikes and contacts (1 to 8 while one is in), sludge (0 to 2) and anode effects [%]

    Returns
    -------
    FloatArray
        Loss; current efficiency is 100 less it [%]

    References
    ----------
    Dewing's equation (Metall. Trans. B, 1991) with the exponents of Lillebuen et al. 1980 (Electrochim. Acta 25), both
    partly recalled from memory; that the factors multiply, and the added losses, are assumed.
    """
    product = floats(reference_loss) * bath_factor * distance_factor * velocity_factor
    return product * density_factor * noise_factor + added_loss


def label_noise(
    level_error: Numeric,
    window: Numeric,
    line_current: Numeric = 400.0,
    pool_area: Numeric = 62.0,
    metal_density: Numeric = 2300.0,
) -> FloatArray:
    """Error of a current efficiency measured by tapped metal and the change of the metal level.

    sd = 100 sqrt(2) rho A s/(q I t): two level readings, each with the error s. Valid where the tapped mass is exact.

    Parameters
    ----------
    level_error
        Standard deviation s of a level reading [cm]
    window
        Time t between the readings, above 0 [d]
    line_current
        Line current I [kA]
    pool_area
        Area A of the metal pool [m²]
    metal_density
        Density rho of liquid aluminium [kg/m³]

    Returns
    -------
    FloatArray
        Standard deviation of the measured current efficiency [%]

    References
    ----------
    Derived here, in the spirit of Fredrickson 2003, Error analysis in the measurement of current efficiency in
    Hall-Héroult cells, Light Metals.
    """
    mass = np.sqrt(2.0) * metal_density * pool_area * 0.01 * floats(level_error)
    result: FloatArray = 100.0 * mass / (ALUMINIUM_EQUIVALENT * line_current * 24.0 * window)
    return result
