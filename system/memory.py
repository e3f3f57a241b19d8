"""Memory of the machine, and memory that the C library gives back to the system."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress
from pathlib import Path

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD of malloc.h
_LARGE = 128 * 1024  # bytes, the initial value of glibc
_LIMIT = Path("/sys/fs/cgroup/memory.max")  # of a container


def return_freed() -> None:
    """Give freed memory back to the system after large temporary work; only glibc keeps it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def return_large_blocks() -> None:
    """Give large blocks back to the system as soon as they are freed; only glibc needs it.

    It raises the limit of a large block to that of the largest one that was freed. Later ones stay in its heap, which
    then grows with gaps between them.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _LARGE)


def of_machine() -> int:
    """Return the memory of the machine, or of the container if that has less [byte]."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # no such file, or `max`
        memory = min(memory, int(_LIMIT.read_text()))
    return memory
