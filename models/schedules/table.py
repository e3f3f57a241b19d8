"""A schedule as a table, a row a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.schedules.schedule import Schedule

if TYPE_CHECKING:
    import pandas as pd


def schedule_frame(plan: Schedule) -> pd.DataFrame:
    """Return each step's start, price, current, power, metal, cost, emission and states, units in names."""
    import pandas as pd

    prices = plan.order.prices
    columns = {
        "start": [start.isoformat() for start in prices.starts],
        "price [$/kWh]": prices.values,
        "running": plan.running > 0,
        "current [kA]": plan.current,
        "power [MW]": plan.power,
        "metal [t]": plan.metal,
        "cost [$]": plan.cost,
        "co2e [kg]": plan.co2e,
    }
    units = {margin.limit.name: margin.limit.unit for margin in plan.kept}
    states = {f"{name} [{units.get(name, '')}]": state for name, state in plan.states.items()}
    return pd.DataFrame(columns | states)
