"""Training: command output, every metric and parameter of every run, model cards, model.json files."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.revisions.checkouts import Checkout, say
from benchmarks.revisions.masks import compact, stable

PLANTS = {
    "lead_refining": ("--units", "8", "--years", "1.2"),
    "zinc_ingot": ("--units", "2", "--years", "0.7"),
    "zinc_electrowinning": ("--units", "8", "--years", "1"),
    "copper_electrorefining": ("--units", "10", "--years", "1.5"),
    "aluminium_reduction": ("--units", "30", "--years", "2"),
    "alumina_refining": ("--units", "8", "--years", "0.4"),
    "aluminium_scrap": ("--units", "140"),
}
QUICK = ("lead_refining", "zinc_ingot", "zinc_electrowinning")
WRITTEN = ("retired_batteries_chemistry", "retired_batteries_pulse")
RNG_SEED, CELLS, SERIES = "5", 90, 5
CATHODES = {"LFP": (3.28, 0.02), "LMO": (3.85, 0.05), "NMC": (3.62, 0.08)}  # V at rest, and what scatters about it
OF_METRICS = (
    "SELECT e.name, r.name, m.key, m.value, r.start_time FROM {table} m JOIN runs r ON r.run_uuid = m.run_uuid "
    "JOIN experiments e ON e.experiment_id = r.experiment_id ORDER BY e.name, r.start_time, r.run_uuid, m.key"
)
KEPT_TAGS = ("gate", "gate_reasons", "candidate", "target", "verdict", "registered_as", "job", "registered_version")


def tables(checkout: Checkout, quick: bool) -> dict[str, Path]:
    """Folder of the table of each trained process: simulated, or written here for one without a plant."""
    names = [name for name in PLANTS if not quick or name in QUICK]
    files = {name: checkout.scratch / "tables" / name for name in names}
    each = [["simulate", name, "--out", str(files[name]), *PLANTS[name], "--rng-seed", RNG_SEED] for name in names]
    checkout.commands(each, "tables")
    for name in () if quick else WRITTEN:
        files[name] = checkout.scratch / "tables" / name
        files[name].mkdir(parents=True)
        _write_pulses(files[name] / "pulses.csv")
    return files


def _write_pulses(file: Path) -> None:
    """Write a laboratory's table of cell pulses: without physics, but with a relation to fit."""
    rng = random.Random(5)
    heads = ["cell", *(f"u{i}_v" for i in range(1, 22))]
    late = ["soc_percent", "nominal_capacity_ah", "capacity_ah", "soh", "chemistry"]
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow([*heads, *late])
        for cell in range(CELLS):
            cathode = rng.choice(sorted(CATHODES))
            health, capacity = rng.uniform(0.55, 1.0), rng.choice((10.0, 21.0, 25.0, 35.0))
            for _ in range(SERIES):
                lines.writerow([f"cell {cell}", *_series(rng, cathode, health, capacity), cathode])


def _series(rng: random.Random, cathode: str, health: float, capacity: float) -> Iterator[float]:
    resting, scatter = CATHODES[cathode]
    charge, drop = rng.uniform(5.0, 95.0), 0.05 * (1.6 - health)
    yield round(resting + scatter * (charge / 50 - 1) + rng.gauss(0.0, 0.004), 4)
    for i in range(20):
        sign, rate = (-1 if i % 8 >= 4 else 1), 0.5 + 0.5 * (i // 8)
        yield round(resting + scatter * (charge / 50 - 1) + sign * rate * drop + rng.gauss(0.0, 0.004), 4)
    yield from (round(charge, 1), capacity, round(capacity * health, 3), round(health, 4))


def trained(checkout: Checkout, training_tables: dict[str, Path]) -> dict[str, Any]:
    """Train each process on its table; versions rejected by the gate are promoted to be served."""
    results: dict[str, Any] = {}
    for name, table in training_tables.items():
        say(f"train {name}")
        results[f"train {name}"] = checkout.run("train", name, "--data", str(table))
    force = ["1", "--force", "recorded", "--reason", "recorded"]
    done = checkout.commands([["models", "promote", name, *force] for name in training_tables], "promote")
    results |= {f"promote {name}": one for name, one in zip(training_tables, done, strict=True)}
    return results | stored(checkout)


def stored(checkout: Checkout) -> dict[str, Any]:
    """Runs, texts and models of a home folder."""
    return {**_runs(checkout), **_files(checkout), **_models(checkout.home)}


def _runs(checkout: Checkout) -> dict[str, Any]:
    results: dict[str, Any] = {}
    with closing(sqlite3.connect(f"file:{checkout.home / 'mlflow.db'}?mode=ro", uri=True)) as store:
        for table, kind in (("latest_metrics", "metric"), ("params", "param"), ("tags", "tag")):
            for experiment, run, key, value, _ in store.execute(OF_METRICS.format(table=table)):
                if ("second" in key or "_time" in key) or (table == "tags" and key not in KEPT_TAGS):
                    continue
                name = f"{kind} {experiment} {run.split(' 2')[0]} {key}"
                shown = checkout.text(value) if isinstance(value, str) else value
                results.setdefault(name, []).append(shown)
    return results


def _files(checkout: Checkout) -> dict[str, Any]:
    """Texts of runs: cards and gates, in order of creation."""
    results: dict[str, Any] = {}
    for pattern in ("model_card.md", "gate.txt", "rejected.csv"):
        files = sorted(checkout.home.glob(f"artifacts/*/*/artifacts/{pattern}"), key=lambda file: file.stat().st_mtime)
        for process, number, file in _numbered(files, lambda file: file.parts[-4]):
            results[f"{pattern} {process} {number}"] = checkout.text(file.read_text(encoding="utf-8"))
    return results


def _models(home: Path) -> dict[str, Any]:
    """The files of each model; numbers of long lists and of trees by their digest."""
    results: dict[str, Any] = {}
    files = sorted(
        home.glob("artifacts/*/models/*/artifacts/data/model/model.json"), key=lambda file: file.stat().st_mtime
    )
    read = {file: json.loads(file.read_text(encoding="utf-8")) for file in files}
    for name, number, file in _numbered(files, lambda file: f"{read[file]['process']} {_candidate(read[file])}"):
        results[f"model.json {name} {number}"] = compact(stable(read[file]))
        self_test = file.parent / "self_test.json"
        if self_test.exists():
            results[f"self_test.json {name} {number}"] = compact(
                stable(json.loads(self_test.read_text(encoding="utf-8")))
            )
    return results


def _candidate(model: dict[str, Any]) -> str:
    target = model.get("target", "")
    return f"{model.get('candidate', '')} {target if isinstance(target, str) else ''}".strip()


def _numbered(files: list[Path], name_of: Any) -> Iterator[tuple[str, int, Path]]:
    counts: Counter[str] = Counter()
    for file in files:
        name = name_of(file)
        counts[name] += 1
        yield name, counts[name], file
