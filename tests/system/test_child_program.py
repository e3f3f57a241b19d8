"""Programs in the background that end with the one that started them, with real processes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.suite.children import child

pytestmark = pytest.mark.skipif(os.name != "posix", reason="groups of processes are POSIX")

STARTER = """
import sys, time
from pathlib import Path
from nonferrous.servers import _running
from registry.settings import StoreSettings
with _running("program", ["-c", sys.argv[2], sys.argv[1]], StoreSettings(home=Path(sys.argv[1]))) as process:
    if sys.argv[3] == "wait":
        sys.exit(process.wait())
    while not (Path(sys.argv[1]) / "started").exists():
        time.sleep(0.05)
    print(process.pid, flush=True)
    time.sleep(float(sys.argv[3]))
"""
# It starts another, and both ignore a friendly end where they are asked to.
PROGRAM = """
import signal, subprocess, sys, time
from pathlib import Path
home = Path(sys.argv[1])
if (home / "stubborn").exists(): signal.signal(signal.SIGTERM, signal.SIG_IGN)
other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(home / "pids").write_text(f"{other.pid}")
(home / "started").touch()
time.sleep(600)
"""


def start(home: Path, description: str, program: str = PROGRAM) -> AbstractContextManager[subprocess.Popen[str]]:
    return child([sys.executable, "-c", STARTER, str(home), program, description], stdout=subprocess.PIPE)


def lives(group: int) -> bool:
    """Whether a process of a group lives; one that has ended and waits for its parent does not."""
    states = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, result = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(result) == group:
            states.append(state)
    return any(state != "Z" for state in states)


def ended(group: int, seconds: float) -> bool:
    patience = time.monotonic() + seconds
    while time.monotonic() < patience:
        if not lives(group):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
@pytest.mark.parametrize("stubborn", [False, True], ids=["friendly", "stubborn"])
def test_a_program_and_its_children_end_when_their_starter_is_killed(tmp_path: Path, stubborn: bool) -> None:
    if stubborn:
        (tmp_path / "stubborn").touch()
    with start(tmp_path, "600") as starter:
        assert starter.stdout is not None
        group = int(starter.stdout.readline())
        assert lives(group)
        starter.send_signal(signal.SIGKILL)
    assert ended(group, 60)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted in /proc")
def test_they_end_in_order_when_their_starter_does(tmp_path: Path) -> None:
    with start(tmp_path, "0") as starter:
        assert starter.stdout is not None
        group = int(starter.stdout.readline())
        starter.wait()
    assert starter.returncode == 0
    assert ended(group, 60)


def test_the_exit_code_of_a_program_is_passed_on(tmp_path: Path) -> None:
    with start(tmp_path, "wait", "import sys; sys.exit(7)") as starter:
        assert starter.wait() == 7
