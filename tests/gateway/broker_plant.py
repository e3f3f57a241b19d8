"""Made-up plant that publishes to a broker, by Sparkplug or JSON, in the process of a test."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

from gateway.mqtt.broker import read_broker
from gateway.mqtt.connection import BrokerConnection
from gateway.mqtt.json_topics import JsonPublisher, JsonReading
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition, MetricReading
from gateway.sparkplug.metrics import DataType, MetricQuality

UNITS = ("A", "槽 2")
QUALITY = {"good": MetricQuality.GOOD, "uncertain": MetricQuality.UNCERTAIN, "bad": MetricQuality.BAD}
METRICS = [
    MetricDefinition("period_start", DataType.STRING),
    MetricDefinition("x_set", unit="kA", low=0.0, high=20.0),
    MetricDefinition("z", unit="V", low=0.0, high=8.0),
    MetricDefinition("tapped", unit="kg/d", low=0.0, high=6000.0),
    MetricDefinition("y", unit="%", low=50.0, high=100.0),
    MetricDefinition("y.period", DataType.STRING),
]


class BrokerPlantOfTests:
    """Values of two units, published five times a second until the block ends."""

    def __init__(self, port: int, is_json: bool) -> None:
        self.is_json, self.url = is_json, f"mqtt://127.0.0.1:{port}"
        self.values: dict[str, Any] = {"period_start": "2026-01-02", "x_set": 10.0, "z": 4.0, "tapped": 3000.0}
        self.quality, self.still, self.shift = "good", set[str](), dt.timedelta(0)
        self.edge = EdgeNode("nonferrous", "toy_cells", dict.fromkeys(UNITS, METRICS))
        self.publisher = JsonPublisher("nonferrous/plant/toy_cells")
        session = self.publisher if is_json else self.edge
        self.connection = BrokerConnection(read_broker(self.url), session, "plant")
        self.disturb: Callable[[], bool] | None = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "BrokerPlantOfTests":
        self.connection.__enter__()
        assert self.connection.wait_open(60)
        self.thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.ending.set()
        self.thread.join()
        self.connection.__exit__(*error)

    def _run(self) -> None:
        while not self.ending.wait(0.2):
            if self.disturb is not None:
                self.disturb()
            self.publish({name: value for name, value in self.values.items() if name not in self.still})

    def publish(self, values: dict[str, Any], **more: Any) -> bool:
        """Publish values of each unit; returns whether all were acknowledged."""
        at = dt.datetime.now(dt.UTC) + self.shift
        if self.is_json:
            messages = [
                lambda unit=unit, name=name, value=value: self.publisher.message(
                    JsonReading(f"{unit}/{name}", value, at, self.quality if name == "z" else "good")
                )
                for unit in UNITS
                for name, value in values.items()
            ]
        else:
            messages = [
                lambda unit=unit: self.edge.data(
                    unit, [self._metric(name, value, at) for name, value in values.items()]
                )
                for unit in UNITS
            ]
        return self.connection.publish(messages, **more) == len(messages)

    def _metric(self, name: str, value: Any, at: dt.datetime) -> MetricReading:
        return MetricReading(name, value, at, QUALITY[self.quality if name == "z" else "good"])

    def label(self, value: float, period: str) -> None:
        """Publish a result of the laboratory."""
        end = time.monotonic() + 60
        while not self.publish({"y.period": period, "y": value}):
            assert time.monotonic() < end
