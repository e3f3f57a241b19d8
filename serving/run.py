"""Running the service on an address, from its start to Ctrl-C."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import os
import signal
import socket
import sys
import threading
import time
from contextlib import closing
from functools import partial
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from records.database import Database
from registry.store import Store
from serving.app import Service, create_app
from serving.hot_reload.memory import uncollected
from serving.middleware.allowed_hosts import client
from serving.middleware.certificate import CertificateError, ServerCertificate
from serving.middleware.connection import Connection
from serving.middleware.connections import Addresses, Connections, most_connections
from serving.middleware.handshake import Handshake
from serving.middleware.page_users import PEER
from serving.settings import ServiceSettings
from serving.telemetry.access_log import log_as_json

log = logging.getLogger("nonferrous.serving")

CANNOT_START = 2
LONGEST_REST = 0.5  # s in which threads may come to their next stop when the service has ended
_WORKER = "AnyIO worker thread"
# What answers many rows gives the interpreter back to the event loop, which needs it several times a request, after
# this time [s]; Python's own 5 ms add up.
LONGEST_TURN = 0.001


def leave(code: int) -> int:
    """Return the exit code, or end the process with it if a thread works for a request that has ended.

    The interpreter waits at its end for threads, also for one in a library that hears of no stop. All that is kept has
    been written by now, so such a thread is not waited for longer than a moment.
    """
    patience = time.monotonic() + LONGEST_REST
    workers = [one for one in threading.enumerate() if one.name == _WORKER]
    for one in workers:
        one.join(max(0.0, patience - time.monotonic()))
    if any(one.is_alive() for one in workers):
        log.warning("ended while a thread still worked for a request that has ended")
        logging.shutdown()
        sys.stdout.flush()
        os._exit(code)
    return code


class HangUps:
    """Counter of SIGHUP signals within the context; they do not end the process."""

    def __init__(self) -> None:
        self._came = False

    def __enter__(self) -> HangUps:
        """Take the signal over, where this is the main thread."""
        self._is_main = threading.current_thread() is threading.main_thread()
        if self._is_main:
            self._before = signal.signal(signal.SIGHUP, self._keep)
        return self

    def __exit__(self, *given: object) -> None:
        """Give the signal back."""
        if self._is_main:
            signal.signal(signal.SIGHUP, self._before)

    def _keep(self, number: int, frame: FrameType | None) -> None:
        self._came = True

    def came(self) -> bool:
        """Return whether one has come since the last call."""
        came, self._came = self._came, False
        return came


def run(settings: ServiceSettings, store: Store | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    settings : ServiceSettings
        Address and the rest.
    store : Store, optional
        Where models come from; by default the MLflow store that the settings name.

    Returns
    -------
    int
        Exit code: 0 after Ctrl-C, 2 where the address cannot be listened on, or must not be without a key, or a file
        of TLS cannot be used (one line on stderr says why).

    Raises
    ------
    SeedError
        There is no folder of seeds.
    RecordsError
        The records cannot be opened.
    """
    with HangUps() as hang_ups:
        return _run(settings, store, hang_ups)


def _run(settings: ServiceSettings, store: Store | None, hang_ups: HangUps) -> int:
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        sys.stderr.write(f"cannot listen on {where}: {error.strerror}; choose another with NONFERROUS_PORT\n")
        return CANNOT_START
    with closing(listening):
        log_as_json()
        try:
            certificate = _certificate(settings)
        except CertificateError as error:
            sys.stderr.write(f"no TLS, NONFERROUS_CERTIFICATE or NONFERROUS_PRIVATE_KEY: {error}\n")
            return CANNOT_START
        # Nothing is made on disk before the address is ours.
        with closing(Database(settings.records_url, settings.durability == "full")) as database:
            with uncollected():
                app = create_app(settings, store, database)
            return serve(settings, app, listening, certificate, hang_ups)


def _certificate(settings: ServiceSettings) -> ServerCertificate | None:
    if settings.certificate is None or settings.private_key is None:
        return None
    return ServerCertificate(settings.certificate, settings.private_key)


def serve(
    settings: ServiceSettings,
    app: Service,
    listening: socket.socket,
    certificate: ServerCertificate | None,
    hang_ups: HangUps,
) -> int:
    """Serve an application on a socket until Ctrl-C or SIGTERM; return the exit code, see `run`."""
    if not app.ring.admits:
        sys.stderr.write(
            f"{settings.host} is reachable from other machines and no valid key exists: create one with `nonferrous "
            "keys create`, or admit all callers with --insecure\n"
        )
        return CANNOT_START
    faulthandler.enable()
    host, port = listening.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    scheme, shown = "https" if settings.certificate else "http", settings.uri_shown
    log.info("listening on %s://%s:%d, documentation at /docs, models from %s", scheme, address, port, shown)
    sys.setswitchinterval(LONGEST_TURN)
    server = uvicorn.Server(_configured(settings, app, certificate, hang_ups))
    app.is_ending = lambda: server.should_exit
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn has closed all connections and passes the signal on
        pass
    log.info("ended")
    return 0


def _configured(
    settings: ServiceSettings, app: Service, certificate: ServerCertificate | None, hang_ups: HangUps
) -> uvicorn.Config:
    """Return the configuration of uvicorn."""
    most = most_connections(settings.max_connections)
    of_client = min(settings.max_connections_per_client, max(1, most // 2))
    # What uvicorn believes is what is counted: its own reading of addresses and networks.
    proxies = ProxyHeadersMiddleware(app, list(settings.trusted_proxies)).trusted_hosts  # type: ignore[arg-type]
    connections = Connections(most, settings.idle_timeout_seconds, settings.header_timeout_seconds, of_client, proxies)
    app.watch.metrics.connected, app.watch.metrics.closed = connections.counts, connections.closed
    if certificate is not None:
        app.watch.metrics.certificate_ends = lambda: certificate.ends.timestamp()

    def opened(**given: Any) -> Connection | Handshake:
        made = partial(Connection, connections, **given)
        return made() if certificate is None else Handshake(connections, lambda: certificate.context, made)

    async def look() -> None:
        connections.look(asyncio.get_running_loop().time())
        if hang_ups.came():
            _reload(certificate)
        if certificate is not None:
            certificate.look()

    http: Any = opened
    return uvicorn.Config(
        _with_peer(app, proxies) if settings.user_header else app,
        http=http,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies) and not settings.user_header,
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=settings.idle_timeout_seconds,
        timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
        callback_notify=look,
        timeout_notify=0,
    )


def _with_peer(app: Service, proxies: Addresses) -> ASGIApp:
    """Application with the address of each connection in the scope, before proxies state another one."""
    behind = ProxyHeadersMiddleware(app, list(app.settings.trusted_proxies))  # type: ignore[arg-type]
    if app.users is not None:
        app.users.proxies = proxies

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope[PEER] = client(scope)
        await behind(scope, receive, send)  # type: ignore[arg-type]

    return noted


def _reload(certificate: ServerCertificate | None) -> None:
    if certificate is None:
        log.info("SIGHUP: there is no certificate to read again; models, keys and seeds are followed without it")
    else:
        certificate.reload()


def _listen(host: str, port: int) -> socket.socket:
    """Socket bound to an address; one that another process listens on is an error."""
    family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen(2048)  # only now does the address belong to this process
    except OSError:
        made.close()
        raise
    return made
