"""Transfer of a model to another plant, by its errors on plants of the same kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np

from models.uncertainty.error_dispersion import ErrorDispersion, PlantResiduals
from models.uncertainty.intervals import Conformal, CoverageError, share_of
from models.uncertainty.stored_arrays import decoded, encoded, freeze
from physics.arrays import FloatArray

STAGES = (0, 10, 50, 200)
"""Numbers of outcomes of a plant after which the scores of its later rows are measured."""
FEWEST_PLANTS = 10
FEWEST_LATER = 100
"""Later labelled rows of a plant, whose scores are measured at each stage."""
SCORES = 100
"""Scores of a plant at a stage that are kept, at even ranks."""
MOST_ERRORS = 1000
"""Errors of the plant that its offset is the mean of: the newest ones."""


class TransferError(ValueError):
    """Tables of plants by which a model cannot be transferred."""


@dataclass(frozen=True, eq=False)
class PlantScores(Conformal):
    """Scores on rows of several plants, the same number of each.

    Parameters
    ----------
    scores : ndarray, shape (n,)
        As of `Conformal`.
    plants : int
        Number of plants.

    Notes
    -----
    The interval holds a label of a further plant with a probability of at least the coverage, if plants are
    exchangeable [1]_: the further plant is counted with scores of any size.

    References
    ----------
    .. [1] Y. Lee, R. F. Barber, R. Willett (2023). Distribution-free inference with hierarchical data. arXiv
       2306.06342.
    """

    plants: int = 1

    def half_width(self, coverage: float) -> float:
        """Half width of the interval [unit of the scores].

        Raises
        ------
        CoverageError
            Coverage outside (0, 1), or above p/(p + 1) of p plants.
        """
        share = share_of(coverage)
        rank = math.ceil(share * (self.plants + 1) * len(self.scores) / self.plants)
        if rank > len(self.scores):
            needed = math.ceil(share / (1 - share))
            raise CoverageError(f"coverage {coverage:g} needs at least {needed} other plants, got {self.plants}")
        return float(self.scores[rank - 1])

    def scaled(self, factor: float) -> PlantScores:
        """Return the scores of wider intervals."""
        return PlantScores(self.scores * factor, self.plants)


@dataclass(frozen=True, eq=False)
class PlantTransfer:
    """Errors of a model on other plants of the same kind.

    Parameters
    ----------
    dispersion : ErrorDispersion
        Of q quantities.
    growth : ndarray, shape (s, q)
        Root mean square error after the offset from each of STAGES outcomes, over the spread that the model states [1].
    scores : ndarray, shape (s, p, SCORES)
        Scores of later rows of p plants, in units of that error, rising.
    """

    dispersion: ErrorDispersion
    growth: FloatArray
    scores: FloatArray

    def __post_init__(self) -> None:
        growth, scores = (np.array(one, dtype=np.float64) for one in (self.growth, self.scores))
        if growth.shape != (len(STAGES), len(self.dispersion.plants)) or not (growth > 0).all():
            raise ValueError("growth: expected numbers above 0, one a stage and quantity")
        if scores.ndim != 3 or len(scores) != len(STAGES) or not scores.size or not (scores >= 0).all():
            raise ValueError("scores: expected numbers >= 0 of each stage and plant")
        if not np.isfinite(growth).all() or not np.isfinite(scores).all():
            raise ValueError("growth, scores: expected finite numbers")
        freeze(self, growth=growth, scores=scores)

    @property
    def plants(self) -> int:
        """Number of plants."""
        return len(self.scores[0])

    @cached_property
    def _conformal(self) -> tuple[PlantScores, ...]:
        return tuple(PlantScores(np.sort(one, axis=None), self.plants) for one in self.scores)

    def conformal(self, outcomes: int) -> PlantScores:
        """Return the scores after so many outcomes of the plant."""
        return self._conformal[stage_of(outcomes)]

    def growth_after(self, outcomes: int) -> FloatArray:
        """Return `growth` after so many outcomes of the plant, shape (q,)."""
        return np.asarray(self.growth[stage_of(outcomes)])

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; scores are little-endian float32 in base64."""
        return {
            "dispersion": self.dispersion.state(),
            "growth": self.growth.tolist(),
            "plants": self.plants,
            "scores": encoded(self.scores, "<f4"),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        scores = decoded(state["scores"], "<f4")
        dispersion = ErrorDispersion.from_state(state["dispersion"])
        growth = np.array(state["growth"], dtype=np.float64)
        return cls(dispersion, growth, scores.reshape(len(STAGES), int(state["plants"]), -1).astype(np.float64))


def stage_of(outcomes: int) -> int:
    """Return the place of the last of STAGES that so many outcomes reach."""
    return sum(stage <= outcomes for stage in STAGES) - 1


@dataclass(frozen=True, eq=False)
class OtherPlant:
    """Labelled rows of another plant, in the order in which their labels become known.

    Parameters
    ----------
    errors : PlantResiduals
        Errors of the model without an offset.
    scores : callable
        Takes a number of outcomes, offsets of the rows, shape (n, q), and the growth, shape (q,); returns the scores of
        the rows, shape (n,), of a service that has received so many.
    """

    errors: PlantResiduals
    scores: Callable[[int, FloatArray, FloatArray], FloatArray]


def measured(plants: Sequence[OtherPlant], spread: FloatArray) -> PlantTransfer:
    """Return the dispersion of errors on other plants, and their scores at each stage.

    Parameters
    ----------
    plants : sequence of OtherPlant
        FEWEST_PLANTS or more, each with FEWEST_LATER rows after the last stage.
    spread : ndarray, shape (q,)
        Spread of the errors that the model states [scale of its errors].

    Raises
    ------
    TransferError
        Too few plants or rows.
    """
    check_plants(plants)
    dispersion = ErrorDispersion.of([one.errors for one in plants])
    growth, scores = list[FloatArray](), list[list[FloatArray]]()
    for k in STAGES:
        of_plants = [_offsets(dispersion, one.errors, k) for one in plants]
        squares = [
            np.nanmean((one.errors.error - off)[k:] ** 2, axis=0) for one, off in zip(plants, of_plants, strict=True)
        ]
        growth.append(np.sqrt(np.mean(squares, axis=0)) / spread)
        scores.append([_even(one.scores(k, off, growth[-1])[k:]) for one, off in zip(plants, of_plants, strict=True)])
    return PlantTransfer(dispersion, np.array(growth), np.array(scores, dtype=np.float32))  # as they are stored


def _offsets(dispersion: ErrorDispersion, errors: PlantResiduals, k: int) -> FloatArray:
    """Return the offsets of all rows of a plant from its first k, shape (n, q)."""
    first = PlantResiduals(errors.error[:k], errors.unit[:k], errors.period[:k])
    plant, units = dispersion.offsets(first)
    of_unit = np.zeros((int(errors.unit.max()) + 1, errors.error.shape[1]))
    of_unit[: len(units)] = units
    return np.asarray(plant + of_unit[errors.unit])


def check_plants(plants: Sequence[OtherPlant]) -> None:
    """Raise TransferError if plants are too few or have too few rows."""
    if len(plants) < FEWEST_PLANTS:
        raise TransferError(
            f"plants: got {len(plants)} tables, expected {FEWEST_PLANTS} or more other plants of the same kind"
        )
    needed = STAGES[-1] + FEWEST_LATER
    for number, one in enumerate(plants, start=1):
        if len(one.errors.error) < needed:
            raise TransferError(f"table {number}: got {len(one.errors.error)} labelled rows, expected {needed} or more")
        if np.isnan(one.errors.error[STAGES[-1] :]).all(axis=0).any():
            raise TransferError(f"table {number}: a target has no label after row {STAGES[-1]}")


def _even(scores: FloatArray) -> FloatArray:
    """Return SCORES of some scores at even ranks, rising, none below its share."""
    ranks = np.ceil(np.arange(1, SCORES + 1) / SCORES * len(scores)).astype(np.intp) - 1
    return np.asarray(np.sort(scores)[ranks])


@dataclass(frozen=True, eq=False)
class PlantErrors:
    """Newest errors of the plant that a transferred model serves.

    Parameters
    ----------
    units : tuple of str, length n
        Unit of each error.
    starts : tuple of int, length n
        Start of its period [microseconds since 1970].
    errors : ndarray, shape (n, q)
        Label minus prediction, no offset added [scale of the model's errors]; NaN where there is no label.
    """

    units: tuple[str, ...] = ()
    starts: tuple[int, ...] = ()
    errors: FloatArray = field(default_factory=lambda: np.empty((0, 0)))

    def with_newer(self, units: Sequence[str], starts: Sequence[int], errors: FloatArray) -> Self:
        """Return the errors after some newer ones; of all the newest MOST_ERRORS."""
        whole = np.concatenate([self.errors, errors]) if self.units else errors
        newest = slice(-MOST_ERRORS, None)
        return type(self)((*self.units, *units)[newest], (*self.starts, *starts)[newest], whole[newest])

    def offsets(self, dispersion: ErrorDispersion) -> tuple[FloatArray, dict[str, FloatArray]]:
        """Return the offset of the plant, shape (q,), and what is added to it for each of its known units."""
        if not self.units:
            return np.zeros(len(dispersion.plants)), {}
        names, unit = np.unique(np.array(self.units, dtype=object).astype(str), return_inverse=True)
        _, period = np.unique(np.array(self.starts, dtype=np.int64), return_inverse=True)
        plant, own = dispersion.offsets(PlantResiduals(self.errors, unit.astype(np.int64), period.astype(np.int64)))
        return plant, dict(zip(names.tolist(), own, strict=True))

    def state(self) -> dict[str, Any]:
        """Return the state as JSON values; null where there is no label."""
        errors: list[list[float | None]] = [
            [None if math.isnan(value) else value for value in row] for row in self.errors.tolist()
        ]
        return {"units": list(self.units), "starts": list(self.starts), "errors": errors}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Restore from the values that `state` returned."""
        units = tuple(state["units"])
        errors = np.array(state["errors"], dtype=np.float64).reshape(len(units), -1) if units else np.empty((0, 0))
        return cls(units, tuple(int(one) for one in state["starts"]), errors)
