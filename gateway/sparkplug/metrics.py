"""Metrics and payloads of Sparkplug B as values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

MetricValue = float | int | bool | str | None


class PayloadError(ValueError):
    """Payload that is refused as a whole."""


class DataType(IntEnum):
    """Data types of metrics that have one value; numbers of Sparkplug 3.0, section 6.4.16."""

    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATE_TIME = 13
    TEXT = 14
    UUID = 15


INTEGER_BITS = {
    DataType.INT8: 8,
    DataType.INT16: 16,
    DataType.INT32: 32,
    DataType.INT64: 64,
    DataType.UINT8: 8,
    DataType.UINT16: 16,
    DataType.UINT32: 32,
    DataType.UINT64: 64,
    DataType.DATE_TIME: 64,
}
SIGNED_TYPES = {DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64}


class MetricQuality(IntEnum):
    """Property `Quality` of a metric: codes of Sparkplug, and the code of OPC for an uncertain value."""

    BAD = 0
    UNCERTAIN = 64
    GOOD = 192
    STALE = 500


@dataclass(frozen=True)
class SparkplugMetric:
    """Value of a metric at a time.

    Attributes
    ----------
    name : str
        Name; empty where the message has the alias only.
    value : float, int, bool, str or None
        Value of the data type; a date and time is its number of milliseconds since 1970.
    datatype : DataType or None
        None where the message leaves it to the birth.
    at : datetime or None
        Source time, in UTC.
    alias : int or None
        Number that stands for the name in later messages.
    is_historical : bool
        Whether the value is from the past and must not replace a newer one.
    quality : MetricQuality
        Good unless the property `Quality` states otherwise.
    unit : str or None
        Property `engUnit`.
    low, high : float or None
        Properties `engLow` and `engHigh` [the metric's unit].
    """

    name: str
    value: MetricValue
    datatype: DataType | None = DataType.DOUBLE
    at: dt.datetime | None = None
    alias: int | None = None
    is_historical: bool = False
    quality: MetricQuality = MetricQuality.GOOD
    unit: str | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RefusedMetric:
    """Metric of a payload that cannot be used, with the reason; the others are used."""

    name: str
    reason: str
    alias: int | None = None


@dataclass(frozen=True)
class SparkplugPayload:
    """Payload of a message.

    Attributes
    ----------
    metrics : tuple of SparkplugMetric
        Metrics in the order of the message.
    at : datetime or None
        Time of sending, in UTC.
    seq : int or None
        Sequence number; none in deaths and commands.
    refused : tuple of RefusedMetric
        Metrics that were received and cannot be used.
    """

    metrics: tuple[SparkplugMetric, ...]
    at: dt.datetime | None = None
    seq: int | None = None
    refused: tuple[RefusedMetric, ...] = ()


def number_of(value: MetricValue, datatype: DataType) -> MetricValue:
    """Return a value as its data type has it.

    Raises
    ------
    ValueError
        The value is of another type, or outside the range of the data type.
    """
    if value is None:
        return None
    if datatype in INTEGER_BITS:
        bits, signed = INTEGER_BITS[datatype], datatype in SIGNED_TYPES
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        if isinstance(value, bool | str) or int(value) != value or not low <= value <= high:
            raise ValueError(f"got {_short(value)}: expected a whole number from {low} to {high}")
        return int(value)
    if datatype is DataType.BOOLEAN:
        if not isinstance(value, bool):
            raise ValueError(f"got {_short(value)}: expected true or false")
        return value
    if datatype in (DataType.FLOAT, DataType.DOUBLE):
        if isinstance(value, bool | str):
            raise ValueError(f"got {_short(value)}: expected a number")
        return float(value)
    if not isinstance(value, str):
        raise ValueError(f"got {_short(value)}: expected a text")
    return value


def with_birth(metric: SparkplugMetric, birth: SparkplugMetric) -> SparkplugMetric:
    """Return a metric of a data message with the name and data type of its birth.

    Raises
    ------
    ValueError
        The value is not of the data type of the birth.
    """
    if birth.datatype is None:
        raise ValueError("the birth states no data type")
    value = signed(metric.value, birth.datatype) if metric.datatype is None else metric.value
    return replace(
        metric,
        name=birth.name,
        datatype=birth.datatype,
        value=number_of(value, birth.datatype),
        unit=birth.unit,
        low=birth.low,
        high=birth.high,
    )


def aliases(metrics: Iterable[SparkplugMetric]) -> dict[int, SparkplugMetric]:
    """Return the metrics of a birth by alias.

    Raises
    ------
    PayloadError
        Two metrics have the same alias.
    """
    result: dict[int, SparkplugMetric] = {}
    for metric in metrics:
        if metric.alias is None:
            continue
        if metric.alias in result:
            raise PayloadError(f"alias {metric.alias}: {result[metric.alias].name} and {metric.name} have the same")
        result[metric.alias] = metric
    return result


def signed(value: MetricValue, datatype: DataType) -> MetricValue:
    """Return a whole number with its sign: senders extend the sign to 8, 16, 32 or 64 bits."""
    if datatype not in SIGNED_TYPES or isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return value
    bits = INTEGER_BITS[datatype]
    for sent in sorted({bits, 32, 64}):
        if sent >= bits and value >> (sent - 1) == 1:
            return value - (1 << sent)
    return value


def _short(value: MetricValue) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
