"""Aluminium reduction: uses of a pot's direct current, by voltage drop of each part.

Of the voltage equation all terms but the bath are computed; the bath takes what is left of the measured voltage, as the
distance that `acd_from_voltage` finds does. Alumina and the pot's dimensions are those of
`models.processes.aluminium_reduction.physics`. Bus bars outside the pots are in no measured column.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.energy import Prices
from models.interfaces.physics import Columns
from models.processes.aluminium_reduction.physics import LEAST_CURRENT, TYPICAL_ALUMINA, PotPhysics
from models.processes.direct_current_energy import CellPhysics
from physics.arrays import FloatArray
from physics.electrochemistry import ALUMINIUM_EQUIVALENT, metal_mass, specific_energy
from physics.power_tiers import TERMS, TieredPrice
from physics.reduction.anode_effect import mean_voltage
from physics.reduction.cell_heat import enthalpy_voltage
from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997, conductivity_wang_1992, cryolite_ratio
from physics.reduction.emissions import (
    anode_co2,
    c2f6_emission,
    cf4_emission,
    embedded_emission,
    perfluorocarbon_co2e,
)
from physics.reduction.voltage_terms import (
    anode_concentration_overvoltage,
    anode_reaction_overvoltage,
    bubble_coverage,
    bubble_voltage,
    cathode_overvoltage,
    critical_current_density,
    reversible_voltage,
)

_TONNE = 1000.0  # kg


class PotEnergy(CellPhysics[PotPhysics]):
    """Energy of a pot's periods."""

    TARGET = "current_efficiency"
    PRODUCT, MADE_BY = "metal", "a pot, by current, time and measured efficiency"
    NEEDED = ("line_current", "cell_voltage", "ae_frequency", "ae_duration")
    FACTORS: ClassVar[Mapping[str, str]] = {
        "net_carbon_consumption": "kg/t",
        "anode_sulphur_and_ash": "1",
        "cf4_slope": "kg/t*d/min",
        "c2f6_to_cf4": "1",
        "gwp_cf4": "1",
        "gwp_c2f6": "1",
    }
    OPTIONAL = TERMS
    USES: ClassVar[Mapping[str, str]] = {
        "decomposition": "reversible voltage of alumina and carbon to metal and carbon dioxide: "
        "the least that it takes",
        "anode overvoltage": "reaction at the anodes, and alumina that runs short there",
        "cathode overvoltage": "transport at the metal",
        "bubbles": "gas below the anodes",
        "bath": "resistance of the bath between anodes and metal: what is left of the measured voltage",
        "anodes": "resistance of anodes, stubs and rods",
        "cathode": "resistance of lining and collector bars",
        "anode effects": "voltage beyond the usual while a pot is short of alumina",
        "lost current": "current whose metal reacts back with the anode gas, at the voltage of the pot",
    }
    BOUND: ClassVar[Mapping[str, str]] = {
        "metal and gas": "enthalpy of the reaction, with warming alumina and carbon to the bath's temperature",
    }
    EMITTED: ClassVar[Mapping[str, str]] = {
        "anode carbon": "carbon of the anodes as CO2",
        "perfluorocarbons": "CF4 and C2F6 of anode effects; what is emitted at low voltage is not counted",
    }

    CBAM_GOODS = "unwrought aluminium, CN 7601"

    def direct(self, columns: Columns, efficiency: FloatArray) -> FloatArray:
        """Direct current at the cells [kWh/t]; anode effects are in it."""
        return specific_energy(_mean_voltage(columns), efficiency, ALUMINIUM_EQUIVALENT)

    def uses(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Parts of the direct current, by the voltage that each drops [kWh/t]."""
        mean = _mean_voltage(columns)
        volts = self._terms(columns)
        volts["bath"] = columns["cell_voltage"] - sum(volts.values())
        volts["anode effects"] = mean - columns["cell_voltage"]
        uses = {name: specific_energy(volts[name], 100.0, ALUMINIUM_EQUIVALENT) for name in self.USES if name in volts}
        lost = self.direct(columns, efficiency) - specific_energy(mean, 100.0, ALUMINIUM_EQUIVALENT)
        return uses | {"lost current": lost}

    def bound(self, columns: Columns, efficiency: FloatArray) -> dict[str, FloatArray]:
        """Heat of reaction that products hold [kWh/t]."""
        return {"metal and gas": specific_energy(enthalpy_voltage(efficiency), efficiency, ALUMINIUM_EQUIVALENT)}

    def emitted(self, columns: Columns, efficiency: FloatArray, economics: Prices) -> dict[str, FloatArray]:
        """Emissions of anodes and anode effects [tCO2e/t]."""
        anodes = anode_co2(economics["net_carbon_consumption"], economics["anode_sulphur_and_ash"])
        cf4, c2f6 = _perfluorocarbons(columns, economics)
        return {
            "anode carbon": np.full_like(efficiency, anodes),
            "perfluorocarbons": perfluorocarbon_co2e(cf4, c2f6, economics["gwp_cf4"], economics["gwp_c2f6"]),
        }

    def embedded(self, columns: Columns, economics: Prices) -> FloatArray:
        """Direct emissions of anodes and anode effects, by the factors of the regulation [tCO2e/t]."""
        cf4, c2f6 = _perfluorocarbons(columns, economics)
        return embedded_emission(economics["net_carbon_consumption"], cf4, c2f6, economics["anode_sulphur_and_ash"])

    def tiers(self, factors: Prices) -> TieredPrice | None:
        """Return the tiered power price of smelters; None where its year is missing or 0."""
        return TieredPrice.of(factors)

    def made(self, columns: Columns, efficiency: FloatArray, hours: float) -> FloatArray:
        """Metal of a row [t]."""
        return metal_mass(columns["line_current"], hours, efficiency, ALUMINIUM_EQUIVALENT) / _TONNE

    def _terms(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Terms of `physics.reduction.cell_voltage.voltage_line` that no distance enters, one by one [V]."""
        current, t = np.maximum(columns["line_current"], LEAST_CURRENT), columns["bath_temperature"]
        alf3, caf2, lif = columns["excess_alf3"], columns["caf2"], columns["lif"]
        density = current * (0.1 / self.physics.design.anode_face)
        ratio = cryolite_ratio(alf3, caf2, TYPICAL_ALUMINA, lif)
        conductivity = conductivity_wang_1992(t, ratio, TYPICAL_ALUMINA, caf2, lif)
        solubility = alumina_solubility_skybakmoen_1997(t, alf3, caf2, lif)
        critical = critical_current_density(
            t, TYPICAL_ALUMINA, 1e4 * self.physics.design.anode_face / self.physics.design.anodes
        )
        coverage = bubble_coverage(density, ratio, TYPICAL_ALUMINA, self.physics.design.onset_alumina)
        share = current / self.physics.design.nominal_current
        return {
            "decomposition": reversible_voltage(t, TYPICAL_ALUMINA, solubility),
            "anode overvoltage": anode_reaction_overvoltage(t, density, TYPICAL_ALUMINA)
            + anode_concentration_overvoltage(t, density, critical),
            "cathode overvoltage": cathode_overvoltage(t, current * (0.1 / self.physics.design.cathode_face), ratio),
            "bubbles": bubble_voltage(density, conductivity, coverage, self.physics.design.slot_factor),
            "anodes": self.physics.design.anode_drop * share,
            "cathode": 0.001 * columns["cathode_voltage_drop"] * share,
        }


def _perfluorocarbons(columns: Columns, economics: Prices) -> tuple[FloatArray, FloatArray]:
    """CF4 and C2F6 by the slope method [kg/t]."""
    cf4 = cf4_emission(columns["ae_frequency"], columns["ae_duration"], economics["cf4_slope"])
    return cf4, c2f6_emission(cf4, economics["c2f6_to_cf4"])


def _mean_voltage(columns: Columns) -> FloatArray:
    return mean_voltage(columns["cell_voltage"], columns["ae_frequency"], columns["ae_duration"])
