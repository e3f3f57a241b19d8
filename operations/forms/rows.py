"""Conversion between a request's rows and a model's matrix, in NumPy without a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from operator import itemgetter

import numpy as np

from models.interfaces.answers import Answer
from models.table.inputs import codes, input_names, sizes
from operations.forms.digits import in_digits
from operations.forms.faults import shown
from operations.forms.fields import Record
from operations.forms.values import QUALITY, UNUSED
from physics.arrays import FloatArray
from seeds import Seed


def matrix(rows: Sequence[Record], seed: Seed) -> FloatArray:
    """Inputs in the order of a model's seed, shape (n, k), as `models.table.inputs.matrix`; null is NaN."""
    names = input_names(seed)
    if seed.added and rows and seed.added[0].name not in rows[0]:
        rows = [dict.fromkeys(column.name for column in seed.added) | row for row in rows]
    if texts := texts_of(seed):
        rows = [row | {name: numbers.get(row[name]) for name, numbers in texts.items()} for row in rows]
    values = np.array(list(map(itemgetter(*names), rows)), dtype=np.float64).reshape(len(rows), len(names))
    return sizes(values, seed)


def texts_of(seed: Seed) -> dict[str, dict[str | None, float]]:
    """Number of each text that an input may have, by the input's name."""
    return {
        column.name: dict(zip(column.values, codes(column.values, column).tolist(), strict=True))
        for column in seed.text_inputs
        if column.values
    }


def flag_readings(rows: Sequence[Record], seed: Seed, flags: list[list[str]]) -> None:
    """Add flags for values of doubtful quality and for texts unknown to the model's seed."""
    for row, words in zip(rows, flags, strict=True):
        if QUALITY not in row:
            continue
        for name, quality in row[QUALITY].items():
            if quality != "good":
                words.append(f"{name} of quality {quality}{': taken as missing' if quality in UNUSED else ''}")
    for name, numbers in texts_of(seed).items():
        for row, words in zip(rows, flags, strict=True):
            if row[name] is not None and row[name] not in numbers:
                words.append(f"{name} '{shown(row[name])}' is none of {', '.join(map(str, numbers))}: taken as missing")


def with_ids(rows: Sequence[Record], echoed: tuple[str, ...], request: Record) -> list[Record]:
    """Beginning of each prediction: an id that no other prediction has, and the key and time of its row.

    Parameters
    ----------
    rows : sequence of dict
        Some rows of a request.
    echoed : tuple of str
        What is repeated of them.
    request : dict
        The request: its `id`, and as `first` how many of its rows stand before these.
    """
    of, first = request["id"], request["first"]
    return [{"id": f"{of}-{i}", **{name: row[name] for name in echoed}} for i, row in enumerate(rows, first)]


def flag_unknown(answers: Mapping[str, Answer], flags: list[list[str]]) -> None:
    """Add to the rows' flags which quantities the inputs do not determine."""
    unknown = ~np.isfinite(np.array([answer.value for answer in answers.values()]).reshape(len(answers), len(flags)))
    if unknown.any():
        names = list(answers)
        for which, i in np.argwhere(unknown).tolist():
            flags[i].append(f"{names[which]} not determined by these inputs")


def estimates(
    answers: Mapping[str, Answer], units: Mapping[str, str], request: Record, flags: list[list[str]]
) -> list[Record]:
    """Quantities with intervals, row by row; flags name those that the inputs do not determine.

    Parameters
    ----------
    answers : Mapping of str to Answer
        Each quantity for n rows; NaN where it is not determined.
    units : Mapping of str to str
        Unit of each quantity.
    request : dict
        The request around the rows, which chooses the digits.
    flags : list of list of str
        Flags of the n rows, which are added to.
    """
    estimated: list[Record] = [{} for _ in flags]
    all_known = True
    for name, answer in in_digits(answers, request).items():
        unit = units[name]
        values, lows, highs = (part.tolist() for part in answer)
        all_known = all_known and all(map(isfinite, values))
        for one, value, low, high in zip(estimated, values, lows, highs, strict=True):
            one[name] = {"value": value, "low": low, "high": high, "unit": unit}
    if not all_known:
        flag_unknown(answers, flags)
    return estimated
