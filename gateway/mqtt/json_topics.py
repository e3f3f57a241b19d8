"""Plain JSON topics, for plants without Sparkplug: one topic for each value."""

from __future__ import annotations

import datetime as dt
import json
import math
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from gateway.clocks import Clock, utc_now
from gateway.counts import BoundedCounter
from gateway.mqtt.messages import MqttMessage
from gateway.readings import DataQuality

MAX_CONTENT_BYTES = 64 << 10
MAX_TOPICS = 100_000
MAX_AHEAD = dt.timedelta(seconds=10)  # of a source time before the clock of this machine
QUALITIES = get_args(DataQuality)
_KEYS = ("value", "timestamp", "quality", "unit", "sender")


class JsonTopicError(ValueError):
    """Message of a JSON topic that is refused."""


@dataclass(frozen=True)
class JsonReading:
    """Value of a topic.

    Attributes
    ----------
    topic : str
        Topic.
    value : float, str, bool or None
        None if the sender has no value.
    at : datetime
        Source time in UTC; time of arrival if the message states none.
    quality : str
        One of `QUALITIES`.
    unit : str or None
        Unit of measure.
    is_dated : bool
        Whether the message states the time.
    sender : str
        Name of the client that wrote it, if the message states one.
    """

    topic: str
    value: float | str | bool | None
    at: dt.datetime
    quality: DataQuality = "good"
    unit: str | None = None
    is_dated: bool = field(default=True, compare=False)
    sender: str = field(default="", compare=False)


def read_reading(topic: str, content: bytes, now: dt.datetime) -> JsonReading:
    """Return the reading of a message.

    Parameters
    ----------
    topic : str
        Topic of the message.
    content : bytes
        A number, a text in quotation marks, true, false or null; or an object with `value` and, optionally,
        `timestamp` (ISO 8601 with an offset, or milliseconds since 1970), `quality` and `unit`.
    now : datetime
        Time of arrival in UTC.

    Raises
    ------
    JsonTopicError
        More than 64 KiB, no JSON, or an entry that is not as described.
    """
    if len(content) > MAX_CONTENT_BYTES:
        raise JsonTopicError(f"got {len(content)} bytes: expected at most {MAX_CONTENT_BYTES}")
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        raise JsonTopicError(f"got {content[:40]!r}: expected JSON in UTF-8") from None
    entries: dict[str, Any] = given if isinstance(given, dict) else {"value": given}
    if unknown := entries.keys() - set(_KEYS):
        raise JsonTopicError(f"got {sorted(unknown)[0][:40]!r}: expected the entries {', '.join(_KEYS)}")
    if "value" not in entries:
        raise JsonTopicError("value is missing")
    value, quality, unit = entries["value"], entries.get("quality", "good"), entries.get("unit")
    if isinstance(value, dict | list):
        raise JsonTopicError("value: got several values: expected a number, a text, true, false or null")
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _finite(value)
    if quality not in QUALITIES:
        raise JsonTopicError(f"quality: got {str(quality)[:40]!r}: expected one of {', '.join(QUALITIES)}")
    if unit is not None and not isinstance(unit, str):
        raise JsonTopicError(f"unit: got {str(unit)[:40]!r}: expected a text")
    is_dated = entries.get("timestamp") is not None
    at = _time(entries["timestamp"]) if is_dated else now
    return JsonReading(topic, value, at, quality, unit, is_dated, str(entries.get("sender", ""))[:100])


def write_reading(reading: JsonReading, sender: str) -> bytes:
    """Return the message of a reading, as `read_reading` reads it."""
    value = reading.value
    if isinstance(value, float) and not math.isfinite(value):
        value = None
    content = {"value": value, "timestamp": reading.at.isoformat(), "quality": reading.quality}
    if reading.unit is not None:
        content["unit"] = reading.unit
    return json.dumps({**content, "sender": sender}, ensure_ascii=False).encode()


def _finite(value: int | float) -> float | None:
    """Return a number; None for NaN and infinity, which JSON does not have and some senders write."""
    try:
        number = float(value)
    except OverflowError:
        raise JsonTopicError("value: got a whole number beyond the range of a double") from None
    return number if math.isfinite(number) else None


def _time(given: object) -> dt.datetime:
    """Return a source time in UTC."""
    try:
        if isinstance(given, int | float) and not isinstance(given, bool):
            return dt.datetime.fromtimestamp(given / 1000, dt.UTC)
        if isinstance(given, str):
            read = dt.datetime.fromisoformat(given)
            if read.tzinfo is not None:
                return read.astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise JsonTopicError(
        f"timestamp: got {str(given)[:40]!r}: expected ISO 8601 with an offset, or milliseconds since 1970"
    )


