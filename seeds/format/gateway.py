"""Connection of a process to its plant: where values are read, how they become rows, where results go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from seeds.format import tags
from seeds.format.column import MADE
from seeds.format.quantity import PeriodLength, SeedPart, Text

PLANT = "urn:nonferrous:plant"
"""Namespace of the simulated plant."""

SERVER_SCHEMES, BROKER_SCHEMES = ("opc.tcp",), ("mqtt", "mqtts")
STALE_AFTER = 3
"""Number of intervals after which a value is too old."""


def _address(text: str, schemes: tuple[str, ...], examples: str) -> str:
    parts = urlsplit(text)
    try:
        good = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"expected an address such as {examples}")
    if parts.password is not None:
        raise ValueError("expected an address without a password: set NONFERROUS_GATEWAY_PASSWORD")
    return text


def _server(text: str) -> str:
    return _address(text, SERVER_SCHEMES, "opc.tcp://10.0.0.5:4840; state a broker of MQTT as `broker`")


def _broker(text: str) -> str:
    return _address(text, BROKER_SCHEMES, "mqtts://10.0.0.5:8883 or mqtt://127.0.0.1:1883")


def _form(text: str) -> str:
    tags.read_tag(text)
    if tags.COLUMN not in text:
        raise ValueError(f"expected a tag with {tags.COLUMN}, which stands for each column")
    return text


def _destination(text: str) -> str:
    tags.read_destination(text)
    return text


class GatewaySettings(SeedPart):
    """Settings of the gateway; every key is optional.

    Attributes
    ----------
    endpoint : str
        Address of the OPC UA server.
    broker : str
        Address of the MQTT broker.
    publishing : PeriodLength
        Interval at which the server sends changes.
    tag : str
        Tag of a column that states none of its own.
    label_time : str
        Tag of the start of the period that a target's value belongs to.
    every : PeriodLength
        Interval of the samples that become rows by the statistic of each column; by default that of [table].
    predict : PeriodLength
        Interval of predictions within a period.
    results : str
        Destination of results: the node, the edge node or the topic below which they are.
    units : list of str
        Names of the units; by default all for which the server has a node.
    """

    endpoint: Annotated[str, AfterValidator(_server)] | None = None
    broker: Annotated[str, AfterValidator(_broker)] | None = None
    publishing: PeriodLength = PeriodLength(value=1.0, unit="s")
    tag: Annotated[str, AfterValidator(_form)] = f"nsu={PLANT};s={tags.UNIT}.{tags.COLUMN}"
    label_time: Annotated[str, AfterValidator(_form)] = f"nsu={PLANT};s={tags.UNIT}.{tags.COLUMN}.period"
    every: PeriodLength | None = None
    predict: PeriodLength = PeriodLength(value=1.0, unit="min")
    results: Annotated[str, AfterValidator(_destination)] = f"nsu={PLANT};s=Results"
    units: list[Annotated[Text, Field(max_length=200)]] = Field(default_factory=list)


def faults(raw: Mapping[str, Any], columns: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """Yield contradictions between [gateway], the tags of columns and the process."""
    given = raw.get("gateway")
    settings: dict[str, Any] = given if isinstance(given, dict) else {}
    has_units = any(row.get("role") == "key" for row in columns.values())
    live = {name: row for name, row in columns.items() if row.get("role") != "key" and not _is_made(row)}
    form = settings.get("tag", GatewaySettings().tag)
    if isinstance(form, str):
        yield from tags.faults(live, form, has_units)
    for name, row in columns.items():
        if row.get("refresh") is not None and name not in live:
            yield f"columns.{name}.refresh: belongs to a column with a live value"
        if row.get("role") == "key" and tags.is_live(row.get("tag")):
            yield f"columns.{name}.tag: got '{row['tag']}': expected a heading; {tags.UNIT} of other tags is the unit"
    yield from _destination_faults(settings, live, form)
    if "gateway" in raw:
        yield from _settings_faults(raw, settings, columns, has_units)


def _destination_faults(settings: Mapping[str, Any], live: Mapping[str, dict[str, Any]], form: object) -> Iterator[str]:
    """Yield tags among the results: a value that is read is never written."""
    stated = settings.get("results")
    try:
        destination = tags.read_destination(str(stated))
    except ValueError:  # absent, or a fault of its own
        return
    for name, row in live.items():
        tag = row["tag"] if tags.is_live(row.get("tag")) else form
        with suppress(ValueError):
            if tags.overlaps(tags.read_tag(str(tag).replace(tags.COLUMN, name)), destination):
                yield f"gateway.results: got '{stated}': column {name} is read there, tag '{tag}'"


def _settings_faults(
    raw: Mapping[str, Any], settings: Mapping[str, Any], columns: Mapping[str, dict[str, Any]], has_units: bool
) -> Iterator[str]:
    """Yield contradictions between [gateway] and the process."""
    if not any(row.get("role") == "time" for row in columns.values()):
        yield "gateway: expected a column of role time: without it no value belongs to a period"
    if "sorting" in raw:
        yield "gateway: expected a process without [sorting]: a sorter sends each piece to the service itself"
    units = settings.get("units")
    if isinstance(units, list) and units:
        if not has_units:
            yield "gateway.units: expected a column of role key"
        if len({str(unit) for unit in units}) < len(units):
            yield f"gateway.units: got {units}: expected each unit once"
    if "every" in settings:
        yield from _every_faults(raw, settings)


def _is_made(row: Mapping[str, Any]) -> bool:
    return any(row.get(way) is not None for way in MADE)


def _every_faults(raw: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[str]:
    """Samples that are not more frequent than the period."""
    process = raw.get("process")
    try:
        every = PeriodLength.model_validate(settings["every"]).timedelta
        period = PeriodLength.model_validate(process.get("period") if isinstance(process, dict) else None).timedelta
    except ValueError:  # one is absent, or has a fault of its own
        return
    if every >= period:
        yield f"gateway.every: got {every}: expected samples that are more frequent than the period of {period}"
