"""Filters along periods: those of scipy, to the last bit, whichever way its loop is found."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.signal import lfilter

from synthetic_data.plant import filters

CASES = [([0.3], [1.0, -0.95]), ([1.0, -0.4], [1.0, -0.9])]
SHAPES = [(1,), (50,), (4, 50), (2, 3, 7)]


@pytest.mark.parametrize("is_compiled", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("numerator", "denominator"), CASES)
def test_a_filter_is_that_of_scipy(numerator, denominator, shape, is_compiled, monkeypatch):
    if not is_compiled:
        monkeypatch.setattr(filters, "_loop", lambda: None)
    rng = np.random.default_rng(7)
    values, state = rng.standard_normal(shape), rng.standard_normal((*shape[:-1], 1))
    values[..., ::13] = np.nan if len(shape) == 3 else values[..., ::13]
    # What comes in is often a transposed view.
    for given in (values, np.asfortranarray(values)):
        result, left = filters.filtered(numerator, denominator, given, state)
        expected, expected_state = lfilter(numerator, denominator, given, zi=state)
        np.testing.assert_array_equal(result, expected)
        np.testing.assert_array_equal(left, expected_state)


def test_this_scipy_holds_the_compiled_loop():
    assert filters._loop() is not None


@pytest.mark.parametrize("process", ["aluminium_ingot", "aluminium_scrap", "heavy_scrap", "copper_cathode"])
def test_a_plant_is_simulated_without_the_packages_that_are_slow_to_import(process):
    code = (
        "import sys, synthetic_data; from seeds import load; "
        f"synthetic_data.replay(load('{process}'), units=2, years=0.1); "
        "assert not {'scipy.signal', 'scipy.special', 'scipy.stats', 'xraydb'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
