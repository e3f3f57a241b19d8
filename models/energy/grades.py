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
    energy : ndarray, shape (n,)
        What it limits [unit of the norm]; NaN reaches none.

    Returns
    -------
    ndarray of int, shape (n,)
        0 is the best grade; a limit itself still keeps it.
    """
    limits = np.array([grade.at_most for grade in norm.grades])
    with np.errstate(invalid="ignore"):
        kept = energy[:, None] <= limits
    return np.where(kept.any(axis=1), kept.argmax(axis=1), len(limits))


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
    places = reached(norm, energy.value)
    known = np.isfinite(energy.value)
    limits = np.array([np.nan, *(grade.at_most for grade in norm.grades)])  # of the grade before each place
    wanted = np.where(known, limits[places], np.nan)
    distance = Answer(*(np.asarray(end - wanted) for end in energy))
    better: Sequence[str | None] = [None, *(grade.name for grade in norm.grades)]
    following = [better[place] if ok else None for place, ok in zip(places, known, strict=True)]
    return Standing(
        norm=norm,
        energy=energy,
        grade=_named(norm, energy.value),
        best=_named(norm, energy.low),
        worst=_named(norm, energy.high),
        following=following,
        distance=distance,
    )


def _named(norm: Norm, energy: FloatArray) -> list[str | None]:
    names: Sequence[str | None] = [*(grade.name for grade in norm.grades), None]
    return [names[place] for place in reached(norm, energy)]
