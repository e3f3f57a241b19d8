"""Types of what answers on set-points hold, grown from the seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from models.setpoints.units import MONEY
from operations.forms.fields import record, title
from operations.set_points.line import line_kind
from seeds import Column, Seed


@dataclass(frozen=True)
class Kinds:
    """Types that answers of a process are made of: each is made once, so that OpenAPI has one of a name.

    Attributes
    ----------
    number : type
        A number with its unit.
    advice, pareto : type
        Advice for one row, and its points of money against greenhouse gases.
    test, worth : type
        A set-point test of one unit, and what those of each set-point are worth.
    line : type
        Advice for all units together.
    """

    number: Any
    advice: Any
    pareto: Any
    test: Any
    worth: Any
    line: Any


def kinds_of(seed: Seed, setpoints: Sequence[Column], shared: Sequence[Column]) -> Kinds:
    """Types of a process with set-points `setpoints` of each unit and `shared` ones of all units."""
    number: Any = record(f"{title(seed)}Number", "A number with its unit.", {"value": float, "unit": str})
    estimate = _estimate(seed)
    advice = _advice(seed, estimate)
    return Kinds(
        number,
        advice,
        _pareto(seed, number, advice),
        _test(seed, setpoints, number),
        _worth(seed, setpoints),
        line_kind(seed, shared, estimate),
    )


def _estimate(seed: Seed) -> Any:
    return record(
        f"{title(seed)}AdviceEstimate",
        "A change with its 90 % interval; null: not known of this row.",
        {"value": float | None, "low": float | None, "high": float | None, "unit": str},
    )


def _advice(seed: Seed, number: Any) -> Any:
    """Type of the advice for one row."""
    limit: Any = record(
        f"{title(seed)}AdviceLimit",
        "A limit of the seed as it stands after the moves; null: not known of this row.",
        {
            "name": Annotated[str, Field(description="column or quantity")],
            "unit": str,
            "at_most": Annotated[float | None, Field(description="the limit; null where it is a lowest value")],
            "at_least": Annotated[float | None, Field(description="the limit; null where it is a highest value")],
            "expected": Annotated[float | None, Field(description="mean of the period after the moves")],
            "violation_probability": Annotated[
                float | None, Field(ge=0, le=1, description="that the period breaks it [1]")
            ],
            "max_violation_probability": Annotated[
                float, Field(ge=0, le=1, description="chance that the seed allows [1]")
            ],
        },
    )
    near: Any = record(f"{title(seed)}AdvicePeriod", "A unit's period.", _identity(seed))
    return record(
        f"{title(seed)}Advice",
        "What is advised for one row.",
        {
            **_identity(seed),
            "setpoints": Annotated[_setpoints(seed), Field(description="plan, move and resulting set-point")],
            "gain": Annotated[
                number, Field(description="money that the moves bring a unit and day, their cost taken off")
            ],
            "effects": Annotated[dict[str, number], Field(description="change of each outcome by the moves")],
            "limits": list[limit],
            "cause": Annotated[str | None, Field(description="largest cause of the gain; null: nothing moves")],
            "supporting_rows": Annotated[
                int, Field(description="rows of history with moves of this size; the fewest over the moved set-points")
            ],
            "nearest": Annotated[list[near], Field(description="periods of history most like this one")],
            "refusal": Annotated[
                str | None,
                Field(description="why nothing is recommended; null: moves are, or the plan is as good as any"),
            ],
        },
    )


def _identity(seed: Seed) -> dict[str, Any]:
    return {column.name: Annotated[str, Field(description=column.description)] for column in seed.identity}


def _setpoints(seed: Seed) -> Any:
    def setpoint(column: Column) -> Any:
        kind = record(
            f"{title(seed, column.name)}Advised",
            column.description,
            {"plan": float, "move": float, "recommended": float, "unit": Literal[str(column.unit)]},
        )
        return Annotated[kind, Field(json_schema_extra={"x-unit": str(column.unit)})]

    own = {column.name: setpoint(column) for column in seed.by_role("setpoint") if column.is_number}
    return record(f"{title(seed)}AdvisedSetpoints", "Set-points of a unit.", own)


def _pareto(seed: Seed, number: Any, advice: Any) -> Any:
    shadow = "shadow price of all emissions, direct and indirect"
    point: Any = record(
        f"{title(seed)}ParetoPoint",
        "The moves that are best where carbon has a price, and what they bring at the prices of the request.",
        {"carbon_price": Annotated[number, Field(description=shadow)], "advice": advice},
    )
    points = Annotated[list[point], Field(description="from no price of carbon to a high one")]
    about = "Money against greenhouse gases for one row."
    return record(f"{title(seed)}ParetoRow", about, {**_identity(seed), "points": points})


def _test(seed: Seed, setpoints: Sequence[Column], number: Any) -> Any:
    sizes = record(
        f"{title(seed)}TestMoves",
        "Addition of a test to the planned set-points.",
        {setpoint.name: NotRequired[number] for setpoint in setpoints},
    )
    return record(
        f"{title(seed)}Test",
        "A set-point test of one unit.",
        {
            **_identity(seed),
            "partner": Annotated[str, Field(description="unit that moves the same set-points the other way")],
            "periods": Annotated[int, Field(description="how many periods it is held")],
            "moves": sizes,
        },
    )


def _worth(seed: Seed, setpoints: Sequence[Column]) -> Any:
    value_kind = record(
        f"{title(seed)}TestWorth",
        "Economic value of a programme of tests of a set-point: such tests over four rounds.",
        {
            "size": Annotated[float, Field(description="how far tests move it")],
            "unit": Annotated[str, Field(description="unit of the size")],
            "gain": Annotated[float, Field(description="what a whole step up brings on average now")],
            "gain_sd": Annotated[float, Field(description="standard deviation of that gain now")],
            "gain_sd_after": Annotated[float, Field(description="and after the programme")],
            "value": Annotated[float, Field(description="what better moves of all units bring then")],
            "cost": Annotated[
                float, Field(description="what the programme costs, spread over all units and the time of use")
            ],
            "currency_unit": Annotated[
                Literal[MONEY], Field(description="unit of gain, doubts, value and cost, a unit")
            ],
        },
    )
    about = "By set-point; one whose tests cost more than their value is left out."
    return record(f"{title(seed)}TestWorths", about, {setpoint.name: NotRequired[value_kind] for setpoint in setpoints})
