"""Table of bulk bodies in docs/results/fuzzing.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from benchmarks.fuzz.bulk.drawing import KINDS
from benchmarks.fuzz.bulk.sending import BulkFuzzResult
from benchmarks.fuzz.page import DOCS, PAGE

__all__ = ["NAME", "PAGE", "RESULTS", "lines", "result"]

RESULTS, NAME = DOCS / "results" / "fuzz_bulk.json", "fuzz of bulk bodies"
FAULTLESS = "The process never ended. Each response was 200 with a complete stream, or 4xx with a problem."


def result(outcome: BulkFuzzResult, **about: Any) -> dict[str, Any]:
    """Figures as they are kept."""
    sent = [(kind, media, status, count) for (kind, media, status), count in sorted(outcome.statuses.items())]
    about |= {"sent": sent, "faults": dict(outcome.faults), "peak_mib": outcome.peak / 2**20}
    return {**about, "longest_s": outcome.longest[0], "longest_body": outcome.longest[1]}


def lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers; a note where nothing was measured yet."""
    if figures is None:
        return ["Not measured yet."]
    total = sum(count for *_, count in figures["sent"])
    summary_line = (
        f"Measured on {figures['measured']}: {total:,} bodies, generated with seed {figures['seed']} for "
        f"`{figures['process']}`, to one service in {figures['limit_mib'] / 1024:g} GiB of address space. Its memory "
        f"was at most {figures['peak_mib']:,.0f} MiB; the longest response took {figures['longest_s']:.1f} s."
    )
    bad = "; ".join(f"**{count:,} {name}**" for name, count in figures["faults"].items())
    return [summary_line, "", _statuses(figures["sent"]), "", f"{bad}." if bad else FAULTLESS]


def _statuses(sent: list[list[Any]]) -> str:
    """Return a sentence on the statuses of all bodies, and of those without an anomaly."""
    all_, sound = (
        _counted((status, count) for kind, _, status, count in sent if kind in kinds) for kinds in (KINDS, KINDS[:1])
    )
    return (
        f"Responses by status: {all_}; of the bodies without an anomaly: {sound}. Kinds of anomalies: {len(KINDS) - 1}."
    )


def _counted(statuses: Iterable[tuple[int, int]]) -> str:
    totals: Counter[int] = Counter()
    for status, count in statuses:
        totals[status] += count
    return ", ".join(f"{count:,} {status}" for status, count in sorted(totals.items()))
