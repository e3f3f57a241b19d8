"""Live plant as an OPC UA server."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from asyncua import Server, ua

from gateway.plant.certificate import application_uri, certificate_in
from gateway.plant.history import ChangeHistory
from gateway.plant.live_plant import LivePlant
from gateway.plant.nodes import PlantNodes, variant
from gateway.plant.outlet import PlantError, TagValue
from gateway.plant.permissions import PlantPermissions, PlantUsers

_STATUS = {
    "good": ua.StatusCode(ua.StatusCodes.Good),
    "uncertain": ua.StatusCode(ua.StatusCodes.UncertainLastUsableValue),
    "bad": ua.StatusCode(ua.StatusCodes.BadSensorFailure),
}


_AT_ONCE = 100  # values


class OpcUaServer:
    """OPC UA server of a live plant; an Outlet.

    Parameters
    ----------
    plant : LivePlant
        The plant.
    url : str
        Address, `opc.tcp://HOST:PORT`.
    certificates : Path or None
        Folder of certificate and key, for connections with Basic256Sha256, signed and encrypted; None for connections
        without security.

    Raises
    ------
    PlantError
        An address of another form.
    """

    def __init__(self, plant: LivePlant, url: str, certificates: Path | None) -> None:
        self._url, self._certificates = checked_address(url), certificates
        self._server = Server(user_manager=PlantUsers())
        self._nodes = PlantNodes(self._server, plant)
        self._history = ChangeHistory()
        self._is_started = False

    async def open(self) -> None:
        """Create the nodes and accept connections."""
        # Lost connections of clients are no errors of the plant.
        logging.getLogger("asyncua").setLevel(logging.CRITICAL)
        server = self._server
        await server.init()
        server.set_endpoint(self._url)
        server.set_server_name("nonferrous simulated plant")
        await server.set_application_uri(application_uri())
        if self._certificates is None:
            policy, tokens = ua.SecurityPolicyType.NoSecurity, [ua.AnonymousIdentityToken]
        else:
            policy = ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt
            tokens = [ua.X509IdentityToken, ua.UserNameIdentityToken]
            certificate, key = certificate_in(self._certificates)
            await server.load_certificate(certificate)
            await server.load_private_key(key)
        server.set_security_policy([policy], PlantPermissions())
        server.set_identity_tokens(tokens)
        server.iserver.history_manager.set_storage(self._history)
        await self._nodes.create()
        try:
            await server.start()
        except OSError as error:
            await server.stop()
            raise PlantError(f"{self._url}: cannot listen: {error.strerror or error}") from None
        self._is_started = True

    async def write(self, values: Sequence[TagValue]) -> None:
        """Write values with status and source time; unknown units are those of a later start."""
        for number, one in enumerate(values):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)  # requests of clients wait no longer than a part of a scan
            kind = self._nodes.types.get((one.unit, one.tag))
            if kind is None:
                continue
            node = self._nodes.node_id(one.unit, one.tag)
            value = ua.DataValue(variant(one.value, kind), _STATUS[one.quality], SourceTimestamp=one.at)
            self._history.note(node, value)
            await self._server.write_attribute_value(node, value)

    async def close(self) -> None:
        """End all connections."""
        if self._is_started:
            self._is_started = False
            await self._server.stop()


def check_free(url: str) -> None:
    """Check that a server can listen on an address.

    Raises
    ------
    PlantError
        The address has another form, or another program listens there.
    """
    parts = urlsplit(checked_address(url))
    try:
        socket.create_server((parts.hostname or "", parts.port or 0)).close()
    except OSError as error:
        raise PlantError(f"{url}: cannot listen: {error.strerror or error}") from None


def checked_address(url: str) -> str:
    """Return an address to listen on.

    Raises
    ------
    PlantError
        It is not `opc.tcp://HOST:PORT`.
    """
    try:
        parts = urlsplit(url)
        is_complete = parts.scheme == "opc.tcp" and bool(parts.hostname) and bool(parts.port)
    except ValueError:
        is_complete = False
    if not is_complete or parts.username is not None:
        raise PlantError(f"{url}: expected opc.tcp://HOST:PORT, such as opc.tcp://127.0.0.1:4840")
    return url
