"""Market of makes: common sizes, properties by size and cathode, shares by buyer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from synthetic_data.battery_line.parameters import PlantParameters
from synthetic_data.engine.plan import RunPlan, plant_of

FORMS = ("prismatic", "pouch", "cylindrical")
CATHODES = ("LFP", "NMC", "LMO", "NCA", "LCO", "LTO")  # the last is an anode, of cells that are none of the others
LFP, LTO = CATHODES.index("LFP"), CATHODES.index("LTO")
PROPERTIES = (
    *("length", "width", "thickness", "wall", "capacity_density", "density", "resistance_capacity", "fast_share"),
    *("slow_share", "fast_time", "slow_time", "growth", "resistance_scatter", "xrt_ratio", "xrt_attenuation"),
    *("voltage_shift", "rated_voltage"),
)
_ROUND = (np.pi / 4.0, FORMS.index("cylindrical"))  # of a cylinder's volume in its box
_LABEL_STEP = 0.05  # V
_STREAM = 20240901  # of the makes, which are the same for all plants


@dataclass(frozen=True)
class BatteryMarket:
    """m makes; each array has one value a make. All plants draw on the same makes in shares of their own."""

    kind: IntArray  # index into the seed's materials
    form: IntArray  # index into FORMS
    cathode: IntArray  # index into CATHODES
    share: FloatArray  # of this plant's packs
    of: dict[str, FloatArray]  # PROPERTIES by name, in the units of the seed
    volume: FloatArray  # cm³
    capacity: FloatArray  # nominal [Ah]
    mass: FloatArray  # g
    resistance: FloatArray  # ohmic, of the new cell at 25 °C [mΩ]
    label_voltage: FloatArray  # by the data sheet [V]
    label_resistance: FloatArray  # by the data sheet [mΩ]
    by_size: IntArray  # makes in the order of their size
    size_first: IntArray  # where those of the make's size begin in `by_size`
    size_count: IntArray  # how many there are

    @classmethod
    def of_plan(cls, plan: RunPlan, rng: np.random.Generator) -> Self:
        """Makes of the seed's market, with shares of the plant that `rng` is a stream of."""
        p = PlantParameters.of(plan.seed)
        materials = plan.plant.materials
        each = round(p.makes_per_kind)
        kind = np.repeat(np.arange(len(materials)), each)
        ends = np.array([[[m.properties[n].low, m.properties[n].high] for n in PROPERTIES] for m in materials])[kind]
        stream = np.random.default_rng(np.random.SeedSequence(_STREAM, spawn_key=(round(p.market),)))
        drawn = ends[..., 0] + (ends[..., 1] - ends[..., 0]) * stream.random(ends.shape[:2])
        of = dict(zip(PROPERTIES, drawn.T, strict=True))
        sheet = np.exp(p.data_sheet_rsd * stream.standard_normal(len(kind)))
        form = np.array([FORMS.index(str(m.feed)) for m in materials])[kind]
        cathode = np.array([CATHODES.index(m.name.split()[-1]) for m in materials])[kind]
        volume = 1e-3 * of["length"] * of["width"] * of["thickness"] * np.where(form == _ROUND[1], _ROUND[0], 1.0)
        capacity = 1e-3 * of["capacity_density"] * volume
        resistance = of["resistance_capacity"] / capacity
        share = np.array([m.share for m in materials])[kind] * np.exp(p.plant_mix_sd * rng.standard_normal(len(kind)))
        size = np.unique(np.stack([of["length"], of["width"], of["thickness"]], axis=1), axis=0, return_inverse=True)[1]
        size = size.ravel()
        by_size = np.argsort(size, kind="stable")
        first = np.searchsorted(size[by_size], size)
        return cls(
            kind=kind,
            form=form,
            cathode=cathode,
            share=share / share.sum(),
            of=of,
            volume=volume,
            capacity=capacity,
            mass=of["density"] * volume,
            resistance=resistance,
            label_voltage=np.round(of["rated_voltage"] / _LABEL_STEP) * _LABEL_STEP,
            label_resistance=resistance * sheet,
            by_size=by_size,
            size_first=first,
            size_count=np.bincount(size)[size],
        )

    def another_of_size(self, make: IntArray, uniform: FloatArray) -> IntArray:
        """A make of the same size as each of these, alike likely."""
        place = self.size_first[make] + (uniform * self.size_count[make]).astype(np.intp)
        return self.by_size[place]


def faults(seed: Seed) -> Iterator[str]:
    """Yield the faults of materials that lack a property, or whose form or cathode is unknown."""
    materials = plant_of(seed).materials
    for material in materials:
        place = f"plant.materials.{material.name}"
        if missing := sorted(set(PROPERTIES) - set(material.properties)):
            yield f"{place}.properties: {', '.join(missing)} missing"
        if material.feed not in FORMS:
            yield f"{place}.feed: got '{material.feed}': expected one of {', '.join(FORMS)}"
        if material.name.split()[-1] not in CATHODES:
            yield f"{place}: expected a name that ends with one of {', '.join(CATHODES)}"
    if not materials:
        yield "plant.materials: missing: expected makes of cells"


def drawn_makes(
    market: BatteryMarket, lfp_factor: FloatArray, lot_mix_sd: FloatArray, packs: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Make of each pack of k lots, (k, packs): a lot comes from few fleets, so its shares vary."""
    lots = len(lfp_factor)
    weight = market.share * np.exp(lot_mix_sd[:, None] * rng.standard_normal((lots, len(market.share))))
    weight *= np.where(market.cathode == LFP, lfp_factor[:, None], 1.0)
    bound = np.cumsum(weight, axis=1)
    uniform = rng.random((lots, packs)) * bound[:, -1:]
    return np.stack([np.searchsorted(*pair, side="right") for pair in zip(bound, uniform, strict=True)])
