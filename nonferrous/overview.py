"""Table of all processes in service: version, latest check and pending work of each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from records.database import Connection
from records.monitoring import MonitoringSnapshot, newest
from records.online_states import load
from registry.settings import StoreSettings
from registry.store import Champion, MlflowStore
from seeds import Seed
from serving.hot_reload.online_calibration import waiting_of

MISSING = "-"


@dataclass(frozen=True)
class ProcessLine:
    """A process in service.

    Attributes
    ----------
    folder : str or None
        Its plant's folder.
    process : str
        Its name.
    version : int
        Its champion.
    coverage, error : str
        Of the quantity with the lowest coverage compared with its guarantee, if the version has known outcomes.
    drift : str
        Result of the latest check of the version.
    pending : str
        State of its job, and outcomes pending review.
    """

    folder: str | None
    process: str
    version: int
    coverage: str
    error: str
    drift: str
    pending: str


def lines(
    seeds: Mapping[str, Seed],
    folders: Mapping[str, str | None],
    settings: StoreSettings,
    connection: Connection,
    jobs: Mapping[str, str],
) -> list[ProcessLine]:
    """Return a line for each process that has a champion, by folder and name.

    Parameters
    ----------
    seeds, folders : Mapping
        Seed and plant's folder of each process.
    settings : StoreSettings
        Settings of the model store.
    connection : Connection
        Of the records.
    jobs : Mapping of str to str
        State of the unfinished job of each process that has one.

    Raises
    ------
    StoreError, RecordsError
        The store of models, or the records, cannot be read.
    """
    champions = MlflowStore(settings.uri).champions(seeds)
    result = []
    for name, champion in champions.items():
        if champion is None:
            continue
        figures = _figures(newest(connection, name), champion)
        coverage, error = _accuracy(figures, seeds[name])
        pending = _pending(seeds[name], champion, connection, jobs.get(name))
        result.append(
            ProcessLine(folders[name], name, champion.version, coverage, error, _drift(figures), pending),
        )
    return sorted(result, key=lambda line: (line.folder or "", line.process))


def _figures(check: MonitoringSnapshot | None, champion: Champion) -> Mapping[str, float]:
    """Return the metrics of the latest check; none if it was of another version."""
    return check.figures if check is not None and check.content["version"] == champion.version else {}


def _accuracy(figures: Mapping[str, float], seed: Seed) -> tuple[str, str]:
    """Return coverage with its guarantee, and error, of the quantity furthest below its guarantee."""
    quantities = [name.removeprefix("observed_error/") for name in figures if name.startswith("observed_error/")]
    if not quantities:
        return MISSING, MISSING
    # A quantity without a guarantee comes last.
    covered = {one: figures.get(f"observed_coverage/{one}", math.inf) for one in quantities}
    guaranteed = {one: figures.get(f"guaranteed_coverage/{one}", -math.inf) for one in quantities}
    worst = min(quantities, key=lambda one: covered[one] - guaranteed[one])
    is_known = math.isfinite(covered[worst] - guaranteed[worst])
    coverage = f"{covered[worst]:.1%} ({guaranteed[worst]:.0%})" if is_known else MISSING
    target = seed.targets.get(worst)
    unit = "" if target is None or target.unit == "1" else f" {target.unit}"
    return coverage, f"{figures[f'observed_error/{worst}']:.3g}{unit}"


def _drift(figures: Mapping[str, float]) -> str:
    if not figures:
        return "no check"
    counts = {"errors": figures["drifted_errors"], "inputs": figures["drifted_inputs"]}
    return "\n".join(f"{name} {count:.0f}" for name, count in counts.items() if count) or "no"


def _pending(seed: Seed, champion: Champion, connection: Connection, job: str | None) -> str:
    state = load(connection, champion.process, champion.digest or "")
    outcomes = sum(batch.outcomes for _, batch in waiting_of(seed, () if state is None else (state,)))
    parts = [] if job is None else [f"job {job}"]
    return "\n".join([*parts, f"{outcomes} outcomes"] if outcomes else parts) or "none"


def overview_table(rows: Iterable[ProcessLine]) -> Table:
    """Return the table, with the plants' folders if any process has one."""
    rows = list(rows)
    in_folders = any(row.folder for row in rows)
    table = Table(box=SIMPLE_HEAD, padding=0, pad_edge=False)
    if in_folders:
        table.add_column("folder", overflow="fold", width=_width(8, "folder", (row.folder or "" for row in rows)))
    table.add_column("process", overflow="fold", width=_width(19, "process", (row.process for row in rows)))
    for header in ("version", "coverage"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("error", justify="right")
    for header in ("drift", "pending"):
        table.add_column(header)
    for row in rows:
        cells = (row.process, str(row.version), row.coverage, row.error, row.drift, row.pending)
        table.add_row(*(Text(cell) for cell in ((row.folder or "",) * in_folders + cells)))
    return table


def _width(limit: int, header: str, texts: Iterable[str]) -> int:
    """Return the width of the longest text [characters], up to a limit; longer texts are folded."""
    return min(limit, max(cell_len(text) for text in (header, *texts)))
