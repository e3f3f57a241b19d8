"""Messages of this project and of a Sparkplug library by other authors, each read by the other."""

import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition, MetricReading
from gateway.sparkplug.metrics import DataType
from gateway.sparkplug.topics import SparkplugTopic
from gateway.sparkplug.wire_format import decode
from tests.suite.tools import absent

FOLDER = Path(__file__).parents[3] / ".bench-sparkplug"
AT = dt.datetime(2026, 12, 1, 8, tzinfo=dt.UTC)
# Reads our messages as (topic, content in hex), then writes some of its own, as JSON.
PROGRAM = """
import json, sys
import pysparkplug as sp
read, birth = [], None
for text, content in json.load(sys.stdin):
    topic = sp.Topic.from_str(text)
    kind = {"NBIRTH": sp.NBirth, "DBIRTH": sp.DBirth, "DDATA": sp.DData, "NDEATH": sp.NDeath}[topic.message_type]
    payload = kind.decode(bytes.fromhex(content), **({"birth": birth} if kind is sp.DData else {}))
    birth = payload if kind is sp.DBirth else birth
    metrics = [payload.bd_seq_metric] if kind is sp.NDeath else payload.metrics
    metrics = [[m.name, m.alias, m.datatype.name, m.value, m.timestamp, m.is_historical] for m in metrics]
    read.append([topic.group_id, topic.edge_node_id, topic.device_id, getattr(payload, "seq", None), metrics])
values = [("INT8", -5), ("INT16", -300), ("INT32", -70000), ("INT64", -2**40), ("UINT8", 250), ("UINT32", 2**32 - 1),
          ("UINT64", 2**63), ("FLOAT", 1.5), ("DOUBLE", 0.1), ("BOOLEAN", True), ("STRING", "炉"), ("DOUBLE", None)]
metrics = tuple(sp.Metric(1000 + n, f"m{n}", sp.DataType[kind], value=value, alias=n, is_null=value is None)
                for n, (kind, value) in enumerate(values))
written = sp.NBirth(timestamp=5, seq=9, metrics=metrics).encode(include_dtypes=True).hex()
print(json.dumps([read, values, written]))
"""


@pytest.fixture(scope="module")
def exchange():
    """Our messages, what the library reads of them, the values that it writes, and their bytes."""
    if not FOLDER.is_dir():
        absent("pysparkplug is not installed: make sparkplug-decoder")
    kinds = [("t", DataType.DOUBLE), ("n", DataType.INT16), ("is_on", DataType.BOOLEAN), ("炉", DataType.STRING)]
    edge = EdgeNode("厂", "gateway", {"A-001": [MetricDefinition(*kind) for kind in kinds]}, lambda: AT)
    given = [MetricReading(name, value, AT) for (name, _), value in zip(kinds, [951.25, -7, True, "二"], strict=True)]
    messages = [edge.will(), *edge.opened(), edge.data("A-001", given), edge.data("A-001", given, is_historical=True)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps([(message.topic, message.content.hex()) for message in messages]),
        env={**os.environ, "PYTHONPATH": str(FOLDER)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return messages, *json.loads(done.stdout)


def test_the_other_library_reads_our_messages(exchange):
    messages, read, _, _ = exchange
    for message, (group, node, device, _, _) in zip(messages, read, strict=True):
        topic = SparkplugTopic.read(message.topic)
        assert (topic.group, topic.node, topic.device) == (group, node, device)
    assert [seq for *_, seq, _ in read] == [None, 0, 1, 2, 3]
    death, birth, devices, data, late = (metrics for *_, metrics in read)
    at = int(AT.timestamp() * 1000)
    assert death == [["bdSeq", None, "INT64", 0, at, False]]
    assert birth == [*death, ["Node Control/Rebirth", None, "BOOLEAN", False, at, False]]
    expected = [("t", "DOUBLE", 951.25), ("n", "INT16", -7), ("is_on", "BOOLEAN", True), ("炉", "STRING", "二")]
    assert [metric[:4] for metric in devices] == [
        [name, n, kind, None] for n, (name, kind, _) in enumerate(expected, 1)
    ]
    for metrics, is_historical in ((data, False), (late, True)):
        assert metrics == [
            [name, n, kind, value, at, is_historical] for n, (name, kind, value) in enumerate(expected, 1)
        ]


def test_we_read_messages_of_the_other_library(exchange):
    *_, values, written = exchange
    payload = decode(bytes.fromhex(written))
    assert (payload.seq, payload.refused) == (9, ())
    result = [(metric.name, metric.datatype.name, metric.value, metric.alias) for metric in payload.metrics]
    assert result == [(f"m{n}", kind, value, n) for n, (kind, value) in enumerate(values)]
