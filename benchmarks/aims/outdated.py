"""Results whose plants have changed since they were measured; fills a note of their pages.

    python -m benchmarks.aims.outdated

A change of a seed makes all of its figures outdated, and some take hours. These results may wait for their next
measurement; until then a note on their page names them. All other results must be current.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import is_of_own_plant
from seeds import load, names

NAME = "outdated results"
FOLDER = Path(__file__).parents[2] / "docs" / "results"
# Results of each page, by the command that measures them again.
OF_PAGES: Mapping[str, Mapping[str, str]] = {
    "benchmarks": {
        "benchmarks": "make bench",
        "service": "python -m benchmarks.service",
        "simulation": "python -m benchmarks.simulation",
        "training": "make bench-training",
        "training_size": "make bench-training",
    },
    "drift": {"drift": "python -m benchmarks.drift"},
    "intervals": {"coverage": "python -m benchmarks.coverage", "regret": "python -m benchmarks.regret"},
    "label_checks": {
        "forged": "python -m benchmarks.label_checks",
        "waiting": "python -m benchmarks.label_checks.following",
        "waiting_lots": "python -m benchmarks.label_checks.lots",
    },
    "retraining": {
        "forgetting": "python -m benchmarks.forgetting",
        "replay": "python -m benchmarks.replays.tables",
        "replay_short": "python -m benchmarks.replays.tables.short_steps",
        "replay_real": "python -m benchmarks.replays.tables.real",
        "promotions": "python -m benchmarks.replays.tables.promotions",
        "verdicts": "python -m benchmarks.replays.tables.verdicts",
    },
}


def outdated(result: Any) -> list[str]:
    """Return the processes of a result, sorted, whose seeds have changed since it was measured."""
    return sorted({process for process, digest in _digests(result) if not is_of_own_plant(digest, load(process))})


def note(page: str) -> list[str]:
    """Lines that name the outdated results of a page; empty if all are current."""
    lines = []
    for stem, command in OF_PAGES[page].items():
        result = json.loads((FOLDER / f"{stem}.json").read_text(encoding="utf-8"))
        if processes := outdated(result):
            measured = {process for process, _ in _digests(result)}
            which = "all processes" if measured == {*processes} else ", ".join(processes)
            lines.append(f"> - [{stem}.json]({stem}.json): {which} (`{command}`)")
    if not lines:
        return []
    return ["> Outdated: the seeds of these processes have changed since these results were measured.", ">", *lines]


def pages() -> Iterator[tuple[Path, str]]:
    """Yield each page that can have a note, and its text with the present one."""
    for name in OF_PAGES:
        page = FOLDER / f"{name}.md"
        yield page, filled(page.read_text(encoding="utf-8"), NAME, note(name))


def _digests(result: Any, process: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield each process of a result with the digest of the seed that it was measured on."""
    for key, value in result.items() if isinstance(result, dict) else ():
        if key == "seed_digests":
            yield from value.items()
        elif key == "seed_digest" and process is not None:
            yield process, value
        else:
            yield from _digests(value, key if key in names() else process)


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
