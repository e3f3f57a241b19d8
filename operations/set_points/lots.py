"""Requests and answers of set-points of lots, graded or sorted: what both share, grown from the seed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from models.consistency.unit_names import unit_name
from models.setpoints.advice import GainEstimate
from models.setpoints.lot_advice import MONEY, LotAdvice, LotLimit
from operations.forms.decoding import parsed_json
from operations.forms.faults import invalid
from operations.forms.fields import Key, Record, record, title
from operations.forms.plan_tables import read_rows
from operations.forms.shapes import Shape
from operations.operation import Form
from operations.set_points.forms import answer_head
from operations.set_points.names import MOVES, RECOMMENDATIONS, WHAT_IF
from operations.set_points.requests import move_faults
from seeds import Quantity, Seed

NAMES = ("setpoints", "gain", "grade_probability", "effects", "limits", "cause", "supporting_rows", "notes", "refusal")


@dataclass(frozen=True)
class LotSetpoint:
    """Movable set-point: its unit, its description, and the move of an example [its unit]."""

    unit: str
    description: str
    example: float


@dataclass(frozen=True)
class LotFields:
    """Parts of plans, and of advice on them, that are of one task.

    Attributes
    ----------
    row, about : Mapping of str to type, str
        Fields of a row that plans a lot, and what such a row is.
    example : dict
        A row that is taken.
    prices : type
        Prices of a request, and its default.
    prices_example : dict
        Prices that are taken.
    setpoints : Mapping of str to LotSetpoint
        What may be moved, by name.
    recommended, chosen : str
        What is recommended, and what a what-if says.
    gain : str
        What a gain is.
    graded : tuple of str
        Grades whose chance is stated; none where nothing is graded.
    past : Mapping of str to type
        Fields of an earlier period, from which inputs are made; empty where none is.
    """

    row: Mapping[str, Any]
    about: str
    example: Record
    prices: Any
    prices_example: Record
    setpoints: Mapping[str, LotSetpoint]
    recommended: str
    chosen: str
    gain: str
    graded: tuple[str, ...] = ()
    past: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LotForm(Form):
    """Requests and responses of one operation on set-points of lots; `max_rows` counts plans and history.

    Attributes
    ----------
    row, moves : Shape
        A row that plans a lot, and moves of one lot's set-points.
    past : Shape or None
        An earlier period; None where nothing is made from one.
    units : Mapping of str to str
        Unit of each set-point.
    """

    row: Shape
    moves: Shape
    past: Shape | None
    units: Mapping[str, str]


@dataclass(frozen=True)
class AskedLots:
    """A request for set-points of lots that was read.

    Attributes
    ----------
    rows, past : list of dict
        Plans and earlier periods, as they came.
    units : list of str
        Name of each row's unit.
    request : dict
        Other fields of the request.
    """

    rows: list[Record]
    past: list[Record]
    units: list[str]
    request: Record


def lot_forms(seed: Seed, max_rows: int, fields: LotFields) -> Mapping[str, LotForm]:
    """Requests and responses of a seed's process, by operation."""
    for column in seed.identity:
        if column.name in NAMES:
            raise ValueError(
                f"seed {seed.process.name}: column '{column.name}': a recommendation uses this name itself"
            )
    row = record(f"{title(seed)}PlanRow", f"{fields.about}. {seed.process.title}.", fields.row)
    about = "An earlier period, with what has become known of it since."
    past = record(f"{title(seed)}HistoryRow", about, fields.past) if fields.past else None
    moves = record(
        f"{title(seed)}Moves",
        "Additions to the planned set-points of a lot; omitted ones stay as planned.",
        {name: NotRequired[_move(name, setpoint)] for name, setpoint in fields.setpoints.items()},
    )
    number: Any = record(f"{title(seed)}Number", "A number with its unit.", {"value": float, "unit": str})
    advice: Any = _advice(seed, fields)

    shapes: Record = {
        "row": Shape(row, seed),
        "moves": Shape(moves, seed),
        "past": None if past is None else Shape(past, seed),
        "units": {name: one.unit for name, one in fields.setpoints.items()},
    }

    def form(name: str, own: str, summary: str, about: str, more: Mapping[str, Any], example: Record) -> LotForm:
        loose = {MOVES: Annotated[dict[str, Any], Field(min_length=1)]} if MOVES in more else {}
        answer = {name: Annotated[list[advice], Field(description="one a row, in their order")]}
        whole = f"{title(seed)}{own}"
        return LotForm(
            seed=seed,
            max_rows=max_rows,
            request=_request(whole, row, past, max_rows, fields, more, seed),
            answer=record(f"{whole}Answer", f"{summary}. {seed.process.title}.", answer_head(seed, number) | answer),
            envelope=Shape(
                _request(whole, Any, Any if past else None, max_rows, fields, {**more, **loose}, seed), seed
            ),
            example={"rows": [fields.example], **({"history": []} if past else {}), "prices": fields.prices_example}
            | example,
            summary=f"{summary}: {seed.process.title}",
            description=about,
            **shapes,
        )

    setpoint, first = next(iter(fields.setpoints.items()))
    shown = {setpoint: first.example}
    by_unit: Any = moves | dict[Key, moves]  # type: ignore[valid-type]
    described = "by set-point: the same for each row; or by unit and set-point"
    as_described: dict[str, Any] = {"minProperties": 1}  # pydantic says it of no union
    chosen = Annotated[
        by_unit, Field(min_length=1, description=described, examples=[shown], json_schema_extra=as_described)
    ]
    recommended = "Recommended set-points", fields.recommended
    what_if = "What chosen moves would bring", fields.chosen
    return {
        RECOMMENDATIONS: form(RECOMMENDATIONS, "Recommendations", *recommended, {}, {}),
        WHAT_IF: form("what_if", "WhatIf", *what_if, {MOVES: chosen}, {MOVES: shown}),
    }


