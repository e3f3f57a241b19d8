"""Hidden state of a block of pots, and how a pot looks when it is started."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.potline.parameters import PotlineParameters

WALKS = ("heat", "feed", "noise", "spread", "cover")
LASTING_FAULTS = 3  # spike, sick pot, cold pot
LINING_NORMALS = 9  # normals that a new lining needs
LINING_UNIFORMS = 1  # uniforms that a new lining needs
_CENT = 0.01  # share of a per cent


@dataclass
class PotStates:
    """One value a pot in each field. Masses in kg, temperatures in °C, voltages in V, times in d."""

    # lining
    age: FloatArray
    life: FloatArray
    idle: FloatArray  # days until the pot is started again; 0 while it runs
    loss_factor: FloatArray  # back reaction over that of the reference pot
    acd_limit: FloatArray  # distance below which the metal pad turns restless [mm]
    noise_floor: FloatArray  # mV
    heat_loss_factor: FloatArray
    transfer_factor: FloatArray  # heat transfer to the ledge over that of the usual pot
    drop_at_start: FloatArray  # cathode drop of the new lining [mV]
    ae_frailty: FloatArray
    iron_level: FloatArray  # wt%
    alf3_factor: FloatArray  # AlF3 consumption over that of the usual pot
    # melt
    bath_temperature: FloatArray
    bath_mass: FloatArray
    ledge_mass: FloatArray
    alf3_mass: FloatArray  # excess AlF3 in the bath
    alumina_mass: FloatArray  # dissolved in the bath
    sludge_mass: FloatArray
    metal_mass: FloatArray
    caf2: FloatArray  # wt% at nominal bath mass
    lif: FloatArray  # wt%
    walks: FloatArray  # slow disturbances of unit variance, one a row in the order of WALKS
    acd_margin: FloatArray  # yesterday's distance above the stability limit [mm]
    fault_left: FloatArray  # days left of spike, sick pot, cold pot, one a row
    fault_share: FloatArray  # share of the day that each is on
    # loops
    voltage_extra: FloatArray  # added by the pot controller to the set-point
    addition: FloatArray  # AlF3 of today [kg/d]
    addition_1: FloatArray  # of yesterday
    addition_2: FloatArray  # of the day before
    assay: FloatArray  # excess AlF3 available [wt%]
    assay_pending: FloatArray
    temperature_read: FloatArray  # readings as the loops smooth them
    metal_level_read: FloatArray  # cm
    bath_level_read: FloatArray  # cm
    noise_read: FloatArray  # mV
    tap: FloatArray  # kg/d
    tap_plan: FloatArray  # what the pot usually gives at nominal current [kg/d]
    # instruments: fixed errors
    temperature_bias: FloatArray
    assay_bias: FloatArray  # wt%
    level_bias: FloatArray  # cm
    bath_level_bias: FloatArray  # cm
    alumina_offset: FloatArray  # content that the feed control comes to, over the wanted one [wt%]
    scale_bias: FloatArray  # 1
    voltage_bias: FloatArray
    shell_bias: FloatArray
    # set-points as the operators want them, before set-point tests
    voltage_setpoint: FloatArray
    excess_alf3_target: FloatArray  # wt%
    metal_level_target: FloatArray  # cm

    @classmethod
    def blank(cls, count: int) -> Self:
        """All zero."""
        rows = {"walks": len(WALKS), "fault_left": LASTING_FAULTS, "fault_share": LASTING_FAULTS}
        shapes = {field.name: (rows[field.name], count) if field.name in rows else (count,) for field in fields(cls)}
        return cls(**{name: np.zeros(shape) for name, shape in shapes.items()})


def build(p: PotlineParameters, count: int, rng: np.random.Generator) -> PotStates:
    """Pots in the middle of their lives, on set-points near those that operators come to."""
    pots = PotStates.blank(count)
    everyone = np.ones(count, dtype=bool)
    reline(p, pots, everyone, rng.standard_normal((LINING_NORMALS, count)), rng.random((LINING_UNIFORMS, count)))
    pots.age = p.first_age_high * rng.random(count)
    pots.life = conditional_life(p, pots.age, rng.random(count))
    pots.temperature_bias = p.thermocouple_pot_sd * rng.standard_normal(count)
    pots.assay_bias = p.assay_pot_sd * rng.standard_normal(count)
    pots.level_bias = p.level_pot_sd * rng.standard_normal(count)
    pots.bath_level_bias = p.bath_level_pot_sd * rng.standard_normal(count)
    pots.alumina_offset = p.alumina_pot_sd * rng.standard_normal(count)
    pots.scale_bias = p.scale_pot_sd * rng.standard_normal(count)
    pots.voltage_bias = p.voltmeter_pot_sd * rng.standard_normal(count)
    pots.shell_bias = p.shell_pot_sd * rng.standard_normal(count)
    pots.caf2 = p.caf2 + p.caf2_pot_sd * rng.standard_normal(count)
    pots.lif = np.full(count, p.lif)
    pots.walks = rng.standard_normal((len(WALKS), count))
    settle(p, pots, everyone, p.bath_temperature, p.excess_alf3)
    pots.sludge_mass[:] = p.sludge_at_start
    years = pots.age / p.year
    pots.voltage_setpoint = (
        p.voltage_setpoint
        + 0.001
        * p.voltage_per_drop
        * (pots.drop_at_start - p.drop_at_start + p.drop_drift * (years - p.mean_age_years))
        + p.voltage_per_mm * (pots.acd_limit - p.acd_limit)
    )
    return pots


def conditional_life(p: PotlineParameters, age: FloatArray, uniform: FloatArray) -> FloatArray:
    """Life of a pot that has reached `age`, from the Weibull law of pot life [d]."""
    reached = (age / p.life_scale) ** p.life_shape
    life: FloatArray = p.life_scale * (reached - np.log1p(-uniform)) ** (1.0 / p.life_shape)
    return life


def reline(
    p: PotlineParameters, pots: PotStates, chosen: NDArray[np.bool_], normals: FloatArray, uniforms: FloatArray
) -> None:
    """Give the chosen pots a new lining with its own character."""
    bad = normals[0]  # a poorly built cathode is restless and back-reacts more
    tied = np.sqrt(1.0 - p.badness_tie**2)
    new = {
        "age": np.zeros_like(bad),
        "life": conditional_life(p, np.zeros_like(bad), uniforms[0]),
        "loss_factor": np.exp(p.loss_factor_sd * bad),
        "acd_limit": p.acd_limit + p.acd_limit_sd * (p.badness_tie * bad + tied * normals[1]),
        "noise_floor": p.noise_floor * np.exp(p.noise_floor_sd * normals[2]),
        "heat_loss_factor": 1.0 + p.heat_loss_pot_sd * normals[3],
        "drop_at_start": p.drop_at_start + p.drop_pot_sd * normals[4],
        "ae_frailty": np.exp(p.ae_frailty_sd * normals[5] - 0.5 * p.ae_frailty_sd**2),
        "iron_level": p.iron_level * np.exp(p.iron_pot_sd * normals[6]),
        "transfer_factor": np.exp(p.transfer_pot_sd * normals[8]),
        "alf3_factor": 1.0 + p.alf3_pot_sd * normals[7],
    }
    for name, values in new.items():
        setattr(pots, name, np.where(chosen, values, getattr(pots, name)))


def settle(
    p: PotlineParameters, pots: PotStates, chosen: NDArray[np.bool_], temperature: float, excess_alf3: float
) -> None:
    """Fill the chosen pots with bath and metal at a temperature and composition, loops at rest."""
    new = {
        "bath_temperature": temperature,
        "bath_mass": p.bath_level_target * p.bath_per_cm,
        "ledge_mass": p.ledge_mass,
        "alf3_mass": _CENT * excess_alf3 * p.bath_level_target * p.bath_per_cm,
        "alumina_mass": _CENT * p.alumina_target * p.bath_level_target * p.bath_per_cm,
        "sludge_mass": 0.0,
        "metal_mass": p.metal_level_target * p.metal_per_cm,
        "acd_margin": p.margin_usual,
        "fault_left": 0.0,
        "voltage_extra": 0.0,
        "addition": p.addition_usual,
        "addition_1": p.addition_usual,
        "addition_2": p.addition_usual,
        "assay": excess_alf3,
        "assay_pending": excess_alf3,
        "temperature_read": temperature,
        "metal_level_read": p.metal_level_target,
        "bath_level_read": p.bath_level_target,
        "noise_read": p.noise_wanted,
        "tap": p.tap_usual,
        "tap_plan": p.tap_usual,
        "voltage_setpoint": p.voltage_setpoint,
        "excess_alf3_target": p.excess_alf3,
        "metal_level_target": p.metal_level_target,
    }
    for name, value in new.items():
        setattr(pots, name, np.where(chosen, value, getattr(pots, name)))
