"""Gateway between a real broker and a service, by Sparkplug and by JSON topics: readings, results, faults."""

import datetime as dt
import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.mqtt.broker import read_broker
from gateway.mqtt.connection import BrokerConnection
from gateway.mqtt.json_topics import JsonPublisher, JsonReading
from gateway.sparkplug.edge_node import EdgeNode, MetricDefinition
from gateway.sparkplug.host import ReceivedMetrics, SparkplugHost
from system.programs import free_port
from tests.gateway.broker_plant import BrokerPlantOfTests
from tests.gateway.conftest import GatewayProcess, RuleService, until
from tests.suite.brokers import mosquitto
from tests.suite.children import child

pytestmark = pytest.mark.service
long = pytest.mark.long("starts a broker and a gateway of its own")
both = pytest.mark.parametrize("is_json", [False, True], ids=["sparkplug", "json"])
RESULTS = {False: "spBv1.0/nonferrous/+/toy_cells-results/#", True: "nonferrous/results/toy_cells/#"}


class Results:
    """Results of the gateway that a client of its own reads, by name below the unit A."""

    def __init__(self, port: int, is_json: bool) -> None:
        self.values: dict[str, tuple[Any, str]] = {}
        self.topics: set[str] = set()
        nodes = [("nonferrous", "toy_cells-results")]
        session = Everything(self) if is_json else SparkplugHost("reader", self._metrics, nodes=nodes)
        self.connection = BrokerConnection(read_broker(f"mqtt://127.0.0.1:{port}"), session, "reader")

    def _metrics(self, event: object) -> None:
        if isinstance(event, ReceivedMetrics) and event.source.device == "A":
            self.values |= {one.name: (one.value, one.quality.name.lower()) for one in event.metrics}


class Everything:
    """Session that reads JSON topics of the results."""

    def __init__(self, results: Results) -> None:
        self.results = results

    def subscriptions(self) -> list[str]:
        return [RESULTS[True]]

    def will(self) -> None:
        return None

    def opened(self) -> tuple[()]:
        return ()

    def closing(self) -> tuple[()]:
        return ()

    def lost(self) -> None:
        pass

    def received(self, topic: str, content: bytes, is_retained: bool = False) -> tuple[()]:
        one = json.loads(content)
        name = topic.removeprefix("nonferrous/results/toy_cells/A/")
        self.results.values[name] = one["value"], one.get("quality", "")
        return ()


@contextmanager
def topics_of(port: int) -> Iterator[set[str]]:
    """Topics of all messages at a broker during the block, as mosquitto_sub prints them."""
    command = ["mosquitto_sub", "-p", str(port), "-t", "#", "-R", "-F", "%t"]
    topics: set[str] = set()
    with child(command, stdout=subprocess.PIPE) as program:
        lines = program.stdout
        assert lines is not None
        thread = threading.Thread(target=lambda: topics.update(line.strip() for line in lines))
        thread.start()
        yield topics
        program.terminate()
        thread.join()


@pytest.fixture
def gateway(seeds: Path, home: Path) -> Iterator[Callable[..., GatewayProcess]]:
    with ExitStack() as programs:

        def start(plant: BrokerPlantOfTests, service: RuleService, *options: str) -> GatewayProcess:
            more = ["--json"] if plant.is_json else []
            return GatewayProcess(programs, seeds, home, plant.url, service.url, *more, *options)

        yield start


def predicted(service: RuleService, unit: str, z: float | None) -> bool:
    return any(row["unit"] == unit and row["z"] == z for row in service.rows)


