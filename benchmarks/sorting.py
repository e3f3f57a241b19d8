"""Champions of the sorting processes on 2,000 lots of new plants.

    python benchmarks/sorting.py                 # all of them
    python benchmarks/sorting.py heavy_scrap     # one; the figures of the others stay as they are

A champion is trained on each simulated default plant and sorts another one (another random seed), with ejection. It is
compared with the same candidate whose classifier is trained on ten times as many lots. Figures are stored in
docs/results/sorting.json with the digests of the seed and the training table; the table of docs/results/sorting.md is
made from it.
"""

import json
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

from sklearn.base import clone

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest, table_digest
from models.sorting.model import SortingModel
from models.tasks import build
from registry.settings import StoreSettings
from seeds import Seed, load, names
from synthetic_data import simulate
from training.core.dataset import read
from training.core.fitting import with_few_threads
from training.core.splits import split
from training.jobs.train import train
from training.jobs.trial import SimulatedPlant, unseen
from training.sorting.trial import outcome

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "sorting.json", ROOT / "docs" / "results" / "sorting.md"
NAME = "trials"
LOTS, TIMES = 2000, 10
OVER = ("over_limit", "over_by_laboratory")
HEADS = (
    "process",
    "correct class",
    "value [$/t]",
    "share of oracle value",
    "share of value with ten times the data",
    "lots over a limit, as landed",
    "by laboratory, as decided",
    "guarantee shown after",
)


def ten_times(model: SortingModel, folder: Path) -> SortingModel:
    """The model with a classifier trained on ten times as many lots of the same plant's years."""
    seed = model.seed
    assert seed.plant is not None
    simulate(seed, folder, units=TIMES * seed.plant.units)
    data = read(folder, seed)
    rows = split(data).learnt
    estimator = with_few_threads(build(seed)[model.candidate], len(model.examples))  # one thread, whatever else runs
    return replace(model, estimator=clone(estimator).fit(data.X[rows], data.y[rows]))


def measured(seed: Seed, folder: Path) -> dict[str, object]:
    """Figures of a sorting process."""
    assert seed.plant is not None
    simulate(seed, folder / "plant")
    training = train(seed, folder / "plant", StoreSettings(home=folder / "home")).learnt
    model = training.best.model
    rng_seed = seed.plant.rng_seed + 2
    data = unseen(seed, LOTS, rng_seed)
    plant = SimulatedPlant(rng_seed)
    ours = outcome(model, data, plant)
    more = outcome(ten_times(model, folder / "ten_times"), data, plant)
    return {
        "seed_digest": seed_digest(seed),
        "data_digest": training.data.digest,
        "table_digest": table_digest(training.data.checked),
        "candidate": model.candidate,
        "risk_price": model.risk_price,
        "trial": asdict(ours),
        "ten_times": asdict(more),
    }


def row(process: str, result: dict[str, dict[str, float]]) -> str:
    """A process's line of the table."""
    ours, more = result["trial"], result["ten_times"]
    cells = (
        process,
        f"{ours['accuracy']:.1%}",
        f"{ours['value']:.0f} of {ours['oracle']:.0f}",
        f"{ours['value_share']:.1%} ({ours['value_share_low']:.1%} to {ours['value_share_high']:.1%})",
        f"{ours['value'] / more['value']:.1%}",
        *(_over(ours.get(name), ours["lots"]) for name in OVER),
        _shown(ours),
    )
    return f"| {' | '.join(cells)} |"


def _over(over: float | None, lots: float) -> str:
    """Lots over a limit; nothing where no bin has one."""
    return "-" if over is None else f"{over} of {lots} ({over / lots:.1%})"


def _shown(trial: dict[str, float]) -> str:
    """After how many lots the promise is shown here; nothing where none was made."""
    if trial.get("over_by_laboratory") is None:
        return "-"
    return "not shown" if trial["shown_after"] is None else f"{trial['shown_after']} lots"


def with_table(text: str, results: dict[str, dict[str, dict[str, float]]]) -> str:
    """Text with the table between its markers replaced."""
    lines = [f"| {' | '.join(HEADS)} |", "|---|" + "---:|" * (len(HEADS) - 1)]
    lines += [row(process, result) for process, result in results.items()]
    return filled(text, NAME, lines)


def main(arguments: list[str]) -> None:
    """Measure and write."""
    sorting = [process for process in names() if load(process).classes and load(process).plant is not None]
    for process in arguments or sorting:
        print(process, flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            _keep(process, measured(load(process), Path(scratch)))


def _keep(process: str, figures: dict[str, object]) -> None:
    """Store the figures of a process together with those of others."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results[process] = figures
    RESULTS.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
