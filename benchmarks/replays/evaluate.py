"""Evaluation of a step's predictions by task: errors to the truth, coverage, costs of decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.replays.step import Step
from models.interfaces.answers import COVERAGE
from models.quality.grades import Limits
from models.quality.outcomes import covered
from models.table.inputs import matrix
from models.tasks import inputs_for
from monitoring.drift.residuals import class_codes, codes_of
from monitoring.drift.rows import Answered
from monitoring.drift.tasks import lost_by_lots, lost_by_pieces
from physics.arrays import FloatArray
from seeds import Column, Seed

Answers = Sequence[Mapping[str, Any]]
"""An answer a row, as JSON of the service has it or as flat columns."""


@dataclass(frozen=True, eq=False)
class Evaluated:
    """Evaluation of the predictions of n rows.

    Attributes
    ----------
    size : ndarray, shape (n,) or (n, E)
        How far each answer lies from what is true; NaN where that is not known.
    signed : ndarray of the same shape, or None
        The same with its sign; None of classes, which are right or wrong.
    inside : ndarray, shape (n,)
        1 where the intervals of a row hold what the laboratory reports, else 0, or the share of its contents that they
        hold; NaN where nothing is reported.
    lost : ndarray, shape (n,), or None
        What each decision costs against one by the truth; None where nothing is decided.
    broken : ndarray, shape (n,), or None
        1 where a lot that went without an assay in a grade with limits breaks it by its assay, 0 where it keeps it, NaN
        of other lots; None where no lots are released.
    """

    size: FloatArray
    signed: FloatArray | None
    inside: FloatArray
    lost: FloatArray | None = None
    broken: FloatArray | None = None


def true_numbers(known: pd.DataFrame, seed: Seed) -> FloatArray:
    """True value of the first target, shape (n,) [its unit]."""
    return known[seed.target.name].to_numpy(dtype=np.float64)


def true_contents(known: pd.DataFrame, seed: Seed) -> FloatArray:
    """True contents of lots, shape (n, E) [their units]."""
    return _numbers(known, seed.elements)


def true_classes(known: pd.DataFrame, seed: Seed) -> FloatArray:
    """Number of each row's true class in the seed's order, shape (n,); NaN where it is not known."""
    code = class_codes(known, seed).astype(np.float64)
    return np.where(code < 0, np.nan, code)


def flat_answers(model: Any, table: pd.DataFrame, seed: Seed) -> Answers:
    """Predictions of a model for rows, as flat columns."""
    return _records(model.columns(inputs_for(model, table)))


def answers_by_lot(model: Any, table: pd.DataFrame, seed: Seed) -> Answers:
    """The same of pieces, each decided with those of its lot that passed before it."""
    X = matrix(table, seed)
    assert seed.lots is not None
    decided = model.sort(X, table[seed.lots.name].to_numpy(dtype=object))
    return _records({**model.columns(X), "bin": np.array([one.name for one in seed.bins])[decided.bin]})


def _records(columns: Mapping[str, Any]) -> Answers:
    return [{str(name): value for name, value in row.items()} for row in pd.DataFrame(columns).to_dict("records")]


def of_numbers(step: Step, answers: Answers, seed: Seed) -> Evaluated:
    """Evaluation for the first target [its unit]."""
    name = seed.target.name
    answer, label = _rows(step.table, answers, seed).said[name], step.table[name].to_numpy(dtype=np.float64)
    error = answer.value - step.truth
    held = (answer.low <= label) & (label <= answer.high)
    return Evaluated(np.abs(error), error, _where(~np.isnan(label), held))


def of_lots(step: Step, answers: Answers, seed: Seed) -> Evaluated:
    """Evaluation of graded lots: log contents [1] with joint intervals, and decisions [$/t]."""
    rows, reported = _rows(step.table, answers, seed), _numbers(step.table, seed.elements)
    predicted = [rows.said[column.name] for column in seed.elements]
    error = np.log(np.column_stack([one.value for one in predicted])) - np.log(step.truth)
    unknown = np.isnan(reported)
    held = np.column_stack([covered(one, answer) for one, answer in zip(reported.T, predicted, strict=True)]) | unknown
    true = dict(zip((column.name for column in seed.elements), step.truth.T, strict=True))
    return Evaluated(
        size=np.abs(error),
        signed=error,
        inside=_where(~unknown.all(axis=1), held.all(axis=1)),
        lost=lost_by_lots(replace(rows, table=step.table.assign(**true)), seed),
        broken=_broken(rows, reported, seed),
    )


def _broken(rows: Answered, reported: FloatArray, seed: Seed) -> FloatArray:
    grade = codes_of(rows.decided, [grade.name for grade in seed.grades[:-1]])
    satisfied = Limits.of(seed).kept(reported)[np.arange(len(grade)), grade]
    return np.where(grade < 0, np.nan, 1.0 - satisfied)


def of_classes(step: Step, answers: Answers, seed: Seed) -> Evaluated:
    """Evaluation of classes: error 1 if the most probable is wrong; coverage by prediction sets."""
    wrong, code = _wrong(_rows(step.table, answers, seed), step.truth, seed), class_codes(step.table, seed)
    sets = [
        one["class_set"] if "class_set" in one else [name for name in seed.classes if one[f"in_set_{name}"]]
        for one in answers
    ]
    held = np.array([seed.classes[k] in names for k, names in zip(code, sets, strict=True)], dtype=np.bool_)
    return Evaluated(wrong, None, _where(code >= 0, held))


def of_pieces(step: Step, answers: Answers, seed: Seed) -> Evaluated:
    """Evaluation of sorted pieces: classes, single contents that the signals carry, decisions [$/kg]."""
    rows = _rows(step.table, answers, seed)
    carried = [column for column in seed.elements if column.name in rows.said]
    reported = _numbers(step.table, carried)
    within = [covered(one, rows.said[column.name]) for one, column in zip(reported.T, carried, strict=True)]
    held = np.array(within, dtype=np.bool_).reshape(reported.shape[::-1]).T
    known = ~np.isnan(reported)
    share = np.sum(held & known, axis=1) / np.maximum(known.sum(axis=1), 1)
    names = np.array([*seed.classes, None], dtype=object)
    true = names[np.where(np.isnan(step.truth), len(seed.classes), step.truth).astype(np.intp)]
    return Evaluated(
        size=_wrong(rows, step.truth, seed),
        signed=None,
        inside=_where(known.any(axis=1), share),
        lost=lost_by_pieces(replace(rows, table=step.table.assign(**{seed.target.name: true})), seed),
    )


def _wrong(rows: Answered, truth: FloatArray, seed: Seed) -> FloatArray:
    return _where(~np.isnan(truth), codes_of(rows.label, seed.classes) != truth)


def _rows(table: pd.DataFrame, answers: Answers, seed: Seed) -> Answered:
    version, coverage = np.zeros(len(table), dtype=np.intp), np.full(len(table), COVERAGE)
    return Answered.of(table, answers, seed, version, coverage)


def _numbers(table: pd.DataFrame, columns: Sequence[Column]) -> FloatArray:
    return table[[column.name for column in columns]].to_numpy(dtype=np.float64)


def _where(known: npt.ArrayLike, value: npt.ArrayLike) -> FloatArray:
    return np.where(known, value, np.nan)
