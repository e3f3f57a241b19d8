"""Use of a sorter's guarantee on lots: lots over a limit on its own plant, and the cost of limits.

    python benchmarks/guarantees.py                # the final plants of every process
    python benchmarks/guarantees.py heavy_scrap    # of one; the figures of the others stay as they are
    python benchmarks/guarantees.py --development  # the plants that the rule was chosen on; prints, writes nothing

Of each plant 2,400 lots are simulated. Every sixth is in the training table of a sorter, split as any table. The others
are sorted by the sorter of their own plant and by that of the plant before it in the list, without a guarantee. The
guarantee is of laboratory results, for each plant, so the laboratory decides which lots are over a limit; the simulated
truth is shown next to it. Figures are stored in docs/results/promises.json as soon as those of a process are known; the
table of docs/results/sorting.md is made from it.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest, table_digest
from models.sorting.model import SortingModel
from models.sorting.values import value_matrix
from models.table.contract import Checked, check
from models.tasks import build
from physics.arrays import BoolArray
from reporting.markdown import span, table
from seeds import Seed, load, names
from synthetic_data import another_plant, replay
from training.core.dataset import Dataset, dataset_of
from training.core.fitting import fit, model_of, with_few_threads
from training.core.splits import Split, split
from training.jobs.trial import SimulatedPlant
from training.sorting.evaluate import AnalysedPieces, Decided, lots_over_limit, rest_of, value_metrics
from training.sorting.fit import pieces_of, sort_lots
from training.sorting.trial import true_pieces
from training.tasks import task_of

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "promises.json", ROOT / "docs" / "results" / "sorting.md"
NAME = "guarantees"
# Random seeds of plants. The rule was chosen on the default plants and the first; the others judged it once.
DEVELOPMENT, FINAL = (101, 102, 103), (301, 302, 303, 304, 305, 306)
LOTS, EVERY = 2400, 6
GROUP = 20  # neighbouring lots: more of them would be over a limit together if lots were not independent
CANDIDATE = "lightgbm_physics"  # the champion of every default plant that sorts
HEADS = (
    *("process", "calibration lots", "of them over a limit", "holdout lots over a limit, by laboratory"),
    *("simulated truth", "later lots", "with the sorter of another plant", "value to that without limits"),
)


class Plant:
    """A plant, its training table, and its holdout lots."""

    def __init__(self, seed: Seed, rng_seed: int) -> None:
        self.seed = another_plant(seed, rng_seed)
        self.rng_seed = rng_seed
        made = replay(self.seed, units=LOTS)
        checked = check(made.table, self.seed)
        number = {name: i for i, name in enumerate(sorted(checked.table[self._lot].unique()))}
        training = (checked.table[self._lot].map(number) % EVERY == 0).to_numpy()
        self.table, self.held_out = (
            dataset_of(_some(checked, rows), self.seed, made.truth) for rows in (training, ~training)
        )
        self.split: Split = split(self.table)

    @property
    def _lot(self) -> str:
        assert self.seed.key is not None
        return self.seed.key.name

    def sorter(self) -> SortingModel:
        """The candidate fitted to the plant's table as a training job fits it."""
        data, parts = self.table, self.split
        estimator = with_few_threads(build(self.seed)[CANDIDATE], len(data.labels))
        learner = task_of(self.seed).learner
        model: SortingModel = model_of(fit(learner, estimator, data, parts), learner, CANDIDATE, data, parts, {})[0]
        return model

    def lots(self, part: str) -> BoolArray:
        """Rows of the held-out lots of a part."""
        when = self.held_out.periods
        if part == "later":
            return np.asarray(when >= self.split.test_from)
        return np.asarray((when >= self.split.calibrate_from) & (when < self.split.test_from))


def _some(checked: Checked, rows: BoolArray) -> Checked:
    return replace(checked, table=checked.table[rows].reset_index(drop=True))


