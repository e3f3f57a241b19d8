"""Places of values in the sentences of responses: kind of each by its name, units with words."""

from __future__ import annotations

from typing import Literal

Kind = Literal[
    "number",
    "name",
    "names",
    "moves",
    "unit",
    "moment",
    "word",
    "symbol",
    "copied",
    "remark",
    "description",
    "sentence",
    "detail",
]

KINDS: dict[str, Kind] = {
    "process": "name",
    "column": "name",
    "quantity": "name",
    "setpoint": "name",
    "bin": "name",
    "columns": "names",
    "moves": "moves",
    "unit": "unit",
    "since": "moment",
    "start": "moment",
    "until": "moment",
    "state": "word",
    "before": "word",
    "after": "word",
    "symbol": "symbol",
    "options": "copied",
    "units": "copied",
    "remark": "remark",
    "description": "description",
    "cost": "sentence",
    "reason": "sentence",
    "detail": "detail",
}
"""Kind of a place by its name; every other name is the place of a number.

A name is that of a part of the seed; `names` are several, `moves` are set-points with the size of their moves. A word
is one of `WORDS` of `dashboard.sentences`. Symbols, copied text and remarks of people are repeated; only a remark may
have semicolons. A sentence is one of `SENTENCES` there; a detail may be one, and any other text remains in English.
"""

UNITS_OF_MEASURE = {
    "count": "counts",
    "count/g": "counts/g",
    "count/ms": "counts/ms",
    "count/s": "counts/s",
}
"""Text of each unit of measure with words; symbols are the same in each language."""
