"""Time from start to first responses, and memory: the service with three champions, peers with one."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

from benchmarks.service import servers
from benchmarks.service.champions import Champion, of_mlserver
from registry.settings import StoreSettings
from system.programs import free_port


def measured(champions: list[Champion], settings: StoreSettings, scratch: Path, rounds: int) -> Any:
    """Seconds and memory [MiB] of each server, medians of starts in turn."""
    print("start", flush=True)
    folder, one = scratch / "start", champions[0]
    folder.mkdir()
    trees = next(trees for champion in champions for trees in champion.trees(2))
    first = {
        "ours": [champion.of_ours(champion.records(1))[0] for champion in champions],
        "mlflow": one.of_mlflow(one.records(1)),
        "mlserver": of_mlserver(trees)[:1],
    }
    times: dict[str, list[dict[str, float]]] = {name: [] for name in first}
    for round_ in range(rounds):
        for name, requests in first.items():
            port = free_port()
            commands = {
                "ours": lambda port=port: servers.ours(port),
                "mlflow": lambda port=port: servers.mlflow(one.process, port),
                "mlserver": lambda port=port, round_=round_: servers.mlserver(
                    folder / f"mlserver{round_}", trees.booster.model_to_string(), port
                ),
            }
            log = folder / f"{name}.log"
            with servers.server(commands[name](), port, requests, log, servers.store(settings)) as started:
                times[name].append({"seconds": started.seconds, **started.memory()})
    return {
        name: {part: statistics.median(one[part] for one in starts) for part in starts[0]}
        for name, starts in times.items()
    }