class JsonSubscriber:
    """Reader of JSON topics; an MqttSession.

    A retained message is used only if its age is known: it states a time that is not in the future.

    Parameters
    ----------
    topics : sequence of str
        Topics to read; may contain wildcards.
    listener : callable
        Receives each reading.
    clock : callable, optional
        Time in UTC.

    Attributes
    ----------
    refused : BoundedCounter
        Number of refused messages by topic and reason.
    conflicts : BoundedCounter
        Number of messages by topic whose time or sender shows that several clients write there.
    """

    def __init__(
        self,
        topics: Sequence[str],
        listener: Callable[[JsonReading], None],
        clock: Clock = utc_now,
    ) -> None:
        self._topics, self._listener, self._clock = tuple(topics), listener, clock
        self._newest: dict[str, dt.datetime] = {}
        self._senders: dict[str, tuple[str, str]] = {}  # the latest, and the one before it
        self.refused, self.conflicts = BoundedCounter(), BoundedCounter()

    def subscriptions(self) -> Sequence[str]:
        """Return the topics."""
        return self._topics

    def will(self) -> None:
        """Return no message: a reader has no state that others need."""

    def opened(self) -> Sequence[MqttMessage]:
        """Return no message."""
        return ()

    def closing(self) -> Sequence[MqttMessage]:
        """Return no message."""
        return ()

    def lost(self) -> None:
        """Do nothing: retained values have their source time, and the age shows that they are old."""

    def received(self, topic: str, content: bytes, is_retained: bool = False) -> Sequence[MqttMessage]:
        """Give the reading of a message to the listener; count messages that are refused."""
        now = self._clock()
        try:
            reading = read_reading(topic, content, now)
            if is_retained and (not reading.is_dated or reading.at > now + MAX_AHEAD):
                raise JsonTopicError("retained message of unknown age: expected a timestamp that is not in the future")
            newest = self._newest.get(topic)
            if newest is not None and reading.at < newest:
                self.conflicts.add(topic)
                raise JsonTopicError("timestamp before that of an earlier message: does another client write here?")
            if newest is None and len(self._newest) >= MAX_TOPICS:
                raise JsonTopicError(f"more than {MAX_TOPICS} topics")
        except JsonTopicError as error:
            self.refused.add(f"{topic[:200]}: {error}")
            return ()
        self._newest[topic] = reading.at
        self._note_sender(topic, reading.sender)
        self._listener(reading)
        return ()

    def _note_sender(self, topic: str, sender: str) -> None:
        """Count a sender that returns after another one: a client that starts again does not."""
        latest, before = self._senders.get(topic, (sender, sender))
        if sender != latest:
            self._senders[topic] = sender, latest
            if sender == before:
                self.conflicts.add(topic)
        elif topic not in self._senders:
            self._senders[topic] = sender, sender


class JsonPublisher:
    """Writer of JSON topics below a prefix; an MqttSession.

    The topic `PREFIX/status` is `online` or `offline`. Values are retained, so that later readers receive the newest.

    Parameters
    ----------
    prefix : str
        First levels of all topics, such as `nonferrous/results`.

    Attributes
    ----------
    conflicts : BoundedCounter
        Number of messages of other clients by topic below the prefix.

    Raises
    ------
    JsonTopicError
        A prefix with wildcards, or that is empty.
    """

    def __init__(self, prefix: str) -> None:
        self._prefix = _checked(prefix)
        self._sender = uuid.uuid4().hex
        self.conflicts = BoundedCounter()

    def subscriptions(self) -> Sequence[str]:
        """Return all topics below the prefix, which shows other clients that write there."""
        return (f"{self._prefix}/#",)

    def will(self) -> MqttMessage:
        """Return the status `offline`."""
        return self._status("offline")

    def opened(self) -> Sequence[MqttMessage]:
        """Return the status `online`."""
        return [self._status("online")]

    def closing(self) -> Sequence[MqttMessage]:
        """Return the status `offline`."""
        return [self._status("offline")]

    def lost(self) -> None:
        """Do nothing: the broker sends the will."""

    def received(self, topic: str, content: bytes, is_retained: bool = False) -> Sequence[MqttMessage]:
        """Count messages of other clients; nothing that is sent here has an effect."""
        if is_retained:
            return ()  # of an earlier process of this gateway
        try:
            given = json.loads(content) if len(content) <= MAX_CONTENT_BYTES else None
        except (ValueError, RecursionError):
            given = None
        sender = given.get("sender") if isinstance(given, dict) else None
        # The broker sends the status of an earlier process of this gateway.
        if sender != self._sender and topic != f"{self._prefix}/status":
            self.conflicts.add(topic)
        return ()

    def message(self, reading: JsonReading) -> MqttMessage:
        """Return the message of a reading; its topic is relative to the prefix."""
        topic = _checked(f"{self._prefix}/{reading.topic}")
        return MqttMessage(topic, write_reading(reading, self._sender), 1, is_retained=True)

    def _status(self, value: str) -> MqttMessage:
        content = json.dumps({"value": value, "sender": self._sender}).encode()
        return MqttMessage(f"{self._prefix}/status", content, 1, is_retained=True)


def _checked(topic: str) -> str:
    """Return a topic to which a client may publish."""
    if not topic or any(character in topic for character in "+#\0") or len(topic.encode()) > 65_535:
        raise JsonTopicError(f"topic: got {topic[:80]!r}: expected 1 to 65535 bytes without + # and NUL")
    return topic
