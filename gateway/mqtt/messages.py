"""Messages to and from an MQTT broker, and the sessions that write and read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class MqttMessage:
    """Message to a broker.

    Attributes
    ----------
    topic : str
        Topic, without wildcards.
    content : bytes
        Payload.
    qos : int
        Quality of service: 0 is sent once, 1 is acknowledged by the broker.
    is_retained : bool
        Whether the broker gives it to clients that subscribe later.
    """

    topic: str
    content: bytes
    qos: int = 0
    is_retained: bool = False


class MqttSession(Protocol):
    """Protocol on top of MQTT, without a network.

    A connection requests the messages to send, and hands over those that arrive, from one thread at a time.
    """

    def subscriptions(self) -> Sequence[str]:
        """Return the topics to subscribe to; may contain wildcards."""

    def will(self) -> MqttMessage | None:
        """Return the message that the broker sends if the connection that comes is lost."""

    def opened(self) -> Sequence[MqttMessage]:
        """Return the messages that follow a new connection."""

    def received(self, topic: str, content: bytes, is_retained: bool = False) -> Sequence[MqttMessage]:
        """Read a message, perhaps a retained one of unknown age; return the messages that it requires."""

    def closing(self) -> Sequence[MqttMessage]:
        """Return the messages that precede the end of the connection."""

    def lost(self) -> None:
        """Note that the connection was lost."""
