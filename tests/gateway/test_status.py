"""Metrics and health of the gateway, and its dashboard."""

import json
import re
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.errors import GatewayError
from gateway.faults import Faults
from gateway.status import Snapshot, StatusServer

BOARD = json.loads((Path(__file__).parents[2] / "deploy" / "grafana" / "gateway.json").read_text(encoding="utf-8"))
EXPRESSIONS = [target["expr"] for panel in BOARD["panels"] for target in panel["targets"]]
NUMBERS = {
    "readings": {"changes": 5, "bad": 1},
    "connection": {"sessions": 2},
    "rows": {"rows predictions": 7},
    "waiting": {"predictions": 3},
    "values": {"good": 8, "stale": 1},
    "faults": {"service": "away"},
    "connected": True,
    "outbox_bytes": 10,
    "outbox_age_seconds": 1.5,
    "oldest_value_seconds": 2.0,
    "median_value_seconds": 1.0,
    "clock_difference_seconds": -3600.0,
    "unknown_tags": 4,
    "units": 2,
}

VALUES = [{"tag": "nsu=urn:a;s=槽 2.z", "quality": "stale", "reason": "", "at": "2030-01-01T00:00:00+00:00"}]


def get(address: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(address, timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_metrics_and_health_are_served() -> None:
    faults = Faults()
    with StatusServer("127.0.0.1", 0, Snapshot("toy_cells", lambda: NUMBERS), faults.present, lambda: VALUES) as server:
        status, text = get(f"{server.address}/metrics")
        assert status == 200
        samples = {
            (sample.name, *map(sample.labels.get, ("process", "kind"))): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        assert samples["nonferrous_gateway_readings_total", "toy_cells", "bad"] == 1
        assert samples["nonferrous_gateway_clock_difference_seconds", "toy_cells", None] == -3600
        assert samples["nonferrous_gateway_faults", "toy_cells", "service"] == 1
        assert get(f"{server.address}/health/ready")[0] == 200
        faults.begin("service", "away")
        assert get(f"{server.address}/health/ready") == (503, '{"state": "faulty", "faults": {"service": "away"}}')
        faults.end("service")
        assert get(f"{server.address}/health/ready")[0] == 200
        assert get(f"{server.address}/health/live")[0] == 200
        assert get(f"{server.address}/values") == (200, json.dumps({"not_good": VALUES}, ensure_ascii=False))
        assert get(f"{server.address}/other")[0] == 404


def test_a_port_in_use_is_one_line() -> None:
    snapshot = Snapshot("toy_cells", lambda: NUMBERS)
    with StatusServer("127.0.0.1", 0, snapshot, dict, list) as server:
        port = int(server.address.rpartition(":")[2])
        with pytest.raises(GatewayError, match=f"127.0.0.1:{port}: Address already in use: choose another with --port"):
            StatusServer("127.0.0.1", port, snapshot, dict, list)


def test_a_fault_is_logged_when_it_begins_changes_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    faults = Faults()
    with caplog.at_level("INFO", "nonferrous.gateway"):
        for text in ("away", "away", "slow"):
            faults.begin("service", text)
        for _ in range(2):
            faults.end("service")
    assert [record.getMessage() for record in caplog.records] == ["service: away", "service: slow", "service: over"]


def test_every_metric_of_the_dashboard_is_in_a_scrape() -> None:
    known = {sample.name for family in Snapshot("toy_cells", lambda: NUMBERS).collect() for sample in family.samples}
    named = {name for text in EXPRESSIONS for name in re.findall(r"nonferrous_[a-z_]+", text)}
    assert named - known == set()
    assert len(named) > 10