def measured(model: SortingModel, plant: Plant, part: str) -> dict[str, float]:
    """Figures of a sorter on the held-out lots of a plant."""
    rows, data = plant.lots(part), plant.held_out
    pieces = pieces_of(data)[rows]
    decided = sort_lots(model, data.X[rows], pieces, data.seed)
    over = lots_over_limit(data.seed, decided, pieces)
    truth: AnalysedPieces = true_pieces(data, SimulatedPlant(plant.rng_seed))[rows]
    return {
        "lots": len(over),
        "over": int(over.sum()),
        "over_in_groups": np.add.reduceat(over.astype(np.intp), np.arange(0, len(over), GROUP)).tolist(),
        "truly_over": int(lots_over_limit(data.seed, decided, truth).sum()),
        "value": _value(data, decided, pieces),
        "without_limits": _value(data, replace(decided, bin=decided.wanted), pieces),
    }


def _value(data: Dataset, decided: Decided, pieces: AnalysedPieces) -> float:
    return value_metrics(value_matrix(data.seed), rest_of(data.seed), decided, pieces)["value"]


def figures(seed: Seed, rng_seeds: Sequence[int]) -> dict[str, Any]:
    """Figures of a process, plant by plant."""
    plants: list[dict[str, Any]] = []
    before = first = None
    for rng_seed in rng_seeds:
        plant = Plant(seed, rng_seed)
        model = plant.sorter()
        own = {part: measured(model, plant, part) for part in ("same_time", "later")}
        calibration = len(set(plant.table.units[np.concatenate(plant.split.calibrate)]))
        digest = table_digest(plant.table.checked)
        plants.append(
            {"rng_seed": rng_seed, "table_digest": digest, "calibration_lots": calibration}
            | {"risk_price": str(model.risk_price), "calibration": _calibration(model), **own}
        )
        if before is not None:
            plants[-1]["other"] = measured(before, plant, "same_time")
        first, before = first or plant, model
        print(rng_seed, json.dumps(plants[-1]), flush=True)
    assert before is not None
    assert first is not None
    plants[0]["other"] = measured(before, first, "same_time")
    return {"seed_digest": seed_digest(seed), "candidate": CANDIDATE, "plants": plants}


def _calibration(model: SortingModel) -> dict[str, Any] | None:
    return None if model.calibration is None else asdict(model.calibration)


def row(process: str, result: Mapping[str, Any]) -> tuple[str, ...]:
    """Row of a process: ranges over its plants, each of which the guarantee applies to by itself."""
    plants = result["plants"]
    parts = {"same_time": "over", "later": "over", "other": "over"}
    shares = {part: span((_share(one[part], name) for one in plants), ".1%") for part, name in parts.items()}
    return (
        process,
        span((one["calibration"]["lots"] for one in plants), "d"),
        span((one["calibration"]["over"] for one in plants), "d"),
        shares["same_time"],
        span((_share(one["same_time"], "truly_over") for one in plants), ".1%"),
        shares["later"],
        shares["other"],
        span((one["same_time"]["value"] / one["same_time"]["without_limits"] for one in plants), ".0%"),
    )


def _share(part: Mapping[str, float], name: str) -> float:
    return part[name] / part["lots"]


def with_table(text: str, results: Mapping[str, Any]) -> str:
    """Text with the table between its markers replaced."""
    lines = table(HEADS, (row(process, results[process]) for process in sorted(results)))
    return filled(text, NAME, lines)


def main(arguments: list[str]) -> None:
    """Measure, and write what the final plants say."""
    development = "--development" in arguments
    sorting = [name for name in names() if (seed := load(name)).bins and seed.plant is not None]
    for process in [one for one in arguments if not one.startswith("--")] or sorting:
        print(process, flush=True)
        result = figures(load(process), DEVELOPMENT if development else FINAL)
        print(" | ".join(row(process, result)), flush=True)
        if not development:
            _keep(process, result)


def _keep(process: str, figures_of_process: Mapping[str, Any]) -> None:
    """Store the figures of a process together with those of others."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    results[process] = figures_of_process
    RESULTS.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
