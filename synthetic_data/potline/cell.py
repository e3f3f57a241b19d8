"""Processes between anode and metal in a day: distance, noise, anode effects, current efficiency."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from physics.reduction.anode_effect import anode_effect_hazard, unevenness_factor
from physics.reduction.cell_design import CellDesign
from physics.reduction.cell_voltage import voltage_line
from physics.reduction.cryolite import eutectic_temperature, liquidus_solheim_1996
from physics.reduction.current_efficiency import (
    anode_effect_loss,
    capped_lif,
    current_loss,
    density_factor,
    dewing_factor,
    distance_factor,
    interfacial_velocity_ratio,
    noise_factor,
    pad_noise,
    velocity_factor,
)
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates

Day = dict[str, FloatArray]  # what happened in a day, by name, one value a pot

_PER_CENT = 100.0
_CM = 100.0  # cm/m
_HOURS = 24.0  # h/d
_MILLI = 0.001
_MOST_AE = 3  # anode effects of a pot in a day that are counted


def design(p: PotlineParameters) -> CellDesign:
    """Dimensions of the plant's pots."""
    return CellDesign(
        anode_face=p.anode_face,
        anodes=int(p.anodes),
        cathode_face=p.cathode_face,
        fan_out=p.fan_out,
        slot_factor=p.slot_factor,
        onset_alumina=p.ae_onset_alumina,
        anode_drop=p.anode_drop,
        nominal_current=p.nominal_current,
    )


def bath(p: PotlineParameters, pots: PotStates) -> Day:
    """Composition of the bath and how far it is from freezing and from saturation."""
    mass = pots.bath_mass
    excess_alf3 = _PER_CENT * pots.alf3_mass / mass
    alumina = _PER_CENT * pots.alumina_mass / mass
    caf2 = pots.caf2 * (p.bath_level_target * p.bath_per_cm) / mass
    liquidus = liquidus_solheim_1996(excess_alf3, caf2, alumina, pots.lif, p.mgf2)
    return {
        "excess_alf3": excess_alf3,
        "alumina": alumina,
        "caf2": caf2,
        "liquidus": liquidus,
        "superheat": pots.bath_temperature - liquidus,
        "metal_level": pots.metal_mass / p.metal_per_cm,
        "bath_level": mass / p.bath_per_cm,
        "wear": wear(p, pots.age),
    }


def wear(p: PotlineParameters, age: FloatArray) -> FloatArray:
    """Wear of the cathode, slow at first: the cube of the age over the wear age [1]."""
    relative = age / p.wear_age
    worn: FloatArray = np.minimum(relative * relative * relative, p.wear_most)
    return worn


def ledge(p: PotlineParameters, pots: PotStates) -> FloatArray:
    """Thickness of the ledge at the side [cm]."""
    thickness: FloatArray = _CM / (p.ledge_density * p.ledge_area) * pots.ledge_mass
    return thickness


def cathode_drop(p: PotlineParameters, pots: PotStates) -> FloatArray:
    """Voltage drop of the cathode: grows with the years and under sludge [mV]."""
    drop: FloatArray = pots.drop_at_start + p.drop_drift / p.year * pots.age + p.drop_per_sludge * pots.sludge_mass
    return drop


def distance(
    p: PotlineParameters, pots: PotStates, cell: CellDesign, day: Day, current: float, error: FloatArray
) -> None:
    """Anode-cathode distance at which resistance control meets its target, and the resulting voltage."""
    drop = cathode_drop(p, pots)
    offset, slope = voltage_line(
        current, pots.bath_temperature, day["excess_alf3"], day["caf2"], day["alumina"], pots.lif, drop, cell
    )
    target = day["voltage_setpoint"] + pots.voltage_extra + error
    # Regulated is the resistance: with less current the voltage above the intercept falls in proportion.
    desired = p.voltage_intercept + (target - p.voltage_intercept) * (current / p.nominal_current)
    acd = np.minimum(np.maximum((desired - offset) / slope, p.acd_least), p.acd_most)
    day["acd"] = acd
    day["cell_voltage"] = offset + slope * acd
    day["cathode_drop"] = drop


