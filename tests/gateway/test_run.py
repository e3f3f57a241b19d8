"""Gateway between a real OPC UA server and a service: readings, results, faults."""

import asyncio
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from asyncua import Client, ua

from .conftest import PATIENCE, GatewayProcess, PlantProcess, RuleService, until

pytestmark = pytest.mark.service
TAG = "nsu=urn:nonferrous:plant;s="


@pytest.fixture
def gateway(seeds: Path, home: Path) -> Iterator[Callable[..., GatewayProcess]]:
    with ExitStack() as programs:

        def start(plant: PlantProcess, service: RuleService, *options: str) -> GatewayProcess:
            return GatewayProcess(programs, seeds, home, plant.url, service.url, *(options or ("--insecure",)))

        yield start


def read(url: str, *names: str) -> list[ua.DataValue]:
    """Values of nodes, read by a client of its own."""

    async def values() -> list[ua.DataValue]:
        async with Client(url, timeout=30) as client:
            index = await client.get_namespace_index("urn:nonferrous:plant")
            nodes = [client.get_node(ua.NodeId(name, index)) for name in names]
            return [await node.read_data_value(raise_on_bad_status=False) for node in nodes]

    return asyncio.run(values())


def predicted(service: RuleService, unit: str, z: float | None) -> bool:
    return any(row["unit"] == unit and row["z"] == z for row in service.rows)


def test_predictions_reach_their_nodes_and_nothing_else_is_written(plant, service: RuleService, gateway) -> None:
    server = plant()
    running = gateway(server, service)
    until(lambda: predicted(service, "槽 2", 4.0), "a prediction of each unit")
    (value,) = until(lambda: [v for v in read(server.url, "Results.A.y.value") if v.Value.Value == 94.0], "its node")
    assert value.StatusCode.is_good()
    server.tell("set z 7")
    until(lambda: read(server.url, "Results.槽 2.y.value")[0].Value.Value == 97.0, "a new value")
    low, high, flags, setpoint = read(
        server.url, "Results.A.y.low", "Results.A.y.high", "Results.A.prediction.flags", "Setpoints.x"
    )
    assert (low.Value.Value, high.Value.Value, flags.Value.Value) == (96.0, 98.0, "z outside training range")
    assert low.StatusCode.value >> 30 == 1  # uncertain: the model extrapolates
    assert setpoint.Value.Value == 1.0
    status, text = running.ready()
    assert (status, text) == (200, '{"state": "ready", "faults": {}}')
    metrics = running.metrics()
    assert 'nonferrous_gateway_connected{process="toy_cells"} 1.0' in metrics
    assert 'nonferrous_gateway_units{process="toy_cells"} 2.0' in metrics
    assert running.kill(signal.SIGINT) == 0
    assert "stopped" in running.text


def test_bad_uncertain_and_stale_values_are_what_they_are(plant, service: RuleService, gateway) -> None:
    server = plant()
    gateway(server, service)
    until(lambda: predicted(service, "A", 4.0), "a good value")
    server.tell("status z Uncertain")
    until(lambda: any(row.get("data_quality") == {"z": "uncertain"} for row in service.rows), "uncertain")
    server.tell("status z Bad")
    until(lambda: any(row.get("data_quality") == {"z": "bad"} and row["z"] is None for row in service.rows), "bad")
    server.tell("status z Good")
    server.tell("set z 4.2")
    until(lambda: predicted(service, "A", 4.2), "good again")
    server.tell("still z")
    until(lambda: any(row.get("data_quality") == {"z": "stale"} and row["z"] is None for row in service.rows), "stale")


def test_periods_end_and_labels_become_outcomes(plant, service: RuleService, gateway) -> None:
    server = plant()
    gateway(server, service)
    until(lambda: predicted(service, "A", 4.0), "the first period")
    server.tell("period 2026-02-01")
    until(lambda: any(row["period_start"] == "2026-02-01" for row in service.rows), "the second period")
    server.tell("label 91.5 2026-01-02")
    until(lambda: len(service.outcomes) == 2, "outcomes")
    assert service.outcomes[0] == {"unit": "A", "period_start": "2026-01-02", "y": 91.5}


