"""Advice as rows of a file, and reasons of refusals."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from operations.forms.fields import Record
from seeds import Seed

_NUMBER = re.compile(r"-?\d[\d.e+-]*(?<!\.)")  # also dates


def flat_rows(advices: Iterable[Record], seed: Seed, line: Record | None = None) -> list[Record]:
    """One row a unit, numbers under headings with their units, such as `gain [$/d]`.

    Moves and their effects are those of the unit alone; if the line's shared set-point moves, the accompanying moves
    are in further columns.

    Parameters
    ----------
    advices : iterable of dict
        Advice on each unit, as responses hold it.
    seed : Seed
        The process.
    line : dict, optional
        Advice on what all units share.
    """
    return [_flat(advice, line, seed) for advice in advices]


def _flat(advice: Record, line: Record | None, seed: Seed) -> Record:
    import pandas as pd

    assert seed.key is not None
    unit_name = advice[seed.key.name]
    row: Record = {
        seed.key.name: unit_name,
        seed.clock.name: pd.Timestamp(advice[seed.clock.name]).as_unit("us"),
    }
    for setpoint, one in advice["setpoints"].items():
        unit = one["unit"]
        row |= {f"{setpoint} plan [{unit}]": _number(one["plan"]), f"{setpoint} move [{unit}]": one["move"]}
        row[f"{setpoint} new [{unit}]"] = _number(one["recommended"])
        if line is not None and _moves(line):
            row[f"{setpoint} move with the line [{unit}]"] = _with_line(line, unit_name, setpoint)
    row |= _three("gain", advice["gain"])
    for name, change in advice["effects"].items():
        row |= _three(f"{name} change", change)
    for limit in advice["limits"]:
        row[f"{limit['name']} expected [{limit['unit']}]"] = _number(limit["expected"])
        row[_chance(limit)] = _number(limit["violation_probability"])
    for grade, probability in advice.get("grade_probability", {}).items():
        row |= {
            f"chance of {grade} as planned [1]": probability["before"],
            f"chance of {grade} [1]": probability["after"],
        }
    for limit in advice["limits"]:
        if "violation_probability_before" in limit:
            row[_chance(limit, " as planned")] = _number(limit["violation_probability_before"])
    if "notes" in advice and "grade_probability" not in advice:
        row["notes"] = "; ".join(advice["notes"])
    return row | {"cause": advice["cause"], "support [rows]": advice["supporting_rows"], "refusal": advice["refusal"]}


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _three(name: str, one: Record) -> Record:
    unit = one["unit"]
    values = {"": one["value"], " low": one["low"], " high": one["high"]}
    return {f"{name}{end} [{unit}]": _number(value) for end, value in values.items()}


def _chance(limit: Record, when: str = "") -> str:
    """Heading of the chance that a limit is broken."""
    side, bound = ("above", limit["at_most"]) if limit["at_most"] is not None else ("below", limit["at_least"])
    return f"chance of {limit['name']} {side} {bound:g} {limit['unit']}{when} [1]"


def _moves(line: Record) -> bool:
    return any(one["move"] for one in line["setpoints"].values())


def _with_line(line: Record, unit: str, setpoint: str) -> float:
    """Move of a unit's set-point in the line's recommendation."""
    if setpoint in line["setpoints"]:
        return float(line["setpoints"][setpoint]["move"])
    return float(line["moves"].get(unit, {}).get(setpoint, 0.0))


def refusals(advices: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Number of units by reason of refusal, most frequent first; numbers in reasons are removed."""
    reasons = [_NUMBER.sub("…", advice["refusal"]) for advice in advices if advice["refusal"] is not None]
    return dict(Counter(reasons).most_common())
