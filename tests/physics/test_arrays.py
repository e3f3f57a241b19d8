"""Numbers and arrays as physics takes them: float64."""

import numpy as np

from physics.arrays import floats


def test_numbers_become_arrays_of_float64():
    for values in (3, 2.5, np.arange(3), [1, 2], np.float32(0.5)):
        result = floats(values)
        assert isinstance(result, np.ndarray)
        assert result.dtype == np.float64
        assert np.array_equal(result, values)


def test_an_array_is_not_copied():
    values = np.array([1.0, 2.0])
    assert floats(values) is values
