"""Live plants of the command line, read by asyncua's own tools and by a Sparkplug host."""

import asyncio
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from asyncua import Client, ua
from asyncua.crypto.cert_gen import setup_self_signed_certificate
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.errors import GatewayError
from gateway.mqtt.broker import read_broker
from gateway.mqtt.connection import BrokerConnection
from gateway.opcua import certificates
from gateway.opcua.session import Access
from gateway.plant.predictions import prediction_lines
from gateway.sparkplug.host import ReceivedMetrics, SparkplugHost
from seeds import load
from synthetic_data import begin
from system.programs import free_port
from tests.gateway.conftest import GatewayProcess, RuleService, until
from tests.suite.brokers import mosquitto
from tests.suite.children import child

pytestmark = pytest.mark.service
PROCESS, PATIENCE = "copper_electrorefining", 120.0
SIZE = ["--units", "2", "--years", "0.2"]


def nonferrous(*arguments):
    return [sys.executable, "-m", "nonferrous", *arguments]


@pytest.fixture(scope="module")
def seed():
    return load(PROCESS)


@pytest.fixture(scope="module")
def units(seed):
    return begin(seed, units=2, years=0.2).plan()[seed.key.name].tolist()


@contextmanager
def live(home, address, *more):
    """A live plant, from its first period until Ctrl-C; gives the start of its log."""
    environment = {**os.environ, "NONFERROUS_HOME": str(home), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    command = nonferrous("simulate", PROCESS, *SIZE, "--speed", "100000", "--live", address, *more)
    with child(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment) as program:
        lines = []
        while not lines or not lines[-1].startswith("period "):
            lines.append(program.stdout.readline())
            assert lines[-1], "".join(lines)
        yield lines
        program.send_signal(signal.SIGINT)
        end = program.stdout.read()
        assert program.wait(PATIENCE) == 0, end
        assert end.endswith("the plant has ended\n"), end


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Address and home of a live plant with encryption."""
    home, address = tmp_path_factory.mktemp("plant"), f"opc.tcp://127.0.0.1:{free_port()}"
    with live(home, address) as lines:
        assert "Basic256Sha256" in lines[1]
        yield address, home


async def client_of(address, home):
    folder = home / "client"
    key, certificate = folder / "key.pem", folder / "certificate.der"
    if not folder.exists():
        folder.mkdir()
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
        await setup_self_signed_certificate(key, certificate, "urn:test", "localhost", uses, {"commonName": "test"})
    client, own = Client(address, timeout=20), home / "plant" / "certificate.pem"
    client.application_uri = "urn:test"
    await client.set_security(SecurityPolicyBasic256Sha256, str(certificate), str(key), server_certificate=str(own))
    await client.load_client_certificate(str(certificate))
    await client.load_private_key(str(key))
    return client


def with_client(server, use):
    """Result of a coroutine with a client and the index of the plant's namespace."""

    async def connected():
        async with await client_of(*server) as client:
            return await use(client, await client.get_namespace_index("urn:nonferrous:plant"))

    return asyncio.run(connected())


def test_each_column_of_each_unit_is_a_node_with_unit_and_range(server, seed, units):
    columns = [column for column in seed.columns if column.role != "key" and not column.is_made]

    async def read(client, index):
        nodes = []
        for unit in units:
            for column in columns:
                node, properties = client.get_node(ua.NodeId(f"{unit}.{column.name}", index)), {}
                for one in await node.get_properties():
                    properties[(await one.read_browse_name()).Name] = await one.read_value()
                nodes.append((column, await node.read_data_value(raise_on_bad_status=False), properties))
        return nodes

    nodes = with_client(server, read)
    assert len(nodes) == 2 * len(columns)
    for column, value, properties in nodes:
        if column.role == "time":
            assert value.Value.VariantType is ua.VariantType.DateTime
        if not column.is_number:
            continue
        assert properties["EngineeringUnits"].DisplayName.Text == column.unit
        assert (properties["EURange"].Low, properties["EURange"].High) == column.limits
        if column.role == "setpoint":
            assert value.StatusCode.is_good()
            assert dt.datetime.now(dt.UTC) - value.SourceTimestamp < dt.timedelta(minutes=1)


def test_clients_write_results_alone(server, seed, units):
    async def write(client, index):
        setpoint = client.get_node(ua.NodeId(f"{units[0]}.{seed.by_role('setpoint')[0].name}", index))
        results, before = client.get_node(ua.NodeId("Results", index)), await setpoint.read_value()
        access = ua.DataValue(ua.Variant(3, ua.VariantType.Byte))
        for attempt in (
            lambda: setpoint.write_value(before + 1.0),
            lambda: setpoint.write_attribute(ua.AttributeIds.AccessLevel, access),
            lambda: client.nodes.objects.add_variable(ua.NodeId("Results.other", index), "other", 1.0),
            lambda: results.add_variable(ua.NodeId("other", index), "other", 1.0),
            lambda: client.delete_nodes([setpoint]),
        ):
            with pytest.raises(ua.UaError):
                await attempt()
        assert await setpoint.read_value() == before
        folder = await results.add_folder(ua.NodeId("Results.A", index), "A")
        value = await folder.add_variable(ua.NodeId("Results.A.value", index), "value", 1.0)
        await value.write_value(2.0)
        return await value.read_value()

    assert with_client(server, write) == 2.0


def test_predictions_of_a_gateway_that_trusts_the_plant_are_lines(server, seed, units):
    address, home = server
    folder, unit, quantity = home / "gateway", units[1], next(iter(seed.quantities))
    certificates.create(folder)
    own = x509.load_pem_x509_certificate((home / "plant" / "certificate.pem").read_bytes())
    access = Access(address, folder)
    with pytest.raises(GatewayError, match="its certificate is not trusted"):
        asyncio.run(prediction_lines(seed, access, units))
    certificates.trust(folder, own.public_bytes(Encoding.DER))
    assert asyncio.run(prediction_lines(seed, access, units)) == []

    async def write(client, index):
        for part, value in (("value", 94.25), ("low", 92.0), ("high", 96.5)):
            await client.get_node(ua.NodeId(f"Results.{unit}.{quantity}.{part}", index)).write_value(value)

    with_client(server, write)
    measure = seed.quantities[quantity]
    assert asyncio.run(prediction_lines(seed, access, units)) == [f"{unit} {quantity}: 94.25 (92 to 96.5) {measure}"]


def test_the_history_has_each_change_page_by_page(server, seed, units):
    async def read(client, index):
        node = client.get_node(ua.NodeId(f"{units[0]}.{seed.clock.name}", index))
        first, patience = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1), time.monotonic() + PATIENCE
        while len(whole := await node.read_raw_history(first, dt.datetime.now(dt.UTC))) < 3:
            assert time.monotonic() < patience
            await asyncio.sleep(0.5)
        last = whole[-1].SourceTimestamp
        page = await node.read_raw_history(first, last, numvalues=2, return_bounds=False)
        return whole, page, await node.read_raw_history(last, first)

    whole, page, backward = with_client(server, read)
    starts = [value.Value.Value for value in whole]
    assert {b - a for a, b in pairwise(starts)} == {seed.period}
    assert page[:2] == whole[:2]
    assert [value.Value.Value for value in backward] == starts[::-1]


