"""Live tags: the OPC UA node, Sparkplug metric or MQTT topic that has the values of a column."""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

UNIT, COLUMN = "{unit}", "{column}"
"""Placeholders of a tag: the name of the unit, and the name of the column."""

RESERVED_TOPICS = ("$SYS", "$share", "spBv1.0")
FORMS = "nsu=URI;s=ID, sparkplug:GROUP/NODE/DEVICE/METRIC or mqtt:TOPIC"
_NODE = re.compile(r"nsu=(?P<namespace>[^;]+);(?P<kind>[sigb])=(?P<identifier>.+)", re.DOTALL)
_BY_INDEX = re.compile(r"ns=\d+;")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_WILDCARDS = re.compile(r"[+#]")
_LARGEST = 2**32 - 1  # of a numeric identifier


@dataclass(frozen=True)
class NodeTag:
    """Node of an OPC UA server.

    Attributes
    ----------
    namespace : str
        URI of the namespace. Its index changes between starts of a server, so no tag has it.
    kind : {"s", "i", "g", "b"}
        Text, number, GUID or bytes in base64.
    identifier : str
        Identifier in the namespace.
    """

    namespace: str
    kind: Literal["s", "i", "g", "b"]
    identifier: str


@dataclass(frozen=True)
class MetricTag:
    """Metric of a Sparkplug device, or of an edge node if `device` is empty."""

    group: str
    node: str
    device: str
    metric: str


@dataclass(frozen=True)
class TopicTag:
    """Topic of MQTT that carries one value as JSON."""

    topic: str


@dataclass(frozen=True)
class EdgeNodeName:
    """Edge node of Sparkplug that publishes results."""

    group: str
    node: str


Tag = NodeTag | MetricTag | TopicTag
Destination = NodeTag | EdgeNodeName | TopicTag
"""Destination of results: the node, the edge node or the topic below which they are."""


def is_live(text: str | None) -> bool:
    """Return whether a tag names a live value; otherwise it is a heading of a file only."""
    return text is not None and text.startswith(("nsu=", "sparkplug:", "mqtt:"))


def read_tag(text: str) -> Tag:
    """Live tag from its text, with the placeholders that it has.

    Raises
    ------
    ValueError
        States the expected form.
    """
    if _BY_INDEX.match(text):
        raise ValueError("expected the namespace by its URI, nsu=URI;s=ID: an index changes when the server starts")
    for placeholder in _PLACEHOLDER.findall(text):
        if placeholder not in (UNIT, COLUMN):
            raise ValueError(f"expected no placeholder but {UNIT} and {COLUMN}, got {placeholder}")
    if text.startswith("nsu="):
        return _node(text)
    if text.startswith("sparkplug:"):
        parts = text.removeprefix("sparkplug:").split("/", 3)
        group, node, device, metric = parts if len(parts) == 4 else ("", "", "", "")
        if not group or not node or not metric or _WILDCARDS.search(group + node + device):
            raise ValueError("expected sparkplug:GROUP/NODE/DEVICE/METRIC without + or #; only DEVICE may be empty")
        return MetricTag(group, node, device, metric)
    if text.startswith("mqtt:"):
        topic = text.removeprefix("mqtt:")
        if not topic or _WILDCARDS.search(topic):
            raise ValueError("expected mqtt:TOPIC without + or #")
        return TopicTag(topic)
    raise ValueError(f"expected {FORMS}")


def read_destination(text: str) -> Destination:
    """Destination of results from its text.

    Raises
    ------
    ValueError
        States the expected form.
    """
    if "{" in text:
        raise ValueError("expected a destination without placeholders")
    if text.startswith("sparkplug:"):
        group, _, node = text.removeprefix("sparkplug:").partition("/")
        if not group or not node or _WILDCARDS.search(text) or "/" in node:
            raise ValueError("expected sparkplug:GROUP/NODE without + or #")
        return EdgeNodeName(group, node)
    if not is_live(text):
        raise ValueError("expected nsu=URI;s=ID, sparkplug:GROUP/NODE or mqtt:TOPIC")
    tag = read_tag(text)
    if isinstance(tag, TopicTag) and tag.topic.partition("/")[0] in RESERVED_TOPICS:
        raise ValueError(f"expected a topic that does not begin with {' or '.join(RESERVED_TOPICS)}")
    assert not isinstance(tag, MetricTag)
    return tag


