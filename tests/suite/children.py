"""Programs that a test starts beside itself."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any


@contextmanager
def child(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A program until the end of the block, which ends it with all that it started, whatever happened in the block.

    Parameters
    ----------
    command : Sequence[str]
        The program and its arguments.
    **options : Any
        More of `subprocess.Popen`.

    Yields
    ------
    subprocess.Popen[str]
        The program, in a session of its own: keys pressed for the tests are not for it.
    """
    with subprocess.Popen(command, text=True, start_new_session=True, **options) as started:
        try:
            yield started
        finally:
            with suppress(ProcessLookupError):  # all have ended
                os.killpg(started.pid, signal.SIGKILL)
