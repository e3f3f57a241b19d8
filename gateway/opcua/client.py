"""Client of the library, which notices a connection that is closed before it was used."""

from __future__ import annotations

from asyncua import Client


class OpcUaClient(Client):  # type: ignore[misc]
    """Client of a server."""

    async def send_hello(self) -> None:
        """Begin the connection; the library waits in vain for a server that has closed it before.

        Raises
        ------
        ConnectionError
            It is closed: a relay accepts connections to a server that does not run.
        """
        protocol = self.uaclient.protocol
        if protocol is None or protocol.transport is None:
            raise ConnectionError("closed by the other side")
        await super().send_hello()
