"""Stocks of the electrolyte in a crop: dissolution, dosing, precipitation, deposition, bleed.

All is reckoned for a tonne of copper a day, so nothing depends on how many groups of cells are simulated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from synthetic_data.tankhouse.parameters import GrowthParameters

DISSOLVING = ("ni", "as", "sb", "bi", "fe")
CHLORINE_PER_SILVER = 35.45 / 107.868
ACID_PER_COPPER = 98.079 / 63.546  # that copper takes where air dissolves it, and gives back where it is plated out
_KILO = 1000.0


@dataclass(frozen=True)
class StockFlow:
    """One stock over a crop: contents at ends and mean [g/L], masses per daily tonne of copper [kg*d/t].

    `came` is what dissolves or is dosed, `removed` what precipitates or liberators plate out.
    """

    start: float
    end: float
    mean: float
    came: float
    bled: float
    removed: float


def dissolving(
    p: GrowthParameters, days: float, start: float, dissolved: float, bleed: float, precipitation: float, onset: float
) -> StockFlow:
    """A stock that anodes feed [g/t], the bleed [m³/t] empties, and precipitation bounds.

    The balance is linear in a crop: all of it is its exact solution.
    """
    rate = 0.0 if start <= onset and _KILO * bleed * onset >= dissolved else precipitation
    leaving = bleed + rate
    steady = (dissolved / _KILO + rate * onset) / leaving
    memory = p.electrolyte_volume / leaving
    end = steady + (start - steady) * math.exp(-days / memory)
    mean = steady + (start - end) * memory / days
    return StockFlow(start, end, mean, dissolved / _KILO * days, bleed * mean * days, rate * (mean - onset) * days)


def copper(p: GrowthParameters, days: float, start: float, excess: float, bleed: float, liberated: float) -> StockFlow:
    """Copper [g/L]: dissolution exceeds deposition [kg/t]; liberators [kg/t] and bleed remove the rest."""
    memory = p.electrolyte_volume / bleed
    steady = (excess - liberated) / bleed
    end = steady + (start - steady) * math.exp(-days / memory)
    mean = steady + (start - end) * memory / days
    return StockFlow(start, end, mean, excess * days, bleed * mean * days, liberated * days)


def acid(
    p: GrowthParameters, days: float, start: float, end: float, excess: float, bleed: float, liberated: float
) -> StockFlow:
    """Free acid [g/L], set at the start of the crop and held constant by added acid.

    Copper [kg/t] that dissolves without current takes acid, liberators give it back, the bleed carries some off.
    """
    removed = ACID_PER_COPPER * (excess - liberated) * days
    bled = bleed * end * days
    return StockFlow(start, end, end, p.electrolyte_volume * (end - start) + bled + removed, bled, removed)


def chloride(p: GrowthParameters, days: float, start: float, dosed: float, silver: float, bleed: float) -> StockFlow:
    """Chloride [g/L]: dosed [g/t], precipitated by the silver that dissolves first [g/t], bled."""
    bound = p.silver_as_chloride * silver * CHLORINE_PER_SILVER * min(1.0, start / p.chloride_scarce)
    memory = p.electrolyte_volume / bleed
    steady = (dosed - bound) / (_KILO * bleed)
    end = steady + (start - steady) * math.exp(-days / memory)
    mean = steady + (start - end) * memory / days
    return StockFlow(start, end, mean, dosed / _KILO * days, bleed * mean * days, bound / _KILO * days)
