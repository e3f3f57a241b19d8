"""Graders of lots on plants with other parameters, over 20,000 lots that no model has learnt; the figures go to docs.

    python benchmarks/quality.py                     # all of them
    python benchmarks/quality.py copper_cathode      # one; the figures of the others stay as they are

Plants of each kind are drawn by the spread of the seed's parameters. On each, the default plant's champion is learnt
anew from the plant's own lots, as a plant would do it, and measured on its newest lots, held-out units included. The
default plant's champion, carried there as it is, decides on the same lots. Figures are kept in
docs/results/quality.json with the digests of seed and table that the champion learnt from; the tables of
docs/tasks/quality.md are made from it.
"""

import json
import math
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.digests import table_digest
from models.quality.model import QualityModel
from models.quality.outcomes import Lots
from models.tasks import build
from registry.settings import Settings
from seeds import Seed, load, names
from synthetic_data import another_plant, simulate
from training import quality
from training.dataset import Dataset, read
from training.fitting import fit_model, with_few_threads
from training.job import train
from training.quality.evaluate import measured
from training.quality.fit import lots_of
from training.splits import TEST_SHARE, Split, split

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "quality.json", ROOT / "docs" / "tasks" / "quality.md"
BEGIN, END = "<!-- {} -->", "<!-- end of {} -->"
LOTS, PLANTS, FIRST = 20_000, 8, 101
COSTS = ("cost", "cost_assay_all", "cost_assay_none")
KEPT = (
    *COSTS,
    "released",
    "downgraded",
    "assayed",
    "let_go",
    "false_release",
    "truth_false_release",
    "coverage_90",
    "broken",
)


def size(seed: Seed) -> int:
    """Units of a plant whose newest lots are enough for its share of LOTS."""
    assert seed.plant is not None
    periods = seed.plant.years * 365.25 / (seed.period.total_seconds() / 86400)
    return max(seed.plant.units, math.ceil(1.02 * LOTS / PLANTS / TEST_SHARE / periods))


def evaluated(model: QualityModel, data: Dataset, parts: Split) -> dict[str, float]:
    """Metrics of a model on the newest lots of a plant, those of held-out units included."""
    rows = np.concatenate([parts.test, parts.unseen])
    assert data.true_contents is not None
    lots: Lots = lots_of(data)[rows]
    found = measured(model, data.seed, model.estimator.predict(data.X[rows]), lots, data.true_contents[rows])
    return {name: found[name] for name in KEPT} | {"lots": float(len(rows))}


def pooled(found: list[dict[str, float]]) -> dict[str, float]:
    """Figures of some plants together, weighted by lots; false release by released lots."""
    lots = np.array([one["lots"] for one in found])
    released = np.array([one["let_go"] for one in found])
    total = {"lots": float(lots.sum()), "let_go": float(released.sum())}
    for name in KEPT:
        if name != "let_go":
            weight = released if name.endswith("false_release") else lots
            total[name] = float(np.nansum(weight * [one[name] for one in found]) / max(1.0, weight.sum()))
    return total


def on_plants(seed: Seed, folder: Path) -> dict[str, object]:
    """Figures of models learnt on each plant, and of the default plant's champion carried there."""
    simulate(seed, folder / "plant")
    learnt = train(seed, folder / "plant", Settings(home=folder / "home")).learnt
    champion = learnt.best.model
    assert isinstance(champion, QualityModel)
    own, carried = [], []
    for number in range(FIRST, FIRST + PLANTS):
        other = another_plant(seed, number)
        path = simulate(other, folder / str(number), units=size(seed))
        data = read(path, other)
        parts = split(data.table, other)
        estimator = with_few_threads(build(other)[champion.candidate], 0)
        model, _ = fit_model(quality, champion.candidate, estimator, data, parts, {})
        own.append(evaluated(model, data, parts))
        carried.append(evaluated(champion, data, parts))
        print(other.process.name, number, {name: round(own[-1][name], 4) for name in KEPT}, flush=True)
    return {
        "seed_digest": seed.digest,
        "data_digest": learnt.data.digest,
        "table_digest": table_digest(learnt.data.checked),
        "candidate": champion.candidate,
        "plants": PLANTS,
        "alpha": seed.quality_rules.alpha.value,
        "confidence": seed.quality_rules.confidence.value,
        "own": pooled(own),
        "carried": pooled(carried),
        "by_plant": [{name: value for name, value in one.items() if math.isfinite(value)} for one in own],
    }


def rows(results: Mapping[str, Mapping[str, dict[str, float]]], whose: str) -> list[str]:
    """Lines of the table of models that were learnt on each plant (own) or carried there."""
    heads = "| process | lots | joint coverage of 90 % | released | to the laboratory | false release | in truth | "
    heads += "cost [$/t] | assay all | assay none |"
    lines = [f"{heads} plants that release |" if whose == "own" else heads]
    lines.append("|---|" + "---:|" * (lines[0].count("|") - 2))
    for process, result in results.items():
        m = result[whose]
        cells = (
            process,
            f"{m['lots']:.0f}",
            f"{m['coverage_90']:.1%}",
            f"{m['released']:.1%}",
            f"{m['assayed']:.1%}",
            f"{m['false_release']:.2%} of {m['let_go']:.0f}",
            f"{m['truth_false_release']:.2%}",
            *(f"{m[name]:.2f}" for name in COSTS),
        )
        if whose == "own":
            releasing = sum(one["let_go"] > 0 for one in result["by_plant"])
            cells = (*cells, f"{releasing} of {result['plants']}")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def with_tables(text: str, results: Mapping[str, Mapping[str, dict[str, float]]]) -> str:
    """Text with both tables between their markers replaced."""
    for whose in ("own", "carried"):
        head, _, rest = text.partition(BEGIN.format(whose))
        _, _, tail = rest.partition(END.format(whose))
        table = "\n".join(rows(results, whose))
        text = f"{head}{BEGIN.format(whose)}\n{table}\n{END.format(whose)}{tail}"
    return text


def main(arguments: list[str]) -> None:
    """Measure and write."""
    results = json.loads(RESULTS.read_text(encoding="utf-8"))
    graded = [process for process in names() if load(process).quality is not None and load(process).plant is not None]
    for process in arguments or graded:
        with tempfile.TemporaryDirectory() as scratch:
            results[process] = on_plants(load(process), Path(scratch))
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
