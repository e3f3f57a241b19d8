"""Live plant as a Sparkplug edge node: a device for each unit, a metric for each column."""

from __future__ import annotations

import asyncio
import datetime as dt
import math
from collections.abc import Callable, Sequence

from gateway.mqtt.broker import Broker, BrokerError
from gateway.mqtt.connection import BrokerConnection
from gateway.mqtt.messages import MqttMessage
from gateway.plant.live_plant import LivePlant
from gateway.plant.outlet import PlantError, TagValue, close_broker, open_broker
from gateway.protocols import GROUP
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition, MetricReading
from gateway.sparkplug.metrics import DataType, MetricQuality
from gateway.sparkplug.topics import TopicError
from seeds import Column

_QUALITY = {"good": MetricQuality.GOOD, "uncertain": MetricQuality.UNCERTAIN, "bad": MetricQuality.BAD}


class SparkplugPublisher:
    """Sparkplug edge node of a live plant; an Outlet.

    Its group is `nonferrous`, its name that of the process, its devices are the units.

    Parameters
    ----------
    plant : LivePlant
        The plant.
    broker : Broker
        Broker to publish to.

    Raises
    ------
    PlantError
        A unit whose name no topic can have, or certificates that cannot be read.
    """

    def __init__(self, plant: LivePlant, broker: Broker) -> None:
        name, clock = plant.seed.process.name, plant.seed.clock.name
        metrics = [MetricDefinition(clock, DataType.DATE_TIME)]
        metrics += [_definition(column) for column in (*plant.columns, *plant.assayed)]
        metrics += [MetricDefinition(f"{column.name}.period", DataType.DATE_TIME) for column in plant.assayed]
        self._broker, self._units = broker, set(plant.units)
        try:
            self._edge = EdgeNode(GROUP, name, dict.fromkeys(plant.units, metrics))
            self._connection = BrokerConnection(broker, self._edge, f"nonferrous-plant-{name}")
        except (TopicError, BrokerError) as error:
            raise PlantError(str(error)) from None

    async def open(self) -> None:
        """Connect and publish the births."""
        await open_broker(self._connection, self._broker)

    async def write(self, values: Sequence[TagValue]) -> None:
        """Publish values, a message for each unit; without a connection the next births have the latest ones."""
        by_unit: dict[str, list[MetricReading]] = {}
        for one in values:
            if one.unit in self._units:
                reading = MetricReading(one.tag, _sparkplug_value(one.value), one.at, _QUALITY[one.quality])
                by_unit.setdefault(one.unit, []).append(reading)
        messages = [self._maker(unit, readings) for unit, readings in by_unit.items()]
        sent = await asyncio.to_thread(self._connection.publish, messages)
        for unit, readings in list(by_unit.items())[sent:]:
            self._edge.note(unit, readings)

    def _maker(self, unit: str, readings: list[MetricReading]) -> Callable[[], MqttMessage]:
        return lambda: self._edge.data(unit, readings)

    async def close(self) -> None:
        """Publish the deaths and disconnect."""
        await close_broker(self._connection)


def _definition(column: Column) -> MetricDefinition:
    if not column.is_number:
        return MetricDefinition(column.name, DataType.STRING)
    low, high = (limit if math.isfinite(limit) else None for limit in column.limits)
    return MetricDefinition(column.name, DataType.DOUBLE, column.unit, low, high)


def _sparkplug_value(value: float | str | dt.datetime | None) -> float | str | int | None:
    if isinstance(value, dt.datetime):
        return int(value.replace(tzinfo=dt.UTC).timestamp() * 1000)
    return value
