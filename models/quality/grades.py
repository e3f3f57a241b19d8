"""Grades as limits on contents and on their sums, and whether a lot keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed

_ROUNDING = 1e-9  # relative: a sum of decimals that is at its limit may come out above it in binary


@dataclass(frozen=True)
class Joined:
    """Evaluation plan of each grade's tightest limit: grades with common limits share their evaluation.

    Attributes
    ----------
    pairs : tuple of (int, int)
        Rows whose larger one, number by number, is the next row; the first b rows are of what is `Limits.bounded`.
    of_grade : tuple of tuple of (int, float), length G - 1
        For each grade rows and the logarithm of the limit that all that is in a row has there.
    """

    pairs: tuple[tuple[int, int], ...]
    of_grade: tuple[tuple[tuple[int, float], ...], ...]

    @classmethod
    def of(cls, by_grade: FloatArray) -> Joined:
        """Return the plan from limits of each grade on b sets, shape (G - 1, b); infinite without a limit."""
        grades: list[dict[float, frozenset[int]]] = [
            {highest: frozenset(np.flatnonzero(own == highest).tolist()) for highest in own[np.isfinite(own)].tolist()}
            for own in by_grade
        ]
        rows = {frozenset([b]): b for b in range(by_grade.shape[1])}
        pairs: list[tuple[int, int]] = []
        for needed in sorted({one for own in grades for one in own.values()}, key=lambda one: (len(one), sorted(one))):
            known: frozenset[int] = frozenset()
            while known != needed:
                part = _largest(rows, needed - known)
                if known:
                    pairs.append((rows[known], rows[part]))
                    rows[known | part] = by_grade.shape[1] + len(pairs) - 1
                known |= part
        of_grade = tuple(tuple((rows[one], float(np.log(h))) for h, one in own.items()) for own in grades)
        return cls(tuple(pairs), of_grade)


def _largest(sets: Iterable[frozenset[int]], within: frozenset[int]) -> frozenset[int]:
    return max((one for one in sets if one <= within), key=len)


@dataclass(frozen=True, eq=False)
class Limits:
    """The q limits of G grades on E elements; the last grade has none.

    Attributes
    ----------
    names : tuple of str, length q
        The element that a limit bounds, or the name of a sum.
    elements : ndarray, shape (q, E)
        1 where an element counts, 0 elsewhere.
    bound : ndarray, shape (q,)
        Highest or least content or sum [unit of the elements].
    way : ndarray, shape (q,)
        1 where the bound is the highest, -1 where it is the least: to the power of it contents and bounds are
        compared alike.
    grade : ndarray of int, shape (q,)
        Whose limit it is.
    grades : int
        Number of grades, G.
    """

    names: tuple[str, ...]
    elements: FloatArray
    bound: FloatArray
    way: FloatArray
    grade: IntArray
    grades: int

    @classmethod
    def of(cls, seed: Seed) -> Limits:
        """Limits of a seed's grades, element by element and then the sums."""
        order = [element.name for element in seed.elements]
        rows: list[tuple[str, list[str], float, bool, int]] = []
        for number, grade in enumerate(seed.grades):
            limits = [(name, [name], limit) for name, limit in grade.limits.items()]
            limits += [(total.name, total.of, total) for total in grade.sums]
            rows += [(name, of, *bound, number) for name, of, limit in limits for bound in limit.bounds]
        return cls(
            names=tuple(row[0] for row in rows),
            elements=np.array([[float(name in row[1]) for name in order] for row in rows]),
            bound=np.array([row[2] for row in rows]),
            way=np.array([1.0 if row[3] else -1.0 for row in rows]),
            grade=np.array([row[4] for row in rows], dtype=np.intp),
            grades=len(seed.grades),
        )

    def of_grade(self, grade: int) -> IntArray:
        """Return the indices of a grade's limits."""
        return np.flatnonzero(self.grade == grade)

    @cached_property
    def bounded(self) -> tuple[FloatArray, IntArray]:
        """Bounded element sets without duplicates, shape (b, E), and the set of each limit, shape (q,).

        Elements count 1 where the highest is bounded, -1 where the least is.
        """
        sets, number = np.unique(self.elements * self.way[:, None], axis=0, return_inverse=True)
        return sets, number

    @cached_property
    def by_grade(self) -> FloatArray:
        """Tightest bound of each grade to the power of its way, shape (G - 1, b); infinite where it has none.

        On each of what is `bounded`.
        """
        sets, number = self.bounded
        tightest = np.full((self.grades - 1, len(sets)), np.inf)
        np.minimum.at(tightest, (self.grade, number), self.bound**self.way)
        return tightest

    @cached_property
    def ways(self) -> list[int]:
        """Direction of each `bounded` set: 1 for an upper limit, -1 for a lower limit."""
        return [1 if one.sum() > 0 else -1 for one in self.bounded[0]]

    @cached_property
    def members(self) -> list[list[int]]:
        """Elements of each of what is `bounded`."""
        return [np.flatnonzero(one).tolist() for one in self.bounded[0]]

    @cached_property
    def sums(self) -> list[int]:
        """Indices of `bounded` sets that are sums of several elements."""
        return [b for b, members in enumerate(self.members) if len(members) > 1]

    @cached_property
    def joined(self) -> Joined:
        """Evaluation plan of each grade's tightest limit."""
        return Joined.of(self.by_grade)

    def values(self, contents: FloatArray) -> FloatArray:
        """Return the limited quantities, shape (..., q), of contents of shape (..., E)."""
        values: FloatArray = contents @ self.elements.T
        return values

    def fullness(self, contents: FloatArray) -> FloatArray:
        """Return the utilisation of each grade's tightest limit, shape (..., G): broken above 1; 0 at last.

        Parameters
        ----------
        contents : ndarray, shape (..., E)
            Contents; NaN where one is unknown, which makes each grade unknown that bounds it.
        """
        share = self._shares(contents, contents)
        share[self._unknown(contents)] = np.nan
        return self._fullest(share)

    def _shares(self, high: FloatArray, low: FloatArray) -> FloatArray:
        """Return each limit's utilisation, shape (..., q), from highest and lowest contents; NaN is absent."""
        most, least = self.values(np.nan_to_num(high)), self.values(np.nan_to_num(low))
        with np.errstate(divide="ignore"):  # of nothing where something is the least
            return np.where(self.way > 0, most / self.bound, self.bound / least)

    def _unknown(self, contents: FloatArray) -> BoolArray:
        unknown: BoolArray = np.isnan(contents).astype(np.float64) @ self.elements.T > 0
        return unknown

    def _fullest(self, share: FloatArray) -> FloatArray:
        full = np.zeros((*share.shape[:-1], self.grades))
        for grade in range(self.grades - 1):
            full[..., grade] = np.max(share[..., self.of_grade(grade)], axis=-1)
        return full

    def kept(self, reported: FloatArray) -> FloatArray:
        """Return whether lots satisfy each grade by assay, shape (n, G): 1, 0, or NaN if undecided.

        Parameters
        ----------
        reported : ndarray, shape (n, E)
            Contents; one that is below the laboratory's limit counts with that limit where the highest is bounded, as
            nothing where the least is; NaN is unknown.
        """
        share, unknown = self._shares(np.abs(reported), np.maximum(reported, 0.0)), self._unknown(reported)
        # What is unknown cannot mend what is broken already; laboratories stop once a lot has failed.
        share[unknown & (self.way < 0)] = 0.0
        broken = self._fullest(share) > 1.0 + _ROUNDING
        return np.where(broken, 0.0, np.where(self._fullest(unknown.astype(np.float64)) > 0, np.nan, 1.0))
