"""Running the service on an address, from its start to Ctrl-C."""

from __future__ import annotations

import asyncio
import faulthandler
import logging
import socket
import sys
from contextlib import closing
from functools import partial
from typing import Any

import uvicorn

from records.database import Database
from registry.store import Store
from serving.app import Service, create_app
from serving.door.connection import Connection
from serving.door.connections import Connections, most_connections
from serving.seen.lines import log_as_json
from serving.settings import Settings

log = logging.getLogger("nonferrous.serving")

CANNOT_START = 2
# What answers many rows gives the interpreter back to the event loop, which needs it several times a request, after
# this time [s]; Python's own 5 ms add up.
LONGEST_TURN = 0.001


def run(settings: Settings, store: Store | None = None) -> int:
    """Serve until Ctrl-C or SIGTERM.

    Parameters
    ----------
    settings : Settings
        Address and the rest.
    store : Store, optional
        Where models come from; by default the MLflow store that the settings name.

    Returns
    -------
    int
        Exit code: 0 after Ctrl-C, 2 where the address cannot be listened on, or must not be without a key (one line
        on stderr says why).

    Raises
    ------
    SeedError
        There is no folder of seeds.
    RecordsError
        The records cannot be opened.
    """
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        sys.stderr.write(f"cannot listen on {where}: {error.strerror}; choose another with NONFERROUS_PORT\n")
        return CANNOT_START
    # Nothing is made on disk before the address is ours.
    with closing(listening), closing(Database(settings.records_url, settings.durability == "full")) as database:
        return serve(settings, create_app(settings, store, database), listening)


def serve(settings: Settings, app: Service, listening: socket.socket) -> int:
    """Serve an application on a socket that listens; see `run`."""
    if not app.ring.admits:
        sys.stderr.write(
            f"{settings.host} is reached from other machines and nobody has a valid key: make one with `nonferrous "
            "keys make`, or let anybody ask with --insecure\n"
        )
        return CANNOT_START
    log_as_json()
    faulthandler.enable()
    host, port = listening.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    scheme, shown = "https" if settings.certificate else "http", settings.uri_shown
    log.info("listening on %s://%s:%d, documentation at /docs, models from %s", scheme, address, port, shown)
    sys.setswitchinterval(LONGEST_TURN)
    config = _configured(settings, app)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn has closed all connections and passes the signal on
        pass
    log.info("ended")
    return 0


def _configured(settings: Settings, app: Service) -> uvicorn.Config:
    """What uvicorn needs to know."""
    most = most_connections(settings.max_connections)
    connections = Connections(most, settings.idle_seconds, settings.head_seconds)
    app.watch.metrics.connected = connections.counts
    opened: Any = partial(Connection, connections)

    async def look() -> None:
        connections.look(asyncio.get_running_loop().time())

    return uvicorn.Config(
        app,
        http=opened,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=settings.drain_seconds,
        callback_notify=look,
        timeout_notify=0,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.private_key,
    )


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
