"""What physics takes: numbers and arrays as float64, and what records operations as it is."""

import numpy as np

from physics.arrays import floats


class Recorder(np.lib.mixins.NDArrayOperatorsMixin):
    """Stands in place of an array."""


def test_numbers_become_arrays_of_float64():
    for values in (3, 2.5, np.arange(3), [1, 2], np.float32(0.5)):
        found = floats(values)
        assert isinstance(found, np.ndarray)
        assert found.dtype == np.float64
        assert np.array_equal(found, values)


def test_an_array_is_not_copied():
    values = np.array([1.0, 2.0])
    assert floats(values) is values


def test_what_records_operations_stays():
    recorder = Recorder()
    assert floats(recorder) is recorder
