"""Pieces that the cameras merge with a neighbour, and the readings of a spot sensor on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from synthetic_data.sorter.feed import FeedPieces


@dataclass(frozen=True)
class Registration:
    """Segmentation of the n pieces of a block by the cameras; each array has one value a piece.

    `neighbour` is the number of the piece that lies next to it, another piece of the same lot. `overlap` is how much of
    the neighbour the cameras take for a part of the piece, 0 where they separate them.
    """

    neighbour: NDArray[np.intp]
    overlap: FloatArray


def register(pieces: FeedPieces, rng: np.random.Generator) -> Registration:
    """Cut the pieces out of the picture: some of those that touch another are taken for one with it.

    Reads `merge_gap` [mm], `merge_share` [1].
    """
    p, lot = pieces.parameters, pieces.lot
    n = len(lot)
    after = np.arange(n) + 1
    last = after == n
    after[last] = n - 1
    neighbour = np.where(last | (lot[after] != lot), np.maximum(np.arange(n) - 1, 0), after)
    merged = (pieces.neighbour_gap < p.merge_gap) & (rng.random(n) < p.merge_share)
    return Registration(neighbour, np.where(merged, rng.random(n), 0.0))


def blended(values: FloatArray, weight: FloatArray, registration: Registration) -> FloatArray:
    """Values (n,) or (n, E) of a whole-piece sensor: the mean with the share of the neighbour.

    `weight` (n,) is what each piece counts with, such as its mass.
    """
    touched = np.flatnonzero(registration.overlap)
    reference = registration.neighbour[touched]
    own = weight[touched]
    foreign = registration.overlap[touched] * weight[reference]
    share = (foreign / (own + foreign)).reshape(-1, *[1] * (values.ndim - 1))
    result = values.copy()
    result[touched] += share * (values[reference] - values[touched])
    return result


def content_at_spot(
    pieces: FeedPieces, registration: Registration, rng: np.random.Generator
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Composition (n, E) at the spot of each piece, and whether the spot lies on the neighbour.

    The spot of two pieces taken for one lies on the neighbour with the neighbour's share of the picture; a composite
    piece shows one of its two materials, by their mass.
    """
    n = len(pieces.lot)
    uniforms = rng.random(n)
    content = pieces.content.copy()
    joined = pieces.composites
    second = uniforms[joined.piece] < joined.second_share
    content[joined.piece] = np.where(second[:, None], joined.second_content, joined.first_content)
    foreign = rng.random(n) * (1.0 + registration.overlap) < registration.overlap
    content[foreign] = pieces.content[registration.neighbour[foreign]]
    return content, foreign
