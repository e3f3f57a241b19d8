"""The table of replays in docs/how-to/retrain.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import Row, at_least, at_most
from benchmarks.replays.tasks import cost_unit, task_of
from reporting.markdown import number, table
from seeds import Seed, load

DOCS = Path(__file__).parents[3] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "replay.json", DOCS / "how-to" / "retrain.md", "replays"
REAL_RESULTS, REAL = DOCS / "results" / "replay_real.json", "replay of a plant"
WORDS = {
    "model": "this code, learnt anew every 30 days, outcomes followed",
    "ridge": "a ridge line refitted every day, its newest errors taken off",
    "persistence": "the newest outcome that is known",
}
OF_ORACLE = "of the oracle's"
HEADS = (
    "process",
    "way",
    "trainings",
    "promoted",
    "error to the truth",
    OF_ORACLE,
    "coverage",
    "of the worst 90 days",
    "longest below 87% after outcomes [d]",
)
DECISIONS = ("process", "way", "decisions cost", OF_ORACLE, "released lots", "of these break their grade")


def lines(found: Mapping[str, Any]) -> list[str]:
    """What stands between the markers."""
    aims = table(("what", "process", "aim", "reached"), _aims(found))
    tables = [*table(HEADS, _rows(found)), *_decided(found), "", *aims]
    return [f"Measured on {found['measured']}.", "", *tables, _by_chance(found)]


def _decided(found: Mapping[str, Any]) -> list[str]:
    """The table of what decisions cost; nothing where no process decides."""
    rows = []
    for process, one in found["processes"].items():
        unit, ways = cost_unit(load(process)), {way["way"]: way for way in one["ways"]}
        for name, way in ways.items() if unit else ():
            cost, best = way["lost"], ways["oracle"]["lost"]
            lots = (f"{way['released']:,}", f"{way['broken'] / way['released']:.1%}") if way["released"] else ("", "")
            rows.append((process, name, f"{number(cost, 4)} {unit}", f"{cost / best:.3f}", *lots))
    return table(DECISIONS, rows) if rows else []


def _by_chance(found: Mapping[str, Any]) -> str:
    """What of the time below 87 % is no fault of the intervals."""
    shares = ", ".join(f"{one['chance']:.0%} ({process})" for process, one in found["processes"].items())
    return (
        "Intervals that cover exactly 90 % of these labels, each by itself, would stay below 87 % for longer "
        f"than 30 days after outcomes in so many of such plays: {shares}."
    )


def _aims(found: Mapping[str, Any]) -> Iterator[Row]:
    """What retraining where learning is due is to reach: with nobody there, and where it differs with a person."""
    for process, one in found["processes"].items():
        ways = {way["way"]: way for way in one["ways"]}
        best, is_same = ways["oracle"], {**ways["accepted"], "way": "drift"} == ways["drift"]
        for name in ("drift",) if is_same else ("drift", "accepted"):
            way = ways[name]
            yield at_most(f"{name}: error, of the oracle's", process, 1.05, way["error"] / best["error"])
            yield at_most(f"{name}: trainings, of the oracle's", process, 0.25, way["trainings"] / best["steps"])
            yield at_least(f"{name}: coverage of the worst 90 days", process, 0.8, way["lowest"])
            yield at_most(f"{name}: longest time below 87% after outcomes [d]", process, 30, way["longest"])


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in found["processes"].items():
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
    """Error to the truth of a way, with its unit."""
    return f"{way['error']:.3f} {task_of(seed).unit(seed)}".rstrip()


def coverage_of(way: Mapping[str, Any]) -> tuple[str, str, str]:
    """Coverage of a way, that of the worst 90 days, and the longest time below [d]."""
    return f"{way['covered']:.1%}", f"{way['lowest']:.1%}", f"{way['longest']:.0f}"


def real_lines(found: Mapping[str, Any]) -> list[str]:
    """What stands between the markers of the plant's own table."""
    heads = ("", f"RMSE of {found['days']:,} days", f"of the last {found['last_days']}")
    rows = [(WORDS[name], f"{found['rmse'][name]:.3f}", f"{found['rmse_last'][name]:.3f}") for name in WORDS]
    rows.append(("coverage of the 90% intervals", f"{found['coverage']:.1%}", f"{found['coverage_last']:.1%}"))
    return [f"Measured on {found['measured']}.", "", *table(heads, rows)]
