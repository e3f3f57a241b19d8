"""The history of the champion alias."""

from dataclasses import replace

import pytest

from registry.versions import AliasMove, RegistryError, Version, champion_before, champions


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


def test_only_a_promotion_to_the_current_version_counts_as_taking_over():
    for other in ("first", "rollback", "enter", "withdraw"):
        assert champion_before([*HISTORY, move(other, 7, 5)], 5) == 2
    assert champion_before([*HISTORY, move("promote", 3, 4), move("promote", 4, 6)], 5) == 2
    assert champion_before([*HISTORY, move("promote", None, 5)], 5) == 2  # where there was no champion
    with pytest.raises(RegistryError, match=r"^no champion before version 9 is known: nothing to go back to$"):
        champion_before([move("promote", None, 9)], 9)


def test_figures_are_the_metrics_that_were_written_beside_a_version():
    where = ("2026-01-01", "run1", "job1", "4", "m-1")
    tags, metrics = {"test_mae": "0.5", "candidate": "linear"}, {"test_mae": 0.512345, "fit_seconds": 3.0}
    assert Version("p", 1, (), "linear", *where, tags, metrics).figures == {"test_mae": 0.512345}


def test_an_entry_is_written_as_text():
    text = {"when": "2026-01-01", "who": "someone", "action": "promote", "alias": "champion", "why": "why"}
    text |= {"figures": '{"test_mae": 0.5}', "number": "0"}
    assert HISTORY[4].to_params() == text | {"before": "2", "after": "5"}
    assert move("promote", None, None).to_params() == text | {"before": "none", "after": "none"}
    assert move("promote", 0, 0).to_params() == text | {"before": "0", "after": "0"}


def test_champions_are_what_the_alias_pointed_to_and_nothing():
    moves = [move("first", None, 1), move("withdraw", 1, None), move("enter", None, 3, alias="z")]
    assert champions(moves) == {1}


def test_champions_leave_challengers_out():
    moves = [*HISTORY, move("enter", None, 7, alias="challenger")]
    assert champions(moves) == {1, 2, 5}


@pytest.mark.parametrize("entry", [HISTORY[0], HISTORY[3]])
def test_an_entry_survives_being_written(entry):
    figured = replace(entry, metrics={"test_mae": 0.123456789, "skill": -1.0})
    assert AliasMove.from_params(figured.to_params(), {}) == figured


def test_an_entry_of_an_earlier_version_has_its_figures_as_metrics():
    earlier = HISTORY[0].to_params()
    del earlier["figures"], earlier["number"]
    result = AliasMove.from_params(earlier, {"test_mae": 0.5})
    assert (result.metrics, result.number) == ({"test_mae": 0.5}, 0)
