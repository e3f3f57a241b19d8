"""Frames of pages in a browser while a plant with gateway and service runs."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.faults.load import PROCESS
from benchmarks.gateway.programs import Trial, prepared, running, usage
from benchmarks.gateway.table import FAST
from benchmarks.pages.plant import SCANS, lasting_units, playable
from benchmarks.pictures import program_for
from benchmarks.service.load import ADDRESS
from dashboard import addresses
from dashboard.updates import POLL_SECONDS
from tests.suite.chromium import BrowserPage, chromium

SETTLED = 10.0  # s until the charts of a page are drawn and its first update has come
# Times are those of the callback: a frame that the page delays is as late as a user sees it.
_WATCH = """
(() => {
  const seen = window.seen = { gaps: [], tasks: [], updates: 0 };
  let last = performance.now();
  const frame = () => {
    const now = performance.now();
    seen.gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const note = (list) => { for (const one of list.getEntries()) seen.tasks.push(one.duration); };
  new PerformanceObserver(note).observe({ type: "longtask" });
  document.addEventListener("htmx:sse:after:message", () => { seen.updates += 1; });
})()
"""


def measured(work: Path, home: Path, units: int, seconds: float, tell: Callable[[str], None]) -> dict[str, Any]:
    """Measure the map of the potline and the page of a pot, each for so long.

    Parameters
    ----------
    work : Path
        Folder for the table, records and logs.
    home : Path
        Home folder with a champion.
    units : int
        Number of pots.
    seconds : float
        Duration of each page [s].
    tell : callable
        Takes lines of progress.

    Raises
    ------
    NoBrowserError
        There is no Chromium on this machine.
    """
    program = program_for("pages")
    tell(f"simulating {units} pots")
    file, _ = playable(work, units, seconds, 0.0)
    _, table = playable(work, units, seconds, float(int(time.time()) + 2))
    pot = lasting_units(table)[0]
    paths = {"map": addresses.of_process(PROCESS), "pot": addresses.of_unit(PROCESS, pot)}
    trial = prepared(work / "gateway", home, file, table, POLL_SECONDS)
    pages = {}
    with running(trial), tempfile.TemporaryDirectory(dir=work) as folder:
        with chromium(program, Path(folder) / "profile") as page:
            page.show()
            page.send("Performance.enable", timeDomain="threadTicks")
            for name, path in paths.items():
                page.open(f"http://{ADDRESS}:{trial.service.port}{path}")
                time.sleep(SETTLED)
                pages[name] = _watched(page, trial, seconds)
                tell(f"{name}: {pages[name]}")
            errors = page.errors
    if errors:
        raise RuntimeError(f"the pages have errors: {errors}")
    return {"units": units, "tags": FAST, "seconds": seconds, "period_seconds": SCANS, "pages": pages}


def _watched(page: BrowserPage, trial: Trial, seconds: float) -> dict[str, Any]:
    """Figures of an open page over so many seconds."""
    service = trial.service.process
    assert service is not None
    pids = {"service": service.popen.pid, "gateway": trial.gateway.pid}
    heap, page_before = [_heap(page)], _page_seconds(page)
    page.evaluate(_WATCH)
    begin, before = time.monotonic(), {name: usage(pid)["cpu_seconds"] for name, pid in pids.items()}
    time.sleep(seconds)
    seen = page.evaluate("window.seen")
    passed = time.monotonic() - begin
    shares = {name: (usage(pid)["cpu_seconds"] - before[name]) / passed for name, pid in pids.items()}
    page_seconds = _page_seconds(page) - page_before
    heap.append(_heap(page))
    return {
        "frames": len(seen["gaps"]),
        "gap_ms": [statistics.median(seen["gaps"]), float(np.percentile(seen["gaps"], 99)), max(seen["gaps"])],
        "long_tasks": len(seen["tasks"]),
        "longest_task_ms": max(seen["tasks"], default=0.0),
        "updates": seen["updates"],
        "page_seconds": page_seconds,
        "cpu_share": shares,
        "heap_mib": heap,
        "load_average": os.getloadavg()[0],
    }


def _heap(page: BrowserPage) -> float:
    """Memory of the page's script after a collection of garbage [MiB]."""
    page.send("HeapProfiler.collectGarbage")
    return float(page.send("Runtime.getHeapUsage")["usedSize"]) / 2**20


def _page_seconds(page: BrowserPage) -> float:
    """Processor time of the page's script, style and layout so far [s]."""
    seconds = {one["name"]: float(one["value"]) for one in page.send("Performance.getMetrics")["metrics"]}
    return seconds["ScriptDuration"] + seconds["RecalcStyleDuration"] + seconds["LayoutDuration"]
