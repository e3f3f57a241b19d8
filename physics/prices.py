"""Prices and factors that money is computed with: each there, and possible."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping


def checked(prices: Mapping[str, float], names: Iterable[str], above_zero: Collection[str] = ()) -> dict[str, float]:
    """Prices and factors of these names, once each is there and possible.

    Parameters
    ----------
    prices
        By name; other names are ignored
    names
        Which are needed
    above_zero
        Which of them cannot be 0

    Returns
    -------
    dict[str, float]
        Those that are needed

    Raises
    ------
    ValueError
        One is missing, negative or no number; it is named.

    References
    ----------
    None: a check, not an equation.
    """
    for name in names:
        if name not in prices:
            raise ValueError(f"economics.{name}: missing: expected a number")
        value, positive = prices[name], name in above_zero
        if not math.isfinite(value) or value < 0.0 or (positive and value == 0.0):
            least = "above 0" if positive else "of 0 or more"
            raise ValueError(f"economics.{name}: got {value:g}: expected a number {least}")
    return {name: prices[name] for name in names}
