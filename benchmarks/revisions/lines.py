"""Command line: files and pages of commands, output on seeds, and the help of every command."""

from __future__ import annotations

import csv
import hashlib
import html
import io
import json
import re
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.revisions.asked import frame_of
from benchmarks.revisions.checkouts import Checkout
from benchmarks.revisions.masks import stable
from benchmarks.revisions.simulated import STEPPED

SCHEDULED = {
    "zinc_electrowinning": ("--metal-target", "500", "--cells", "160", "--current", "99"),
    "copper_electrorefining": ("--metal-target", "400", "--cells", "600", "--current", "30"),
    "aluminium_reduction": ("--metal-target", "500", "--cells", "160", "--current", "397"),
}
RECORDS = "records-"
SHORT = 60  # lines of a CSV file that are kept
BY_SEEDS = ("aluminium_reduction", "lead_refining", "zinc_ingot", "aluminium_scrap", "retired_batteries_chemistry")
FAULTS = {  # of a seed: what is changed in its text, each alone
    "a unit that is none": (r'unit = "t"', 'unit = "tonne"'),
    "no task": (r"\ntask = [^\n]*", ""),
    "an unknown section": (r"\n\[process\]", "\n[nothing]\nvalue = 1\n\n[process]"),
    "a parameter below zero": (r"value = (\d)", r"value = -\1"),
    "a column twice": (r'\nname = "(\w+)"\nrole = "during"', r'\nname = "\1"\nrole = "during"\nname = "\1"'),
    "no plant": (r"(?s)\n\[plant\].*", "\n"),
    "low above high": (r"\nlow = ([\d.]+)", r"\nlow = 1e9"),
    "an unknown source": (r'source = "practice', 'source = "nobody'),
}


def helped(checkout: Checkout) -> dict[str, Any]:
    """The help of every command, found from the help of the command above it."""
    results: dict[str, Any] = {}
    ahead: list[list[str]] = [[]]
    while ahead:
        done = checkout.commands([[*command, "--help"] for command in ahead], "help")
        results |= {f"{' '.join(command)} --help".strip(): one for command, one in zip(ahead, done, strict=True)}
        ahead = [[*command, name] for command, one in zip(ahead, done, strict=True) for name in _commands(one["out"])]
    return results


def _commands(lines: list[str]) -> list[str]:
    """Names of commands in a help."""
    if "Commands:" not in lines:
        return []
    return re.findall(r"^  ([a-z][\w-]*)", "\n".join(lines[lines.index("Commands:") + 1 :]), re.MULTILINE)


def seeds(checkout: Checkout, tables: Mapping[str, Path], quick: bool) -> dict[str, Any]:
    """Lines of the commands on good and bad seeds."""
    own = checkout.scratch / "seeds"
    each: dict[str, list[str]] = {"seeds": ["seeds"]}
    for name in BY_SEEDS[1:3] if quick else BY_SEEDS:
        each[f"seeds show {name}"] = ["seeds", "show", name]
        each[f"seeds check {name}"] = ["seeds", "check", str(checkout.folder / "seeds" / f"{name}.toml")]
    for fault in FAULTS:
        for name in BY_SEEDS[1:2] if quick else BY_SEEDS:
            file = own / f"{fault} {name}".replace(" ", "_") / f"{name}.toml"
            file.parent.mkdir(parents=True, exist_ok=True)
            text = (checkout.folder / "seeds" / f"{name}.toml").read_text(encoding="utf-8")
            file.write_text(re.sub(*FAULTS[fault], text, count=1), encoding="utf-8")
            each[f"seeds check {name}: {fault}"] = ["seeds", "check", str(file)]
            each[f"seeds show {name}: {fault}"] = ["--seeds", str(file.parent), "seeds", "show", name]
    for name, folder in tables.items():
        target = {"zinc_ingot": "pb", "aluminium_scrap": "alloy_class"}.get(name, "current_efficiency")
        if (folder / "table.parquet").exists():
            file = str(checkout.scratch / f"draft_{name}.toml")
            table = str(folder / "table.parquet")
            each[f"seeds draft {name}"] = [
                "seeds",
                "draft",
                table,
                "--target",
                target,
                "--name",
                f"draft_{name}",
                "--out",
                file,
            ]
    done = dict(zip(each, checkout.commands(list(each.values()), "seeds"), strict=True))
    drafts = sorted(checkout.scratch.glob("draft_*.toml"))
    return done | {file.name: checkout.text(file.read_text(encoding="utf-8")) for file in drafts}


def written(checkout: Checkout, tables: Mapping[str, Path]) -> dict[str, Any]:
    """Files and pages that commands make of the tables of processes with a champion."""
    out = checkout.scratch / "out"
    out.mkdir()
    each: dict[str, list[str]] = {}
    for name, table in tables.items():
        data = ["--data", str(table)]
        for ending in ("csv", "parquet", "arrow"):
            each[f"predict {name} {ending}"] = ["predict", name, *data, "--out", str(out / f"predict-{name}.{ending}")]
        for command in ("recommend", "warnings"):
            each[f"{command} {name}"] = [command, name, *data, "--out", str(out / f"{command}-{name}.csv")]
        if name in STEPPED:
            each[f"energy {name}"] = ["report", "energy", name, *data, "--out", str(out / f"energy-{name}.html")]
        if name == "zinc_ingot":
            each[f"quality {name}"] = ["report", "quality", name, *data, "--out", str(out / f"quality-{name}.html")]
        if name in SCHEDULED:
            where = ["--tariff", str(_tariff(out, name, table)), "--out", str(out / f"schedule-{name}.csv")]
            page = ["--report", str(out / f"schedule-{name}.html")]
            each[f"schedule {name}"] = ["schedule", name, *data, *where, *page, *SCHEDULED[name]]
        each[f"models list {name}"] = ["models", "list", name]
        each[f"models history {name}"] = ["models", "history", name]
        each[f"models verify {name}"] = ["models", "verify", name]
    done = dict(zip(each, checkout.commands(list(each.values()), "commands"), strict=True))
    return done | files(checkout, out)


