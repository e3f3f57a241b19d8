"""MLflow's own file and the home folder, which their owner alone may read."""

import os
import stat
from pathlib import Path

import pytest

from registry.sqlite_file import make_database, make_private
from system.owner_lock import own_lock
from system.process_lock import alone


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of MLflow's own queries
def test_a_new_store_is_of_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        make_database(tmp_path / "mlflow.db", tmp_path / "artifacts")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "mlflow.db").stat().st_mode) == 0o600


def test_a_store_of_before_loses_the_rights_of_others(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    file.touch()
    for mode, expected in ((0o664, 0o600), (0o444, 0o400)):
        file.chmod(mode)
        make_private(file)
        assert stat.S_IMODE(file.stat().st_mode) == expected


def test_a_new_home_is_of_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        own_lock(tmp_path / "one")
        with alone(tmp_path / "another", "toy_cells"):
            assert [stat.S_IMODE(home.stat().st_mode) for home in tmp_path.iterdir()] == [0o700, 0o700]
    finally:
        os.umask(before)
