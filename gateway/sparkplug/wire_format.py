"""Payloads of Sparkplug B as bytes."""

from __future__ import annotations

import datetime as dt
import math

from google.protobuf.message import DecodeError

from gateway.sparkplug.metrics import (
    INTEGER_BITS,
    DataType,
    MetricQuality,
    MetricValue,
    PayloadError,
    RefusedMetric,
    SparkplugMetric,
    SparkplugPayload,
    number_of,
    signed,
)
from gateway.sparkplug.payload_pb2 import Payload

MAX_PAYLOAD_BYTES = 4 << 20  # a birth of 20,000 metrics with names, units and ranges is half of it
MAX_TEXT_BYTES = 64 << 10
MAX_NAME_LENGTH = 512
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MILLISECOND = dt.timedelta(milliseconds=1)
_COMPRESSED = "SPBV1.0_COMPRESSED"
_FIELDS = {kind: "int_value" if bits <= 32 else "long_value" for kind, bits in INTEGER_BITS.items()} | {
    DataType.FLOAT: "float_value",
    DataType.DOUBLE: "double_value",
    DataType.BOOLEAN: "boolean_value",
    DataType.STRING: "string_value",
    DataType.TEXT: "string_value",
    DataType.UUID: "string_value",
}


def encode(payload: SparkplugPayload) -> bytes:
    """Return the bytes of a payload."""
    message = Payload()
    if payload.at is not None:
        message.timestamp = _milliseconds(payload.at)
    if payload.seq is not None:
        message.seq = payload.seq
    for metric in payload.metrics:
        _write(metric, message.metrics.add())
    return bytes(message.SerializeToString())


def decode(content: bytes) -> SparkplugPayload:
    """Return the payload of received bytes.

    Metrics that cannot be used are in `refused`; the others do not suffer.

    Raises
    ------
    PayloadError
        More than 4 MiB, no protobuf, or compressed.
    """
    if len(content) > MAX_PAYLOAD_BYTES:
        raise PayloadError(f"payload: got {len(content)} bytes: expected at most {MAX_PAYLOAD_BYTES}")
    message = Payload()
    try:
        message.ParseFromString(content)
    except DecodeError:
        raise PayloadError(f"payload: got {len(content)} bytes that are no protobuf of Sparkplug B") from None
    if message.uuid == _COMPRESSED:
        raise PayloadError("payload: got a compressed one: expected compression switched off at the edge node")
    metrics, refused = [], []
    for number, metric in enumerate(message.metrics):
        try:
            metrics.append(_read(metric))
        except (ValueError, OverflowError) as error:
            alias = metric.alias if metric.HasField("alias") else None
            name = metric.name[:MAX_NAME_LENGTH] or (f"metric {number}" if alias is None else f"alias {alias}")
            refused.append(RefusedMetric(name, str(error), alias))
    try:
        at = _time(message.timestamp) if message.HasField("timestamp") else None
    except OverflowError:
        raise PayloadError(f"payload: got timestamp {message.timestamp}: expected milliseconds since 1970") from None
    return SparkplugPayload(tuple(metrics), at, message.seq if message.HasField("seq") else None, tuple(refused))


def _write(metric: SparkplugMetric, message: Payload.Metric) -> None:
    """Write a metric into its message."""
    if metric.name:
        message.name = metric.name
    if metric.alias is not None:
        message.alias = metric.alias
    if metric.at is not None:
        message.timestamp = _milliseconds(metric.at)
    if metric.is_historical:
        message.is_historical = True
    _write_value(metric, message)
    _write_properties(metric, message)


def _write_value(metric: SparkplugMetric, message: Payload.Metric) -> None:
    datatype = DataType.DOUBLE if metric.datatype is None else metric.datatype
    message.datatype = datatype
    value = number_of(metric.value, datatype)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        message.is_null = True
    elif datatype in INTEGER_BITS:
        assert isinstance(value, int)
        # Two's complement in the width of the type: libraries that expect an extended sign read it too.
        setattr(message, _FIELDS[datatype], value % (1 << INTEGER_BITS[datatype]))
    else:
        setattr(message, _FIELDS[datatype], value)


