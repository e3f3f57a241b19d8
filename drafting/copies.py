"""Columns that are copies of others: lines of a number column, categories that rename another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from drafting.columns import DetectedColumn
from drafting.findings import Suspicion
from physics.arrays import FloatArray
from reporting.wording import WordedText

LEFT_OUT = WordedText("is left out")
"""What a draft does about a column that no model can learn from."""
_COPY = 0.9999
_MOST_COPY_ROWS = 8000


def copies(columns: Sequence[DetectedColumn]) -> list[Suspicion]:
    """Number columns that are a line of an earlier one, and categories that rename one.

    Parameters
    ----------
    columns : sequence of DetectedColumn
        Columns that may be inputs.
    """
    findings = []
    numeric = [column for column in columns if column.numbers is not None]
    if len(numeric) > 1:
        rows = slice(None, None, max(1, len(numeric[0].missing) // _MOST_COPY_ROWS))
        X = np.column_stack([column.numbers[rows] for column in numeric])  # type: ignore[index]
        there = np.isfinite(X)
        count = np.maximum(there.sum(axis=0), 1)
        centred = np.where(there, X - np.where(there, X, 0.0).sum(axis=0) / count, 0.0)
        spread = np.sqrt((centred**2).sum(axis=0))
        Z = centred / np.where(spread > 0, spread, 1.0)
        r = Z.T @ Z
        gone: set[int] = set()
        near: set[int] = set()
        for i, j in zip(*np.nonzero(np.triu(np.abs(r) > _COPY, 1)), strict=True):
            if i in gone or j in gone or j in near:
                continue
            values = {"column": numeric[i].text, "correlation": f"{r[i, j]:+.6f}"}
            if not _is_line(X[:, i], X[:, j]):
                evidence = WordedText("nearly a copy of %(column)s: correlation %(correlation)s", **values)
                done = WordedText("nothing: what they differ by may matter")
                near.add(int(j))
            else:
                gone.add(int(j))
                evidence = WordedText("copy of %(column)s: correlation %(correlation)s", **values)
                done = LEFT_OUT
            findings.append(Suspicion("copy", numeric[j].text, evidence, done))
    names = [column for column in columns if column.numbers is None]
    for j, second in enumerate(names):
        for first in names[:j]:
            pairs = len(np.unique(first.codes.astype(np.int64) * (second.codes.max() + 2) + second.codes))
            if pairs == len(np.unique(first.codes)) == len(np.unique(second.codes)):
                evidence = WordedText("copy of %(column)s: each value goes with one of its values", column=first.text)
                findings.append(Suspicion("copy", second.text, evidence, LEFT_OUT))
                break
    return findings


def _is_line(x: FloatArray, y: FloatArray) -> bool:
    """Return whether y is a linear function of x, except for the rounding of both."""
    both = np.isfinite(x) & np.isfinite(y)
    x, y = x[both], y[both]
    slope, offset = np.polynomial.Polynomial.fit(x, y, 1).convert().coef[::-1]
    error = np.abs(y - offset - slope * x)
    written = 0.5 * (_last_digit(y) + abs(slope) * _last_digit(x))
    return bool(error.max() <= 1.05 * written + 1e-9 * np.abs(y).max())


def _last_digit(values: FloatArray) -> float:
    """Size of the last digit to which values are written; 0 where they are not rounded."""
    for digits in range(-3, 10):
        scaled = values * 10.0**digits
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1.0, np.abs(scaled) * 1e-6)):
            return float(10.0**-digits)
    return 0.0
