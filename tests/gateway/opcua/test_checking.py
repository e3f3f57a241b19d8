"""Checks, lists and certificates of OPC UA servers, through the commands."""

import asyncio
import csv
import datetime as dt
import socket
import threading
from pathlib import Path

import pytest
from asyncua.crypto.cert_gen import (
    dump_private_key_as_pem,
    generate_private_key,
    generate_self_signed_app_certificate,
)
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.checking import same_unit
from gateway.errors import GatewayError
from gateway.opcua import certificates
from gateway.opcua.browsing import Described, described, variables
from gateway.opcua.certificate_creation import KEY
from gateway.opcua.client import OpcUaClient
from gateway.opcua.node_ids import Namespaces
from gateway.opcua.results import AdvisoryNodes, Written
from gateway.opcua.session import Access, connected, session
from gateway.results import Field, ResultValue
from seeds import Seed
from system.programs import free_port

TAG = "nsu=urn:nonferrous:plant;s="
service = pytest.mark.service


ADVICE = "no node A/recommendations/x_set below it"


@service
def test_a_good_map_has_no_finding_but_the_missing_results(plant, command) -> None:
    code, text = command("check", plant().url, "--insecure")
    assert "2 units, 12 of 12 tags exist; age of values" in text
    assert code == 1
    findings = [line for line in text.splitlines() if not line.startswith("results: ")]
    assert len(findings) == 1, text
    assert ADVICE in text


@service
def test_each_difference_is_a_finding(plant, command) -> None:
    server = plant(without="A.z")
    _, text = command("check", server.url, "--insecure", change=('unit = "kA"\nlow = 0', 'unit = "A"\nlow = 1'))
    assert f"missing: {TAG}A.z: column z of A: no such tag; the nearest is {TAG}" in text
    assert f"unit: {TAG}A.x_set: got kA: expected A, or state `scale`" in text
    assert f"range: {TAG}槽 2.x_set: got 0 to 20 A: the seed has 1 to 20" in text
    server.tell("status z Bad")
    _, text = command("check", server.url, "--insecure")
    assert f"status: {TAG}槽 2.z: bad: BadSensorFailure" in text


@service
def test_text_and_an_old_value_are_findings(plant, command) -> None:
    change = ('name = "z"\n', f'name = "z"\ntag = "{TAG}' + '{unit}.y.period"\n')
    server = plant(shift="-100")
    server.tell("label 91 2026-01-02")
    _, text = command("check", server.url, "--insecure", change=change)
    assert f"text: {TAG}A.y.period: got '2026-01-02': expected a number [V]" in text
    assert f"age: {TAG}A.x_set: its value is 10" in text


@service
def test_the_list_of_nodes_has_units_ranges_and_values(plant, command, tmp_path: Path) -> None:
    out = tmp_path / "tags.csv"
    code, text = command("browse", plant().url, "--insecure", "--out", str(out))
    assert (code, text.split(":")[0]) == (0, "27 values"), text
    rows = {row["tag"]: row for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())}
    row = rows[f"{TAG}槽 2.z"]
    assert (row["path"], row["type"], row["unit"], row["low"], row["high"], row["value"]) == (
        "Plant/槽 2/z",
        "Double",
        "V",
        "0",
        "8",
        "4.0",
    )
    assert not any("EURange" in tag for tag in rows)


@service
def test_the_list_of_results_has_the_nodes_that_are_missing(plant, command, tmp_path: Path) -> None:
    out = tmp_path / "nodes.csv"
    code, _ = command("results", plant().url, "--insecure", "--out", str(out))
    rows = {row["tag"]: row for row in csv.DictReader(out.read_text(encoding="utf-8").splitlines())}
    assert code == 0
    row = rows[f"{TAG}Results.A.y.low"]
    assert (row["type"], row["unit"], row["low"], row["high"]) == ("Double", "%", "50.0", "100.0")
    assert f"{TAG}Results.槽 2.recommendations.x_set" in rows


@service
def test_only_nodes_below_the_root_are_known_to_the_writer(plant, toy_seed: Seed, tmp_path: Path) -> None:
    url = plant().url

    async def listed() -> set[str]:
        async with session(Access(url, tmp_path, is_insecure=True)) as (client, namespaces):
            nodes = AdvisoryNodes(client, namespaces, toy_seed.gateway.results, [f"{TAG}Results.A.y.low"])
            return {node.tag for node in (await nodes.find()).values()}

    tags = asyncio.run(listed())
    assert f"{TAG}Results.A.y.value" in tags
    assert f"{TAG}Setpoints.x" not in tags  # referenced from the folder of results
    assert f"{TAG}Results.A.y.low" not in tags  # read by a tag
    assert all(tag.startswith(f"{TAG}Results.") for tag in tags)


