"""Tables of docs/results/early_warnings.md, from the stored figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from reporting.markdown import figure, table
from training.warnings.learning import COLUMNS

ROOT = Path(__file__).parent.parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "warnings.json", ROOT / "docs" / "results" / "early_warnings.md"
DEFAULT = "default"
WORDS = {"test": "latest periods", "holdout": "holdout units of these"}
NONE = "-"


def default_rows(results: Mapping[str, Any]) -> list[str]:
    """Figures of each event on the default plants."""
    heads = [head for head, _ in COLUMNS.values()]
    rows = []
    for process, figures in results.items():
        for event, one in figures["plants"][DEFAULT]["events"].items():
            for part, words in WORDS.items():
                cells = [figure(one, f"{part}_{key}", form) for key, (_, form) in COLUMNS.items()]
                rows.append([process, event, words, *cells])
    return table(["process", "event", "rows", *heads], rows)


def best_rows(results: Mapping[str, Any]) -> list[str]:
    """Brier scores of the base rate, of warnings and of the simulated truth, on all plants."""
    rows = []
    for process, figures in results.items():
        for name, plant in figures["plants"].items():
            for event, one in plant["events"].items():
                nothing, own, best = one["rate_brier"], one["brier"], one["best_brier"]
                share = (nothing - own) / (nothing - best)
                rows.append([process, name, event, f"{nothing:.4f}", f"{own:.4f}", f"{best:.4f}", f"{share:.0%}"])
    heads = ["process", "plant", "event", "base rate", "warnings", "best possible", "share of possible skill"]
    return table(heads, rows)


def cost_rows(results: Mapping[str, Any]) -> list[str]:
    """Costs on all plants, newest periods of all units."""
    rows = []
    for process, figures in results.items():
        for name, plant in figures["plants"].items():
            for event, one in plant["events"].items():
                costs = [f"{one[key]:.2f}" for key in ("cost", "cost_always", "cost_never")]
                saved = 1 - one["cost"] / min(one["cost_always"], one["cost_never"])
                rows.append([process, name, event, f"{one['threshold']:.3f}", *costs, f"{saved:.0%}"])
            rows += [[process, name, event, *[NONE] * 5] for event in plant["refused"]]
    heads = ["process", "plant", "event", "threshold", "cost [$]", "always alarm", "never alarm", "saved"]
    cases = [one["cost"] < min(one["cost_always"], one["cost_never"]) for one in events(results)]
    return [*table(heads, rows), f"The cost is below both in {sum(cases)} of {len(cases)} cases."]


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
    """Alarms around simulated faults on the default plants."""
    rows = []
    for process, figures in results.items():
        for event, one in figures["plants"][DEFAULT]["events"].items():
            for kind, m in one["faults"].items():
                shares = (f"{m[key]:.0%}" for key in ("event", "usual", "ahead", "alarms", "after"))
                hours = (figure(m, key, ".0f") for key in ("alarm_delay", "crew_delay"))
                rows.append([process, event, kind, f"{m['faults']:.0f}", *shares, *hours])
    heads = ["process", "event", "fault", "fault-unit pairs", "event rate", "base rate", "alarm before onset"]
    heads += ["alarm rate", "first alarm in next period", "its delay [h]", "operators' delay [h]"]
    return table(heads, rows)


TABLES = {"default": default_rows, "best": best_rows, "costs": cost_rows, "faults": fault_rows}


def with_tables(text: str, results: Mapping[str, Any]) -> str:
    """Text with the tables between their markers replaced."""
    for name, make in TABLES.items():
        text = filled(text, name, make(results))
    return text
