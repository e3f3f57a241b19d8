"""Relations between request fields, or to recorded data, that JSON Schema cannot express.

A body that OpenAPI takes may be refused for these reasons and for no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

OF_MODEL = "what the model of the process was trained for"
OF_STATE = "a job or a look for drift that there is, or no other job at the time"
OF_ORDER = "an order that some schedule keeps"
OF_RECORD = "a response that is recorded"
OF_METADATA = "columns and outputs as the metadata of the model name them (`/v2`)"
RELATIONS = {
    "times all with one offset from UTC, or all without": r"times with one offset from UTC or all without any",
    "rows within a limited time": r"first and last period of all rows at most",
    "one row, outcome or plan of a unit and period": r"one (row|outcome|plan) a unit",
    "a plan after the newest row of its unit's history": r"a period after ",
    "a history not later than the rows of its unit": r"a period not later than that of rows",
    "history of each unit that is planned": r"a unit with rows in history|one of the \d+ units of history",
    "a value in the plan or in the history": r"a value (here, or in a row|in the rows, or earlier|in at least one)",
    "a coverage for which the model has rows": r"a coverage that the model has rows for",
    "a row whose label is known": r"in at least one row",
    "moves of units that are planned": r"a unit that one of rows plans",
    "plan and move together within the set-point's limits": r"plan \S+ and move \S+ together",
    "values of grades in the grades' order": r"grades stand most valuable first",
    "intervals of a tariff that follow each other": (
        r"a start of a step of|an end: it is the only|after its start|: hours (from there on|before it) "
    ),
    "hours that end before the calendar does": r"times well within the calendar",
    "a tariff of a day to a week": r"^\d+ to \d+ h$",
    "factors of the grid for the hours of the tariff": r"an? (start|end) of .* as the tariff|as the tariff$",
    "a highest current above the lowest": r"more than the lowest",
    "an outcome of a period that has started": r"a period that has (?:begun|started)",
    "a job that trains, or begins a shadow period, or ends one": r"^no other field$",
    "a prediction that is recorded": r"the id of a prediction of \w+ that is recorded",
}


def broken(problem: Mapping[str, Any]) -> set[str] | None:
    """Relations that a refused request broke; None where it was refused for another reason too."""
    if re.match(r"version \d+ of \w+ (recommends no|has no|warns of no|gives no)", problem.get("detail", "")):
        return {OF_MODEL}
    if problem.get("detail", "").startswith("no schedule keeps the order"):
        return {OF_ORDER}
    texts = [fault["expected"] for fault in problem.get("errors", ())]
    relation_of = {
        text: next((name for name, pattern in RELATIONS.items() if re.search(pattern, text)), None) for text in texts
    }
    names = {name for name in relation_of.values() if name is not None}
    return names if texts and None not in relation_of.values() else None
