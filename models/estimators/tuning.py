"""Settings that fit the table: a short ladder is tried on later blocks of the rows to learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

import numpy as np

from models.estimators.boosting import FEWEST_HELD_BACK, OWN
from models.estimators.physics_features import OnPhysics
from physics.arrays import FloatArray

FEW_ROWS = 2000
"""Below so many rows one block at the end is too small to choose by: there are BLOCKS of them."""
BLOCKS = 3
MOST_TRIED = 4000
"""More rows than these, the newest, are not needed to choose settings by."""

SETTINGS = (*OWN, "penalty", "trees")
"""Names of all settings that a candidate may be tuned in."""

Block = tuple[slice, slice]  # older rows to learn from, and the later ones to measure on
Settings = Mapping[str, Any]


def later_blocks(rows: int, held_back: float, most: int | None = None) -> list[Block]:
    """Cuts of rows sorted by time into older and later ones; the last share is later in the last of them.

    Parameters
    ----------
    rows : int
        How many there are.
    held_back : float
        Share of the rows in a block.
    most : int, optional
        How many blocks; by default one of many rows, BLOCKS of few.

    Returns
    -------
    list of tuple of slice
        Oldest block first; none where a block would be too small to choose by.
    """
    size = int(held_back * rows)
    if size < FEWEST_HELD_BACK:
        return []
    ends = [rows - i * size for i in range(most or (BLOCKS if rows < FEW_ROWS else 1))]
    return [(slice(0, end - size), slice(end - size, end)) for end in reversed(ends) if end - size >= size]


@runtime_checkable
class Tunable(Protocol):
    """An estimator with settings to choose."""

    LADDER: ClassVar[tuple[tuple[Settings, ...], ...]]

    held_back: float

    def block_errors(self, X: FloatArray, y: FloatArray, blocks: Sequence[Block]) -> Iterator[float]:
        """Yield the error on each later block of rows sorted by time, fitted on older rows."""

    def settings(self) -> dict[str, float]:
        """Settings of the fitted estimator, with what it has chosen itself."""

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """All parameters, settings among them."""

    def set_params(self, **params: Any) -> Self:
        """Change settings."""


def tuned(estimator: Any, X: FloatArray, y: FloatArray) -> Any:
    """The same estimator, unfitted, with the settings that err least on later blocks of these rows.

    Each group of the estimator's LADDER is tried in turn, the others as they are by then: a full grid costs many times
    as much and finds hardly more. Rows that are to measure or calibrate the estimator must not be among these.

    Parameters
    ----------
    estimator : estimator of scikit-learn's protocol
        Unfitted; it is not changed. One that has nothing to choose, or too few rows to choose by, stays as it is.
    X, y : ndarray, first axis n
        Rows to learn from, sorted by time.

    Returns
    -------
    estimator
    """
    last, rows = inner(estimator, X)
    if not isinstance(last, Tunable):
        return clone(estimator)
    rows, labels = rows[-MOST_TRIED:], y[-MOST_TRIED:]
    best = error_of(last, {}, rows, labels)
    chosen: dict[str, Any] = {}
    for group in last.LADDER if np.isfinite(best) else ():
        errors = {}
        for step in group:
            if chosen | dict(step) != chosen and any(last.get_params()[name] != value for name, value in step.items()):
                errors[error_of(last, chosen | dict(step), rows, labels)] = step
        if errors and min(errors) < best:
            best = min(errors)
            chosen |= errors[best]
    return with_settings(estimator, chosen)


def clone(estimator: Any) -> Any:
    """The same estimator, unfitted."""
    from sklearn.base import clone as unfitted

    return unfitted(estimator)


def last_of(estimator: Any) -> Any:
    """Return the last step of an estimator on physics features; any other unchanged."""
    return estimator.trees if isinstance(estimator, OnPhysics) else estimator


def inner(estimator: Any, X: FloatArray) -> tuple[Any, FloatArray]:
    """Return the last step of an estimator on physics features, with its matrix; any other unchanged."""
    if not isinstance(estimator, OnPhysics):
        return estimator, X
    if not isinstance(estimator.trees, Tunable):
        return estimator.trees, X
    return estimator.trees, clone(estimator.physics).fit_transform(X)


def error_of(estimator: Any, settings: Settings, X: FloatArray, y: FloatArray) -> float:
    """Mean error over the later blocks with these settings; NaN where there is no block."""
    blocks = later_blocks(len(y), estimator.held_back)
    errors = list(clone(estimator).set_params(**settings).block_errors(X, y, blocks))
    return float(np.mean(errors)) if errors else float("nan")


def with_settings(estimator: Any, settings: Settings) -> Any:
    """The same estimator, unfitted, with other settings; of one on physics features those of what learns."""
    prefix = "trees__" if isinstance(estimator, OnPhysics) else ""
    return clone(estimator).set_params(**{prefix + name: value for name, value in settings.items()})


def settings_of(estimator: Any) -> dict[str, float]:
    """Settings of a fitted estimator by their names in SETTINGS; empty where it has none."""
    last = last_of(estimator)
    if isinstance(last, Tunable):
        return last.settings()
    return {"penalty": float(last.alpha_)} if hasattr(last, "alpha_") else {}