def overlaps(tag: Tag, destination: Destination) -> bool:
    """Return whether a tag may be among the values that are published at a destination.

    A placeholder of the tag stands for any name.
    """
    if isinstance(tag, MetricTag) and isinstance(destination, EdgeNodeName):
        pairs = ((tag.group, destination.group), (tag.node, destination.node))
        return all(_may_be(form, name) for form, name in pairs)
    if isinstance(tag, TopicTag) and isinstance(destination, TopicTag):
        levels, prefix = tag.topic.split("/"), destination.topic.split("/")
        return len(levels) >= len(prefix) and all(
            _may_be(form, name) for form, name in zip(levels, prefix, strict=False)
        )
    return False


def _may_be(form: str, name: str) -> bool:
    """Return whether a text with placeholders may be a name."""
    pattern = ".+".join(re.escape(part) for part in _PLACEHOLDER.split(form))
    return re.fullmatch(pattern, name) is not None


def filled(text: str, unit: str, column: str) -> str:
    """Text of a tag with the names of a unit and of a column in place of the placeholders."""
    return text.replace(UNIT, unit).replace(COLUMN, column)


def _node(text: str) -> NodeTag:
    match = _NODE.fullmatch(text)
    if match is None:
        raise ValueError("expected nsu=URI;s=ID (text), ;i=NUMBER, ;g=GUID or ;b=BASE64")
    namespace, kind, identifier = match.group("namespace", "kind", "identifier")
    if not _PLACEHOLDER.search(identifier):
        _check_identifier(kind, identifier)
    elif kind != "s":
        raise ValueError("expected an identifier of text, nsu=URI;s=ID, around a placeholder")
    return NodeTag(namespace, kind, identifier)  # type: ignore[arg-type]


def _check_identifier(kind: str, identifier: str) -> None:
    if kind == "i" and (not identifier.isdecimal() or not identifier.isascii() or int(identifier) > _LARGEST):
        raise ValueError(f"expected a number from 0 to {_LARGEST} after i=")
    try:
        if kind == "g":
            uuid.UUID(identifier)
        elif kind == "b":
            base64.b64decode(identifier, validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("expected a GUID after g=" if kind == "g" else "expected base64 after b=") from None


def faults(columns: Mapping[str, dict[str, Any]], form: str, has_units: bool) -> Iterator[str]:
    """Yield live tags that are malformed, and tags of two columns.

    Parameters
    ----------
    columns : Mapping of str to dict
        Columns of the seed that have a live value, by name.
    form : str
        Tag of a column that states no live tag.
    has_units : bool
        Whether the process has a key.
    """
    owner: dict[tuple[str, str], str] = {}
    for name, row in columns.items():
        stated = row.get("tag")
        own = isinstance(stated, str) and (is_live(stated) or bool(_BY_INDEX.match(stated)))
        tag = str(stated) if own else form
        try:
            read_tag(tag)
        except ValueError as error:
            if own:  # a fault of the form is named where it stands
                yield f"columns.{name}.tag: got '{tag}': {error}"
            continue
        if own and UNIT in tag and not has_units:
            yield f"columns.{name}.tag: got '{tag}': {UNIT} needs a column of role key"
        meant = (tag.replace(COLUMN, name), str(row.get("statistic")))  # mean and deviation of one tag are two columns
        if meant in owner and stated != columns[owner[meant]].get("tag"):  # equal texts are named with the headings
            yield f"columns.{name}.tag: got '{tag}': expected another node than that of column {owner[meant]}"
        owner.setdefault(meant, name)