def recorded(checkout: Checkout, tables: Mapping[str, Path]) -> dict[str, Any]:
    """Commands on what the service has recorded, once it has ended."""
    out = checkout.scratch / "out"
    out.mkdir()
    each: dict[str, list[str]] = {"records audit": ["records", "audit"]}
    for name in tables:
        each[f"records export {name}"] = ["records", "export", name, "--out", str(out / f"{RECORDS}{name}.parquet")]
        each[f"records batches {name}"] = ["records", "batches", name]
        each[f"monitor {name}"] = ["monitor", name, "--out", str(out / f"monitoring-{name}.html")]
    done = dict(zip(each, checkout.commands(list(each.values()), "records"), strict=True))
    for one in done.values():
        one["out"] = [re.sub(r"\b\d+ rows in ", "rows in ", line) for line in one["out"]]
    return done | files(checkout, out)


def _tariff(folder: Path, name: str, table: Path) -> Path:
    """Prices of two days from the newest period on."""
    frame = frame_of(table)
    clock = next(column for column in frame.columns if str(frame[column].dtype).startswith("datetime"))
    starts = sorted(frame[clock].unique())
    begin = pd.Timestamp(starts[-1]) + (pd.Timestamp(starts[-1]) - pd.Timestamp(starts[-2]))
    file = folder / f"tariff-{name}.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["start", "price", "end"])
        for hour in range(24):
            start = begin.tz_localize("UTC") + timedelta(hours=hour)
            price = (0.05, 0.08, 0.12)[hour // 6 % 3]
            lines.writerow([start.isoformat(), price, (start + timedelta(hours=1)).isoformat()])
    return file


def files(checkout: Checkout, folder: Path) -> dict[str, Any]:
    """Contents of files: tables by columns, pages by their text and the digest of their drawings."""
    results: dict[str, Any] = {}
    for file in sorted(folder.iterdir()):
        if file.suffix in (".csv", ".html"):
            text = file.read_text(encoding="utf-8")
            results[f"file {file.name}"] = _lines(checkout, text) if file.suffix == ".csv" else _page(checkout, text)
        elif file.suffix == ".arrow":
            with pa.memory_map(str(file)) as source:
                results[f"file {file.name}"] = _columns(_arrow(source))
        elif file.name.startswith(RECORDS):
            results[f"file {file.name}"] = _answered(pq.read_table(file))
        else:
            results[f"file {file.name}"] = _columns(pq.read_table(file))
    shutil.rmtree(folder)
    return results


def _lines(checkout: Checkout, text: str) -> Any:
    """A short CSV file as it is; of a long one a digest a column."""
    if text.count("\n") <= SHORT:
        return checkout.text(text)
    heads, *rows = csv.reader(io.StringIO(text))
    columns = {head: [row[i] for row in rows] for i, head in enumerate(heads)}
    return {head: f"{len(rows)} {hashlib.sha256(repr(one).encode()).hexdigest()[:12]}" for head, one in columns.items()}


def _arrow(source: pa.MemoryMappedFile) -> pa.Table:
    try:
        return pa.ipc.open_file(source).read_all()
    except pa.ArrowInvalid:
        source.seek(0)
        return pa.ipc.open_stream(source).read_all()


def _answered(table: pa.Table) -> dict[str, Any]:
    """Recorded rows, each once: repeated requests while outcomes are applied depend on timing."""
    rows = (json.dumps(stable(row), default=str, sort_keys=True) for row in table.drop(["recorded_at"]).to_pylist())
    distinct = sorted(set(rows))
    digest = hashlib.sha256("\n".join(distinct).encode()).hexdigest()[:12]
    return {"columns": [f"{one.name} {one.type}" for one in table.schema], "rows": f"{len(distinct)} {digest}"}


def _columns(table: pa.Table) -> dict[str, str]:
    digests = {}
    for one in table.schema:
        values = repr(table.column(one.name).to_pylist())
        digest = hashlib.sha256(values.encode()).hexdigest()[:12]
        digests[one.name] = f"{one.type} {one.metadata} {table.num_rows} {digest}"
    return digests


def _page(checkout: Checkout, text: str) -> dict[str, Any]:
    """Text of a page by lines; of its scripts the data that are drawn, without the library that draws."""
    scripts = re.findall(r"(?s)<script[^>]*>(.*?)</script>", text)
    drawn = [checkout.text(one) for one in scripts if len(one) < 1_000_000]
    digests = [hashlib.sha256("\n".join(one).encode()).hexdigest()[:12] for one in drawn]
    shown = re.sub(r"(?s)<(script|style)[^>]*>.*?</\1>|<[^>]*>", "\n", text)
    lines = [line.strip() for line in checkout.text(html.unescape(shown))]
    return {"text": [line for line in lines if line], "drawings": digests}
