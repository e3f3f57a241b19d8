"""Network that can drop everything: a relay that stops forwarding and closes nothing."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from benchmarks.service.load import ADDRESS


class Network:
    """Relay to a port of this machine, in both directions.

    What arrives while it drops is forwarded afterwards, as TCP sends again what a network has lost.

    Parameters
    ----------
    target : int
        Port of the server.
    """

    def __init__(self, target: int) -> None:
        self._target, self._forwards = target, threading.Event()
        self._forwards.set()
        self._listener = socket.create_server((ADDRESS, 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Network:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._forwards.set()
        for one in (self._listener, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def drop(self) -> None:
        """Forward nothing from now on."""
        self._forwards.clear()

    def forward(self) -> None:
        """Forward all again."""
        self._forwards.set()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(client,), daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._forwards.wait()
        try:
            server = socket.create_connection((ADDRESS, self._target), timeout=5)
        except OSError:
            client.close()
            return
        server.settimeout(None)
        self._sockets += [client, server]
        for pair in ((client, server), (server, client)):
            threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(1 << 16):
                self._forwards.wait()
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
