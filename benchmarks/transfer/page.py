"""Tables of transferred models in docs/results: numbers in intervals.md, lots in quality.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from models.online.plant_transfer import STAGES
from reporting.markdown import table

DOCS = Path(__file__).parents[2] / "docs" / "results"
RESULTS = DOCS / "transfer.json"
NUMBERS, LOTS = "transferred models of numbers", "transferred graders"
NAMES = {NUMBERS: DOCS / "intervals.md", LOTS: DOCS / "quality.md"}
COVERAGES = ("unchanged", *map(str, STAGES), "followed")
HEADS = ("process", "plants", "unchanged", *(f"{one} outcomes" for one in STAGES), "followed")
MORE = ("guarantee shown", "lots until then", "released after", "false release")


def lines(results: Mapping[str, Any], kind: str) -> list[str]:
    """Text between the markers: mean coverage over the plants, and that of the worst plant in brackets."""
    figures = {name: one for name, one in results.items() if is_of(one, kind)}
    rows = [_row(name, [*one["plants"].values()], kind) for name, one in figures.items()]
    newest = max((one["measured"] for one in figures.values()), default="-")
    return [f"Measured on {newest}.", "", *table((*HEADS, *(MORE if kind == LOTS else ())), rows)]


def is_of(figures: Mapping[str, Any], kind: str) -> bool:
    """Return whether figures belong in a table: those of lots have releases."""
    return ("released" in next(iter(figures["plants"].values()))) == (kind == LOTS)


def _row(process: str, plants: Sequence[Mapping[str, Any]], kind: str) -> tuple[str, ...]:
    shares = ([one[name] for one in plants] for name in COVERAGES)
    covered = [f"{np.mean(one):.1%} ({min(one):.1%})" for one in shares]
    return (process, str(len(plants)), *covered, *(_release(plants) if kind == LOTS else ()))


def _release(plants: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    shown = [one["shown_after"] for one in plants if one["shown_after"] is not None]
    released, broken = (sum(one[name] for one in plants) for name in ("released", "broken"))
    later = sum(one["rows"] - one["shown_after"] for one in plants if one["shown_after"] is not None)
    lots = f"{min(shown)} to {max(shown)}" if shown else "-"
    share, false = (f"{released / later:.1%}", f"{broken / released:.2%}") if released else ("-", "-")
    return f"{len(shown)} of {len(plants)}", lots, share, false
