"""Powder of each lot by balance of mass: cathodes, foils, what is washed out, and traces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.black_mass.cathodes import CATHODES, element_content
from physics.black_mass.powder import ELECTROLYTE_LITHIUM, enriched_share, powder_content
from physics.black_mass.pyrolysis import carbonated_share, soluble_fluorine, wash_left, washed_fluorine
from physics.black_mass.washing import lithium_after_wash, lithium_carbonate_solubility
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.operators import Setpoints
from synthetic_data.shredding.feed import ShreddingFeed
from synthetic_data.shredding.furnace import FurnaceOutput
from synthetic_data.shredding.mill import MillOutput
from synthetic_data.shredding.supply import ShreddingSupply

ELEMENTS = ("ni", "co", "mn", "li", "cu", "al", "fe", "f", "f_water", "p", "pb", "cd", "cr")
OF_CATHODES = ("ni", "co", "mn", "li", "fe", "p")
TRACES = ("pb", "cd", "cr")
# Contents of the cathodes that hold an element at all [%].
_HELD = {
    element: {name: content for name in CATHODES if (content := element_content(name, element)) > 0.0}
    for element in OF_CATHODES
}
_NORMALS = 8


@dataclass(frozen=True)
class PowderLots:
    """Powder that the line makes of each lot, before its silo; arrays are (units, periods)."""

    contents: dict[str, FloatArray]  # % but for TRACES [ppm]
    active: FloatArray  # share of cathode [1]
    wash_flow: FloatArray  # water that ran for a tonne [m³/t]
    washed: FloatArray  # share of the lithium that the water took [1]


def made(
    supply: ShreddingSupply,
    feed: ShreddingFeed,
    burnt: FurnaceOutput,
    milled: MillOutput,
    faults: ActiveFaults,
    setpoints: Setpoints,
    rng: np.random.Generator,
) -> PowderLots:
    """Powder of the lots of a stretch."""
    p, shape, level = supply.parameters, feed.scrap.shape, feed.level
    n, traces = rng.standard_normal((_NORMALS, *shape)), rng.standard_normal((len(TRACES), *shape))
    copper = p.cu_usual * milled.foil * np.exp(p.foil_sd * level["foil"] + p.copper_sd * level["copper"])
    copper = copper * np.exp(p.copper_scatter * n[0])
    aluminium = (
        p.al_usual
        * milled.foil
        * burnt.brittle
        * np.exp(p.foil_sd * level["foil"] + p.aluminium_sd * level["aluminium"])
    )
    aluminium = aluminium * np.exp(p.al_scatter * n[1])
    active = p.active_usual + p.active_per_scrap * (feed.scrap - p.scrap_usual) + p.active_sd * level["active"]
    # What foil there is beyond the usual dilutes the powder, what carbon burns enriches it.
    room = (100.0 - copper - aluminium) / (100.0 - p.cu_usual - p.al_usual)
    active = enriched_share((active + p.active_scatter * n[2]) * room, burnt.carbon - p.burnt_usual)
    of_cathode = {
        element: powder_content(np.sum([content * feed.shares[name] for name, content in held.items()], axis=0), active)
        for element, held in _HELD.items()
    }
    flow = setpoints["wash_ratio"] * (1.0 - faults.strength["pump"])
    soluble = np.clip(p.soluble_share + p.soluble_sd * n[3], 0.0, 1.0)
    left = wash_left(flow, p.wash_half)
    unwashed = of_cathode["li"] + ELECTROLYTE_LITHIUM
    carbonated = carbonated_share(burnt.temperature, setpoints["pyrolysis_time"], p.carbonate_usual)
    lithium = lithium_after_wash(
        unwashed,
        of_cathode["li"] * carbonated,
        ELECTROLYTE_LITHIUM * (1.0 - left),
        flow,
        lithium_carbonate_solubility(p.wash_temperature),
        p.wash_saturation,
    )
    steel = np.exp(p.steel_sd * level["steel"] + p.steel_scatter * n[4])
    contents = {
        **{name: of_cathode[name] for name in ("ni", "co", "mn")},
        "li": lithium,
        "cu": copper,
        "al": aluminium,
        "fe": of_cathode["fe"] + p.steel_iron * steel,
        "f": washed_fluorine(burnt.fluorine, soluble, left),
        "f_water": soluble_fluorine(burnt.fluorine, soluble, left),
        "p": of_cathode["p"] + p.electrolyte_phosphorus * np.exp(p.phosphorus_scatter * n[5]),
    }
    for name, normal in zip(TRACES, traces, strict=True):
        contents[name] = p[f"{name}_usual"] * np.exp(p[f"{name}_sd"] * level[name] + p[f"{name}_scatter"] * normal)
    # A copy, an exponent a lot: NumPy rounds powers to one number for all otherwise.
    contents["cr"] = contents["cr"] * np.power(steel, p.chromium_of_steel.copy())
    washed = 1.0 - lithium / unwashed
    return PowderLots({name: contents[name] for name in ELEMENTS}, active, flow, washed)
