"""A mosquitto broker that a test starts, and programs of its clients."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.suite.children import child
from tests.suite.tools import needed

PATIENCE = 30.0  # s


@contextmanager
def mosquitto(folder: Path, port: int, *more: str) -> Iterator[subprocess.Popen[str]]:
    """A broker on the loopback interface from its first connection until the end of the block.

    Parameters
    ----------
    folder : Path
        Takes its configuration and its log.
    port : int
        Port to listen on.
    *more : str
        Lines of its configuration; without any, clients need no credentials.

    Yields
    ------
    subprocess.Popen[str]
        The program.
    """
    configuration, log = folder / f"mosquitto-{port}.conf", folder / f"mosquitto-{port}.log"
    lines = [f"listener {port} 127.0.0.1", *(more or ("allow_anonymous true",))]
    # mosquitto gives up the rights of root, and with them those on files of the test.
    configuration.write_text("\n".join([*lines, "user root", "log_type all", "set_tcp_nodelay true", ""]))
    command = [needed("mosquitto"), "-c", str(configuration)]
    with log.open("wb") as output, child(command, stdout=output, stderr=output) as started:
        patience = time.monotonic() + PATIENCE
        while not listens(port):
            assert started.poll() is None, log.read_text(encoding="utf-8")
            assert time.monotonic() < patience, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        yield started


def listens(port: int) -> bool:
    """Return whether a program accepts connections on a port of the loopback interface."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
