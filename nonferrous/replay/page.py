"""Page and figures of a replay: error and coverage over time, with promotions and regimes marked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from nonferrous.replay.plant import Plant
from nonferrous.replay.play import COVERAGE, Stepped
from nonferrous.replay.summary import BACK, Summary
from pages.html import table
from pages.lines import Line, lines
from pages.report import Section, whole, write_page
from pages.style import BLUE, GREY, ORANGE, RED

GREEN = "#2e8b57"
COLOURS = {"first": GREY, "schedule": BLUE, "drift": RED, "oracle": GREEN}
_WAYS = (
    "first: the champion of the beginning for ever; schedule: a job every so many steps; drift: a job where the "
    "monitoring sees drift; oracle: learnt anew before each step from all that is known, without service or gate."
)


def write(plant: Plant, found: Mapping[str, Sequence[Stepped]], summaries: Sequence[Summary], out: Path) -> Path:
    """Write `replay.json` and `replay.html`; gives the page's file."""
    figures = {"process": plant.seed.process.name, "from": f"{plant.begin:%Y-%m-%d}", "rows": len(plant.table)}
    figures["ways"] = [asdict(one) for one in summaries]
    write_page(json.dumps(figures, indent=1) + "\n", out / "replay.json")
    write_page(whole(f"{plant.seed.process.title}: replay", _sections(plant, found, summaries)), out / "replay.html")
    return out / "replay.html"


def _sections(plant: Plant, found: Mapping[str, Sequence[Stepped]], summaries: Sequence[Summary]) -> Iterator[Section]:
    unit = plant.seed.target.unit or ""
    yield Section(
        "What each way is worth",
        f"A simulated plant, which is no evidence about a real one. {_WAYS}",
        table(
            [
                "way",
                "trainings",
                "promoted",
                f"error to the truth [{unit}]",
                "coverage",
                "of the worst 90 days",
                f"longest below {BACK:.0%} after outcomes [d]",
            ],
            [
                [
                    one.way,
                    one.trainings,
                    one.promotions,
                    f"{one.error:.4g}",
                    f"{one.covered:.1%}",
                    f"{one.lowest:.1%}",
                    f"{one.longest:.0f}",
                ]
                for one in summaries
            ],
            numbers=range(1, 7),
        ),
    )
    yield Section(
        "Error and coverage over time",
        "Mean absolute error to the truth and the share of labels within their intervals, step by step. A dotted line "
        "marks the beginning of a regime.",
        _over_time(plant, found, unit),
    )
    for name, steps in found.items():
        rows = [
            [one.start, one.version, "; ".join(one.drift), one.job, one.promoted or ""]
            for one in steps
            if one.job or one.drift
        ]
        if rows:
            heads = ["step", "version", "drift", "job", "champion after it"]
            yield Section(f"Jobs: {name}", "What was seen, and what each job decided.", table(heads, rows))


def _over_time(plant: Plant, found: Mapping[str, Sequence[Stepped]], unit: str) -> str:
    labels = [one.start for one in next(iter(found.values()))]
    days = np.array(labels, dtype="datetime64[D]")
    marks = {}
    for regime in plant.seed.plant.regimes if plant.seed.plant else ():
        later = np.flatnonzero(days <= np.datetime64(regime.start))
        if len(later) and days[0] < np.datetime64(regime.start):
            marks[int(later[-1])] = regime.name
    error = [Line(name, [one.error for one in steps], COLOURS[name]) for name, steps in found.items()]
    covered = [Line(name, [one.covered for one in steps], COLOURS[name]) for name, steps in found.items()]
    covered.append(Line("asked", [COVERAGE] * len(labels), ORANGE, dash=True))
    return lines(labels, error, f"mean absolute error to the truth [{unit}]", marks) + lines(
        labels, covered, "share of labels within their intervals", marks
    )
