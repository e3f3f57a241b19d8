"""Accepted moves are read from the records of the service, if there are any."""

import pytest

from nonferrous.advised_moves import advised_moves
from records.database import Database
from records.user_decisions import UserDecision, record


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("NONFERROUS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_machine_without_records_has_no_moves_and_gets_no_file(home, toy_seed):
    assert advised_moves(toy_seed) is None
    assert not home.exists()


def test_moves_are_those_of_accepted_recommendations_of_the_process(home, toy_seed):
    database = Database(f"sqlite:///{home / 'records.db'}")
    period, content = "2026-01-02T00:00:00", {"moves": {"x_set": 0.5}}
    for process, unit, action in (
        ("toy_cells", "槽-01", "accept"),
        ("toy_cells", "B", "decline"),
        ("other", "C", "accept"),
    ):
        record(
            database, UserDecision(process, unit, "", period, "r", action, "shift A", "as discussed", content=content)
        )
    database.close()
    moves = advised_moves(toy_seed)
    assert moves[["unit", "x_set"]].to_numpy().tolist() == [["槽-01", 0.5]]
