"""Readings from edge nodes and JSON topics without a network: names, times, quality, values that waited."""

import datetime as dt

import pytest

from gateway.brokers.reading import TagReader
from gateway.readings import Reading
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition, MetricReading
from gateway.sparkplug.metrics import DataType, MetricQuality

BEGIN = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
Z, START, TOPIC = "sparkplug:plant/line/槽 2/z", "sparkplug:plant/line/槽 2/start", "mqtt:plant/A/z"
METRICS = [MetricDefinition("z"), MetricDefinition("start", DataType.DATE_TIME)]
SECOND = dt.timedelta(seconds=1)


class Here:
    """Reader with a clock, an edge node with another clock, and the readings that have arrived."""

    def __init__(self) -> None:
        self.now, self.shift = BEGIN, dt.timedelta(0)
        self.readings: list[Reading] = []
        self.reader = TagReader("host", {Z: True, START: False, TOPIC: True}, self.readings.extend, lambda: self.now)
        self.edge = EdgeNode("plant", "line", {"槽 2": METRICS}, lambda: self.now + self.shift)

    def open(self) -> None:
        assert self.reader.host is not None
        requests = self.reader.host.opened()
        for request in requests:
            for birth in self.edge.received(request.topic, request.content):
                self.reader.host.received(birth.topic, birth.content)

    def send(
        self, value: float, *, quality: MetricQuality = MetricQuality.GOOD, ago: int = 0, late: bool = False
    ) -> None:
        assert self.reader.host is not None
        at = self.now + self.shift - ago * SECOND
        message = self.edge.data("槽 2", [MetricReading("z", value, at, quality)], is_historical=late)
        self.reader.host.received(message.topic, message.content)

    def topic(self, content: bytes, *, is_retained: bool = False) -> None:
        assert self.reader.subscriber is not None
        self.reader.subscriber.received("plant/A/z", content, is_retained)


@pytest.fixture
def here() -> Here:
    return Here()


def test_an_edge_node_that_was_born_before_is_asked_for_its_births(here: Here) -> None:
    here.edge.opened()
    assert here.reader.missing([Z]) == {Z: "no birth of plant/line/槽 2"}
    here.open()
    assert here.reader.missing([Z, START]) == {}
    assert here.reader.born == {"plant/line", "plant/line/槽 2"}
    here.send(4.0)
    assert here.readings[-1] == Reading(Z, 4.0, "good", BEGIN)


def test_a_time_is_a_text_without_zone(here: Here) -> None:
    here.open()
    start = MetricReading("start", round(BEGIN.timestamp() * 1000), BEGIN)
    message = here.edge.data("槽 2", [start])
    assert here.reader.host is not None
    here.reader.host.received(message.topic, message.content)
    assert here.readings[-1] == Reading(START, "2026-12-01T00:00:00", "good", BEGIN)


@pytest.mark.parametrize(
    ("quality", "expected"),
    [
        (MetricQuality.UNCERTAIN, Reading(Z, 4.0, "uncertain", BEGIN, "uncertain")),
        (MetricQuality.BAD, Reading(Z, None, "bad", BEGIN, "bad")),
        (MetricQuality.STALE, Reading(Z, None, "bad", BEGIN, "stale")),
    ],
    ids=["uncertain", "bad", "stale"],
)
def test_the_quality_is_read_before_the_value(here: Here, quality: MetricQuality, expected: Reading) -> None:
    here.open()
    here.send(4.0, quality=quality)
    assert here.readings[-1] == expected


def test_values_that_waited_have_their_time_and_are_marked(here: Here) -> None:
    here.open()
    here.send(4.0)
    here.send(3.0, ago=60, late=True)
    assert here.readings[-1] == Reading(Z, 3.0, "good", BEGIN - 60 * SECOND, is_historical=True)
    assert here.reader.counts["values_from_history"] == 1


@pytest.mark.parametrize("hours", [-1, 1], ids=["behind", "ahead"])
def test_source_times_are_those_of_this_machine(here: Here, hours: int) -> None:
    here.shift = dt.timedelta(hours=hours)
    here.open()
    here.send(4.0, ago=2)
    assert here.readings[-1].at == BEGIN - 2 * SECOND
    assert here.reader.difference() == ("plant/line", dt.timedelta(hours=hours))


