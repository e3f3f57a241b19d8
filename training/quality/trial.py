"""What a grader's decisions bring on a plant that it has never seen, by its assays and by the truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table

from models.answers import COVERAGE
from models.quality.model import QualityModel
from models.table.inputs import matrix
from registry.agreement import check_names
from seeds import Seed
from training.dataset import Dataset
from training.quality.evaluate import measured
from training.quality.fit import lots_of

YEAR = timedelta(days=365.25)
DECISIONS = {"released": "released", "downgraded": "downgraded", "assayed": "to the laboratory"}
STYLES = {"cost": "bold"}
COSTS = {
    "cost_assay_all": "every lot to the laboratory",
    "cost_assay_none": "every lot released in the intended grade",
    "cost": "as decided",
}


@dataclass(frozen=True)
class QualityTrial:
    """What a champion achieved on another simulated plant.

    Attributes
    ----------
    process : str
        Name of the process.
    version : int or None
        The champion's; None where the model is not a registered one.
    lots : int
        Size of the trial.
    metrics : Mapping of str to float
        As `training.quality.evaluate.measured` gives them; costs are against an oracle that knows every assay.
    alpha, confidence : float
        Highest share of released lots that was promised to break their grade, and how sure that was.
    """

    process: str
    version: int | None
    lots: int
    metrics: Mapping[str, float]
    alpha: float
    confidence: float


def plant_size(seed: Seed, lots: int) -> dict[str, float]:
    """A plant of the seed's units over so many years that there are at least so many lots."""
    assert seed.plant is not None
    period = seed.period
    return {"years": lots / seed.plant.units * period / YEAR + period / YEAR}


def outcome(model: QualityModel, data: Dataset, plant: object = None, version: int | None = None) -> QualityTrial:
    """Let a model grade all lots of a simulated plant, and follow them to their assay.

    Raises
    ------
    RegistryError
        The model learnt with a seed of other elements, defects or grades.
    InputError
        The plant has no such inputs as the model learnt.
    """
    rules = data.seed.quality_rules
    check_names(model.seed, data.seed)
    raw = np.asarray(model.estimator.predict(matrix(data.table, model.seed)), dtype=np.float64)
    found = measured(model, data.seed, raw, lots_of(data), data.true_contents)
    return QualityTrial(data.seed.process.name, version, len(data.X), found, rules.alpha.value, rules.confidence.value)


def tables(found: QualityTrial) -> Iterator[RenderableType]:
    """Decisions, what they cost, and whether the promise held, for the terminal."""
    m = found.metrics
    yield f"{found.process}: version {found.version} on {found.lots} lots of a plant with other parameters"
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
    broken = "no lot was released without an assay"
    if m["let_go"]:
        broken = (
            f"{m['false_release']:.2%} of {m['let_go']:.0f} released lots break their grade by their assay "
            f"({m['truth_false_release']:.2%} in truth); at most {100 * found.alpha:.3g}% was promised for the plant "
            "that was learnt from"
        )
    yield (
        f"{broken}. Joint {COVERAGE:.0%} intervals hold {m['coverage_90']:.1%} of the lots.\n"
        "A simulation at the seed's costs: no claim about a plant."
    )
