"""Readings of instruments that fail: stuck, missing, out of range."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray

Limits = tuple[float | FloatArray, float | FloatArray]


def stuck(values: FloatArray, last: FloatArray, share: float, uniforms: FloatArray) -> FloatArray:
    """Readings of which a share repeats the last ones.

    Parameters
    ----------
    values, last : array, shape (...)
        Readings now and before [any unit].
    share : float
        Probability that one is stuck [1].
    uniforms : array, shape (...)
        Uniform random numbers.

    Returns
    -------
    array, shape (...)
        Readings [their unit].
    """
    return np.where(uniforms < share, last, values)


def missing(values: FloatArray, share: float, uniforms: FloatArray) -> FloatArray:
    """Readings of which a share is missing.

    Parameters
    ----------
    values : array, shape (...)
        Readings [any unit].
    share : float
        Probability that one is missing [1].
    uniforms : array, shape (...)
        Uniform random numbers.

    Returns
    -------
    array, shape (...)
        Readings, NaN where missing [their unit].
    """
    return np.where(uniforms < share, np.nan, values)


def within_range(values: FloatArray, limits: Limits) -> FloatArray:
    """Readings of an instrument that shows nothing beyond its range.

    Parameters
    ----------
    values : array, shape (...)
        Readings, NaN where missing [any unit].
    limits : tuple of float
        Lowest and highest one that it shows [the readings' unit].

    Returns
    -------
    array, shape (...)
        Readings, NaN beyond the range [their unit].
    """
    low, high = limits
    return np.where((values < low) | (values > high), np.nan, values)


def clipped(values: FloatArray, limits: Limits) -> FloatArray:
    """Readings of an instrument that stops at the ends of its range.

    Parameters
    ----------
    values : array, shape (...)
        Readings, NaN where missing [any unit].
    limits : tuple of float
        Ends of the range [the readings' unit].

    Returns
    -------
    array, shape (...)
        Readings [their unit].
    """
    return np.clip(values, *limits)
