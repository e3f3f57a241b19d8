"""Names that the service may be asked by."""

import socket

import pytest

from serving.middleware.allowed_hosts import AllowedHosts, is_loopback, origin

HOSTS = AllowedHosts("predictions.plant.example", ["proxy.plant.example"])


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1:8000", "[::1]:8000", "[::1]", "10.20.30.40:8000", "localhost", "LOCALHOST:8000"),
        *("predictions.plant.example:443", "Proxy.Plant.example", socket.gethostname()),
    ],
)
def test_addresses_and_own_names_are_taken(host: str) -> None:
    assert HOSTS.takes(host.encode())
    assert HOSTS.takes(host.encode())


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "", " "),
        *("localhost:8000@evil.example", "localhost:80a", "[evil.example]", "[::1", "127.1", "\xff"),
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert HOSTS.takes(host.encode("latin-1")) == (host == "[::1")  # an address, whatever follows it


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *(("127.0.0.1", True), ("127.8.9.1", True), ("::1", True), ("localhost", True), ("LocalHost", True)),
        *(("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("plant.example", False), ("localhost.x", False)),
    ],
)
def test_loopback_is_what_this_machine_alone_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        *(("10.20.30.40", "10.20.30.40"), ("::ffff:10.20.30.40", "10.20.30.40"), ("", ""), ("unix:", "unix:")),
        *(("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("::1", "::/64")),
    ],
)
def test_a_client_by_its_address_is_one_ipv4_address_or_one_ipv6_network(address: str, expected: str) -> None:
    assert origin(address) == expected