def _write_properties(metric: SparkplugMetric, message: Payload.Metric) -> None:
    if metric.quality is not MetricQuality.GOOD:
        _property(message, "Quality", DataType.INT32).int_value = metric.quality
    if metric.unit is not None:
        _property(message, "engUnit", DataType.STRING).string_value = metric.unit
    for key, limit in (("engLow", metric.low), ("engHigh", metric.high)):
        if limit is not None and math.isfinite(limit):
            _property(message, key, DataType.DOUBLE).double_value = limit


def _property(message: Payload.Metric, key: str, datatype: DataType) -> Payload.PropertyValue:
    message.properties.keys.append(key)
    added: Payload.PropertyValue = message.properties.values.add(type=datatype)
    return added


def _read(message: Payload.Metric) -> SparkplugMetric:
    """Return the metric of a message; ValueError if it cannot be used."""
    if len(message.name) > MAX_NAME_LENGTH:
        raise ValueError(f"name: got {len(message.name)} characters: expected at most {MAX_NAME_LENGTH}")
    if not message.name and not message.HasField("alias"):
        raise ValueError("got neither name nor alias")
    if message.HasField("datatype") and message.datatype not in set(DataType):
        raise ValueError(f"got data type {message.datatype}: expected one of a single value, 1 to 15")
    datatype = DataType(message.datatype) if message.HasField("datatype") else None
    properties = dict(zip(message.properties.keys, message.properties.values, strict=False))
    low, high = (_limit(properties.get(key)) for key in ("engLow", "engHigh"))
    unit = properties.get("engUnit")
    return SparkplugMetric(
        message.name,
        _value(message, datatype),
        datatype,
        _time(message.timestamp) if message.HasField("timestamp") else None,
        message.alias if message.HasField("alias") else None,
        message.is_historical,
        _quality(properties.get("Quality")),
        None if unit is None else unit.string_value[:MAX_NAME_LENGTH],
        low,
        high,
    )


def _value(message: Payload.Metric, datatype: DataType | None) -> MetricValue:
    """Return the value of a message; without a data type, whole numbers as they were sent."""
    field = message.WhichOneof("value")
    if message.is_null or field is None:
        return None
    value = getattr(message, field)
    if isinstance(value, bytes) or (isinstance(value, str) and len(value.encode()) > MAX_TEXT_BYTES):
        raise ValueError(
            f"value: got {len(value)} characters: expected a number or at most {MAX_TEXT_BYTES} bytes of text"
        )
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if datatype is None:
        return value  # type: ignore[no-any-return]
    if field != _FIELDS[datatype] and not {field, _FIELDS[datatype]} <= {"int_value", "long_value"}:
        raise ValueError(f"value: got {field} for data type {datatype.name}: expected {_FIELDS[datatype]}")
    return number_of(signed(value, datatype), datatype)


def _quality(given: Payload.PropertyValue | None) -> MetricQuality:
    """Return the quality that a property states; of other codes the two severity bits count."""
    if given is None:
        return MetricQuality.GOOD
    code = given.int_value if given.WhichOneof("value") == "int_value" else given.long_value
    if code in set(MetricQuality):
        return MetricQuality(code)
    severity = code & 0xC0
    return MetricQuality.GOOD if severity == MetricQuality.GOOD else MetricQuality(severity & 0x40)


def _limit(given: Payload.PropertyValue | None) -> float | None:
    field = None if given is None else given.WhichOneof("value")
    value = None if field is None else getattr(given, field)
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _milliseconds(at: dt.datetime) -> int:
    return (at - _EPOCH) // _MILLISECOND


def _time(milliseconds: int) -> dt.datetime:
    """Return a time in UTC; OverflowError beyond the year 9999."""
    return _EPOCH + milliseconds * _MILLISECOND