def written(url: str, folder: Path, values: list[ResultValue]) -> tuple[Written, dict[str, Described]]:
    """Result of writing values, and the nodes of results with unit, range and value afterwards."""

    async def both() -> tuple[Written, dict[str, Described]]:
        async with session(Access(url, folder, is_insecure=True)) as (client, namespaces):
            nodes = AdvisoryNodes(client, namespaces, f"{TAG}Results", [])
            await nodes.find()
            result = await nodes.write(values, dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
            offered = [node for node in await variables(client, namespaces) if ";s=Results." in node.tag]
            content = await described(client, offered)
            return result, {node.tag.removeprefix(TAG): one for node, one in zip(offered, content, strict=True)}

    return asyncio.run(both())


VALUES = [
    ResultValue(("槽 2", "y", "value"), Field(float, "%", 50.0, 100.0), 91.5, "uncertain"),
    ResultValue(("槽 2", "y", "low"), Field(float, "%", 50.0, 100.0), None, "bad"),
    ResultValue(("槽 2", "warnings", "cold", "alarm"), Field(bool), True, "good"),
]


@service
def test_missing_nodes_are_created_where_the_server_allows_it(plant, tmp_path: Path) -> None:
    result, nodes = written(plant(results="folder", administrators="yes").url, tmp_path, VALUES)
    assert result == Written(3)
    value, low = nodes["Results.槽 2.y.value"], nodes["Results.槽 2.y.low"]
    assert (value.unit, value.low, value.high, value.value.Value.Value) == ("%", 50.0, 100.0, 91.5)
    assert value.value.StatusCode.value >> 30 == 1
    assert value.value.SourceTimestamp == dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    assert low.value.StatusCode.is_bad()
    assert nodes["Results.槽 2.warnings.cold.alarm"].value.Value.Value is True


@service
def test_missing_nodes_are_named_where_the_server_allows_nothing(plant, tmp_path: Path) -> None:
    result, nodes = written(plant(results="folder").url, tmp_path, VALUES)
    assert result == Written(0, f"槽 2/y/value: no such node below {TAG}Results")
    assert nodes == {}


@pytest.mark.parametrize(
    ("tag", "may"),
    [("Results.A.y", True), ("Results/A", True), ("Results", False), ("Results2.A", False), ("A.Results.y", False)],
)
def test_an_id_below_the_root_begins_with_it(tag: str, may: bool) -> None:
    nodes = AdvisoryNodes(None, Namespaces([]), f"{TAG}Results", [])
    assert nodes.may_write(TAG + tag) is may


def test_nothing_but_one_file_writes_to_a_server() -> None:
    root = Path(__file__).parents[3] / "gateway"
    writes = ("write_value", "write_attribute", "set_value", "call_method", "add_nodes", "delete_nodes", ".call(")
    paths = [path for path in root.rglob("*.py") if path.parent.name not in ("sparkplug", "plant")]
    files = {str(path.relative_to(root)) for path in paths if any(one in path.read_text() for one in writes)}
    assert files == {"opcua/results.py", "opcua/node_creation.py"}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("check",), "URL: expected an address such as opc.tcp"),
        (("check", "http://a"), "http://a: expected opc.tcp://HOST:PORT, mqtt://BROKER:PORT or mqtts://BROKER:PORT"),
        (("check", "opc.tcp://127.0.0.1:1", "--insecure"), "opc.tcp://127.0.0.1:1: no session"),
        (("check", "opc.tcp://127.0.0.1:1", "--process", "none"), "no such seed"),
        (("run", "opc.tcp://127.0.0.1:1", "--service", "ftp://a"), "--service: got 'ftp://a'"),
        (("check", "opc.tcp://a", "opc.tcp://b"), "expected at most one OPC UA server and one MQTT broker"),
        (("check", "opc.tcp://a", "--json"), "--json: expected a plant without an OPC UA server"),
        (("check", "mqtt://10.0.0.9"), "mqtt://10.0.0.9: anyone between the machines reads"),
        (("check", "mqtts://u:p@10.0.0.9"), "got a user name in the URL"),
        (("check", "mqtts://10.0.0.9", "--authorities", "none.pem"), "authorities: none.pem: no such file"),
        (("check", "mqtt://127.0.0.1:1"), "mqtt://127.0.0.1:1: no connection: "),
        (("browse", "opc.tcp://127.0.0.1:1", "--out", "/none/tags.csv"), "no such folder"),
        (("certificate", "--trust", "12"), "--trust: expected the address"),
        (("certificate", "opc.tcp://127.0.0.1:1"), "opc.tcp://127.0.0.1:1: no connection"),
    ],
)
def test_bad_input_is_one_line(command, words: tuple[str, ...], expected: str) -> None:
    code, text = command(*words)
    assert code != 0
    assert expected in text


