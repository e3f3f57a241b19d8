"""What a lot's vacuum and stages of freezing take out of its charge, and what the last stage leaves as melt."""

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
from synthetic_data.engine.plan import Block
from synthetic_data.plant.crews import Knobs

CONDITIONS = 4  # standard normal numbers of a lot besides one an element
_LEAST_SUPERHEAT, _USUAL_SUPERHEAT = 0.15, 1.74  # K
_ONE, _TEN = (np.array([PRESSURES[name][i] for name in ELEMENTS])[:, None, None] for i in (0, 1))
_MASSES = np.array([MASSES[name] for name in ELEMENTS])[:, None, None]


@dataclass(frozen=True)
class Frozen:
    """Lots after their last stage; arrays are (units, lots), those of contents (elements, units, lots)."""

    crystal: FloatArray  # contents of what is frozen [ppm]
    left: FloatArray  # contents of the melt that the last stage leaves [ppm]
    vacuum: FloatArray  # share of each element that the vacuum leaves [1]
    segregation: FloatArray  # effective coefficients of the run [1]
    trapped: FloatArray  # share of melt in the crystal [1]
    rate: FloatArray  # at which the front moved [mm/h]
    melt_temperature: FloatArray  # °C
    hours: FloatArray  # of one stage [h]


class Furnaces:
    """Crystallisers of a block: each has a layer of its own before the front."""

    def __init__(self, block: Block, rng: np.random.Generator) -> None:
        self._layer = rng.standard_normal((block.count, 1))

    def freeze(
        self,
        p: CrystalliserParameters,
        charge: FloatArray,
        mass: FloatArray,
        vacuum: FloatArray,
        knobs: Knobs,
        sudden: FloatArray,
        normals: FloatArray,
        runs: FloatArray,
    ) -> Frozen:
        """Freeze some lots.

        Parameters
        ----------
        p
            In force in these lots.
        charge, mass
            Contents of what is charged, (elements, units, lots) [ppm]; its mass [kg].
        vacuum
            Share of each element that the vacuum leaves, (elements, units, lots) [1].
        knobs
            What is set.
        sudden
            Share of one stage's crystal that froze at once, rejecting nothing [1].
        normals, runs
            Standard normal numbers, (CONDITIONS, units, lots) and (elements, units, lots).
        """
        melt = p.melt_usual + p.melt_sd * normals[0]
        rate = knobs["growth_rate"] * np.exp(p.rate_error * normals[1])
        layer = stirred_layer(knobs["stirring"], p.still_layer)
        layer = layer * np.exp(p.layer_sd * normals[2] + p.crystalliser_layer_sd * self._layer)
        k = effective_segregation(p.by_element("segregation")[:, None], rate, layer, p.diffusion)
        # Of what a run does to one element alone; what it does to all of them the layer has.
        moved = k * np.exp(p.run_sd * runs)
        k = moved / (1.0 - k + moved)
        superheat = np.maximum(melt - GALLIUM_MELTING, _LEAST_SUPERHEAT) / _USUAL_SUPERHEAT
        stray = p.chill * (knobs["coolant_temperature"] - p.coolant_usual)
        critical = p.critical_usual * np.sqrt(superheat) * np.exp(stray + p.critical_sd * normals[3])
        trapped = trapped_share(rate, critical, p.most_trapped)
        frozen = knobs["fraction_frozen"]
        mean = trapped_mean(frozen_mean(k, frozen), k, trapped)
        before = vacuum * charge * np.power(mean, knobs["stages"] - 1.0)
        last = (1.0 - sudden) * mean + sudden
        left = before * (1.0 - frozen * last) / (1.0 - frozen)
        hours = freezing_time(mass, frozen, rate, p.mould_area)
        return Frozen(before * last, left, vacuum, k, trapped, rate, melt, hours)


def left_by_vacuum(p: CrystalliserParameters, knobs: Knobs, normals: FloatArray) -> FloatArray:
    """Share of each element that the vacuum leaves, (elements, units, lots), by normal numbers of its layer."""
    temperature, boundary_rate = knobs["vacuum_temperature"], p.boundary_rate * np.exp(p.boundary_sd * normals)
    pressure = impurity_pressure(temperature, _ONE, _TEN)
    surface = evaporation_rate(pressure, temperature, _MASSES, p.by_element("volatility")[:, None])
    return vacuum_left(surface, knobs["vacuum_time"], p.melt_depth, boundary_rate)
