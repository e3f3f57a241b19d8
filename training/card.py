"""The model card: what was learnt from what, how good it is, and what it must not be used for. Markdown."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from seeds import Seed
from training.dataset import Dataset
from training.evaluate import COVERAGE, cautions
from training.fitting import SELECTED_BY, Candidate
from training.splits import Split

SHOWN = ("test_rmse", "test_mae", "test_bias", "test_skill", "test_coverage_90", "test_width_90", "unseen_rmse")
SHOWN_WITH_TRUTH = ("test_truth_rmse", "unseen_truth_rmse")


def _row(cells: Iterable[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def _table(header: Sequence[str], rows: Iterable[Iterable[object]]) -> list[str]:
    return [_row(header), _row("-" for _ in header), *(_row(row) for row in rows), ""]


def figure(metrics: Mapping[str, float], name: str) -> str:
    """A metric as text, `-` where this job has none."""
    return f"{metrics[name]:.4g}" if name in metrics and np.isfinite(metrics[name]) else "-"


def _process(seed: Seed) -> list[str]:
    period = seed.process.period
    return [
        f"# {seed.process.title}",
        "",
        f"Process `{seed.process.name}`, one row a unit and period of {period.value:g} {period.unit}. "
        f"Predicted: {seed.target.meaning}, `{seed.target.name}` [{seed.target.unit}].",
        "",
    ]


def _data(data: Dataset, parts: Split) -> list[str]:
    facts = data.facts
    return [
        "## Data",
        "",
        f"- {facts['rows']} labelled rows of {facts['units']} units, {facts['periods']} periods from "
        f"{facts['first_period']} to {facts['last_period']}",
        f"- rejected by the contract: {facts['rejected_rows']} rows (listed in `rejected.csv`); "
        f"without a label: {facts['unlabelled_rows']}",
        f"- table `{facts['data_digest']}`, seed `{data.seed.digest}`",
        f"- learnt: periods before {parts.test_from:%Y-%m-%d}; of these the ones from {parts.calibrate_from:%Y-%m-%d}, "
        "each predicted by a model that knew only older ones, gave the intervals their width and chose the candidate",
        f"- judged: {len(parts.test)} rows from {parts.test_from:%Y-%m-%d} to {parts.last:%Y-%m-%d}, "
        f"and {len(parts.unseen_all)} rows of {len(parts.units)} held-out units ({len(parts.unseen)} in those periods)",
        "",
    ]


def _candidates(candidates: Mapping[str, Candidate], chosen: str, unit: str | None) -> list[str]:
    names = SHOWN + SHOWN_WITH_TRUTH
    known = [name for name in names if any(name in candidate.metrics for candidate in candidates.values())]
    rows = [
        [f"**{name}**" if name == chosen else name, *(figure(candidate.metrics, metric) for metric in known)]
        for name, candidate in candidates.items()
    ]
    return [
        "## Candidates",
        "",
        f"Errors and widths in {unit}; skill is the share of the first candidate's mean square error that is avoided. "
        f"Chosen: **{chosen}**, the lowest `{SELECTED_BY}`; the test rows had no say.",
        "",
        *_table(["candidate", *known], rows),
        *(f"- Beware of {chosen}: {caution}." for caution in cautions(candidates[chosen].metrics)),
        "",
    ]


def _noise(chosen: Candidate, data: Dataset) -> list[str]:
    stated = data.seed.targets[data.seed.target.name].label_noise
    lines = ["## Label noise", ""]
    if stated is not None:
        lines.append(f"- stated in the seed: {stated.value:g} {stated.unit} ({stated.source})")
    if "test_noise_floor" in chosen.metrics:
        lines.append(
            f"- measured against the simulated truth: {figure(chosen.metrics, 'test_noise_floor')} "
            f"{data.seed.target.unit}; a perfect model still has this RMSE against the label"
        )
    return [*lines, *([] if len(lines) > 2 else ["- unknown"]), ""]


def _intervals(chosen: Candidate) -> list[str]:
    m = chosen.metrics
    return [
        "## Intervals",
        "",
        f"Conformal, from {len(chosen.model.conformal.scores)} residuals of models that knew only what is older than "
        f"the row; the one that serves then learnt those rows too. Measured coverage of the {COVERAGE:.0%} interval: "
        f"{figure(m, 'test_coverage_90')} on future periods, {figure(m, 'unseen_coverage_90')} on held-out units in "
        f"them, {figure(m, 'unseen_all_coverage_90')} on held-out units in all periods.",
        "",
    ]


def _inputs(chosen: Candidate, seed: Seed) -> list[str]:
    rows = [
        [f"`{c.name}`", c.unit, c.role, f"{low:.5g}", f"{high:.5g}", c.meaning]
        for c, (low, high) in zip(seed.inputs, chosen.model.ranges, strict=True)
    ]
    return ["## Inputs", "", *_table(["input", "unit", "role", "lowest learnt", "highest learnt", "meaning"], rows)]


def _limits(data: Dataset) -> list[str]:
    seed = data.seed
    lines = [
        f"- {seed.assumed} of the seed's {len(seed.sources)} stated sources are assumptions, not references.",
        "- The model predicts; it does not say what a set-point does. History is confounded by the operators' rules.",
        "- Outside the learnt ranges an answer is flagged, not refused.",
        "- After a change of plant, raw material or instrument the intervals hold only once such periods are learnt.",
    ]
    if data.truth is not None:
        lines.append(
            "- The data are simulated. Figures show that the method recovers a known truth. They are neither evidence "
            "about a plant nor a claim about savings."
        )
    return ["## Assumed, and limits", "", *lines, ""]


def model_card(candidates: Mapping[str, Candidate], chosen: Candidate, data: Dataset, parts: Split) -> str:
    """Card of the chosen candidate.

    Parameters
    ----------
    candidates : Mapping of str to Candidate
        All of the job, the bar to beat first.
    chosen : Candidate
        The one that is registered.
    data : Dataset
        Labelled rows.
    parts : Split
        Which rows learnt and which judge.

    Returns
    -------
    str
        Markdown, without a path of the machine that it was written on.
    """
    code = f"nonferrous {chosen.model.info['package_version']}, commit {chosen.model.info['git_commit'] or 'unknown'}"
    lines = [
        *_process(data.seed),
        *_data(data, parts),
        *_candidates(candidates, chosen.name, data.seed.target.unit),
        *_noise(chosen, data),
        *_intervals(chosen),
        *_inputs(chosen, data.seed),
        *_limits(data),
        f"Made by {code}.",
    ]
    return "\n".join(lines) + "\n"
