"""Tables of docs/results/early_warnings.md, from the stored figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from reporting.markdown import figure, span, table
from training.warnings.learning import COLUMNS

ROOT = Path(__file__).parent.parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "warnings.json", ROOT / "docs" / "results" / "early_warnings.md"
DEFAULT = "default"
NONE = "-"
SHOWN = ("rate", "average_precision", "brier_skill", "recall", "precision", "false_alarms_month")


def default_rows(results: Mapping[str, Any]) -> list[str]:
    """Figures of each event on the default plants, and what is saved and attained on all plants."""
    heads = [COLUMNS[key][0] for key in SHOWN]
    rows = []
    for process, figures in results.items():
        for event, one in figures["plants"][DEFAULT]["events"].items():
            cells = [figure(one, f"test_{key}", COLUMNS[key][1]) for key in SHOWN]
            every = [plant["events"][event] for plant in figures["plants"].values() if event in plant["events"]]
            rows.append([process, event, *cells, span(map(saved, every), ".0%"), span(map(attained, every), ".0%")])
    return [
        *table(["process", "event", *heads, "cost saved, 4 plants", "share of possible skill, 4 plants"], rows),
        cost_sentence(results),
    ]


def saved(one: Mapping[str, float]) -> float:
    """Share of the cost that the better constant policy has [1]."""
    return 1 - one["cost"] / min(one["cost_always"], one["cost_never"])


def attained(one: Mapping[str, float]) -> float:
    """Share of the way from the Brier score of the base rate to the best possible one [1]."""
    return (one["rate_brier"] - one["brier"]) / (one["rate_brier"] - one["best_brier"])


def cost_sentence(results: Mapping[str, Any]) -> str:
    """Return the number of cases that cost less than both constant policies, and of refused events."""
    cases = [saved(one) > 0 for one in events(results)]
    refused = sum(len(plant["refused"]) for figures in results.values() for plant in figures["plants"].values())
    return (
        f"The cost is below both constant policies in {sum(cases)} of {len(cases)} cases; "
        f"{refused or 'no'} events are refused for lack of skill."
    )


def events(results: Mapping[str, Any], plants: Iterable[str] = ()) -> list[Mapping[str, Any]]:
    """Figures of each event on some plants, by default on all."""
    requested = set(plants)
    return [
        one
        for figures in results.values()
        for name, plant in figures["plants"].items()
        if not requested or name in requested
        for one in plant["events"].values()
    ]


def fault_rows(results: Mapping[str, Any]) -> list[str]:
    """Alarms around the fault after which each event is most frequent, on the default plants."""
    rows = []
    for process, figures in results.items():
        for event, one in figures["plants"][DEFAULT]["events"].items():
            if one["faults"]:
                kind, m = max(one["faults"].items(), key=lambda item: item[1]["event"])
                shares = (f"{m[key]:.0%}" for key in ("event", "usual", "ahead", "alarms"))
                rows.append([process, event, kind, f"{m['faults']:.0f}", *shares, figure(m, "crew_delay", ".0f")])
    heads = ["process", "event", "fault", "fault-unit pairs", "event rate", "base rate", "alarm before onset"]
    return table([*heads, "alarm rate", "operators' delay [h]"], rows)


TABLES = {"default": default_rows, "faults": fault_rows}


def with_tables(text: str, results: Mapping[str, Any]) -> str:
    """Text with the tables between their markers replaced."""
    for name, make in TABLES.items():
        text = filled(text, name, make(results))
    return text