def noise(p: PotlineParameters, pots: PotStates, day: Day) -> None:
    """Voltage noise of the metal pad, and the hours in which it is beyond the alarm limit.

    The pad is stable above a limit of the distance. It rises with wear, with sludge, and with a ledge so thick that its
    toe lies under the anodes, where it bends the current in the metal; more metal lowers it.
    """
    toe = np.maximum(ledge(p, pots) - p.ledge_free, 0.0)
    limit = (
        pots.acd_limit
        + p.acd_limit_wear * day["wear"]
        - p.acd_limit_per_metal * (day["metal_level"] - p.metal_level_target)
        + p.acd_limit_per_sludge * pots.sludge_mass
        + p.acd_limit_per_ledge * toe
    )
    steady = pad_noise(day["acd"], limit, pots.noise_floor, p.noise_rise, p.noise_width)
    steady = steady * np.exp(p.noise_sd * pots.walks[2] - 0.5 * p.noise_sd**2)
    steady = steady + p.spike_noise * day["spike"] + p.sick_noise * day["sick"]
    restless = _HOURS / (1.0 + np.exp((p.noise_alarm - steady) / p.noise_alarm_width))
    unstable = np.minimum(day["pad_hours"] + restless, _HOURS)
    day["voltage_noise"] = steady + p.pad_noise / _HOURS * day["pad_hours"]
    day["unstable_time"] = unstable
    day["acd_margin"] = day["acd"] - limit


def anode_effects(
    p: PotlineParameters, pots: PotStates, day: Day, current: float, probability: FloatArray, length: FloatArray
) -> None:
    """Anode effects of the day: Poisson counts by thresholds on one uniform, log-normal durations."""
    hazard = anode_effect_hazard(
        day["alumina"],
        0.1 * current / p.anode_face,
        day["new_anodes"] * p.new_anode_hours / _HOURS,
        p.ae_onset_alumina,
        p.ae_width,
        p.ae_onset_hazard,
    )
    spread = unevenness_factor(p.ae_local_sd, p.ae_width)
    starved = 1.0 + p.ae_blockage_factor * day["blocked_hours"] / _HOURS
    mean = np.minimum(_HOURS * hazard * spread * pots.ae_frailty * starved, p.ae_most)
    none = np.exp(-mean)
    count = (probability > none).astype(np.float64)
    term = none
    for k in range(1, _MOST_AE):
        term = term * mean / k
        none = none + term
        count += probability > none
    day["ae_count"] = count
    day["ae_minutes"] = count * p.ae_duration * np.exp(p.ae_duration_sd * length)


def efficiency(p: PotlineParameters, pots: PotStates, day: Day, current: float) -> None:
    """Current efficiency: 100 less back reaction, shorts, sludge and anode effects."""
    alf3 = day["excess_alf3"]
    eutectic = eutectic_temperature(alf3, day["caf2"], pots.lif, p.mgf2)
    lif = capped_lif(pots.lif, p.lif_cap)
    bath_factor = dewing_factor(
        pots.bath_temperature - eutectic - p.loss_superheat, alf3 - p.loss_alf3, lif - p.loss_lif
    )
    ratio = interfacial_velocity_ratio(day["metal_level"], p.metal_level_target, p.velocity_per_metal)
    own = pots.loss_factor * (1.0 + p.loss_wear * day["wear"])
    added = (
        p.spike_loss * day["spike"]
        + p.sick_loss * day["sick"]
        + p.sludge_loss * np.minimum(pots.sludge_mass / p.sludge_heavy, p.sludge_loss_most) ** 2
        + p.start_loss * np.exp(-pots.age / p.start_time)
        + anode_effect_loss(day["ae_minutes"], 1.0, p.ae_lost_share)
    )
    loss = current_loss(
        p.loss_reference * own,
        bath_factor,
        distance_factor(day["acd"], p.loss_acd),
        velocity_factor(ratio),
        density_factor(0.1 * current / p.anode_face, p.loss_density),
        noise_factor(day["voltage_noise"], p.noise_threshold, p.noise_penalty),
        added,
    )
    day["current_efficiency"] = np.maximum(_PER_CENT - loss, p.efficiency_least)
