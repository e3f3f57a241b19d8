"""Tables of replays in docs/results/retraining.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.aims.page import MISSED, at_least, at_most
from benchmarks.replays.tasks import cost_unit, task_of
from reporting.markdown import number, span, table
from seeds import Seed, load

DOCS = Path(__file__).parents[3] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "replay.json", DOCS / "results" / "retraining.md", "replays"
REAL_RESULTS, REAL = DOCS / "results" / "replay_real.json", "replay of a plant"
WORDS = {
    "model": "this code, retrained every 30 days, with online calibration",
    "ridge": "ridge regression refitted every day, minus the mean of its latest errors",
    "persistence": "latest available outcome",
}
POLICIES = ("first", "schedule", "drift", "accepted")
SHOWN, WITH_REVIEWER = ("first", "schedule", "drift"), "accepted"
HEADS = ("process", "error of the oracle", *SHOWN)
COSTS = ("process", "cost of the oracle", *SHOWN)
MOST_ERROR = 1.05  # of the policy drift, relative to the oracle
AIMS = (
    *("process", "policy", "trainings of the oracle's, at most 0.25"),
    *("coverage of the worst 90 days, at least 0.8", "longest time below 87% [d], at most 30"),
)


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers."""
    return [
        f"Measured on {figures['measured']}. Errors relative to the oracle's; the aim of the policy drift is at most "
        f"{MOST_ERROR:g}:",
        "",
        *_errors(figures),
        _reviewed(figures, "error"),
        "",
        *_costs(figures),
        *_missed(_aims(figures)),
        "",
        _by_chance(figures),
    ]


def _errors(figures: Mapping[str, Any]) -> list[str]:
    """Table of errors to the simulated truth by policy, relative to the oracle."""
    rows = []
    for process, one in figures["processes"].items():
        ways = _ways(one)
        best = ways["oracle"]["error"]
        ratios = {name: ways[name]["error"] / best for name in SHOWN}
        cells = {name: f"{ratio:.3f}" for name, ratio in ratios.items()}
        cells["drift"] = at_most("error", process, MOST_ERROR, ratios["drift"]).reached
        rows.append((ratios, (process, error_of(ways["oracle"], load(process)), *cells.values())))
    return _largest(HEADS, rows)


def _costs(figures: Mapping[str, Any]) -> list[str]:
    """Table of the costs of decisions, relative to the oracle; empty if no process decides."""
    rows = []
    for process, one in figures["processes"].items():
        unit, ways = cost_unit(load(process)), _ways(one)
        if unit:
            best = ways["oracle"]["lost"]
            ratios = {name: ways[name]["lost"] / best for name in SHOWN}
            shown = (f"{ratio:.3f}" for ratio in ratios.values())
            rows.append((ratios, (process, f"{number(best, 4)} {unit}", *shown)))
    head = ["Costs of decisions relative to the oracle's:", ""]
    return [*head, *_largest(COSTS, rows), _reviewed(figures, "lost"), ""] if rows else []


def _largest(heads: Sequence[str], rows: Sequence[tuple[Mapping[str, float], tuple[str, ...]]]) -> list[str]:
    """Table of the processes with a ratio above MOST_ERROR, and the range of the ratios of all others."""
    others = [ratios for ratios, _ in rows if max(ratios.values()) <= MOST_ERROR]
    lines = table(heads, (row for ratios, row in rows if max(ratios.values()) > MOST_ERROR))
    ratios = [ratio for one in others for ratio in one.values()]
    return [*lines, *([f"All policies of {len(others)} other processes: {span(ratios, '.3f')}."] if others else [])]


def _reviewed(figures: Mapping[str, Any], name: str) -> str:
    """Sentence on the policy with a reviewer, where it differs from the policy drift by 0.005 or more."""
    ratios = []
    for process, one in figures["processes"].items():
        ways = _ways(one)
        if ways["oracle"][name]:
            drift, reviewed = (ways[policy][name] / ways["oracle"][name] for policy in ("drift", WITH_REVIEWER))
            ratios += [f"{process} {reviewed:.3f}"] if abs(reviewed - drift) >= 0.005 else []
    return f"Policy {WITH_REVIEWER} instead of drift: {', '.join(ratios) or 'no process'} (others within 0.005)."


def _ways(one: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {way["way"]: way for way in one["ways"]}


def _by_chance(figures: Mapping[str, Any]) -> str:
    """Highest probability of long times below 87 % with exact intervals."""
    process, one = max(figures["processes"].items(), key=lambda item: item[1]["chance"])
    return (
        "Intervals with independent coverage of exactly 90 % stay below 87 % for longer than 30 days with a "
        f"probability of at most {one['chance']:.0%} ({process})."
    )


def _aims(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Aims of the retraining trigger: without a reviewer, and with one if that differs."""
    for process, one in figures["processes"].items():
        ways = _ways(one)
        best, is_same = ways["oracle"], {**ways["accepted"], "way": "drift"} == ways["drift"]
        for name in ("drift",) if is_same else ("drift", "accepted"):
            way = ways[name]
            aims = (
                at_most("trainings", process, 0.25, way["trainings"] / best["steps"]),
                at_least("coverage", process, 0.8, way["lowest"]),
                at_most("longest", process, 30, way["longest"]),
            )
            yield process, name, *(aim.reached for aim in aims)


def _missed(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Table of the rows with a missed aim, and their number."""
    every = list(rows)
    missed = [row for row in every if any(cell.endswith(MISSED) for cell in row)]
    return [*table(AIMS, missed), f"{len(every) - len(missed)} other replays miss none of these aims."]


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
