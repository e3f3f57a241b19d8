"""Predictions of a model that grades lots: contents, defects, grades, decision before the assay."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.quality.decision import ACTIONS, Costs, Decisions
from models.quality.model import QualityModel
from models.quality.remedy import NearestLimit, Remedy
from operations.forms.fields import Record
from operations.forms.lot_costs import grade_values
from operations.forms.rows import estimates, flag_readings, matrix, with_ids
from operations.predictions.lots.forms import DEFINED_ON, has_least, limit_units
from operations.predictions.options import added_rows
from operations.predictions.payloads import Payloads
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
    assessed = model.assess(X, costs)
    far = model.distances(assessed)
    flags = model.flags(X)
    flag_readings(rows, model.seed, flags)
    contents = estimates(model.contents(assessed.logs, request["coverage"]), payloads.quantities, flags)
    whys, extra = added_rows(payloads.options, model, X, assessed.logs, request, flags)
    grades = [grade.name for grade in seed.grades]
    nearest_limits, with_least = model.nearest(assessed, far), has_least(seed)
    units = {number: limit_units(seed.grades[number]) for number in {one.grade for one in nearest_limits}}
    answered = zip(
        with_ids(rows, payloads.echoed, request),
        contents,
        assessed.defects.tolist(),
        assessed.keeps.tolist(),
        _decided(assessed.decided, costs or model.costs, grades),
        nearest_limits,
        model.remedies(X, assessed, far),
        whys,
        flags,
        strict=True,
    )
    return {
        **extra,
        "predictions": [
            {
                **name,
                "contents": content,
                "defect_probabilities": dict(zip(seed.defects, defects, strict=True)),
                "grade_probability": dict(zip(grades, keeps, strict=True)),
                "decision": decision,
                "nearest_limit": _nearest(nearest, grades[nearest.grade], units[nearest.grade], with_least),
                "remedy": _remedy(remedy),
                **reason,
                "flags": words,
            }
            for name, content, defects, keeps, decision, nearest, remedy, reason, words in answered
        ],
        "guarantee": guarantee(model, seed, costs is None),
    }


def guarantee(model: QualityModel, seed: Seed, by_own_costs: bool) -> Record:
    """Guarantee on released lots; `by_own_costs` states whether the seed's costs decided."""
    rules = seed.quality_rules
    return {
        "alpha": rules.alpha.value,
        "confidence": rules.confidence.value if by_own_costs and math.isfinite(model.threshold) else None,
        "threshold": model.threshold,
        "defined_on": DEFINED_ON,
    }


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


def _decided(decided: Decisions, costs: Costs, grades: Sequence[str]) -> list[Record]:
    parts = (decided.actions(costs), decided.grade, decided.expected)
    return [
        {
            "action": ACTIONS[action],
            "grade": None if grade < 0 else grades[grade],
            "expected_value": {"value": value, "unit": "$/t"},
        }
        for action, grade, value in zip(*(part.tolist() for part in parts), strict=True)
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
