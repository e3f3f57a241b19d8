"""Compiled modules of scipy by their file."""

import numpy as np
import scipy.special

from physics import compiled


def test_a_module_computes_as_that_of_the_package() -> None:
    module = compiled.compiled("scipy.special._special_ufuncs")
    assert module is not None
    x = np.linspace(-9.0, 9.0, 101)
    np.testing.assert_array_equal(module.ndtr(x), scipy.special.ndtr(x))


def test_there_is_none_where_no_package_or_no_file_is() -> None:
    assert compiled.compiled("scipy.special._no_such_file") is None
    assert compiled.compiled("no_such_package.part.file") is None
