"""Predictions of a model that grades lots: contents, defects, grades, decision before the assay."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.quality.assessment import Assessment
from models.quality.decision import ACTIONS, Costs, Decisions
from models.quality.model import QualityModel
from models.quality.remedy import NearestLimit, Remedy
from operations.forms.fields import Record
from operations.forms.lot_costs import grade_values
from operations.forms.rows import estimates, flag_readings, matrix, with_ids
from operations.forms.unit_history import unit_of
from operations.predictions.lots.forms import DEFINED_ON, has_least, limit_units
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
from physics.arrays import BoolArray, FloatArray
from seeds import Seed


def predicted(payloads: Payloads, model: QualityModel, rows: Sequence[Record], request: Record) -> dict[str, Any]:
    """Decisions of a model; see `operations.predictions.numbers.predictions.predicted`.

    Parameters
    ----------
    payloads : Payloads
        What the process takes and gives.
    model : QualityModel
        The model.
    rows : sequence of dict, length n
        Rows that `Payloads.read` has passed.
    request : dict
        The request around them, with costs.

    Returns
    -------
    dict
        As `Payloads.answer` describes it, process and model left out; NaN where the model gives none.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    seed, X = payloads.seed, matrix(rows, model.seed)
    costs = given_costs(request["costs"], seed, model.costs)
    reports = model.missing_reports(X)
    flags = model.flags(X, reports)
    flag_readings(rows, model.seed, flags)
    answers: list[Record] = [{} for _ in rows]
    logs = np.empty((len(rows), len(seed.elements)))
    for part, lots in model.parts(X, [unit_of(row, model.seed) for row in rows]):
        assessed, which = part.assess(X[lots], costs), lots.tolist()
        logs[lots] = assessed.logs
        fields = _answers(payloads, part, X[lots], assessed, request["coverage"], [flags[i] for i in which])
        for i, one in zip(which, fields, strict=True):
            answers[i] = one
    whys, extra = added_rows(payloads.options, model, X, logs, request, flags)
    add_missing(reports, whys)
    answered = zip(with_ids(rows, payloads.echoed, request), answers, whys, flags, strict=True)
    return {
        **extra,
        "predictions": [{**name, **answer, **reason, "flags": words} for name, answer, reason, words in answered],
        "guarantee": guarantee(model, seed, costs is None),
    }


def _answers(
    payloads: Payloads,
    model: QualityModel,
    X: FloatArray,
    assessed: Assessment,
    coverage: float,
    flags: list[list[str]],
) -> Iterator[Record]:
    """Fields of lots that one calibration of a model serves; flags are added to."""
    seed = payloads.seed
    far = model.distances(assessed)
    contents = estimates(model.contents(assessed.logs, coverage), payloads.quantities, flags)
    grades = [grade.name for grade in seed.grades]
    nearest_limits, with_least = model.nearest(assessed, far), has_least(seed)
    units = {number: limit_units(seed.grades[number]) for number in {one.grade for one in nearest_limits}}
    answered = zip(
        contents,
        assessed.defects.tolist(),
        assessed.keeps.tolist(),
        _decided(assessed.decided, assessed.costs, grades, model.on_base_rate(X, assessed.decided)),
        nearest_limits,
        model.remedies(X, assessed, far),
        strict=True,
    )
    for content, defects, keeps, decision, nearest, remedy in answered:
        yield {
            "contents": content,
            "defect_probabilities": dict(zip(seed.defects, defects, strict=True)),
            "grade_probability": dict(zip(grades, keeps, strict=True)),
            "decision": decision,
            "nearest_limit": _nearest(nearest, grades[nearest.grade], units[nearest.grade], with_least),
            "remedy": _remedy(remedy),
        }


def guarantee(model: QualityModel, seed: Seed, by_own_costs: bool) -> Record:
    """Guarantee on released lots; `by_own_costs` states whether the seed's costs decided."""
    rules = seed.quality_rules
    return {
        "alpha": rules.alpha.value,
        "confidence": rules.confidence.value if by_own_costs and math.isfinite(model.threshold) else None,
        "threshold": model.threshold,
        "defined_on": DEFINED_ON,
        "withdrawn": _withdrawn(model, seed),
    }


def _withdrawn(model: QualityModel, seed: Seed) -> Record | None:
    """Evidence of a withdrawn guarantee so far; None if it is not withdrawn."""
    if model.transfer is None or model.transfer.test.is_shown:
        return None
    rules, test = seed.quality_rules, model.transfer.test
    next_test = test.next_test(rules.alpha.value, rules.confidence.value)
    return {"lots": test.lots, "broken": test.broken, "next_test": next_test}


def given_costs(given: Record, seed: Seed, own: Costs) -> Costs | None:
    """Costs of the day, the seed's own where one is left out; None where all are."""
    changed = {name: value for name, value in given.items() if value is not None}
    by_grade = {name: value for name, value in changed.pop("value", {}).items() if value is not None}
    if not changed and not by_grade:
        return None
    assay = changed.get("assay_cost")
    return replace(
        own,
        value=np.array(list(grade_values(seed, by_grade).values())),
        assay=own.assay if assay is None else assay / seed.quality_rules.lot_mass.value,
        claim=changed.get("claim_cost", own.claim),
    )


def _decided(decided: Decisions, costs: Costs, grades: Sequence[str], on_base_rate: BoolArray) -> list[Record]:
    parts = (decided.actions(costs), decided.grade, decided.expected, on_base_rate)
    return [
        {
            "action": ACTIONS[action],
            "grade": None if grade < 0 else grades[grade],
            "expected_value": {"value": value, "unit": "$/t"},
            "on_base_rate": by_rate,
        }
        for action, grade, value, by_rate in zip(*(part.tolist() for part in parts), strict=True)
    ]


def _nearest(one: NearestLimit, grade: str, units: Mapping[str, str], with_least: bool) -> Record | None:
    if not math.isfinite(one.sigma):
        return None
    bound = {"highest": one.bound if one.is_highest else None}
    if with_least:
        bound["least"] = None if one.is_highest else one.bound
    return {
        "limit": one.limit,
        "grade": grade,
        "value": one.value,
        **bound,
        "margin": one.margin,
        "unit": units[one.limit],
        "sigma": one.sigma,
    }


def _remedy(one: Remedy | None) -> Record | None:
    if one is None:
        return None
    return {
        "setpoint": one.setpoint.name,
        "before": one.before,
        "after": one.after,
        "unit": one.setpoint.unit,
        "sigma": one.sigma,
    }
