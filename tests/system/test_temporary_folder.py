"""Folders for a moment, whose owners may be killed."""

import os
import signal
import subprocess
import sys

import pytest

from system.temporary_folder import scratch, sweep
from tests.suite.children import child

OWNER = """
import sys, time
from pathlib import Path
from system.temporary_folder import scratch
with scratch(Path(sys.argv[1])) as folder:
    (folder / "model").write_text("x")
    print(folder, flush=True)
    time.sleep(300)
"""


def test_a_folder_is_empty_and_gone_afterwards(tmp_path):
    with scratch(tmp_path) as folder:
        assert list(folder.iterdir()) == []
        (folder / "file").write_text("x", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_a_living_owner_is_removed(tmp_path):
    with scratch(tmp_path) as folder:
        assert sweep(tmp_path) == []
        assert folder.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="no such locks there")
def test_what_a_killed_owner_left_is_removed_and_nothing_else(tmp_path):
    with child([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE) as owner:
        assert owner.stdout is not None
        left = owner.stdout.readline().strip()
        assert sweep(tmp_path) == []
        owner.send_signal(signal.SIGKILL)
    others = [tmp_path / "nonferrous-without-lock", tmp_path / "others"]
    for other in others:
        other.mkdir()
    (tmp_path / "nonferrous-link").symlink_to(tmp_path / "others")
    (tmp_path / "others" / "lock").touch()
    (removed,) = sweep(tmp_path)
    assert left.startswith(f"{removed}{os.sep}")
    assert not removed.exists()
    assert all(other.is_dir() for other in others)
    assert sweep(tmp_path) == []