def _move(name: str, setpoint: LotSetpoint) -> Any:
    described = Field(
        description=f"added to {name} [{setpoint.unit}]: {setpoint.description}",
        examples=[setpoint.example],
        json_schema_extra={"x-unit": setpoint.unit},
    )
    return Annotated[float, described]


def _request(
    name: str, row: Any, past: Any, max_rows: int, fields: LotFields, more: Mapping[str, Any], seed: Seed
) -> Any:
    earlier: Any = Field(
        default=[],
        max_length=max_rows,
        description="earlier periods of the same units, in any order, from which inputs are made that rows leave out",
    )
    return record(
        f"{name}Request",
        f"Plans of lots. {seed.process.title}.",
        {
            "rows": Annotated[list[row], Field(min_length=1, max_length=max_rows, description=fields.about)],
            **({} if past is None else {"history": Annotated[list[past], earlier]}),
            "prices": fields.prices,
            **more,
        },
    )


def _advice(seed: Seed, fields: LotFields) -> Any:
    """Type of the advice on one row."""
    share = Annotated[float | None, Field(ge=0, le=1, json_schema_extra={"x-unit": "1"})]
    number: Any = record(
        f"{title(seed)}AdviceEstimate",
        "A change with its 90 % interval; null: not known of this row.",
        {"value": float | None, "low": float | None, "high": float | None, "unit": str},
    )
    limit: Any = record(
        f"{title(seed)}AdviceLimit",
        "A limit of the lot as planned and after the moves; null: not known of this row.",
        {
            "name": Annotated[str, Field(description="what is limited")],
            "unit": str,
            "at_most": Annotated[float, Field(description="the limit")],
            "at_least": Annotated[float | None, Field(description="null: no lot has a lowest limit")],
            "expected": Annotated[float | None, Field(description="what is expected after the moves, in `unit`")],
            "violation_probability_before": Annotated[
                share, Field(description="that the lot breaks it as planned [1]")
            ],
            "violation_probability": Annotated[share, Field(description="that the lot breaks it after the moves [1]")],
            "max_violation_probability": Annotated[
                float, Field(ge=0, le=1, description="chance that the seed allows [1]")
            ],
        },
    )

    def setpoint(name: str, one: LotSetpoint) -> Any:
        whole = {"plan": float | None, "move": float, "recommended": float | None, "unit": Literal[one.unit]}
        kind = record(f"{title(seed, *name.split('.'))}Advised", one.description, whole)
        return Annotated[kind, Field(json_schema_extra={"x-unit": one.unit})]

    setpoints = record(
        f"{title(seed)}AdvisedSetpoints",
        "Set-points of a lot.",
        {name: setpoint(name, one) for name, one in fields.setpoints.items()},
    )
    probability: Any = record(
        f"{title(seed)}AdviceChance", "A chance as planned and after the moves.", {"before": share, "after": share}
    )
    grades = record(
        f"{title(seed)}AdviceGrades", "Chance that the lot keeps each grade.", dict.fromkeys(fields.graded, probability)
    )
    return record(
        f"{title(seed)}Advice",
        "What is advised for one row.",
        {
            **{column.name: Annotated[str, Field(description=column.description)] for column in seed.identity},
            "setpoints": Annotated[setpoints, Field(description="plan, move and resulting set-point")],
            "gain": Annotated[number, Field(description=fields.gain)],
            **({"grade_probability": grades} if fields.graded else {}),
            "effects": Annotated[dict[str, number], Field(description="change of each outcome by the moves")],
            "limits": list[limit],
            "cause": Annotated[str | None, Field(description="largest cause of the gain; null: nothing gains")],
            "supporting_rows": Annotated[int, Field(description="lots of history that the advice rests on")],
            "notes": Annotated[list[str], Field(description="basis of the advice, and reasons for unmoved set-points")],
            "refusal": Annotated[
                str | None,
                Field(description="why nothing is recommended; null: moves are, or the plan is as good as any"),
            ],
        },
    )


