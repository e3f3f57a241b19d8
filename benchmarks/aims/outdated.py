"""Results whose plants have changed since they were measured; fills a note of their pages.

    python -m benchmarks.aims.outdated

A change of a seed makes all of its figures outdated, and some take hours. These results may wait for their next
measurement; until then a note on their page names them. All other results must be current.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.bounds.spreads import LIMITED, free_digest
from benchmarks.digests import is_of_own_plant
from seeds import Seed, load, names

NAME = "outdated results"
DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "results"
_BOUNDS = {"bounds": "python -m benchmarks.bounds"}
# Results of each page of the documents, by the command that measures them again.
OF_PAGES: Mapping[str, Mapping[str, str]] = {
    "reference/processes/copper_electrorefining": _BOUNDS,
    "reference/processes/zinc_electrowinning": _BOUNDS,
    "results/benchmarks": {
        "benchmarks": "make bench",
        "service": "python -m benchmarks.service",
        "simulation": "python -m benchmarks.simulation",
        "training": "make bench-training",
        "training_size": "make bench-training",
    },
    "results/drift": {"drift": "python -m benchmarks.drift"},
    "results/intervals": {"coverage": "python -m benchmarks.coverage", "regret": "python -m benchmarks.regret"},
    "results/label_checks": {
        "forged": "python -m benchmarks.label_checks",
        "waiting": "python -m benchmarks.label_checks.following",
        "waiting_lots": "python -m benchmarks.label_checks.lots",
    },
    "results/quality": {"quality_setpoints": "python benchmarks/quality_setpoints.py"},
    "results/retraining": {
        "forgetting": "python -m benchmarks.forgetting",
        "replay": "python -m benchmarks.replays.tables",
        "replay_short": "python -m benchmarks.replays.tables.short_steps",
        "replay_real": "python -m benchmarks.replays.tables.real",
        "promotions": "python -m benchmarks.replays.tables.promotions",
        "verdicts": "python -m benchmarks.replays.tables.verdicts",
    },
    "results/set_points": {"setpoints": "python benchmarks/setpoints.py run"},
    "results/sorting": {
        "promises": "python benchmarks/guarantees.py",
        "spreads": "python -m benchmarks.bounds.spreads",
    },
}


def outdated(result: Any) -> list[str]:
    """Return processes or variants, sorted, whose seeds have changed since they were measured."""
    digests = _digests(result, names())
    return sorted({label for label, process, digest in digests if not _is_current(digest, load(process))})


def _is_current(digest: str, seed: Seed) -> bool:
    """Return True for a digest of the seed, of its own plant, or of the parts that limits on spread leave."""
    return is_of_own_plant(digest, seed) or (seed.process.name in LIMITED and digest == free_digest(seed))


def note(page: str) -> list[str]:
    """Lines that name the outdated results of a page; empty if all are current."""
    lines = []
    for stem, command in OF_PAGES[page].items():
        result = json.loads((FOLDER / f"{stem}.json").read_text(encoding="utf-8"))
        if labels := outdated(result):
            measured = {label for label, _, _ in _digests(result, names())}
            which = "all" if measured == {*labels} else ", ".join(labels)
            file = os.path.relpath(DOCS / "results" / f"{stem}.json", (DOCS / page).parent)
            lines.append(f"> - [`{command}`]({file}): {which}")
    if not lines:
        return []
    return ["> Outdated: the seeds have changed since these results were measured.", ">", *lines]


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page that can have a note, and its text with the present one."""
    for name in OF_PAGES:
        page = DOCS / f"{name}.md"
        yield page, filled(page.read_text(encoding="utf-8"), NAME, note(name))


def _digests(result: Any, processes: Collection[str], label: str | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield each process or variant of a result, with its process and the digest of its seed."""
    for key, value in result.items() if isinstance(result, dict) else ():
        if key == "seed_digests":
            yield from ((process, process, digest) for process, digest in value.items())
        elif key == "seed_digest" and label is not None:
            yield label, result.get("process", label), value
        else:
            is_labelled = key in processes or (isinstance(value, dict) and "process" in value)
            yield from _digests(value, processes, key if is_labelled else label)


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
