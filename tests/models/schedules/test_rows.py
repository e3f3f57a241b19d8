"""Small programmes whose points and worths are known by hand."""

import numpy as np
import pytest
import scipy.optimize

from models.interfaces.schedule import ScheduleError
from models.schedules.rows import Box, Infeasible, SparseRows
from system.cancellation import looking

X = np.array([0, 1])


def box(high, whole=(False, False)):
    return Box(np.zeros(2), np.asarray(high, dtype=float), np.array(whole))


def programme(least):
    """The sum of both is at least so much."""
    result = SparseRows()
    result.add([(X[None, :], 1.0)], np.array([least]), np.array([np.inf]))
    return result


def test_the_cheaper_column_is_filled_first_and_the_other_gives_the_worth():
    point = programme(3.0).least(np.array([1.0, 2.0]), box([2.0, 5.0]))
    assert point.x.tolist() == [2.0, 1.0]
    assert point.cost == 4.0
    assert point.of_rows.tolist() == [2.0]  # one more costs that of the dearer column
    assert point.at_high.tolist() == [-1.0, 0.0]  # one more of the cheaper saves the difference


def test_whole_numbers_are_kept_and_bounds_still_have_a_worth():
    point = programme(2.5).least(np.array([1.0, 2.0]), box([2.0, 5.0], (True, False)))
    assert point.x.tolist() == [2.0, 0.5]
    assert point.of_rows.tolist() == [2.0]


def test_what_cannot_be_is_infeasible():
    for whole in ((False, False), (True, True)):
        with pytest.raises(Infeasible):
            programme(9.0).least(np.array([1.0, 2.0]), box([2.0, 5.0], whole))


def test_time_that_runs_out_is_no_impossible_order(monkeypatch):
    class OutOfTime:
        x, status = None, 1

    monkeypatch.setattr("scipy.optimize.milp", lambda *given, **options: OutOfTime)
    with pytest.raises(ScheduleError, match="no schedule in 10 s"):
        programme(1.0).best(np.ones(2), box([2.0, 5.0], (True, True)))


@pytest.mark.parametrize(("left", "given"), [(None, 10.0), (99.0, 10.0), (2.5, 3.0), (-1.0, 0.5)])
def test_no_programme_gets_more_time_than_its_request_has(monkeypatch, left, given):
    limits = []
    for name in ("milp", "linprog"):
        solve = getattr(scipy.optimize, name)

        def watched(*args, solve=solve, **options):
            limits.append(options["options"]["time_limit"])
            return solve(*args, **options)

        monkeypatch.setattr(scipy.optimize, name, watched)
    with looking(lambda: None, None if left is None else lambda: left):
        programme(2.5).least(np.array([1.0, 2.0]), box([2.0, 5.0], (True, False)))
    assert limits == [given] * 2


def test_time_that_runs_out_because_the_request_has_ended_is_told_by_who_ended_it(monkeypatch):
    class OutOfTime:
        x, status = None, 1

    class Enough(Exception):
        pass

    solved = []

    def solve(*given, **options):
        solved.append(True)
        return OutOfTime

    def look():
        if solved:
            raise Enough

    for name in ("milp", "linprog"):
        monkeypatch.setattr(f"scipy.optimize.{name}", solve)
    for work, whole in (("best", True), ("least", False)):
        solved.clear()
        with pytest.raises(Enough), looking(look):
            getattr(programme(1.0), work)(np.ones(2), box([2.0, 5.0], (whole, whole)))
