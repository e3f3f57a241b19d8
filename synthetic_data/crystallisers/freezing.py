"""Removal of impurities by vacuum and freezing stages, and the melt left by the last stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.purification.freezing import (
    GALLIUM_MELTING,
    effective_segregation,
    freezing_time,
    frozen_mean,
    stirred_layer,
    trapped_mean,
    trapped_share,
)
from physics.purification.vacuum import MASSES, PRESSURES, evaporation_rate, impurity_pressure, vacuum_left
from synthetic_data.crystallisers.parameters import ELEMENTS, CrystalliserParameters
from synthetic_data.engine.plan import UnitBlock
from synthetic_data.plant.operators import Setpoints

CONDITIONS = 4  # standard normal numbers of a lot besides one an element
_LEAST_SUPERHEAT, _USUAL_SUPERHEAT = 0.15, 1.74  # K
_ONE, _TEN = (np.array([PRESSURES[name][i] for name in ELEMENTS])[:, None, None] for i in (0, 1))
_MASSES = np.array([MASSES[name] for name in ELEMENTS])[:, None, None]


@dataclass(frozen=True)
class FrozenLots:
    """Lots after their last stage; arrays are (units, lots), those of contents (elements, units, lots)."""

    crystal: FloatArray  # contents of what is frozen [ppm]
    vacuum: FloatArray  # share of each element that the vacuum leaves [1]
    segregation: FloatArray  # effective coefficients of the run [1]
    trapped: FloatArray  # share of melt in the crystal [1]
    rate: FloatArray  # at which the front moved [mm/h]
    melt_temperature: FloatArray  # °C
    hours: FloatArray  # of one stage [h]


@dataclass(frozen=True)
class FreezingConditions:
    """Conditions of freezing that are independent of earlier lots; arrays are (units, lots)."""

    melt_temperature: FloatArray  # °C
    speed: FloatArray  # of the front over what is set [1]
    layer: FloatArray  # before the front [mm]
    run: FloatArray  # what a run does to each element's rejection [1], (elements, units, lots)
    critical: FloatArray  # rate beyond which melt is trapped [mm/h]
    vacuum: FloatArray  # share of each element that the vacuum leaves [1], (elements, units, lots)

    def over(self, part: slice) -> FreezingConditions:
        """Those of some of the lots."""
        return FreezingConditions(*(values[..., part] for values in vars(self).values()))


class Crystallisers:
    """Crystallisers of a block: each has a layer of its own before the front."""

    def __init__(self, block: UnitBlock, rng: np.random.Generator) -> None:
        self._layer = rng.standard_normal((block.count, 1))

    def conditions(
        self, p: CrystalliserParameters, setpoints: Setpoints, normals: FloatArray, runs: FloatArray
    ) -> FreezingConditions:
        """Conditions of the lots of a segment from set-points that react to nothing.

        Parameters
        ----------
        p
            In force in these lots.
        set-points
            What is set of those that answer nothing.
        normals, runs
            Standard normal numbers, (1 + CONDITIONS, units, lots), the vacuum's first, and (elements, units, lots).
        """
        vacuum, melt, speed, layer, critical = normals
        temperature = p.melt_usual + p.melt_sd * melt
        still = stirred_layer(setpoints["stirring"], p.still_layer)
        superheat = np.maximum(temperature - GALLIUM_MELTING, _LEAST_SUPERHEAT) / _USUAL_SUPERHEAT
        stray = p.chill * (setpoints["coolant_temperature"] - p.coolant_usual)
        return FreezingConditions(
            melt_temperature=temperature,
            speed=np.exp(p.rate_error * speed),
            layer=still * np.exp(p.layer_sd * layer + p.crystalliser_layer_sd * self._layer),
            # Of what a run does to one element alone; what it does to all of them the layer has.
            run=np.exp(p.run_sd * runs),
            critical=p.critical_usual * np.sqrt(superheat) * np.exp(stray + p.critical_sd * critical),
            vacuum=left_by_vacuum(p, setpoints, vacuum),
        )


def freeze(
    p: CrystalliserParameters,
    charge: FloatArray,
    mass: FloatArray,
    setpoints: Setpoints,
    sudden: FloatArray,
    at: FreezingConditions,
) -> tuple[FrozenLots, FloatArray]:
    """Freeze some lots; also return melt contents after the last stage, (elements, units, lots) [ppm].

    Parameters
    ----------
    p
        In force in these lots.
    charge, mass
        Contents of what is charged, (elements, units, lots) [ppm]; its mass [kg].
    set-points
        What is set.
    sudden
        Share of one stage's crystal that froze in one step, rejecting nothing [1].
    at
        What acts on these lots.
    """
    rate = setpoints["growth_rate"] * at.speed
    k = effective_segregation(p.by_element("segregation")[:, None], rate, at.layer, p.diffusion)
    moved = k * at.run
    k = moved / (1.0 - k + moved)
    trapped = trapped_share(rate, at.critical, p.most_trapped)
    frozen = setpoints["fraction_frozen"]
    mean = trapped_mean(frozen_mean(k, frozen), k, trapped)
    before = at.vacuum * charge * np.power(mean, setpoints["stages"] - 1.0)
    last = (1.0 - sudden) * mean + sudden
    left = before * (1.0 - frozen * last) / (1.0 - frozen)
    hours = freezing_time(mass, frozen, rate, p.mould_area)
    return FrozenLots(before * last, at.vacuum, k, trapped, rate, at.melt_temperature, hours), left


def left_by_vacuum(p: CrystalliserParameters, setpoints: Setpoints, normals: FloatArray) -> FloatArray:
    """Share of each element after vacuum, (elements, units, lots), by normal numbers of its layer."""
    temperature, boundary_rate = setpoints["vacuum_temperature"], p.boundary_rate * np.exp(p.boundary_sd * normals)
    pressure = impurity_pressure(temperature, _ONE, _TEN)
    surface = evaporation_rate(pressure, temperature, _MASSES, p.by_element("volatility")[:, None])
    return vacuum_left(surface, setpoints["vacuum_time"], p.melt_depth, boundary_rate)
