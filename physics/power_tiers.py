"""Tiered power price of aluminium smelters in China: a surcharge by specific consumption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray, Numeric, floats
from physics.prices import checked

TIER_YEAR = "tier_year"
PLANT_CONSUMPTION = "plant_consumption"
NEEDED = {"yuan_price": "$/CNY", "bus_bar_energy": "kWh/t"}
TERMS = {TIER_YEAR: "a", **NEEDED, PLANT_CONSUMPTION: "kWh/t"}  # of [economics]; without a year there are no tiers
_FIRST, _COMPREHENSIVE = 2014, 2022  # first years of both rules
_OF_2013 = ((13700.0, 0.02), (13800.0, 0.06))  # above kWh/t, added CNY/kWh
_OF_2021 = ((2022, 13650.0), (2023, 13450.0), (2025, 13300.0))  # from this year, threshold kWh/t
_WIDTH, _RISE = 20.0, 0.01  # kWh/t, CNY/kWh


def tier_surcharge(specific_consumption: Numeric, tier_year: float) -> FloatArray:
    """Surcharge on the electricity of aluminium electrolysis, by the rule of a year.

    From 2014: 0.02 above 13,700 kWh/t and 0.08 above 13,800 kWh/t. From 2022: 0.01 for each 20 kWh/t, whole or partial,
    above 13,650, from 2023 above 13,450 and from 2025 above 13,300 kWh/t. A threshold itself has no surcharge.

    Parameters
    ----------
    specific_consumption
        Alternating current a tonne of liquid aluminium; from 2022 the comprehensive one, with auxiliaries [kWh/t]
    tier_year
        Year of the rule, 2014 or later [a]

    Returns
    -------
    FloatArray
        Surcharge; NaN where the consumption is missing [CNY/kWh]

    References
    ----------
    National Development and Reform Commission and Ministry of Industry and Information Technology 2013 no. 2530, by
    provincial notices that repeat it; National Development and Reform Commission 2021 no. 1239 (recalled).
    """
    consumption = floats(specific_consumption)
    if tier_year < _COMPREHENSIVE:
        surcharge = sum(added * (consumption > above) for above, added in _OF_2013)
    else:
        threshold = next(limit for year, limit in reversed(_OF_2021) if tier_year >= year)
        surcharge = _RISE * np.ceil(np.maximum(consumption - threshold, 0.0) / _WIDTH)
    return np.where(np.isnan(consumption), np.nan, surcharge)


@dataclass(frozen=True)
class TieredPrice:
    """Tiered price of a plant in a year.

    Attributes
    ----------
    year
        Year of the rule [a]
    yuan_price
        Value of a yuan in the money of the prices [$/CNY]
    bus_bar_energy
        Energy of bus bars outside the cells, which the rule counts [kWh/t]
    plant_consumption
        Specific consumption of the plant that sets its surcharge, 0 where none is stated [kWh/t]
    """

    year: float
    yuan_price: float
    bus_bar_energy: float
    plant_consumption: float = 0.0

    @classmethod
    def of(cls, prices: Mapping[str, float]) -> TieredPrice | None:
        """Return the tiered price that prices state; None where `tier_year` is missing or 0.

        Raises
        ------
        ValueError
            The year has no rule, or another value is missing, negative or no number; it is named.
        """
        year = prices.get(TIER_YEAR, 0.0)
        if year == 0.0:
            return None
        if not (year >= _FIRST and year == int(year)):
            raise ValueError(f"economics.{TIER_YEAR}: got {year:g}: expected 0, or a year from {_FIRST} on")
        stated = [PLANT_CONSUMPTION] if PLANT_CONSUMPTION in prices else []
        return cls(year, **checked(prices, [*NEEDED, *stated], ("yuan_price",)))

    def consumption(self, alternating: Numeric, auxiliaries: Numeric) -> FloatArray:
        """Specific consumption that the rule counts, of rectifiers and auxiliaries a tonne of metal [kWh/t]."""
        own = floats(alternating) + self.bus_bar_energy
        return own + floats(auxiliaries) if self.year >= _COMPREHENSIVE else own

    def surcharge(self, consumption: Numeric) -> FloatArray:
        """Surcharge at a specific consumption [$/kWh]."""
        return self.yuan_price * tier_surcharge(consumption, self.year)

    def slope(self, consumption: Numeric) -> FloatArray:
        """Mean rise of the surcharge with the plant's consumption [$/kWh per kWh/t].

        Above the threshold it is that of the steps. The tiers of 2013 are two jumps, which have none.
        """
        stepped = self.year >= _COMPREHENSIVE
        return np.where(self.surcharge(consumption) > 0.0, self.yuan_price * _RISE / _WIDTH * stepped, 0.0)

    def cost_of_part(self, consumption: Numeric) -> FloatArray:
        """Cost of the surcharge a tonne of metal of some cells of a plant [$/t].

        The plant's consumption sets the surcharge, and each kilowatt-hour of a part moves it: the cost is s c + s' C
        (c - C), of the part's consumption c and the plant's C. Without a stated C it is that of a plant like the part.
        """
        part, plant = floats(consumption), self.plant_consumption
        if plant == 0.0:
            return self.surcharge(part) * part
        return self.surcharge(plant) * part + self.slope(plant) * plant * (part - plant)

    def parts(self, alternating: Numeric, auxiliaries: Numeric) -> dict[str, FloatArray]:
        """Consumption [kWh/t], surcharge on it [$/kWh] and its cost a tonne of metal [$/t]."""
        consumption = self.consumption(alternating, auxiliaries)
        surcharge = self.surcharge(consumption)
        return {"consumption": consumption, "surcharge": surcharge, "cost": surcharge * consumption}