def test_unknown_nodes_are_named_and_the_others_are_read(plant, service: RuleService, gateway) -> None:
    running = gateway(plant(without="A.z"), service)
    until(lambda: predicted(service, "A", None) and predicted(service, "槽 2", 4.0), "predictions of both units")
    assert f"unknown tags: 1 of 12 are not read, the first is {TAG}A.z: BadNodeIdUnknown" in running.text
    assert running.ready()[0] == 503


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_a_server_that_was_away_is_read_again(plant, service: RuleService, gateway, fault: str) -> None:
    server = plant()
    running = gateway(server, service)
    until(lambda: predicted(service, "A", 4.0), "the first prediction")
    server.kill() if fault == "killed" else server.freeze()
    until(lambda: "WARNING connection" in running.text, "the fault is named")
    until(lambda: running.ready()[0] == 503, "health")
    count = len(service.rows)
    time.sleep(3)
    assert len(service.rows) <= count + 4, "rows of values that do not arrive"
    server.start() if fault == "killed" else server.thaw()
    until(lambda: "connection: over" in running.text, "the end of the fault is named")
    server.tell("set z 5")
    until(lambda: predicted(service, "A", 5.0), "a prediction after the fault")
    if fault == "killed":
        assert "the server has started again" in running.text


def test_a_silent_network_is_noticed(plant, service: RuleService, gateway) -> None:
    server = plant()
    with Relay(server.port) as relay:
        server.url = f"opc.tcp://127.0.0.1:{relay.port}"
        running = gateway(server, service)
        until(lambda: predicted(service, "A", 4.0), "the first prediction")
        relay.drops = True
        until(lambda: "WARNING connection" in running.text, "the fault is named")
        relay.drops = False
        until(lambda: "connection: over" in running.text, "the connection is back")


def test_first_results_of_the_laboratory_in_a_gap_are_read_back(plant, service: RuleService, gateway) -> None:
    server = plant(history="yes")
    with Relay(server.port) as relay:
        server.url = f"opc.tcp://127.0.0.1:{relay.port}"
        running = gateway(server, service)
        until(lambda: predicted(service, "A", 4.0), "the first prediction")
        relay.drops = True
        until(lambda: "WARNING connection" in running.text, "the fault is named")
        server.tell("label 91.5 2026-01-02")
        server.tell("label 92.5 2026-01-03")
        relay.drops = False
        until(lambda: len(service.outcomes) >= 4, "both results of both units")
    expected = [("2026-01-02", 91.5), ("2026-01-03", 92.5)]
    assert [(one["period_start"], one["y"]) for one in service.outcomes if one["unit"] == "A"] == expected


def test_nothing_is_lost_or_doubled_while_the_service_is_away(plant, service: RuleService, gateway) -> None:
    server = plant()
    running = gateway(server, service)
    until(lambda: predicted(service, "A", 4.0), "the first prediction")
    service.status = 503
    server.tell("set z 5")
    server.tell("period 2026-02-01")
    server.tell("label 91.5 2026-01-02")
    until(lambda: "WARNING service" in running.text, "the fault is named")
    time.sleep(2)
    running.kill()
    service.status = 200
    again = gateway(server, service)
    until(lambda: predicted(service, "A", 5.0) and len(service.outcomes) >= 2, "what had waited")
    until(lambda: 'outbox_entries{process="toy_cells"' not in again.metrics() or len(service.responses) > 3, "sent")
    delivered = [record for path, record, _ in service.requests if path.endswith("/predictions")]
    assert set(delivered) == set(service.responses)
    bodies: dict[str, str] = {}
    for path, record, body in service.requests:
        if path.endswith("/predictions"):
            assert bodies.setdefault(record, str(body)) == str(body), "an id with two contents"


def test_a_full_disk_is_named_until_it_has_room(plant, service: RuleService, gateway) -> None:
    server = plant()
    running = gateway(server, service)
    until(lambda: predicted(service, "A", 4.0), "the first prediction")
    _, most = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    server.tell("set z 5")
    until(lambda: "outbox" in running.ready()[1], "the fault is named")
    for _ in range(30):
        assert "outbox" in running.ready()[1]
        time.sleep(0.1)
    resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (most, most))
    until(lambda: predicted(service, "A", 5.0), "what had waited")
    until(lambda: "outbox" not in running.ready()[1], "the fault is over")


def test_one_gateway_of_a_process_runs_at_a_time(plant, service: RuleService, gateway) -> None:
    server = plant()
    first = gateway(server, service)
    until(lambda: "/metrics" in first.text, "the first gateway")
    second = gateway(server, service)
    assert second.process.wait(timeout=PATIENCE) == 2
    assert "another gateway of toy_cells uses this folder" in second.text


class Relay:
    """Relay to a port of this machine that can drop everything, as a network that fails silently."""

    def __init__(self, target: int) -> None:
        self.target, self.drops = target, False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sockets: list[socket.socket] = []

    def __enter__(self) -> "Relay":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in (self.listener, *self.sockets):
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.sockets += [client, server]
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if not self.drops:
                    sink.sendall(data)
        except OSError:
            pass
