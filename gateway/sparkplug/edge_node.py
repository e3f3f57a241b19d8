"""Edge node of Sparkplug B: births, data, deaths and rebirths, without a network."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from gateway.clocks import Clock, utc_now
from gateway.counts import BoundedCounter
from gateway.mqtt.messages import MqttMessage
from gateway.sparkplug.metrics import (
    DataType,
    MetricQuality,
    MetricValue,
    PayloadError,
    SparkplugMetric,
    SparkplugPayload,
    number_of,
)
from gateway.sparkplug.topics import (
    BIRTH_DEATH_SEQUENCE,
    QUALITY_OF_SERVICE,
    REBIRTH,
    MessageType,
    SparkplugTopic,
    TopicError,
    next_sequence,
    subscription,
)
from gateway.sparkplug.wire_format import decode, encode

_COMMANDS = (MessageType.NODE_COMMAND, MessageType.DEVICE_COMMAND)
_REMEMBERED = 10_000  # own messages that the broker may still return


@dataclass(frozen=True)
class MetricDefinition:
    """Metric as a birth declares it: name, data type, unit and range [the metric's unit]."""

    name: str
    datatype: DataType = DataType.DOUBLE
    unit: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class MetricReading:
    """New value of a declared metric, with its source time in UTC."""

    name: str
    value: MetricValue
    at: dt.datetime
    quality: MetricQuality = MetricQuality.GOOD


class EdgeNode:
    """Edge node with devices; an MqttSession.

    It accepts one command, the rebirth. Nothing else that is sent to it has an effect.

    Parameters
    ----------
    group, node : str
        Group and edge node.
    devices : Mapping of str to sequence of MetricDefinition
        Metrics of each device.
    clock : callable, optional
        Time in UTC.

    Attributes
    ----------
    rebirths : int
        Number of rebirths that hosts have requested.
    conflicts : BoundedCounter
        Number of messages of another client by topic of this edge node.

    Raises
    ------
    TopicError
        A name that topics do not allow.
    ValueError
        A metric that is declared twice.
    """

    def __init__(
        self, group: str, node: str, devices: Mapping[str, Sequence[MetricDefinition]], clock: Clock = utc_now
    ) -> None:
        self._group, self._node, self._clock = group, node, clock
        self._metrics: dict[str, dict[str, SparkplugMetric]] = {}
        alias = 0
        for device, definitions in devices.items():
            SparkplugTopic(group, MessageType.DEVICE_BIRTH, node, device)
            metrics = self._metrics[device] = {}
            for given in definitions:
                if given.name in metrics:
                    raise ValueError(f"{device}/{given.name}: declared twice")
                alias += 1
                metrics[given.name] = SparkplugMetric(
                    given.name, None, given.datatype, alias=alias, unit=given.unit, low=given.low, high=given.high
                )
        self._command_topic = str(SparkplugTopic(group, MessageType.NODE_COMMAND, node))
        self._sequence = self._death_sequence = 0
        self._sent: dict[bytes, None] = {}  # the oldest first
        self.rebirths, self.conflicts = 0, BoundedCounter()

    def subscriptions(self) -> Sequence[str]:
        """Return the topics of this edge node: commands, and what another client of the same name sends."""
        return (subscription(self._group, self._node),)

    def will(self) -> MqttMessage:
        """Return the death of the connection that comes; its bdSeq is that of the births until `lost`."""
        return self._message(MessageType.NODE_DEATH, None, SparkplugPayload((self._bd_seq(),), self._clock()))

    def opened(self) -> Sequence[MqttMessage]:
        """Return the births of the node and of its devices, with the newest values; seq begins at 0."""
        now, self._sequence = self._clock(), 0
        node = (self._bd_seq(), SparkplugMetric(REBIRTH, False, DataType.BOOLEAN, now))
        birth = self._message(MessageType.NODE_BIRTH, None, SparkplugPayload(node, now, 0))
        return [birth, *(self._birth_of_device(device, now) for device in self._metrics)]

    def received(self, topic: str, content: bytes, is_retained: bool = False) -> Sequence[MqttMessage]:
        """Return the births that a host requests; messages of other clients are counted and ignored."""
        if topic != self._command_topic:
            with suppress(TopicError):
                # The broker sends the deaths of earlier connections.
                is_foreign = SparkplugTopic.read(topic).kind not in (*_COMMANDS, MessageType.NODE_DEATH)
                if is_foreign and _digest(content) not in self._sent:
                    self.conflicts.add(topic)
            return ()
        try:
            metrics = decode(content).metrics
        except PayloadError:
            return ()
        if not any(metric.name == REBIRTH and metric.value is True for metric in metrics):
            return ()
        self.rebirths += 1
        return self.opened()

    def closing(self) -> Sequence[MqttMessage]:
        """Return the death, which the broker does not send when a client disconnects."""
        return [self.will()]

    def lost(self) -> None:
        """Take the next bdSeq for the next connection."""
        self._death_sequence = next_sequence(self._death_sequence)

    def data(self, device: str, readings: Iterable[MetricReading], is_historical: bool = False) -> MqttMessage:
        """Return the message of new values of a device; it takes a seq, so it must be sent.

        Parameters
        ----------
        device : str
            Declared device.
        readings : iterable of MetricReading
            New values of declared metrics.
        is_historical : bool
            Whether the values waited for a connection; they do not change those of a rebirth.

        Raises
        ------
        KeyError
            A device or metric that was not declared.
        ValueError
            A value that is not of the declared data type; no seq was taken.
        """
        metrics = self._read(device, readings)
        if not is_historical:
            self._metrics[device].update({metric.name: metric for metric in metrics})
        sent = tuple(
            SparkplugMetric("", each.value, each.datatype, each.at, each.alias, is_historical, each.quality)
            for each in metrics
        )
        self._sequence = next_sequence(self._sequence)
        return self._message(MessageType.DEVICE_DATA, device, SparkplugPayload(sent, self._clock(), self._sequence))

    def note(self, device: str, readings: Iterable[MetricReading]) -> None:
        """Note new values while there is no connection: the next births have them; errors as those of `data`."""
        self._metrics[device].update({metric.name: metric for metric in self._read(device, readings)})

    def _read(self, device: str, readings: Iterable[MetricReading]) -> list[SparkplugMetric]:
        known, metrics = self._metrics[device], []
        for reading in readings:
            declared = known[reading.name]
            assert declared.datatype is not None
            value = number_of(reading.value, declared.datatype)
            metrics.append(replace(declared, value=value, at=reading.at, quality=reading.quality))
        return metrics

    def _birth_of_device(self, device: str, now: dt.datetime) -> MqttMessage:
        self._sequence = next_sequence(self._sequence)
        metrics = tuple(replace(each, at=each.at or now) for each in self._metrics[device].values())
        return self._message(MessageType.DEVICE_BIRTH, device, SparkplugPayload(metrics, now, self._sequence))

    def _bd_seq(self) -> SparkplugMetric:
        return SparkplugMetric(BIRTH_DEATH_SEQUENCE, self._death_sequence, DataType.INT64, self._clock())

    def _message(self, kind: MessageType, device: str | None, payload: SparkplugPayload) -> MqttMessage:
        topic, content = SparkplugTopic(self._group, kind, self._node, device), encode(payload)
        self._sent[_digest(content)] = None
        if len(self._sent) > _REMEMBERED:
            del self._sent[next(iter(self._sent))]
        return MqttMessage(str(topic), content, QUALITY_OF_SERVICE[kind])


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=16).digest()
