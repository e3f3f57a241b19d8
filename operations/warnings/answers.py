"""From a body to a table, and from warnings to rows of an answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.warnings.model import EventWarning, WarningModel, lead_time
from operations.forms.decoding import parsed_json
from operations.forms.fields import Record
from operations.forms.plan_tables import read_rows, tabled
from operations.warnings.forms import WARNINGS, WarningForm
from seeds import Seed
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class AskedWarnings:
    """A request for warnings that was read.

    Attributes
    ----------
    rows : list of dict
        Periods to come, as they came.
    units : list of str
        Name of each row's unit.
    table : DataFrame
        History and periods to come as a table of the seed, by unit and time.
    """

    rows: list[Record]
    units: list[str]
    table: pd.DataFrame


def read(payloads: WarningForm, body: bytes) -> AskedWarnings:
    """Read a request's body.

    Raises
    ------
    RequestError
        400 where the body is no JSON, 422 where its content is wrong; then all faults are named, or the first 100 of
        more.
    """
    parsed = parsed_json(body)
    _, faults = payloads.envelope.read(parsed)
    rows = read_rows(parsed, "rows", payloads.row, payloads.max_rows, faults)
    past = read_rows(parsed, "history", payloads.past, payloads.max_rows, faults)
    return AskedWarnings(rows, *tabled(rows, past, payloads.seed, faults))


def answered(model: WarningModel, request: AskedWarnings) -> Record:
    """Answer of a model, but for what all answers begin with: rows in the order of the request's."""
    by_unit = {one.unit: one for one in model.warn(request.table)}
    seed = model.seed
    return {
        WARNINGS: [
            {
                **{column.name: row[column.name] for column in seed.identity},
                "events": {one.event.name: _event(one, seed) for one in by_unit[unit].events},
            }
            for unit, row in between(zip(request.units, request.rows, strict=True))
        ],
        "unavailable_events": dict(model.refused),
    }


def _event(one: EventWarning, seed: Seed) -> Record:
    event, unit = one.event, str(seed.column(one.event.column).unit)
    return {
        "definition": event.in_words(unit),
        "limit": {"value": one.limit if math.isfinite(one.limit) else None, "unit": unit},
        "horizon": event.horizon,
        "probability": one.probability if one.refusal is None else None,
        "threshold": event.threshold,
        "alarm": one.alarm,
        "cause": one.cause,
        "causes": [{"cause": name, "contribution": value} for name, value in one.causes.items()],
        "lead_time": {"value": lead_time(event, seed), "unit": "h"},
        "refusal": one.refusal,
    }


def flat_rows(answer: Record, seed: Seed) -> list[Record]:
    """One row a unit and event, numbers under headings with their units."""
    import pandas as pd

    assert seed.key is not None
    key, time = seed.key.name, seed.clock.name
    return [
        {
            key: unit[key],
            time: pd.Timestamp(unit[time]).as_unit("us"),
            "event": name,
            "definition": one["definition"],
            "limit": _number(one["limit"]["value"]),
            "probability [1]": _number(one["probability"]),
            "threshold [1]": one["threshold"],
            "alarm": one["alarm"],
            "cause": one["cause"],
            "lead time [h]": one["lead_time"]["value"],
            "refusal": one["refusal"],
        }
        for unit in answer[WARNINGS]
        for name, one in unit["events"].items()
    ]


def _number(value: float | None) -> float:
    return math.nan if value is None else value
