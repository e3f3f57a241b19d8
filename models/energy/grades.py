"""The energy grade that a tonne's energy reaches under a norm, and how far the next one is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from models.energy.account import COAL_EQUIVALENT
from models.interfaces.answers import Answer
from models.interfaces.energy import Account
from physics.arrays import FloatArray, IntArray
from seeds import Norm

ObjectArray = npt.NDArray[Any]


def counted(norm: Norm, of: Account) -> FloatArray:
    """Return the energy that a norm limits, with parts outside the process [unit of the norm]."""
    outside_boundary = 0.0 if norm.outside_boundary is None else norm.outside_boundary.value
    own = of.coal_equivalent if norm.unit == COAL_EQUIVALENT else of.boundaries[norm.boundary]
    return own + outside_boundary


@dataclass(frozen=True, eq=False)
class NormCompliance:
    """Compliance of n rows with a norm.

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


class Norms:
    """Norms of a process, with all limits as one array for fast comparison of rows.

    Parameters
    ----------
    norms : sequence of m Norm
        The norms.
    """

    def __init__(self, norms: Sequence[Norm]) -> None:
        self._norms = tuple(norms)
        self._most = max((len(norm.grades) for norm in norms), default=0)
        # A grade that a norm lacks is kept by every energy, and by none that is not known.
        limits = np.full((len(norms), self._most), np.inf)
        names = np.full((len(norms), self._most + 2), None, dtype=object)
        for own, named, norm in zip(limits, names, norms, strict=True):
            own[: len(norm.grades)] = [grade.at_most for grade in norm.grades]
            named[1 : len(norm.grades) + 1] = [grade.name for grade in norm.grades]
        self._limits, self._names = limits[:, :, None, None], names
        # Of the grade before each place; the best has none.
        self._before = np.hstack([np.full((len(norms), 1), np.nan), limits])
        self._which = np.arange(len(norms))[:, None, None]

    def __iter__(self) -> Iterator[Norm]:
        return iter(self._norms)

    def __len__(self) -> int:
        return len(self._norms)

    def reached(self, energy: FloatArray) -> IntArray:
        """Return each energy's index among a norm's grades; their number if no grade is reached.

        Parameters
        ----------
        energy : ndarray, shape (m, e, n)
            What each norm limits, by its ends and rows [unit of the norm]; NaN reaches none.

        Returns
        -------
        ndarray of int, shape (m, e, n)
            0 is the best grade; a limit itself still keeps it.
        """
        satisfied = energy[:, None] <= self._limits  # false for missing energy
        places: IntArray = self._most - satisfied.sum(axis=1)
        return places

    def graded(self, energy: FloatArray) -> tuple[ObjectArray, FloatArray]:
        """Grades of n rows under each norm, and distances to the next better ones; see `NormCompliance`.

        Parameters
        ----------
        energy : ndarray, shape (m, 3, n)
            Value, low and high end of what each norm limits [unit of the norm].

        Returns
        -------
        tuple
            Names of the grade, the best, the worst and the next better one, shape (m, 4, n), None where there is none;
            distances, shape (m, 3, n), NaN where there is no better grade.
        """
        places = self.reached(energy)
        reached = places[:, :1]
        following = np.where(np.isfinite(energy[:, :1]), reached, 0)  # the place before the best has no name
        names = self._names[self._which, np.concatenate([places + 1, following], axis=1)]
        return names, energy - self._before[self._which, reached]  # NaN where energy is not known

    def standings(self, energy: FloatArray) -> list[NormCompliance]:
        """Return the compliance of n rows with each norm, from the limited energy; see `graded`."""
        grades, distances = self.graded(energy)
        return [
            NormCompliance(norm, Answer(*ends), value, best, worst, following, Answer(*away))
            for norm, ends, (value, best, worst, following), away in zip(
                self._norms, energy, grades.tolist(), distances, strict=True
            )
        ]
