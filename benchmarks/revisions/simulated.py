"""Simulated plants: table, truth and events of each, of varied plants, and of stepped plants."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.revisions.checkouts import Checkout
from benchmarks.revisions.masks import stable

STEPPED = ("aluminium_reduction", "alumina_refining", "copper_electrorefining", "lead_refining", "zinc_electrowinning")
GRADED = ("aluminium_ingot", "black_mass", "copper_cathode", "high_purity_gallium", "zinc_ingot")
SORTED = ("aluminium_scrap", "heavy_scrap", "pv_modules", "retired_batteries")
PLANTS = (*STEPPED, *GRADED, *SORTED)

NAMES = ("table", "truth", "events")
# Long runs were once made by machine code, from 500 steps on, and plants of many units are made in several blocks.
SMALL = {name: ("--units", "2", "--years", "0.15") for name in (*STEPPED, *GRADED)} | dict.fromkeys(
    SORTED, ("--units", "6")
)
LARGE = {name: ("--units", "13", "--years", "0.5") for name in (*STEPPED, *GRADED)} | dict.fromkeys(
    SORTED, ("--units", "210")
)
BLOCKS = {
    "copper_electrorefining": ("--units", "61", "--years", "1"),
    "copper_cathode": ("--units", "482", "--years", "0.5"),
    "aluminium_ingot": ("--units", "170", "--years", "0.5"),
}
SEEDS = ("1", "7", "23")
WORKERS = ("1", "2")
KIN = ("1", "2")


def runs(quick: bool) -> dict[str, list[str]]:
    """Arguments of each simulation but its folder, by a name of what it is."""
    commands = {}
    for process in PLANTS:
        for seed in SEEDS[:1] if quick else SEEDS:
            commands[f"{process} small, rng_seed {seed}"] = [*SMALL[process], "--rng-seed", seed]
            for workers in WORKERS:
                name = f"{process} large, rng_seed {seed}, workers {workers}"
                commands[name] = [*LARGE[process], "--rng-seed", seed, "--workers", workers]
        for other in KIN:
            commands[f"{process} another {other}"] = [*LARGE[process], "--plant-variant", other]
    for process, options in {} if quick else BLOCKS.items():
        for workers in WORKERS:
            commands[f"{process} blocks, workers {workers}"] = [*options, "--rng-seed", "1", "--workers", workers]
    return commands


def plants(checkout: Checkout, quick: bool) -> dict[str, Any]:
    """Digests of what each simulation writes, by its name."""
    requested = runs(quick)
    folders = [checkout.scratch / "plants" / str(i) for i in range(len(requested))]
    each = [
        ["simulate", name.split()[0], "--out", str(folder), *options]
        for (name, options), folder in zip(requested.items(), folders, strict=True)
    ]
    done = checkout.commands(each, "plants")
    results = {name: _written(folder, one) for name, folder, one in zip(requested, folders, done, strict=True)}
    shutil.rmtree(checkout.scratch / "plants", ignore_errors=True)
    return results


def _written(folder: Path, done: dict[str, Any]) -> dict[str, Any]:
    if done["code"]:
        return done
    manifest = json.loads((folder / "simulation.json").read_text(encoding="utf-8"))
    results: dict[str, Any] = {"manifest": stable({**manifest, "seed": "*", "files": sorted(manifest["files"])})}
    for name in NAMES:
        file = folder / f"{name}.parquet"
        results[f"{name} bytes"] = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
        results[name] = column_digests(file)
    return results


def column_digests(file: Path) -> dict[str, str]:
    """Type, rows and a digest of each column of a Parquet file."""
    table, digests = pq.read_table(file), {}
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        is_number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
        values = column.to_numpy(zero_copy_only=False).tobytes() if is_number else repr(column.to_pylist()).encode()
        digests[name] = f"{column.type} {len(column)} {hashlib.sha256(values).hexdigest()[:12]}"
    return digests


def running(checkout: Checkout) -> dict[str, Any]:
    """Digests of plants that are stepped with set-points by hand, forked and priced."""
    return checkout.adapted("running.py", *STEPPED, *GRADED, SORTED[0])
