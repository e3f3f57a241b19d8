"""Running the service on an address, from its start to Ctrl-C."""

from __future__ import annotations

import logging
import socket
import sys
from contextlib import closing

import uvicorn
from fastapi import FastAPI

from records.database import Database
from registry.store import Store
from serving.app import create_app
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
        Exit code: 0 after Ctrl-C, 2 where the address cannot be listened on (one line on stderr says why).

    Raises
    ------
    SeedError
        There is no folder of seeds.
    RecordsError
        The records cannot be opened.
    """
    with closing(Database(settings.records_url, settings.durability == "full")) as database:
        return _run(settings, create_app(settings, store, database))


def _run(settings: Settings, app: FastAPI) -> int:
    try:
        listening = _listen(settings.host, settings.port)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        sys.stderr.write(f"cannot listen on {where}: {error.strerror}; choose another with NONFERROUS_PORT\n")
        return CANNOT_START
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    host, port = listening.getsockname()[:2]
    address = f"[{host}]" if ":" in host else host
    log.info("listening on http://%s:%d, documentation at /docs, models from %s", address, port, settings.uri_shown)
    sys.setswitchinterval(LONGEST_TURN)
    config = uvicorn.Config(app, access_log=False, log_config=None, server_header=False)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn has closed all connections and passes the signal on
        pass
    log.info("ended")
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Socket bound to an address; one that another process listens on is an error."""
    family, kind, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, kind)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(where)
        made.listen()  # only now does the address belong to this process
    except OSError:
        made.close()
        raise
    return made
