"""Answers to many rows as columns, one number, text or truth a row: what an Arrow table holds of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from models.interfaces.answers import Answer, flat
from operations.forms.digits import in_digits
from operations.forms.fields import Record
from operations.forms.rows import flag_unknown
from physics.arrays import FloatArray, IntArray

if TYPE_CHECKING:
    import pyarrow as pa

Values = npt.NDArray[Any] | Sequence[str | None]
Described = dict[str, tuple[str | None, str]]
"""Unit of each column, None where it has none, and what it holds."""


@dataclass(frozen=True, eq=False)
class CheckedRows:
    """Some rows that have passed all checks.

    Attributes
    ----------
    X : ndarray, shape (n, k)
        Inputs as `models.table.inputs.matrix` has them for the model's seed.
    key : Array or None
        Names of their units; None where the seed has no key.
    texts : sequence of n dict
        Inputs that are texts, as they came.
    """

    X: FloatArray
    key: pa.Array | None
    texts: Sequence[Record]

    @property
    def keys(self) -> list[str]:
        """Names of their units; empty where the seed has no key."""
        return [] if self.key is None else list(self.key.to_pylist())


@dataclass(frozen=True, eq=False)
class Columns:
    """Responses of a model to n rows.

    Attributes
    ----------
    values : dict of str to array or sequence, length n
        Columns by name, as the task's `described` has them; NaN or None where there is nothing to say.
    flags : list of list of str
        What a reader of each row should know.
    beside : dict
        Parts of a JSON response other than its predictions that are known before the last row.
    after : dict
        What it holds that is known after these rows, and that the next rows of the request are answered with.
    carried : dict
        What the next rows of the request are answered with in addition, or instead, and no response has.
    """

    values: dict[str, Values]
    flags: list[list[str]]
    beside: Record = field(default_factory=dict)
    after: Record = field(default_factory=dict)
    carried: Record = field(default_factory=dict)


def quantities(answers: Mapping[str, Answer], request: Record, flags: list[list[str]]) -> dict[str, Values]:
    """Columns of quantities with their intervals, in the digits that a request asks for.

    Flags name those that the inputs do not determine.
    """
    flag_unknown(answers, flags)
    return dict(flat(in_digits(answers, request)))


def in_order(parts: Sequence[tuple[IntArray, Mapping[str, Values]]]) -> dict[str, Values]:
    """Columns of all rows from those of parts, with the numbers of the rows of each part."""
    place = np.argsort(np.concatenate([rows for rows, _ in parts]), kind="stable")
    return {name: _together([columns[name] for _, columns in parts], place) for name in parts[0][1]}


def _together(values: Sequence[Values], place: IntArray) -> Values:
    arrays = [one for one in values if isinstance(one, np.ndarray)]
    if len(arrays) == len(values):
        return np.asarray(np.concatenate(arrays)[place])
    every = [text for one in values for text in one]
    return [every[i] for i in place.tolist()]


def of_quantities(units: Mapping[str, str]) -> Described:
    """Columns that `quantities` gives for quantities with these units."""
    ends = {"": "", "_low": "lower end of the interval of ", "_high": "upper end of the interval of "}
    return {f"{name}{end}": (unit, f"{about}{name}") for name, unit in units.items() for end, about in ends.items()}


def shares(names: Iterable[str], p: npt.NDArray[Any], prefix: str = "p_") -> dict[str, Values]:
    """A column of each of the names from the columns of p, shape (n, K)."""
    return {f"{prefix}{name}": column for name, column in zip(names, p.T, strict=True)}
