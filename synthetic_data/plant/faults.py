"""Faults of a plant: how likely one begins, how long it lasts, for which part of a period it is on."""

from __future__ import annotations

from typing import TypeVar

from physics.arrays import FloatArray

Number = TypeVar("Number", float, FloatArray)

_YEAR = 365.25  # d


def onset_chance(rate: Number, days: float) -> Number:
    """Probability that a fault of so many a year begins within some days [1]; the rate times the time.

    Parameters
    ----------
    rate : float or array
        Faults a year [1/year].
    days : float
        Length of the time, short against the time between two faults [d].

    Returns
    -------
    float or array
        Probability [1].
    """
    return rate * days / _YEAR


def between(low: Number, high: Number, uniform: Number) -> Number:
    """Duration or delay anywhere between two ends, alike likely.

    Parameters
    ----------
    low, high : float or array
        Ends [any unit of time].
    uniform : float or array
        Uniform random numbers.

    Returns
    -------
    float or array
        Duration or delay [the ends' unit].
    """
    return low + (high - low) * uniform
