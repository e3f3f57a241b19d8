"""Medians of many columns at once are those of NumPy one by one."""

import numpy as np
import pytest

from training.labels.measures import median


@pytest.mark.parametrize("rows", [1, 2, 5, 8])
def test_the_median_of_each_column_is_that_of_its_values(rows):
    rng = np.random.default_rng(rows)
    values = rng.standard_normal((rows, 200))
    values[rng.random(values.shape) < 0.4] = np.nan
    expected = [np.median(one[~np.isnan(one)]) if (~np.isnan(one)).any() else np.nan for one in values.T]
    assert np.array_equal(median(values), expected, equal_nan=True)


def test_without_rows_or_columns_there_is_no_median():
    assert np.isnan(median(np.empty((0, 3)))).all()
    assert median(np.empty((3, 0))).shape == (0,)
