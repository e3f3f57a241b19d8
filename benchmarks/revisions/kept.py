"""Home folder of one checkout opened by another: packed, served, evaluated, rolled back."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.revisions.asked import frame_of, responses_of
from benchmarks.revisions.checkouts import Checkout, say
from benchmarks.revisions.lines import RECORDS, files
from benchmarks.revisions.trained import PLANTS, stored

RETRAINED = ("lead_refining", "zinc_ingot", "zinc_electrowinning")  # the first by a shadow period
SHADOW = 'shadow = { value = 60, unit = "d", source = "assumed: recorded" }'


def pack(checkout: Checkout, tables: Mapping[str, Path], file: Path) -> None:
    """Pack the home folder and the training tables before any request."""
    with tarfile.open(file, "w:gz", compresslevel=1) as packed:
        packed.add(checkout.home, "home")
        packed.add(next(iter(tables.values())).parent, "tables")


def unpack(file: Path, folder: Path) -> dict[str, Path]:
    """Put a packed home folder and its tables into a folder; gives where the table of each process is."""
    with tarfile.open(file) as packed:
        packed.extractall(folder, filter="data")
    return {path.name: path for path in sorted((folder / "tables").iterdir())}


def opened(checkout: Checkout, file: Path, quick: bool) -> dict[str, Any]:
    """Open a packed home folder, and keep the answers of its models, before and after they are retrained.

    Parameters
    ----------
    checkout : Checkout
        Which opens it.
    file : Path
        As `pack` has written it.
    quick : bool
        Learn nothing again.
    """
    folder = checkout.scratch / "kept"
    tables = unpack(file, folder)
    own = replace(checkout, home=folder / "home")
    read = ("list", "verify", "history")
    first = [["store", "relocate"], *(["models", command, name] for name in tables for command in read)]
    done = own.commands(first, "kept")
    results: dict[str, Any] = {f"first {' '.join(one)}": result for one, result in zip(first, done, strict=True)}
    results |= {f"first answers: {name}": one for name, one in _answers(own, tables).items()}
    results |= {f"by MLflow alone: {name}": one for name, one in own.adapted("loaded.py", *tables).items()}
    if quick:
        return results
    names = [name for name in RETRAINED if name in tables]
    own.commands([_other_numbers(name, folder) for name in names], "new rows")
    results |= _in_shadow(own, tables, folder)
    for name in names[1:]:
        say(f"retrain {name}")
        results[f"retrain {name}"] = own.run("retrain", name, "--data", str(_newer(tables[name], folder)))
    moves = [
        move
        for name in names
        for move in (
            ["models", "list", name],
            ["models", "promote", name, "2", "--force", "recorded", "--reason", "recorded"],
            ["models", "rollback", name, "--reason", "recorded"],
            ["models", "promote", name, "2", "--force", "recorded again"],
            ["models", "rollback", name, "1"],
            ["models", "history", name],
            ["batches", "list", name],
        )
    ]
    done = own.commands(moves, "kept")
    results |= {f"{i}: {' '.join(one)}": result for i, (one, result) in enumerate(zip(moves, done, strict=True))}
    last = _answers(own, {name: tables[name] for name in names})
    results |= {f"last answers: {name}": one for name, one in last.items()}
    return results | {f"store: {name}": one for name, one in stored(own).items()}


def _in_shadow(checkout: Checkout, tables: Mapping[str, Path], folder: Path) -> dict[str, Any]:
    """A retraining whose version answers in shadow first, and what a service then answers and records."""
    name, seeds, out = RETRAINED[0], folder / "seeds", folder / "out"
    shutil.copytree(checkout.folder / "seeds", seeds, ignore=shutil.ignore_patterns("*.py", "format", "__pycache__"))
    text = (seeds / f"{name}.toml").read_text(encoding="utf-8")
    (seeds / f"{name}.toml").write_text(text.replace("[process]\n", f"[process]\n{SHADOW}\n", 1), encoding="utf-8")
    own = replace(checkout, more={**checkout.more, "NONFERROUS_SEEDS": str(seeds)})
    out.mkdir()
    say(f"retrain {name}, whose seed asks for a shadow period")
    results = {f"retrain {name} in shadow": own.run("retrain", name, "--data", str(_newer(tables[name], folder)))}
    results |= {
        f"beside a shadow: {request}": one for request, one in _answers(own, {name: tables[name]}, name).items()
    }
    each = [["models", "list", name], ["models", "history", name], ["maintain"]]
    each += [["records", "export", name, "--out", str(out / f"{RECORDS}{name}.parquet")]]
    done = own.commands(each, "shadow")
    results |= {f"in shadow: {' '.join(one[:3])}": result for one, result in zip(each, done, strict=True)}
    return results | files(own, out)


def _answers(checkout: Checkout, tables: Mapping[str, Path], in_shadow: str | None = None) -> dict[str, Any]:
    responses = responses_of(checkout, tables, brief=True, in_shadow=in_shadow)
    responses.pop("openapi")
    return responses


def _other_numbers(process: str, folder: Path) -> list[str]:
    """Arguments that simulate the training plant with other random numbers, so that labels are new."""
    return ["simulate", process, "--out", str(folder / "other" / process), *PLANTS[process], "--rng-seed", "6"]


def _newer(table: Path, folder: Path) -> Path:
    """New rows: the later half of a plant with other random numbers, dated after the training rows."""
    training, frame = frame_of(table), frame_of(folder / "other" / table.name)
    clock = next(column for column in frame.columns if str(frame[column].dtype).startswith("datetime"))
    starts = sorted(frame[clock].unique())
    first = starts[len(starts) // 2]
    new = frame[frame[clock] >= first].copy()
    new[clock] = new[clock] + (training[clock].max() - first) + (starts[1] - starts[0])
    file = folder / f"newer-{table.name}.parquet"
    new.to_parquet(file, index=False)
    return file
