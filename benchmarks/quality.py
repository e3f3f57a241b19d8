"""Graders of lots on plants with other parameters, over 20,000 lots not used for training.

    python benchmarks/quality.py                     # all of them
    python benchmarks/quality.py copper_cathode      # one; the figures of the others stay as they are
    python benchmarks/quality.py --development       # on development plants; prints, writes nothing

Plants of each kind are drawn by the spread of the seed's parameters. On each, the champion's candidate is trained on
the plant's own lots, as a plant would do it, and measured on its latest lots, holdout units included. The unchanged
champion of the default plant decides on the same lots. The plants of FINAL are not used in development. Figures are
stored in docs/results/quality.json with the digests of the seed and the training table; the tables of
docs/results/quality.md are made from it.
"""

import json
import math
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy.stats import beta

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest, table_digest
from models.quality.decision import decide
from models.quality.guarantee import THRESHOLDS
from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots, costs_of
from models.tasks import build
from physics.arrays import FloatArray
from registry.settings import StoreSettings
from seeds import Seed, load, names
from synthetic_data import another_plant, simulate
from training.core.dataset import Dataset, read
from training.core.fitting import fit, model_of, with_few_threads
from training.core.splits import TEST_SHARE, Split, split
from training.jobs.train import train
from training.quality.evaluate import measured
from training.quality.fit import QualityLearner, lots_of

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "quality.json", ROOT / "docs" / "results" / "quality.md"
DEVELOPMENT, FINAL = range(301, 307), range(501, 509)
LOTS, PLANTS = 20_000, len(FINAL)
COSTS = ("cost", "cost_assay_all", "cost_assay_none")
KEPT = (
    *COSTS,
    "released",
    "downgraded",
    "assayed_share",
    "released_unassayed",
    "false_release",
    "truth_false_release",
    "coverage_90",
    "grade_violation_rate",
    "unconstrained_cost",
    "unconstrained_assayed_share",
    "unconstrained_released_unassayed",
    "unconstrained_false_release",
)


def size(seed: Seed) -> int:
    """Units of a plant whose newest lots are enough for its share of LOTS."""
    assert seed.plant is not None
    periods = seed.plant.years * 365.25 / (seed.period.total_seconds() / 86400)
    return max(seed.plant.units, math.ceil(1.02 * LOTS / PLANTS / TEST_SHARE / periods))


def evaluated(model: QualityModel, data: Dataset, parts: Split) -> dict[str, float]:
    """Metrics of a model on the newest lots of a plant, those of held-out units included."""
    rows = np.concatenate([parts.test, parts.holdout])
    assert data.true_contents is not None
    lots: AssayedLots = lots_of(data)[rows]
    raw = model.estimator.predict(data.X[rows])
    metrics = measured(model, data.seed, raw, lots, data.true_contents[rows])
    best = min(hindsight(model, raw, lots))
    return {name: metrics[name] for name in KEPT} | {"lots": float(len(rows)), "hindsight_cost": best}


def hindsight(model: QualityModel, raw: FloatArray, lots: AssayedLots) -> Iterator[float]:
    """Cost of decisions with each threshold, by these lots' own assays [$/t]."""
    probabilities = model.scatter.chances(raw[:, : lots.reported.shape[1]], model.limits)
    for limit in THRESHOLDS:
        decided = decide(probabilities.keeps, probabilities.best, model.costs, limit)
        yield costs_of(decided, lots.kept, model.costs)["cost"]


def pooled(figures: list[dict[str, float]]) -> dict[str, float]:
    """Figures of some plants together, weighted by lots; false release by released lots."""
    lots = np.array([one["lots"] for one in figures])
    total = {"lots": float(lots.sum())}
    for name in (*KEPT, "hindsight_cost"):
        values = np.array([one[name] for one in figures])
        if name.endswith("released_unassayed"):
            total[name] = float(values.sum())
            continue
        before = "unconstrained_" if name.startswith("unconstrained") else ""
        weight = (
            np.array([one[f"{before}released_unassayed"] for one in figures])
            if name.endswith("false_release")
            else lots
        )
        total[name] = float(np.nansum(weight * values) / max(1.0, weight.sum()))
    return total


