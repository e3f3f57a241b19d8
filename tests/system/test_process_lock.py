"""One job of a process at a time, until whoever began it has ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from system.process_lock import ProcessLockedError, alone
from tests.suite.children import child

HOLD = """
import sys, time
from pathlib import Path
from system.process_lock import ProcessLockedError, alone

with alone(Path(sys.argv[1]), "toy_cells"):
    print("held", flush=True)
    time.sleep(300)
"""


def test_a_second_job_of_a_process_is_refused_and_names_the_first(tmp_path: Path) -> None:
    with alone(tmp_path, "toy_cells"), alone(tmp_path, "toy_ores"):
        with pytest.raises(
            ProcessLockedError, match=r"^toy_cells: another one runs already, process \d+ since .* UTC; wait"
        ):
            with alone(tmp_path, "toy_cells"):
                pytest.fail("two at once")
    with alone(tmp_path, "toy_cells"):
        pass


def test_a_job_that_wrote_nothing_leaves_no_home_folder(tmp_path: Path) -> None:
    with alone(tmp_path / "home", "toy_cells"):
        assert (tmp_path / "home").is_dir()
    assert not (tmp_path / "home").exists()
    with alone(tmp_path / "home", "toy_cells"):
        (tmp_path / "home" / "mlflow.db").touch()
    assert (tmp_path / "home" / "mlflow.db").exists()


def test_who_waits_goes_on_when_the_other_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with child(command, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        messages = []

        def kill(description: str) -> None:
            messages.append(description)
            other.kill()
            other.wait()

        with alone(tmp_path, "toy_cells", kill):
            assert messages[0].startswith(f"waits for another job of toy_cells, process {other.pid} since ")
