"""Period that one label stands for, where rows are more frequent than labels."""

from __future__ import annotations

import numpy as np

from drafting.columns import DetectedColumn
from drafting.findings import Suspicion
from drafting.lengths import USUAL, length, snapped
from physics.arrays import FloatArray, IntArray
from reporting.wording import WordedText

FEW_IN_RUN = 3
"""Rows on end with one label from which a label may stand for a longer period."""
_RUNS_AT_LEAST = 5


def label_period(
    target: DetectedColumn, when: FloatArray, unit: IntArray, order: IntArray, step: float, findings: list[Suspicion]
) -> tuple[float | None, str]:
    """Time that one label stands for, where rows are faster than labels, and how rows become one label.

    Parameters
    ----------
    target : DetectedColumn
        What is to be predicted.
    when : float array (n,)
        Times [s], sorted within each unit.
    unit : int array (n,)
        Number of each row's unit, sorted.
    order : int array (n,)
        Positions of these rows in the table.
    step : float
        Usual time between rows of a unit [s].
    findings : list of Suspicion
        Takes what is suspected of the labels.

    Returns
    -------
    float or None, str
        The time [s], None where a row has a label of its own, and the statistic of a label's rows.
    """
    code = target.codes[order]
    there = code >= 0
    labels = np.flatnonzero(there)
    if len(labels) < 2 * FEW_IN_RUN:
        return None, "mean"
    first = first_of_runs(code[labels], unit[labels])
    starts = labels[first]
    apart = np.diff(when[starts])[np.diff(unit[starts]) == 0]
    if target.numbers is None:
        # A class may stay the same from label to label: what shows is that it changes at one hour alone.
        label_step = _changes(when[starts[1:]][np.diff(unit[starts]) == 0], step)
        if label_step is not None and len(labels) > 0.5 * len(code):
            evidence = WordedText(
                "the class changes %(count)s times, each at the same time of a period", count=len(first) - 1
            )
            done = _one_each(label_step)
            findings.append(Suspicion("repeated labels", target.text, evidence, done))
            findings += _misaligned(target, when[starts[1:]], label_step)
            return label_step, "last"
    elif len(first) >= _RUNS_AT_LEAST and len(labels) >= FEW_IN_RUN * len(first):
        length_of_run = float(np.median(np.diff(np.append(first, len(labels)))))
        label_step = snapped(float(np.median(apart))) if len(apart) else step
        is_regular = len(apart) and np.mean(np.abs(apart - label_step) < 0.25 * label_step) > 0.5
        # A value that happens to stay for a few rows is no label of a longer period.
        if length_of_run >= FEW_IN_RUN and is_regular:
            evidence = WordedText(
                "%(runs)s labels repeated about %(count)s times each are %(labels)s labels",
                runs=len(first),
                count=f"{length_of_run:.0f}",
                labels=len(first),
            )
            done = _one_each(label_step)
            findings.append(Suspicion("repeated labels", target.text, evidence, done))
            findings += _misaligned(target, when[starts], label_step)
            return label_step, "last"
        evidence = WordedText(
            "%(runs)s runs of one label in %(rows)s rows with a label", runs=len(first), rows=len(labels)
        )
        done = WordedText("nothing: runs have no common length")
        findings.append(Suspicion("repeated labels", target.text, evidence, done))
    between = np.diff(when[labels])[np.diff(unit[labels]) == 0]
    typical = float(np.median(between)) if len(between) else step
    if typical >= FEW_IN_RUN * step:
        label_step = snapped(typical)
        evidence = WordedText(
            "%(labels)s labels in %(rows)s rows, about %(period)s apart",
            labels=len(labels),
            rows=len(code),
            period=length(label_step),
        )
        findings.append(Suspicion("repeated labels", target.text, evidence, _one_each(label_step)))
        return label_step, "last"
    return None, "mean"


def _one_each(label_step: float) -> WordedText:
    """Say that rows become periods of one label."""
    return WordedText("one label each %(period)s: rows become periods ([table] every)", period=length(label_step))


def _changes(times: FloatArray, step: float) -> float | None:
    """Return the longest usual period with all changes at the same phase; None if none exceeds the step."""
    if len(times) < 2 * _RUNS_AT_LEAST:
        return None
    for period in reversed(USUAL):
        offset = times % period
        if period >= FEW_IN_RUN * step and np.mean(np.abs(offset - np.median(offset)) < 0.5 * step) > 0.95:
            return float(period)
    return None


def _misaligned(target: DetectedColumn, starts: FloatArray, label_step: float) -> list[Suspicion]:
    """Say where labels do not change at the edges of the periods."""
    offset = np.median(starts % label_step)
    if min(offset, label_step - offset) <= 0.02 * label_step:
        return []
    evidence = WordedText("labels change %(offset)s after the period's start", offset=length(float(offset)))
    done = WordedText(
        "each period takes the label that stands at its end, and means over rows of two labels: shift the times"
    )
    return [Suspicion("repeated labels", target.text, evidence, done)]


def first_of_runs(code: IntArray, unit: IntArray) -> IntArray:
    """Positions at which another value begins than before, or another unit."""
    return np.flatnonzero(np.r_[True, (np.diff(code) != 0) | (np.diff(unit) != 0)])
