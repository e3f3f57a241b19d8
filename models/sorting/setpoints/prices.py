"""Prices for recommendations on a sorting line: value of each class by bin, from seed or request."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from models.setpoints.errors import SetpointError
from physics.arrays import FloatArray
from seeds import Quantity, Seed


def prices_of(seed: Seed) -> dict[str, Quantity]:
    """Value of a kilogram of each class in each bin, by the name `<bin>.<class>`."""
    return {
        f"{one.name}.{name}": Quantity(value=one.value[name], unit=one.unit, source=one.source)
        for one in seed.bins
        for name in seed.classes
    }


def priced(seed: Seed, given: Mapping[str, float] | None) -> dict[str, float]:
    """The seed's prices with some of them replaced, by name [$/kg].

    Raises
    ------
    SetpointError
        A name that the seed does not have, or a value that is no finite number.
    """
    own = {name: quantity.value for name, quantity in prices_of(seed).items()}
    for name, value in (given or {}).items():
        if name not in own:
            bins, classes = ", ".join(one.name for one in seed.bins), ", ".join(seed.classes)
            raise SetpointError(
                f"prices.{name}: got a name that the seed lacks: expected <bin>.<class>, bins {bins}, classes {classes}"
            )
        if not math.isfinite(value):
            raise SetpointError(f"prices.{name}: got {value!r}: expected a number")
    return own | dict(given or {})


def values_of(seed: Seed, prices: Mapping[str, float]) -> FloatArray:
    """Value of a kilogram of each class in each bin, shape (B, K) [$/kg], from all prices by name."""
    return np.array([[prices[f"{one.name}.{name}"] for name in seed.classes] for one in seed.bins], dtype=np.float64)
