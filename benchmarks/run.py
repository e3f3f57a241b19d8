"""Time the simulator, training and the service against their peers in one run; ratios go to docs.

    python benchmarks/run.py              # all parts
    python benchmarks/run.py sorting      # one of them; the figures of the others stay as they are

Ratios of alternating runs depend less on the machine than times. Figures and digests of seeds are written to
docs/results/benchmarks.json, and docs/results/benchmarks.md from it.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.aims import outdated
from benchmarks.aims.page import block
from benchmarks.digests import own_plant_digest
from benchmarks.training_size import page as training_size
from models.estimators.two_stage import Parted
from models.sorting.model import SortingModel
from models.tasks import build
from registry.settings import StoreSettings
from seeds import Seed, load
from synthetic_data import simulate
from training.core.dataset import Dataset, read
from training.core.splits import split
from training.jobs.train import train

PROCESS = "aluminium_reduction"
SORTING = "aluminium_scrap"
HEAVIES = "heavy_scrap"
GRADED, CATHODES = "aluminium_ingot", "copper_cathode"
TIMES = 10  # default plants of lots: one alone is done in a tenth of a second
REPEATS = 5
REQUESTS = 200
BULK = 10_000
RATE, SECONDS = 200, 20
DOCS = Path(__file__).parent.parent / "docs"
API_PORT, PEER_PORT = 8765, 8766
OTHERS = "\n<!-- service -->"  # begins what other commands write into the page


def alternately(*jobs: Callable[[], object]) -> list[list[float]]:
    """Seconds of each job, run in turn `REPEATS` times after one round that is not counted."""
    seconds: list[list[float]] = [[] for _ in jobs]
    for round_ in range(REPEATS + 1):
        for spent, job in zip(seconds, jobs, strict=True):
            start = time.perf_counter()
            job()
            if round_:
                spent.append(time.perf_counter() - start)
    return seconds


def ratio(ours: list[float], theirs: list[float]) -> dict[str, float]:
    """Median of the pairwise ratios theirs / ours, with its range: above 1, ours is faster."""
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}


def simulator(seed: Seed, folder: Path, times: int = 1) -> dict[str, object]:
    """Simulate a larger plant, relative to writing as many normal numbers to Parquet by default settings."""
    assert seed.plant is not None
    totals: list[int] = []
    units = times * seed.plant.units
    simulate(seed, folder / "plant", units=units, progress=lambda _, total: totals.append(total))
    rows = [pq.ParquetFile(folder / "plant" / f"{name}.parquet").metadata for name in ("table", "truth")]
    counted, number = ("unit_days", totals[-1])
    if seed.classes or seed.quality:
        counted, number = ("pieces" if seed.classes else "lots", rows[0].num_rows)
    shape = rows[0].num_rows, rows[0].num_columns + rows[1].num_columns

    def peer() -> None:
        numbers = np.random.default_rng(0).standard_normal(shape)
        columns = {f"c{i}": column for i, column in enumerate(numbers.T)}
        pq.write_table(pa.table(columns), folder / "peer.parquet")

    cpu: list[float] = []

    def ours() -> None:
        start = time.process_time()
        simulate(seed, folder / "plant", units=units)
        cpu.append(time.process_time() - start)

    wall, theirs = alternately(ours, peer)
    return {
        counted: number,
        f"{counted}_per_cpu_second": number / statistics.median(cpu[1:]),
        "against_random_numbers_in_parquet": ratio(wall, theirs),
    }


def learning(seed: Seed, data: Dataset) -> dict[str, object]:
    """Fitting our LightGBM candidate against LGBMRegressor with as many trees on the same rows."""
    rows = split(data).train
    rows = rows[np.argsort(data.periods[rows], kind="stable")]
    X, y = data.X[rows], data.y[rows]
    ours = build(seed)["lightgbm"].fit(X, y)
    trees = ours.booster_.num_trees()
    peer = lgb.LGBMRegressor(n_estimators=trees, verbose=-1)
    mine, theirs = alternately(lambda: build(seed)["lightgbm"].fit(X, y), lambda: peer.fit(X, y))
    return {"rows": len(rows), "trees": trees, "against_lgbm_regressor": ratio(mine, theirs)}


@contextmanager
def server(command: list[str], address: str, environment: dict[str, str]) -> Iterator[None]:
    """A server of this machine, from its first answer to its end."""
    process = subprocess.Popen(
        command,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(address, timeout=5):
                    break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def posted(address: str, body: bytes, times: int) -> Callable[[], None]:
    """Job that sends a body several times in sequence."""

    def job() -> None:
        for _ in range(times):
            request = urllib.request.Request(address, body, {"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()

    return job


def keyed(seed: Seed, data: Dataset, rows: int) -> tuple[list[dict[str, Any]], list[list[float | None]]]:
    """Some rows of a table as the service takes them, in their order, and their inputs alone."""
    chosen = np.sort(np.random.default_rng(0).choice(len(data.table), rows, replace=False))
    table, names = data.table.iloc[chosen], [column.name for column in seed.inputs]
    inputs = [[None if np.isnan(v) else v for v in row] for row in table[names].to_numpy()]
    units = table[seed.key.name] if seed.key else [None] * rows
    starts = [start.isoformat() for start in table[seed.clock.name]]
    held = [{} if seed.key is None else {seed.key.name: unit} for unit in units]
    return [
        {**unit, seed.clock.name: start, **dict(zip(names, row, strict=True))}
        for unit, start, row in zip(held, starts, inputs, strict=True)
    ], inputs


@contextmanager
def service(settings: StoreSettings) -> Iterator[str]:
    """Our service on the champions of a store; gives its address."""
    address = f"http://127.0.0.1:{API_PORT}"
    command = [sys.executable, "-m", "nonferrous", "serve", "--port", str(API_PORT)]
    with server(command, f"{address}/health/ready", store(settings)):
        yield address


def store(settings: StoreSettings) -> dict[str, str]:
    """Environment of a server that reads a store."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"NONFERROUS_HOME": str(settings.folder), "MLFLOW_TRACKING_URI": settings.uri, "PATH": path}