def test_an_anonymous_client_is_refused(server):
    async def connect():
        client = await client_of(*server)
        client.user_certificate = client.user_private_key = None
        async with client:
            pass

    with_client(server, lambda client, index: client.get_root_node().read_browse_name())
    with pytest.raises(ua.UaError):
        asyncio.run(connect())


def test_a_client_without_encryption_is_refused(server):
    async def connect():
        async with Client(server[0], timeout=10):
            pass

    with pytest.raises(ua.UaError):
        asyncio.run(connect())


def test_the_tools_of_asyncua_list_and_read_the_nodes(tmp_path, seed, units):
    address, tools = f"opc.tcp://127.0.0.1:{free_port()}", Path(sys.executable).parent
    column, unit = seed.by_role("setpoint")[0], units[0]

    def output(tool, node, *more):
        command = [tools / tool, "-u", address, "-n", node, *more]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with live(tmp_path, address, "--insecure") as lines:
        assert "without encryption" in lines[1]
        assert f"ns=2;s={unit}.{column.name}" in output("uals", f"ns=2;s={unit}", "-d", "1")
        low, high = column.limits
        assert low <= float(output("uaread", f"ns=2;s={unit}.{column.name}").split()[-1]) <= high


def test_a_sparkplug_host_receives_names_values_and_units(tmp_path, seed, units):
    broker, values = read_broker(f"mqtt://127.0.0.1:{free_port()}"), {}

    def hear(event):
        if isinstance(event, ReceivedMetrics):
            values.update({(str(event.source), metric.name): metric for metric in event.metrics})

    host, column = SparkplugHost("test", hear), seed.by_role("setpoint")[0]
    place = f"nonferrous/{PROCESS}/{units[0]}", column.name
    with mosquitto(tmp_path, broker.port), BrokerConnection(broker, host, "host") as connection:
        assert connection.wait_open(PATIENCE)
        with live(tmp_path, str(broker)) as lines:
            assert "Sparkplug group nonferrous" in lines[1]
            patience = time.monotonic() + PATIENCE
            while place not in values or values[place].value is None:
                assert time.monotonic() < patience
                time.sleep(0.1)
    low, high = column.limits
    assert low <= values[place].value <= high
    assert (values[place].unit, values[place].low, values[place].high) == (column.unit, low, high)
    assert not host.refused


