"""Protocol through which a live plant offers its values."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.mqtt.broker import Broker
from gateway.mqtt.connection import BrokerConnection
from gateway.readings import DataQuality

PATIENCE = 10.0  # s


class PlantError(RuntimeError):
    """Live plant that cannot start or go on: text for the user, one line."""


@dataclass(frozen=True)
class TagValue:
    """Value of a tag of a unit, with its source time in UTC.

    Attributes
    ----------
    unit, tag : str
        Unit, and column or `COLUMN.period`.
    value : float, str, datetime or None
        A datetime is the start of a period.
    at : datetime
        Source time.
    quality : {"good", "uncertain", "bad"}
        Quality.
    """

    unit: str
    tag: str
    value: float | str | dt.datetime | None
    at: dt.datetime
    quality: DataQuality = "good"


def check_reachable(broker: Broker) -> None:
    """Check that a broker accepts connections.

    Raises
    ------
    PlantError
        It does not.
    """
    try:
        socket.create_connection((broker.host, broker.port), PATIENCE).close()
    except OSError as error:
        raise PlantError(f"{broker}: no connection: {error}") from None


async def open_broker(connection: BrokerConnection, broker: Broker) -> None:
    """Connect to a broker.

    Raises
    ------
    PlantError
        It accepts no connection within 10 s.
    """
    connection.__enter__()
    if not await asyncio.to_thread(connection.wait_open, PATIENCE):
        reason = connection.error
        await close_broker(connection)
        raise PlantError(f"{broker}: no connection: {reason}")


async def close_broker(connection: BrokerConnection) -> None:
    """Send the last messages and disconnect."""
    await asyncio.to_thread(connection.__exit__, None, None, None)


class Outlet(Protocol):
    """Server or publisher of the values; opened once, closed once."""

    async def open(self) -> None:
        """Start to offer the tags; PlantError with the reason if that is impossible."""

    async def write(self, values: Sequence[TagValue]) -> None:
        """Offer new values."""

    async def close(self) -> None:
        """Stop to offer the tags."""
