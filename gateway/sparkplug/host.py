"""Host application of Sparkplug B: receives metrics of edge nodes, without a network."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.clocks import Clock, utc_now
from gateway.counts import BoundedCounter
from gateway.mqtt.messages import MqttMessage
from gateway.sparkplug.metrics import (
    DataType,
    PayloadError,
    SparkplugMetric,
    SparkplugPayload,
    aliases,
    with_birth,
)
from gateway.sparkplug.topics import (
    ANY,
    BIRTH_DEATH_SEQUENCE,
    QUALITY_OF_SERVICE,
    REBIRTH,
    MessageType,
    SparkplugTopic,
    TopicError,
    next_sequence,
    state_topic,
    subscription,
)
from gateway.sparkplug.wire_format import decode, encode

MAX_NODES = 1_000
MAX_METRICS = 100_000  # of an edge node with its devices
GAP_IN_SEQUENCE = "gap in seq"
_REBIRTH_EVERY = dt.timedelta(seconds=5)  # an edge node needs time to answer a request


@dataclass(frozen=True)
class SourceOfMetrics:
    """Edge node, or device behind it."""

    group: str
    node: str
    device: str | None = None

    def __str__(self) -> str:
        return "/".join(part for part in (self.group, self.node, self.device) if part is not None)


@dataclass(frozen=True)
class ReceivedMetrics:
    """Metrics with names and data types, from births and data, with the time of sending in UTC."""

    source: SourceOfMetrics
    metrics: tuple[SparkplugMetric, ...]
    sent_at: dt.datetime | None = None
    is_birth: bool = False


@dataclass(frozen=True)
class LostSource:
    """Edge node or device whose values are stale from now on, with the reason."""

    source: SourceOfMetrics
    reason: str


SparkplugEvent = ReceivedMetrics | LostSource


@dataclass
class _Device:
    """Metrics of a birth, by name and by alias."""

    by_name: dict[str, SparkplugMetric]
    by_alias: dict[int, SparkplugMetric]
    unusable: set[str | int]  # names and aliases of metrics whose type has no single value


@dataclass
class _Node:
    """State of an edge node since its birth; not alive until then."""

    is_alive: bool = False
    sequence: int | None = None
    death_sequence: int | None = None
    devices: dict[str | None, _Device] = field(default_factory=dict)
    last: bytes = b""
    rebirth_at: dt.datetime | None = None


class SparkplugHost:
    """Host application that receives the metrics of edge nodes; an MqttSession.

    Values are given to `listener` only while the host is sure of their names: after a gap in seq or an unknown alias
    the edge node is stale until it has sent its births again, which the host requests.

    Parameters
    ----------
    host : str
        Name of the host application.
    listener : callable
        Receives each event.
    clock : callable, optional
        Time in UTC.
    nodes : sequence of (str, str), optional
        Group and name of the edge nodes to receive, either of which may be `ANY`; by default all. One that is named is
        requested to send its births when the connection opens.

    Attributes
    ----------
    refused : BoundedCounter
        Number of refused payloads and metrics by source and reason.
    rebirths : int
        Number of births that this host has requested.
    """

    def __init__(
        self,
        host: str,
        listener: Callable[[SparkplugEvent], None],
        clock: Clock = utc_now,
        nodes: Sequence[tuple[str, str]] = ((ANY, ANY),),
    ) -> None:
        self._subscriptions = [subscription(group, node) for group, node in nodes]
        self._named = [(group, node) for group, node in nodes if ANY not in (group, node)]
        self._state_topic, self._listener, self._clock = state_topic(host), listener, clock
        self._nodes: dict[tuple[str, str], _Node] = {}
        self._online_at = clock()
        self.refused = BoundedCounter()
        self.rebirths = 0

    def subscriptions(self) -> Sequence[str]:
        """Return the topics of the edge nodes."""
        return self._subscriptions

    def will(self) -> MqttMessage:
        """Return the state of a host that is offline; its time is that of the state online."""
        self._online_at = self._clock()
        return self._state(is_online=False)

    def opened(self) -> Sequence[MqttMessage]:
        """Return the state of a host that is online, and requests for the births of edge nodes."""
        messages = [self._state(is_online=True)]
        for group, name in self._named:
            messages += self._request(group, name, self._nodes.setdefault((group, name), _Node()))
        return messages

    def closing(self) -> Sequence[MqttMessage]:
        """Return the state of a host that is offline."""
        return [self._state(is_online=False)]

    def lost(self) -> None:
        """Treat all edge nodes as stale until their next births."""
        for (group, name), node in self._nodes.items():
            self._end(SourceOfMetrics(group, name), node, "connection to the broker lost")
            node.rebirth_at = None

    def received(self, topic: str, content: bytes, is_retained: bool = False) -> Sequence[MqttMessage]:
        """Read a message; return the request for a rebirth, if one is needed."""
        try:
            of = SparkplugTopic.read(topic)
        except TopicError:
            if topic != self._state_topic and "/STATE/" not in topic:
                self.refused.add(f"{topic[:200]}: no topic of Sparkplug")
            return ()
        if of.kind in (MessageType.NODE_COMMAND, MessageType.DEVICE_COMMAND):
            return ()
        source = SourceOfMetrics(of.group, of.node, of.device)
        node = self._nodes.get((of.group, of.node))
        if node is None:
            if len(self._nodes) >= MAX_NODES:
                self.refused.add(f"more than {MAX_NODES} edge nodes")
                return ()
            node = self._nodes[of.group, of.node] = _Node()
        try:
            payload = decode(content)
        except PayloadError as error:
            self.refused.add(f"{source}: {error}")
            # Its seq is unknown, so the next message looks like a gap and leads to a rebirth.
            return ()
        for metric in payload.refused:
            self.refused.add(f"{source}: {metric.name}: {metric.reason}")
        try:
            self._read(of, source, node, payload, content)
        except _RebirthNeeded as needed:
            self._end(SourceOfMetrics(of.group, of.node), node, str(needed))
            return self._request(of.group, of.node, node)
        except PayloadError as error:
            self.refused.add(f"{source}: {error}")
        return ()

    def _read(
        self, of: SparkplugTopic, source: SourceOfMetrics, node: _Node, payload: SparkplugPayload, content: bytes
    ) -> None:
        if of.kind is MessageType.NODE_DEATH:
            death = next((each.value for each in payload.metrics if each.name == BIRTH_DEATH_SEQUENCE), None)
            if node.death_sequence is None or death == node.death_sequence:
                self._end(source, node, "death of the edge node")
            return
        if of.kind is MessageType.NODE_BIRTH:
            born = self._born(payload, {})
            death = next((each.value for each in payload.metrics if each.name == BIRTH_DEATH_SEQUENCE), None)
            node.is_alive, node.sequence, node.last = True, payload.seq, content
            node.death_sequence = death if isinstance(death, int) else None
            node.devices, node.rebirth_at = {None: born}, None
            self._give(source, payload.metrics, payload.at, is_birth=True)
            return
        if not node.is_alive:
            raise _RebirthNeeded("no birth of the edge node")
        if payload.seq == node.sequence and content == node.last:
            return  # delivered twice, as quality of service 1 allows
        if node.sequence is not None and payload.seq != next_sequence(node.sequence):
            raise _RebirthNeeded(f"{GAP_IN_SEQUENCE}: got {payload.seq} after {node.sequence}")
        node.sequence, node.last = payload.seq, content
        if of.kind is MessageType.DEVICE_BIRTH:
            others = {name: device for name, device in node.devices.items() if name != of.device}
            node.devices[of.device] = self._born(payload, others)
            self._give(source, payload.metrics, payload.at, is_birth=True)
        elif of.kind is MessageType.DEVICE_DEATH:
            if node.devices.pop(of.device, None) is not None:
                self._listener(LostSource(source, "death of the device"))
        else:
            self._data(source, node, payload)

    def _data(self, source: SourceOfMetrics, node: _Node, payload: SparkplugPayload) -> None:
        device = node.devices.get(source.device)
        if device is None:
            raise _RebirthNeeded("no birth of the device")
        metrics = []
        for metric in payload.metrics:
            if metric.name in device.unusable or metric.alias in device.unusable:
                continue
            birth = device.by_name.get(metric.name) if metric.name else None
            if birth is None and metric.alias is not None:
                birth = device.by_alias.get(metric.alias)
            if birth is None:
                raise _RebirthNeeded(f"unknown metric {metric.name or f'alias {metric.alias}'}")
            try:
                metrics.append(with_birth(metric, birth))
            except ValueError as error:
                self.refused.add(f"{source}: {birth.name}: {error}")
        self._give(source, tuple(metrics), payload.at)

    def _born(self, payload: SparkplugPayload, others: dict[str | None, _Device]) -> _Device:
        """Return the metrics of a birth; PayloadError for too many, or for an alias that another device has."""
        count = len(payload.metrics) + sum(len(device.by_name) for device in others.values())
        if count > MAX_METRICS:
            raise PayloadError(f"birth: got {count} metrics: expected at most {MAX_METRICS}")
        by_alias = aliases(payload.metrics)
        for device in others.values():
            if common := by_alias.keys() & device.by_alias.keys():
                raise PayloadError(f"birth: alias {min(common)} is in use by another device of the edge node")
        unusable = {key for each in payload.refused for key in (each.name, each.alias) if key is not None}
        return _Device({metric.name: metric for metric in payload.metrics if metric.name}, by_alias, unusable)

    def _give(
        self,
        source: SourceOfMetrics,
        metrics: tuple[SparkplugMetric, ...],
        sent_at: dt.datetime | None,
        *,
        is_birth: bool = False,
    ) -> None:
        own = (BIRTH_DEATH_SEQUENCE, REBIRTH)
        given = tuple(metric for metric in metrics if metric.name not in own)
        if given or is_birth:
            self._listener(ReceivedMetrics(source, given, sent_at, is_birth))

    def _end(self, source: SourceOfMetrics, node: _Node, reason: str) -> None:
        """Treat an edge node and its devices as stale."""
        if node.is_alive:
            node.is_alive, node.devices = False, {}
            self._listener(LostSource(SourceOfMetrics(source.group, source.node), reason))

    def _request(self, group: str, name: str, node: _Node) -> Sequence[MqttMessage]:
        now = self._clock()
        if node.rebirth_at is not None and now - node.rebirth_at < _REBIRTH_EVERY:
            return ()
        node.rebirth_at, self.rebirths = now, self.rebirths + 1
        kind = MessageType.NODE_COMMAND
        payload = SparkplugPayload((SparkplugMetric(REBIRTH, True, DataType.BOOLEAN, now),), now)
        topic = SparkplugTopic(group, kind, name)
        return [MqttMessage(str(topic), encode(payload), QUALITY_OF_SERVICE[kind])]

    def _state(self, *, is_online: bool) -> MqttMessage:
        state = {"online": is_online, "timestamp": int(self._online_at.timestamp() * 1000)}
        return MqttMessage(self._state_topic, json.dumps(state).encode(), 1, is_retained=True)


class _RebirthNeeded(Exception):
    """Message after which the births must be sent again."""
