"""Tables and a picture of the service's figures and aims for docs/results/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.aims import page
from benchmarks.aims.page import Row, aims_table, at_least, at_most
from benchmarks.service.champions import PROCESSES
from reporting.markdown import number, table

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "service.json", DOCS / "results" / "benchmarks.md"
PICTURE = DOCS / "pictures" / "service.svg"
NAME = "service"
NAMES = {
    "ours": "this service",
    "unrecorded": "this service without records",
    "earlier": "this service, earlier revision",
    "echo": "FastAPI and pydantic, echo of the body",
    "bare": "uvicorn alone, echo of the body",
    "mlflow": "`mlflow models serve`, the same champion",
    "mlserver": "MLServer, one booster of the champion",
}
PARTS = {"one": "one record", "bulk": "many records", "start": "start", "hostile": "hostile clients"}
OF_ECHO = dict(zip(PROCESSES, (1.0, 0.6, 0.5), strict=True))
OF_MLFLOW = dict(zip(PROCESSES, (40, 30, 30), strict=True))
BULK_OF_MLFLOW = dict(zip(PROCESSES, (12, 12, 8), strict=True))
OF_TREES = {name: 0.6 for name in PROCESSES[:2]}
INSIDE_A_SECOND = {PROCESSES[1]: ("pieces", 100_000), PROCESSES[2]: ("lots", 40_000)}
JSON_OF_MLFLOW = dict(zip(PROCESSES, (2.56, 1.48, 3.12), strict=True))  # three times the ratios of 2026-11-26
OF_UNRECORDED = 0.85
OF_SAME, LIVE, TAIL, MEMORY = 0.9, 50, 3, (1.5, 200)
READY, RESIDENT = 0.8, 110
OTHERS = 100  # ms


def filled(text: str, figures: Mapping[str, Any]) -> str:
    """Text with the part of the service replaced; see `benchmarks.aims.page.filled`."""
    return page.filled(text, NAME, _section(figures))


def _section(figures: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Service",
        "",
        f"`make bench-service`: {_dates(figures)}. The server uses one core, the load generator another, "
        "with 256 different rows; figures are medians of alternating rounds. Responses of the complete champion "
        "contain intervals, decisions and flags; MLServer serves only its largest booster. The load generator is not "
        "the limit: see uvicorn alone." + _load(figures),
        "",
        *aims_table(targets(figures)),
    ]
    if "one" in figures:
        lines += ["![Requests per second of one record](../pictures/service.svg)", ""]
        about = "One record per request, requests per second by number of connections, and p50 / p99 [ms] in brackets"
        for process, one in figures["one"].items():
            lines += [f"{about}: {process}.", ""]
            lines += table(("server", *one["connections"]), _one(one))
    if "bulk" in figures:
        about = (
            "Many records per request, rows per second on one core. Machines are shared and their speed varies: "
            "compare ratios. *The same in process* includes flags, energy and Arrow columns:"
        )
        lines += [about, ""]
        ways = ("Arrow over HTTP", "JSON over HTTP", "the same in process", "intervals and decisions in process")
        heads = ("process", *ways, "`Booster.predict` alone", "mlflow")
        lines += table(heads, _bulk(figures))
    if "start" in figures:
        lines += [
            "Time from start to first response, and memory then. This service loads three champions, the peers one:",
            "",
        ]
        lines += table(("server", "time [s]", "resident [MiB]", "proportional [MiB]"), _start(figures))
    if "hostile" in figures:
        about = (
            "Hostile clients: 2,000 silent connections, or eight clients that send the most expensive requests without "
            "a pause (10,000 rows with and without errors, 16 MiB of numbers, brackets or text, explanations, an "
            "endless list instead of tensors). Meanwhile one record is sent 100 times and `/health/live` 20 times per "
            f"second; {_answered(figures)} responses have the status 200."
        )
        lines += [about, ""]
    return lines


def _dates(figures: Mapping[str, Any]) -> str:
    """Date of each part."""
    return ", ".join(f"{PARTS[part]} on {about['measured']}" for part, about in figures["parts"].items())


def _load(figures: Mapping[str, Any]) -> str:
    """State other work of the machine, if it was measured."""
    if "load_average" not in figures:
        return ""
    load = number(figures["load_average"])
    return f" During the part *one record* other programs used the machine too (load average {load}): compare ratios."


def targets(figures: Mapping[str, Any]) -> Iterator[Row]:
    """Aims of the measured parts and their results."""
    for process, one in figures.get("one", {}).items():
        yield from _of_one_record(process, one["connections"])
    for process, one in figures.get("bulk", {}).items():
        yield at_least("Arrow over HTTP, rate relative to in process", process, OF_SAME, one["arrow_of_same"]["median"])
        if process in OF_TREES and "inside_of_trees" in one:
            aim = OF_TREES[process]
            yield at_least(
                "in process, rate relative to `Booster.predict`", process, aim, one["inside_of_trees"]["median"]
            )
        if process in INSIDE_A_SECOND:
            kind, aim = INSIDE_A_SECOND[process]
            yield at_least(f"in process, {kind} per second", process, aim, one["per_second"]["inside"])
        yield at_least(
            "JSON, rate relative to mlflow", process, JSON_OF_MLFLOW[process], one["json_of_mlflow"]["median"]
        )
        yield at_least(
            "Arrow, rate relative to mlflow", process, BULK_OF_MLFLOW[process], one["arrow_of_mlflow"]["median"]
        )
        for way in ("arrow", "json"):
            most = MEMORY[0] * one["body_mib"][way] + MEMORY[1]
            yield at_most(f"memory for one {way} body [MiB]", process, most, one[way]["memory_mib"])
            yield at_most(f"`/health/live` during {way}, p99 [ms]", process, LIVE, one[way]["live_p99_ms"])
    for case, times in figures.get("hostile", {}).items():
        for name in ("one record", "/health/live"):
            yield at_most(f"{name} with {case}, p99 [ms]", PROCESSES[0], OTHERS, times[name]["p99_ms"])
    if "start" in figures:
        own = figures["start"]["ours"]
        yield at_most("start with three champions [s]", "all", READY, own["seconds"])
        yield at_most("memory after start [MiB]", "all", RESIDENT, own["rss"])


def _of_one_record(process: str, by_count: Mapping[str, Any]) -> Iterator[Row]:
    """Aims of one record per request and their results, by number of connections."""
    many, single = by_count["16"], by_count["1"]
    against, own = many["against"], many["servers"]["ours"]
    yield at_least("one record, rate relative to the echo", process, OF_ECHO[process], against["echo"]["median"])
    yield at_least(
        "one record, rate relative to the same without records",
        process,
        OF_UNRECORDED,
        against["unrecorded"]["median"],
    )
    yield at_least("one record, rate relative to mlflow", process, OF_MLFLOW[process], against["mlflow"]["median"])
    if "mlserver" in against:  # a champion without trees is not served by it
        yield at_least("one record, rate relative to MLServer", process, 1, against["mlserver"]["median"])
    yield at_most("one record, p99 / p50", process, TAIL, own["p99_ms"] / own["p50_ms"])
    if "earlier" in single["p50_against"]:
        ratio = single["p50_against"]["earlier"]["median"]
        yield at_most("one connection, p50 relative to the earlier revision", process, 1, ratio)


def _one(one: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Rates and times of one record per request by server, a column for each number of connections."""
    for name, words in NAMES.items():
        by_count = [figures["servers"].get(name) for figures in one["connections"].values()]
        cells = (
            "" if own is None else f"{number(own['per_second'])} ({number(own['p50_ms'])} / {number(own['p99_ms'])})"
            for own in by_count
        )
        if any(own is not None for own in by_count):
            yield words, *cells
    if "booster_predict_per_second" in one:
        alone = number(one["booster_predict_per_second"])
        yield "`Booster.predict` in process, no server", alone, *("" for _ in by_count[1:])


