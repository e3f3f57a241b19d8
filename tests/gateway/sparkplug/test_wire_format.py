"""Bytes of Sparkplug payloads: worked by hand, round trips, and bytes that are none."""

import datetime as dt
import struct
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.sparkplug.metrics import (
    INTEGER_BITS,
    SIGNED_TYPES,
    DataType,
    MetricQuality,
    PayloadError,
    SparkplugMetric,
    SparkplugPayload,
)
from gateway.sparkplug.payload_pb2 import Payload
from gateway.sparkplug.wire_format import MAX_PAYLOAD_BYTES, MAX_TEXT_BYTES, decode, encode

AT = dt.datetime(2026, 12, 1, 7, 30, 15, 250_000, tzinfo=dt.UTC)
# By the encoding of protocol buffers: field number and wire type, then the content.
BY_HAND = bytes.fromhex(
    "08 01"  # 1: timestamp 1
    "12 10"  # 2: a metric of 16 bytes
    "0a 01 61"  # 1: name "a"
    "10 01"  # 2: alias 1
    "20 0a"  # 4: data type 10, double
    "69" + struct.pack("<d", 1.5).hex() +  # 13: double
    "18 07"  # 3: seq 7
)  # fmt: skip


def test_bytes_worked_by_hand():
    at = dt.datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=dt.UTC)
    payload = SparkplugPayload((SparkplugMetric("a", 1.5, DataType.DOUBLE, alias=1),), at, 7)
    assert encode(payload) == BY_HAND
    assert decode(BY_HAND) == payload


TEXT = st.text(alphabet="aZ0 °温度é/#+\n\0", max_size=100)


def values(kind):
    if kind in INTEGER_BITS:
        bits = INTEGER_BITS[kind]
        low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if kind in SIGNED_TYPES else (0, (1 << bits) - 1)
        return st.integers(low, high)
    if kind is DataType.BOOLEAN:
        return st.booleans()
    if kind in (DataType.FLOAT, DataType.DOUBLE):
        return st.floats(allow_nan=False, allow_infinity=False, width=32 if kind is DataType.FLOAT else 64)
    return TEXT


METRICS = st.sampled_from(DataType).flatmap(
    lambda kind: st.builds(
        SparkplugMetric,
        name=TEXT.filter(bool),
        value=st.none() | values(kind),
        datatype=st.just(kind),
        at=st.none() | st.just(AT),
        alias=st.none() | st.integers(0, 2**64 - 1),
        is_historical=st.booleans(),
        quality=st.sampled_from(MetricQuality),
        unit=st.none() | TEXT,
        low=st.none() | st.floats(allow_nan=False, allow_infinity=False),
        high=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    )
)


@given(
    st.builds(SparkplugPayload, st.lists(METRICS, max_size=4).map(tuple), st.none() | st.just(AT), st.integers(0, 255))
)
def test_what_is_sent_is_what_is_received(payload):
    assert decode(encode(payload)) == payload


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    with suppress(PayloadError):
        decode(content)


@given(st.integers(0, len(BY_HAND) - 1), st.integers(1, 255))
def test_a_changed_byte_is_read_or_refused(place, change):
    content = bytearray(BY_HAND)
    content[place] ^= change
    with suppress(PayloadError):
        decode(bytes(content))


def one(**fields):
    message = Payload()
    message.metrics.add(name="a", **fields)
    return decode(message.SerializeToString())


@pytest.mark.parametrize("bits", [8, 32, 64])
def test_a_negative_number_is_read_however_far_its_sign_was_extended(bits):
    # The specification leaves the width open; libraries extend the sign of an Int8 to 8 or 32 bits.
    field = "int_value" if bits <= 32 else "long_value"
    assert one(datatype=DataType.INT8, **{field: (1 << bits) - 5}).metrics[0].value == -5


def test_large_positive_numbers_keep_their_sign():
    assert one(datatype=DataType.INT64, long_value=2**31 + 5).metrics[0].value == 2**31 + 5
    assert one(datatype=DataType.UINT32, int_value=2**32 - 1).metrics[0].value == 2**32 - 1


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_no_value(value):
    assert one(datatype=DataType.DOUBLE, double_value=value).metrics[0].value is None
    sent = encode(SparkplugPayload((SparkplugMetric("a", value),)))
    assert Payload.FromString(sent).metrics[0].is_null


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"datatype": DataType.DOUBLE, "string_value": "12,5"}, "got string_value for data type DOUBLE"),
        ({"datatype": DataType.INT8, "int_value": 300}, "got 300: expected a whole number from -128 to 127"),
        ({"datatype": DataType.UINT8, "int_value": 256}, "got 256: expected a whole number from 0 to 255"),
        ({"datatype": 16, "bytes_value": b"rows"}, "got data type 16"),
        (
            {"datatype": DataType.STRING, "string_value": "x" * (MAX_TEXT_BYTES + 1)},
            "expected a number or at most 65536",
        ),
        ({"datatype": DataType.DOUBLE, "double_value": 1.0, "timestamp": 2**63}, ""),
    ],
    ids=["text for a number", "beyond Int8", "beyond UInt8", "data set", "long text", "time"],
)
def test_a_metric_that_cannot_be_used_is_named_and_the_others_are_read(fields, reason):
    message = Payload()
    message.metrics.add(name="bad", **fields)
    message.metrics.add(name="good", datatype=DataType.DOUBLE, double_value=2.0)
    payload = decode(message.SerializeToString())
    assert [metric.name for metric in payload.metrics] == ["good"]
    (refused,) = payload.refused
    assert refused.name == "bad"
    assert reason in refused.reason


def test_a_metric_of_10_megabytes_is_refused():
    message = Payload()
    message.metrics.add(name="a", datatype=DataType.STRING, string_value="x" * 10_000_000)
    with pytest.raises(PayloadError, match=rf"got 100000\d\d bytes: expected at most {MAX_PAYLOAD_BYTES}"):
        decode(message.SerializeToString())


def test_a_compressed_payload_is_refused():
    with pytest.raises(PayloadError, match="compression switched off"):
        decode(Payload(uuid="SPBV1.0_COMPRESSED").SerializeToString())


def test_text_that_is_no_protobuf_is_refused():
    with pytest.raises(PayloadError, match="no protobuf of Sparkplug B"):
        decode(b'{"value": 12.5}')


@pytest.mark.parametrize(
    ("code", "quality"),
    [
        (192, MetricQuality.GOOD),
        (0xD8, MetricQuality.GOOD),
        (0x54, MetricQuality.UNCERTAIN),
        (0x1C, MetricQuality.BAD),
        (0x88, MetricQuality.BAD),
        (500, MetricQuality.STALE),
    ],
)
def test_codes_of_quality_are_read_by_their_severity(code, quality):
    message = Payload()
    metric = message.metrics.add(name="a", datatype=DataType.DOUBLE, double_value=1.0)
    metric.properties.keys.append("Quality")
    metric.properties.values.add(type=DataType.INT32, int_value=code)
    assert decode(message.SerializeToString()).metrics[0].quality is quality
