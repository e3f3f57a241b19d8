"""Results at a broker: the only place of the gateway that publishes values.

An edge node publishes under its own group and name, and a publisher of JSON topics below its prefix; neither can name
another topic. Nothing that others send to them has an effect, but the request for a rebirth.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from gateway.counts import BoundedCounter
from gateway.errors import GatewayError
from gateway.mqtt.json_topics import JsonPublisher, JsonReading, JsonTopicError
from gateway.mqtt.messages import MqttMessage, MqttSession
from gateway.results import Field, ResultValue, fields_of
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition, MetricReading
from gateway.sparkplug.metrics import DataType, MetricQuality, number_of
from gateway.sparkplug.topics import TopicError
from gateway.tag_map import TagMap
from seeds.format.tags import EdgeNodeName, TopicTag, overlaps, read_destination, read_tag

_TYPES = {float: DataType.DOUBLE, str: DataType.STRING, bool: DataType.BOOLEAN}
_QUALITY = {"good": MetricQuality.GOOD, "uncertain": MetricQuality.UNCERTAIN, "bad": MetricQuality.BAD}
Message = Callable[[], MqttMessage]


class ResultPublisher(Protocol):
    """Messages of results."""

    @property
    def session(self) -> MqttSession:
        """Session of the connection."""

    @property
    def conflicts(self) -> BoundedCounter:
        """Topics of the results to which another client writes."""

    def messages(self, values: Sequence[ResultValue], at: dt.datetime) -> tuple[list[Message], str]:
        """Return makers of messages, and the reason of the first value that is refused, or an empty text."""


class SparkplugResults:
    """Results as metrics of an edge node: a device for each unit; a ResultPublisher.

    Parameters
    ----------
    name : EdgeNodeName
        Group and edge node.
    units : sequence of str
        Names of units, which are those of devices.
    fields : Mapping of tuple of str to Field
        Fields of a unit, by group and name.

    Raises
    ------
    GatewayError
        A unit with a name that topics do not allow.
    """

    def __init__(self, name: EdgeNodeName, units: Sequence[str], fields: Mapping[tuple[str, ...], Field]) -> None:
        metrics = [
            MetricDefinition("/".join(path), _TYPES[one.kind], one.unit or None, one.low, one.high)
            for path, one in fields.items()
        ]
        try:
            self.session = EdgeNode(name.group, name.node, dict.fromkeys(units, metrics))
        except TopicError as error:
            raise GatewayError(f"results of units by Sparkplug: {error}") from None
        self._known = {"/".join(path) for path in fields}
        self._units = set(units)

    @property
    def conflicts(self) -> BoundedCounter:
        """Topics to which another client writes."""
        return self.session.conflicts

    def messages(self, values: Sequence[ResultValue], at: dt.datetime) -> tuple[list[Message], str]:
        """Return a maker of a message for each unit."""
        by_unit: dict[str, list[MetricReading]] = {}
        refusal = ""
        for one in values:
            unit, name = one.path[0], "/".join(one.path[1:])
            if unit not in self._units or name not in self._known:
                refusal = refusal or f"{'/'.join(one.path)}: not declared in the birth"
                continue
            try:
                number_of(one.value, _TYPES[one.field.kind])
            except ValueError as error:
                refusal = refusal or f"{'/'.join(one.path)}: {error}"
                continue
            by_unit.setdefault(unit, []).append(MetricReading(name, one.value, at, _QUALITY[one.quality]))
        return [self._maker(unit, readings) for unit, readings in by_unit.items()], refusal

    def _maker(self, unit: str, readings: list[MetricReading]) -> Message:
        return lambda: self.session.data(unit, readings)


class JsonResults:
    """Results as JSON topics below a prefix: `PREFIX/UNIT/GROUP/NAME`; a ResultPublisher.

    Parameters
    ----------
    prefix : str
        First levels of all topics.
    """

    def __init__(self, prefix: str) -> None:
        self.session = JsonPublisher(prefix)

    @property
    def conflicts(self) -> BoundedCounter:
        """Topics to which another client writes."""
        return self.session.conflicts

    def messages(self, values: Sequence[ResultValue], at: dt.datetime) -> tuple[list[Message], str]:
        """Return a maker of a message for each value."""
        made: list[Message] = []
        refusal = ""
        for one in values:
            reading = JsonReading("/".join(one.path), one.value, at, one.quality, one.field.unit or None)
            try:
                message = self.session.message(reading)
            except JsonTopicError as error:
                refusal = refusal or str(error)
                continue
            made.append(lambda message=message: message)  # type: ignore[misc]
        return made, refusal


def publisher_of(tags: TagMap) -> ResultPublisher | None:
    """Return the publisher for the destination of results; None if that is a node of OPC UA.

    Raises
    ------
    GatewayError
        A tag that is read is among the results, or a unit has a name that topics do not allow.
    """
    destination = read_destination(tags.seed.gateway.results)
    for text in tags.by_text:
        if overlaps(read_tag(text), destination):
            raise GatewayError(f"gateway.results: got '{tags.seed.gateway.results}': the tag '{text}' is read there")
    if isinstance(destination, EdgeNodeName):
        return SparkplugResults(destination, tags.units, fields_of(tags.seed))
    return JsonResults(destination.topic) if isinstance(destination, TopicTag) else None


def result_tags(tags: TagMap) -> Iterator[tuple[str, tuple[str, ...], Field]]:
    """Tag, path and field of each result of each unit, at whatever destination."""
    text = tags.seed.gateway.results
    separator = "/" if text.startswith(("sparkplug:", "mqtt:")) else "."
    for unit in tags.units:
        for path, field in fields_of(tags.seed).items():
            names = (unit, *path)
            yield separator.join((text, *names)), names, field
