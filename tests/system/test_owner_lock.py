"""Runs and locks of processes that are killed, with real ones."""

import signal
import subprocess
import sys

import pytest

from registry.settings import StoreSettings
from registry.tracking import Tracking
from system.owner_lock import FOLDER, left, own_lock
from tests.suite.children import child

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="no such locks there"),
    # MLflow's own use of SQLAlchemy is not this project's to mend.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

JOB = """
import sys, time
from pathlib import Path
from registry.settings import StoreSettings
from registry.tracking import Tracking
tracking = Tracking(StoreSettings(home=Path(sys.argv[1])))
with tracking.run(tracking.experiment("toy_cells"), "train", "train") as run:
    print(run, flush=True)
    time.sleep(300)
"""


def test_a_process_has_one_lock_in_each_home(tmp_path):
    first = own_lock(tmp_path / "one")
    assert own_lock(tmp_path / "one") == first
    assert own_lock(tmp_path / "two") != first
    assert list(left(tmp_path / "one")) == []
    assert [file.name for file in (tmp_path / "one" / FOLDER).iterdir()] == [f"{first}.lock"]


def test_where_nothing_ever_ran_nothing_is_left(tmp_path):
    assert list(left(tmp_path)) == []


def test_runs_of_a_killed_job_are_ended_by_the_next_and_those_of_a_living_one_are_not(tmp_path):
    settings = StoreSettings(home=tmp_path)
    Tracking(settings, make=True)
    command = [sys.executable, "-W", "ignore", "-c", JOB, str(tmp_path)]
    with child(command, stdout=subprocess.PIPE) as first, child(command, stdout=subprocess.PIPE) as second:
        killed, living = (job.stdout.readline().strip() for job in (first, second))

        def status(run):
            return Tracking(settings)._client.get_run(run).info.status

        assert (status(killed), status(living)) == ("RUNNING", "RUNNING")
        first.send_signal(signal.SIGKILL)
        first.wait()
        assert (status(killed), status(living)) == ("KILLED", "RUNNING")
        assert len(list((tmp_path / FOLDER).iterdir())) == 1
