"""Text categories among the inputs: value numbers in a matrix, or one indicator column a value."""

from __future__ import annotations

import numpy as np

from physics.arrays import FloatArray
from seeds import Seed

Categories = tuple[int, ...] | None
"""Number of values of each matrix column, 0 for a numeric column; None if all are numeric."""


def categories_of(seed: Seed, added: int = 0) -> Categories:
    """Categories of a process's inputs, with so many columns of numbers added at the end."""
    sizes = tuple(len(column.values or ()) for column in seed.inputs)
    return (*sizes, *[0] * added) if any(sizes) else None


def category_columns(categories: Categories, columns: int) -> list[int]:
    """Positions of the text categories among so many columns.

    Raises
    ------
    ValueError
        Another number of columns than the categories are stated for.
    """
    if categories is None:
        return []
    if len(categories) != columns:
        raise ValueError(f"categories: got {len(categories)}, expected one for each of {columns} columns")
    return [i for i, size in enumerate(categories) if size]


def indicators(X: FloatArray, categories: Categories) -> FloatArray:
    """Return a matrix with a 0/1 column for each category value, after the numeric columns.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        A category is the number of its value; NaN where it is missing or unknown.
    categories : tuple of int, length k, or None

    Returns
    -------
    ndarray, shape (n, k')
        Columns of numbers as they are, then those of the categories: all 0 where a category is NaN.
    """
    texts = category_columns(categories, X.shape[1])
    if categories is None or not texts:
        return X
    numbers = [i for i in range(X.shape[1]) if i not in texts]
    ones = [X[:, [i]] == np.arange(categories[i]) for i in texts]
    return np.hstack([X[:, numbers], *ones])


def with_indicators(per_column: tuple[int, ...], categories: Categories) -> tuple[int, ...]:
    """Return properties of matrix columns, such as signs, for the columns of `indicators`; 0 for these.

    Raises
    ------
    ValueError
        A text category has a direction.
    """
    texts = category_columns(categories, len(per_column))
    if categories is None:
        return per_column
    if any(per_column[i] for i in texts):
        raise ValueError("signs: a text category has no direction, expected 0")
    numbers = tuple(form for i, form in enumerate(per_column) if i not in texts)
    return numbers + (0,) * sum(categories)


def by_column(parts: FloatArray, categories: Categories) -> FloatArray:
    """Return parts of `indicators` columns, summed over each category's values, for the matrix's columns.

    Parameters
    ----------
    parts : ndarray, shape (n, k', ...)
        One part for each column that `indicators` made.
    categories : tuple of int, length k, or None

    Returns
    -------
    ndarray, shape (n, k, ...)
    """
    if categories is None:
        return parts
    sums = np.zeros((len(parts), len(categories), *parts.shape[2:]))
    texts = category_columns(categories, len(categories))
    numbers = [i for i in range(len(categories)) if i not in texts]
    sums[:, numbers] = parts[:, : len(numbers)]
    start = len(numbers)
    for i in texts:
        sums[:, i] = parts[:, start : start + categories[i]].sum(axis=1)
        start += categories[i]
    return sums


def columns_before(indicated: int, categories: Categories) -> int:
    """Number of columns of the matrix of which `indicators` made so many."""
    return indicated if categories is None else indicated - sum(size - 1 for size in categories if size)
