"""Files of the records and the queue, which their owner alone may read."""

import logging
import os
import stat
from contextlib import closing

import pytest

from records.database import Database
from records.jobs.queue import Jobs
from records.owner_only import make_private
from records.requests import insert


def modes(folder):
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


@pytest.fixture
def usual_mask():
    """New files that all may read, as most systems make them."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("usual_mask")
def test_new_records_and_their_log_are_of_their_owner_alone(tmp_path, stored_exchange):
    home = tmp_path / "home"
    with closing(Database(f"sqlite:///{home / 'records.db'}")) as database:
        with database.read():  # keeps the log where it is
            insert(database, [stored_exchange()])
            assert modes(home) == dict.fromkeys(("records.db", "records.db-wal", "records.db-shm"), 0o600)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.usefixtures("usual_mask")
def test_the_queue_of_jobs_is_of_its_owner_alone(tmp_path):
    with closing(Jobs(f"sqlite:///{tmp_path / 'jobs.db'}")) as jobs:
        jobs.of("toy_cells")
        assert set(modes(tmp_path).values()) == {0o600}


@pytest.mark.usefixtures("usual_mask")
def test_records_of_before_lose_the_rights_of_others_and_keep_what_they_hold(tmp_path, stored_exchange, caplog):
    file = tmp_path / "records.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        insert(database, [stored_exchange()])
        for one in tmp_path.iterdir():
            one.chmod(0o664)
        with caplog.at_level(logging.WARNING), closing(Database(f"sqlite:///{file}")) as again:
            assert set(modes(tmp_path).values()) == {0o600}
            with again.read() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM requests").scalar() == 1
    assert "records.db: others could use it (mode 664)" in caplog.text


def test_a_file_of_somebody_else_is_warned_of(tmp_path, caplog, monkeypatch):
    file = tmp_path / "records.db"
    file.touch()
    file.chmod(0o644)

    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(type(file), "chmod", refuse)
    make_private(file)
    assert "its owner alone can change that" in caplog.text
