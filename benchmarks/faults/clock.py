"""Command line with a wall clock set from outside: python -m benchmarks.faults.clock FILE serve ...

`time.time` and `time.time_ns`, by which all that is recorded is dated, are shifted by the offset in the file.
libfaketime would set the clock of the whole process, but makes a service twenty times as slow.
"""

from __future__ import annotations

import mmap
import struct
import sys
import time
from pathlib import Path

_SHIFT = struct.Struct("<q")  # s
DAY = 86_400  # s


class Clock:
    """A wall clock of other processes.

    Parameters
    ----------
    file : Path
        Where its shift stands; it is made where there is none.
    """

    def __init__(self, file: Path) -> None:
        self.program = ("benchmarks.faults.clock", str(file))
        if not file.exists():
            file.write_bytes(_SHIFT.pack(0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), _SHIFT.size)

    def set(self, seconds: int) -> None:
        """Set the offset of the clock [s]."""
        _SHIFT.pack_into(self._shared, 0, seconds)

    def shift(self) -> None:
        """Apply the offset to this process's wall clock."""
        seconds, nanoseconds = time.time, time.time_ns
        time.time = lambda: seconds() + _SHIFT.unpack_from(self._shared)[0]
        time.time_ns = lambda: nanoseconds() + _SHIFT.unpack_from(self._shared)[0] * 10**9


if __name__ == "__main__":
    _, file, *arguments = sys.argv
    Clock(Path(file)).shift()
    # Imported after the clock is shifted, so that nothing keeps the other one.
    from nonferrous.command_line import main

    sys.argv = ["nonferrous", *arguments]
    main()
