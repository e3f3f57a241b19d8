"""TLS handshakes of real connections: counted from their accept, limited in time and number."""

import asyncio
import ssl
from typing import Any

import pytest

from serving.middleware import handshake as module
from serving.middleware.certificate import load
from serving.middleware.connection import LAST_WORD

pytestmark = pytest.mark.service


@pytest.fixture
def both(make_certificate: Any) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS contexts of a server and of a client that trusts it."""
    certificate, key = make_certificate()
    return load(certificate, key).context, ssl.create_default_context(cafile=certificate)


def test_a_silent_connection_counts_before_its_handshake(lines: Any, both: Any) -> None:
    server, client = both

    async def act() -> None:
        async with lines.serving(context=server) as served:
            silent = await served.line()
            await lines.until(lambda: served.connections.counts()["handshake"] == 1)
            assert len(served.connections.all) == 1
            assert (await lines.answer(await served.line(trusted=client)))[0] == 200
            assert served.connections.counts() == {"handshake": 1, "silent": 1, "beginning": 0, "busy": 0}
            silent[1].close()
            await lines.until(lambda: len(served.connections.all) == 1)

    lines.run(act)


def test_the_oldest_handshakes_make_room(lines: Any, both: Any) -> None:
    server, client = both

    async def act() -> None:
        async with lines.serving(most=5, context=server) as served:
            silent = [await served.line() for _ in range(50)]
            assert [await lines.is_closed(one) for one in silent[:45]] == [True] * 45
            assert len(served.connections.all) == 5
            served.pass_by(1.0)
            for _ in range(10):
                assert (await lines.answer(await served.line(trusted=client)))[0] == 200
                served.pass_by(1.0)
            assert len(served.connections.all) == 5

    lines.run(act)


def test_handshakes_that_do_not_end_are_ended(lines: Any, both: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert module.LONGEST_HANDSHAKE == 10.0
    monkeypatch.setattr(module, "LONGEST_HANDSHAKE", 0.2)
    server, _ = both

    async def act() -> None:
        async with lines.serving(context=server) as served:
            started = await served.line()
            started[1].write(b"\x16\x03\x01\x02\x00\x01")  # a record that begins
            for one in (started, await served.line()):
                assert await lines.is_closed(one)
            await lines.until(lambda: not served.connections.all)
            assert served.connections.closed["handshake"] == 2

    lines.run(act)


def test_who_speaks_no_tls_is_hung_up_on(lines: Any, both: Any) -> None:
    server, _ = both

    async def act() -> None:
        async with lines.serving(context=server) as served:
            reader, writer = await served.line()
            writer.write(lines.ASK)
            assert not (await reader.read()).startswith(b"HTTP")
            await lines.until(lambda: not served.connections.all)

    lines.run(act)


def test_where_all_are_busy_a_handshake_may_ask_for_health_alone(lines: Any, both: Any) -> None:
    server, client = both
    health = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    async def act() -> None:
        async with lines.serving(most=1, context=server) as served:
            waiting = lines.ASK.replace(b"/x", b"/wait")
            busy = asyncio.create_task(lines.answer(await served.line(trusted=client), waiting))
            await lines.until(lambda: served.held)
            assert (await lines.answer(await served.line(trusted=client)))[0] == 503
            assert (await lines.answer(await served.line(trusted=client), health))[0] == 200
            served.gate.set()
            assert (await busy)[0] == 200

    lines.run(act)


def test_a_connection_whose_handshake_ends_while_the_service_does_may_ask_once(lines: Any, both: Any) -> None:
    server, client = both

    async def act() -> None:
        async with lines.serving(context=server) as served:
            waiting = lines.ASK.replace(b"/x", b"/wait")
            busy = asyncio.create_task(lines.answer(await served.line(trusted=client), waiting))
            await lines.until(lambda: served.held)
            late = await served.line()
            await lines.until(lambda: served.connections.counts()["handshake"] == 1)
            served.server.should_exit = True
            await lines.until(lambda: served.connections.is_ending)
            await late[1].start_tls(client, server_hostname="127.0.0.1")
            status, headers, _ = await lines.answer(late)
            assert (status, headers["connection"]) == (200, "close")
            served.gate.set()
            assert (await busy)[0] == 200
            served.pass_by(LAST_WORD + 0.1)
            await lines.until(lambda: not served.connections.all)

    lines.run(act)
