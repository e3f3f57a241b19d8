"""Figures of the service as tables and a picture of docs/results/benchmarks.md, beside what was aimed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims import page
from benchmarks.aims.page import Row, at_least, at_most
from benchmarks.service.champions import PROCESSES
from reporting.markdown import number, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "service.json", DOCS / "results" / "benchmarks.md"
PICTURE = DOCS / "pictures" / "service.svg"
NAME = "service"
NAMES = {
    "ours": "this service",
    "unrecorded": "this service where nothing is recorded",
    "echo": "FastAPI and pydantic, sending the same body back",
    "bare": "uvicorn alone, sending the same body back",
    "mlflow": "`mlflow models serve`, the same champion",
    "mlserver": "MLServer, one booster of the champion",
}
OF_ECHO = dict(zip(PROCESSES, (1.0, 0.5, 0.4), strict=True))
OF_MLFLOW = dict(zip(PROCESSES, (40, 30, 30), strict=True))
BULK_OF_MLFLOW = dict(zip(PROCESSES, (12, 12, 8), strict=True))
OF_TREES = {name: 0.6 for name in PROCESSES[:2]}
LOTS_A_SECOND = 25_000
OF_UNRECORDED = 0.85
OF_SAME, LIVE, TAIL, MEMORY = 0.9, 50, 3, (1.5, 200)
READY, RESIDENT = 1.0, 130
OTHERS = 100  # ms


def filled(text: str, found: Mapping[str, Any]) -> str:
    """Text with the part of the service replaced; see `benchmarks.aims.page.filled`."""
    return page.filled(text, NAME, _section(found))


def _section(found: Mapping[str, Any]) -> list[str]:
    lines = [
        "## The service",
        "",
        f"Made by `make bench-service` on {found['measured']}: servers on one core, the load on another, 256 different "
        "rows, medians of rounds in turn. Each process has its champion with all its trees; answers hold intervals, "
        "decisions and flags. MLServer, in an environment of its own, answers with the largest booster alone. What "
        "the load reaches at a server that does nothing stands below: it is not the limit.",
        "",
        *table(("what", "process", "aim", "reached"), targets(found)),
    ]
    if "one" in found:
        lines += ["![Requests a second of one record](../pictures/service.svg)", ""]
        lines += ["One record a request, 16 connections:", ""]
        heads = ("process", "server", "requests a second", "p50 [ms]", "p99 [ms]", "ours to it")
        lines += table(heads, _one(found))
    if "bulk" in found:
        about = (
            "Many records a request, rows a second on one core. In process stands once with all that the service "
            "answers (flags, energy, columns of Arrow), and once with intervals and decisions alone, which is held "
            "against the trees:"
        )
        lines += [about, ""]
        ways = ("Arrow over HTTP", "JSON over HTTP", "the same in process", "intervals and decisions in process")
        heads = ("process", *ways, "`Booster.predict` alone", "mlflow")
        lines += table(heads, _bulk(found))
    if "start" in found:
        lines += ["From start to first answers, and memory then; ours with three champions, the peers with one:", ""]
        lines += table(("server", "seconds", "resident [MiB]", "shared counted once [MiB]"), _start(found))
    if "hostile" in found:
        about = (
            "Others while clients are hostile: one record 100 times and `/health/live` 20 times a second, whether "
            "those before were answered or not, beside 2,000 connections that never ask and beside eight clients that "
            "send, as fast as they are answered, what costs most: 10,000 rows, such rows with faults, 16 MiB of "
            "numbers, of brackets and of text, explanations, a list without end in the place of tensors. The service "
            "has one core, all clients the other:"
        )
        lines += [about, ""]
        heads = ("beside", "asked", "answered with 200", "p50 [ms]", "p99 [ms]", "longest [ms]")
        lines += table(heads, _hostile(found))
    return lines


def targets(found: Mapping[str, Any]) -> Iterator[Row]:
    """Each aim beside what was reached, those of parts that were measured."""
    for process, one in found.get("one", {}).items():
        against, own = one["against"], one["servers"]["ours"]
        yield at_least("one record, of the echo's rate", process, OF_ECHO[process], against["echo"]["median"])
        yield at_least("one record, of the same unrecorded", process, OF_UNRECORDED, against["unrecorded"]["median"])
        yield at_least("one record, times mlflow", process, OF_MLFLOW[process], against["mlflow"]["median"])
        yield at_least("one record, times MLServer", process, 1, against["mlserver"]["median"])
        yield at_most("one record, p99 to p50", process, TAIL, own["p99_ms"] / own["p50_ms"])
    for process, one in found.get("bulk", {}).items():
        yield at_least("Arrow over HTTP, of the same in process", process, OF_SAME, one["arrow_of_same"]["median"])
        if process in OF_TREES:
            aim = OF_TREES[process]
            yield at_least("in process, of `Booster.predict`", process, aim, one["inside_of_trees"]["median"])
        else:
            yield at_least("in process, lots a second", process, LOTS_A_SECOND, one["per_second"]["inside"])
        yield at_least("Arrow, times mlflow", process, BULK_OF_MLFLOW[process], one["arrow_of_mlflow"]["median"])
        for way in ("arrow", "json"):
            most = MEMORY[0] * one["body_mib"][way] + MEMORY[1]
            yield at_most(f"memory for a body of {way} [MiB]", process, most, one[way]["memory_mib"])
            yield at_most(f"`/health/live` meanwhile, {way}, p99 [ms]", process, LIVE, one[way]["live_p99_ms"])
    for case, asked in found.get("hostile", {}).items():
        for name in ("one record", "/health/live"):
            yield at_most(f"{name} beside {case}, p99 [ms]", PROCESSES[0], OTHERS, asked[name]["p99_ms"])
    if "start" in found:
        own = found["start"]["ours"]
        yield at_most("start with three champions [s]", "all", READY, own["seconds"])
        yield at_most("memory after start [MiB]", "all", RESIDENT, own["rss"])


def _one(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in found.get("one", {}).items():
        for name, server in one["servers"].items():
            rates = (number(server[part]) for part in ("per_second", "p50_ms", "p99_ms"))
            ratio = one["against"].get(name)
            to_it = "" if ratio is None else f"{ratio['median']:.3g} ({ratio['low']:.3g} to {ratio['high']:.3g})"
            yield process, NAMES[name], *rates, to_it
        alone = f"`Booster.predict` in process, {one['trees']:,} trees, no server"
        yield process, alone, number(one["booster_predict_per_second"]), "", "", ""


def _bulk(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in found.get("bulk", {}).items():
        yield (
            process,
            *(number(one["per_second"][way]) for way in ("arrow", "json", "same", "inside", "trees", "mlflow")),
        )


def _hostile(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for case, asked in found["hostile"].items():
        for name, one in asked.items():
            if name != "hostile":
                answered = f"{one['statuses'].get('200', 0):,} of {one['requests']:,}"
                yield case, name, answered, *(number(one[part]) for part in ("p50_ms", "p99_ms", "max_ms"))


def _start(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, one in found.get("start", {}).items():
        yield NAMES[name], *(number(one[part]) for part in ("seconds", "rss", "pss"))


# ---- the picture

_LEFT, _WIDTH, _BAR, _GAP = 150, 760, 18, 34
_COLOURS = {"ours": "#b3541e", "echo": "#7f8c8d", "mlserver": "#4f6d8f", "mlflow": "#2f4858"}
_SHORT = {"ours": "this service", "echo": "FastAPI echo", "mlserver": "MLServer", "mlflow": "mlflow"}


def picture(found: Mapping[str, Any]) -> str:
    """Bars of requests a second, of one scale in each process: ours, the echo and the peers."""
    parts, y = [], 10
    for process, one in found.get("one", {}).items():
        rates = {name: one["servers"][name]["per_second"] for name in _COLOURS}
        most = max(rates.values())
        parts.append(f'<text x="4" y="{y + 14}" font-weight="bold">{process}</text>')
        y += 22
        for name, rate in rates.items():
            width = (_WIDTH - _LEFT - 90) * rate / most
            parts += [
                f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{_SHORT[name]}</text>',
                f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR - 3}" fill="{_COLOURS[name]}"/>',
                f'<text x="{_LEFT + width + 6:.1f}" y="{y + 13}">{number(rate)}</text>',
            ]
            y += _BAR
        y += _GAP - _BAR
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{y}" viewBox="0 0 {_WIDTH} {y}" '
    style = 'font-family="sans-serif" font-size="12"><title>Requests a second of one record</title>'
    return "\n".join([head + style, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""])
