"""Random numbers of a plant whose future was changed: own up to what is known, another's from there on."""

import copy

import numpy as np
import pytest

from synthetic_data.engine.counterfactual_streams import Forked, known_stream, partly_in_hand, parts


def streams(coming):
    own, other = np.random.default_rng(1), np.random.default_rng(2)
    return own, other, Forked(copy.deepcopy(own), copy.deepcopy(other), coming)


@pytest.mark.parametrize("draw", ["standard_normal", "random"])
def test_periods_before_the_coming_one_keep_their_numbers(draw):
    own, other, forked = streams(3)
    was, new, result = (getattr(stream, draw)((2, 5)) for stream in (own, other, forked))
    assert (result[:, :3] == was[:, :3]).all()
    assert (result[:, 3:] == new[:, 3:]).all()
    was, new, result = (getattr(stream, draw)((2, 5)) for stream in (own, other, known_stream(forked)))
    assert (result[:, :4] == was[:, :4]).all()
    assert (result[:, 4:] == new[:, 4:]).all()


def test_a_draw_for_some_periods_is_known_from_the_first_of_them():
    own, other, forked = streams(9)
    was, new, result = (stream.integers(0, 1000, 5) for stream in (own, other, known_stream(forked, every=4)))
    assert (result == [*was[:3], *new[3:]]).all()  # the third begins with period 8


def test_a_period_of_its_own_is_all_other_or_all_known():
    own, other, forked = streams(None)
    was, new = own.standard_normal(4), other.standard_normal(4)
    assert (copy.deepcopy(forked).standard_normal(4) == new).all()
    assert (known_stream(copy.deepcopy(forked)).standard_normal(4) == was).all()
    known = np.array([True, False, True, False])
    result = partly_in_hand(forked, lambda stream: stream.standard_normal(4), known)
    assert (result == np.where(known, was, new)).all()


def test_a_fork_of_a_fork_keeps_what_was_known_at_each():
    own, other, forked = streams(1)
    third = np.random.default_rng(3)
    again = Forked(copy.deepcopy(forked), copy.deepcopy(third), 3)
    a, b, c = (stream.random(5) for stream in (own, other, third))
    assert (copy.deepcopy(again).random(5) == [a[0], *b[1:3], *c[3:]]).all()
    assert (known_stream(again).random(5) == [*a[:2], *b[2:4], c[4]]).all()


def test_a_plain_stream_is_left_as_it_is():
    stream = np.random.default_rng(5)
    assert known_stream(stream, 4) is stream
    ((one, units, drawn, known),) = parts(stream, 5, 3)
    assert one is stream
    assert units == slice(0, 5)
    assert drawn.all()
    assert known.all()


def test_each_period_is_drawn_from_one_part():
    _, _, forked = streams(2)
    result = list(parts(Forked(forked, np.random.default_rng(3), 4), 5, 6))
    assert [one.units for one in result] == [slice(0, 5)] * 3
    assert np.array([one.drawn for one in result]).astype(int).tolist() == [
        [1, 1, 0, 0, 0, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 0, 0, 0, 1, 1],
    ]
    assert np.array([one.known for one in result]).astype(int).tolist() == [
        [1, 1, 1, 0, 0, 0],
        [0, 0, 0, 1, 1, 0],
        [0, 0, 0, 0, 0, 1],
    ]
