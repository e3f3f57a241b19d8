"""Write latency of a disk, a lower bound for a service that waits for it."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from pathlib import Path
from typing import Self

EVERY = 0.05  # s
_BLOCK, _BLOCKS = 4096, 200  # bytes; the file does not grow


class Disk:
    """Writer of a block twenty times a second during other work on a disk; a context manager.

    Parameters
    ----------
    folder : Path
        On the disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._longest = folder, 0.0
        self._ends, self._begun = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def longest(self) -> float:
        """Longest time since the last call until a block was on disk [ms], including a pending one."""
        started, maximum, self._longest = self._begun, self._longest, 0.0
        return 1e3 * max(maximum, time.perf_counter() - started if started else 0.0)

    def _write(self) -> None:
        with tempfile.TemporaryFile(dir=self._folder) as file:
            file.write(bytes(_BLOCK * _BLOCKS))
            file.flush()
            os.fsync(file.fileno())
            block = 0
            while not self._ends.wait(EVERY):
                os.pwrite(file.fileno(), os.urandom(_BLOCK), block % _BLOCKS * _BLOCK)
                self._begun = time.perf_counter()
                os.fdatasync(file.fileno())
                self._longest = max(self._longest, time.perf_counter() - self._begun)
                self._begun = 0.0
                block += 1
