"""Zinc electrowinning: uses of a cell's direct current, by voltage drop of each part.

Contacts and mud take what is left of the measured voltage. What no column holds is as in
`models.processes.zinc_electrowinning.physics`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.physics import Columns
from models.processes.direct_current_energy import CellPhysics
from models.processes.zinc_electrowinning.physics import (
    CONTACTS,
    GAS_SHARE,
    IRON_SHARE,
    LEAST_CONDUCTIVITY,
    LEAST_CONTENT,
    ZincPhysics,
)
from physics.arrays import FloatArray
from physics.electrochemistry import ZINC_EQUIVALENT, metal_mass, specific_energy
from physics.winning.balances import HYDROGEN_THERMONEUTRAL, ZINC_THERMONEUTRAL
from physics.winning.winning_voltage import (
    bath_drop,
    deposit_thickness,
    oxygen_overvoltage,
    with_bubbles,
    zinc_bath_conductivity,
    zinc_decomposition_voltage,
)

_TONNE = 1000.0  # kg


class ZincEnergy(CellPhysics[ZincPhysics]):
    """Energy of a group's cycles."""

    TARGET = "current_efficiency"
    PRODUCT, MADE_BY = "metal", "a cell of each group, by current, time and measured efficiency"
    NEEDED = ("line_current", "cell_voltage")
    USES: ClassVar[Mapping[str, str]] = {
        "decomposition": "reversible voltage of zinc sulphate and water to zinc, acid and oxygen: "
        "the least that it takes",
        "oxygen overvoltage": "oxygen at the anodes of lead and silver",
        "zinc overvoltage": "zinc at the cathodes",
        "electrolyte": "resistance of the electrolyte and its gas in the gap that the deposit leaves",
        "contacts and anode mud": "contacts and manganese dioxide on the anodes: what is left of the measured voltage",
        "short circuits": "current through the short circuits that patrols found and missed, at the cell's voltage",
        "hydrogen and dissolution": "current that makes hydrogen instead of zinc, or whose zinc dissolves again",
    }
    BOUND: ClassVar[Mapping[str, str]] = {
        "zinc": "enthalpy of zinc and oxygen from sulphate",
        "hydrogen": "enthalpy of hydrogen and oxygen from water",
    }

    def direct(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Direct current at the cells [kWh/t]."""
        return specific_energy(columns["cell_voltage"], efficiency, ZINC_EQUIVALENT)

    def uses(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Parts of the direct current, by the voltage that each drops [kWh/t]."""
        known = self.physics.features(columns)
        zinc, acid = (np.maximum(columns[name], LEAST_CONTENT) for name in ("zinc_in_cell", "acid_in_cell"))
        temperature, density = columns["cell_temperature"], known["current_density"]
        deposit = deposit_thickness(density, known["kinetic_efficiency"], self.physics.hours)
        gap = self.physics.equipment.electrode_gap - 0.5 * deposit  # mean of the cycle
        conductivity = np.maximum(zinc_bath_conductivity(temperature, zinc, acid), LEAST_CONDUCTIVITY)
        others = {
            "decomposition": zinc_decomposition_voltage(temperature, zinc, acid),
            "oxygen overvoltage": oxygen_overvoltage(density),
            "electrolyte": bath_drop(density, gap, with_bubbles(conductivity, GAS_SHARE)),
            "contacts and anode mud": CONTACTS + known["excess_voltage"],
        }
        volts = others | {"zinc overvoltage": columns["cell_voltage"] - sum(others.values())}
        uses = {name: specific_energy(volts[name], 100.0, ZINC_EQUIVALENT) for name in self.USES if name in volts}
        lost = self.direct(columns, efficiency) * (1.0 - 0.01 * efficiency)
        shorts = np.minimum(0.01 * known["short_loss"] * self.direct(columns, efficiency), np.maximum(lost, 0.0))
        return uses | {"short circuits": shorts, "hydrogen and dissolution": lost - shorts}

    def bound(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Heat of reaction that products hold [kWh/t]; iron that goes to and fro holds nothing."""
        shorts = 0.01 * self.physics.features(columns)["short_loss"]
        hydrogen = np.maximum(1.0 - 0.01 * efficiency - shorts - IRON_SHARE, 0.0)
        return {
            "zinc": specific_energy(ZINC_THERMONEUTRAL * 0.01 * efficiency, efficiency, ZINC_EQUIVALENT),
            "hydrogen": specific_energy(HYDROGEN_THERMONEUTRAL * hydrogen, efficiency, ZINC_EQUIVALENT),
        }

    def made(self, columns: Columns, efficiency: FloatArray, hours: float) -> FloatArray:
        """Metal of a row [t]."""
        return metal_mass(columns["line_current"], hours, efficiency, ZINC_EQUIVALENT) / _TONNE
