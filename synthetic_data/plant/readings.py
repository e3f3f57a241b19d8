"""Readings of instruments that fail: stuck, missing, out of range."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.engine.counterfactual_streams import parts

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


def spoiled(
    read: Mapping[str, FloatArray],
    share: float,
    limits: Mapping[str, tuple[float, float]],
    before: Collection[str],
    rng: np.random.Generator,
) -> dict[str, FloatArray]:
    """Readings of a stretch within their ranges, of which a share is missing.

    So many of all readings are missing, not each by its own chance as of `missing`, which takes more random numbers.

    Parameters
    ----------
    read : mapping of str to array, shape (units, periods)
        Readings [any unit].
    share : float
        Share of all readings that is missing [1].
    limits : mapping of str to tuple of float
        Ends of the range of each reading [the reading's unit].
    before : collection of str
        Readings that are known when their period starts.
    rng : Generator
        Draws which are missing.

    Returns
    -------
    dict of str to array, shape (units, periods)
        Readings, NaN where missing [their unit].
    """
    held = np.empty((len(read), *next(iter(read.values())).shape))
    for own, (name, values) in zip(held, read.items(), strict=True):
        np.clip(values, *limits[name], out=own)
    early = np.isin(list(read), list(before))
    for stream, units, drawn, known in parts(rng, *held[0].shape):
        own = held[:, units]
        lost = stream.integers(0, own.size, round(share * own.size))
        column, unit, period = np.unravel_index(lost, own.shape)
        gone = np.where(early[column], known[period], drawn[period])
        own[column[gone], unit[gone], period[gone]] = np.nan
    return dict(zip(read, held, strict=True))