def on_plants(seed: Seed, folder: Path, plants: Sequence[int]) -> dict[str, object]:
    """Figures of models trained on each of some plants, and of the default plant's champion carried there."""
    simulate(seed, folder / "plant")
    training = train(seed, folder / "plant", StoreSettings(home=folder / "home")).learnt
    champion = training.best.model
    assert isinstance(champion, QualityModel)
    own, carried, learner = [], [], QualityLearner()
    for number in plants:
        other = another_plant(seed, number)
        path = simulate(other, folder / str(number), units=size(seed))
        data = read(path, other)
        parts = split(data)
        estimator = with_few_threads(build(other)[champion.candidate], 0)
        fitted = fit(learner, estimator, data, parts, lambda untuned, X, labels: untuned)
        model, _ = model_of(fitted, learner, champion.candidate, data, parts, {})
        own.append(evaluated(model, data, parts))
        carried.append(evaluated(champion, data, parts))
        print(other.process.name, number, {name: round(own[-1][name], 4) for name in KEPT}, flush=True)
    return {
        "seed_digest": seed_digest(seed),
        "data_digest": training.data.digest,
        "table_digest": table_digest(training.data.checked),
        "candidate": champion.candidate,
        "plants": len(plants),
        "alpha": seed.quality_rules.alpha.value,
        "confidence": seed.quality_rules.confidence.value,
        "own": pooled(own),
        "carried": pooled(carried),
        "by_plant": [{name: value for name, value in one.items() if math.isfinite(value)} for one in own],
    }


def rows(results: Mapping[str, Mapping[str, dict[str, float]]], whose: str) -> list[str]:
    """Lines of the table of models trained on each plant (own) or carried there."""
    heads = "| process | joint coverage of 90 % | released | to laboratory | false release | simulated truth | "
    heads += "cost [$/t] | assay all | assay none |"
    lines = [f"{heads} plants that release |" if whose == "own" else heads]
    lines.append("|---|" + "---:|" * (lines[0].count("|") - 2))
    for process, result in results.items():
        m = result[whose]
        cells = (
            process,
            f"{m['coverage_90']:.1%}",
            f"{m['released']:.1%}",
            f"{m['assayed_share']:.1%}",
            f"{m['false_release']:.2%}",
            f"{m['truth_false_release']:.2%}",
            *(f"{m[name]:.2f}" for name in COSTS),
        )
        if whose == "own":
            releasing = sum(one["released_unassayed"] > 0 for one in result["by_plant"])
            cells = (*cells, f"{releasing} of {result['plants']}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def share_of(bad: float, lots: float) -> str:
    """A share of lots with its exact 95 % interval (Clopper and Pearson), in percent."""
    bad, lots = round(bad), round(lots)
    low = beta.ppf(0.025, bad, lots - bad + 1) if bad else 0.0
    high = beta.ppf(0.975, bad + 1, lots - bad) if bad < lots else 1.0
    return f"{bad / lots:.2%} ({100 * low:.2f}-{100 * high:.2f})"


def guarantee(results: Mapping[str, Mapping[str, dict[str, float]]]) -> list[str]:
    """Lines of the table of decisions with the guarantee and by costs alone."""
    lines = [
        "| process | to laboratory | costs alone | false release | costs alone | cost [$/t] | costs alone "
        "| best threshold in hindsight |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for process, result in results.items():
        m = result["own"]
        decided = ("", "unconstrained_")
        lots = {before: m[f"{before}released_unassayed"] for before in decided}
        cells = (
            process,
            *(f"{m[f'{before}assayed_share']:.1%}" for before in decided),
            *(share_of(m[f"{before}false_release"] * lots[before], lots[before]) for before in decided),
            *(f"{m[f'{before}cost']:.2f}" for before in decided),
            f"{m['hindsight_cost']:.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def with_tables(text: str, results: Mapping[str, Mapping[str, dict[str, float]]]) -> str:
    """Text with the tables between their markers replaced."""
    tables = {"own": rows(results, "own"), "carried": rows(results, "carried"), "guarantee": guarantee(results)}
    for name, lines in tables.items():
        text = filled(text, name, lines)
    return text


def main(arguments: list[str]) -> None:
    """Measure and write."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    graded = [process for process in names() if load(process).quality is not None and load(process).plant is not None]
    develop = "--development" in arguments
    for process in [name for name in arguments if name != "--development"] or graded:
        with tempfile.TemporaryDirectory() as scratch:
            results[process] = on_plants(load(process), Path(scratch), DEVELOPMENT if develop else FINAL)
    if develop:
        print("\n".join([*rows(results, "own"), *guarantee(results)]))
        return
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
