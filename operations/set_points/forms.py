"""Requests and answers of recommended set-points, grown from the seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from models.processes.lookup import response_of
from models.setpoints.frontier import prices_carbon
from models.setpoints.situations import AHEAD
from operations.forms.fields import Key, ModelUsed, Record, record, row_fields, title
from operations.forms.history import known_later
from operations.forms.plans import FIRST, UNIT, example_at, number_in, plan_fields
from operations.forms.shapes import Shape
from operations.operation import Form
from operations.set_points.kinds import Kinds, kinds_of
from operations.set_points.latest import latest
from operations.set_points.line import LINE, POWER_LIMIT, power_limit_kind
from operations.set_points.names import EXPERIMENTS, MOVES, PARETO, RECOMMENDATIONS, WHAT_IF
from seeds import Column, Quantity, Seed

ASSUMPTIONS = (
    f"mean over this and the next {AHEAD - 1} periods if operators continue as in history; limits are of the period to "
    "come; intervals hold 90 %"
)
MOST_PLANS = 1000  # in one request: more than units of any line, all of which are evaluated together
EXAMPLES = 3  # periods of history in an example


@dataclass(frozen=True)
class SetPointForm(Form):
    """Requests and responses of one operation on set-points of units.

    `max_rows` is of history; of plans at most `MOST_PLANS` are accepted.

    Attributes
    ----------
    row, past, moves, alike : Shape
        A row that plans a period, a row of history, moves of one unit's set-points, and moves of all units alike.
    set-points, needed : tuple of str
        Movable set-points, and `before` columns that physics needs for a unit.
    """

    row: Shape
    past: Shape
    moves: Shape
    alike: Shape
    setpoints: tuple[str, ...]
    needed: tuple[str, ...]


def has_physics(seed: Seed) -> bool:
    """Return whether the physics of a process's set-points is known, and its rows have unit and time."""
    return response_of(seed) is not None and seed.has_unit_and_time


@latest
def setpoint_forms(seed: Seed, max_rows: int) -> Mapping[str, SetPointForm]:
    """Requests and responses by operation of a process with physics of its set-points."""
    response = response_of(seed)
    assert response is not None
    _check_names(seed)
    planned, example = plan_fields(seed)
    row = record(f"{title(seed)}PlanRow", f"The plan of a unit's period to come. {seed.process.title}.", planned)
    about = "A period that is over, with what has become known of it since."
    fields, over = row_fields(known_later(seed), UNIT, FIRST.isoformat())
    past = record(f"{title(seed)}HistoryRow", about, fields)
    setpoints, common = ([seed.column(name) for name in names] for names in (response.SETPOINTS, response.SHARED))
    moves = _moves(
        seed, "Moves", "Additions to the planned set-points of a unit; omitted ones stay as planned.", setpoints
    )
    about = "Additions to the planned set-points of all units, shared ones too; omitted ones stay as planned."
    alike = _moves(seed, "MovesOfAll", about, [*setpoints, *common])
    shared = {
        "rows": [example_at(example, seed, EXAMPLES)],
        "history": [example_at(over, seed, i) for i in range(EXAMPLES)],
    }
    shapes = {
        "row": Shape(row, seed),
        "past": Shape(past, seed),
        "moves": Shape(moves, seed),
        "alike": Shape(alike, seed),
        "setpoints": tuple(response.SETPOINTS),
        "needed": response.BEFORE,
    }
    parts = _Parts(seed, max_rows, row, past, moves, alike, kinds_of(seed, setpoints, common), shared, shapes)
    return {
        RECOMMENDATIONS: _recommendations(parts, bool(common)),
        WHAT_IF: _what_if(parts, setpoints[0]),
        **({PARETO: _pareto(parts)} if prices_carbon(seed) else {}),
        EXPERIMENTS: _experiments(parts),
    }


def _moves(seed: Seed, name: str, about: str, setpoints: Sequence[Column]) -> Any:
    kinds = {one.name: number_in(one.unit, f"added to {one.description}", -(one.step or 1.0) / 2) for one in setpoints}
    return record(f"{title(seed)}{name}", about, {setpoint: NotRequired[kind] for setpoint, kind in kinds.items()})


def _check_names(seed: Seed) -> None:
    """ValueError where key or time are called as something else in an answer is."""
    for column in seed.identity:
        if column.name in ("setpoints", "gain", "effects", "limits", "cause", "supporting_rows", "nearest", "refusal"):
            raise ValueError(
                f"seed {seed.process.name}: column '{column.name}': a recommendation uses this name itself"
            )


