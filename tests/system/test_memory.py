"""Memory of a process after large blocks are freed."""

import subprocess
import sys
from pathlib import Path

import pytest

from system import memory
from system.memory import of_machine

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


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_memory_is_that_of_the_machine_or_of_the_container(tmp_path, monkeypatch) -> None:
    total = next(line for line in Path("/proc/meminfo").read_text().splitlines() if line.startswith("MemTotal"))
    machine, limit = int(total.split()[1]) * 1024, tmp_path / "memory.max"
    monkeypatch.setattr(memory, "_LIMIT", limit)
    assert of_machine() == machine
    limit.write_text("max\n")
    assert of_machine() == machine
    limit.write_text(f"{machine // 3}\n")
    assert of_machine() == machine // 3
