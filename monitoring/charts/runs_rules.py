"""Runs rules of a Shewhart chart: what makes a value, alone or with those before it, a signal.

A rule takes scores, the distances from the centre in sigmas in the order of time without gaps, shape (n,), and says for
each whether it completes what the rule looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray

Rule = Callable[[FloatArray], BoolArray]


def beyond(sigmas: float) -> Rule:
    """One value farther than this from the centre."""
    return lambda z: np.abs(z) > sigmas


def some_beyond(count: int, of: int, sigmas: float) -> Rule:
    """So many of so many values in a row farther than this on one side, the last one among them."""

    def rule(z: FloatArray) -> BoolArray:
        signals = np.zeros(len(z), dtype=bool)
        for outside in (z > sigmas, z < -sigmas):
            signals |= outside & (_last(outside, of) >= count)
        return signals

    return rule


def in_a_row(count: int, holds: Callable[[FloatArray], BoolArray]) -> Rule:
    """So many values in a row of which each one holds."""
    return lambda z: _last(holds(z), count) >= count


def on_one_side(count: int) -> Rule:
    """So many values in a row on one side of the centre."""
    return lambda z: (_last(z > 0, count) >= count) | (_last(z < 0, count) >= count)


def steady(count: int) -> Rule:
    """So many values in a row, each higher than the one before, or each lower."""

    def rule(z: FloatArray) -> BoolArray:
        step = np.sign(np.diff(z, prepend=np.nan))
        return (_last(step > 0, count - 1) >= count - 1) | (_last(step < 0, count - 1) >= count - 1)

    return rule


def alternating(count: int) -> Rule:
    """So many values in a row that go up and down in turn."""

    def rule(z: FloatArray) -> BoolArray:
        step = np.sign(np.diff(z, prepend=np.nan))
        turned = np.zeros(len(z), dtype=bool)
        turned[1:] = step[1:] * step[:-1] < 0
        return _last(turned, count - 2) >= count - 2

    return rule


THREE_SIGMA: Mapping[str, Rule] = MappingProxyType({"beyond_3_sigma": beyond(3.0)})

# Western Electric (1956). Statistical quality control handbook: zones of one, two and three sigma.
WESTERN_ELECTRIC: Mapping[str, Rule] = MappingProxyType(
    {
        "beyond_3_sigma": beyond(3.0),
        "2_of_3_beyond_2_sigma": some_beyond(2, 3, 2.0),
        "4_of_5_beyond_1_sigma": some_beyond(4, 5, 1.0),
        "8_on_one_side": on_one_side(8),
    }
)

# L. S. Nelson (1984). The Shewhart control chart: tests for special causes. J. Qual. Technol. 16, 237-239.
NELSON: Mapping[str, Rule] = MappingProxyType(
    {
        "beyond_3_sigma": beyond(3.0),
        "9_on_one_side": on_one_side(9),
        "6_steadily": steady(6),
        "14_alternating": alternating(14),
        "2_of_3_beyond_2_sigma": some_beyond(2, 3, 2.0),
        "4_of_5_beyond_1_sigma": some_beyond(4, 5, 1.0),
        "15_within_1_sigma": in_a_row(15, lambda z: np.abs(z) < 1.0),
        "8_beyond_1_sigma": in_a_row(8, lambda z: np.abs(z) > 1.0),
    }
)


def _last(holds: BoolArray, count: int) -> IntArray:
    """Return the number of true values among the last `count`, at each value."""
    total = np.cumsum(holds, dtype=np.intp)
    total[count:] -= total[:-count].copy()
    return total
