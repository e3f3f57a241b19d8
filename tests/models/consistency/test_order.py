"""Files that stand sorted are seen, those in another order are not."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.consistency.order import sorted_by


@pytest.mark.parametrize("kinds", [["A", "B"], [6061, 6063, 6082], [f"maker {i}" for i in range(12)]])
@pytest.mark.parametrize("times", [1, 2])
def test_blocks_of_classes_are_sorted(kinds, times) -> None:
    values = pd.Series(np.tile(np.repeat(kinds, 60 // times), times))
    result = sorted_by("maker", values)
    assert result is not None
    assert (result.runs, result.kinds) == (len(kinds) * times, len(kinds))


def test_gaps_and_a_few_rows_out_of_place_do_not_hide_it() -> None:
    values = pd.Series(np.repeat(["A", "B", "C"], 100)).astype(object)
    values[::7] = None
    values[50] = "C"
    assert sorted_by("maker", values) is not None


@pytest.mark.parametrize("sign", [1, -1])
def test_numbers_from_low_to_high(sign: int) -> None:
    values = pd.Series(np.sort(np.random.default_rng(0).normal(0, 1, 200)) * sign)
    assert sorted_by("y", values) is not None
    assert sorted_by("y", values.sample(frac=1, random_state=0)) is None


@settings(max_examples=200, deadline=None)
@given(
    shares=st.lists(st.floats(0.05, 1), min_size=2, max_size=30),
    rows=st.integers(1, 600),
    rng_seed=st.integers(0, 50),
)
def test_rows_in_no_order_are_never_called_sorted(shares: list[float], rows: int, rng_seed: int) -> None:
    p = np.array(shares) / np.sum(shares)
    values = np.random.default_rng(rng_seed).choice(len(p), rows, p=p)
    assert sorted_by("x", pd.Series(values)) is None
