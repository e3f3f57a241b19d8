"""Equal rows of truth values, such as patterns of missing inputs."""

from __future__ import annotations

import numpy as np

from physics.arrays import BoolArray, IntArray

_BYTES = 8
"""Bytes of a number that is compared: numbers are sorted several times as fast as rows."""
_SMALL = 2**16
"""Numbers below it are sorted by counting."""


def grouped(masks: BoolArray) -> tuple[BoolArray, list[IntArray]]:
    """Return the distinct rows of truth values in rising order, and the numbers of equal rows.

    Parameters
    ----------
    masks : ndarray of bool, shape (n, k)
        Rows; the first column counts most in their order.

    Returns
    -------
    tuple
        Distinct rows, shape (p, k), and p arrays of rising numbers.
    """
    packed = np.packbits(masks, axis=1)
    words = max(1, -(-packed.shape[1] // _BYTES))
    padded = np.zeros((len(masks), words * _BYTES), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    place = np.zeros(len(masks), dtype=np.int64)
    for word in padded.view(f">u{_BYTES}").astype(np.uint64).T:
        own, number = np.unique(word, return_inverse=True)
        place = place * len(own) + number
        place = np.unique(place, return_inverse=True)[1] if words > 1 else place
    counts = np.bincount(place)
    order = np.argsort(place.astype(np.uint16) if len(counts) < _SMALL else place, kind="stable")
    ends = np.cumsum(counts)
    parts = [order[end - count : end] for end, count in zip(ends.tolist(), counts.tolist(), strict=True)]
    return masks[np.array([one[0] for one in parts], dtype=np.intp)], parts
