"""Value of a kilogram of each class by bin, from the seed or prices of the request."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from physics.arrays import FloatArray, IntArray
from seeds import Seed


class PriceError(ValueError):
    """Invalid prices: unknown bins or classes, or non-finite numbers; all are named."""


def value_matrix(seed: Seed, prices: Mapping[str, Mapping[str, float]] | None = None) -> FloatArray:
    """Value of a kilogram of each class in each bin.

    Parameters
    ----------
    seed : Seed
        A process that sorts.
    prices : Mapping of bin to class to number, optional
        Values that replace the seed's [$/kg]; what is not named stays as in the seed.

    Returns
    -------
    ndarray, shape (B, K)
        In the order of the seed's bins and classes [$/kg].

    Raises
    ------
    PriceError
        A bin or class that the seed does not have, or a price that is no finite number; each is named.
    """
    prices = prices or {}
    bins = {one.name: one for one in seed.bins}
    faults = [f"prices.{name}: expected a bin: {', '.join(bins)}" for name in prices if name not in bins]
    for name in prices.keys() & bins.keys():
        for label, price in prices[name].items():
            if label not in seed.classes:
                faults.append(f"prices.{name}.{label}: expected a class: {', '.join(seed.classes)}")
            elif not np.isfinite(price):
                faults.append(f"prices.{name}.{label}: got {price!r}: expected a finite number [$/kg]")
    if faults:
        raise PriceError("; ".join(sorted(faults)))
    return np.array(
        [[prices.get(name, {}).get(label, one.value[label]) for label in seed.classes] for name, one in bins.items()],
        dtype=np.float64,
    )


def oracle_bins(values: FloatArray, codes: npt.ArrayLike) -> IntArray:
    """Bin in which a piece of a known class is worth most, the first of equals.

    Parameters
    ----------
    values : ndarray, shape (B, K)
        Value of a kilogram of each class in each bin [$/kg].
    codes : array_like, shape (n,)
        Numbers of the classes, whole.

    Returns
    -------
    ndarray of int, shape (n,)
    """
    return np.asarray(np.argmax(values, axis=0)[np.asarray(codes, dtype=np.intp)])