def _bulk(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in figures.get("bulk", {}).items():
        yield (
            process,
            *(
                number(one["per_second"][way]) if way in one["per_second"] else ""
                for way in ("arrow", "json", "same", "inside", "trees", "mlflow")
            ),
        )


def _answered(figures: Mapping[str, Any]) -> str:
    """Return the number of responses with status 200 under hostile load, of all requests."""
    every = [one for times in figures["hostile"].values() for name, one in times.items() if name != "hostile"]
    answered, sent = sum(one["statuses"].get("200", 0) for one in every), sum(one["requests"] for one in every)
    return f"{answered:,} of {sent:,}"


def _start(figures: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, one in figures.get("start", {}).items():
        yield NAMES[name], *(number(one[part]) for part in ("seconds", "rss", "pss"))


# ---- the picture

_LEFT, _WIDTH, _BAR, _GAP = 150, 760, 18, 34
_COLOURS = {"ours": "#b3541e", "echo": "#7f8c8d", "mlserver": "#4f6d8f", "mlflow": "#2f4858"}
_SHORT = {"ours": "this service", "echo": "FastAPI echo", "mlserver": "MLServer", "mlflow": "mlflow"}


def picture(figures: Mapping[str, Any]) -> str:
    """Bars of requests a second, of one scale in each process: ours, the echo and the peers."""
    parts, y = [], 10
    for process, one in figures.get("one", {}).items():
        servers = one["connections"]["16"]["servers"]
        rates = {name: servers[name]["per_second"] for name in _COLOURS if name in servers}
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
    style = 'font-family="sans-serif" font-size="12"><title>Requests per second of one record</title>'
    return "\n".join([head + style, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>", ""])
