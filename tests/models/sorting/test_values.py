import numpy as np
import pytest

from models.sorting.values import PriceError, oracle_bins, value_matrix
from seeds import Seed


def test_values_stand_in_the_seeds_order(toy_sorting_seed: Seed) -> None:
    values = value_matrix(toy_sorting_seed)
    np.testing.assert_array_equal(values, [[2.0, -1.0, -3.0, -3.0], [0.4, 1.5, 1.2, -0.5], [0.3, 0.3, 0.3, 0.1]])


def test_prices_replace_what_they_name(toy_sorting_seed: Seed) -> None:
    seed = toy_sorting_seed
    changed = value_matrix(seed, {"bin_a": {"a": 9.0}, "rest": {"other": -1}})
    difference = changed - value_matrix(seed)
    np.testing.assert_allclose(difference, [[7.0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, -1.1]], rtol=1e-12)


def test_every_wrong_price_is_told(toy_sorting_seed: Seed) -> None:
    prices = {"bin_q": {"a": 1.0}, "bin_a": {"d": 1.0, "b": float("nan")}}
    with pytest.raises(PriceError) as raised:
        value_matrix(toy_sorting_seed, prices)
    for fault in (
        "prices.bin_q: expected a bin: bin_a, bin_bc, rest",
        "prices.bin_a.d: expected a class: a, b, c, other",
        r"prices.bin_a.b: got nan: expected a finite number [$/kg]",
    ):
        assert fault in str(raised.value)


def test_the_oracle_takes_the_most_valuable_bin(toy_sorting_seed: Seed) -> None:
    np.testing.assert_array_equal(oracle_bins(value_matrix(toy_sorting_seed), [0.0, 1.0, 2.0, 3.0]), [0, 1, 1, 2])
