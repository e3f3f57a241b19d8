"""An order from what was asked, in the words of a request or of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.interfaces.schedule import ScheduleError
from models.schedules.hours import Hours, matched, read_hours
from models.schedules.order import Order, limits_of
from seeds import Seed

_FACTOR = "grid_emission_factor"


def read_order(request: Mapping[str, Any], seed: Seed) -> Order:
    """The order of a request.

    Parameters
    ----------
    request : Mapping
        tariff, owed, cells, current, minutes, stops, limits, negative_prices; lowest, highest, ramp and grid_factor
        are the seed's where they are None or left out.
    seed : Seed
        With a [schedule].

    Raises
    ------
    ScheduleError
        What is wrong with it.
    """
    limits, minutes = seed.schedule, request["minutes"]
    assert limits is not None
    prices = read_hours("tariff", request["tariff"], "price", minutes)
    _check_prices(prices, request["allow_negative_prices"])
    given = request.get("grid_factor")
    factors = (
        np.full(len(prices.values), seed.economics[_FACTOR].value)
        if given is None
        else matched("grid_factor", read_hours("grid_factor", given, "factor", minutes), prices)
    )
    stops = request["allow_stops"]
    if stops and limits.holding is None:
        raise ScheduleError([("allow_stops", True, "false: the seed names no holding current")])
    return Order(
        prices=prices,
        factors=factors,
        metal_target=request["metal_target"],
        cells=request["cells"],
        now=request["current"],
        **_limits_of_current(request, seed),
        holding=limits.holding.value if stops and limits.holding is not None else None,
        limits=limits_of(seed, {name: one for name, one in request["limits"].items() if one is not None}),
    )


def _limits_of_current(given: Mapping[str, Any], seed: Seed) -> dict[str, float]:
    """Return current limits and ramp, given or the seed's; ScheduleError if they are contradictory."""
    assert seed.schedule is not None
    limits = {
        name: float(getattr(seed.schedule, name).value if given.get(name) is None else given[name])
        for name in ("lowest", "highest", "ramp")
    }
    if limits["lowest"] >= limits["highest"]:
        raise ScheduleError([("highest", limits["highest"], f"more than the lowest, {limits['lowest']:g} kA")])
    return limits


def _check_prices(prices: Hours, allowed: bool) -> None:
    below = np.flatnonzero(prices.values < 0)
    if len(below) and not allowed:
        at = prices.starts[below[0]].isoformat()
        expected = f"0 or more, at {at} and {len(below)} steps in all; or allow_negative_prices = true"
        raise ScheduleError([("tariff.price", float(prices.values[below[0]]), expected)])
