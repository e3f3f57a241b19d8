"""Table of generated requests in docs/results/fuzzing.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.fuzz.asking import KINDS, FuzzResult
from reporting.markdown import table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "fuzz.json", DOCS / "results" / "fuzzing.md", "fuzz"
FAULTLESS = (
    "No response has a status of 5xx or an undescribed status, and all have the described form. No body that violates "
    "OpenAPI was accepted. Bodies that satisfy it were rejected only for these relations, which JSON Schema cannot "
    "express:"
)
MOST_RELATIONS = 6
HEADS = ("request", "operations", "sent", "accepted", "rejected for a relation")


def result(outcome: FuzzResult, **about: Any) -> dict[str, Any]:
    """Figures as they are kept."""
    sent = [
        (*where, outcome.sent[where], outcome.answered[where], outcome.related[where]) for where in sorted(outcome.sent)
    ]
    relations = {name: count for name, count in outcome.relations.most_common()}
    return {**about, "sent": sent, "relations": relations, "faults": dict(outcome.faults)}


def lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers; a note if nothing was measured yet."""
    if figures is None:
        return ["Not measured yet."]
    total = sum(one[2] for one in figures["sent"])
    processes = ", ".join(f"`{name}`" for name in figures["processes"])
    summary_line = (
        f"Measured on {figures['measured']}: {total:,} requests, generated with seed {figures['seed']} for {processes} "
        f"by schemathesis {figures['schemathesis']}."
    )
    bad = "; ".join(f"**{count:,} {name}**" for name, count in figures["faults"].items())
    end = f"{bad}." if bad else FAULTLESS
    relations = sorted(figures["relations"].items(), key=lambda one: -one[1])
    shown = table(("relation", "requests rejected"), ((name, f"{n:,}") for name, n in relations[:MOST_RELATIONS]))
    others = len(relations) - MOST_RELATIONS
    more = [f"{others} other relations are in `docs/results/fuzz.json`."] if others > 0 else []
    return [summary_line, "", *table(HEADS, _rows(figures["sent"])), end, "", *shown, *more]


def _rows(sent: list[list[Any]]) -> Iterator[tuple[str, ...]]:
    """Counts of each kind of request, over all operations."""
    for kind in KINDS:
        counts = [counts for _, name, *counts in sent if name == kind]
        if counts:
            totals = (sum(column) for column in zip(*counts, strict=True))
            yield kind, f"{len(counts)}", *(f"{total:,}" for total in totals)
