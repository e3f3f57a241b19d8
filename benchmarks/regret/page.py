"""The tables of regrets in docs/results/intervals.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from reporting.markdown import table
from seeds import load_all, names

DOCS = Path(__file__).parents[2] / "docs"
RESULTS, PAGE, NAME = DOCS / "results" / "regret.json", DOCS / "results" / "intervals.md", "regret"
MOST = 0.10  # that the choice should cost at worst
HEADS = ("plants", "targets", "mean before", "worst before", "mean now", "worst now")
ERRORS: Mapping[str, tuple[str, Callable[[Mapping[str, float]], float]]] = {
    "regression": ("RMSE, against simulated truth if available", lambda m: m.get("test_truth_rmse", m["test_rmse"])),
    "classification": ("log loss", lambda m: m["test_log_loss"]),
    "sorting": ("value lost", lambda m: m["test_oracle_value"] - m["test_value"]),
    "quality": ("cost of decisions", lambda m: m["test_cost"]),
}
"""Error of a candidate on the test rows by task: description, and function of its metrics."""


def lines(figures: Mapping[str, Any]) -> list[str]:
    """Text between the markers: plants that the rule has never seen, and the tables of all processes."""
    kinds = {
        name: [one for plant in plants.values() for one in plant.values()] for name, plants in figures["kinds"].items()
    }
    simulated = {name: targets for name, targets in kinds.items() if name in names()}
    kinds = {"simulated plants": _joined(simulated)} | {one: kinds[one] for one in kinds if one not in simulated}
    rows = [_row(name, targets) for name, targets in kinds.items() if targets]
    rows.append(_row("all", _joined(kinds)))
    found_of = of_default_plants()
    of_tasks = [_of_task(task, description, found_of[task]) for task, (description, _) in ERRORS.items()]
    return [
        f"Measured on {figures['measured']}.",
        "",
        *table(HEADS, rows),
        f"Above {MOST:.0%} now: {', '.join(_above(figures)) or 'none'}.",
        "",
        "Mean and highest regret of registered candidates on the tables of the processes' pages:",
        "",
        *of_tasks,
    ]


def _joined(kinds: Mapping[str, list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    return [one for targets in kinds.values() for one in targets]


def _above(figures: Mapping[str, Any]) -> Iterator[str]:
    """Targets with a regret above MOST, as text."""
    for kind, plants in figures["kinds"].items():
        for plant, targets in plants.items():
            for name, one in targets.items():
                if (share := regret(one, "now")) > MOST:
                    yield f"{kind} {plant}, {name} ({one['now']}, {share:.1%})"


def _row(name: str, targets: list[Mapping[str, Any]]) -> tuple[str, ...]:
    by_rule = [[regret(one, rule) for one in targets] for rule in ("before", "now")]
    shown = (f"{share:.1%}" for regrets in by_rule for share in (float(np.mean(regrets)), max(regrets)))
    return name, str(len(targets)), *shown


def regret(target: Mapping[str, Any], rule: str) -> float:
    """Error of the candidate that a rule registers over that of the best one, less 1 [1]."""
    errors: Mapping[str, float] = target["errors"]
    return errors[target[rule]] / min(errors.values()) - 1


def _of_task(task: str, description: str, regrets: list[float]) -> str:
    return f"- {task} ({description}; targets: {len(regrets)}): {np.mean(regrets):.1%}, {max(regrets):.1%}"


def of_default_plants() -> dict[str, list[float]]:
    """Regret of each target of the processes, by task, from the figures that their pages show."""
    regrets: dict[str, list[float]] = {task: [] for task in ERRORS}
    for seed in load_all().values():
        path = DOCS / "results" / f"{seed.process.name}.json"
        if not path.exists():
            continue
        stored, (_, error) = json.loads(path.read_text(encoding="utf-8")), ERRORS[seed.process.task]
        for one in (stored, *stored.get("beside", {}).values()):
            errors = {name: error(metrics) for name, metrics in one["candidates"].items()}
            regrets[seed.process.task].append(errors[one["registered"]] / min(errors.values()) - 1)
    return regrets
