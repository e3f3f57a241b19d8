"""Live plant as JSON topics: one for each value of each unit."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence

from gateway.mqtt.broker import Broker, BrokerError
from gateway.mqtt.connection import BrokerConnection
from gateway.mqtt.json_topics import JsonPublisher, JsonReading, JsonTopicError
from gateway.mqtt.messages import MqttMessage
from gateway.plant.live_plant import LivePlant
from gateway.plant.outlet import PlantError, TagValue, close_broker, open_broker
from gateway.protocols import plant_prefix


class JsonTopics:
    """JSON topics of a live plant, `nonferrous/plant/PROCESS/UNIT/COLUMN`; an Outlet.

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
        name = plant.seed.process.name
        self._broker, self._units = broker, set(plant.units)
        self._assayed = [column.name for column in plant.assayed]
        self._unit_of = {column.name: column.unit for column in (*plant.columns, *plant.assayed)}
        self._publisher = JsonPublisher(plant_prefix(name))
        try:
            for unit in plant.units:
                self._publisher.message(JsonReading(unit, None, dt.datetime.now(dt.UTC)))
            self._connection = BrokerConnection(broker, self._publisher, f"nonferrous-plant-{name}-json")
        except (JsonTopicError, BrokerError) as error:
            raise PlantError(str(error)) from None

    async def open(self) -> None:
        """Connect; publish the status, and that the laboratory has no results yet."""
        await open_broker(self._connection, self._broker)
        names = [name for column in self._assayed for name in (column, f"{column}.period")]
        at = dt.datetime.now(dt.UTC)
        await self.write([TagValue(unit, name, None, at) for unit in sorted(self._units) for name in names])

    async def write(self, values: Sequence[TagValue]) -> None:
        """Publish values, a message for each; without a connection they are lost, as a live value is."""
        messages = [self._maker(one) for one in values if one.unit in self._units]
        await asyncio.to_thread(self._connection.publish, messages)

    async def close(self) -> None:
        """Publish the end and disconnect."""
        await close_broker(self._connection)

    def _maker(self, one: TagValue) -> Callable[[], MqttMessage]:
        value = one.value.isoformat() if isinstance(one.value, dt.datetime) else one.value
        reading = JsonReading(f"{one.unit}/{one.tag}", value, one.at, one.quality, self._unit_of.get(one.tag))
        return lambda: self._publisher.message(reading)
