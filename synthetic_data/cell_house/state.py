"""Hidden state of a block of cell groups, for one cell of each, and how it begins."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Self

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.cell_house.parameters import GROUP_FAULTS, TRACES, CellHouseParameters

TRAITS = (
    "sensitivity", "anode", "gap", "contact", "scale", "thermometer", "zinc_titration", "acid_titration", "flow",
    "shorts", "meter",
)  # fmt: skip
WALKS = ("deposit", "wiring", "cooling")  # slow disturbances of a group


@dataclass
class CellGroups:
    """State of groups, one value each: masses of a cell [kg], temperatures [°C], contents [g/L], ages [d]."""

    temperature: FloatArray
    zinc: FloatArray  # g/L
    acid: FloatArray  # g/L
    traces: FloatArray  # mg/L, one row each in the order of TRACES
    shorts: FloatArray  # short circuits on 100 plates
    stuck: FloatArray  # zinc that was left on the plates [kg]
    mud_age: FloatArray  # since the anodes were cleaned
    anode_age: FloatArray
    trim: FloatArray  # of the feed [1]
    fault_left: FloatArray  # hours, one row each in the order of GROUP_FAULTS
    walks: FloatArray  # of unit variance, one row each in the order of WALKS
    traits: FloatArray  # of unit variance, one row each in the order of TRAITS
    temperature_target: FloatArray  # set-points as operators want them, before tests
    acid_zinc_target: FloatArray
    glue_dose: FloatArray  # kg/t
    usual_efficiency: FloatArray  # as operators remember it [%]

    @classmethod
    def blank(cls, count: int) -> Self:
        """All zero."""
        rows = {"traces": len(TRACES), "fault_left": len(GROUP_FAULTS), "walks": len(WALKS), "traits": len(TRAITS)}
        shapes = {field.name: (rows[field.name], count) if field.name in rows else (count,) for field in fields(cls)}
        return cls(**{name: np.zeros(shape) for name, shape in shapes.items()})

    def trait(self, name: str) -> FloatArray:
        """Standing character of each group, of unit variance."""
        result: FloatArray = self.traits[TRAITS.index(name)]
        return result


def build(p: CellHouseParameters, count: int, rng: np.random.Generator) -> CellGroups:
    """Groups at their usual contents, with anodes of all ages."""
    groups = CellGroups.blank(count)
    groups.traits = rng.standard_normal((len(TRAITS), count))
    groups.walks = rng.standard_normal((len(WALKS), count))
    groups.mud_age = np.floor(p.cleaning_interval * rng.random(count))
    groups.anode_age = np.floor(p.anode_life * rng.random(count))
    groups.temperature[:] = groups.temperature_target[:] = p.temperature
    groups.acid_zinc_target[:] = p.acid_zinc_ratio
    groups.glue_dose[:] = p.glue_dose
    groups.usual_efficiency[:] = p.efficiency_wanted
    groups.zinc[:] = p.start_zinc
    groups.acid[:] = p.start_zinc * p.acid_zinc_ratio
    groups.traces += np.array([[p[f"feed_{name}"]] for name in TRACES]) * 0.7
    groups.shorts[:] = 1.0
    return groups
