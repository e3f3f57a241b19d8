"""Connections to a real broker: outages, a frozen broker, killed clients, passwords and certificates."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from gateway.mqtt.broker import Broker, read_broker
from gateway.mqtt.connection import BrokerConnection
from gateway.mqtt.json_topics import JsonPublisher, JsonReading
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition, MetricReading
from gateway.sparkplug.host import LostSource, SparkplugHost
from system.programs import free_port
from tests.suite.authorities import certificates
from tests.suite.brokers import mosquitto
from tests.suite.children import child
from tests.suite.tools import needed

pytestmark = pytest.mark.service
PATIENCE = 60.0  # s
NOW = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
EDGE = """
import sys, time
from gateway.mqtt.broker import read_broker
from gateway.mqtt.connection import BrokerConnection
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition
edge = EdgeNode("plant", "victim", {"A-001": [MetricDefinition("t")]})
with BrokerConnection(read_broker(sys.argv[1]), edge, "victim") as connection:
    assert connection.wait_open(60)
    print("open", flush=True)
    time.sleep(600)
"""


def wait_until(condition):
    patience = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < patience, "it did not happen"
        time.sleep(0.02)


class Host:
    """Host application at a broker, with the events that it has received."""

    def __init__(self, broker):
        self.values, self.births, self.lost = [], 0, []
        self.session = SparkplugHost("history", self.hear)
        self.connection = BrokerConnection(broker, self.session, "history")

    def hear(self, event):
        if isinstance(event, LostSource):
            self.lost.append(event)
        else:
            self.births += any(metric.name for metric in event.metrics)
            self.values += [metric.value for metric in event.metrics if metric.value is not None]


def edge_node():
    return EdgeNode("plant", "gateway", {"A-001": [MetricDefinition("t")]})


def publish(connection, edge, value):
    return connection.publish([lambda: edge.data("A-001", [MetricReading("t", value, dt.datetime.now(dt.UTC))])], 5.0)


def test_values_arrive_again_after_a_killed_broker_and_none_that_was_acknowledged_is_lost(tmp_path):
    port, edge = free_port(), edge_node()
    broker = read_broker(f"mqtt://127.0.0.1:{port}")
    host, acknowledged, value = Host(broker), [], 0.0
    with BrokerConnection(broker, edge, "gateway") as connection, host.connection:
        for _ in range(3):
            with mosquitto(tmp_path, port) as program:
                wait_until(lambda: connection.is_open and host.connection.is_open)
                # A host that came after the births receives values only after it has requested them.
                before = len(host.values)
                while len(host.values) == before:
                    value += 1
                    publish(connection, edge, value)
                    time.sleep(0.02)
                for _ in range(200):
                    value += 1
                    if publish(connection, edge, value):
                        acknowledged.append(value)
                wait_until(lambda: acknowledged[-1] in host.values)
                program.send_signal(signal.SIGKILL)
                program.wait()
            wait_until(lambda: not connection.is_open)
            assert not publish(connection, edge, 0.0)
    assert len(acknowledged) == 600
    assert set(acknowledged) <= set(host.values)
    assert connection.connections == 3
    assert connection.error is not None


@pytest.mark.long("a network that is silent is noticed after ten seconds")
def test_a_frozen_broker_is_noticed_and_recovers(tmp_path):
    port, edge = free_port(), edge_node()
    with mosquitto(tmp_path, port) as program:
        with BrokerConnection(read_broker(f"mqtt://127.0.0.1:{port}"), edge, "gateway") as connection:
            assert connection.wait_open(PATIENCE)
            program.send_signal(signal.SIGSTOP)
            assert not publish(connection, edge, 1.0)
            wait_until(lambda: not connection.is_open)
            program.send_signal(signal.SIGCONT)
            assert connection.wait_open(PATIENCE)
            assert publish(connection, edge, 2.0)


def test_the_broker_sends_the_death_of_a_killed_client(tmp_path):
    port = free_port()
    broker = read_broker(f"mqtt://127.0.0.1:{port}")
    with mosquitto(tmp_path, port), (host := Host(broker)).connection:
        assert host.connection.wait_open(PATIENCE)
        with child([sys.executable, "-c", EDGE, str(broker)], stdout=subprocess.PIPE) as program:
            assert program.stdout.readline() == "open\n"
            wait_until(lambda: host.births)
            program.send_signal(signal.SIGKILL)
            program.wait()
            wait_until(lambda: host.lost)
    assert [event.reason for event in host.lost[:1]] == ["death of the edge node"]


def test_a_client_that_ends_sends_its_death(tmp_path):
    port = free_port()
    broker = read_broker(f"mqtt://127.0.0.1:{port}")
    with mosquitto(tmp_path, port), (host := Host(broker)).connection:
        assert host.connection.wait_open(PATIENCE)
        with BrokerConnection(broker, edge_node(), "gateway") as connection:
            assert connection.wait_open(PATIENCE)
            wait_until(lambda: host.births)
        wait_until(lambda: host.lost)
    assert [event.reason for event in host.lost[:1]] == ["death of the edge node"]


def test_a_wrong_password_is_named_and_the_right_one_is_accepted(tmp_path):
    port, passwords = free_port(), tmp_path / "passwords"
    needed("mosquitto")
    subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, "plant", "secret"], check=True, capture_output=True)
    with mosquitto(tmp_path, port, "allow_anonymous false", f"password_file {passwords}"):
        for password, is_right in (("wrong", False), ("secret", True)):
            broker = read_broker(f"mqtt://127.0.0.1:{port}", username="plant", password=password)
            with BrokerConnection(broker, edge_node(), "gateway") as connection:
                wait_until(lambda: connection.is_open or "refused" in connection.error)
                assert connection.is_open is is_right
                assert is_right or connection.error == "refused: Not authorized"


# paho-mqtt leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_is_checked(tmp_path):
    port, (authority, other) = free_port(), certificates(tmp_path)
    lines = [f"certfile {tmp_path / 'server.pem'}", f"keyfile {tmp_path / 'server.key'}", "allow_anonymous true"]
    with mosquitto(tmp_path, port, *lines):
        for host, authorities, reason in (
            ("127.0.0.1", authority, None),
            ("127.0.0.1", other, "certificate verify failed"),
            ("localhost", authority, "certificate verify failed"),
        ):
            broker = Broker(host, port, is_encrypted=True, authorities=authorities)
            with BrokerConnection(broker, edge_node(), "gateway") as connection:
                wait_until(lambda: connection.is_open or "not connected" not in connection.error)
                assert connection.is_open is (reason is None)
                assert reason is None or reason in connection.error


def test_a_client_of_another_project_reads_results_and_status(tmp_path):
    port = free_port()
    with mosquitto(tmp_path, port):
        publisher = JsonPublisher("nonferrous/results")
        with BrokerConnection(read_broker(f"mqtt://127.0.0.1:{port}"), publisher, "gateway") as connection:
            assert connection.wait_open(PATIENCE)
            reading = JsonReading("A-001/current_efficiency", 94.2, NOW, "uncertain", "%")
            assert connection.publish([lambda: publisher.message(reading)])
            assert subscribed(port, 2) == {
                "nonferrous/results/status": "online",
                "nonferrous/results/A-001/current_efficiency": 94.2,
            }
            assert not publisher.conflicts
        assert subscribed(port, 2)["nonferrous/results/status"] == "offline"


def subscribed(port, count):
    """Values of so many retained topics, as mosquitto_sub prints them."""
    command = [
        needed("mosquitto_sub"),
        "-p",
        str(port),
        "-t",
        "nonferrous/#",
        "-C",
        str(count),
        "-W",
        "30",
        "-F",
        "%t %p",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    lines = [line.split(" ", 1) for line in done.stdout.splitlines()]
    return {topic: json.loads(content)["value"] for topic, content in lines}