class AnyService(RuleService):
    """Service that predicts 1.0 for each quantity of each row."""

    def __init__(self, seed):
        self.seed = seed
        super().__init__()

    def answer(self, path, record, body):
        if not path.endswith("/predictions"):
            return super().answer(path, record, body)
        self.requests.append((path, record, body))
        identity = [{name: row[name] for name in (self.seed.key.name, self.seed.clock.name)} for row in body["rows"]]
        predictions = [one | dict.fromkeys(self.seed.quantities, 1.0) for one in identity]
        return 200, json.dumps({"model": {"version": 1}, "predictions": predictions}).encode()


@pytest.mark.long("a period of the live plant takes six seconds")
@pytest.mark.parametrize("is_json", [False, True], ids=["sparkplug", "json"])
def test_a_gateway_needs_no_more_than_the_address_of_the_broker(tmp_path, seed, units, is_json):
    broker, quantity, more = (
        f"mqtt://127.0.0.1:{free_port()}",
        next(iter(seed.quantities)),
        ["--json"] if is_json else [],
    )
    place, service = Path(__file__).parents[3] / "seeds", AnyService(seed)
    topic = (
        f"nonferrous/results/{PROCESS}/{units[0]}/{quantity}/value"
        if is_json
        else f"spBv1.0/nonferrous/DDATA/{PROCESS}-results/{units[0]}"
    )
    with ExitStack() as stack:
        stack.callback(service.close)
        stack.enter_context(mosquitto(tmp_path, int(broker.rpartition(":")[2])))
        stack.enter_context(live(tmp_path / "plant", broker, *more))
        (tmp_path / "gateway").mkdir()
        options = [place, tmp_path / "gateway", broker, service.url, "--process", PROCESS, *more]
        running = GatewayProcess(stack, *options)
        until(lambda: {row[seed.key.name] for row in service.rows} == set(units), "a prediction of each unit")
        inputs = [column.name for column in seed.stated_inputs if not column.is_made]
        until(lambda: any(row.get(inputs[0]) is not None for row in service.rows), "a value of the plant")
        until(lambda: service.outcomes, "a result of the laboratory")
        received = ["mosquitto_sub", "-p", broker.rpartition(":")[2], "-t", topic, "-C", "1", "-W", "90"]
        assert subprocess.run(received, capture_output=True).stdout
        until(lambda: running.ready()[0] == 200, "health")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "give either --out FOLDER or --live ADDRESS"),
        (["--live", "opc.tcp://127.0.0.1:24000", "--out", "x"], "give either --out FOLDER or --live ADDRESS"),
        (["--live", "http://127.0.0.1:80"], "--live: got http://127.0.0.1:80: expected opc.tcp://HOST:PORT"),
        (["--live", "opc.tcp://127.0.0.1"], "opc.tcp://127.0.0.1: expected opc.tcp://HOST:PORT"),
        (["--live", "mqtt://10.0.0.9:1883"], "expected mqtts://"),
        (["--live", "opc.tcp://127.0.0.1:24000", "--speed", "0"], "speed: got 0: expected 1 to 120960"),
        (["--live", "opc.tcp://127.0.0.1:24000", "--workers", "2"], "expected none with --live"),
        (["--speed", "2", "--out", "x"], "--speed, --json and --insecure: expected --live ADDRESS with them"),
        (["--live", "opc.tcp://127.0.0.1:24000", "--json"], "--json: expected --live mqtt://BROKER:PORT with it"),
    ],
)
def test_bad_options_are_one_line(arguments, reason, tmp_path):
    assert reason in refusal(tmp_path, PROCESS, *arguments)


def test_a_port_in_use_and_an_absent_broker_are_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"opc.tcp://127.0.0.1:{taken.getsockname()[1]}"
        assert f"{address}: cannot listen: " in refusal(tmp_path, PROCESS, "--live", address)
    address = f"mqtt://127.0.0.1:{free_port()}"
    assert f"{address}: no connection: [Errno 111] Connection refused" in refusal(tmp_path, PROCESS, "--live", address)


def test_a_process_that_cannot_run_live_is_one_line(tmp_path):
    live = ["--live", "opc.tcp://127.0.0.1:24000"]
    assert "its plant has no set-points to step it with" in refusal(tmp_path, "aluminium_scrap", *live)
    assert "the seed has no [plant]" in refusal(tmp_path, "zinc_leach_filter", *live)


def refusal(folder, process, *arguments):
    """Line on standard error of a command that ends with exit code 2."""
    command = nonferrous("simulate", process, *SIZE, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
    return done.stderr
