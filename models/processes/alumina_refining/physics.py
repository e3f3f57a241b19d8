"""Alumina refining: physics features, a train's yield by physics alone, and derived targets.

All of it works on measured columns of a line's day, in plant units, with the plant's facts and nominal constants;
nothing is trained. What neither holds is taken as constant: the factor of growth, even cooling from the first tank to
the last, an inhibition of growth by impurities that is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Fact, Physics, fact
from physics.arrays import FloatArray
from physics.bayer import economics as money_of
from physics.bayer.precipitation import (
    growth_constant,
    product_soda,
    tank_strength,
    train_alumina,
    train_temperatures,
)
from physics.bayer.soda import alumina_rate, bound_soda, liquor_per_tonne, silica_of_bauxite
from physics.bayer.solubility import caustic_ratio, gibbsite_solubility, ionic_strength
from physics.coal_equivalent import coal_equivalent
from physics.refining.lead_economics import share_above

SODA_PER_SILICA = 0.70  # kg of NaOH a kg of silica: practice
LOTS = {"na2o": 0.05, "product_fines": 0.1, "loi": 0.08}  # scatter of a day's lots, logarithm: assumed
# The equations end where a line no longer runs; these bounds keep a strange row's answer finite.
_FEWEST_TANKS, _LEAST_FLOW, _LEAST_CAUSTIC, _LEAST_CONTENT = 3.0, 200.0, 100.0, 1e-3
_YIELD = (20.0, 130.0)  # g/L


@dataclass(frozen=True)
class PrecipitationLine(Equipment):
    """Facts of a precipitation line, and limits of those who buy its alumina."""

    tanks: float = fact("count", 8, 40, "tanks of a line, whether they are in use or not", until_now=13)
    tank_volume: float = fact("m³", 100, 20000, "slurry of a tank", until_now=5100)
    tower_approach: float = fact("K", 1, 20, "cooling water over the wet bulb", until_now=5)
    highest_na2o: float = fact("%", 0.05, 2, "soda above which alumina is discounted", until_now=0.45)
    highest_product_fines: float = fact("%", 1, 60, "fines above which alumina is discounted", until_now=14)
    highest_loi: float = fact("%", 0.1, 5, "loss on ignition above which alumina is discounted", until_now=1)


class PrecipitationPhysics(Physics[PrecipitationLine]):
    """Physics of a line's days, at the facts of its plant."""

    # Signs are those at equal other features; 0 stands where physics pulls both ways or its size is only assumed.
    FEATURES = (
        PhysicsFeature("ionic_strength", "mol/L", 0, (2, 20), "of the green liquor, as the solubility counts it"),
        PhysicsFeature("green_caustic_ratio", "1", 0, (1, 2.5), "caustic over alumina of the green liquor, mol by mol"),
        PhysicsFeature("solubility_last", "1", 0, (0.1, 0.6), "A/C over gibbsite at the last tank's temperature"),
        PhysicsFeature("sigma_fill", "1", 0, (-0.1, 0.7), "supersaturation of the green liquor at the first tank"),
        PhysicsFeature("sigma_third", "1", 0, (-0.2, 0.6), "supersaturation of the third tank"),
        PhysicsFeature("sigma_eighth", "1", 0, (-0.3, 0.6), "supersaturation of the eighth tank"),
        PhysicsFeature("sigma_last", "1", -1, (-0.3, 0.4), "supersaturation that leaves with the spent liquor"),
        PhysicsFeature("titrated_yield", "g/L", 1, (10, 160), "caustic times what A/C falls by titration"),
        PhysicsFeature("first_drop", "g/L", 0, (-20, 120), "alumina that falls in the first three tanks, by titration"),
        PhysicsFeature("middle_drop", "g/L", 0, (-30, 90), "alumina that falls from the third tank to the eighth"),
        PhysicsFeature("residence_time", "h", 0, (2, 400), "of the liquor in the tanks in use"),
        PhysicsFeature("seed_surface", "m²/L", 0, (0.2, 300), "surface of the seed in a litre of slurry"),
        PhysicsFeature("train_strength", "g/L", 0, (0, 1e6), "strength of all tanks at a supersaturation of 1"),
        PhysicsFeature("expected_yield", "g/L", 1, (0, 160), "yield of the train by its equations"),
        PhysicsFeature("growth_left", "1", 0, (-0.4, 0.4), "A/C that leaves less what the equations let expect"),
        PhysicsFeature("expected_square", "1", 0, (0, 0.3), "mean squared supersaturation, by the equations"),
        PhysicsFeature("expected_na2o", "%", 0, (0.1, 2), "soda that it lets the hydrate enclose"),
        PhysicsFeature("cooled_by", "K", 0, (-30, 60), "last tank below the first"),
        PhysicsFeature("missed_end", "K", 0, (-40, 45), "last tank above its set-point: coolers at their end"),
        PhysicsFeature("expected_soda", "kg/t", 0, (0, 450), "soda that desilication binds"),
        PhysicsFeature("fines_change", "%", 0, (-80, 90), "fines of the seed over those of yesterday's product"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "liquor that comes and goes": (
            *("green_liquor_ac", "green_liquor_caustic", "spent_liquor_ac", "green_caustic_ratio", "titrated_yield"),
            *("tank3_ac", "tank8_ac", "first_drop", "middle_drop", "growth_left", "digestion_temperature"),
        ),
        "impurities": (
            *("green_liquor_carbonate", "green_liquor_chloride", "green_liquor_sulphate", "green_liquor_toc"),
            *("green_liquor_silica", "ionic_strength"),
        ),
        "temperatures and cooling": (
            *("fill_temperature", "end_temperature", "tank3_temperature", "last_tank_temperature", "solubility_last"),
            *("ambient_temperature", "wet_bulb", "days_since_descale", "cooled_by", "missed_end"),
        ),
        "supersaturation": ("sigma_fill", "sigma_third", "sigma_eighth", "sigma_last", "expected_square"),
        "seed and sizes": (
            *("seed_solids", "fine_seed_ratio", "seed_fines", "seed_ssa", "seed_surface", "previous_fines"),
            *("fines_change", "overflow_solids"),
        ),
        "time in the tanks": ("flow", "tanks_on", "residence_time", "train_strength"),
        "bauxite and soda": (
            *("bauxite_available_alumina", "bauxite_reactive_silica", "bauxite_toc", "lime_dose", "mud_wash_soda"),
            *("expected_soda", "expected_na2o", "previous_na2o", "previous_soda_loss"),
        ),
        "heat": (
            *("steam_digestion", "steam_evaporation", "evaporation_rate", "calciner_temperature", "calciner_fuel"),
            *("previous_energy",),
        ),
        "days before, and expected by physics": ("previous_yield", "expected_yield"),
    }

    equipment_type = PrecipitationLine
    TERMS: ClassVar[Mapping[str, Fact]] = {
        "steam_heat": Fact("GJ/t", 1.5, 3.5, "heat of the boilers' steam", until_now=2.2),
    }

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of days."""
        caustic, ionic = _liquor(columns)
        fill, last = columns["fill_temperature"], columns["last_tank_temperature"]
        eighth = fill + (last - fill) * 7.0 / np.maximum(self._tanks(columns) - 1.0, 7.0)
        over = {
            name: gibbsite_solubility(warm, caustic, ionic) / caustic
            for name, warm in (
                ("fill", fill),
                ("third", columns["tank3_temperature"]),
                ("eighth", eighth),
                ("last", last),
            )
        }
        green, spent = columns["green_liquor_ac"], columns["spent_liquor_ac"]
        train = self._train(columns, last)
        silica = silica_of_bauxite(columns["bauxite_reactive_silica"], columns["bauxite_available_alumina"])
        return {
            "ionic_strength": ionic,
            "green_caustic_ratio": caustic_ratio(green),
            "solubility_last": over["last"],
            "sigma_fill": green - over["fill"],
            "sigma_third": columns["tank3_ac"] - over["third"],
            "sigma_eighth": columns["tank8_ac"] - over["eighth"],
            "sigma_last": spent - over["last"],
            "titrated_yield": caustic * (green - spent),
            "first_drop": caustic * (green - columns["tank3_ac"]),
            "middle_drop": caustic * (columns["tank3_ac"] - columns["tank8_ac"]),
            "residence_time": self._tanks(columns) * self.equipment.tank_volume / _flow(columns),
            "seed_surface": columns["seed_solids"] * columns["seed_ssa"],
            "train_strength": train["strength"],
            "expected_yield": train["yield"],
            "growth_left": spent - train["spent"] / caustic,
            "expected_square": train["square"],
            "expected_na2o": product_soda(train["square"], train["temperature"], caustic),
            "cooled_by": fill - last,
            "missed_end": last - columns["end_temperature"],
            "expected_soda": bound_soda(silica, SODA_PER_SILICA),
            "fines_change": columns["seed_fines"] - columns["previous_fines"],
        }

    def first_principles(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Yield by physics alone: growth on the measured seed, tank after tank, with nominal constants.

        References
        ----------
        `physics.bayer`: solubility of Rosenberg and Healy, growth of order 2, tanks in series.
        """
        return np.clip(self._train(columns, columns["last_tank_temperature"])["yield"], *_YIELD)

    def derived(
        self, columns: Mapping[str, FloatArray], target: FloatArray, economics: Mapping[str, float]
    ) -> dict[str, FloatArray]:
        """Liquor, coal equivalent and greenhouse gases a tonne at a yield; all fall when it rises.

        Returns specific_liquor in m³/t, coal_equivalent (steam, calciner, electricity) in kgce/t and co2e in tCO2e/t;
        NaN where the yield is not above 0.

        References
        ----------
        Balances of mass and heat; coal equivalent by `physics.coal_equivalent`; location-based accounting of
        electricity.
        """
        target = np.where(target > 0.0, target, np.nan)
        hourly = alumina_rate(_flow(columns), target) / 24.0
        steam = (columns["steam_digestion"] + columns["steam_evaporation"]) * economics["steam_heat"] / hourly
        boilers = steam / economics["boiler_efficiency"] + economics["other_fuel"]
        fuel = columns["calciner_fuel"]
        emitted = boilers * economics["fuel_emission_factor"] + fuel * economics["calciner_emission_factor"]
        return {
            "specific_liquor": liquor_per_tonne(target),
            "coal_equivalent": coal_equivalent(economics["electricity"], boilers + fuel),
            "co2e": emitted + 0.001 * economics["electricity"] * economics["grid_emission_factor"],
        }

    def money(self, columns: Mapping[str, FloatArray], economics: Mapping[str, float]) -> FloatArray:
        """Return daily margin of lines: alumina less bauxite, steam, fuel, soda, seed, cooling, discounts."""
        within_limits: FloatArray = np.prod([self.lots_within(name, columns[name]) for name in LOTS], axis=0)
        return self.margin(columns, within_limits, economics)

    def lots_within(self, name: str, content: FloatArray) -> FloatArray:
        """Share of a day's lots that keep a buyer's limit.

        Parameters
        ----------
        name
            Of a content of LOTS
        content
            Mean content of the day's lots, shape (n,); NaN where unknown [%]

        Returns
        -------
        FloatArray
            Share, shape (n,) [1]

        References
        ----------
        `physics.bayer.economics`.
        """
        return 1.0 - share_above(
            np.maximum(content, _LEAST_CONTENT), getattr(self.equipment, f"highest_{name}"), LOTS[name]
        )

    def margin(
        self, columns: Mapping[str, FloatArray], within_limits: FloatArray, economics: Mapping[str, float]
    ) -> FloatArray:
        """Margin of lines by the share of their lots that keep all limits of buyers.

        Parameters
        ----------
        columns
            Measured columns by name, as of `money`
        kept
            Share of lots, shape (n,) [1]
        economics
            Values of the seed's [economics] by name, in the unit of the seed

        Returns
        -------
        FloatArray
            Margin, shape (n,); NaN where an input is missing [$/d]

        Raises
        ------
        ValueError
            A price is missing, negative or no number; it is named.

        References
        ----------
        `physics.bayer.economics`.
        """
        flow = columns["flow"]
        sold = alumina_rate(flow, columns["precipitation_yield"] - columns["overflow_solids"])
        steam = 24.0 * (columns["steam_digestion"] + columns["steam_evaporation"])
        bauxite = sold / (0.01 * columns["bauxite_available_alumina"])
        flows = money_of.PrecipitationFlows(
            alumina=sold,
            downgraded=sold * (1.0 - within_limits),
            steam=steam,
            boiler_fuel=steam * economics["steam_heat"] / economics["boiler_efficiency"]
            + sold * economics["other_fuel"],
            calciner_fuel=columns["calciner_fuel"] * sold,
            caustic=0.001 * columns["soda_loss"] * sold,
            lime=0.001 * columns["lime_dose"] * bauxite,
            seed=alumina_rate(flow, columns["seed_solids"]),
            cooled=sold * (columns["fill_temperature"] - columns["last_tank_temperature"]),
        )
        return money_of.margin(flows, economics)

    def _tanks(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        return np.clip(columns["tanks_on"], _FEWEST_TANKS, self.equipment.tanks)

    def _train(self, columns: Mapping[str, FloatArray], last: FloatArray) -> dict[str, FloatArray]:
        """Return a train's yield, spent liquor, strength [g/L], mean squared supersaturation [1] and °C."""
        caustic, ionic = _liquor(columns)
        tanks = self._tanks(columns)
        used = np.arange(self.equipment.tanks)[:, None] < tanks
        warm = train_temperatures(columns["fill_temperature"], last, tanks, round(self.equipment.tanks))
        saturated = gibbsite_solubility(warm, caustic, ionic)
        rate = growth_constant(
            warm, organic_carbon=columns["green_liquor_toc"], carbonate=columns["green_liquor_carbonate"]
        )
        strength = used * tank_strength(
            rate, columns["seed_solids"], columns["seed_ssa"], self.equipment.tank_volume / _flow(columns)
        )
        entering = columns["green_liquor_ac"] * caustic
        alumina = train_alumina(entering, saturated, caustic, strength)
        sigma = used * (alumina - saturated) / caustic
        return {
            "yield": entering - alumina[-1],
            "spent": alumina[-1],
            "square": np.square(sigma).sum(axis=0) / tanks,
            "temperature": (used * warm).sum(axis=0) / tanks,
            "strength": strength.sum(axis=0),
        }


def _flow(columns: Mapping[str, FloatArray]) -> FloatArray:
    return np.maximum(columns["flow"], _LEAST_FLOW)


def _liquor(columns: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Caustic [g/L] and ionic strength [mol/L]."""
    caustic = np.maximum(columns["green_liquor_caustic"], _LEAST_CAUSTIC)
    impurities = (columns[f"green_liquor_{name}"] for name in ("carbonate", "chloride", "sulphate", "toc"))
    return caustic, ionic_strength(caustic, *impurities)
