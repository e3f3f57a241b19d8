"""Aluminium reduction: physics features, current efficiency by physics alone, and derived targets.

All of it works on measured columns of a period, in plant units. What no column holds is taken as constant: 2.5 wt%
alumina and 0.3 wt% MgF2 in the bath (typical of the industry, assumed), no KF; the pot is that of the plant's facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import FloatArray
from physics.electrochemistry import (
    ALUMINIUM_EQUIVALENT,
    alternating_current_energy,
    metal_mass,
    pseudo_resistance,
    specific_energy,
)
from physics.reduction import economics as pot_economics
from physics.reduction.alumina import efficiency_from_feed, fast_share, sludge_rate
from physics.reduction.anode_effect import mean_voltage
from physics.reduction.cell_design import CellDesign
from physics.reduction.cell_voltage import acd_from_voltage
from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997, eutectic_temperature, liquidus_solheim_1996
from physics.reduction.current_efficiency import (
    P400_LOSS,
    anode_effect_loss,
    capped_lif,
    current_loss,
    density_factor,
    dewing_factor,
    distance_factor,
    interfacial_velocity_ratio,
    noise_factor,
    velocity_factor,
)
from physics.reduction.emissions import (
    anode_co2,
    c2f6_emission,
    cf4_emission,
    electricity_co2e,
    perfluorocarbon_co2e,
    stoichiometric_carbon,
)

TYPICAL_ALUMINA, TYPICAL_MGF2 = 2.5, 0.3  # wt%
# The equations end where a pot no longer runs; these bounds keep a strange row's answer finite.
LEAST_CURRENT = 100.0  # kA
LEAST_ACD = 20.0  # mm
LARGEST_LOSS = 45.0  # %
ONSET_ALUMINA = 1.8  # wt% below which the anode effect threatens
TYPICAL_EFFICIENCY = 93.0  # %, at which pots have the plant's net carbon consumption
HOURS = 24.0  # h/d


@dataclass(frozen=True)
class Pot(Equipment):
    """Facts of a pot, and of its line."""

    anode_face: float = fact("m²", 1, 150, "face of all anodes together", until_now=49.4)
    anodes: float = fact("count", 1, 100, "anodes of a pot", until_now=48)
    cathode_face: float = fact("m²", 1, 150, "metal surface that carries the current", until_now=56)
    fan_out: float = fact("1", 0.5, 1, "bath resistance over that of a column below the anodes", until_now=0.92)
    slot_factor: float = fact("1", 0.1, 1, "bubble voltage over that of anodes without slots", until_now=0.6)
    anode_drop: float = fact("V", 0.05, 1, "voltage in anodes and rods at the nominal current", until_now=0.3)
    nominal_current: float = fact("kA", 20, 1000, "current of anode_drop and of cathode drops", until_now=400)
    metal_per_cm: float = fact("kg/cm", 20, 5000, "metal of a centimetre of its level", until_now=1311)
    bath_per_cm: float = fact("kg/cm", 10, 3000, "bath of a centimetre of its level", until_now=500)
    bath_level_target: float = fact("cm", 5, 50, "bath level that pots are held at", until_now=18)
    wall_as_ledge: float = fact("cm", 0.1, 30, "ledge that conducts heat as lining and shell do", until_now=3.7)
    voltage_intercept: float = fact("V", 1.2, 2.2, "intercept of the pseudo-resistance in force", until_now=1.65)


class PotPhysics(Physics[Pot]):
    """Physics of a pot's periods, at the facts of its plant."""

    # Signs are those at equal other features; 0 stands where physics pulls both ways or its size is only assumed.
    FEATURES = (
        PhysicsFeature("liquidus", "°C", 0, (900, 1011), "liquidus temperature of the assayed bath"),
        PhysicsFeature(
            "superheat", "K", 0, (-20, 40), "bath temperature less liquidus; too little is as bad as too much"
        ),
        PhysicsFeature(
            "sludge_tendency", "kg/h", 0, (0, 10), "alumina that sinks undissolved: cold bath, poor alumina"
        ),
        PhysicsFeature(
            "eutectic_superheat", "K", -1, (0, 70), "bath temperature less the alumina eutectic, drives back reaction"
        ),
        PhysicsFeature("alumina_solubility", "wt%", 0, (4, 12), "alumina that the bath can hold"),
        PhysicsFeature(
            "bath_loss_factor", "1", -1, (0.5, 2), "loss relative to the reference bath, by temperature, AlF3 and LiF"
        ),
        PhysicsFeature("pseudo_resistance", "µΩ", 0, (3, 12), "resistance that the pot controller regulates"),
        PhysicsFeature("estimated_acd", "mm", 1, (20, 80), "anode-cathode distance that the voltage implies"),
        PhysicsFeature(
            "current_density", "A/cm²", 1, (0.5, 1.2), "anode current density; the lost flux hardly depends on it"
        ),
        PhysicsFeature("noise_loss_factor", "1", -1, (1, 3), "loss relative to that of a quiet metal pad"),
        PhysicsFeature(
            "velocity_loss_factor",
            "1",
            -1,
            (0.5, 2),
            "loss relative to that at 22 cm of metal, which calms the surface",
        ),
        PhysicsFeature(
            "anode_effect_minutes", "min/d", -1, (0, 30), "time in anode effects, in which current makes no metal"
        ),
        PhysicsFeature("expected_loss", "%", -1, (2, 20), "loss by all of the above together"),
        PhysicsFeature(
            "feed_implied_efficiency", "%", 1, (70, 105), "current efficiency that the alumina fed stands for"
        ),
    )
    AGE = "pot_age"
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "bath chemistry and temperature": (
            *(
                "excess_alf3",
                "excess_alf3_target",
                "previous_excess_alf3",
                "alf3_addition",
                "caf2",
                "lif",
                "bath_level",
            ),
            *("bath_temperature", "bath_temperature_sd", "previous_bath_temperature", "ambient_temperature"),
            *("shell_temperature", "liquidus", "superheat", "eutectic_superheat", "bath_loss_factor"),
        ),
        "voltage, current and distance": (
            *("line_current", "line_current_target", "cell_voltage", "voltage_setpoint", "cathode_voltage_drop"),
            *("beam_moves", "pseudo_resistance", "estimated_acd", "current_density"),
        ),
        "metal pad": (
            *("voltage_noise", "previous_voltage_noise", "unstable_time", "metal_level", "metal_level_target"),
            *("noise_loss_factor", "velocity_loss_factor"),
        ),
        "alumina and anode effects": (
            *("alumina_fines", "alumina_loi", "alumina_feed_rate", "ae_frequency", "ae_duration", "sludge_tendency"),
            *("alumina_solubility", "anode_effect_minutes", "feed_implied_efficiency"),
        ),
        "anodes": ("anode_air_reactivity_residue", "anode_current_spread"),
        "age and wear of the pot": ("pot_age", "iron_in_metal", "silicon_in_metal"),
        "efficiency before, and expected by physics": ("current_efficiency_in_hand", "expected_loss"),
    }

    equipment_type = Pot

    @property
    def design(self) -> CellDesign:
        """Dimensions of the plant's pots, as the equations of `physics.reduction` take them."""
        facts = self.equipment
        return CellDesign(
            anode_face=facts.anode_face,
            anodes=round(facts.anodes),
            cathode_face=facts.cathode_face,
            fan_out=facts.fan_out,
            slot_factor=facts.slot_factor,
            onset_alumina=ONSET_ALUMINA,
            anode_drop=facts.anode_drop,
            nominal_current=facts.nominal_current,
        )

    @property
    def bath_per_content(self) -> float:
        """Substance that a pot's bath holds of each per cent [kg/wt%]."""
        return 0.01 * self.equipment.bath_per_cm * self.equipment.bath_level_target

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of periods.

        References
        ----------
        The signs follow from Dewing 1991 (Metall. Trans. B), Lillebuen et al. 1980 (Electrochim. Acta 25) and mass
        balance.
        """
        temperature, current = columns["bath_temperature"], np.maximum(columns["line_current"], LEAST_CURRENT)
        alf3, caf2, lif = columns["excess_alf3"], columns["caf2"], columns["lif"]
        feed = columns["alumina_feed_rate"]
        liquidus = liquidus_solheim_1996(alf3, caf2, TYPICAL_ALUMINA, lif, TYPICAL_MGF2)
        solubility = alumina_solubility_skybakmoen_1997(temperature, alf3, caf2, lif, TYPICAL_MGF2)
        superheat = temperature - liquidus
        at_once = fast_share(superheat, TYPICAL_ALUMINA / solubility, columns["alumina_fines"], columns["alumina_loi"])
        return {
            "liquidus": liquidus,
            "superheat": superheat,
            "sludge_tendency": sludge_rate((1.0 - at_once) * feed),
            "alumina_solubility": solubility,
            "pseudo_resistance": pseudo_resistance(columns["cell_voltage"], current),
            "feed_implied_efficiency": efficiency_from_feed(feed, current),
            **self._loss_parts(columns),
        }

    def first_principles(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Current efficiency by physics alone: 100 less the loss equation at the measured state.

        References
        ----------
        Dewing 1991 (Metall. Trans. B) with the exponents of Lillebuen et al. 1980 (Electrochim. Acta 25), partly
        recalled from memory; reference loss and noise penalty assumed.
        """
        return 100.0 - np.minimum(self._loss_parts(columns)["expected_loss"], LARGEST_LOSS)

    def derived(
        self, columns: Mapping[str, FloatArray], target: FloatArray, economics: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """Specific energy and greenhouse gases a tonne at a current efficiency; both fall when it rises.

        Returns specific_energy (direct current, anode effects included) in kWh/t, and co2e (electricity bought, anodes,
        perfluorocarbons) in tCO2e/t.

        References
        ----------
        Faraday's law; 40 CFR 98.63 for anodes and perfluorocarbons.
        """
        frequency, duration = columns["ae_frequency"], columns["ae_duration"]
        direct = specific_energy(
            mean_voltage(columns["cell_voltage"], frequency, duration), target, ALUMINIUM_EQUIVALENT
        )
        bought = alternating_current_energy(direct, economics["rectifier_efficiency"], economics["auxiliary_energy"])
        cf4 = cf4_emission(frequency, duration, economics["cf4_slope"])
        c2f6 = c2f6_emission(cf4, economics["c2f6_to_cf4"])
        co2e = (
            electricity_co2e(bought, economics["grid_emission_factor"])
            + anode_co2(economics["net_carbon_consumption"], economics["anode_sulphur_and_ash"])
            + perfluorocarbon_co2e(cf4, c2f6, economics["gwp_cf4"], economics["gwp_c2f6"])
        )
        return {"specific_energy": direct, "co2e": co2e}

    def money(self, columns: Mapping[str, FloatArray], economics: Mapping[str, float]) -> FloatArray:
        """Return the margin of pots in a period: metal less consumption, emissions and metal bound.

        AlF3 is what was added less what the bath gained since the period before; all of it where the assay of that
        period is missing. Anode carbon follows from the efficiency: what stoichiometry takes, and the plant's air burn.
        """
        efficiency, current = columns["current_efficiency"], columns["line_current"]
        frequency, duration = columns["ae_frequency"], columns["ae_duration"]
        metal = metal_mass(current, HOURS, efficiency, ALUMINIUM_EQUIVALENT)
        gained = (
            0.01
            * self.equipment.bath_per_cm
            * columns["bath_level"]
            * (columns["excess_alf3"] - columns["previous_excess_alf3"])
        )
        gained = np.where(np.isnan(columns["previous_excess_alf3"]), 0.0, gained)
        carbon = pot_economics.checked(economics, ["net_carbon_consumption"])["net_carbon_consumption"]
        burnt = carbon - stoichiometric_carbon(TYPICAL_EFFICIENCY)
        flows = pot_economics.PotFlows(
            metal=metal,
            energy=current * HOURS * mean_voltage(columns["cell_voltage"], frequency, duration),
            alumina=HOURS * columns["alumina_feed_rate"],
            alf3=columns["alf3_addition"] - gained / self.days,
            net_carbon=0.001 * metal * (stoichiometric_carbon(efficiency) + burnt),
            ae_minutes=frequency * duration,
            pool=self.equipment.metal_per_cm * columns["metal_level"],
        )
        return pot_economics.margin(flows, economics)

    def _loss_parts(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        temperature, current = columns["bath_temperature"], np.maximum(columns["line_current"], LEAST_CURRENT)
        alf3, caf2, lif = columns["excess_alf3"], columns["caf2"], columns["lif"]
        superheat = temperature - eutectic_temperature(alf3, caf2, lif, TYPICAL_MGF2)
        bath = dewing_factor(
            superheat - P400_LOSS.eutectic_superheat,
            alf3 - P400_LOSS.excess_alf3,
            capped_lif(lif) - P400_LOSS.lif,
        )
        acd = acd_from_voltage(
            columns["cell_voltage"],
            current,
            temperature,
            alf3,
            caf2,
            TYPICAL_ALUMINA,
            lif,
            columns["cathode_voltage_drop"],
            self.design,
        )
        density = 0.1 * current / self.design.anode_face
        noise = noise_factor(columns["voltage_noise"], P400_LOSS.noise_threshold, P400_LOSS.noise_penalty)
        velocity = velocity_factor(interfacial_velocity_ratio(columns["metal_level"]))
        loss = current_loss(
            P400_LOSS.loss,
            bath,
            distance_factor(np.maximum(acd, LEAST_ACD), P400_LOSS.acd),
            velocity,
            density_factor(density, P400_LOSS.current_density),
            noise,
            anode_effect_loss(columns["ae_frequency"], columns["ae_duration"]),
        )
        return {
            "eutectic_superheat": superheat,
            "bath_loss_factor": bath,
            "estimated_acd": acd,
            "current_density": density,
            "noise_loss_factor": noise,
            "velocity_loss_factor": velocity,
            "anode_effect_minutes": columns["ae_frequency"] * columns["ae_duration"],
            "expected_loss": loss,
        }
