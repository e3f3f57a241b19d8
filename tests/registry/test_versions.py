"""The history of the champion alias."""

import pytest

from registry.versions import AliasMove, RegistryError, champion_before, champions


def move(action, before, after, alias="champion", when="2026-01-01"):
    return AliasMove(when, "someone", action, alias, before, after, "why", {"test_mae": 0.5})


HISTORY = [
    move("first", None, 1),
    move("enter", None, 2, alias="challenger"),
    move("promote", 1, 2),
    move("withdraw", 2, None, alias="challenger"),
    move("promote", 2, 5),
]


def test_the_champion_before_is_the_one_that_was_taken_over_from():
    assert champion_before(HISTORY, 5) == 2


def test_going_back_twice_goes_back_two_champions():
    moves = [*HISTORY, move("rollback", 5, 2)]
    assert champion_before(moves, 2) == 1


def test_nobody_came_before_the_first_champion():
    with pytest.raises(RegistryError, match="no champion before version 1 is known"):
        champion_before(HISTORY, 1)


def test_champions_leave_challengers_out():
    moves = [*HISTORY, move("enter", None, 7, alias="challenger")]
    assert champions(moves) == {1, 2, 5}


@pytest.mark.parametrize("entry", [HISTORY[0], HISTORY[3]])
def test_an_entry_survives_being_written(entry):
    assert AliasMove.from_params(entry.to_params(), entry.metrics) == entry
