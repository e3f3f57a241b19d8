"""Sessions that read the tags of a map from a broker, without a network."""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from gateway.brokers.readings import metric_tag, of_metric, of_topic, topic_tag
from gateway.clocks import Clock, SourceClock, utc_now
from gateway.counts import BoundedCounter
from gateway.mqtt.json_topics import MAX_AHEAD, JsonReading, JsonSubscriber
from gateway.mqtt.messages import MqttSession
from gateway.readings import Reading
from gateway.sparkplug.host import (
    GAP_IN_SEQUENCE,
    LostSource,
    ReceivedMetrics,
    SourceOfMetrics,
    SparkplugEvent,
    SparkplugHost,
)
from seeds.format.tags import MetricTag, TopicTag, read_tag

_SAME = dt.timedelta(seconds=5)  # differences of a topic's clock that have one name in the log
_GAPS, _GAPS_WITHIN = 3, dt.timedelta(minutes=1)
Deliver = Callable[[Sequence[Reading]], None]


class TagReader:
    """Readings of the tags of a map from edge nodes and JSON topics.

    Parameters
    ----------
    name : str
        Name of the host application.
    is_number : Mapping of str to bool
        Tags to read, and whether their values are numbers.
    deliver : callable
        Takes the readings of each message.
    clock : callable, optional
        Time in UTC.

    Attributes
    ----------
    sessions : dict of str to MqttSession
        Sessions of a connection each; only those that tags need.
    offered : set of str
        Tags with a metric in a birth, or with a message.
    lost : dict of str to str
        Edge nodes and devices that are not alive, each with the reason.
    born : set of str
        Edge nodes and devices that are alive.
    counts : Counter
        Values that waited for a connection, and edge nodes that were lost.
    conflicts : BoundedCounter
        Edge nodes with repeated gaps in seq, which another client of the same name causes.
    """

    def __init__(self, name: str, is_number: Mapping[str, bool], deliver: Deliver, clock: Clock = utc_now) -> None:
        self._is_number, self._deliver, self._clock = is_number, deliver, clock
        self.offered: set[str] = set()
        self.lost: dict[str, str] = {}
        self.born: set[str] = set()
        self.counts: Counter[str] = Counter()
        self.conflicts = BoundedCounter()
        self._gaps: dict[str, deque[dt.datetime]] = {}
        self._clocks: dict[str, SourceClock] = {}  # of edge nodes
        self._ahead: dict[str, dt.timedelta] = {}  # of the clocks of topics
        tags = {text: read_tag(text) for text in is_number}
        self.sources = {text: source_of(tag) for text, tag in tags.items() if isinstance(tag, MetricTag)}
        nodes = sorted({(source.group, source.node) for source in self.sources.values()})
        topics = [tag.topic for tag in tags.values() if isinstance(tag, TopicTag)]
        self.host = SparkplugHost(name, self._hear_metrics, clock, nodes) if nodes else None
        self.subscriber = JsonSubscriber(topics, self._hear_topic, clock) if topics else None
        self.sessions: dict[str, MqttSession] = {}
        if self.host is not None:
            self.sessions["sparkplug"] = self.host
        if self.subscriber is not None:
            self.sessions["json"] = self.subscriber

    def difference(self) -> tuple[str, dt.timedelta]:
        """Return the edge node or tag whose clock differs most from this machine's, and the difference."""
        differences = dict(self._ahead) | {place: clock.difference for place, clock in dict(self._clocks).items()}
        return max(differences.items(), key=lambda item: abs(item[1]), default=("", dt.timedelta(0)))

    def counters(self) -> tuple[list[BoundedCounter], list[BoundedCounter]]:
        """Return the counters of refused messages, and those of other writers."""
        sessions = [one for one in (self.host, self.subscriber) if one is not None]
        others = [] if self.subscriber is None else [self.subscriber.conflicts]
        return [one.refused for one in sessions], [self.conflicts, *others]

    def missing(self, tags: Iterable[str]) -> dict[str, str]:
        """Return those of some tags that are not offered, each with the reason."""
        return {text: self._reason(text) for text in tags if text not in self.offered}

    def _reason(self, text: str) -> str:
        source = self.sources.get(text)
        if source is None:
            return "no message"
        return "no such metric" if str(source) in self.born else f"no birth of {source}"

    def _hear_metrics(self, event: SparkplugEvent) -> None:
        place = str(event.source)
        if isinstance(event, LostSource):
            self.counts["lost_edge_nodes"] += 1
            self._note_gap(place, event.reason)
            gone = {one for one in self.born if one == place or one.startswith(f"{place}/")}
            self.born -= gone
            self.lost |= dict.fromkeys(gone or {place}, event.reason)
            return
        if event.is_birth:
            self.born.add(place)
            self.lost.pop(place, None)
        self._deliver(list(self._of_metrics(event)))

    def _note_gap(self, place: str, reason: str) -> None:
        if reason.startswith(GAP_IN_SEQUENCE):
            times = self._gaps.setdefault(place, deque(maxlen=_GAPS))
            times.append(self._clock())
            if len(times) == _GAPS and times[-1] - times[0] < _GAPS_WITHIN:
                self.conflicts.add(f"{place}: repeated gaps in seq")

    def _of_metrics(self, event: ReceivedMetrics) -> Iterable[Reading]:
        now = self._clock()
        clock = self._clock_of(event, now)
        for metric in event.metrics:
            tag = metric_tag(event.source, metric.name)
            if tag in self._is_number:
                self.offered.add(tag)
                self.counts["values_from_history"] += metric.is_historical
                stated = metric.at or event.sent_at
                at = now if stated is None else clock.time_here(stated, now)
                yield of_metric(tag, metric, at, is_number=self._is_number[tag])

    def _clock_of(self, event: ReceivedMetrics, now: dt.datetime) -> SourceClock:
        """Clock of an edge node, from the times of sending."""
        place = f"{event.source.group}/{event.source.node}"
        clock = self._clocks.setdefault(place, SourceClock())
        # A message of values that waited may have their time, not that of sending.
        if event.sent_at is not None and not all(metric.is_historical for metric in event.metrics):
            clock.note(event.sent_at, now)
        return clock

    def _hear_topic(self, one: JsonReading) -> None:
        tag, now = topic_tag(one.topic), self._clock()
        self.offered.add(tag)
        if one.at <= now + MAX_AHEAD:
            self._ahead.pop(tag, None)
        elif abs(one.at - now - self._ahead.get(tag, dt.timedelta(0))) > _SAME:
            self._ahead[tag] = one.at - now
        self._deliver([of_topic(one, now, is_number=self._is_number[tag])])


def source_of(tag: MetricTag) -> SourceOfMetrics:
    """Edge node or device of a metric."""
    return SourceOfMetrics(tag.group, tag.node, tag.device or None)
