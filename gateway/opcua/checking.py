"""Check of a map against a server: existence, units, ranges, status and age of each tag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from asyncua import Client, ua

from gateway.errors import GatewayError
from gateway.live_values import live_value
from gateway.opcua.browsing import Described, OfferedNode, described, variables
from gateway.opcua.connection import CLOCK_LIMIT
from gateway.opcua.data_values import content_of, quality_of, utc
from gateway.opcua.node_ids import Namespaces
from gateway.opcua.results import AdvisoryNodes
from gateway.readings import NOT_A_NUMBER, Reading, reading_of
from gateway.results import fields_of
from gateway.tag_map import MappedTag, TagMap, factor_of, units_of
from seeds import Seed
from seeds.format.names import nearest

MISSING, TEXT, UNIT, RANGE, STATUS, AGE, CLOCK, RESULTS = (
    "missing",
    "text",
    "unit",
    "range",
    "status",
    "age",
    "clock",
    "results",
)
NEAREST = 20  # missing tags with a proposal: comparing names takes its time


@dataclass(frozen=True)
class Finding:
    """Difference between the map and a server.

    Attributes
    ----------
    kind : str
        Such as `missing` or `unit`.
    tag : str
        The tag; empty for the server as a whole.
    text : str
        What was found and expected.
    """

    kind: str
    tag: str
    text: str


@dataclass(frozen=True)
class MapCheck:
    """Result of a check.

    Attributes
    ----------
    tags : TagMap
        Map with the units that were found.
    existing : int
        Number of tags that the server has.
    ages : dict of str to float
        Age of the value of each existing tag [s].
    findings : list of Finding
        Differences, in the order of the map.
    """

    tags: TagMap
    existing: int
    ages: dict[str, float]
    findings: list[Finding]


async def check(seed: Seed, client: Client, namespaces: Namespaces) -> MapCheck:
    """Compare the map of a process with a server.

    Parameters
    ----------
    seed : Seed
        The process.
    client : Client
        With an open session.
    namespaces : Namespaces
        Of the server.
    """
    root = namespaces.node_id(seed.gateway.results)
    nodes = await variables(client, namespaces, without=() if root is None else (root,))
    offered = {node.tag: node for node in nodes}
    tags = TagMap(seed, units_of(seed, offered))
    # A server may have nodes that no reference leads to.
    mapped = {text: node_id for text in tags.by_text if (node_id := namespaces.node_id(text)) is not None}
    known = [offered.get(text) or OfferedNode(node_id, text, (text,), {}) for text, node_id in mapped.items()]
    values = dict(zip(mapped, await described(client, known), strict=True))
    clock = await client.get_node(ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)).read_value()
    difference = (utc(clock) or dt.datetime.now(dt.UTC)) - dt.datetime.now(dt.UTC)
    findings, ages, existing = list(_server_findings(difference)), {}, 0
    missing = 0
    for text, each in tags.by_text.items():
        one = values.get(text)
        if one is None or _is_unknown(one):
            missing += 1
            if each[0].use == "value":
                findings.append(_missing(each[0], offered, missing <= NEAREST))
            continue
        existing += 1
        at = utc(one.value.SourceTimestamp)
        if at is not None:
            ages[text] = max(0.0, (dt.datetime.now(dt.UTC) + difference - at).total_seconds())
        findings += _value_findings(tags, each[0], one, difference)
    findings += await _result_findings(tags, client, namespaces)
    return MapCheck(tags, existing, ages, findings)


def _server_findings(difference: dt.timedelta) -> Iterator[Finding]:
    if abs(difference) > CLOCK_LIMIT:
        yield Finding(
            CLOCK, "", f"server minus this machine: {difference.total_seconds():.0f} s, expected at most 10 s"
        )


def _is_unknown(one: Described) -> bool:
    status = one.value.StatusCode
    unknown = (ua.StatusCodes.BadNodeIdUnknown, ua.StatusCodes.BadNodeIdInvalid, ua.StatusCodes.BadAttributeIdInvalid)
    return status is not None and status.value in unknown


async def _result_findings(tags: TagMap, client: Client, namespaces: Namespaces) -> list[Finding]:
    """Nodes of results that the server lacks."""
    root = tags.seed.gateway.results
    try:
        nodes = await AdvisoryNodes(client, namespaces, root, tags.by_text.keys()).find()
    except GatewayError as error:
        return [Finding(RESULTS, root, str(error).partition(": ")[2])]
    paths = [(unit, *path) for unit in tags.units for path in fields_of(tags.seed)]
    return [Finding(RESULTS, root, f"no node {'/'.join(path)} below it") for path in paths if path not in nodes]


def _missing(tag: MappedTag, offered: dict[str, OfferedNode], is_compared: bool) -> Finding:
    near = nearest([tag.text], offered) if is_compared else None
    about = f"column {tag.column.name}" + (f" of {tag.unit}" if tag.unit else "")
    return Finding(MISSING, tag.text, f"{about}: no such node" + (f"; the nearest is {near}" if near else ""))


def _value_findings(tags: TagMap, tag: MappedTag, one: Described, difference: dt.timedelta) -> Iterator[Finding]:
    at = utc(one.value.SourceTimestamp) or dt.datetime.now(dt.UTC) + difference
    quality, reason = quality_of(one.value.StatusCode)
    content = content_of(one.value)
    reading = reading_of(tag.text, content, quality, at - difference, tag.is_number, reason)
    if reading.reason == NOT_A_NUMBER:
        yield Finding(TEXT, tag.text, f"got {str(content)[:40]!r}: expected a number [{tag.column.unit}]")
    elif reading.quality != "good" and not _waits(tags, tag):
        yield Finding(STATUS, tag.text, f"{reading.quality}: {reading.reason}")
    if _is_stale(tags, tag, reading) and not _waits(tags, tag):
        age = (dt.datetime.now(dt.UTC) - reading.at).total_seconds()
        yield Finding(AGE, tag.text, f"its value is {age:.0f} s old: state `refresh` of the column if that is usual")
    if tag.is_number:
        yield from _unit_findings(tag, one)


def _waits(tags: TagMap, tag: MappedTag) -> bool:
    """Return whether a tag has no value until the laboratory has one."""
    return any(tag.column.name == column.name for column in tags.seed.labels)


def _is_stale(tags: TagMap, tag: MappedTag, reading: Reading) -> bool:
    return tag.use == "value" and live_value(tags, tag, reading, dt.datetime.now(dt.UTC)).quality == "stale"


def _unit_findings(tag: MappedTag, one: Described) -> Iterator[Finding]:
    column, factor = tag.column, factor_of(tag.column)
    if one.unit is not None and factor == 1.0 and not same_unit(one.unit, str(column.unit)):
        yield Finding(UNIT, tag.text, f"got {one.unit}: expected {column.unit}, or state `scale`")
    if one.low is not None and one.high is not None and (one.low, one.high) != (0.0, 0.0):
        low, high = column.limits
        got = one.low * factor, one.high * factor
        if not (_is_near(got[0], low) and _is_near(got[1], high)):
            yield Finding(
                RANGE, tag.text, f"got {got[0]:g} to {got[1]:g} {column.unit}: the seed has {low:g} to {high:g}"
            )


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))


def same_unit(one: str, other: str) -> bool:
    """Return whether two units are written alike, apart from spaces and signs of powers."""
    plain = str.maketrans({"²": "2", "³": "3", "·": "*", "º": "°", "μ": "µ", " ": None, "^": None})
    return one.translate(plain) == other.translate(plain)
