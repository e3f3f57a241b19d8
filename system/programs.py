"""Programs in the background that end with this process, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import IO

from system import child_program

_PATIENCE = 30.0  # s that a program may take to put things in order


def start(
    arguments: list[str], stdout: IO[bytes] | int, stderr: IO[bytes], environment: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a Python program, with all that it starts in a session of its own.

    Parameters
    ----------
    arguments : list of str
        Of the interpreter: `-m`, a module and what it takes.
    stdout, stderr : file, or subprocess.PIPE
        Where its output goes to.
    environment : Mapping of str to str, optional
        Variables added to those of this process, which they replace.
    """
    return subprocess.Popen(
        [sys.executable, "-P", child_program.__file__, sys.executable, *arguments],
        stdin=subprocess.PIPE,  # it ends with this process, killed or not, and so do those that watch it
        stdout=stdout,
        stderr=stderr,
        env={**os.environ, **(environment or {})},
        start_new_session=True,
    )


def free_port() -> int:
    """A port of the loopback interface that a program may listen on.

    For a minute it is assigned to no other caller, so that it stays free until the program has started: it
    has had a connection that its own end has closed, and waits (TIME-WAIT of TCP). Who names it may listen on it.
    """
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        server.accept()[0].close()
        client.recv(1)  # the end has come
        return int(server.getsockname()[1])


def end(program: subprocess.Popen[bytes]) -> None:
    """End a program and all that it has started, and wait until they have put things in order."""
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGTERM)
    try:
        program.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
    for stream in (program.stdin, program.stdout):
        if stream is not None:
            stream.close()
