"""A schedule as a table, a row a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.schedules.schedule import Schedule

if TYPE_CHECKING:
    import pandas as pd


def schedule_frame(found: Schedule) -> pd.DataFrame:
    """Return each step's start, price, current, power, metal, cost, emission and states, units in names."""
    import pandas as pd

    prices = found.order.prices
    columns = {
        "start": [start.isoformat() for start in prices.starts],
        "price [$/kWh]": prices.values,
        "running": found.running > 0,
        "current [kA]": found.current,
        "power [MW]": found.power,
        "metal [t]": found.metal,
        "cost [$]": found.cost,
        "co2e [kg]": found.co2e,
    }
    units = {kept.limit.name: kept.limit.unit for kept in found.kept}
    states = {f"{name} [{units.get(name, '')}]": state for name, state in found.states.items()}
    return pd.DataFrame(columns | states)
