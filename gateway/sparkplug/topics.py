"""Topics of Sparkplug 3.0 and the width of its sequence numbers; Sparkplug 4 changes both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

NAMESPACE = "spBv1.0"
SEQUENCE_LENGTH = 256  # seq and bdSeq count from 0 to 255
ANY = "+"  # group or edge node of a subscription
REBIRTH = "Node Control/Rebirth"
BIRTH_DEATH_SEQUENCE = "bdSeq"
_NAME = re.compile(r"[^/+#\0]{1,200}")


class TopicError(ValueError):
    """Topic or name that Sparkplug does not allow."""


class MessageType(StrEnum):
    """Type of a message of an edge node, of a device behind it, or to one of them."""

    NODE_BIRTH = "NBIRTH"
    NODE_DEATH = "NDEATH"
    NODE_DATA = "NDATA"
    NODE_COMMAND = "NCMD"
    DEVICE_BIRTH = "DBIRTH"
    DEVICE_DEATH = "DDEATH"
    DEVICE_DATA = "DDATA"
    DEVICE_COMMAND = "DCMD"

    @property
    def is_of_a_device(self) -> bool:
        """Return whether the topic names a device."""
        return self.value.startswith("D")


# Sparkplug 3.0 asks for 0 for data. With 1 the broker acknowledges them, and the outbox can delete them.
QUALITY_OF_SERVICE = dict.fromkeys(MessageType, 0) | {
    MessageType.NODE_DEATH: 1,
    MessageType.NODE_DATA: 1,
    MessageType.DEVICE_DATA: 1,
}


@dataclass(frozen=True)
class SparkplugTopic:
    """Topic of a message.

    Attributes
    ----------
    group, node : str
        Group and edge node.
    kind : MessageType
        Type of the message.
    device : str or None
        Device behind the edge node; None for messages of the node itself.

    Raises
    ------
    TopicError
        A name is empty, longer than 200 characters, or contains `/`, `+`, `#` or NUL; or a device is missing or
        unexpected.
    """

    group: str
    kind: MessageType
    node: str
    device: str | None = None

    def __post_init__(self) -> None:
        names = {"group": self.group, "node": self.node}
        if self.device is not None:
            names["device"] = self.device
        for place, name in names.items():
            if not _NAME.fullmatch(name):
                raise TopicError(f"{place}: got {name[:80]!r}: expected 1 to 200 characters without / + # and NUL")
        if self.kind.is_of_a_device != (self.device is not None):
            expected = "a device" if self.kind.is_of_a_device else "no device"
            raise TopicError(f"{self.kind}: got device {self.device!r}: expected {expected}")

    def __str__(self) -> str:
        parts = [NAMESPACE, self.group, self.kind.value, self.node]
        return "/".join(parts if self.device is None else [*parts, self.device])

    @classmethod
    def read(cls, text: str) -> SparkplugTopic:
        """Return the parts of a topic.

        Raises
        ------
        TopicError
            The text is no topic of an edge node or device.
        """
        space, *parts = text.split("/")
        if space != NAMESPACE or len(parts) not in (3, 4):
            raise TopicError(
                f"got {text[:200]!r}: expected {NAMESPACE}/group/type/node or {NAMESPACE}/group/type/node/device"
            )
        if parts[1] not in set(MessageType):
            raise TopicError(f"got type {parts[1][:80]!r}: expected one of {', '.join(MessageType)}")
        return cls(parts[0], MessageType(parts[1]), parts[2], parts[3] if len(parts) == 4 else None)


def subscription(group: str, node: str) -> str:
    """Return the topics of an edge node and its devices; either name may be `ANY`."""
    for place, name in (("group", group), ("node", node)):
        if name != ANY and not _NAME.fullmatch(name):
            raise TopicError(f"{place}: got {name[:80]!r}: expected 1 to 200 characters without / + # and NUL")
    return f"{NAMESPACE}/{group}/+/{node}/#"


def state_topic(host: str) -> str:
    """Return the topic in which a host application states that it is online."""
    if not _NAME.fullmatch(host):
        raise TopicError(f"host: got {host[:80]!r}: expected 1 to 200 characters without / + # and NUL")
    return f"{NAMESPACE}/STATE/{host}"


def next_sequence(number: int) -> int:
    """Return the sequence number after another one."""
    return (number + 1) % SEQUENCE_LENGTH
