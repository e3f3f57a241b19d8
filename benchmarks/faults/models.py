"""2,000 damaged models, and what becomes of each: python -m benchmarks.faults.models [DAMAGES].

The champions of the store that the settings name are damaged in turn, with digests that fit. Each is tried as a new
version is; what is accepted answers other rows in one more process.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims.page import filled
from benchmarks.faults.damages import damage
from models.estimators import tree_text
from models.sandbox import sandbox
from models.storage import formats, model_files
from registry.settings import StoreSettings, read_settings
from registry.store import MlflowStore
from seeds import names

DOCS = Path(__file__).resolve().parents[2] / "docs"
RESULTS, PAGE = DOCS / "results" / "model_damages.json", DOCS / "results" / "fuzzing.md"
NAME = "damages"
DAMAGES, BATCH = 2000, 40
OUTCOMES = (
    "refused before anything is parsed",
    "refused by the check of trees",
    "refused by the seed's check",
    "refused by the readers of the other files",
    "refused by the self-test",
    "ended its process",
    "accepted, answers equal",
    "accepted, answers otherwise",
    "accepted, and gives no answer elsewhere",
    "accepted, and ended a process elsewhere",
)


def outcome(folder: Path, error: str | None) -> str:
    """Result of a damaged model in its trial load, in one word if it was accepted."""
    if error is None:
        return "accepted"
    if "in a process of its own" in error:
        return OUTCOMES[5]
    if error.startswith("self-test"):
        return OUTCOMES[4]
    if error.startswith(model_files.SEED):
        return OUTCOMES[2]
    try:
        model_files.check(folder)
    except model_files.ModelFilesError:
        return OUTCOMES[0]
    return OUTCOMES[1] if refused_text(folder) else OUTCOMES[3]


def refused_text(folder: Path) -> bool:
    """Return whether the check rejects one of a model's tree texts."""
    for text in sorted(folder.glob("*.lightgbm.txt")):
        try:
            tree_text.check(text.read_bytes())
        except tree_text.TreeTextError:
            return True
    return False


def answers(folders: list[Path], *more: str) -> list[str | None]:
    """Predictions of models for other rows; None for a model that ended or blocked the process."""
    answered: list[str | None] = []
    while len(answered) < len(folders):
        remaining = [str(folder) for folder in folders[len(answered) :]]
        command = [sys.executable, "-m", "benchmarks.faults.answers", *more, *remaining]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        output = done.stdout.decode().splitlines()
        answered += [*output] if len(output) == len(remaining) else [*output, None]
    return answered


def accepted(folder: Path, text: str | None, whole: str) -> str:
    """Behaviour of an accepted model on other rows."""
    if text is None:
        return OUTCOMES[9]
    if text.startswith("no answer"):
        return OUTCOMES[8]
    return OUTCOMES[6] if text == whole else OUTCOMES[7]


def champions(settings: StoreSettings, folder: Path) -> dict[str, Path]:
    """Models of the store's champions, by process."""
    store = MlflowStore(settings.uri)
    versions = {name: store.champion(name) for name in names()}
    return {name: store.fetch(one, folder / name) for name, one in versions.items() if one is not None}


def lines(result: Mapping[str, Any]) -> list[str]:
    """Table of outcomes of damaged models, for docs/results/fuzzing.md."""
    ended = result["refused_by_the_check_that_ended_or_held_a_process_without_it"]
    counts = [f"| {name} | {count:,} |" for name, count in result["outcomes"].items()]
    rows = [f"| of {result['damages']:,} damages | |", "|---|---:|", *counts]
    summary_line = (
        f"Without the check of trees, {ended:,} of the models that it refused ended or blocked the process "
        f"(LightGBM {result['lightgbm']})."
    )
    return [*rows, "", summary_line]


def main(count: int) -> None:
    """Damage, try, count and keep the counts."""
    rng, counts, by_damage = np.random.default_rng(0), Counter[str](), Counter[str]()
    ended_unchecked = 0
    with tempfile.TemporaryDirectory() as scratch:
        models = champions(read_settings(), Path(scratch))
        whole = dict(zip(models, answers(list(models.values())), strict=True))
        for start in range(0, count, BATCH):
            made = []
            for number in range(start, min(start + BATCH, count)):
                process = list(models)[number % len(models)]
                folder = Path(scratch) / f"{number}"
                made.append((process, folder, damage(models[process], folder, rng)))
            errors = sandbox.load_errors([folder for _, folder, _ in made])
            outcomes = [outcome(folder, error) for (_, folder, _), error in zip(made, errors, strict=True)]
            checked = [folder for (_, folder, _), item in zip(made, outcomes, strict=True) if item == OUTCOMES[1]]
            ended_unchecked += sum(prediction is None for prediction in answers(checked, "--unchecked"))
            passed = [one for one, item in zip(made, outcomes, strict=True) if item == "accepted"]
            prediction = iter(answers([folder for _, folder, _ in passed]))
            for (process, folder, kind), item in zip(made, outcomes, strict=True):
                if item == "accepted":
                    item = accepted(folder, next(prediction), str(whole[process]))
                counts[item] += 1
                by_damage[f"{kind}: {item}"] += 1
                shutil.rmtree(folder)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    result: dict[str, Any] = {
        "damages": count,
        "processes": sorted(models),
        "lightgbm": version("lightgbm"),
        "format": formats.NEWEST,
        "cpu_seconds_of_children": round(used.ru_utime + used.ru_stime),
        "refused_by_the_check_that_ended_or_held_a_process_without_it": ended_unchecked,
        "outcomes": {name: counts[name] for name in OUTCOMES},
        "by_damage": dict(sorted(by_damage.items())),
    }
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(result)), encoding="utf-8")
    print(json.dumps({name: one for name, one in result.items() if name != "by_damage"}, indent=1))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DAMAGES)
