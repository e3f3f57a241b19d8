"""Money against greenhouse gases: the best moves of each unit at rising prices of carbon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.setpoints.advice import UnitRecommendation
from models.setpoints.errors import SetpointError
from models.setpoints.model import SetpointModel
from models.setpoints.move_evaluation import chosen, moves_of, weigh_each
from models.setpoints.plans import UnitPlans
from models.setpoints.recommender import advice
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

CARBON_PRICE = "carbon_price"
CARBON_PRICES = (0.0, 25.0, 50.0, 100.0, 200.0, 400.0)  # money a tonne of CO2e


@dataclass(frozen=True)
class ParetoPoint:
    """Best moves of a unit at one carbon price.

    Attributes
    ----------
    carbon_price : float
        Price at which these moves are the best [money/tCO2e].
    advice : UnitRecommendation
        The moves, with their effects at the requested prices.
    """

    carbon_price: float
    advice: UnitRecommendation


def pareto(
    model: SetpointModel, table: pd.DataFrame, prices: Mapping[str, float] | None = None
) -> dict[str, list[ParetoPoint]]:
    """Points of margin against CO2e for each plan row of a table, by unit, from the cheapest carbon on.

    Points that repeat the moves of the one before are left out.

    Raises
    ------
    SetpointError
        As for `recommend`, or a process whose economics have no carbon price.
    """
    economics, plans = model.priced(prices), UnitPlans.of(model, table)
    if CARBON_PRICE not in economics:
        raise SetpointError(f"{model.seed.process.name}: its economics have no {CARBON_PRICE}: expected one")
    dearer = [economics | {CARBON_PRICE: price} for price in CARBON_PRICES]
    moves = moves_of(model)
    points: dict[str, list[ParetoPoint]] = {name: [] for name in plans.names}
    for part in between(plans.parts()):
        at_prices, *at_dearer = weigh_each(model, part, [economics, *dearer], moves)
        for price, evaluated in zip(CARBON_PRICES, at_dearer, strict=True):
            best, refusals = chosen(evaluated, part.refusals)
            for one in advice(model, part, at_prices, economics, best, refusals):
                if not points[one.unit] or points[one.unit][-1].advice.moves != one.moves:
                    points[one.unit].append(ParetoPoint(price, one))
    return points
