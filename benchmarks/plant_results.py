"""Figures of plants by process in a result file, one plant after the other, and on a page."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from seeds import Seed, load


@dataclass(frozen=True)
class PlantBenchmark:
    """A benchmark of processes on plants, whose figures stand in a result file and on a page.

    Parameters
    ----------
    processes : sequence of str
        Processes that it measures.
    plants : sequence of int
        Numbers of the plants.
    of_plant : callable
        Figures of a plant, from the process's seed and the plant's number.
    results, page : Path
        Files of the figures and of the page.
    name : str
        Name of the markers on the page.
    lines : callable
        Lines between them, from all figures.
    """

    processes: Sequence[str]
    plants: Sequence[int]
    of_plant: Callable[[Seed, int], Mapping[str, Any]]
    results: Path
    page: Path
    name: str
    lines: Callable[[Mapping[str, Any]], list[str]]

    def run(self, about: str | None) -> None:
        """Measure the plants that the command line names, all by default; each is stored when it is measured."""
        parser = argparse.ArgumentParser(description=about)
        parser.add_argument("process", nargs="*", choices=[*self.processes, []], default=[])
        parser.add_argument("--plants", type=int, nargs="*", default=self.plants, help="numbers of the plants")
        options = parser.parse_args()
        for process in options.process or self.processes:
            for number in options.plants:
                seed = load(process)
                whole = add_plant(self.results, seed, number, self.of_plant(seed, number), self.processes)
                fill_page(self.page, self.name, self.lines, whole)
                print(process, number, flush=True)


def add_plant(
    results: Path, seed: Seed, number: int, figures: Mapping[str, Any], processes: Sequence[str]
) -> dict[str, Any]:
    """Store the figures of a plant with those of others, and return all; see `with_plant`."""
    stored = json.loads(results.read_text(encoding="utf-8")) if results.exists() else {}
    whole = with_plant(stored, seed, number, figures, processes)
    results.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    return whole


def with_plant(
    stored: Mapping[str, Any], seed: Seed, number: int, figures: Mapping[str, Any], processes: Sequence[str]
) -> dict[str, Any]:
    """Return stored figures with those of a plant; those of another seed of its process are left out."""
    process, digest = seed.process.name, seed_digest(seed)
    digests, plants = stored.get("seed_digests", {}), stored.get("plants", {})
    own = plants.get(process, {}) if digests.get(process) == digest else {}
    digests = digests | {process: digest}
    by_process = plants | {process: dict(sorted((own | {str(number): figures}).items()))}
    return {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "seed_digests": {one: digests[one] for one in processes if one in digests},
        "plants": {one: by_process[one] for one in processes if one in by_process},
    }


def fill_page(page: Path, name: str, lines: Callable[[Mapping[str, Any]], list[str]], whole: Mapping[str, Any]) -> None:
    """Write the lines of figures between the markers of a page."""
    page.write_text(filled(page.read_text(encoding="utf-8"), name, lines(whole)), encoding="utf-8")
