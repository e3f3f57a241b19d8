"""Ports for programs to listen on."""

import socket
import sys

import pytest

from system.programs import free_port


@pytest.mark.skipif(sys.platform != "linux", reason="systems differ in what they do with a port that waits")
def test_a_free_port_is_given_to_nobody_but_who_names_it() -> None:
    ports = [free_port() for _ in range(20)]
    assert len(set(ports)) == 20
    for port in ports:
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
        with socket.create_server(("127.0.0.1", port)) as server:
            assert server.getsockname() == ("127.0.0.1", port)