def test_values_that_waited_do_not_set_the_clock(here: Here) -> None:
    here.open()
    here.send(4.0)
    here.edge._clock, now = lambda: BEGIN - dt.timedelta(hours=1), here.edge._clock
    here.send(3.0, ago=3600, late=True)  # sent with the time of its value
    assert here.reader.difference()[1] == dt.timedelta(0)
    here.edge._clock = now
    here.send(5.0)
    assert here.readings[-1] == Reading(Z, 5.0, "good", BEGIN)


def test_values_of_a_clock_that_was_just_set_back_are_new(here: Here) -> None:
    here.open()
    for number in range(3):
        here.now += SECOND
        here.send(number)
        assert here.readings[-1] == Reading(Z, number, "good", here.now)
        here.shift -= 20 * SECOND


def test_a_message_that_waited_is_old_and_no_clock_that_is_behind(here: Here) -> None:
    here.open()
    here.now += 8 * SECOND
    here.shift = -8 * SECOND  # of a message that reaches the host eight seconds after it was made
    here.send(4.0)
    assert here.readings[-1].at == BEGIN
    here.now += 20 * SECOND
    here.shift = dt.timedelta(0)
    here.send(5.0)
    assert here.readings[-1].at == here.now
    here.shift = -8 * SECOND
    for _ in range(3):
        here.now += 14 * SECOND
        assert here.reader.difference()[1] == dt.timedelta(0)
        here.send(6.0)
    assert here.reader.difference() == ("plant/line", dt.timedelta(0))
    here.now += 14 * SECOND
    here.send(7.0)  # each message of more than half a minute
    assert here.reader.difference() == ("plant/line", -8 * SECOND)
    assert here.readings[-1].at == here.now


def test_a_lost_edge_node_is_named_until_its_next_birth(here: Here) -> None:
    here.open()
    death = here.edge.will()
    assert here.reader.host is not None
    here.reader.host.received(death.topic, death.content)
    assert here.reader.lost["plant/line/槽 2"] == "death of the edge node"
    assert here.reader.born == set()
    here.now += 10 * SECOND
    here.open()
    assert here.reader.lost == {}


def test_two_edge_nodes_of_one_name_are_named(here: Here) -> None:
    here.open()
    assert here.reader.host is not None
    for _ in range(3):
        here.send(3.0)
        other = EdgeNode("plant", "line", {"槽 2": METRICS}, lambda: here.now)
        for message in other.opened():
            here.reader.host.received(message.topic, message.content)
        here.send(4.0)
        here.now += 6 * SECOND
        here.open()
    assert here.reader.conflicts == {"plant/line: repeated gaps in seq": 1}


def test_a_retained_topic_of_unknown_age_is_refused(here: Here) -> None:
    here.topic(b"4.0", is_retained=True)
    here.topic(b'{"value": 4.0, "timestamp": "2026-12-01T01:00:00Z"}', is_retained=True)
    assert here.readings == []
    here.topic(b'{"value": 4.0, "timestamp": "2026-11-30T23:00:00Z"}', is_retained=True)
    here.topic(b"5.0")
    assert [(one.value, one.at) for one in here.readings] == [(4.0, BEGIN - dt.timedelta(hours=1)), (5.0, BEGIN)]


def test_a_topic_with_a_time_in_the_future_has_that_of_arrival(here: Here) -> None:
    here.topic(b'{"value": 4.0, "timestamp": "2026-12-01T01:00:00Z"}')
    assert here.readings == [Reading(TOPIC, 4.0, "good", BEGIN)]
    assert here.reader.difference() == (TOPIC, dt.timedelta(hours=1))


def test_a_topic_with_two_senders_is_named_and_one_that_starts_again_is_not(here: Here) -> None:
    for number, sender in enumerate(["a", "b", "c", "b"]):
        here.now += SECOND
        here.topic(f'{{"value": {number}, "sender": "{sender}"}}'.encode())
        assert bool(here.reader.subscriber.conflicts) is (number == 3)  # type: ignore[union-attr]
