"""Figures and aims of training for docs/results/benchmarks.md.

    python -m benchmarks.training_size.aims                # all parts; ten minutes
    python -m benchmarks.training_size.aims jobs|up|help   # one of them; the figures of the others stay
    python -m benchmarks.training_size.aims write          # the table again, from the figures

Jobs are counted in processor time of one thread, so that other programs change little of them.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.aims.machine import QUIET, Others, children_seconds
from benchmarks.aims.page import Row, aims_table, at_most, filled, unmeasured
from benchmarks.digests import own_plant_digest
from benchmarks.training_size.page import DOCS
from nonferrous.servers import ASKED
from reporting.markdown import table
from seeds import load
from synthetic_data import simulate

RESULTS, PAGE = DOCS / "results" / "training.json", DOCS / "results" / "benchmarks.md"
NAME = "training"
PROCESSES = ("aluminium_reduction", "aluminium_scrap", "aluminium_ingot")
OF_FITS = 1.4
LINE = "aluminium_reduction"
UP, RECOMMENDED = 60.0, 3.0  # s
HELP = 4.0  # times a bare interpreter
PORT, UI_PORT = 8767, 8768
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
REPEATS = 20


def jobs() -> dict[str, Any]:
    """A job on the default plant of each process, and recommendations for the pots by its model."""
    figures: dict[str, Any] = {}
    for process in PROCESSES:
        with tempfile.TemporaryDirectory() as scratch:
            plant, home = simulate(load(process), Path(scratch, "plant")), Path(scratch, "home")
            figures[process] = _said("job", process, str(plant), str(home))
            if process == LINE:
                figures[process] |= _said("advice", process, str(plant), str(home))
        print(process, figures[process], flush=True)
    return {"jobs": figures, "seed_digests": {process: own_plant_digest(load(process)) for process in PROCESSES}}


def up() -> dict[str, Any]:
    """Seconds of `nonferrous up` in an empty home until all its plants are served, and the load by others."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "nonferrous", "up", "--port", str(PORT), "--ui-port", str(UI_PORT)]
        others, start, used = Others(), time.perf_counter(), children_seconds()
        environment = os.environ | {"NONFERROUS_HOME": home, "MLFLOW_TRACKING_URI": ""}
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        try:
            while _served() < len(ASKED):
                if running.poll() is not None:
                    raise RuntimeError(f"nonferrous up ended with {running.returncode} before it was ready")
                time.sleep(0.1)
            seconds = time.perf_counter() - start
        finally:
            running.send_signal(signal.SIGINT)
            running.wait()
        return {
            "up": {"seconds": seconds, "processor_seconds": children_seconds() - used, "others": others.kept_busy()}
        }


def helped() -> dict[str, Any]:
    """Processor seconds of `nonferrous --help` and of a bare interpreter, medians of runs in turn."""
    commands = {"help_seconds": ("-m", "nonferrous", "--help"), "bare_seconds": ("-c", "pass")}
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(REPEATS):
        for name, command in commands.items():
            used = children_seconds()
            subprocess.run([sys.executable, *command], check=True, capture_output=True)
            taken[name].append(children_seconds() - used)
    return {name: median(seconds) for name, seconds in taken.items()}


def _said(module: str, *arguments: str) -> dict[str, float]:
    """Output of a module of this package, run by one thread."""
    command = [sys.executable, "-m", f"benchmarks.training_size.{module}", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | ONE_THREAD)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _served() -> int:
    """Return the number of plants that the service has a model of."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/ready", timeout=1) as response:
            return sum(one["state"] == "serving" for one in json.load(response)["processes"].values())
    except OSError:
        return 0


PARTS = {"jobs": jobs, "up": up, "help": helped}


def with_part(text: str, figures: Mapping[str, Any]) -> str:
    """Text of docs/results/benchmarks.md with the part of training in it."""
    return filled(text, NAME, _lines(figures))


def _lines(figures: Mapping[str, Any]) -> list[str]:
    heads = ("process", "rows", "whole job [s]", "LightGBM fits in it [s]", "job / fits")
    return [
        "## Training time and aims",
        "",
        f"`make bench-training`, {figures['processors']} processors, measured on {_dates(figures['measured'])}. Jobs "
        "on default plants, with an existing store, and recommendations (with reading the table, without imports): "
        "processor time of one "
        "thread. *Fits*: calls of `lightgbm.train`. `nonferrous up`: wall time if other programs used less than "
        f"{QUIET:g} of a processor, otherwise processor time divided by the number of processors.",
        "",
        *aims_table(targets(figures)),
        *table(heads, _jobs(figures)),
    ]


def _dates(measured: Mapping[str, str]) -> str:
    """Return the date of each part, or the one date of all."""
    if len(dates := {*measured.values()}) == 1:
        return dates.pop()
    return ", ".join(f"{date} ({name})" for name, date in measured.items())


def targets(figures: Mapping[str, Any]) -> Iterator[Row]:
    """Aims and results."""
    for process, one in figures.get("jobs", {}).items():
        yield at_most("job / fits", process, OF_FITS, _over_fits(one))
    if "jobs" in figures:
        line = figures["jobs"][LINE]
        pots = f"recommendations for {line['recommended']} pots [s]"
        yield at_most(pots, LINE, RECOMMENDED, line["recommended_seconds"])
    started, one = "`nonferrous up` from built environment to ready", figures.get("up")
    if one is None:
        yield unmeasured(f"{started} [s]", "all", f"at most {UP:g}")
    elif one["others"] <= QUIET:
        yield at_most(f"{started} [s]", "all", UP, one["seconds"])
    else:
        shared = one["processor_seconds"] / figures["processors"]
        yield at_most(f"{started}, processor time over the processors [s]", "all", UP, shared)
    if "bare_seconds" in figures:
        ratio = figures["help_seconds"] / figures["bare_seconds"]
        yield at_most("`nonferrous --help`, processor time relative to a bare interpreter", "all", HELP, ratio)


def _jobs(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in figures.get("jobs", {}).items():
        seconds = (f"{one[name]:.1f}" for name in ("processor_seconds", "fit_processor_seconds"))
        yield process, f"{one['rows']:,}", *seconds, f"{_over_fits(one):.2f}"


def _over_fits(one: Mapping[str, float]) -> float:
    return one["processor_seconds"] / one["fit_processor_seconds"]


def main(parts: list[str]) -> None:
    """Measure parts, all by default, keep the figures, and fill the page."""
    stored: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    if parts != ["write"]:
        for name in parts or PARTS:
            stored |= PARTS[name]() | {"processors": os.cpu_count()}
            stored.setdefault("measured", {})[name] = f"{datetime.now(UTC):%Y-%m-%d}"
        RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_part(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
