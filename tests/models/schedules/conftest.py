"""Orders for a line whose curves are plain formulas."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from models.interfaces.line import CellLine
from models.schedules.hours import Hours, read_hours
from models.schedules.order import Order, StepLimit

CHINA = dt.timezone(dt.timedelta(hours=8))


@pytest.fixture
def tariff() -> Callable[..., Hours]:
    """Maker of three days of prices: valley, flat and peak hours, a factor of the tariff apart."""

    def made(spread: float = 0.5, days: int = 3, minutes: int = 60, price: float = 0.08) -> Hours:
        given = []
        for day in range(days):
            for first, last, side in ((0, 8, -1), (8, 12, 1), (12, 16, 0), (16, 20, 1), (20, 24, 0)):
                start = dt.datetime(2026, 8, 3, tzinfo=CHINA) + dt.timedelta(days=day, hours=first)
                end = start + dt.timedelta(hours=last - first)
                given.append(
                    {"start": start.isoformat(), "end": end.isoformat(), "price": price * (1.0 + side * spread)}
                )
        return read_hours("tariff", given, "price", minutes)

    return made


@pytest.fixture
def order(line: CellLine, tariff: Callable[..., Hours]) -> Order:
    """What 100 cells make in three days at 99 kA."""
    metal_target = 1e-3 * 100 * 72 * float(line.metal(np.array([99.0]))[0])
    limit = StepLimit("temperature", "°C", 45.0, True, 0.02)
    made = Order(tariff(), np.full(72, 0.5), metal_target, 100, 99.0, 60.0, 120.0, 20.0, None, (limit,))
    return replace(made)
