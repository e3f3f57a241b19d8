"""Many plants in one service: python -m benchmarks.many_plants --home HOME --work FOLDER.

HOME holds champions of the processes of `benchmarks.service.champions`. FOLDER gets a store with 150 of them under
other names. Writes docs/results/plants.json and its block in docs/how-to/run_the_service.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.aims.page import filled
from benchmarks.digests import own_plant_digest
from benchmarks.many_plants.lines import built
from benchmarks.many_plants.page import LABELS, NAME, PAGE, RESULTS, lines
from benchmarks.service import servers
from benchmarks.service.champions import PROCESSES
from benchmarks.service.load import ADDRESS
from models.storage.model_files import size
from registry.settings import StoreSettings
from seeds import load
from system.programs import free_port

LINES, BUDGETS = 150, {"all": 2**30, "few": 2**28}
IDLE = 10.0  # s
_CELLS = {"key": "A-001", "time": "2026-11-01"}
_TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=LINES)
    given = parser.parse_args()
    if not (given.home / "mlflow.db").is_file():
        parser.error(f"--home {given.home}: expected a folder with champions of {', '.join(PROCESSES)}")
    work = given.work.resolve()
    settings = built(StoreSettings(home=given.home.resolve()), work / f"home-{given.lines}", given.lines)
    with _service(settings, work, BUDGETS["all"]) as (server, _):  # tries the models that are new here
        _await_checked(server.port, given.lines)
    load_average = os.getloadavg()[0]
    cases = {name: _measured(settings, work, BUDGETS[name], given.lines) for name in LABELS}
    files = [size(one.parent) for one in settings.folder.glob("artifacts/**/data/*/manifest.json")]
    results = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "processors": os.cpu_count(),
        "load_average": load_average,
        "lines": given.lines,
        "file_mib": sum(files) / len(files) / 2**20,
        "seed_digests": {process: own_plant_digest(load(process)) for process in PROCESSES},
        "cases": cases,
    }
    if given.lines != LINES:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
        return
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(results)), encoding="utf-8")


@contextmanager
def _service(settings: StoreSettings, work: Path, budget: int) -> Iterator[tuple[servers.Server, float]]:
    """Yield a service that is ready, and the processor time that this took [s]."""
    port = free_port()
    shutil.rmtree(work / "records", ignore_errors=True)
    (work / "records").mkdir()
    environment = servers.store(settings) | {
        "NONFERROUS_SEEDS": str(settings.folder / "seeds"),
        "NONFERROUS_RECORDS": f"sqlite:///{work / 'records' / 'records.db'}",
        "NONFERROUS_MAX_MODEL_BYTES": str(budget),
    }
    ready = f"GET /health/ready HTTP/1.1\r\nhost: {ADDRESS}\r\n\r\n".encode()
    with servers.server(servers.ours(port), port, [ready], work / "service.log", environment) as started:
        yield started, _processor_seconds(started.pid)


def _measured(settings: StoreSettings, work: Path, budget: int, lines_: int) -> dict[str, Any]:
    with _service(settings, work, budget) as (server, ready_cpu):
        figures: dict[str, Any] = {"ready_seconds": server.seconds, "ready_cpu_seconds": ready_cpu}
        last, port = max(settings.folder.glob(f"seeds/*_{PROCESSES[0]}.toml")), server.port
        row = json.dumps({"rows": [{one.name: _CELLS[one.role] for one in load(last).by_role("key", "time")}]}).encode()
        figures["first_ms"] = _milliseconds(port, f"/v1/{last.stem}/predictions", row)
        figures["next_ms"] = _milliseconds(port, f"/v1/{last.stem}/predictions", row)
        figures["checked_seconds"] = server.seconds + _await_checked(port, lines_)
        time.sleep(2 * IDLE / 5)
        begin = _processor_seconds(server.pid)
        time.sleep(IDLE)
        figures["idle_share"] = (_processor_seconds(server.pid) - begin) / IDLE
        figures["in_memory"] = _metrics(port)["nonferrous_models_in_memory"]
        for name, path in (("openapi", "/openapi.json"), ("overview", "/"), ("processes", "/v1/processes")):
            figures[f"{name}_ms"] = [_milliseconds(port, path), _milliseconds(port, path)]
        figures["openapi_kb"] = len(_body(port, "/openapi.json")) / 1000
        figures["memory_mib"] = server.memory()["rss"]
    return figures


def _await_checked(port: int, champions: int) -> float:
    """Wait until each champion was loaded once; return the time that this took [s]."""
    begin = time.perf_counter()
    while _metrics(port)["nonferrous_model_load_duration_seconds_count"] < champions:
        time.sleep(0.5)
    return time.perf_counter() - begin


def _metrics(port: int) -> dict[str, float]:
    rows = [line.rsplit(" ", 1) for line in _body(port, "/metrics").decode().splitlines() if "{" not in line]
    return {name: float(value) for name, value in rows if name.startswith("nonferrous_model")}


def _milliseconds(port: int, path: str, body: bytes | None = None) -> float:
    begin = time.perf_counter()
    _body(port, path, body)
    return 1e3 * (time.perf_counter() - begin)


def _body(port: int, path: str, body: bytes | None = None) -> bytes:
    request = urllib.request.Request(f"http://{ADDRESS}:{port}{path}", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=servers.PATIENCE) as response:
        return bytes(response.read())


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


if __name__ == "__main__":
    main()
