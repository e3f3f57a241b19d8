"""Trial of a grader's decisions on a new simulated plant, by assays and by simulated truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table

from models.interfaces.answers import COVERAGE
from models.quality.assessment import Assessment
from models.quality.by_pattern import assessed_by_pattern, contents_by_pattern
from models.quality.model import QualityModel
from models.table.inputs import matrix
from models.uncertainty.guarantees import lots_needed, shown_after
from physics.arrays import BoolArray, FloatArray
from registry.loading.agreement import check_names
from seeds import Seed
from training.core.dataset import Dataset
from training.quality.evaluate import measured
from training.quality.fit import lots_of
from training.quality.follow import carried

FIRST_ASSAYS = 50
YEAR = timedelta(days=365.25)
DECISIONS = {"released": "released", "downgraded": "downgraded", "assayed_share": "to the laboratory"}
STYLES = {"cost": "bold"}
COSTS = {
    "cost_assay_all": "every lot to the laboratory",
    "cost_assay_none": "every lot released in the intended grade",
    "cost": "as decided",
}


@dataclass(frozen=True)
class QualityTrial:
    """Results of a champion on another simulated plant.

    Attributes
    ----------
    process : str
        Name of the process.
    version : int or None
        The champion's; None where the model is not a registered one.
    lots : int
        Size of the trial.
    metrics : Mapping of str to float
        As `training.quality.evaluate.measured` gives them; costs are against an oracle that knows every assay. And of
        the joint intervals, on lots that came before the first FIRST_ASSAYS assays of the plant were known (`before_`)
        and on those after (`after_`): `lots`, `coverage_90` of the fixed ones, `adaptive_coverage_90`.
    shown_after : int or None
        After how many lots that would be released their assays show here what was promised elsewhere; None: not by
        the lots of the trial.
    alpha, confidence : float
        Highest share of released lots that was promised to break their grade, and how sure that was.
    """

    process: str
    version: int | None
    lots: int
    metrics: Mapping[str, float]
    shown_after: int | None
    alpha: float
    confidence: float


def plant_size(seed: Seed, lots: int) -> dict[str, float]:
    """A plant of the seed's units over so many years that there are at least so many lots."""
    assert seed.plant is not None
    period = seed.period
    return {"years": lots / seed.plant.units * period / YEAR + period / YEAR}


def outcome(model: QualityModel, data: Dataset, plant: object = None, version: int | None = None) -> QualityTrial:
    """Grade all lots of a simulated plant and continue to their assays.

    Raises
    ------
    RegistryError
        The model was trained with a seed of other elements, defects or grades.
    InputError
        The plant lacks inputs of the model.
    """
    rules = data.seed.quality_rules
    check_names(model.seed, data.seed)
    X = matrix(data.table, model.seed)
    raw = model.raw(X)
    alpha, confidence = rules.alpha.value, rules.confidence.value
    assessed = assessed_by_pattern(model, X, raw)
    intervals = contents_by_pattern(model, X, assessed.logs, COVERAGE, is_fixed=True)
    metrics = measured(model, data.seed, raw, lots_of(data), data.true_contents, assessed, intervals)
    metrics |= _followed(model, data, raw)
    shown = shown_after(_broken(data, assessed), alpha, confidence)
    return QualityTrial(data.seed.process.name, version, len(data.X), metrics, shown, alpha, confidence)


def _followed(model: QualityModel, data: Dataset, raw: FloatArray) -> dict[str, float]:
    """Coverage of the joint intervals before and after the first assays of the plant are known."""
    logs = raw[:, : len(data.seed.elements)]
    half, known = carried(model, data, logs)
    needed, fixed = model.scatter.needed(data.contents, logs), model.scatter.joint.half_width(COVERAGE)
    metrics: dict[str, float] = {}
    for when, lots in (("before", known < FIRST_ASSAYS), ("after", known >= FIRST_ASSAYS)):
        metrics |= {f"{when}_lots": float(lots.sum())}
        if lots.any():
            metrics |= {
                f"{when}_coverage_90": float(np.mean(needed[lots] <= fixed)),
                f"{when}_adaptive_coverage_90": float(np.mean(needed[lots] <= half[lots])),
            }
    return metrics


def _broken(data: Dataset, assessed: Assessment) -> BoolArray:
    """Return whether released lots break their grade by assay, in order of time."""
    within_grade, grade = lots_of(data).kept, assessed.decided.grade
    order = np.argsort(data.periods.to_numpy(), kind="stable")
    released = (grade >= 0) & (grade < within_grade.shape[1] - 1) & ~np.isnan(within_grade).any(axis=1)
    rows = order[released[order]]
    return np.asarray(within_grade[rows, grade[rows]] == 0)


def tables(trial: QualityTrial) -> Iterator[RenderableType]:
    """Decisions, what they cost, and whether the promise held, for the terminal."""
    m = trial.metrics
    yield f"{trial.process}: version {trial.version} on {trial.lots} lots of a plant with other parameters"
    table = Table("decision", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("lots", justify="right")
    for name, label in DECISIONS.items():
        table.add_row(label, f"{m[name]:.1%}")
    yield table
    table = Table("cost against an oracle that knows every assay", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("$/t", justify="right")
    for name, label in COSTS.items():
        table.add_row(label, f"{m[name]:.2f}", style=STYLES.get(name))
    yield table
    yield _joint(m)
    broken = "no lot was released without an assay"
    if m["released_unassayed"]:
        broken = (
            f"{m['false_release']:.2%} of {m['released_unassayed']:.0f} released lots break their grade by their assay "
            f"({m['truth_false_release']:.2%} in truth); at most {100 * trial.alpha:.3g}% was promised for the plant "
            "that it was trained on"
        )
    yield f"{broken}. {_promise(trial)}\nA simulation at the seed's costs: no claim about a plant."


def _joint(metrics: Mapping[str, float]) -> Table:
    """Coverage of fixed and adaptive joint intervals before and after the first assays."""
    table = Table(f"lots covered by joint {COVERAGE:.0%} intervals", box=SIMPLE_HEAD, pad_edge=False)
    for head in ("lots", "fixed", "adaptive"):
        table.add_column(head, justify="right")
    for when, words in (("before", "before {} assays are known"), ("after", "from then on")):
        if metrics[f"{when}_lots"]:
            covered = (f"{metrics[f'{when}_{kind}coverage_90']:.1%}" for kind in ("", "adaptive_"))
            table.add_row(words.format(FIRST_ASSAYS), f"{metrics[f'{when}_lots']:.0f}", *covered)
    return table


def _promise(trial: QualityTrial) -> str:
    """Return the result of the release guarantee on this plant."""
    withdrawn = "That promise is withdrawn here: it was made for another plant"
    if trial.shown_after is None:
        needed = lots_needed(trial.alpha, (1.0 + trial.confidence) / 2)
        return f"{withdrawn}, and assays of lots of this one do not show it (at least {needed} to be released needed)."
    return f"{withdrawn}, until assays of {trial.shown_after} lots to be released show it for this one, as they do."
