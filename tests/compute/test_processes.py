"""Fits side by side: the same results as in turn, errors that come through whole, and an end on Ctrl-C."""

import contextlib
import multiprocessing
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from compute.choice import workers_for
from models.uncertainty.guarantees import GuaranteeError
from training.jobs.execution import FEWEST_ROWS, MOST_BYTES, processes_for


@dataclass(frozen=True)
class Says:
    """Work that reports two steps and says what it was given, and where it was done."""

    what: str

    def __call__(self, data, parts, step):
        step(f"{self.what}: begun")
        step(f"{self.what}: done")
        return self.what, data, os.getpid()


@dataclass(frozen=True)
class Fails:
    """Work that ends with this error."""

    error: Exception

    def __call__(self, data, parts, step):
        raise self.error


@dataclass(frozen=True)
class Sleeps:
    """Work that takes an hour."""

    def __call__(self, data, parts, step):
        step("asleep")
        time.sleep(3600)


@dataclass(frozen=True)
class Tidies:
    """Work that takes an hour, and puts something in order when it is given up."""

    file: Path

    def __call__(self, data, parts, step):
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        step("asleep")
        try:
            time.sleep(3600)
        except KeyboardInterrupt:
            self.file.write_text("tidy")
            raise


@dataclass(frozen=True)
class Writes:
    """Work that leaves a file."""

    file: Path

    def __call__(self, data, parts, step):
        self.file.write_text("begun")


def table(rows, columns=4):
    return SimpleNamespace(X=np.broadcast_to(0.0, (rows, columns))), None


def test_processes_are_worth_their_start_for_tables_of_middling_size(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    assert processes_for([table(FEWEST_ROWS)]) == 3
    assert processes_for([table(FEWEST_ROWS - 1)]) == 1
    assert processes_for([table(10), table(FEWEST_ROWS)]) == 3
    assert processes_for([table(MOST_BYTES // 32)]) == 3
    assert processes_for([table(MOST_BYTES // 32 + 1)]) == 1


def test_in_turn_work_is_done_in_this_process_when_it_is_asked_for():
    steps = []
    with workers_for([("rows", "parts"), ("others", "parts")], 1, steps.append) as one:
        late, soon = one.later(1, Says("late")), one.later(0, Says("soon"))
        assert steps == []
        assert soon() == ("soon", "rows", os.getpid())
        assert late() == ("late", "others", os.getpid())
    assert steps == ["soon: begun", "soon: done", "late: begun", "late: done"]


@pytest.mark.parametrize("broken", [False, True])
def test_products_of_matrices_have_one_thread_meanwhile(broken):
    def threads():
        return {one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"}

    with threadpool_limits(2, "blas"):
        with contextlib.suppress(ArithmeticError), workers_for([], 1, print):
            assert threads() == {1}
            if broken:
                raise ArithmeticError
        assert threads() == {2}


def test_side_by_side_each_work_has_its_view_and_its_steps_are_reported():
    steps = []
    with workers_for([("rows", "parts"), ("others", "parts")], 2, steps.append) as two:
        result = [two.later(view, Says(f"work {view}")) for view in (0, 1, 0)]
        message = [one() for one in result]
    assert [one[:2] for one in message] == [("work 0", "rows"), ("work 1", "others"), ("work 0", "rows")]
    assert os.getpid() not in {one[2] for one in message}
    assert sorted(steps) == sorted(f"work {view}: {when}" for view in (0, 1, 0) for when in ("begun", "done"))
    assert multiprocessing.active_children() == []


def test_an_error_of_a_worker_comes_through_whole_and_ends_the_others_at_once():
    def failing():
        with workers_for([("rows", "parts")], 2, str) as two:
            two.later(0, Sleeps())  # for an hour, unless it is ended
            two.later(0, Fails(GuaranteeError("12 lots to calibrate, expected 30 or more")))()

    with pytest.raises(GuaranteeError, match="12 lots to calibrate, expected 30 or more") as result:
        failing()
    assert "in __call__" in str(result.value.__cause__)  # where it was raised
    assert multiprocessing.active_children() == []


def test_ctrl_c_ends_all_workers():
    def step(description):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), workers_for([("rows", "parts")], 2, step) as two:
        two.later(0, Sleeps())()
    assert multiprocessing.active_children() == []


def test_work_that_is_given_up_may_put_things_in_order(tmp_path):
    def step(description):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), workers_for([("rows", "parts")], 2, step) as two:
        two.later(0, Tidies(tmp_path / "file"))()
    assert (tmp_path / "file").read_text() == "tidy"
    assert multiprocessing.active_children() == []


def test_queued_work_does_not_begin_when_all_is_given_up(tmp_path):
    """The pool has taken it out of its own queue already, and a worker is free when it has put things in order."""

    steps = []

    def step(description):
        steps.append(description)
        if len(steps) == 2:  # both are at work
            raise KeyboardInterrupt

    def given_up():
        with workers_for([("rows", "parts")], 2, step) as two:
            first = two.later(0, Tidies(tmp_path / "first"))
            two.later(0, Tidies(tmp_path / "second"))
            two.later(0, Writes(tmp_path / "third"))
            first()

    with pytest.raises(KeyboardInterrupt):
        given_up()
    assert (tmp_path / "first").exists()
    assert not (tmp_path / "third").exists()
