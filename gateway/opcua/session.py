"""Sessions with an OPC UA server: encrypted and with an identity, each with a client of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from asyncua import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256

from gateway.errors import GatewayError
from gateway.opcua import certificates
from gateway.opcua.certificate_creation import CERTIFICATE, KEY
from gateway.opcua.client import OpcUaClient
from gateway.opcua.node_ids import Namespaces

CONNECT_SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_PROBE_SECONDS = 30.0
_SESSION_SECONDS = 60  # the server drops an abandoned session after this
_closing: set[asyncio.Task[None]] = set()

# The library logs each failed publish of a lost connection; the gateway names the fault itself, once.
logging.getLogger("asyncua").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Access:
    """Server and identity.

    Attributes
    ----------
    url : str
        Address of the server.
    folder : Path
        Folder of the certificates.
    is_insecure : bool
        Whether an anonymous session without encryption is allowed.
    user, password : str
        Identity; without a user it is the gateway's certificate.
    """

    url: str
    folder: Path
    is_insecure: bool = False
    user: str = ""
    password: str = field(default="", repr=False)


async def connected(access: Access) -> tuple[Client, Namespaces]:
    """Return a new client with an open session, and the namespaces of the server.

    Raises
    ------
    GatewayError
        The server is not reached in time, refuses the session, or is not trusted.
    """
    # The library's probe of a session ends it when a busy server takes longer than its interval; the gateway has its
    # own heartbeat, which allows three intervals.
    client = OpcUaClient(access.url, timeout=CONNECT_SECONDS, watchdog_intervall=_PROBE_SECONDS)
    client.session_timeout = _SESSION_SECONDS * 1000
    client.name = client.description = "nonferrous gateway"
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await _identify(client, access)
            await client.connect()
            return client, Namespaces(await client.get_namespace_array())
    except GatewayError:
        close(client)
        raise
    except TimeoutError:
        close(client)
        raise GatewayError(f"{access.url}: no response within {CONNECT_SECONDS:g} s") from None
    except Exception as error:  # the library raises errors of many kinds for what a server may send
        close(client)
        raise GatewayError(f"{access.url}: no session: {str(error) or type(error).__name__}") from None


async def _identify(client: Client, access: Access) -> None:
    if access.user:
        client.set_user(access.user)
        client.set_password(access.password)
    if access.is_insecure:
        return
    now = dt.datetime.now(dt.UTC)
    certificates.check_own(access.folder, now)  # first: it is wrong even while no server responds
    der = await certificates.of_server(access.url)
    certificates.check(access.folder, der, access.url, now)
    own, key = access.folder / CERTIFICATE, access.folder / KEY
    client.application_uri = certificates.application_uri()
    await client.set_security(SecurityPolicyBasic256Sha256, own, key, server_certificate=der)
    if not access.user:
        await client.load_client_certificate(str(own))
        await client.load_private_key(str(key))


@asynccontextmanager
async def session(access: Access) -> AsyncIterator[tuple[Client, Namespaces]]:
    """Open a session for the length of a block; see `connected`.

    Raises
    ------
    GatewayError
        No session, or it fails in the block.
    """
    client, namespaces = await connected(access)
    try:
        yield client, namespaces
    except GatewayError:
        raise
    except Exception as error:  # the library raises errors of many kinds for what a server may send
        raise GatewayError(f"{access.url}: the session failed: {str(error) or type(error).__name__}") from None
    finally:
        await _close(client)


def close(client: Client) -> None:
    """Close a client in the background: its server may not respond any more."""
    task = asyncio.get_running_loop().create_task(_close(client))
    _closing.add(task)
    task.add_done_callback(_closing.discard)


async def closed() -> None:
    """Wait for the clients that are being closed."""
    await asyncio.gather(*_closing)


async def _close(client: Client) -> None:
    with suppress(Exception):
        async with asyncio.timeout(_CLOSE_SECONDS):
            await client.disconnect()
    with suppress(Exception):
        client.disconnect_socket()