@both
def test_values_become_predictions_and_results_below_one_place(tmp_path, service, gateway, is_json) -> None:
    port = free_port()
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json) as plant:
        results = Results(port, is_json)
        with results.connection, topics_of(port) as topics:
            running = gateway(plant, service)
            until(lambda: predicted(service, "槽 2", 4.0), "a prediction of each unit")
            until(lambda: results.values.get("y/value") == (94.0, "good"), "its result")
            plant.values["z"] = 7.0
            until(lambda: results.values.get("y/value") == (97.0, "uncertain"), "a result that extrapolates")
            # JSON has a message a value.
            until(lambda: results.values.get("y/high") == (98.0, "uncertain"), "its upper limit")
            until(lambda: results.values["prediction/flags"][0] == "z outside training range", "its flags")
            until(lambda: running.ready() == (200, '{"state": "ready", "faults": {}}'), "health")
            metrics = running.metrics()
            assert 'nonferrous_gateway_connected{process="toy_cells"} 1.0' in metrics
            assert 'nonferrous_gateway_unknown_tags{process="toy_cells"} 0.0' in metrics
            assert running.kill(signal.SIGINT) == 0
        assert "stopped" in running.text
    own = {topic for topic in topics if not topic.startswith(("nonferrous/plant/", "spBv1.0/nonferrous/D"))}
    devices = {topic for topic in topics if "/toy_cells-results/" in topic and not is_json}
    if is_json:
        assert own
        assert all(topic.startswith("nonferrous/results/toy_cells/") for topic in own)
    else:
        assert {topic.split("/")[2] for topic in devices} == {"DBIRTH", "DDATA"}
        of_reader = {"spBv1.0/nonferrous/NCMD/toy_cells-results", "spBv1.0/STATE/reader"}
        assert own - of_reader == {
            "spBv1.0/nonferrous/NBIRTH/toy_cells-results",
            "spBv1.0/nonferrous/NDEATH/toy_cells-results",
            "spBv1.0/nonferrous/NCMD/toy_cells",
            "spBv1.0/nonferrous/NBIRTH/toy_cells",
            "spBv1.0/STATE/nonferrous-toy_cells",
            "spBv1.0/STATE/nonferrous-check",
        }


@long
@both
def test_bad_uncertain_and_stale_values_are_what_they_are(tmp_path, service, gateway, is_json) -> None:
    port = free_port()
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json) as plant:
        gateway(plant, service)
        until(lambda: predicted(service, "A", 4.0), "a good value")
        plant.quality = "uncertain"
        until(lambda: any(row.get("data_quality") == {"z": "uncertain"} for row in service.rows), "uncertain")
        plant.quality = "bad"
        until(lambda: any(row.get("data_quality") == {"z": "bad"} and row["z"] is None for row in service.rows), "bad")
        plant.quality, plant.values["z"] = "good", 4.2
        until(lambda: predicted(service, "A", 4.2), "good again")
        plant.still.add("z")
        until(lambda: any(row.get("data_quality") == {"z": "stale"} for row in service.rows), "stale")


@both
def test_periods_end_and_labels_become_outcomes(tmp_path, service, gateway, is_json) -> None:
    port = free_port()
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json) as plant:
        gateway(plant, service)
        until(lambda: predicted(service, "A", 4.0), "the first period")
        plant.values["period_start"] = "2026-02-01"
        until(lambda: any(row["period_start"] == "2026-02-01" for row in service.rows), "the second period")
        plant.label(91.5, "2026-01-02")
        until(lambda: len(service.outcomes) == 2, "outcomes")
    assert service.outcomes[0] == {"unit": "A", "period_start": "2026-01-02", "y": 91.5}


@long
@both
def test_a_killed_broker_is_named_and_no_result_is_lost(tmp_path, service, gateway, is_json) -> None:
    port = free_port()
    with ExitStack() as stack:
        program = stack.enter_context(mosquitto(tmp_path, port))
        plant = stack.enter_context(BrokerPlantOfTests(port, is_json))
        running = gateway(plant, service)
        until(lambda: predicted(service, "A", 4.0), "the first prediction")
        program.kill()
        program.wait()
        until(lambda: "WARNING broker: " in running.text, "the fault is named")
        until(lambda: running.ready()[0] == 503, "health")
        service.status = 503
        plant.values["z"] = 5.0
        stack.enter_context(mosquitto(tmp_path, port))
        until(lambda: "broker: over" in running.text, "the end of the fault is named")
        until(lambda: "WARNING service" in running.text, "requests wait")
        running.kill()
        service.status = 200
        running = gateway(plant, service)
        results = Results(port, is_json)
        with results.connection:
            until(lambda: results.values.get("y/value") == (95.0, "good"), "the result of the new value")
        delivered = [record for path, record, _ in service.requests if path.endswith("/predictions")]
        assert set(delivered) == set(service.responses)