def serving(seed: Seed, data: Dataset, settings: StoreSettings) -> dict[str, object]:
    """The service against `mlflow models serve` on the same champion: one row, and a thousand."""
    process, names = seed.process.name, [column.name for column in seed.inputs]
    rows, inputs = keyed(seed, data, 1000)
    theirs = f"http://127.0.0.1:{PEER_PORT}"
    peer = [sys.executable, "-m", "mlflow", "models", "serve", "-m", f"models:/{process}@champion"]
    peer += ["--env-manager", "local", "--port", str(PEER_PORT)]
    figures: dict[str, object] = {}
    with service(settings) as ours, server(peer, f"{theirs}/ping", store(settings)):
        for count, times in ((1, REQUESTS), (1000, 10)):
            body = json.dumps({"rows": rows[:count]}).encode()
            frame = json.dumps({"dataframe_split": {"columns": names, "data": inputs[:count]}}).encode()
            mine, other = alternately(
                posted(f"{ours}/v1/{process}/predictions", body, times), posted(f"{theirs}/invocations", frame, times)
            )
            key = "row" if count == 1 else "rows"
            figures[f"{count}_{key}_ms"] = statistics.median(mine) / times * 1e3
            figures[f"{count}_{key}_against_mlflow_models_serve"] = ratio(mine, other)
    return figures


