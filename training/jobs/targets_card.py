"""The model card of several targets: what they share once, and a part for each."""

import re
from collections.abc import Mapping
from typing import Any

from training.core.dataset import Dataset
from training.core.gate import Gated
from training.core.splits import Split
from training.jobs.card import (
    data_section,
    gate_section,
    inputs_section,
    limits_section,
    made_by,
    parts_sections,
    process_section,
)
from training.tasks import task_of

Fitted = tuple[Any, Any, Dataset, Split]  # candidates of a target, the best of them, its rows and their use


def model_card(data: Dataset, fitted: Mapping[str, Fitted], gated: Gated) -> str:
    """Card of the best candidates of several targets.

    Parameters
    ----------
    data : Dataset
        Rows that have a label of any target.
    fitted : Mapping of str to tuple
        By target all candidates, the one that is registered, the rows with its label, and their use.
    gated : Gated
        What the gate says of them.

    Returns
    -------
    str
        Markdown, without a path of the machine that it was written on.
    """
    task = task_of(data.seed)
    facts = data.facts
    size = (
        f"{facts['rows']} rows of {facts['units']} units with a label of any target, {facts['periods']} periods from "
        f"{facts['first_period']} to {facts['last_period']}"
    )
    lines = [*process_section(data.seed, task), *data_section(data, size)]
    for name, one in fitted.items():
        lines += _target(name, *one)
    _, chosen, *_ = next(iter(fitted.values()))
    lines += [*gate_section(gated), *limits_section(data, task), made_by(chosen.model.info)]
    return "\n".join(lines) + "\n"


def _target(name: str, candidates: Any, chosen: Any, data: Dataset, parts: Split) -> list[str]:
    """Part of one target; its sections stand below its heading."""
    task = task_of(data.seed)
    sections = [*task.card.sections(candidates, chosen, data, parts), *parts_sections(chosen, data, parts)]
    return [
        f"## Target {name} [{data.seed.target.unit}]",
        "",
        *(f"- {line}" for line in task.card.rows_used(data, parts)),
        "",
        *(re.sub("^## ", "### ", line) for line in [*sections, *inputs_section(chosen, data.seed)]),
    ]
