"""What estimates of a lot's spread rest on, by cases whose outcome is known."""

import json

import numpy as np
import pytest

from models.sorting.spread import FEWEST, GROUPS, DispersionLimits, own_shares
from seeds import Seed

FEED = np.array([0.01, 0.02])


@pytest.fixture
def limits(toy_spread_seed: Seed) -> DispersionLimits:
    """Limits of the toy: 0.3 wt% of x in bin_a, of a feed with 1 and 2 wt%."""
    result = DispersionLimits.of(toy_spread_seed, FEED)
    assert result is not None
    return result


def pairs(n: int, own: float, common: float) -> tuple[np.ndarray, ...]:
    """Lots of two pieces of 1 kg: estimates of variance 2, off by ± own each and by ± common both.

    Returns
    -------
    lots, mass, x, v, c
    """
    lots, sign = np.repeat(np.arange(n), 2), np.tile([1.0, -1.0], n)
    both = np.where(np.arange(n) % 2, common, -common)[lots]
    x = np.repeat(np.linspace(0, 5, n), 2) + 0.5 * sign
    return lots, np.ones(2 * n), x, np.full(2 * n, 2.0), x + both + own * sign


def test_without_limits_there_is_nothing_to_know(toy_sorting_seed: Seed) -> None:
    assert DispersionLimits.of(toy_sorting_seed, FEED) is None


def test_unlearnt_limits_take_pieces_for_such_of_the_feed_that_err_as_they_state(limits: DispersionLimits) -> None:
    np.testing.assert_allclose(limits.limits, [[0.003, np.nan], [np.nan] * 2, [np.nan] * 2], rtol=1e-15)
    np.testing.assert_array_equal(limits.usual, np.tile(FEED, (3, 1)))
    np.testing.assert_array_equal(limits.feed, [0.0, 0.0])
    content, variance = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[1.0, 2.0], [3.0, 4.0]])
    result = limits.own_variance(np.array([0, 1]), np.array([1, 0]), content, variance)
    np.testing.assert_array_equal(result, [[2.0, 1.0], [4.0, 3.0]])


@pytest.mark.parametrize(
    ("own", "common", "share"),
    [
        (1.0, 0.0, 1.0),  # of ± e a lot of two shows e² a piece, and of v = 2 it expects v (1 - 1/2)
        (0.5, 0.0, 0.25),
        (0.5, 7.0, 0.25),  # what both err moves their mean alone
        (0.0, 7.0, 0.0),
        (2.0, 1.0, 4.0),  # more than is stated
    ],
)
def test_the_share_is_what_pieces_of_a_lot_err_each_for_itself(own: float, common: float, share: float) -> None:
    edges, shares = own_shares(*pairs(40, own, common))
    assert np.isinf(edges).all()  # 80 pieces are not parted
    np.testing.assert_allclose(shares[0], share, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(shares[1:], 1.0)


def test_masses_weigh() -> None:
    """Masses 1 and 3, errors 2 and -2 about -1: 1 · 9 + 3 · 1 over v (1 · 3/4 + 3 · 1/4), v = 5."""
    lots, mass, v = np.zeros(2, np.intp), np.array([1.0, 3.0]), np.full(2, 5.0)
    share = own_shares(lots, mass, np.ones(2), v, np.array([3.0, -1.0]))[1][0]
    assert share == pytest.approx(12 / 7.5, rel=1e-12)


def test_many_pieces_are_parted_by_their_estimate() -> None:
    """Lots of two alike; errors ± 1 where 10 or less is estimated, ± 3 above, of a variance of 2 as stated."""
    n = FEWEST * GROUPS
    lots, x = np.repeat(np.arange(n), 2), np.repeat(np.linspace(0, 20, n), 2)
    error = np.tile([1.0, -1.0], n) * np.where(x <= 10, 1.0, 3.0)
    edges, shares = own_shares(lots, np.ones(2 * n), x, np.full(2 * n, 2.0), x + error)
    np.testing.assert_allclose(edges, np.quantile(x, np.arange(1, GROUPS) / GROUPS))
    np.testing.assert_allclose(shares, np.repeat([1.0, 9.0], GROUPS // 2), rtol=1e-12)


def test_lots_that_cannot_show_it_leave_what_is_stated() -> None:
    n = np.arange(5)
    for given in (
        (n, np.ones(5), np.zeros(5), np.ones(5), np.ones(5)),
        (np.zeros(0, np.intp), *(np.zeros(0),) * 4),
        (np.zeros(5, np.intp), np.ones(5), np.zeros(5), np.zeros(5), np.ones(5)),
    ):
        np.testing.assert_array_equal(own_shares(*given)[1], 1.0)


def test_what_is_learnt_is_of_what_wants_into_the_bin_and_the_laboratory_has_reported(limits: DispersionLimits) -> None:
    lots, _, x, v, c = pairs(40, 1.0, 3.0)
    expected, ten = np.r_[np.zeros(80, np.intp), np.ones(10, np.intp)], np.full(10, 50.0)
    x, v, c = (np.column_stack([np.r_[one, ten], np.ones(90)]) for one in (x, v, c))
    unknown = c.copy()
    unknown[40:80] = np.nan
    result = limits.learnt(
        expected, np.r_[lots, np.zeros(10, np.intp)], np.ones(90), (x, v), unknown, np.array([0.1, 0.2])
    )
    assert result.own[0, 0, 0] == pytest.approx(1.0, rel=1e-12)
    assert result.usual[0, 0] == pytest.approx(x[:80, 0].mean(), rel=1e-12)
    np.testing.assert_array_equal(result.usual.ravel()[1:], limits.usual.ravel()[1:])
    np.testing.assert_array_equal(result.own[1:], 1.0)
    np.testing.assert_array_equal(result.feed, [0.1, 0.2])


def test_a_bin_that_nothing_wants_keeps_the_feed(limits: DispersionLimits) -> None:
    lots, mass, x, v, c = (np.column_stack([one, one]) if i > 1 else one for i, one in enumerate(pairs(4, 1.0, 0.0)))
    result = limits.learnt(np.full(8, 2), lots, mass, (x, v), c, np.zeros(2))
    assert result.usual[0, 0] == FEED[0]
    np.testing.assert_array_equal(result.own, 1.0)


def test_it_comes_back_from_json(limits: DispersionLimits, toy_spread_seed: Seed) -> None:
    edges, own = np.full((3, 2, 2), np.inf), np.ones((3, 2, 3))
    edges[0, 0], own[0, 0] = [0.01, 0.02], [0.3, 0.7, 1.9]
    trained = DispersionLimits(limits.limits, limits.usual * 1.1, edges, own, np.array([1e-5, 0.0]))
    for one in (trained, limits):
        back = DispersionLimits.from_state(toy_spread_seed, json.loads(json.dumps(one.state(), allow_nan=False)))
        for part in ("limits", "usual", "edges", "own", "feed"):
            np.testing.assert_array_equal(getattr(back, part), getattr(one, part))
