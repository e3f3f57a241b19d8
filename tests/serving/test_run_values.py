"""Running the service, with stand-ins for what serves."""

import logging
import socket
from contextlib import closing
from types import SimpleNamespace
from typing import Any

import pytest

from serving import run as service
from serving.settings import Settings


def test_the_address_is_taken_at_once_and_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With stand-ins for the application and for uvicorn, which notes what it is started with."""
    started: dict[str, Any] = {}

    class Server:
        def __init__(self, config: dict[str, Any]) -> None:
            started["config"] = config

        def run(self, sockets: list[socket.socket]) -> None:
            (started["socket"],) = sockets
            started["name"] = sockets[0].getsockname()
            started["reuse"] = sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR)
            with closing(socket.create_connection(started["name"][:2])):  # it listens before uvicorn takes it up
                raise KeyboardInterrupt

    monkeypatch.setattr(service, "create_app", lambda settings, store: ("app", settings, store))
    monkeypatch.setattr(service.uvicorn, "Config", lambda app, **how: {"app": app, **how})
    monkeypatch.setattr(service.uvicorn, "Server", Server)
    caplog.set_level(logging.INFO)
    settings = Settings(port=0)
    assert service.run(settings, None) == 0
    port = started["name"][1]
    started["socket"].close()
    assert started["config"] == {
        **{"app": ("app", settings, None), "access_log": False, "log_config": None, "server_header": False},
    }
    assert started["reuse"] == 1
    told = [record.getMessage() for record in caplog.records if record.name == "nonferrous.serving"]
    where = f"http://127.0.0.1:{port}, documentation at /docs, models from {settings.uri_shown}"
    assert told == [f"listening on {where}", "ended"]
    assert logging.getLogger("uvicorn").level == logging.WARNING


def test_an_address_of_ipv6_stands_in_brackets(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    listening = SimpleNamespace(getsockname=lambda: ("::1", 8000, 0, 0))
    monkeypatch.setattr(service, "create_app", lambda settings, store: None)
    monkeypatch.setattr(service, "_listen", lambda host, port: listening)
    monkeypatch.setattr(service.uvicorn, "Config", lambda app, **how: None)
    monkeypatch.setattr(service.uvicorn, "Server", lambda config: SimpleNamespace(run=lambda sockets: None))
    caplog.set_level(logging.INFO)
    assert service.run(Settings(host="::1")) == 0
    assert "listening on http://[::1]:8000," in caplog.text


def test_an_address_that_is_taken_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service, "create_app", lambda settings, store: None)
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        assert service.run(Settings(port=port)) == service.CANNOT_START == 2
    assert capsys.readouterr().err == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; choose another with NONFERROUS_PORT\n"
    )
