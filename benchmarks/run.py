"""Time the simulator, training and the service beside their peers, in turn in one run; ratios go to docs.

    make bench

Absolute times depend on the machine and its mood; ratios of runs that alternate depend on it less. The figures are
written to docs/benchmarks.json, from which docs/benchmarks.md is made.
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

from models.candidates import build
from seeds import Seed, load
from synthetic_data import simulate
from training.dataset import Dataset, read
from training.job import train
from training.settings import Settings
from training.splits import split

PROCESS = "aluminium_reduction"
REPEATS = 5
REQUESTS = 200
DOCS = Path(__file__).parent.parent / "docs"
API_PORT, PEER_PORT = 8765, 8766


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


def simulator(seed: Seed, folder: Path) -> dict[str, object]:
    """The default plant against writing as many standard normal numbers to Parquet, numpy's and pyarrow's defaults."""
    totals: list[int] = []
    simulate(seed, folder / "plant", progress=lambda _, total: totals.append(total))
    unit_days = totals[-1]
    rows = [pq.ParquetFile(folder / "plant" / f"{name}.parquet").metadata for name in ("table", "truth")]
    shape = rows[0].num_rows, rows[0].num_columns + rows[1].num_columns

    def peer() -> None:
        numbers = np.random.default_rng(0).standard_normal(shape)
        columns = {f"c{i}": column for i, column in enumerate(numbers.T)}
        pq.write_table(pa.table(columns), folder / "peer.parquet")

    cpu: list[float] = []

    def ours() -> None:
        start = time.process_time()
        simulate(seed, folder / "plant")
        cpu.append(time.process_time() - start)

    wall, theirs = alternately(ours, peer)
    return {
        "unit_days": unit_days,
        "unit_days_per_cpu_second": unit_days / statistics.median(cpu[1:]),
        "against_random_numbers_in_parquet": ratio(wall, theirs),
    }


def learning(seed: Seed, data: Dataset) -> dict[str, object]:
    """Fitting our LightGBM candidate against LGBMRegressor with as many trees on the same rows."""
    rows = split(data.table, seed).train
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
    """Job that sends a body some times, one after the other."""

    def job() -> None:
        for _ in range(times):
            request = urllib.request.Request(address, body, {"content-type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()

    return job


def serving(seed: Seed, data: Dataset, settings: Settings) -> dict[str, object]:
    """The service against `mlflow models serve` on the same champion: one row, and a thousand."""
    names = [column.name for column in seed.inputs]
    table = data.table.sample(1000, random_state=0)
    records = [
        {n: None if np.isnan(v) else v for n, v in zip(names, row, strict=True)} for row in table[names].to_numpy()
    ]
    keyed = [
        {"unit": unit, "period_start": f"{start:%Y-%m-%d}", **record}
        for unit, start, record in zip(table["unit"], table["period_start"], records, strict=True)
    ]
    split_rows = [list(record.values()) for record in records]
    environment = {"NONFERROUS_HOME": str(settings.folder), "MLFLOW_TRACKING_URI": settings.uri}
    environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ours = f"http://127.0.0.1:{API_PORT}"
    theirs = f"http://127.0.0.1:{PEER_PORT}"
    python = [sys.executable, "-m"]
    serve = [*python, "nonferrous", "serve", "--port", str(API_PORT)]
    peer = [*python, "mlflow", "models", "serve", "-m", f"models:/{PROCESS}@champion", "--env-manager", "local"]
    found: dict[str, object] = {}
    with (
        server(serve, f"{ours}/health/ready", environment),
        server([*peer, "--port", str(PEER_PORT)], f"{theirs}/ping", environment),
    ):
        for count, times in ((1, REQUESTS), (1000, 10)):
            body = json.dumps({"rows": keyed[:count]}).encode()
            frame = json.dumps({"dataframe_split": {"columns": names, "data": split_rows[:count]}}).encode()
            mine, other = alternately(
                posted(f"{ours}/v1/{PROCESS}/predictions", body, times), posted(f"{theirs}/invocations", frame, times)
            )
            key = "row" if count == 1 else "rows"
            found[f"{count}_{key}_ms"] = statistics.median(mine) / times * 1e3
            found[f"{count}_{key}_against_mlflow_models_serve"] = ratio(mine, other)
    return found


def page(found: dict[str, Any]) -> str:
    """The figures as docs/benchmarks.md."""
    simulated, learnt, served = found["simulator"], found["learning"], found["serving"]

    def told(ratio: dict[str, float]) -> str:
        return f"{ratio['median']:.2g} times as fast ({ratio['low']:.2g} to {ratio['high']:.2g})"

    rows = [
        (
            "simulate the default potline",
            f"{simulated['unit_days_per_cpu_second']:,.0f} pot-days a second of one core",
            "writing as many random numbers to Parquet with numpy and pyarrow as they come",
            told(simulated["against_random_numbers_in_parquet"]),
        ),
        (
            f"fit the `lightgbm` candidate to {learnt['rows']:,} rows",
            f"{learnt['trees']} trees, their number and the line's penalty chosen on held-back rows",
            "`LGBMRegressor.fit` with as many trees, nothing chosen",
            told(learnt["against_lgbm_regressor"]),
        ),
        (
            "predict one row over HTTP",
            f"{served['1_row_ms']:.2g} ms, three quantities with intervals and flags",
            "`mlflow models serve` with the same champion",
            told(served["1_row_against_mlflow_models_serve"]),
        ),
        (
            "predict 1000 rows in one request",
            f"{served['1000_rows_ms']:.2g} ms",
            "`mlflow models serve` with the same champion",
            told(served["1000_rows_against_mlflow_models_serve"]),
        ),
    ]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(
        [
            "# Benchmarks",
            "",
            f"Made by `make bench` on {found['measured']}, {found['processors']} processors. Ours and the peer ran in "
            f"turn, {REPEATS} times each after one round that is not counted; the ratio is the median of pairs, with "
            "its range. Absolute times depend on the machine.",
            "",
            "| what | ours | peer | against the peer |",
            "|---|---|---|---|",
            *lines,
            "",
        ]
    )


def main() -> None:
    """Measure everything and write docs/benchmarks.json and docs/benchmarks.md."""
    seed = load(PROCESS)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found: dict[str, object] = {"measured": f"{datetime.now(UTC):%Y-%m-%d}", "processors": os.cpu_count()}
        print("simulator", flush=True)
        found["simulator"] = simulator(seed, folder)
        data = read(folder / "plant", seed)
        print("learning", flush=True)
        found["learning"] = learning(seed, data)
        settings = Settings(nonferrous_home=folder / "home")
        print("training a champion to serve", flush=True)
        train(seed, folder / "plant", settings)
        print("serving", flush=True)
        found["serving"] = serving(seed, data, settings)
    (DOCS / "benchmarks.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (DOCS / "benchmarks.md").write_text(page(found), encoding="utf-8")
    print(page(found))


if __name__ == "__main__":
    main()
