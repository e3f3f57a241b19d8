"""One record a request, 256 different ones over 16 connections: ours, the peers and an echo in turn."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.service import servers
from benchmarks.service.champions import Champion, in_turn, of_mlserver
from benchmarks.service.load import written
from registry.settings import StoreSettings
from system.programs import free_port

CONNECTIONS, ROWS = 16, 256
OURS, UNRECORDED, ECHO, BARE, MLFLOW, MLSERVER = "ours", "unrecorded", "echo", "bare", "mlflow", "mlserver"


def measured(champions: list[Champion], settings: StoreSettings, scratch: Path, rounds: int, seconds: float) -> Any:
    """Requests a second and times of each server, and ratios of ours to each, by process."""

    def measure(champion: Champion, folder: Path) -> dict[str, Any]:
        return _of(champion, settings, folder, rounds, seconds)

    return in_turn(champions, "one record", scratch / "one", measure)


def _of(champion: Champion, settings: StoreSettings, folder: Path, rounds: int, seconds: float) -> dict[str, Any]:
    records = champion.records(ROWS)
    trees = max(champion.trees(ROWS), key=lambda one: one.booster.num_trees())
    echoed = champion.of_echo(records)
    requests = {
        OURS: champion.of_ours(records),
        UNRECORDED: champion.of_ours(records),
        ECHO: echoed,
        BARE: echoed,
        MLFLOW: champion.of_mlflow(records),
        MLSERVER: of_mlserver(trees),
    }
    ports = {name: free_port() for name in requests}
    commands = {
        OURS: servers.ours(ports[OURS]),
        UNRECORDED: servers.python("-m", "benchmarks.service.unrecorded", str(ports[UNRECORDED])),
        ECHO: servers.uvicorn("fastapi_echo", ports[ECHO]),
        BARE: servers.uvicorn("bare", ports[BARE]),
        MLFLOW: servers.mlflow(champion.process, ports[MLFLOW]),
        MLSERVER: servers.mlserver(folder / "mlserver", trees.booster.model_to_string(), ports[MLSERVER]),
    }
    records_url = f"sqlite:///{folder / 'records.db'}"
    environment = {**servers.store(settings), "ECHO_PROCESS": champion.process, "NONFERROUS_RECORDS": records_url}
    spent: dict[str, list[dict[str, float]]] = {name: [] for name in requests}
    with ExitStack() as running:
        for name, command in commands.items():
            log = folder / f"{name}.log"
            running.enter_context(servers.server(command, ports[name], requests[name][:1], log, environment))
            written(folder / f"{name}.requests", requests[name])
        for round_ in range(rounds + 1):
            for name in list(requests)[:: 1 if round_ % 2 else -1]:
                one = _loaded(ports[name], folder / f"{name}.requests", seconds)
                if round_:  # the first warms up
                    spent[name].append(one)
    alone = [1 / _seconds_a_row(trees.booster, trees.X) for _ in range(rounds)]
    return {
        "servers": {name: _medians(times) for name, times in spent.items()},
        "booster_predict_per_second": statistics.median(alone),
        "trees": trees.booster.num_trees(),
        "against": {name: _ratio(spent[OURS], times) for name, times in spent.items() if name != OURS},
    }


def _loaded(port: int, requests: Path, seconds: float) -> dict[str, float]:
    """A round of load, from a process of its own on a core of its own."""
    load = (sys.executable, "-m", "benchmarks.service.load", str(port), str(requests), str(seconds), str(CONNECTIONS))
    command = ["taskset", "-c", str(servers.LOAD_CORE), *load]
    done = subprocess.run(command, cwd=servers.ROOT, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def _seconds_a_row(booster: Any, X: Any) -> float:
    begin = time.perf_counter()
    for i in range(len(X)):
        booster.predict(X[i : i + 1], num_threads=1)
    return (time.perf_counter() - begin) / len(X)


def _medians(times: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in times) for name in times[0]}


def _ratio(mine: list[Mapping[str, float]] | Any, others: Any) -> dict[str, float]:
    """Ours to another's requests a second: the median of the rounds' ratios, with their range."""
    ratios = [a["per_second"] / b["per_second"] for a, b in zip(mine, others, strict=True)]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}
