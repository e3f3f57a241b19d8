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
from operations.forms.include import includes
from operations.forms.lot_costs import grade_values
from operations.forms.rows import estimates, flag_readings, matrix
from operations.forms.unit_history import unit_of
from operations.predictions.lots.forms import (
    DEFECTS,
    DEFINED_ON,
    GRADES,
    GUARANTEE,
    LIMITS,
    REMEDIES,
    has_least,
    limit_units,
)
from operations.predictions.missing_inputs import add_missing
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
from operations.predictions.together import PredictedRows, RequestedRows, divided, names_of, rows_of
from physics.arrays import BoolArray, FloatArray
from seeds import Seed


def answered(payloads: Payloads, model: QualityModel, requests: Sequence[RequestedRows]) -> list[PredictedRows]:
    """Decisions of a model; see `operations.predictions.numbers.predictions.answered`.

    Parameters
    ----------
    payloads : Payloads
        Requests and responses of the process.
    model : QualityModel
        The model.
    requests : sequence of RequestedRows
        Requests with the same options, costs among them.

    Returns
    -------
    list of PredictedRows
        As `Payloads.answer` describes it, process and model left out; NaN where the model gives none.

    Raises
    ------
    CoverageError
        The model was calibrated on too few rows for the coverage.
    """
    request, rows, seed = requests[0].request, rows_of(requests), payloads.seed
    X = matrix(rows, model.seed)
    costs = given_costs(request["costs"], seed, model.costs)
    reports = model.missing_reports(X)
    flags = model.flags(X, reports)
    flag_readings(rows, model.seed, flags)
    answers: list[Record] = [{} for _ in rows]
    estimated, logs = model.estimated(X), np.empty((len(rows), len(seed.elements)))
    for part, lots in model.parts(X, [unit_of(row, model.seed) for row in rows]):
        assessed, which = part.assessed(part.shifted(estimated[lots]), costs), lots.tolist()
        logs[lots] = assessed.logs
        fields = _answers(payloads, part, X[lots], assessed, request, [flags[i] for i in which])
        for i, one in zip(which, fields, strict=True):
            answers[i] = one
    whys = added_rows(payloads.options, model, X, logs, request, flags)
    add_missing(reports, whys, request)
    predictions = [
        {**name, **answer, **reason, "flags": words}
        for name, answer, reason, words in zip(names_of(requests, payloads), answers, whys, flags, strict=True)
    ]
    after = {GUARANTEE: guarantee(model, seed, costs is None, request)}
    return [PredictedRows(own, after) for own in divided(predictions, requests)]


def _answers(
    payloads: Payloads,
    model: QualityModel,
    X: FloatArray,
    assessed: Assessment,
    request: Record,
    flags: list[list[str]],
) -> list[Record]:
    """Fields of lots that one calibration of a model serves; flags are added to."""
    seed = payloads.seed
    contents = estimates(model.contents(assessed.logs, request["coverage"]), payloads.quantities, request, flags)
    grades = [grade.name for grade in seed.grades]
    decided = _decided(assessed.decided, assessed.costs, grades, model.on_base_rate(X, assessed.decided))
    answers = [{"contents": own, "decision": done} for own, done in zip(contents, decided, strict=True)]
    for name, values in _included(model, seed, X, assessed, request):
        for answer, value in zip(answers, values, strict=True):
            answer[name] = value
    return answers


def _included(
    model: QualityModel, seed: Seed, X: FloatArray, assessed: Assessment, request: Record
) -> Iterator[tuple[str, list[Any]]]:
    """Fields of lots by the words of a request: name, and value for each lot."""
    grades = [grade.name for grade in seed.grades]
    if includes(request, DEFECTS):
        yield "defect_probabilities", _by_name(seed.defects, assessed.defects)
    if includes(request, GRADES):
        yield "grade_probability", _by_name(grades, assessed.keeps)
    far = model.distances(assessed) if includes(request, LIMITS) or includes(request, REMEDIES) else None
    if includes(request, LIMITS):
        nearest, with_least = model.nearest(assessed, far), has_least(seed)
        units = {number: limit_units(seed.grades[number]) for number in {one.grade for one in nearest}}
        yield "nearest_limit", [_nearest(one, grades[one.grade], units[one.grade], with_least) for one in nearest]
    if includes(request, REMEDIES):
        yield "remedy", [_remedy(one) for one in model.remedies(X, assessed, far)]


def _by_name(names: Sequence[str], p: FloatArray) -> list[Record]:
    return [dict(zip(names, row, strict=True)) for row in p.tolist()]


def guarantee(model: QualityModel, seed: Seed, by_own_costs: bool, request: Record) -> Record:
    """Guarantee on released lots; `by_own_costs` states whether the seed's costs decided."""
    rules = seed.quality_rules
    stated = {
        "alpha": rules.alpha.value,
        "confidence": rules.confidence.value if by_own_costs and math.isfinite(model.threshold) else None,
        "withdrawn": _withdrawn(model, seed),
    }
    return stated | ({"threshold": model.threshold, "defined_on": DEFINED_ON} if includes(request, GUARANTEE) else {})


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
