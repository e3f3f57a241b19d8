"""A heat: cathodes, stock, returned scrap, additions by tools and lining, dross, residual bath."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.cathode_zinc.furnace import cadmium_left, dross_share, iron_of_tools
from physics.melt.metal_balance import blended_content, concentrated_content
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.melting_house.cathodes import Cathodes
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.melting_house.supply import MeltingHouseSupply
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.operators import Setpoints
from synthetic_data.plant.random_walks import Pool, Walk

ELEMENTS = ("pb", "cd", "fe", "cu", "sn", "al")
_AGES = ("lining", "clip")
_NORMALS = 9


@dataclass(frozen=True)
class HeatCharge:
    """Cast metal of each heat; arrays are (units, periods)."""

    mass: FloatArray  # t
    contents: dict[str, FloatArray]  # ppm
    fed: dict[str, FloatArray]  # of the metal that went into the bath [ppm]
    cathode_iron: FloatArray  # iron of what is cast that came with cathodes and stock [ppm]
    dross: FloatArray  # of the charge [%]
    melt_temperature: FloatArray  # °C
    stirring: FloatArray  # min
    ages: dict[str, FloatArray]  # of lining and clips [d]
    worn: dict[str, FloatArray]  # the same over their life [1]


class MeltingFurnaces:
    """Furnaces of a block of lines between two stretches; each keeps a bath from heat to heat."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p, shape = plan.plant, (block.count, 1)
        self._period_days = plan.period_days
        self._cycles, self._phases = {}, {}
        for name in _AGES:
            cycle = np.round(p.value(f"{name}_life") / plan.period_days * (0.8 + 0.4 * rng.random(shape)))
            self._cycles[name], self._phases[name] = cycle, np.floor(cycle * rng.random(shape))
        self._tools = Walk(p.value("tool_memory"), (block.count,), rng)
        self._furnace = rng.standard_normal((3, *shape))
        self._bath = Pool(p.value("bath_exchange"))

    def advance(
        self,
        supply: MeltingHouseSupply,
        cathodes: Cathodes,
        faults: ActiveFaults,
        setpoints: Setpoints,
        rng: np.random.Generator,
    ) -> HeatCharge:
        """Heats of a stretch."""
        p, shape = supply.parameters, cathodes.thin.shape
        n = rng.standard_normal((_NORMALS, *shape))
        scrap_normals, tool_normals = rng.standard_normal((len(ELEMENTS), *shape)), rng.standard_normal(shape)
        turned = {
            name: (supply.first + np.arange(supply.count) + self._phases[name]) % self._cycles[name] for name in _AGES
        }
        worn = {name: turned[name] / self._cycles[name] for name in _AGES}
        mass = p.heat_mass * (1.0 + p.heat_sd * n[0])
        melt = setpoints["furnace_temperature"] + p.thermostat_sd * n[1] + p.furnace_offset_sd * self._furnace[0]
        stirring = p.stirring_usual * np.exp(p.stirring_sd * n[2] + p.furnace_stirring_sd * self._furnace[1])
        tools = p.tool_iron * np.exp(
            p.tool_sd * self._tools.advance(tool_normals) + p.furnace_tool_sd * self._furnace[2]
        )
        strength = faults.strength
        added = {
            "pb": p.lining_lead * np.exp(0.5 * n[3]),
            "fe": iron_of_tools(melt, stirring, tools) * np.exp(p.tool_scatter * n[4]) + strength["scraper"],
            "cu": p.clip_copper * np.square(worn["clip"]) * np.exp(0.7 * n[5]) + strength["clip"],
            "sn": strength["solder"],
            "al": p.knife_aluminium * np.exp(0.4 * n[6]),
        }
        dross = dross_share(melt, setpoints["nh4cl_dose"], cathodes.thin, p.dross_usual * np.exp(p.dross_sd * n[7]))
        mixed, of_cathodes = self._mixed(p, supply, cathodes, setpoints, scrap_normals)
        mixed = {name: mixed[name] + added.get(name, 0.0) for name in ELEMENTS}
        mixed["cd"] = mixed["cd"] * cadmium_left(melt, p.evaporated_cadmium)
        loss = p.dross_zinc * dross
        fed = concentrated_content(np.stack([*mixed.values(), of_cathodes]), loss)
        cast = self._bath.advance(fed)
        contents = dict(zip(ELEMENTS, cast, strict=False))
        ages = {name: turned[name] * self._period_days for name in _AGES}
        into = dict(zip(ELEMENTS, fed, strict=False))
        return HeatCharge(mass, contents, into, cast[-1], dross, melt, stirring, ages, worn)

    @staticmethod
    def _mixed(
        p: MeltingHouseParameters,
        supply: MeltingHouseSupply,
        cathodes: Cathodes,
        setpoints: Setpoints,
        normals: FloatArray,
    ) -> tuple[dict[str, FloatArray], FloatArray]:
        """Contents of what is charged [ppm], and the part of its iron that cathodes and stock bring [ppm]."""
        charged, result = {}, {}
        for name, normal in zip(ELEMENTS, normals, strict=True):
            stock = stock_lead(supply) if name == "pb" else p[f"stock_{name}"]
            charged[name] = blended_content(cathodes.contents[name], stock, setpoints["stock_share"])
            scrap = p[f"scrap_{name}"] * np.exp(p.scrap_sd * normal)
            result[name] = blended_content(charged[name], scrap, setpoints["scrap_share"])
        return result, blended_content(charged["fe"], 0.0, setpoints["scrap_share"])


def stock_lead(supply: MeltingHouseSupply) -> FloatArray:
    """Lead of the cathodes in stock, (periods,) [ppm]."""
    p = supply.parameters
    result: FloatArray = p.stock_pb * np.exp(p.stock_sd * supply.stock)
    return result
