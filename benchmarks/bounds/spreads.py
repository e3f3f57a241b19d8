"""Cost of dispersion limits of a lot, compared with known classes and contents of all pieces.

    python -m benchmarks.bounds.spreads                      # every process that is named below
    python -m benchmarks.bounds.spreads retired_batteries    # one; the figures of the others stay as they are

On the first development plant of `benchmarks.guarantees` a sorter is fitted once and calibrated again for each limit in
the bins of LIMITED; then 900 holdout lots are sorted. For comparison, the same line with known class and contents of
every piece sorts a third of them, at the lowest risk price at which as many lots satisfy their limits as the seed
requires. Figures are stored in docs/results/spreads.json; the table of docs/results/sorting.md is made from it.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest, table_digest
from benchmarks.guarantees import CANDIDATE, DEVELOPMENT, Plant
from models.sorting.decision import GRAM
from models.sorting.decision import DecidedPieces as Known
from models.sorting.guarantee import broken, risk_price
from models.sorting.lot_ledger import fill
from models.sorting.lots import LotState, numbered
from models.sorting.model import SortingModel
from models.sorting.values import value_matrix
from models.tasks import build
from physics.arrays import FloatArray, IntArray
from seeds import Quantity, Seed, load
from training.core.fitting import Fitted, fit, model_of, with_few_threads
from training.jobs.trial import SimulatedPlant
from training.sorting.evaluate import (
    KG_PER_T,
    AnalysedPieces,
    Decided,
    economic_value,
    lots_over_limit,
    lots_over_sd_limit,
    sds_of_lots,
)
from training.sorting.fit import sort_lots
from training.sorting.trial import true_pieces
from training.tasks import task_of

ROOT = Path(__file__).parent.parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "spreads.json", ROOT / "docs" / "results" / "sorting.md"
NAME = "spreads"
# Contents whose spread bins are given a limit of, and the limits [the content's unit]; None: no limit.
LIMITED = {"retired_batteries": {"second_life_lfp": "fade", "second_life_nmc": "fade"}}
LIMITS: dict[str, tuple[float | None, ...]] = {"retired_batteries": (3.0, 5.0, 6.0, 8.0, 10.0, 12.0, None)}
HEADS = (
    "process",
    "SD limit",
    "share of feed in limited bins",
    "lots over a limit, by laboratory",
    "over the SD limit, simulated truth",
    "SD of median lot, simulated truth",
    "value [$/t]",
    "value with known pieces [$/t]",
)


def with_limit(seed: Seed, limit: float | None) -> Seed:
    """Seed with this limit of the standard deviation in the bins of LIMITED; None: with none in any bin."""
    bins = []
    for one in seed.bins:
        name = LIMITED[seed.process.name].get(one.name)
        own = {}
        if limit is not None and name is not None:
            own[name] = Quantity(value=limit, unit=str(seed.column(name).unit), source="assumed: a buyer's limit")
        bins.append(one.model_copy(update={"sd_limits": own}))
    made = seed.model_copy(update={"bins": bins})
    made.__dict__.pop("sd_limit_shares", None)  # a copy keeps what was computed of the original
    return made


def known(model: SortingModel, pieces: AnalysedPieces) -> tuple[float, float]:
    """Share of lots over a limit and value of the line with known classes and contents [1, $/t]."""
    line, values, seed = model.line, value_matrix(model.seed), model.seed
    names, _, lots = numbered(pieces.lots)
    true = Known(
        value=values[:, pieces.classes].T,
        aside=pieces.classes == seed.classes.index(seed.sorting_rules.other_class),
        mass=GRAM * pieces.mass,
        content=pieces.contents / line.whole,
        variance=np.zeros_like(pieces.contents),
    )
    price, _ = risk_price(seed, line, true, lots, pieces.contents)
    n_lots, mass, price = len(names), np.bincount(lots, true.mass), 0.0 if np.isnan(price) else price
    bins = fill(line, line.queue(true, lots), [LotState.empty(seed)] * n_lots, price, mass)[0]
    over = broken(line, bins, lots, n_lots, true.mass, pieces.contents)
    return float(over.mean()), _value(values, bins, pieces)


def _value(values: FloatArray, bins: IntArray, pieces: AnalysedPieces) -> float:
    return KG_PER_T * float(np.average(economic_value(values, bins, pieces), weights=pieces.mass))


def at_limit(plant: Plant, fitted: Fitted, limit: float | None, numbers: list[int]) -> dict[str, Any]:
    """Figures of a plant at a limit; `numbers` are those of the bins that the seed gives one."""
    seed = with_limit(plant.seed, limit)
    training, held_out = replace(plant.table, seed=seed), replace(plant.held_out, seed=seed)
    model: SortingModel = model_of(fitted, task_of(seed).learner, CANDIDATE, training, plant.split, {})[0]
    rows = plant.lots("same_time")
    truth = true_pieces(held_out, SimulatedPlant(plant.rng_seed))[rows]
    by_laboratory = replace(truth, contents=held_out.contents[rows])
    decided: Decided = sort_lots(model, held_out.X[rows], truth, seed)
    # Spreads of bins by truth, also where nothing limits them.
    sds = sds_of_lots(seed, decided, truth)
    limited = LIMITED[seed.process.name]
    elements = [seed.elements.index(seed.column(limited[seed.bins[b].name])) for b in numbers]
    sample = np.isin(truth.lots, np.unique(truth.lots)[::3])
    over, value = known(model, truth[sample])
    return {
        "limit": limit,
        "risk_price": str(model.risk_price),
        "own": None if model.spread is None else model.spread.own[numbers].tolist(),
        "lots": len(set(truth.lots)),
        "over": float(lots_over_limit(seed, decided, by_laboratory).mean()),
        "truly_over": float(lots_over_limit(seed, decided, truth).mean()),
        "truly_over_sd": float(lots_over_sd_limit(seed, decided, truth).mean()),
        "sold": float(np.average(np.isin(decided.bin, numbers), weights=truth.mass)),
        "median_sd": _median(np.concatenate([sds[:, b, e] for b, e in zip(numbers, elements, strict=True)])),
        "value": _value(value_matrix(seed), decided.bin, truth),
        "known_over": over,
        "known_value": value,
    }


def _median(values: FloatArray) -> float | None:
    """Median of what is known; None where nothing is."""
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else None


def figures(seed: Seed, limits: tuple[float | None, ...]) -> dict[str, Any]:
    """Figures of a process, limit by limit."""
    numbers = [b for b, one in enumerate(seed.bins) if one.name in LIMITED[seed.process.name]]
    plant = Plant(seed, DEVELOPMENT[0])
    estimator = with_few_threads(build(plant.seed)[CANDIDATE], len(plant.table.labels))
    fitted, results = fit(task_of(plant.seed).learner, estimator, plant.table, plant.split), []
    for limit in limits:
        results.append(at_limit(plant, fitted, limit, numbers))
        print(json.dumps(results[-1]), flush=True)
    digests = {"seed_digest": free_digest(seed), "table_digest": table_digest(plant.table.checked)}
    return {**digests, "rng_seed": plant.rng_seed, "candidate": CANDIDATE, "limits": results}


def free_digest(seed: Seed) -> str:
    """Digest of a seed without its dispersion limits, on which the cost of others does not depend."""
    return seed_digest(with_limit(seed, None))


def rows(process: str, result: Mapping[str, Any]) -> list[str]:
    """Lines of the table."""
    lines = []
    for one in result["limits"]:
        is_free = one["limit"] is None
        cells = (
            process,
            "no limit" if is_free else f"{one['limit']:g} %",
            f"{one['sold']:.1%}",
            f"{one['over']:.1%}",
            "-" if is_free else f"{one['truly_over_sd']:.1%}",
            "-" if one["median_sd"] is None else f"{one['median_sd']:.1f} %",
            f"{one['value']:.0f}",
            f"{one['known_value']:.0f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def with_table(text: str, results: Mapping[str, Any]) -> str:
    """Text with the table between its markers replaced."""
    lines = [f"| {' | '.join(HEADS)} |", "|---|" + "---:|" * (len(HEADS) - 1)]
    lines += [line for process in sorted(results) for line in rows(process, results[process])]
    return filled(text, NAME, lines)


def main(arguments: list[str]) -> None:
    """Measure and write."""
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for process in arguments or LIMITS:
        print(process, flush=True)
        results[process] = figures(load(process), LIMITS[process])
    RESULTS.write_text(json.dumps(dict(sorted(results.items())), indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
