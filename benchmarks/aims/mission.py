"""Write the table of all processes and of their performance: python -m benchmarks.aims.mission.

It is made from the seeds and from the figures in docs/results, and stands in docs/reference/processes/README.md.
"""

import json
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from seeds import Seed, load_all
from training.tasks import task_of

DOCS = Path(__file__).parents[2] / "docs"
PAGE, RESULTS = DOCS / "reference" / "processes" / "README.md", DOCS / "results"
NAME = "mission"
_HEAD = ("process", "title", "task", "rows", "sources, assumed", "performance", "set-points")
_SHOWN = ("test_truth_rmse", "test_skill", "test_coverage_90", "test_value_share", "test_false_release", "test_cost")


def lines() -> list[str]:
    """The table, a line a process: simulated plants first, then processes with a plant's own table."""
    shares = shares_of_oracle(_read("setpoints"))
    seeds = sorted(load_all().values(), key=lambda seed: (seed.plant is None, seed.process.task, seed.process.name))
    rows = [" | ".join(_cells(seed, _read(seed.process.name), shares)) for seed in seeds]
    return [f"| {' | '.join(_HEAD)} |", "|" + "---|" * len(_HEAD), *(f"| {row} |" for row in rows)]


def shares_of_oracle(setpoints: dict[str, Any]) -> dict[str, float]:
    """Gain of recommended set-points as a share of the gain of an oracle that knows the plant, by process."""
    policies = {part["process"]: part["arms"] for part in setpoints.values() if "oracle" in part["arms"]}
    return {process: of["ours"]["gain"] / of["oracle"]["gain"] for process, of in policies.items()}


def _cells(seed: Seed, result: dict[str, Any], shares: dict[str, float]) -> tuple[str, ...]:
    name = seed.process.name
    rows = f"{result['rows']:,} {'simulated' if seed.plant else 'of a plant'}"
    assumed = f"{len(seed.sources)}, {seed.assumed}"
    share = f"{shares[name]:.0%}" if name in shares else ""
    return (f"[{name}]({name}.md)", seed.process.title, seed.process.task, rows, assumed, reached(seed, result), share)


def reached(seed: Seed, result: dict[str, Any]) -> str:
    """Metrics of the registered candidate on the test rows, some of the list of versions."""
    measured = result["candidates"][result["registered"]]
    known = {
        head: (key, form)
        for key, (head, form) in task_of(seed).columns.versions.items()
        if key in measured and key in _SHOWN
    }
    shown = (f"{' '.join(head.split())} {measured[key]:{form}}" for head, (key, form) in known.items())
    return f"{', '.join(shown)} ({result['registered']})"


def _read(name: str) -> dict[str, Any]:
    result: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return result


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines()), encoding="utf-8")
