"""Model card in Markdown: training rows, metrics, limits and excluded uses of a version."""

import re
from collections.abc import Mapping
from typing import Any

from reporting.markdown import table
from seeds import Column, Seed
from training.core.dataset import Dataset
from training.core.fitting import AnyCandidate
from training.core.gate import Gated
from training.core.splits import Split
from training.task import TrainingTask
from training.tasks import task_of


def process_section(seed: Seed, task: TrainingTask) -> list[str]:
    """Title, row and what is predicted."""
    return [
        f"# {seed.process.title}",
        "",
        f"Process `{seed.process.name}`, one row {task.card.row(seed)}. Predicted: {task.card.heading(seed)}.",
        "",
    ]


def data_section(data: Dataset, size: str, *use: str) -> list[str]:
    """Return the section on data: number of rows and lines on their use."""
    facts = data.facts
    lines = [
        size,
        f"rejected by the contract: {facts['rejected_rows']} rows (listed in `rejected.csv`); "
        f"without a label: {facts['unlabelled_rows']}",
        f"table `{facts['data_digest']}`, seed `{data.seed.digest}`",
        *use,
    ]
    lines += [f"warning: {_escaped(caution)}" for caution in data.cautions]
    section = ["## Data", "", *(f"- {line}" for line in lines), ""]
    if data.lacks:
        section += ["What this table lacks:", "", *(f"- {_escaped(lack)}" for lack in data.lacks), ""]
    return section


def _escaped(line: str) -> str:
    """A line that quotes a plant's file, without a mark of Markdown or HTML in it."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", line)


def inputs_section(chosen: AnyCandidate, seed: Seed) -> list[str]:
    """Return the section on inputs, with the range of each in the training rows."""
    rows = [
        [f"`{c.name}`", c.unit or "text", c.role, *_learnt(c, low, high), c.description]
        for c, (low, high) in zip(seed.inputs, chosen.model.ranges, strict=True)
    ]
    return ["## Inputs", "", *table(["input", "unit", "role", "training minimum", "maximum", "description"], rows)]


def _learnt(column: Column, low: float, high: float) -> tuple[str, str]:
    """Return the range of an input in the training rows; of a text category its texts."""
    return (f"{low:.5g}", f"{high:.5g}") if column.values is None else (", ".join(column.values), "-")


def limits_section(data: Dataset, task: TrainingTask) -> list[str]:
    """Return the section on assumptions and excluded uses of the model."""
    seed = data.seed
    lines = [
        f"{seed.assumed} of the seed's {len(seed.sources)} stated sources are assumptions and {seed.practice} are what "
        "plants usually do; neither is a reference.",
        *task.card.limits,
    ]
    if data.truth is not None:
        lines.append(
            "The data are simulated. Figures show that the method recovers a known truth. They are neither evidence "
            "about a plant nor a claim about savings."
        )
    return ["## Assumed, and limits", "", *(f"- {line}" for line in lines), ""]


def parts_sections(chosen: AnyCandidate, data: Dataset, parts: Split) -> list[str]:
    """Return the sections on parts shared by the candidates, or the reason of their absence."""
    return [line for one in task_of(data.seed).parts for line in one.section(chosen.model, data, parts)]


def gate_section(gated: Gated) -> list[str]:
    """Return the section on the gate."""
    outcome = "Passed: it may be champion." if gated.passed else "Refused: it was not made champion."
    return ["## Gate before champion", "", outcome, "", *(f"- {line}" for line in gated.lines), ""]


def made_by(info: Mapping[str, Any]) -> str:
    """The code that a model comes from."""
    return f"Made by nonferrous {info['package_version']}, commit {info['git_commit'] or 'unknown'}."


def model_card(
    candidates: Mapping[str, AnyCandidate],
    chosen: AnyCandidate,
    data: Dataset,
    parts: Split,
    gated: Gated,
) -> str:
    """Card of the chosen candidate.

    Parameters
    ----------
    candidates : Mapping of str to Candidate
        All of the job, the baseline first.
    chosen : Candidate
        The one that is registered.
    data : Dataset
        Labelled rows.
    parts : Split
        Training and evaluation rows.
    gated : Gated
        What the gate says of the chosen one.

    Returns
    -------
    str
        Markdown, without a path of the machine that it was written on.
    """
    task = task_of(data.seed)
    lines = [
        *process_section(data.seed, task),
        *data_section(data, *task.card.rows_used(data, parts)),
        *task.card.sections(candidates, chosen, data, parts),
        *parts_sections(chosen, data, parts),
        *gate_section(gated),
        *inputs_section(chosen, data.seed),
        *limits_section(data, task),
        made_by(chosen.model.info),
    ]
    return "\n".join(lines) + "\n"
