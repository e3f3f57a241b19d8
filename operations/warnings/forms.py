"""Requests and answers of early warnings, grown from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field

from models.warnings.model import MIN_AGE, lead_time
from operations.forms.fields import ModelUsed, record, row_fields, title
from operations.forms.history import known_later
from operations.forms.plans import FIRST, UNIT, example_at, plan_fields
from operations.forms.shapes import Shape
from operations.operation import Form
from seeds import Seed, WarningEvent

WARNINGS = "warnings"
EXAMPLES = 6  # periods of history in an example
ABOUT = (
    "For each row how probable each event of the seed is in the period to come, the threshold that the costs of a miss "
    "and of an alarm choose, whether it is passed, what raises the probability most, and how long it takes until the "
    "plant's own data show the event. Only values available at the start of the period are used. How often "
    "events came in the history of all units moves the level of all probabilities: send the whole line's, even if you "
    "ask for one unit. A refusal, of a unit with too short a history, is an answer."
)


@dataclass(frozen=True)
class WarningForm(Form):
    """Requests and responses of warnings; `max_rows` is of periods to come and of history.

    Attributes
    ----------
    row, past : Shape
        A row of a period to come, and a row of history.
    """

    row: Shape
    past: Shape


def warning_form(seed: Seed, max_rows: int) -> WarningForm:
    """Requests and answers of a process whose seed names events."""
    for column in seed.identity:
        if column.name == "events":
            raise ValueError(f"seed {seed.process.name}: column '{column.name}': a warning uses this name itself")
    coming, example = plan_fields(seed)
    row = record(f"{title(seed)}ComingRow", f"A unit's period to come. {seed.process.title}.", coming)
    fields, over = row_fields(known_later(seed), UNIT, FIRST.isoformat())
    past = record(f"{title(seed)}EarlierRow", "A period that is over, with what is known of it by now.", fields)
    return WarningForm(
        summary=f"Early warnings: {seed.process.title}",
        description=ABOUT,
        seed=seed,
        max_rows=max_rows,
        row=Shape(row, seed),
        past=Shape(past, seed),
        envelope=Shape(_request(seed, max_rows, Any, Any), seed),
        request=_request(seed, max_rows, row, past),
        answer=_answer(seed),
        example={
            "rows": [example_at(example, seed, EXAMPLES)],
            "history": [example_at(over, seed, i) for i in range(EXAMPLES)],
        },
    )


def _request(seed: Seed, max_rows: int, row: Any, past: Any) -> Any:
    coming = "the coming period, one row a unit: values available when it starts, and its planned set-points"
    earlier = f"periods that are over, best of all units, in any order: at least {MIN_AGE} without a gap, better 12"
    return record(
        f"{title(seed)}WarningsRequest",
        f"Periods to come and what led to them. {seed.process.title}.",
        {
            "rows": Annotated[list[row], Field(min_length=1, max_length=max_rows, description=coming)],
            "history": Annotated[list[past], Field(min_length=1, max_length=max_rows, description=earlier)],
        },
    )


def _answer(seed: Seed) -> Any:
    events: Any = record(
        f"{title(seed)}EventWarnings", "By event; those without a trained model are left out.", _events(seed)
    )
    one: Any = record(
        f"{title(seed)}UnitWarnings",
        "What is said of one row; they stand in the order of the rows.",
        {
            **{column.name: Annotated[str, Field(description=column.description)] for column in seed.identity},
            "events": events,
        },
    )
    without = "events that this version gives no warnings of, and why"
    return record(
        f"{title(seed)}WarningsAnswer",
        f"Early warnings, and the version that gives them. {seed.process.title}.",
        {
            "process": Literal[seed.process.name],
            "task": Literal[seed.process.task],
            "model": ModelUsed,
            "advisory": Annotated[Literal[True], Field(description="for people: nothing is set by the service")],
            WARNINGS: list[one],
            "unavailable_events": Annotated[dict[str, str], Field(description=without)],
        },
    )


def _events(seed: Seed) -> Mapping[str, Any]:
    hours: Any = record(f"{title(seed)}Hours", "A length of time.", {"value": float, "unit": Literal["h"]})
    limit: Any = record(
        f"{title(seed)}EventLimit",
        "Where an event begins; null: what the unit usually has is not known.",
        {"value": float | None, "unit": str},
    )
    cause: Any = record(
        f"{title(seed)}EventCause",
        "What the columns of one physical cause add to the log-odds of an event beyond those of a usual row.",
        {"cause": str, "contribution": float},
    )
    lead = "from the start of the period until the plant's own data show the event, at the latest"
    fields: dict[str, Any] = {
        "definition": Annotated[str, Field(description="definition of the event, as text")],
        "limit": limit,
        "horizon": Annotated[int, Field(description="periods ahead in any of which it counts")],
        "probability": Annotated[
            float | None, Field(ge=0, le=1, description="that it comes, calibrated [1]; null: see refusal")
        ],
        "threshold": Annotated[float, Field(description="cost of an alarm over cost of a miss [1]")],
        "alarm": Annotated[bool, Field(description="whether the probability is above the threshold")],
        "cause": Annotated[str | None, Field(description="what raises the probability most; null: nothing does")],
        "causes": Annotated[list[cause], Field(description="the largest first")],
        "lead_time": Annotated[hours, Field(description=lead)],
        "refusal": Annotated[str | None, Field(description="why nothing is said of this unit; null: see probability")],
    }
    kind: Any = record(f"{title(seed)}EventWarning", "What is said of one event of one row.", fields)
    return {event.name: NotRequired[Annotated[kind, Field(description=_about(event, seed))]] for event in seed.warnings}


def _about(event: WarningEvent, seed: Seed) -> str:
    counts = event.in_words(seed.column(event.column).unit)
    costs = f"a miss costs {event.miss_cost.value:g} $, an alarm {event.alarm_cost.value:g} $"
    return f"{event.title}: {counts}; {costs}; shown by data after {lead_time(event, seed):.4g} h at the latest"
