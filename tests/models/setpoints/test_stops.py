"""Stops of long work: who looks may end it, and nobody else is asked."""

import math
import threading

import pytest

from system.cancellation import between, check, looking, seconds_left


class Enough(Exception):
    pass


def test_without_anybody_who_looks_all_items_come() -> None:
    assert list(between(range(4))) == [0, 1, 2, 3]


def test_what_a_look_raises_ends_the_work_between_two_items() -> None:
    done: list[int] = []

    def look() -> None:
        if len(done) == 2:
            raise Enough

    with pytest.raises(Enough), looking(look):
        done.extend(between(range(9)))
    assert done == [0, 1]


def test_a_look_is_of_its_own_thread_and_of_the_work_within() -> None:
    looks: list[str] = []
    with looking(lambda: looks.append(threading.current_thread().name)):
        other = threading.Thread(target=lambda: list(between(range(3))))
        other.start()
        other.join()
        assert looks == []
        list(between(range(2)))
    list(between(range(3)))
    assert looks == ["MainThread"] * 2


def test_a_check_is_a_stop_by_itself() -> None:
    def look() -> None:
        raise Enough

    check()
    with pytest.raises(Enough), looking(look):
        check()
    check()


def test_time_that_is_left_is_that_of_the_work_within() -> None:
    assert seconds_left() == math.inf
    with looking(lambda: None, lambda: 2.5):
        assert seconds_left() == 2.5
        with looking(lambda: None):
            assert seconds_left() == math.inf
        assert seconds_left() == 2.5
    assert seconds_left() == math.inf
