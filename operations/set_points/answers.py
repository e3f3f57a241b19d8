"""From a set-point model's advice to rows of an answer, each number with its unit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from models.setpoints.advice import GainEstimate, LimitAfterMoves, UnitRecommendation
from models.setpoints.experiments import PlannedTests
from models.setpoints.frontier import ParetoPoint, carbon_unit
from models.setpoints.model import SetpointModel
from models.setpoints.units import MONEY, stated_effects
from operations.forms.fields import Record
from operations.set_points.requests import ParsedSetpointRequest
from seeds import Seed
from system.cancellation import between


def priced(prices: Mapping[str, float], seed: Seed) -> Record:
    """Prices that the model reckoned with, each with its unit."""
    return {name: {"value": value, "unit": seed.economics[name].unit} for name, value in prices.items()}


def advice_rows(
    advices: Sequence[UnitRecommendation], request: ParsedSetpointRequest, model: SetpointModel
) -> list[Record]:
    """Advice for each row of a request, in the order of its rows."""
    by_unit = {advice.unit: advice for advice in advices}
    return [_row(by_unit[unit], row, model) for unit, row in between(zip(request.units, request.rows, strict=True))]


def pareto_rows(
    points: Mapping[str, Sequence[ParetoPoint]], request: ParsedSetpointRequest, model: SetpointModel
) -> list[Record]:
    """Points of each row of a request, in the order of its rows."""
    unit = carbon_unit(model.seed)
    return [
        {
            **_identity(row, model.seed),
            "points": [
                {"carbon_price": {"value": one.carbon_price, "unit": unit}, "advice": _row(one.advice, row, model)}
                for one in points[name]
            ],
        }
        for name, row in between(zip(request.units, request.rows, strict=True))
    ]


def planned_rows(planned: PlannedTests, model: SetpointModel) -> Record:
    """Proposed tests, and the economic value of those of each set-point."""
    seed = model.seed
    return {
        "tests": [
            {
                **_period(one.unit, one.start, seed),
                "partner": one.partner,
                "periods": one.periods,
                "moves": {
                    setpoint: {"value": size, "unit": str(seed.column(setpoint).unit)}
                    for setpoint, size in one.moves.items()
                },
            }
            for one in planned.tests
        ],
        "worth": {
            setpoint: {**asdict(one), "unit": str(seed.column(setpoint).unit), "currency_unit": MONEY}
            for setpoint, one in planned.setpoints.items()
        },
    }


def _identity(row: Record, seed: Seed) -> Record:
    return {column.name: row[column.name] for column in seed.identity}


def _row(advice: UnitRecommendation, row: Record, model: SetpointModel) -> Record:
    seed = model.seed
    return {
        **_identity(row, seed),
        "setpoints": {
            name: {
                "plan": plan,
                "move": advice.moves.get(name, 0.0),
                "recommended": plan + advice.moves.get(name, 0.0),
                "unit": str(seed.column(name).unit),
            }
            for name, plan in advice.plan.items()
        },
        "gain": _estimate(advice.gain, MONEY),
        "effects": {name: _estimate(*effect) for name, effect in stated_effects(advice, model).items()},
        "limits": [_limit(one) for one in advice.limits],
        "cause": advice.cause,
        "supporting_rows": advice.supporting_rows,
        "nearest": [_period(unit, start, seed) for unit, start in advice.nearest],
        "refusal": advice.refusal,
    }


def _estimate(one: GainEstimate, unit: str) -> Record:
    return {"value": one.value, "low": one.low, "high": one.high, "unit": unit}


def _limit(one: LimitAfterMoves) -> Record:
    return {
        "name": one.column,
        "unit": one.unit,
        "at_most": one.bound if one.at_most else None,
        "at_least": None if one.at_most else one.bound,
        "expected": one.expected,
        "violation_probability": one.chance if math.isfinite(one.expected) else None,
        "max_violation_probability": one.allowed,
    }


def _period(unit: str, start: Any, seed: Seed) -> Record:
    assert seed.key is not None
    return {seed.key.name: unit, seed.clock.name: start.date().isoformat() if seed.is_daily else start.isoformat()}
