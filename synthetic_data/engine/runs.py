"""Running a simulated plant: to a folder of Parquet files by any number of workers, or in memory."""

from __future__ import annotations

import importlib.metadata
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from threadpoolctl import threadpool_limits

from seeds import Seed
from synthetic_data.engine import files
from synthetic_data.engine.options import plan_run
from synthetic_data.engine.plan import RunPlan, SimulationError
from synthetic_data.engine.plant_variation import differences, numbered_plant
from synthetic_data.engine.rows import rows_of
from synthetic_data.engine.simulator import simulator_of
from synthetic_data.engine.workers import Progress, write_blocks

_MANIFEST = "simulation.json"
_KEPT = 31 << 20  # bytes: below the 32 MiB up to which glibc learns


@dataclass(frozen=True)
class SimulatedRun:
    """A plant in memory: what the historian holds, what is true, and what happened."""

    table: pd.DataFrame
    truth: pd.DataFrame
    events: pd.DataFrame


def simulate(
    seed: Seed,
    folder: Path | str,
    *,
    units: int | None = None,
    years: float | None = None,
    rng_seed: int | None = None,
    another: int | None = None,
    workers: int = 1,
    setpoints: pd.DataFrame | None = None,
    progress: Progress | None = None,
    cluster: str | None = None,
) -> Path:
    """Simulate a plant into `folder`: table.parquet, truth.parquet, events.parquet and simulation.json.

    The files are written aside as `*.partial` and get their names when all is done, simulation.json last, so a run
    that was stopped leaves nothing that looks whole. The bytes depend on the seed and the options alone, not on
    `workers` or `cluster`; memory does not grow with the years.

    Parameters
    ----------
    seed
        Seed with a [plant].
    folder
        Made if missing; a plant already in it is replaced once the new one is whole.
    units, years, rng_seed
        Size of the plant, length of the run and its random numbers; the seed's where not given. The plant's parameters
        do not depend on them.
    another
        Number of another plant of the kind, whose parameters are drawn again as far as the seed states their `spread`;
        its random numbers are of this number too where `rng_seed` is not given. simulation.json lists what was drawn.
    workers
        Processes to share the blocks of units, at most: others than this one begin only where what is left to do is
        longer than their start.
    set-points
        Counterfactual set-points: key column, time column and some set-point columns; NaN leaves the set-point to the
        operators. The random numbers are the same with and without them.
    progress
        Called with the steps done and those of the whole run: unit-days, or lots.
    cluster
        Cluster that shares the blocks in place of other processes, see `compute.cluster.ClusterWorkers`; `folder` must
        be on storage that its workers share.

    Raises
    ------
    SimulationError
        An option out of range, a seed without a plant or simulator or that lacks a parameter, set-points that do not
        fit the run, a folder that cannot be written, or parameters that lead to numbers that cannot be.
    """
    plant = seed if another is None else numbered_plant(seed, another)
    run = plan_run(plant, units=units, years=years, rng_seed=rng_seed, setpoints=setpoints)
    if workers < 1:
        raise SimulationError(f"workers: got {workers}: expected 1 or more")
    where = Path(folder)
    drawn = {} if another is None else {"another": another, "drawn": differences(seed, plant)}
    try:
        _write(run, where, workers, progress, drawn, cluster)
    except OSError as error:
        raise SimulationError(f"{where}: cannot be written: {error.strerror or error}") from error
    return where


def _write(
    run: RunPlan,
    folder: Path,
    workers: int,
    progress: Progress | None,
    drawn: Mapping[str, object],
    cluster: str | None,
) -> None:
    """Write a run's files aside and give them their names when all is done; `drawn` joins the manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    files.remove_partial(folder)
    # From the largest array that it has seen freed, glibc learns how much memory to keep for the next ones. This one is
    # never touched, so it takes none.
    np.empty(_KEPT, np.uint8)
    try:
        # Blocks are what is shared among cores; threads within a small product of matrices cost more than they save.
        with threadpool_limits(1, "blas"), files.PlantWriter(folder) as writer:
            write_blocks(run, folder, writer, workers, progress, cluster)
            digests = writer.digests()
    except BaseException:
        files.remove_partial(folder)
        raise
    manifest = folder / f"{_MANIFEST}.partial"
    manifest.write_text(json.dumps({**_manifest(run, digests), **drawn}, indent=2) + "\n", encoding="utf-8")
    (folder / _MANIFEST).unlink(missing_ok=True)
    for name in (*digests, _MANIFEST):
        os.replace(folder / f"{name}.partial", folder / name)


def replay(
    seed: Seed,
    *,
    units: int | None = None,
    years: float | None = None,
    rng_seed: int | None = None,
    setpoints: pd.DataFrame | None = None,
) -> SimulatedRun:
    """Simulate a plant in memory: the same numbers as `simulate` would write.

    Parameters and errors are those of `simulate`.
    """
    run = plan_run(seed, units=units, years=years, rng_seed=rng_seed, setpoints=setpoints)
    parts: dict[str, list[pa.Table]] = {name: [] for name in files.NAMES}
    for block in simulator_of(run.seed).blocks(run):
        for group in files.groups(rows_of(run, block)):
            for name, table in files.group_tables(run, block, group).items():
                parts[name].append(table)
    frames = {name: pa.concat_tables(tables).to_pandas() for name, tables in parts.items()}
    by = [column.name for column in (seed.key, seed.time) if column is not None]
    for name in ("table", "truth"):
        frames[name] = frames[name].sort_values(by, ignore_index=True)
    return SimulatedRun(**frames)


def _manifest(run: RunPlan, digests: dict[str, str]) -> dict[str, object]:
    return {
        "process": run.seed.process.name,
        "seed": run.seed.digest,
        "units": run.units,
        "years": run.years,
        "periods": run.periods,
        "rng_seed": run.rng_seed,
        "setpoints": sorted(run.setpoints.columns),
        "files": digests,
        "versions": {
            "nonferrous": importlib.metadata.version("nonferrous"),
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "pyarrow": pa.__version__,
        },
    }
