"""Page and figures of a replay: error and coverage over time, with promotions and regimes marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from benchmarks.replays.plant import Plant
from benchmarks.replays.run import COVERAGE, Stepped
from benchmarks.replays.summary import BACK, Summary
from benchmarks.replays.tasks import cost_unit, task_of
from reporting.html import table
from reporting.lines import Trace, lines
from reporting.markdown import number
from reporting.report import ReportSection, whole, write_page
from reporting.style import BLUE, GREY, ORANGE, RED
from seeds import Seed

GREEN, PURPLE = "#2e8b57", "#7b4fa3"
COLOURS = {"first": GREY, "schedule": BLUE, "drift": RED, "accepted": PURPLE, "oracle": GREEN}
_WAYS = (
    "first: the first champion for the whole time. schedule: a job at a fixed interval. drift: a job if retraining is "
    "due. accepted: the same, and a reviewer accepts label shifts, which are never manipulated here. oracle: trained "
    "again before each step on all known rows, without service and gate."
)


def write(plant: Plant, replays: Mapping[str, Sequence[Stepped]], summaries: Sequence[Summary], out: Path) -> Path:
    """Write `replay.json` and `replay.html`; gives the page's file."""
    figures = {"process": plant.seed.process.name, "from": f"{plant.begin:%Y-%m-%d}", "rows": len(plant.table)}
    figures["ways"] = [asdict(one) for one in summaries]
    write_page(json.dumps(figures, indent=1) + "\n", out / "replay.json")
    write_page(whole(f"{plant.seed.process.title}: replay", _sections(plant, replays, summaries)), out / "replay.html")
    return out / "replay.html"


def _sections(
    plant: Plant, replays: Mapping[str, Sequence[Stepped]], summaries: Sequence[Summary]
) -> Iterator[ReportSection]:
    yield ReportSection(
        "Comparison of policies",
        f"A simulated plant, which is no evidence about a real one. {_WAYS}",
        _worth(plant.seed, summaries) + _decided(plant.seed, summaries),
    )
    task, cost = task_of(plant.seed), cost_unit(plant.seed)
    yield ReportSection(
        "Error, coverage and costs over time",
        f"Values per step: {task.error}{_in(task.unit(plant.seed))}, share of {task.covered}"
        f"{f', and cost of decisions{_in(cost)} above the optimum by the simulated truth' if cost else ''}. A dotted "
        "line marks the start of a regime.",
        _over_time(plant, replays),
    )
    for name, steps in replays.items():
        rows = [
            [one.start, one.version, "; ".join(one.drift), one.job, one.promoted or ""]
            for one in steps
            if one.job or one.drift
        ]
        if rows:
            heads = ["step", "version", "drift", "job", "new champion"]
            yield ReportSection(f"Jobs: {name}", "Drift detected, and decision of each job.", table(heads, rows))


def _worth(seed: Seed, summaries: Sequence[Summary]) -> str:
    unit = task_of(seed).unit(seed)
    heads = ["policy", "trainings", "promotions", f"error to the simulated truth{_in(unit)}", "coverage"]
    heads += ["coverage of the worst 90 days", f"longest time below {BACK:.0%} after outcomes [d]"]
    rows = [
        [
            *(one.way, one.trainings, one.promotions),
            *(f"{one.error:.4g}", f"{one.covered:.1%}", f"{one.lowest:.1%}", f"{one.longest:.0f}"),
        ]
        for one in summaries
    ]
    return table(heads, rows, numbers=range(1, len(heads)))


def _decided(seed: Seed, summaries: Sequence[Summary]) -> str:
    """Table of the costs of decisions; empty if nothing is decided."""
    cost, releases = cost_unit(seed), any(one.released for one in summaries)
    if not cost:
        return ""
    heads = [
        "policy",
        f"cost of decisions{_in(cost)}",
        *(("released lots", "lots that violate their grade") if releases else ()),
    ]
    rows = [
        [one.way, number(one.lost, 4), *((f"{one.released:,}", f"{one.broken:,}") if releases else ())]
        for one in summaries
        if one.lost is not None
    ]
    return table(heads, rows, numbers=range(1, len(heads)))


def _in(unit: str) -> str:
    return f" [{unit}]" if unit else ""


def _over_time(plant: Plant, replays: Mapping[str, Sequence[Stepped]]) -> str:
    labels = [one.start for one in next(iter(replays.values()))]
    days = np.array(labels, dtype="datetime64[D]")
    marks = {}
    for regime in plant.seed.plant.regimes if plant.seed.plant else ():
        later = np.flatnonzero(days <= np.datetime64(regime.start))
        if len(later) and days[0] < np.datetime64(regime.start):
            marks[int(later[-1])] = regime.name
    error = [Trace(name, [one.error for one in steps], COLOURS[name]) for name, steps in replays.items()]
    covered = [Trace(name, [one.covered for one in steps], COLOURS[name]) for name, steps in replays.items()]
    covered.append(Trace("requested", [COVERAGE] * len(labels), ORANGE, dash=True))
    task, cost = task_of(plant.seed), cost_unit(plant.seed)
    drawn = lines(labels, error, f"{task.error}{_in(task.unit(plant.seed))}", marks)
    drawn += lines(labels, covered, f"share of {task.covered}", marks)
    if not cost:
        return drawn
    lost = [Trace(name, [one.lost for one in steps], COLOURS[name]) for name, steps in replays.items()]
    return drawn + lines(labels, lost, f"cost of decisions{_in(cost)}", marks)