def line(seed: Seed, data: Dataset, settings: StoreSettings, model: SortingModel, folder: Path) -> dict[str, object]:
    """Service at a sorting line's pace, and with many pieces relative to the champion's trees alone."""
    rows, inputs = keyed(seed, data, min(BULK, len(data.table)))
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    body = json.dumps({"rows": rows}).encode()
    X = taken = np.array(inputs, dtype=np.float64)
    parts = Parted.of(model.estimator)
    X, booster = parts.rows(X), lgb.Booster(model_str=parts.last.booster_.text)
    inside, alone = alternately(lambda: model.columns(taken), lambda: booster.predict(X))
    with service(settings) as ours:
        address = f"{ours}/v1/{seed.process.name}/predictions"
        client = [sys.executable, str(Path(__file__).parent / "paced.py"), address, str(folder / "rows.json")]
        paced = subprocess.run([*client, str(RATE), str(SECONDS)], stdout=subprocess.PIPE, text=True, check=True)
        mine, other = alternately(posted(address, body, 1), lambda: booster.predict(X))
    return {
        "paced": {"pieces_per_second": RATE, **json.loads(paced.stdout)},
        "bulk_pieces": len(rows),
        "bulk_pieces_per_second": len(rows) / statistics.median(mine),
        "trees": booster.num_trees(),
        "bulk_against_booster_predict": ratio(mine, other),
        "inside_pieces_per_second": len(rows) / statistics.median(inside),
        "inside_against_booster_predict": ratio(inside, alone),
    }


def potline(folder: Path) -> dict[str, Any]:
    """Simulator, training and service of electrolysis."""
    seed = load(PROCESS)
    print("simulator", flush=True)
    figures: dict[str, Any] = {"simulator": simulator(seed, folder)}
    data = read(folder / "plant", seed)
    print("learning", flush=True)
    figures["learning"] = learning(seed, data)
    settings = StoreSettings(home=folder / "home")
    print("training a champion to serve", flush=True)
    train(seed, folder / "plant", settings)
    print("serving", flush=True)
    return figures | {"serving": serving(seed, data, settings)}


def sorting(folder: Path) -> dict[str, Any]:
    """Simulators of the sorters, and the service of one of them."""
    seed = load(SORTING)
    print("simulators of sorters", flush=True)
    (folder / HEAVIES).mkdir()
    figures: dict[str, Any] = {"simulator": simulator(seed, folder)}
    figures["simulator_of_heavies"] = simulator(load(HEAVIES), folder / HEAVIES)
    data = read(folder / "plant", seed)
    settings = StoreSettings(home=folder / "home")
    print("training a sorter to serve", flush=True)
    model = train(seed, folder / "plant", settings).learnt.best.model
    print("sorting", flush=True)
    figures |= {"serving": serving(seed, data, settings), "line": line(seed, data, settings, model, folder)}
    return {"sorting": figures}


def graded(folder: Path) -> dict[str, Any]:
    """Simulators of graded lots, and the service of one of them."""
    figures: dict[str, Any] = {}
    for process in (GRADED, CATHODES):
        print(f"simulator of {process}", flush=True)
        (folder / process).mkdir()
        figures[f"simulator_of_{process}"] = simulator(load(process), folder / process, TIMES)
    seed, settings = load(GRADED), StoreSettings(home=folder / "home")
    simulate(seed, folder / "default")
    print("training a grader to serve", flush=True)
    train(seed, folder / "default", settings)
    return {"graded": figures | {"serving": serving(seed, read(folder / "default", seed), settings)}}


PARTS = {"potline": potline, "sorting": sorting, "graded": graded}
SEEDS = {"potline": (PROCESS,), "sorting": (SORTING, HEAVIES), "graded": (GRADED, CATHODES)}


def as_fast(ratio: dict[str, float]) -> str:
    return f"{ratio['median']:.2g} ({ratio['low']:.2g} to {ratio['high']:.2g})"


def simulated_row(label: str, counted: str, figures: dict[str, Any]) -> tuple[str, ...]:
    rate = figures[f"{counted.replace('pot-', 'unit_')}_per_cpu_second"]
    return (
        f"simulate {label}",
        f"{rate:,.0f} {counted} per second",
        "random numbers",
        as_fast(figures["against_random_numbers_in_parquet"]),
    )


def served_row(label: str, key: str, figures: dict[str, Any]) -> tuple[str, ...]:
    took = figures[f"{key}_ms"]
    shown_ms = f"{took:.2g}" if took < 100 else f"{took:.0f}"
    return label, f"{shown_ms} ms", "MLflow", as_fast(figures[f"{key}_against_mlflow_models_serve"])


