"""A wall clock that one process sets and another goes by."""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.faults.clock import DAY, Clock
from tests.suite.children import child

CHILD = """
import sys, time
from pathlib import Path
from benchmarks.faults.clock import Clock

before = time.monotonic()
Clock(Path(sys.argv[1])).shift()
for line in sys.stdin:
    print(time.time(), time.time_ns() / 1e9, time.monotonic() - before, flush=True)
"""


def test_the_clock_of_another_process_is_set_while_it_runs_and_its_waiting_is_not(tmp_path: Path) -> None:
    clock = Clock(tmp_path / "clock")
    command = [sys.executable, "-c", CHILD, str(tmp_path / "clock")]
    with child(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        for shift in (0, -DAY, DAY, 0):
            clock.set(shift)
            other.stdin.write("\n")
            other.stdin.flush()
            seconds, nanoseconds, waited = map(float, other.stdout.readline().split())
            assert abs(seconds - time.time() - shift) < 600
            assert abs(nanoseconds - time.time() - shift) < 600
            assert 0 <= waited < 600
        other.stdin.close()
        assert other.wait() == 0
