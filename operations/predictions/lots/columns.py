"""Decisions on lots, as columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from models.consistency.unit_names import unit_name
from models.quality.assessment import Assessment
from models.quality.decision import ACTIONS
from models.quality.model import QualityModel
from models.quality.remedy import NearestLimit
from operations.forms.columns import (
    CheckedRows,
    Columns,
    Described,
    Values,
    in_order,
    of_quantities,
    quantities,
    shares,
)
from operations.forms.fields import Record
from operations.forms.include import includes
from operations.forms.rows import flag_readings
from operations.predictions.lots.forms import DEFECTS, GRADES, LIMITS, REMEDIES, has_least
from operations.predictions.lots.predictions import given_costs, guarantee
from operations.predictions.payloads import Payloads
from physics.arrays import FloatArray
from seeds import Seed

_NEAREST, _REMEDY = "nearest_limit", "remedy"
_OF_REMEDY: Described = {
    _REMEDY: (None, "set-point whose move takes the next lots farthest from the limit"),
    f"{_REMEDY}_before": (None, "its value in the row, in its unit"),
    f"{_REMEDY}_after": (None, "after one move, in its unit"),
    f"{_REMEDY}_sigma": ("1", "distance of the nearest limit afterwards"),
}


def described(payloads: Payloads) -> Described:
    """Columns of an answer, in their order."""
    seed = payloads.seed
    return {
        **of_quantities({column.name: payloads.quantities[column.name] for column in seed.elements}),
        **{f"p_{name}": ("1", f"probability of {name}") for name in seed.defects},
        **{f"p_{grade.name}": ("1", f"probability that the lot keeps {grade.name}") for grade in seed.grades},
        "decision": (None, f"one of {', '.join(ACTIONS)}"),
        "grade": (None, "in which the lot is released; null where the laboratory shall say"),
        "expected_value": ("$/t", "what a tonne is worth on average, costs taken off"),
        "on_base_rate": ("1", "1: released without any measurement of the lot, by the guaranteed share of all lots"),
        _NEAREST: (None, "the limit that the lot comes nearest to"),
        f"{_NEAREST}_grade": (None, "whose limit it is"),
        f"{_NEAREST}_value": (None, "most probable content or sum, in the limit's unit"),
        f"{_NEAREST}_highest": (None, "the limit"),
        **({f"{_NEAREST}_least": (None, "the limit, where it is the least content")} if has_least(seed) else {}),
        f"{_NEAREST}_sigma": ("1", "their distance in standard deviations of the model's error"),
        **(_OF_REMEDY if seed.by_role("setpoint") else {}),
    }


def columns(payloads: Payloads, model: QualityModel, block: CheckedRows, request: Record) -> Columns:
    """Decisions of a model; see `operations.predictions.numbers.columns.columns`."""
    seed, flags = payloads.seed, model.flags(block.X)
    costs = given_costs(request["costs"], seed, model.costs)
    flag_readings(block.texts, model.seed, flags)
    estimated = model.estimated(block.X)
    parts = []
    for part, lots in model.parts(block.X, [unit_name(one) for one in block.keys]):
        assessed = part.assessed(part.shifted(estimated[lots]), costs)
        own = [flags[i] for i in lots.tolist()]
        parts.append((lots, _of_part(payloads, part, block.X[lots], assessed, request, own)))
    values = parts[0][1] if len(parts) == 1 else in_order(parts)
    return Columns(values, flags, {"guarantee": guarantee(model, seed, costs is None, request)})


def _of_part(
    payloads: Payloads,
    model: QualityModel,
    X: FloatArray,
    assessed: Assessment,
    request: Record,
    flags: list[list[str]],
) -> dict[str, Values]:
    """Columns of lots that one calibration of a model serves; flags are added to."""
    seed = payloads.seed
    values: dict[str, Values] = dict(quantities(model.contents(assessed.logs, request["coverage"]), request, flags))
    grades = [grade.name for grade in seed.grades]
    values |= {
        "decision": np.array(ACTIONS)[assessed.decided.actions(assessed.costs)],
        "grade": [None if grade < 0 else grades[grade] for grade in assessed.decided.grade.tolist()],
        "expected_value": assessed.decided.expected,
        "on_base_rate": model.on_base_rate(X, assessed.decided).astype(np.float64),
    }
    return values | _included(model, seed, X, assessed, request)


def _included(
    model: QualityModel, seed: Seed, X: FloatArray, assessed: Assessment, request: Record
) -> dict[str, Values]:
    """Columns of lots by the words of a request."""
    values: dict[str, Values] = {}
    grades = [grade.name for grade in seed.grades]
    if includes(request, DEFECTS):
        values |= shares(seed.defects, assessed.defects)
    if includes(request, GRADES):
        values |= shares(grades, assessed.keeps)
    far = model.distances(assessed) if includes(request, LIMITS) or includes(request, REMEDIES) else None
    if includes(request, LIMITS):
        values |= _nearest(model.nearest(assessed, far), grades, has_least(seed))
    if includes(request, REMEDIES):
        moves = model.remedies(X, assessed, far)
        values |= {
            _REMEDY: [None if one is None else one.setpoint.name for one in moves],
            f"{_REMEDY}_before": _numbers(None if one is None else one.before for one in moves),
            f"{_REMEDY}_after": _numbers(None if one is None else one.after for one in moves),
            f"{_REMEDY}_sigma": _numbers(None if one is None else one.sigma for one in moves),
        }
    return values


def _nearest(limits: Sequence[NearestLimit], grades: Sequence[str], with_least: bool) -> dict[str, Values]:
    near = [one if math.isfinite(one.sigma) else None for one in limits]
    return {
        _NEAREST: [None if one is None else one.limit for one in near],
        f"{_NEAREST}_grade": [None if one is None else grades[one.grade] for one in near],
        f"{_NEAREST}_value": _numbers(None if one is None else one.value for one in near),
        f"{_NEAREST}_highest": _numbers(one.bound if one and one.is_highest else None for one in near),
        **({f"{_NEAREST}_least": _least(near)} if with_least else {}),
        f"{_NEAREST}_sigma": _numbers(None if one is None else one.sigma for one in near),
    }


def _least(near: Sequence[NearestLimit | None]) -> FloatArray:
    return _numbers(None if one is None or one.is_highest else one.bound for one in near)


def _numbers(values: Iterable[float | None]) -> FloatArray:
    return np.array(list(values), dtype=np.float64)
