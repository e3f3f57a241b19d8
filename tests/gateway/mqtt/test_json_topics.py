"""Plain JSON topics."""

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mqtt.json_topics import (
    JsonPublisher,
    JsonReading,
    JsonSubscriber,
    JsonTopicError,
    read_reading,
    write_reading,
)

NOW = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
EARLIER = dt.datetime(2026, 12, 1, 7, tzinfo=dt.UTC)


@given(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(["", "二号炉"]),
    st.sampled_from(["good", "uncertain", "bad"]),
    st.sampled_from([None, "°C"]),
)
def test_a_reading_is_read_as_it_is_written(value, quality, unit):
    reading = JsonReading("line/A-001/temperature", value, EARLIER, quality, unit)
    assert read_reading(reading.topic, write_reading(reading, "gateway"), NOW) == reading


@pytest.mark.parametrize(
    ("content", "value", "at"),
    [
        (b"951.5", 951.5, NOW),
        (b" -2 ", -2.0, NOW),
        (b'"on"', "on", NOW),
        (b"null", None, NOW),
        (b"NaN", None, NOW),
        (b'{"value": true}', True, NOW),
        (b'{"value": 1, "timestamp": 1796108400000}', 1.0, EARLIER),
        (b'{"value": 1, "timestamp": "2026-12-01T15:00:00+08:00"}', 1.0, EARLIER),
    ],
)
def test_forms_that_plants_use(content, value, at):
    reading = read_reading("a", content, NOW)
    assert (reading.value, reading.at, reading.quality) == (value, at, "good")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "expected JSON"),
        (b"12,5", "expected JSON"),
        (b"\xff", "expected JSON"),
        (b"[" * 50_000, "expected JSON"),
        (b"1" * 400, "beyond the range of a double"),
        (b"1" * 5_000, "expected JSON|beyond the range"),
        (b"[1, 2]", "several values"),
        (b'{"value": {"x": 1}}', "several values"),
        (b'{"v": 1}', "got 'v': expected the entries value, timestamp"),
        (b'{"timestamp": 1}', "value is missing"),
        (b'{"value": 1, "quality": "192"}', "quality: got '192': expected one of good, uncertain, bad"),
        (b'{"value": 1, "unit": 3}', "unit: got '3'"),
        (b'{"value": 1, "timestamp": "2026-12-01T15:00:00"}', "with an offset"),
        (b'{"value": 1, "timestamp": "yesterday"}', "with an offset"),
        (b'{"value": 1, "timestamp": 1e300}', "with an offset"),
        (b'"' + b"x" * 70_000 + b'"', "got 70002 bytes: expected at most 65536"),
    ],
)
def test_other_content_is_refused(content, reason):
    with pytest.raises(JsonTopicError, match=reason):
        read_reading("a", content, NOW)


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_counted(content):
    heard = []
    subscriber = JsonSubscriber(["#"], heard.append, lambda: NOW)
    assert subscriber.received("a", content) == ()
    assert len(heard) + sum(subscriber.refused.values()) == 1


def test_an_older_value_does_not_replace_a_newer_one():
    heard = []
    subscriber = JsonSubscriber(["line/#"], heard.append, lambda: NOW)
    for value, at in ((1.0, NOW), (2.0, EARLIER), (3.0, NOW)):
        subscriber.received("line/a", write_reading(JsonReading("", value, at), "any"))
    assert [reading.value for reading in heard] == [1.0, 3.0]
    assert ["another client" in reason for reason in subscriber.refused] == [True]


def test_results_are_below_the_prefix_and_retained():
    publisher = JsonPublisher("nonferrous/results")
    message = publisher.message(JsonReading("A-001/efficiency", float("nan"), NOW, "bad"))
    assert (message.topic, message.qos, message.is_retained) == ("nonferrous/results/A-001/efficiency", 1, True)
    assert json.loads(message.content)["value"] is None
    assert json.loads(publisher.will().content)["value"] == "offline"
    assert publisher.will().topic == "nonferrous/results/status"


@pytest.mark.parametrize("name", ["", "results/#", "a+", "a\0b", "x" * 70_000])
def test_a_topic_that_would_reach_others_is_refused(name):
    with pytest.raises(JsonTopicError, match="without"):
        JsonPublisher(name)
    with pytest.raises(JsonTopicError, match="without"):
        JsonPublisher("results").message(JsonReading(name + "#", 1.0, NOW))


def test_a_client_that_writes_to_the_same_topics_is_counted():
    publisher = JsonPublisher("results")
    own = publisher.message(JsonReading("a", 1.0, NOW))
    assert publisher.received(own.topic, own.content) == ()
    publisher.received("results/status", b'{"value": "online", "sender": "before"}')
    assert not publisher.conflicts
    publisher.received("results/a", b"900")
    publisher.received("results/a", JsonPublisher("results").message(JsonReading("a", 2.0, NOW)).content)
    assert publisher.conflicts == {"results/a": 2}
