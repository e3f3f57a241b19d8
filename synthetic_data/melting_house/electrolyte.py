"""Electrolyte of each line: salts and metals, temperature and current of cells, assays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan, UnitBlock
from synthetic_data.melting_house.parameters import MeltingHouseParameters
from synthetic_data.melting_house.supply import METALS, SALTS, MeltingHouseSupply
from synthetic_data.plant.fault_strengths import ActiveFaults
from synthetic_data.plant.random_walks import DelayedSeries, Walk

A_DAY = 3  # periods between a sample and the heat for which its assay is available
_CELLS = ("cell_temperature", "current_density")


@dataclass(frozen=True)
class Electrolyte:
    """Electrolyte from which the cathodes of each heat grew; arrays are (units, periods)."""

    salts: dict[str, FloatArray]  # chloride and fluoride [mg/L], manganese [g/L]
    metals: dict[str, FloatArray]  # cadmium and copper [mg/L]
    temperature: FloatArray  # °C
    current: FloatArray  # A/m²
    samples: dict[str, FloatArray]  # columns of the table


class LineElectrolytes:
    """Electrolytes of a block of lines between two stretches."""

    def __init__(self, plan: RunPlan, block: UnitBlock, rng: np.random.Generator) -> None:
        p, units = plan.plant, block.count
        self._salts = Walk(p.value("salt_memory"), (len(SALTS), units), rng)
        self._metals = Walk(p.value("metal_memory"), (len(METALS), units), rng)
        self._cells = Walk(p.value("cell_memory"), (len(_CELLS), units), rng)
        self._line = rng.standard_normal((len(_CELLS), units, 1))
        self._late = DelayedSeries(A_DAY)

    def advance(self, supply: MeltingHouseSupply, faults: ActiveFaults, rng: np.random.Generator) -> Electrolyte:
        """Electrolytes of a stretch."""
        p, shape = supply.parameters, (self._line.shape[1], supply.count)
        known = known_stream(rng)
        salts = self._contents(supply, SALTS, self._salts.advance(known.standard_normal((len(SALTS), *shape))))
        metals = self._contents(supply, METALS, self._metals.advance(rng.standard_normal((len(METALS), *shape))))
        slip = faults.strength["slip"]
        metals = {"cd": metals["cd"] * (1.0 + slip), "cu": metals["cu"] * (1.0 + p.slip_copper * slip)}
        walks = self._cells.advance(known.standard_normal((len(_CELLS), *shape)))
        temperature = p.temperature_usual + p.temperature_swing * supply.warmth
        temperature = temperature + p.temperature_sd * walks[0] + p.line_temperature_sd * self._line[0]
        current = p.current_usual + p.current_sd * walks[1] + p.line_current_sd * self._line[1]
        n = known.standard_normal((len(SALTS) + len(METALS) + len(_CELLS), *shape))
        samples = {name: salts[name] * np.exp(p.salt_error * error) for name, error in zip(SALTS, n, strict=False)}
        late = self._late.advance(np.stack([metals[name] for name in METALS])) * np.exp(p.metal_error * n[3:5])
        samples |= {f"solution_{name}": values for name, values in zip(METALS, late, strict=True)}
        samples["cell_temperature"] = temperature + p.temperature_error * n[5]
        samples["current_density"] = current * (1.0 + p.current_error * n[6])
        return Electrolyte(salts, metals, temperature, current, samples)

    @staticmethod
    def _contents(supply: MeltingHouseSupply, names: tuple[str, ...], own: FloatArray) -> dict[str, FloatArray]:
        """Contents of which a part of the variance is that of the concentrates, which all lines share."""
        p: MeltingHouseParameters = supply.parameters
        together = {}
        for name, walk in zip(names, own, strict=True):
            alike = p[f"{name}_alike"]
            together[name] = np.sqrt(alike) * supply.feed[name] + np.sqrt(1.0 - alike) * walk
        if "cu" in together:  # zinc dust removes both: where it is short, both are left
            shared = p.cu_with_cd
            together["cu"] = shared * together["cd"] + np.sqrt(1.0 - np.square(shared)) * together["cu"]
        return {name: p[f"{name}_usual"] * np.exp(p[f"{name}_sd"] * walk) for name, walk in together.items()}
