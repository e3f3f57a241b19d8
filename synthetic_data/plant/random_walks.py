"""Series that continue across segments of periods: first-order walks, stirred pools, delays."""

from __future__ import annotations

import math

import numpy as np

from physics.arrays import FloatArray
from synthetic_data.plant.filters import filtered


def next_walk(state: FloatArray, shock: FloatArray, memory: float) -> FloatArray:
    """Next values of first-order walks of unit variance.

    Parameters
    ----------
    state, shock : array, shape (...)
        Values before, and standard normal numbers [1].
    memory : float
        Steps over which the correlation falls to 1/e [count].

    Returns
    -------
    array, shape (...)
        Values [1].
    """
    retained = math.exp(-1.0 / memory)
    return retained * state + math.sqrt(1.0 - retained * retained) * shock


def next_walks(state: FloatArray, shocks: FloatArray, memory: float) -> FloatArray:
    """The next values of walks, step after step: as `next_walk` gives them, to the last bit.

    Parameters
    ----------
    state : array, shape (walks,)
        Values before [1].
    shocks : array, shape (steps, walks)
        Standard normal numbers [1].
    memory : float
        Steps over which the correlation falls to 1/e [count].

    Returns
    -------
    array, shape (steps, walks)
        Values [1].
    """
    retained = math.exp(-1.0 / memory)
    values = math.sqrt(1.0 - retained * retained) * shocks
    for value in values:
        value += retained * state
        state = value
    return values


class Walk:
    """First-order walks of unit variance with time constant `memory` [periods], from their steady state."""

    # Not `next_walk`: `kept**2` and a filter differ from its product and steps in the last bit.

    def __init__(self, memory: float, shape: tuple[int, ...], rng: np.random.Generator) -> None:
        self._kept = math.exp(-1.0 / memory)
        self._state = rng.standard_normal((*shape, 1))[..., 0]  # as of a period

    def advance(self, normals: FloatArray) -> FloatArray:
        """Next values, shape (..., periods), from standard normal numbers of that shape."""
        fresh = math.sqrt(1.0 - self._kept**2)
        values, _ = filtered([fresh], [1.0, -self._kept], normals, self._kept * self._state[..., None])
        self._state = values[..., -1]
        return values


class Pool:
    """Stirred pools with a share exchanged each period: `physics.melt.metal_balance.pool_content`.

    A pool begins in balance with its first feed.
    """

    def __init__(self, exchange: float) -> None:
        self._exchange = exchange
        self._state: FloatArray | None = None

    def advance(self, feed: FloatArray) -> FloatArray:
        """Contents after each period, shape (..., periods), from the contents of the feed."""
        before = feed[..., 0] if self._state is None else self._state
        left = 1.0 / (1.0 + self._exchange)
        values, _ = filtered([self._exchange * left], [1.0, -left], feed, left * before[..., None])
        self._state = values[..., -1]
        return values


class DelayedSeries:
    """Series as they were some periods earlier; before the first period they stood still."""

    def __init__(self, periods: int) -> None:
        self._periods = periods
        self._tail: FloatArray | None = None

    def advance(self, values: FloatArray) -> FloatArray:
        """The series, shape (..., periods), delayed."""
        if self._tail is None:
            self._tail = np.repeat(values[..., :1], self._periods, axis=-1)
        longer = np.concatenate([self._tail, values], axis=-1)
        self._tail = longer[..., values.shape[-1] :]
        return longer[..., : values.shape[-1]]
