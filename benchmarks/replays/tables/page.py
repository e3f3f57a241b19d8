"""Tables of replays in docs/results/retraining.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import at_least, at_most
from benchmarks.replays.tasks import cost_unit, task_of
from reporting.markdown import number, table
from seeds import Seed, load

DOCS = Path(__file__).parents[3] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "replay.json", DOCS / "results" / "retraining.md", "replays"
REAL_RESULTS, REAL = DOCS / "results" / "replay_real.json", "replay of a plant"
WORDS = {
    "model": "this code, retrained every 30 days, with online calibration",
    "ridge": "ridge regression refitted every day, minus the mean of its latest errors",
    "persistence": "latest available outcome",
}
OF_ORACLE = "relative to the oracle"
HEADS = (
    "process",
    "policy",
    "trainings",
    "promotions",
    "error to the simulated truth",
    OF_ORACLE,
    "coverage",
    "coverage of the worst 90 days",
    "longest time below 87% after outcomes [d]",
)
DECISIONS = ("process", "policy", "cost of decisions", OF_ORACLE, "released lots", "share that violates its grade")
AIMS = (
    *("process", "policy", "error of the oracle's, at most 1.05", "trainings of the oracle's, at most 0.25"),
    *("coverage of the worst 90 days, at least 0.8", "longest time below 87% [d], at most 30"),
)


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers."""
    tables = [*table(HEADS, _rows(figures)), *_decided(figures), *table(AIMS, _aims(figures))]
    return [f"Measured on {figures['measured']}.", "", *tables, _by_chance(figures)]


def _decided(figures: Mapping[str, Any]) -> list[str]:
    """Table of the costs of decisions; empty if no process decides."""
    rows = []
    for process, one in figures["processes"].items():
        unit, ways = cost_unit(load(process)), {way["way"]: way for way in one["ways"]}
        for name, way in ways.items() if unit else ():
            cost, best = way["lost"], ways["oracle"]["lost"]
            lots = (f"{way['released']:,}", f"{way['broken'] / way['released']:.1%}") if way["released"] else ("", "")
            rows.append((process, name, f"{number(cost, 4)} {unit}", f"{cost / best:.3f}", *lots))
    return table(DECISIONS, rows) if rows else []


def _by_chance(figures: Mapping[str, Any]) -> str:
    """Probability of long times below 87 % with exact intervals."""
    shares = ", ".join(f"{one['chance']:.0%} ({process})" for process, one in figures["processes"].items())
    return (
        "Probability that intervals with independent coverage of exactly 90 % stay below 87 % for longer than 30 days "
        f"after outcomes: {shares}."
    )


def _aims(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Aims of the retraining trigger: without a reviewer, and with one if that differs."""
    for process, one in figures["processes"].items():
        ways = {way["way"]: way for way in one["ways"]}
        best, is_same = ways["oracle"], {**ways["accepted"], "way": "drift"} == ways["drift"]
        for name in ("drift",) if is_same else ("drift", "accepted"):
            way = ways[name]
            aims = (
                at_most("error", process, 1.05, way["error"] / best["error"]),
                at_most("trainings", process, 0.25, way["trainings"] / best["steps"]),
                at_least("coverage", process, 0.8, way["lowest"]),
                at_most("longest", process, 30, way["longest"]),
            )
            yield process, name, *(aim.reached for aim in aims)


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in figures["processes"].items():
        seed = load(process)
        best = next(way["error"] for way in one["ways"] if way["way"] == "oracle")
        for way in one["ways"]:
            is_oracle = way["way"] == "oracle"
            yield (
                f"{process}, {one['units']} units from {one['from']}",
                way["way"],
                f"{way['steps']}" if is_oracle else f"{way['trainings']}",
                "" if is_oracle else f"{way['promotions']}",
                error_of(way, seed),
                f"{way['error'] / best:.3f}",
                *coverage_of(way),
            )


def error_of(way: Mapping[str, Any], seed: Seed) -> str:
    """Error of a policy to the simulated truth, with its unit."""
    return f"{way['error']:.3f} {task_of(seed).unit(seed)}".rstrip()


def coverage_of(way: Mapping[str, Any]) -> tuple[str, str, str]:
    """Coverage of a policy, that of the worst 90 days, and the longest time below [d]."""
    return f"{way['covered']:.1%}", f"{way['lowest']:.1%}", f"{way['longest']:.0f}"


def real_lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers of the plant's own table."""
    heads = ("", f"RMSE of {figures['days']:,} days", f"of the last {figures['last_days']}")
    rows = [(WORDS[name], f"{figures['rmse'][name]:.3f}", f"{figures['rmse_last'][name]:.3f}") for name in WORDS]
    rows.append(("coverage of the 90% intervals", f"{figures['coverage']:.1%}", f"{figures['coverage_last']:.1%}"))
    return [f"Measured on {figures['measured']}.", "", *table(heads, rows)]
