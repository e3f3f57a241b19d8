"""The part of docs/results/tests.md that says how long the tests take, made of what pytest recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
RESULTS, PAGE = ROOT / "docs" / "results" / "suite.json", ROOT / "docs" / "results" / "tests.md"
NAME = "results of suite"
PROPERTY = "processor seconds"


def stored_results() -> dict[str, Any]:
    """Figures of runs that were measured, by target, and those of long tests, by file."""
    return json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"runs": {}, "long": {}}


def cases(record: Path) -> Iterator[ET.Element]:
    """Test cases of pytest's record of a run."""
    return ET.parse(record).iter("testcase")


def counted(record: Path) -> dict[str, int]:
    """Number of tests of a run, and of those that were skipped."""
    tests = list(cases(record))
    return {"tests": len(tests), "skipped": sum(case.find("skipped") is not None for case in tests)}


def by_file(record: Path) -> dict[str, dict[str, float]]:
    """Tests and processor time [s] of each file of a run, the longest first."""
    totals: dict[str, dict[str, float]] = {}
    for case in cases(record):
        one = totals.setdefault(file_of(case.get("classname", "")), {"tests": 0, "processor": 0.0})
        one["tests"] += 1
        one["processor"] += sum(
            float(part.get("value", "0")) for part in case.iter("property") if part.get("name") == PROPERTY
        )
    ordered = sorted(totals.items(), key=lambda item: -item[1]["processor"])
    return {file: one | {"processor": round(one["processor"], 1)} for file, one in ordered}


def file_of(name: str) -> str:
    """File of a test by the dotted name that a record gives, which ends with the class where there is one."""
    parts = [part for part in name.split(".") if not part[:1].isupper()]
    return "/".join(parts) + ".py"


def lines(figures: dict[str, Any]) -> list[str]:
    """Lines of the page."""
    if not figures["runs"]:
        return ["Not measured yet: `python -m benchmarks.suite`."]
    made = [
        "| command | tests | skipped | processor time [s] | Python | measured |",
        "|---|---:|---:|---:|---|---|",
    ]
    for target, run in figures["runs"].items():
        made.append(
            f"| `make {target}` | {run['tests']:,} | {run['skipped']} | {run['processor']:.0f} "
            f"| {run['python']} | {run['measured']} |"
        )
    if not figures["long"]:
        return made
    rows = [f"| `{file}` | {one['tests']:.0f} | {one['processor']:.0f} |" for file, one in figures["long"].items()]
    return [*made, "", "| long tests of | tests | processor time [s] |", "|---|---:|---:|", *rows]
