"""One of 256 records per request over 1 to 64 connections: this service, peers and an echo in turn."""

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

CONNECTIONS, ROWS = (1, 4, 16, 64), 256
OURS, UNRECORDED, EARLIER = "ours", "unrecorded", "earlier"
ECHO, BARE, MLFLOW, MLSERVER = "echo", "bare", "mlflow", "mlserver"


def measured(
    champions: list[Champion],
    settings: StoreSettings,
    scratch: Path,
    rounds: int,
    seconds: float,
    earlier: Path | None = None,
) -> Any:
    """Requests a second and times of each server, and ratios of ours to each, by process.

    Parameters
    ----------
    champions : list of Champion
        Models of the processes.
    settings : StoreSettings
        Store that holds them.
    scratch : Path
        Folder of temporary files.
    rounds : int
        Rounds of all servers, after one that warms up.
    seconds : float
        Load of one server, for each number of connections [s].
    earlier : Path, optional
        Files of an earlier revision of the service, which is measured too.
    """

    def measure(champion: Champion, folder: Path) -> dict[str, Any]:
        return _of(champion, settings, folder, rounds, seconds, earlier)

    return in_turn(champions, "one record", scratch / "one", measure)


def _of(
    champion: Champion, settings: StoreSettings, folder: Path, rounds: int, seconds: float, earlier: Path | None
) -> dict[str, Any]:
    records = champion.records(ROWS)
    # A champion may have no trees, as that of a linear candidate.
    trees = max(champion.trees(ROWS), key=lambda one: one.booster.num_trees(), default=None)
    echoed, own = champion.of_echo(records), champion.of_ours(records)
    requests = {
        OURS: own,
        UNRECORDED: own,
        **({} if earlier is None else {EARLIER: own}),
        ECHO: echoed,
        BARE: echoed,
        MLFLOW: champion.of_mlflow(records),
        **({} if trees is None else {MLSERVER: of_mlserver(trees)}),
    }
    ports = {name: free_port() for name in requests}
    commands = {
        OURS: servers.ours(ports[OURS]),
        UNRECORDED: servers.python("-m", "benchmarks.service.unrecorded", str(ports[UNRECORDED])),
        ECHO: servers.uvicorn("fastapi_echo", ports[ECHO]),
        BARE: servers.uvicorn("bare", ports[BARE]),
        MLFLOW: servers.mlflow(champion.process, ports[MLFLOW]),
    }
    if trees is not None:
        commands[MLSERVER] = servers.mlserver(folder / "mlserver", trees.booster.model_to_string(), ports[MLSERVER])
    if earlier is not None:
        commands[EARLIER] = servers.ours(ports[EARLIER])
    environment = {**servers.store(settings), "ECHO_PROCESS": champion.process}
    spent: dict[str, list[dict[int, dict[str, float]]]] = {name: [] for name in requests}
    with ExitStack() as running:
        for name, command in commands.items():
            log, records_url = folder / f"{name}.log", f"sqlite:///{folder / name}.db"
            place = earlier if earlier is not None and name == EARLIER else servers.ROOT
            started = servers.server(
                command, ports[name], requests[name][:1], log, environment | {"NONFERROUS_RECORDS": records_url}, place
            )
            running.enter_context(started)
            written(folder / f"{name}.requests", requests[name])
        for round_ in range(rounds + 1):
            for name in list(requests)[:: 1 if round_ % 2 else -1]:
                file = folder / f"{name}.requests"
                one = {count: _loaded(ports[name], file, seconds, count) for count in CONNECTIONS}
                if round_:  # the first warms up
                    spent[name].append(one)
            print(f"  round {round_} of {rounds}", flush=True)
    by_count = {str(count): _by_count(spent, count) for count in CONNECTIONS}
    if trees is None:
        return {"connections": by_count, "trees": 0}
    alone = [1 / _seconds_a_row(trees.booster, trees.X) for _ in range(rounds)]
    return {
        "connections": by_count,
        "booster_predict_per_second": statistics.median(alone),
        "trees": trees.booster.num_trees(),
    }


def _by_count(spent: Mapping[str, list[dict[int, dict[str, float]]]], count: int) -> dict[str, Any]:
    """Figures of all servers with so many connections, and ratios of ours to them."""
    rounds = {name: [one[count] for one in times] for name, times in spent.items()}
    others = {name: times for name, times in rounds.items() if name != OURS}
    return {
        "servers": {name: _medians(times) for name, times in rounds.items()},
        "against": {name: _ratio(rounds[OURS], times, "per_second") for name, times in others.items()},
        "p50_against": {name: _ratio(rounds[OURS], times, "p50_ms") for name, times in others.items()},
    }


def _loaded(port: int, requests: Path, seconds: float, connections: int) -> dict[str, float]:
    """A round of load, from a process of its own on a core of its own."""
    load = (sys.executable, "-m", "benchmarks.service.load", str(port), str(requests), str(seconds), str(connections))
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


def _ratio(mine: list[dict[str, float]], others: list[dict[str, float]], figure: str) -> dict[str, float]:
    """Ours over another's figure: the median of the rounds' ratios, with their range."""
    ratios = [a[figure] / b[figure] for a, b in zip(mine, others, strict=True)]
    return {"median": statistics.median(ratios), "low": min(ratios), "high": max(ratios)}