def read_lots(payloads: LotForm, body: bytes) -> AskedLots:
    """Read a request's body.

    Raises
    ------
    RequestError
        400 where the body is no JSON, 422 where its content is wrong; then all faults are named, or the first 100 of
        more.
    """
    parsed = parsed_json(body)
    request, faults = payloads.envelope.read(parsed)
    rows = read_rows(parsed, "rows", payloads.row, payloads.max_rows, faults)
    past = [] if payloads.past is None else read_rows(parsed, "history", payloads.past, payloads.max_rows, faults)
    if request is not None:
        faults += move_faults(request.get(MOVES, {}), payloads.moves, payloads.moves)
    if request is None or faults:
        raise invalid(faults)
    key = payloads.seed.key
    assert key is not None
    return AskedLots(rows, past, [unit_name(row[key.name]) for row in rows], request)


def prices_stated(prices: Mapping[str, float], known: Mapping[str, Quantity]) -> Record:
    """Prices that were reckoned with, each with its unit."""
    return {name: {"value": value, "unit": known[name].unit} for name, value in prices.items()}


def flattened(given: Mapping[str, Any]) -> dict[str, float]:
    """Prices by one name each, `part.name` where they stand in a part; what is null is left out."""
    flat: dict[str, float] = {}
    for name, one in given.items():
        if isinstance(one, dict):
            flat |= {f"{name}.{part}": value for part, value in one.items() if value is not None}
        elif one is not None:
            flat[name] = one
    return flat


def lot_rows(
    advices: Sequence[LotAdvice], request: AskedLots, payloads: LotForm, effect_units: Mapping[str, str]
) -> list[Record]:
    """Advice for each row of a request, in the order of its rows."""
    return [
        {
            **{column.name: row[column.name] for column in payloads.seed.identity},
            "setpoints": {
                name: {
                    "plan": plan,
                    "move": advice.moves[name],
                    "recommended": plan + advice.moves[name],
                    "unit": payloads.units[name],
                }
                for name, plan in advice.plan.items()
            },
            "gain": _estimate(advice.gain, MONEY),
            **({"grade_probability": _chances(advice)} if advice.keeps else {}),
            "effects": {name: _estimate(one, effect_units[name]) for name, one in advice.effects.items()},
            "limits": [_limit(one) for one in advice.limits],
            "cause": advice.cause,
            "supporting_rows": advice.supporting_rows,
            "notes": list(advice.notes),
            "refusal": advice.refusal,
        }
        for advice, row in zip(advices, request.rows, strict=True)
    ]


def _chances(advice: LotAdvice) -> Record:
    return {name: {"before": before, "after": after} for name, (before, after) in advice.keeps.items()}


def _estimate(one: GainEstimate, unit: str) -> Record:
    return {"value": one.value, "low": one.low, "high": one.high, "unit": unit}


def _limit(one: LotLimit) -> Record:
    def known(probability: float) -> float | None:
        return probability if math.isfinite(probability) else None

    return {
        "name": one.column,
        "unit": one.unit,
        "at_most": one.bound,
        "at_least": None,
        "expected": one.expected,
        "violation_probability_before": known(one.before),
        "violation_probability": known(one.chance),
        "max_violation_probability": one.allowed,
    }
