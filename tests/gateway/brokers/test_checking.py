"""Checks and lists of what a broker offers, through the commands."""

import csv
import datetime as dt
import subprocess
from pathlib import Path

import pytest

from gateway.mqtt.broker import read_broker
from gateway.mqtt.connection import BrokerConnection
from gateway.mqtt.json_topics import JsonPublisher, JsonReading
from gateway.mqtt.messages import MqttMessage
from system.programs import free_port
from tests.gateway.broker_plant import BrokerPlantOfTests
from tests.suite.authorities import certificates
from tests.suite.brokers import mosquitto
from tests.suite.tools import needed

pytestmark = pytest.mark.service
METRIC, TOPIC = "sparkplug:nonferrous/toy_cells/", "mqtt:nonferrous/plant/toy_cells/"


def test_a_good_map_has_no_finding_and_each_metric_is_listed(tmp_path: Path, command) -> None:
    port, out = free_port(), tmp_path / "tags.csv"
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json=False) as plant:
        code, text = command("check", plant.url)
        assert (code, "2 units, 12 of 12 tags exist; age of values" in text) == (0, True), text
        assert command("browse", plant.url, "--out", str(out))[0] == 0
    rows = {row["tag"]: row for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())}
    row = rows[f"{METRIC}槽 2/z"]
    assert [row[name] for name in ("type", "unit", "low", "high", "value", "status")] == [
        "Double", "V", "0", "8", "4.0", "good"
    ]  # fmt: skip


def test_missing_metrics_and_other_units_are_named(tmp_path: Path, command) -> None:
    port = free_port()
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json=False) as plant:
        code, text = command("check", plant.url, change=('name = "z"\n', f'name = "z"\ntag = "{METRIC}{{unit}}/zz"\n'))
        assert code == 1
        assert f"missing: {METRIC}A/zz: column z of A: no such tag; the nearest is {METRIC}A/z" in text
        code, text = command("check", plant.url, change=('unit = "kA"', 'unit = "A"'))
        assert code == 1
        assert f"unit: {METRIC}A/x_set: got kA: expected A, or state `scale`" in text


def test_topics_that_cannot_be_used_are_named(tmp_path: Path, command) -> None:
    port = free_port()
    broker = read_broker(f"mqtt://127.0.0.1:{port}")
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json=True) as plant:
        plant.values["z"] = "warm"
        other = JsonPublisher("nonferrous/plant/toy_cells")
        at = dt.datetime.now(dt.UTC)
        old = JsonReading("A/x_set", 1.0, at - dt.timedelta(hours=1))
        with BrokerConnection(broker, other, "other") as connection:
            assert connection.wait_open(60)

            def disturb() -> bool:
                bad = MqttMessage("nonferrous/plant/toy_cells/A/tapped", b"3,5", 1)
                return connection.publish([lambda: other.message(old), lambda: bad]) == 2

            plant.disturb = disturb  # sent each round while the command listens
            code, text = command("check", plant.url, "--json")
    assert code == 1
    assert f"text: {TOPIC}A/z: got 'warm': expected a number [V]" in text
    assert "writer: nonferrous/plant/toy_cells/A/x_set: several clients write here" in text
    assert "refused: nonferrous/plant/toy_cells/A/tapped: got b'3,5': expected JSON in UTF-8" in text
    assert f"missing: {TOPIC}A/y: column y of A: no such tag" in text


def test_an_encrypted_connection_with_a_password(tmp_path: Path, command, monkeypatch) -> None:
    port, passwords = free_port(), tmp_path / "passwords"
    authority, _ = certificates(tmp_path)
    needed("mosquitto")
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "gateway", "secret"], check=True, capture_output=True)
    files = [f"certfile {tmp_path / 'server.pem'}", f"keyfile {tmp_path / 'server.key'}"]
    url, given = f"mqtts://127.0.0.1:{port}", ["--authorities", str(authority), "--user", "gateway"]
    with mosquitto(tmp_path, port, *files, "allow_anonymous false", f"password_file {passwords}"):
        monkeypatch.setenv("NONFERROUS_GATEWAY_PASSWORD", "wrong")
        code, text = command("check", url, *given)
        assert (code, "no connection: refused: Not authorized" in text) == (1, True), text
        assert "wrong" not in text
        monkeypatch.setenv("NONFERROUS_GATEWAY_PASSWORD", "secret")
        code, text = command("check", url, *given)
        assert (code, f"missing: {METRIC}{{unit}}/{{column}}: no unit has it among 0 values" in text) == (1, True), text
