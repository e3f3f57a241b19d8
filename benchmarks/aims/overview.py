"""Write the table of results in README.md from docs/results: python -m benchmarks.aims.overview."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.aims.page import filled

ROOT = Path(__file__).parents[2]
PAGE, RESULTS, NAME = ROOT / "README.md", ROOT / "docs" / "results", "results"
_CANDIDATES = ("first_principles", "linear")


class Shown(NamedTuple):
    """A row of the table: a metric of the candidates of a process, and its format."""

    process: str
    name: str
    key: str
    form: str


ROWS = (
    Shown(
        "aluminium_reduction",
        "current efficiency: RMSE to the simulated truth [percentage points]",
        "truth_rmse",
        ".2f",
    ),
    Shown("aluminium_reduction", "current efficiency: labels inside the 90 % interval", "adaptive_coverage_90", ".1%"),
    Shown("aluminium_scrap", "value of the bins, as share of an oracle's", "value_share", ".1%"),
    Shown("aluminium_ingot", "lots released without an assay", "released", ".1%"),
    Shown("aluminium_ingot", "false releases among these (limit 1 %)", "false_release", ".2%"),
    Shown("aluminium_ingot", "cost of decisions [$/t]", "cost", ".2f"),
)


def lines() -> Iterator[str]:
    """Return the table: baseline, first principles, linear model and registered candidate of each process."""
    yield "| process | metric on the test rows | baseline | first principles | linear | champion |"
    yield "|---|---|---:|---:|---:|---:|"
    for row in ROWS:
        result = json.loads((RESULTS / f"{row.process}.json").read_text(encoding="utf-8"))
        candidates = result["candidates"]
        names = (next(iter(candidates)), *_CANDIDATES, result["registered"])
        cells = (_cell(candidates[name], row) for name in names)
        page = f"[{row.process.replace('_', ' ')}](docs/reference/processes/{row.process}.md)"
        yield f"| {page} | {row.name} | {' | '.join(cells)} |"


def _cell(metrics: dict[str, Any], row: Shown) -> str:
    value = metrics.get(f"test_{row.key}")
    return "-" if value is None else format(value, row.form)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines()), encoding="utf-8")
