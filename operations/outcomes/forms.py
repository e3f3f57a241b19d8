"""Request and answer of outcomes, grown from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from operations.forms.fields import Key, Record, Time, record, row_fields, title
from operations.forms.shapes import Shape
from operations.operation import Form
from seeds import Column, Seed

ABOUT = (
    "Measured targets and other columns that are known only after the period, each by the id of its prediction "
    "or by unit and period; late, in any order, all columns or some. What is sent again changes nothing; a "
    "value that differs from the one before corrects it, and both are kept. One of a period that has not "
    "started, by the clock of the service, is rejected. All of a request is accepted or none of it, and it is "
    "durable when it is answered. Intervals of a process that predicts numbers or grades lots follow its "
    "outcomes."
)
OUTCOMES, PREDICTION = "outcomes", "prediction"
ID = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-([0-9]{1,9})"
"""Pattern of the id of a prediction: the id of its request, and its row in it."""


@dataclass(frozen=True)
class OutcomeForm(Form):
    """Requests and responses of outcomes.

    Attributes
    ----------
    row : Shape
        One outcome.
    """

    row: Shape


def known_columns(seed: Seed) -> tuple[Column, ...]:
    """Columns that outcomes may hold: what is known only after the period."""
    return tuple(column for column in seed.columns if column.role in ("late", "target") and not column.is_made)


def outcome_form(seed: Seed, max_rows: int) -> OutcomeForm:
    """Request and answer of a process's outcomes, for at most so many in one request.

    Raises
    ------
    ValueError
        A column of the seed is called as an outcome names its prediction.
    """
    if PREDICTION in {column.name for column in (*seed.identity, *known_columns(seed))}:
        raise ValueError(f"seed {seed.process.name}: column '{PREDICTION}': an outcome uses this name itself")
    unit, time = "A-001", "2026-11-01" if seed.is_daily else "2026-11-01T06:00"
    values, examples = _values(seed)
    _, named = row_fields(seed.identity, unit, time)
    about = f"What became known of a period. {seed.process.title}."
    row = record(f"{title(seed)}Outcome", about, _named(seed) | values, _related(seed))
    return OutcomeForm(
        summary=f"What became known later: {seed.process.title}",
        description=ABOUT,
        seed=seed,
        max_rows=max_rows,
        row=Shape(row),
        envelope=Shape(_request(seed, max_rows, Any)),
        request=_request(seed, max_rows, row),
        answer=_answer(seed),
        example={OUTCOMES: [named | examples]},
    )


def _values(seed: Seed) -> tuple[Record, Record]:
    """Fields of what became known, and an example of each."""
    columns = known_columns(seed)
    fields, examples = row_fields([column for column in columns if column.classes is None], "", "")
    for column in columns:
        if column.classes is not None:
            kind: Any = Literal[tuple(column.classes)]
            fields[column.name] = Annotated[kind | None, Field(default=None, description=column.description)]
            examples[column.name] = column.classes[0]
    return fields, examples


def _named(seed: Seed) -> Record:
    """Fields that say of which prediction, or of which unit and period, an outcome is."""
    about = "id of the prediction that it is the outcome of; null: unit and period say it"
    kind: Any = Annotated[str, Field(max_length=64, json_schema_extra={"pattern": f"^{ID}$"})]
    fields: Record = {PREDICTION: Annotated[kind | None, Field(default=None, description=about)]}
    for column in seed.identity:
        kind = Key if column.role == "key" else Time
        description = f"{column.description}; null: the prediction says it"
        fields[column.name] = Annotated[kind | None, Field(default=None, description=description)]
    return fields


def _related(seed: Seed) -> Record:
    """Relations of an outcome's fields in OpenAPI: one of two ways to name it, and at least one value.

    They are stated by `if` and `not`, which generators of clients leave to the service.
    """
    text = {"type": "string"}
    slot = [column.name for column in seed.identity]
    known = {column.name: {"type": "number" if column.is_number else "string"} for column in known_columns(seed)}
    return {
        "if": {"required": [PREDICTION], "properties": {PREDICTION: text}},
        "then": {"properties": {name: {"not": text} for name in slot}},
        "else": {"required": slot, "properties": dict.fromkeys(slot, text)},
        "not": {"properties": {name: {"not": kind} for name, kind in known.items()}},
    }


def _request(seed: Seed, max_rows: int, row: Any) -> Any:
    return record(
        f"{title(seed)}OutcomesRequest",
        f"Outcomes that became known. {seed.process.title}.",
        {OUTCOMES: Annotated[list[row], Field(min_length=1, max_length=max_rows)]},
    )


def _answer(seed: Seed) -> Any:
    count: Any = Annotated[int, Field(ge=0)]
    return record(
        f"{title(seed)}OutcomesAnswer",
        "Outcomes are kept when this is sent.",
        {
            "process": Literal[seed.process.name],
            "batch": Annotated[int, Field(description="number of the batch, by which it can be withdrawn")],
            "digest": Annotated[str, Field(description="SHA-256 of what the batch holds")],
            "rows": Annotated[count, Field(description="outcomes in it")],
            "new_rows": Annotated[count, Field(description="those that say what was not known")],
            "corrected_rows": Annotated[count, Field(description="those that say otherwise than was known")],
            "known": Annotated[count, Field(description="those that say nothing new")],
            "is_duplicate": Annotated[
                bool, Field(description="the very same batch was taken before, nothing is kept again")
            ],
        },
    )