@long
@both
def test_another_client_that_writes_results_is_named(tmp_path, service, gateway, is_json) -> None:
    port = free_port()
    broker = read_broker(f"mqtt://127.0.0.1:{port}")
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json) as plant:
        running = gateway(plant, service)
        until(lambda: predicted(service, "A", 4.0), "the first prediction")
        other = EdgeNode("nonferrous", "toy_cells-results", {"A": [MetricDefinition("y/value")]})
        intruder = JsonPublisher("nonferrous/results/toy_cells")
        with BrokerConnection(broker, intruder if is_json else other, "intruder") as connection:
            assert connection.wait_open(60)
            if is_json:
                message = intruder.message(JsonReading("A/y/value", 1.0, dt.datetime.now(dt.UTC)))
                assert connection.publish([lambda: message])
            topic = (
                "nonferrous/results/toy_cells/A/y/value" if is_json else "spBv1.0/nonferrous/NBIRTH/toy_cells-results"
            )
            until(lambda: f"WARNING other writer: {topic}: another client writes here" in running.text, "the topic")


@long
def test_ages_allow_for_a_clock_that_differs_and_the_edge_node_is_named(tmp_path, service, gateway) -> None:
    port = free_port()
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json=False) as plant:
        clock = plant.edge._clock
        plant.shift = dt.timedelta(hours=-1)
        plant.edge._clock = lambda: clock() + plant.shift
        running = gateway(plant, service)
        until(lambda: predicted(service, "A", 4.0), "a value that is not stale")
        until(lambda: "WARNING publisher clock: nonferrous/toy_cells: 3600 s behind" in running.text, "the clock")
        assert "stale" not in json.dumps([row for row in service.rows if row["z"] == 4.0])


@long
@pytest.mark.parametrize("change", ["gone", "other"], ids=["gone", "other"])
def test_an_edge_node_or_metric_that_is_missing_is_named(tmp_path, service, gateway, seeds, change) -> None:
    port = free_port()
    seed = seeds / "toy_cells.toml"
    if change == "other":
        text = seed.read_text(encoding="utf-8")
        text = text.replace('name = "z"\n', 'name = "z"\ntag = "sparkplug:nonferrous/toy_cells/{unit}/volt"\n')
        seed.write_text(text, encoding="utf-8")
    with mosquitto(tmp_path, port), BrokerPlantOfTests(port, is_json=False) as plant:
        running = gateway(plant, service)
        if change == "other":
            until(lambda: predicted(service, "A", None), "a prediction without the column")
            tag = "sparkplug:nonferrous/toy_cells/A/volt"
            until(
                lambda: f"missing tags: 2 of 12 are not read, the first is {tag}: no such metric" in running.text, tag
            )
            return
        until(lambda: predicted(service, "A", 4.0), "the first prediction")
        plant.ending.set()
        plant.thread.join()
        plant.connection.__exit__(None, None, None)
        expected = "edge nodes: 2 of 2 are not alive, the first is nonferrous/toy_cells/A: death of the edge node"
        until(lambda: expected in running.text, "the edge node")
        until(lambda: "WARNING no values: " in running.text, "silence")
        count = len(service.rows)
        time.sleep(3)
        assert len(service.rows) <= count + 4, "rows of values that do not arrive"
        plant.ending.clear()
        plant.thread = threading.Thread(target=plant._run, daemon=True)
        plant.connection = BrokerConnection(read_broker(plant.url), plant.edge, "plant")
        plant.__enter__()
        plant.values["z"] = 5.0
        until(lambda: predicted(service, "A", 5.0), "values after the rebirth")
        until(lambda: running.ready()[0] == 200, "health")