@pytest.mark.parametrize(
    ("one", "other", "same"), [("m3/h", "m³/h", True), ("kg / d", "kg/d", True), ("K", "°C", False)]
)
def test_units_are_compared_by_their_signs(one: str, other: str, same: bool) -> None:
    assert same_unit(one, other) is same


# ---- certificates


def server_certificate(folder: Path, days: int = 30) -> bytes:
    """Certificate of a server in `folder`, and its DER."""
    key = generate_private_key()
    names = [x509.UniformResourceIdentifier("urn:freeopcua:python:server"), x509.DNSName("localhost")]
    made = generate_self_signed_app_certificate(key, "plant", {}, names, [ExtendedKeyUsageOID.SERVER_AUTH], days)
    (folder / "server_key.pem").write_bytes(dump_private_key_as_pem(key))
    (folder / "server.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return made.public_bytes(Encoding.DER)


@service
def test_an_encrypted_session_needs_trust_and_an_identity(plant, command, tmp_path: Path) -> None:
    server_certificate(tmp_path)
    url = plant(certificates=str(tmp_path)).url
    assert "create one with `nonferrous gateway certificate`" in command("check", url)[1]
    code, text = command("certificate", url)
    assert code == 0, text
    digest = text.split("SHA-256 ")[1].split()[0]
    assert "is not trusted" in command("check", url)[1]
    assert f"--trust: got 00: the server has {digest}" in command("certificate", url, "--trust", "00")[1]
    assert command("certificate", url, "--trust", digest.upper())[0] == 0
    assert "12 of 12 tags exist" in command("check", url)[1]
    assert "no session" in command("check", url, "--insecure")[1]
    key = tmp_path / "home" / "gateway" / KEY
    assert key.stat().st_mode & 0o777 == 0o600


def test_an_expired_certificate_is_named_with_its_date(tmp_path: Path) -> None:
    der = server_certificate(tmp_path)
    certificates.create(tmp_path / "own")
    certificates.trust(tmp_path / "own", der)
    now = dt.datetime.now(dt.UTC)
    certificates.check(tmp_path / "own", der, "opc.tcp://a", now)
    with pytest.raises(GatewayError, match=r"its certificate expired on \d{4}-\d\d-\d\d"):
        certificates.check(tmp_path / "own", der, "opc.tcp://a", now + dt.timedelta(days=31))
    with pytest.raises(GatewayError, match="is valid only from"):
        certificates.check(tmp_path / "own", der, "opc.tcp://a", now - dt.timedelta(days=2))


def test_the_own_certificate_is_checked_before_a_server_is_reached(tmp_path: Path) -> None:
    access = Access(f"opc.tcp://127.0.0.1:{free_port()}", tmp_path)
    with pytest.raises(GatewayError, match="create one with `nonferrous gateway certificate`"):
        asyncio.run(connected(access))
    certificates.create(tmp_path)
    now = dt.datetime.now(dt.UTC)
    certificates.check_own(tmp_path, now)
    with pytest.raises(GatewayError, match=r"certificate\.pem: this certificate expired on \d{4}-\d\d-\d\d"):
        certificates.check_own(tmp_path, now + dt.timedelta(days=certificates.DAYS + 1))
    with pytest.raises(GatewayError, match="no connection"):
        asyncio.run(connected(access))


def test_a_connection_that_is_closed_at_once_is_no_server() -> None:
    # A relay accepts connections to a server that does not run, and closes them before the first bytes.
    async def attempt(port: int) -> None:
        client = OpcUaClient(f"opc.tcp://127.0.0.1:{port}", timeout=60)
        await client.connect_socket()
        while client.uaclient.protocol.transport is not None:
            await asyncio.sleep(0.01)
        await client.send_hello()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=lambda: listener.accept()[0].close()).start()
        with pytest.raises(ConnectionError, match="closed by the other side"):
            asyncio.run(asyncio.wait_for(attempt(listener.getsockname()[1]), 20))


def test_a_certificate_is_not_replaced(tmp_path: Path) -> None:
    certificates.create(tmp_path)
    with pytest.raises(GatewayError, match="exists already"):
        certificates.create(tmp_path)
