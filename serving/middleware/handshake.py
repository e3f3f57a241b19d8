"""Connections of TLS from their accept to the end of their handshake."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import ssl
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.utils import get_remote_addr

from serving.middleware.connection import Connection
from serving.middleware.connections import Connections

log = logging.getLogger("nonferrous.serving")

LONGEST_HANDSHAKE = 10.0  # s
LONGEST_FAREWELL = 1.0  # s in which a client may confirm the end of TLS


class Handshake(asyncio.Protocol):
    """A connection that is accepted and counted, and whose TLS handshake is under way.

    A server of the event loop that listens with TLS names a connection after its handshake alone, so this one listens
    without. Before anything is read, the socket is taken out of its transport, and given to the event loop again with
    TLS and a time limit.

    Parameters
    ----------
    connections : Connections
        All connections of the service.
    context : callable
        TLS context with the certificate of now.
    make : callable
        Maker of the connection that follows.
    """

    def __init__(
        self,
        connections: Connections,
        context: Callable[[], ssl.SSLContext],
        make: Callable[[], Connection],
    ) -> None:
        self._others, self._context, self._make = connections, context, make
        self._loop = asyncio.get_running_loop()
        self._task: asyncio.Task[None] | None = None
        self._is_over = False
        self.address = ""
        self.waits_since = 0.0

    def connection_made(self, transport: Any) -> None:
        """Count the connection, and begin its handshake where there is room for it."""
        client = get_remote_addr(transport)
        self.address, self.waits_since = client[0] if client else "", self._loop.time()
        try:
            taken = socket.socket(fileno=os.dup(transport.get_extra_info("socket").fileno()))
        except OSError:  # no file is left for it
            self._others.closed["refused"] += 1
            return
        finally:
            transport.abort()
        taken.setblocking(False)
        self._others.handshakes.add(self)
        self._others.opened(self, self.waits_since)
        if self._is_over:
            taken.close()
            return
        self._task = self._loop.create_task(self._shake(taken))
        self._task.add_done_callback(partial(self._shaken, taken))

    async def _shake(self, taken: socket.socket) -> None:
        await self._loop.connect_accepted_socket(
            self._follow,
            taken,
            ssl=self._context(),
            ssl_handshake_timeout=LONGEST_HANDSHAKE,
            ssl_shutdown_timeout=LONGEST_FAREWELL,
        )

    def _follow(self) -> Connection:
        following = self._make()
        following.before = self
        return following

    def _shaken(self, taken: socket.socket, task: asyncio.Task[None]) -> None:
        self._others.forget(self)
        error = None if task.cancelled() else task.exception()
        if error is None and not task.cancelled():
            return
        taken.close()
        if error is not None:
            self._others.closed["handshake"] += 1
            if not isinstance(error, OSError):  # a client that speaks no TLS, is too slow or has gone
                log.error("a TLS handshake failed", exc_info=error)

    def make_room(self) -> None:
        """See `OpenConnection`."""
        self._is_over = True
        self._others.forget(self)
        if self._task is not None:
            self._task.cancel()

    def refuse(self, status: HTTPStatus, detail: str) -> None:
        """See `OpenConnection`; before the end of its handshake no response can be sent."""
        self.make_room()