def potline_rows(figures: dict[str, Any]) -> list[tuple[str, ...]]:
    training, served = figures["learning"], figures["serving"]
    return [
        simulated_row("the default potline", "pot-days", figures["simulator"]),
        (
            f"fit the `lightgbm` candidate to {training['rows']:,} rows",
            f"{training['trees']} trees, selected",
            "`LGBMRegressor.fit`, as many trees",
            as_fast(training["against_lgbm_regressor"]),
        ),
        served_row("predict one row over HTTP", "1_row", served),
        served_row("predict 1,000 rows in one request", "1000_rows", served),
    ]


def sorting_rows(figures: dict[str, Any]) -> list[tuple[str, ...]]:
    line, paced = figures["line"], figures["line"]["paced"]
    return [
        simulated_row("the default sorter of aluminium", "pieces", figures["simulator"]),
        simulated_row("the default sorter of heavy metals", "pieces", figures["simulator_of_heavies"]),
        served_row("sort one piece over HTTP", "1_row", figures["serving"]),
        (
            f"sort {paced['pieces_per_second']} pieces per second over HTTP, one per request",
            f"p50 {paced['p50_ms']:.3g} ms, p99 {paced['p99_ms']:.3g} ms",
            "none",
            "",
        ),
        (
            f"sort {line['bulk_pieces']:,} pieces in one request",
            f"{line['bulk_pieces_per_second']:,.0f} pieces per second",
            f"{line['trees']:,} trees in process",
            as_fast(line["bulk_against_booster_predict"]),
        ),
        (
            f"sort {line['bulk_pieces']:,} pieces in one call without HTTP",
            f"{line['inside_pieces_per_second']:,.0f} pieces per second",
            "trees",
            as_fast(line["inside_against_booster_predict"]),
        ),
    ]


def graded_rows(figures: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        simulated_row(f"{TIMES} default cast houses", "lots", figures[f"simulator_of_{GRADED}"]),
        simulated_row(f"{TIMES} default tankhouses", "lots", figures[f"simulator_of_{CATHODES}"]),
        served_row("grade one lot over HTTP", "1_row", figures["serving"]),
        served_row("grade 1,000 lots in one request", "1000_rows", figures["serving"]),
    ]


def page(figures: dict[str, Any]) -> str:
    """The figures as docs/results/benchmarks.md."""
    rows = [*potline_rows(figures), *sorting_rows(figures["sorting"]), *graded_rows(figures["graded"])]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(
        [
            "# Benchmark results",
            "",
            "Measured speed and memory, compared with other software and with aims. Missed aims are in bold.",
            "",
            block(outdated.NAME, outdated.note("results/benchmarks")),
            "",
            "## Overview",
            "",
            f"`make bench` on {figures['measured']}, {figures['processors']} processors. This code and the peer ran "
            f"in turn, {REPEATS} times each after one warm-up; the ratio of speeds is the median over the pairs, with "
            "its range. *Random numbers*: numpy and pyarrow write as many random numbers to Parquet. *MLflow*: `mlflow "
            "models serve` with the same champion. *Trees*: `Booster.predict` of its classifier, classes only.",
            "",
            "| task | this code | peer | speed relative to the peer |",
            "|---|---|---|---|",
            *lines,
            "",
            *training_size.section(),
        ]
    )


def with_page(text: str, figures: dict[str, Any]) -> str:
    """Text of docs/results/benchmarks.md with the page in it; blocks of other commands behind it stay."""
    _, marker, others = text.partition(OTHERS)
    return page(figures) + marker + others


def main(names: list[str]) -> None:
    """Measure parts (default: all) and write benchmarks.json and benchmarks.md in docs/results."""
    file = DOCS / "results" / "benchmarks.json"
    stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    for name in names or PARTS:
        with tempfile.TemporaryDirectory() as scratch:
            stored |= PARTS[name](Path(scratch))
        stored["seed_digests"] |= {process: own_plant_digest(load(process)) for process in SEEDS[name]}
    stored |= {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "processors": os.cpu_count()}
    file.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    shown = DOCS / "results" / "benchmarks.md"
    shown.write_text(with_page(shown.read_text(encoding="utf-8"), stored), encoding="utf-8")
    print(page(stored))


if __name__ == "__main__":
    main(sys.argv[1:])
