"""The energy grade that a tonne's energy reaches under a norm, and how far the next one is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.answers import Answer
from models.energy.account import Account
from physics.arrays import FloatArray, IntArray
from seeds import Norm

KILOWATT_HOURS = "kWh/t"


def counted(norm: Norm, of: Account) -> FloatArray:
    """What a norm limits, of n rows: energy within its boundary and what it counts elsewhere [unit of the norm]."""
    elsewhere = 0.0 if norm.elsewhere is None else norm.elsewhere.value
    own = of.boundaries[norm.boundary] if norm.unit == KILOWATT_HOURS else of.coal_equivalent
    return own + elsewhere


def reached(norm: Norm, energy: FloatArray) -> IntArray:
    """Place of the grade that each energy reaches among the norm's grades; their number where it reaches none.

    Parameters
    ----------
    norm : Norm
        The norm.
    energy : ndarray, shape (...)
        What it limits [unit of the norm]; NaN reaches none.

    Returns
    -------
    ndarray of int, shape (...)
        0 is the best grade; a limit itself still keeps it.
    """
    return np.searchsorted([grade.at_most for grade in norm.grades], energy)  # what is missing is beyond all limits


@dataclass(frozen=True, eq=False)
class Standing:
    """Where n rows stand under a norm.

    Attributes
    ----------
    norm : Norm
        The norm.
    energy : Answer
        What it limits [unit of the norm].
    grade, best, worst : list of str or None
        Grade at the value and at both ends of the interval; None where none is reached, or the energy is not known.
    following : list of str or None
        The next better grade; None where the best is reached, or the energy is not known.
    distance : Answer
        Energy less the limit of the next better grade; NaN where there is none. Where the low end is negative, the
        interval reaches into that grade [unit of the norm].
    """

    norm: Norm
    energy: Answer
    grade: list[str | None]
    best: list[str | None]
    worst: list[str | None]
    following: list[str | None]
    distance: Answer


def standing(norm: Norm, energy: Answer) -> Standing:
    """Where n rows stand under a norm, from what it limits with its interval."""
    names: Sequence[str | None] = [None, *(grade.name for grade in norm.grades), None]
    limits = np.array([np.nan, *(grade.at_most for grade in norm.grades)])
    ends = np.array(energy)
    places, best, worst = reached(norm, ends)
    distances = ends - limits[places]  # of the grade before each place; NaN where energy is not known
    known = np.isfinite(energy.value).tolist()
    return Standing(
        norm=norm,
        energy=energy,
        grade=[names[place + 1] for place in places.tolist()],
        best=[names[place + 1] for place in best.tolist()],
        worst=[names[place + 1] for place in worst.tolist()],
        following=[names[place] if ok else None for place, ok in zip(places.tolist(), known, strict=True)],
        distance=Answer(*distances),
    )
