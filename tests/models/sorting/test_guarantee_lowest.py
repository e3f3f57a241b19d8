"""The lowest price that a fixed sequence of tests reaches, on lots whose losses at each price are known."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binomtest

from models.sorting.guarantee import lowest


def count_over(losses: np.ndarray, prices: np.ndarray) -> Callable[[float], int]:
    """Count the lots that lose at each of the prices; rows are lots, columns their losses at the prices."""
    return lambda price: int(losses[:, prices == price].sum())


@pytest.mark.parametrize("alpha", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("sure", [0.6, 0.9, 0.95])
def test_the_choice_is_the_last_of_a_fixed_sequence_of_scipys_exact_tests(alpha: float, sure: float) -> None:
    rng, prices = np.random.default_rng(1), np.linspace(0, 1, 51)
    losses = (rng.uniform(0, 1, (150, 1)) > prices).astype(float)
    over = losses.sum(axis=0).astype(int)
    shown = [binomtest(int(k), 150, alpha, alternative="less").pvalue <= 1 - sure for k in over]
    first = max(j for j in range(51) if not all(shown[j:]) or j == 0)
    expected = prices[first + 1]
    assert lowest(prices, count_over(losses, prices), 150, alpha, sure) == (expected, over[first + 1])


def test_a_loss_that_comes_back_at_a_higher_price_is_not_passed_over() -> None:
    prices, losses = np.arange(20.0), np.zeros((99, 20))
    losses[:5, 0] = 1.0
    losses[:50, 10] = 1.0
    assert lowest(prices, count_over(losses, prices), 99, 0.1, 0.9) == (11.0, 0)
    losses[:50, 10] = 0.0
    assert lowest(prices, count_over(losses, prices), 99, 0.1, 0.9) == (0.0, 5)
    assert lowest(prices, count_over(losses, prices), 99, 0.1, 0.95) == (1.0, 0)


def test_where_nothing_keeps_the_limits_their_bins_stay_closed() -> None:
    prices = np.array([0.0, 1.0, math.inf])
    assert lowest(prices, lambda price: 99, 99, 0.1, 0.9) == (math.inf, 0)


SHARES = {  # true shares of lots over a limit at prices from 0 up
    "falls": np.linspace(0.3, 0.0, 30),
    "falls and comes back": np.abs(np.linspace(0.3, -0.12, 30)),
    "just over everywhere": np.full(30, 0.0501),
}


@pytest.mark.parametrize("kind", SHARES)
@pytest.mark.parametrize("sure", [0.6, 0.9])
def test_a_single_calibration_keeps_the_share_as_surely_as_it_says(kind: str, sure: float) -> None:
    """Over 1,000 calibrations of 149 lots each: with the stated probability, whatever the shares do with the price."""
    rng, prices, shares = np.random.default_rng(7), np.arange(31.0), np.append(SHARES[kind], 0.0)
    missed = 0
    for _ in range(1000):
        losses = (rng.random((149, 1)) < shares).astype(float)  # a lot that loses at a share loses at all larger ones
        price, _ = lowest(prices, count_over(losses, prices), 149, 0.05, sure)
        missed += shares[prices == price][0] > 0.05
    assert missed / 1000 <= 1 - sure + 3 * math.sqrt(sure * (1 - sure) / 1000)


@pytest.mark.parametrize(("alpha", "sure", "lots"), [(0.05, 0.9, 45), (0.1, 0.9, 22), (0.5, 0.5, 1), (0.1, 0.99, 44)])
def test_as_many_lots_as_are_needed_are_enough_and_one_less_is_not(alpha: float, sure: float, lots: int) -> None:
    """Half of two coins is what is allowed for: 0.5 is 1 - 0.5 but for rounding."""
    prices, losses = np.arange(6.0), np.zeros((lots, 6))
    assert lowest(prices, count_over(losses, prices), lots, alpha, sure) == (0.0, 0)
    losses[0, :3] = 1.0
    assert lowest(prices, count_over(losses, prices), lots, alpha, sure) == (3.0, 0)
    # With a lot less not even no loss at all is enough: only the last is left.
    assert lowest(prices, count_over(losses[1:], prices), lots - 1, alpha, sure) == (5.0, 0)


def test_of_149_lots_three_may_be_over_where_a_mean_over_calibrations_let_pass_six() -> None:
    """P(at most 3 of 149 at 5 %) = 6 %, at most 4: 13 %; with six (6 + 1) / 150 is below 5 %."""
    prices, losses = np.arange(9.0), np.zeros((149, 9))
    for price in range(8):
        losses[: 7 - price, price] = 1.0
    assert lowest(prices, count_over(losses, prices), 149, 0.05, 0.9) == (4.0, 3)
    assert lowest(prices, count_over(losses, prices), 149, 0.05, 0.95) == (5.0, 2)
