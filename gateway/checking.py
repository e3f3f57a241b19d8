"""Check of a map against a plant: existence, units, ranges, status and age of each tag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from gateway.brokers.offers import listen
from gateway.findings import AGE, MISSING, RANGE, STATUS, TEXT, UNIT, Finding
from gateway.live_values import live_value
from gateway.offers import Offer
from gateway.opcua.browsing import described, variables
from gateway.opcua.checking import ServerOffers, offer_of
from gateway.opcua.session import session
from gateway.protocols import PlantAddresses
from gateway.readings import NOT_A_NUMBER, Reading, reading_of
from gateway.tag_map import MappedTag, TagMap, factor_of, units_of
from seeds import Seed
from seeds.format.names import nearest

NEAREST = 20  # missing tags with a proposal: comparing names takes its time


@dataclass(frozen=True)
class MapCheck:
    """Result of a check.

    Attributes
    ----------
    tags : TagMap
        Map with the units that were found.
    existing : int
        Number of tags that the plant has.
    ages : dict of str to float
        Age of the value of each existing tag [s].
    findings : list of Finding
        Differences, in the order of the map.
    """

    tags: TagMap
    existing: int = 0
    ages: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


async def check(seed: Seed, addresses: PlantAddresses) -> MapCheck:
    """Compare the map of a process with its plant.

    Parameters
    ----------
    seed : Seed
        The process.
    addresses : PlantAddresses
        Of the plant.

    Raises
    ------
    GatewayError
        An address is not reached.
    """
    async with AsyncExitStack() as stack:
        names: list[str] = []
        offers: dict[str, Offer] = {}
        findings: list[Finding] = []
        server = None
        if addresses.broker is not None:
            heard = await listen(addresses.broker, seed)
            offers, findings = heard.offers, heard.findings
            names += offers
        if addresses.access is not None:
            client, namespaces = await stack.enter_async_context(session(addresses.access))
            server = await ServerOffers.browsed(seed, client, namespaces)
            names += server.names
        tags = TagMap(seed, units_of(seed, names))
        if not tags.units:
            findings.append(Finding(MISSING, seed.gateway.tag, f"no unit has it among {len(names)} values"))
        if server is not None:
            offers |= await server.offers(tags)
            findings += server.clock_findings()
        checked = _compared(tags, offers, names, findings)
        if server is not None:
            checked.findings.extend(await server.result_findings(tags))
        return checked


async def browse(addresses: PlantAddresses) -> list[Offer]:
    """Tags that a plant offers, for a draft of a map.

    Raises
    ------
    GatewayError
        An address is not reached.
    """
    offers: list[Offer] = []
    if addresses.broker is not None:
        offers += (await listen(addresses.broker)).offers.values()
    if addresses.access is not None:
        async with session(addresses.access) as (client, namespaces):
            nodes = await variables(client, namespaces)
            read = zip(nodes, await described(client, nodes), strict=True)
            offers += [offer_of(node, one, dt.timedelta(0)) for node, one in read]
    return offers


def _compared(tags: TagMap, offers: Mapping[str, Offer], names: Collection[str], findings: list[Finding]) -> MapCheck:
    """Compare each tag of a map with what is offered."""
    now, ages, existing, missing = dt.datetime.now(dt.UTC), dict[str, float](), 0, 0
    known = dict.fromkeys(names)
    for text, each in tags.by_text.items():
        offer = offers.get(text)
        if offer is None:
            missing += 1
            if each[0].use == "value":
                findings.append(_missing(each[0], known, missing <= NEAREST))
            continue
        existing += 1
        if offer.at is not None:
            ages[text] = max(0.0, (now - offer.at).total_seconds())
        findings += _offer_findings(tags, each[0], offer, now)
    return MapCheck(tags, existing, ages, findings)


def _missing(tag: MappedTag, names: dict[str, None], is_compared: bool) -> Finding:
    near = nearest([tag.text], names) if is_compared else None
    about = f"column {tag.column.name}" + (f" of {tag.unit}" if tag.unit else "")
    return Finding(MISSING, tag.text, f"{about}: no such tag" + (f"; the nearest is {near}" if near else ""))


def _offer_findings(tags: TagMap, tag: MappedTag, offer: Offer, now: dt.datetime) -> Iterator[Finding]:
    status = "" if offer.quality == "good" else offer.status
    reading = reading_of(tag.text, offer.content, offer.quality, offer.at or now, tag.is_number, status)
    if reading.reason == NOT_A_NUMBER:
        yield Finding(TEXT, tag.text, f"got {str(offer.content)[:40]!r}: expected a number [{tag.column.unit}]")
    elif reading.quality != "good" and not _waits(tags, tag):
        yield Finding(STATUS, tag.text, f"{reading.quality}: {reading.reason}")
    if _is_stale(tags, tag, reading, now) and not _waits(tags, tag):
        age = (now - reading.at).total_seconds()
        yield Finding(AGE, tag.text, f"its value is {age:.0f} s old: state `refresh` of the column if that is usual")
    if tag.is_number:
        yield from _unit_findings(tag, offer)


def _waits(tags: TagMap, tag: MappedTag) -> bool:
    """Return whether a tag has no value until the laboratory has one."""
    return any(tag.column.name == column.name for column in tags.seed.labels)


def _is_stale(tags: TagMap, tag: MappedTag, reading: Reading, now: dt.datetime) -> bool:
    return tag.use == "value" and live_value(tags, tag, reading, now).quality == "stale"


def _unit_findings(tag: MappedTag, offer: Offer) -> Iterator[Finding]:
    column, factor = tag.column, factor_of(tag.column)
    if offer.unit is not None and factor == 1.0 and not same_unit(offer.unit, str(column.unit)):
        yield Finding(UNIT, tag.text, f"got {offer.unit}: expected {column.unit}, or state `scale`")
    if offer.low is not None and offer.high is not None and (offer.low, offer.high) != (0.0, 0.0):
        low, high = column.limits
        got = offer.low * factor, offer.high * factor
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