@dataclass(frozen=True)
class _Parts:
    """Types and examples that all requests are made of."""

    seed: Seed
    max_rows: int
    row: Any
    past: Any
    moves: Any
    alike: Any
    kinds: Kinds
    example: Record
    shapes: Record

    def form(
        self,
        name: str,
        summary: str,
        about: str,
        request: Mapping[str, Any],
        answer: Mapping[str, Any],
        example: Record,
    ) -> SetPointForm:
        """An operation with these fields in addition to those that all have; moves are read by themselves."""
        seed = self.seed
        own = f"{title(seed)}{name}"
        loose = {MOVES: Annotated[dict[str, Any], Field(min_length=1)]} if MOVES in request else {}
        return SetPointForm(
            seed=seed,
            max_rows=self.max_rows,
            request=self._request(own, self.row, self.past, request),
            answer=record(
                f"{own}Answer", f"{summary}. {seed.process.title}.", answer_head(seed, self.kinds.number) | dict(answer)
            ),
            envelope=Shape(self._request(own, Any, Any, {**request, **loose}), seed),
            example=self.example | {"prices": _example_prices(seed)} | example,
            summary=f"{summary}: {seed.process.title}",
            description=about,
            **self.shapes,
        )

    def _request(self, own: str, row: Any, past: Any, more: Mapping[str, Any]) -> Any:
        one = "the plan of the period to come, one row a unit"
        earlier = (
            "periods that are over, of these units and of all others, in any order: at least 3 periods of a unit, "
            "better 12"
        )
        return record(
            f"{own}Request",
            f"Plans and what led to them. {self.seed.process.title}.",
            {
                "rows": Annotated[
                    list[row], Field(min_length=1, max_length=min(self.max_rows, MOST_PLANS), description=one)
                ],
                "history": Annotated[list[past], Field(min_length=1, max_length=self.max_rows, description=earlier)],
                "prices": _prices(self.seed),
                **more,
            },
        )


def answer_head(seed: Seed, number: Any) -> dict[str, Any]:
    """Fields that every answer on set-points begins with; `number` is the type of a number with its unit."""
    return {
        "process": Literal[seed.process.name],
        "task": Literal[seed.process.task],
        "model": ModelUsed,
        "advisory": Annotated[Literal[True], Field(description="advice for people: nothing is set by the service")],
        "assumptions": Annotated[str, Field(description="what all numbers rest on")],
        "prices": Annotated[dict[str, number], Field(description="what the model reckoned with")],
    }


def _prices(seed: Seed) -> Any:
    kinds = {
        name: NotRequired[number_in(price.unit, f"by the seed {price.value:g} {price.unit}", price.value, low=0)]
        for name, price in seed.economics.items()
    }
    kind = record(f"{title(seed)}PlanPrices", "Prices and factors; what is left out is the seed's.", kinds)
    return Annotated[
        kind, Field(default={}, description="prices and factors that replace the seed's, for this request")
    ]


def _example_prices(seed: Seed) -> dict[str, float]:
    prices: dict[str, Quantity] = dict(seed.economics)
    name = next((name for name in prices if name == "power_price"), next(iter(prices), None))
    return {} if name is None else {name: prices[name].value}


def _recommendations(parts: _Parts, has_line: bool) -> SetPointForm:
    advice: Any = parts.kinds.advice
    answer: dict[str, Any] = {RECOMMENDATIONS: Annotated[list[advice], Field(description="one a row, in their order")]}
    request, example = {}, {}
    if has_line:
        line: Any = parts.kinds.line
        answer[LINE] = Annotated[line, Field(description="what all units share, with the moves that go with it")]
        request, example = {POWER_LIMIT: power_limit_kind()}, {POWER_LIMIT: 450.0}
    about = (
        "For each row the moves of its set-points with the largest mean margin, if they are certain enough to yield "
        "more than they cost, stay within bounds and within what history has tried, and keep the seed's limits; else "
        "a refusal that says why. A refusal is an answer."
    )
    return parts.form("Recommendations", "Recommended set-points", about, request, answer, example)


def _what_if(parts: _Parts, setpoint: Column) -> SetPointForm:
    advice: Any = parts.kinds.advice
    by_unit: Any = parts.alike | dict[Key, parts.moves]  # type: ignore[name-defined]
    described = "by set-point: the same for each row; or by unit and set-point"
    shown = {setpoint.name: -(setpoint.step or 1.0) / 2}
    as_described: dict[str, Any] = {"minProperties": 1}  # pydantic says it of no union
    moves = Annotated[
        by_unit, Field(min_length=1, description=described, examples=[shown], json_schema_extra=as_described)
    ]
    answer = {"what_if": Annotated[list[advice], Field(description="one a row, in their order")]}
    about = "What chosen moves would bring, with the same doubt, limits and evidence as a recommendation."
    return parts.form("WhatIf", "What chosen moves would bring", about, {MOVES: moves}, answer, {MOVES: shown})


def _pareto(parts: _Parts) -> SetPointForm:
    pareto: Any = parts.kinds.pareto
    answer = {PARETO: Annotated[list[pareto], Field(description="one a row, in their order")]}
    about = (
        "The best moves of each row at rising shadow prices of all emissions, direct and indirect, with what they "
        "bring at the prices of the request: "
        "what less CO2e a tonne costs. A price that changes no move is left out."
    )
    return parts.form("Pareto", "Money against greenhouse gases", about, {}, answer, {})


def _experiments(parts: _Parts) -> SetPointForm:
    test: Any = parts.kinds.test
    share = Field(default=0.08, gt=0, le=1, description="share of the rows' units that may be tested at a time")
    tests = Field(description="in pairs; none where no test is worth its cost")
    answer = {"tests": Annotated[list[test], tests], "worth": parts.kinds.worth}
    about = (
        "The next set-point tests: random moves in pairs of similar units, one up and one down, if the information is "
        "worth more to all units than the tests cost. Signs are drawn again for each coming period."
    )
    return parts.form(
        "Experiments", "Next set-point tests", about, {"share": Annotated[float, share]}, answer, {"share": 0.08}
    )
