"""What moves are weighed, and which is chosen."""

import numpy as np
import pytest

from models.setpoints.move_evaluation import EvaluatedMoves, chosen, moves_of


def _weighed(gain, doubt, supported=None, within=None):
    gain, doubt = np.array(gain, dtype=float), np.array(doubt, dtype=float)
    yes = np.ones(gain.shape, dtype=bool)
    return EvaluatedMoves(
        {},
        gain,
        doubt,
        yes if supported is None else supported,
        yes if within is None else within,
        {},
        {},
        gain[None],
    )


def test_the_surest_gain_is_chosen_not_the_largest():
    best, refusals = chosen(_weighed([[0.0], [5.0], [6.0]], [[0.0], [1.0], [9.0]]), [None])
    assert best.tolist() == [1]
    assert refusals == [None]


def test_where_nothing_pays_standing_still_is_no_refusal():
    best, refusals = chosen(_weighed([[0.0], [-1.0]], [[0.0], [0.1]]), [None])
    assert (best.tolist(), refusals) == ([0], [None])


def test_a_gain_smaller_than_its_doubt_is_refused_for_it():
    best, (reason,) = chosen(_weighed([[0.0], [1.0]], [[0.0], [40.0]]), [None])
    assert best.tolist() == [0]
    assert reason.startswith("doubt: the best move would bring 1.0 a day")


@pytest.mark.parametrize("description", ["support", "limits"])
def test_a_move_that_is_not_allowed_is_refused_for_that(description):
    no = np.array([[True], [False]])
    given = {"supported": no} if description == "support" else {"within": no}
    best, (reason,) = chosen(_weighed([[0.0], [9.0]], [[0.0], [0.1]], **given), [None])
    assert best.tolist() == [0]
    assert reason.startswith(description)


def test_an_unknown_situation_is_never_moved():
    best, refusals = chosen(_weighed([[0.0], [9.0]], [[0.0], [0.1]]), ["its readings are old"])
    assert (best.tolist(), refusals) == ([0], ["its readings are old"])


def test_the_grid_begins_with_standing_still_and_ends_at_a_step(taught):
    grid = moves_of(taught)
    for setpoint, sizes in grid.items():
        assert sizes[0] == 0.0
        assert np.abs(sizes).max() == pytest.approx(taught.step(setpoint))
    assert len(next(iter(grid.values()))) == 5 ** len(taught.setpoints)
