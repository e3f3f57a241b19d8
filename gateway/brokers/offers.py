"""Tags that a broker offers: metrics of births, and messages of JSON topics."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

from gateway.brokers.readings import QUALITY, content_of, metric_tag, topic_tag
from gateway.clocks import CLOCK_LIMIT
from gateway.errors import GatewayError
from gateway.findings import CLOCK, REFUSED, WRITER, Finding
from gateway.mqtt.broker import Broker, BrokerError
from gateway.mqtt.connection import CONNECT_PATIENCE, BrokerConnection
from gateway.mqtt.json_topics import MAX_AHEAD, JsonReading, JsonSubscriber
from gateway.mqtt.messages import MqttSession
from gateway.offers import KINDS, Offer
from gateway.sparkplug.host import LostSource, ReceivedMetrics, SparkplugEvent, SparkplugHost
from gateway.sparkplug.topics import ANY
from gateway.tag_map import form_of, live_columns
from seeds import Seed
from seeds.format.tags import COLUMN, UNIT, MetricTag, TopicTag, read_tag

_LEAST, _QUIET, _MOST = 3.0, 2.0, 15.0  # s: births follow a request, live values each second


@dataclass
class Heard:
    """Tags that a broker offered while it was listened to.

    Attributes
    ----------
    offers : dict of str to Offer
        By tag.
    findings : list of Finding
        Clocks that differ, messages that were refused, topics with several writers.
    """

    offers: dict[str, Offer] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


async def listen(broker: Broker, seed: Seed | None = None) -> Heard:
    """Listen to a broker until no new tag has come for two seconds, 15 s at most.

    Edge nodes that are heard, or that tags name, are requested to send their births: a broker does not keep them.

    Parameters
    ----------
    broker : Broker
        Address and credentials.
    seed : Seed, optional
        Process whose tags are of interest; by default all topics of the broker are.

    Raises
    ------
    GatewayError
        No connection.
    """
    listener = _Listener()
    nodes, topics = ([(ANY, ANY)], ["#"]) if seed is None else _interests(seed)
    sessions: dict[str, MqttSession] = {}
    if nodes:
        sessions["sparkplug"] = listener.host = SparkplugHost("nonferrous-check", listener.metrics, nodes=nodes)
    if topics:
        sessions["json"] = listener.subscriber = JsonSubscriber(topics, listener.topic)
    stack = ExitStack()
    try:
        for key, session in sessions.items():
            connection = BrokerConnection(broker, session, f"nonferrous-check-{key}-{time.time_ns():x}")
            await asyncio.to_thread(stack.enter_context, connection)
            if not await asyncio.to_thread(connection.wait_open, CONNECT_PATIENCE):
                raise GatewayError(f"{broker}: no connection: {connection.error}")
        begin = time.monotonic()
        while (now := time.monotonic()) - begin < _MOST:
            if now - begin > _LEAST and now - listener.new_at > _QUIET:
                break
            await asyncio.sleep(0.1)
    except BrokerError as error:
        raise GatewayError(str(error)) from None
    finally:
        await asyncio.to_thread(stack.close)
    return Heard(listener.offers, list(listener.findings()))


def _interests(seed: Seed) -> tuple[list[tuple[str, str]], list[str]]:
    """Edge nodes and topics of the tags of a process, with wildcards in place of units."""
    nodes, topics = set(), set()
    forms = {form_of(seed, column) for column in live_columns(seed)}
    if seed.labels:
        forms.add(seed.gateway.label_time)
    for form in forms:
        for unit in seed.gateway.units or [UNIT]:
            tag = read_tag(form.replace(UNIT, unit))
            if isinstance(tag, MetricTag):
                nodes.add((_wild(tag.group), _wild(tag.node)))
            elif isinstance(tag, TopicTag):
                # The last level is any one, so that a missing topic has a nearest name.
                topics.add("/".join([*(_wild(level) for level in tag.topic.split("/")[:-1]), ANY]))
    return sorted(nodes), sorted(topics)


def _wild(level: str) -> str:
    return ANY if UNIT in level or COLUMN in level else level


class _Listener:
    """Offers from events of the sessions, in their threads."""

    def __init__(self) -> None:
        self.offers: dict[str, Offer] = {}
        self.new_at = time.monotonic()
        self.host: SparkplugHost | None = None
        self.subscriber: JsonSubscriber | None = None
        self._differences: dict[str, dt.timedelta] = {}

    def metrics(self, event: SparkplugEvent) -> None:
        """Note the metrics of a birth or of data."""
        if isinstance(event, LostSource):
            return
        now = dt.datetime.now(dt.UTC)
        if event.sent_at is not None:
            self._differences[f"{event.source.group}/{event.source.node}"] = event.sent_at - now
        for metric in event.metrics:
            tag = metric_tag(event.source, metric.name)
            if metric.is_historical and tag in self.offers:
                continue
            at = metric.at or event.sent_at
            self._note(
                Offer(
                    tag,
                    (*str(event.source).split("/"), metric.name),
                    "" if metric.datatype is None else metric.datatype.name.title(),
                    content_of(metric),
                    QUALITY[metric.quality],
                    metric.quality.name.lower(),
                    None if at is None else at - self._difference(event),
                    metric.unit,
                    metric.low,
                    metric.high,
                )
            )

    def _difference(self, event: ReceivedMetrics) -> dt.timedelta:
        difference = self._differences.get(f"{event.source.group}/{event.source.node}", dt.timedelta(0))
        return difference if abs(difference) > CLOCK_LIMIT else dt.timedelta(0)

    def topic(self, one: JsonReading) -> None:
        """Note the value of a topic."""
        kind = KINDS.get(type(one.value), "")
        at = one.at if one.is_dated else dt.datetime.now(dt.UTC)
        if at > dt.datetime.now(dt.UTC) + MAX_AHEAD:
            self._differences[one.topic] = at - dt.datetime.now(dt.UTC)
        levels = tuple(one.topic.split("/"))
        self._note(Offer(topic_tag(one.topic), levels, kind, one.value, one.quality, one.quality, at, one.unit))

    def _note(self, offer: Offer) -> None:
        if offer.tag not in self.offers:
            self.new_at = time.monotonic()
        self.offers[offer.tag] = offer

    def findings(self) -> Iterator[Finding]:
        """Yield clocks that differ, messages that were refused, and topics with several writers."""
        for place, difference in sorted(self._differences.items()):
            if abs(difference) > CLOCK_LIMIT:
                seconds = difference.total_seconds()
                yield Finding(CLOCK, place, f"its clock minus this machine's: {seconds:.0f} s, expected at most 10 s")
        for session in (self.host, self.subscriber):
            if session is not None:
                for text, number in sorted(session.refused.copied().items()):
                    place, _, reason = text.partition(": ")
                    yield Finding(REFUSED, place, f"{reason}: {number} messages")
        if self.subscriber is not None:
            for topic in sorted(self.subscriber.conflicts.copied()):
                yield Finding(WRITER, topic, "several clients write here")
