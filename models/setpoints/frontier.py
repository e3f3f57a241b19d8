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
from physics.carbon import CARBON_PRICES, DIRECT_PRICE
from seeds import Seed
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd

CARBON_PRICE = "carbon_price"  # of a point: of all emissions, whatever their scope
UNPRICED = f"the seed lacks one of {', '.join(CARBON_PRICES)}"
SHADOW_PRICES = (0.0, 25.0, 50.0, 100.0, 200.0, 400.0)  # money a tonne of CO2e


@dataclass(frozen=True)
class ParetoPoint:
    """Best moves of a unit at one carbon price.

    Attributes
    ----------
    carbon_price : float
        Shadow price of all emissions, direct and indirect, at which these moves are the best [money/tCO2e].
    advice : UnitRecommendation
        The moves, with their effects at the requested prices.
    """

    carbon_price: float
    advice: UnitRecommendation


def prices_carbon(seed: Seed) -> bool:
    """Return True where the economics of a seed price emissions of both scopes, 0 included."""
    return all(name in seed.economics for name in CARBON_PRICES)


def carbon_unit(seed: Seed) -> str:
    """Unit of the carbon prices of a seed."""
    return seed.economics[DIRECT_PRICE].unit


def pareto(
    model: SetpointModel, table: pd.DataFrame, prices: Mapping[str, float] | None = None
) -> dict[str, list[ParetoPoint]]:
    """Points of margin against CO2e for each plan row of a table, by unit, from the cheapest carbon on.

    Points that repeat the moves of the one before are left out.

    Raises
    ------
    SetpointError
        As for `recommend`, or a process whose economics lack a carbon price.
    """
    economics, plans = model.priced(prices), UnitPlans.of(model, table)
    if not prices_carbon(model.seed):
        raise SetpointError(f"{model.seed.process.name}: {UNPRICED}")
    dearer = [economics | dict.fromkeys(CARBON_PRICES, price) for price in SHADOW_PRICES]
    moves = moves_of(model)
    points: dict[str, list[ParetoPoint]] = {name: [] for name in plans.names}
    for part in between(plans.parts()):
        at_prices, *at_dearer = weigh_each(model, part, [economics, *dearer], moves)
        for price, evaluated in zip(SHADOW_PRICES, at_dearer, strict=True):
            best, refusals = chosen(evaluated, part.refusals)
            for one in advice(model, part, at_prices, economics, best, refusals):
                if not points[one.unit] or points[one.unit][-1].advice.moves != one.moves:
                    points[one.unit].append(ParetoPoint(price, one))
    return points
