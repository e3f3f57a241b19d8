"""Memory of a process after large blocks are freed."""

import subprocess
import sys
from pathlib import Path

import pytest

CHILD = """
import sys
from pathlib import Path
from system.memory import return_large_blocks

if sys.argv[1] == "returned":
    return_large_blocks()

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

del_me = bytearray(b"x" * (16 << 20))
del del_me
before, large, small = resident(), [], []
for number in range(40):
    large.append(b"x" * (1 << 20))
    small.append(bytes(2000 + number))
large.clear()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_large_blocks_are_given_back_although_small_ones_stay_between_them() -> None:
    def growth(word: str) -> float:
        command = [sys.executable, "-c", CHILD, word]
        run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
        return float(run.stdout)

    assert growth("returned") < 5
    assert growth("as it is") > 20  # a C library other than glibc need not keep them
