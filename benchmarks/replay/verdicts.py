"""What verdicts are worth on plants never used: python -m benchmarks.replay.verdicts [PROCESS ...].

A champion learns a third of a plant's time. At some months after, a challenger learns as a retraining job would have it
learn, and the two are judged: by answers as they were trained, and by answers that follow outcomes as clients get them.
What clients would have got of either after that is held against the truth. Writes docs/results/verdicts.json and a
table in docs/loop.md.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.forged.following import CANDIDATE
from benchmarks.replay.__main__ import UNITS
from benchmarks.replay.page import DOCS, PAGE
from benchmarks.replay.promotions import WORSE
from models.answers import COVERAGE, rows_of
from models.regression.model import RegressionModel
from models.table.contract import Checked
from models.table.inputs import matrix
from models.tasks import build
from nonferrous.replay.plant import Plant, plant_of
from pages.markdown import table
from physics.arrays import IntArray
from seeds import load
from synthetic_data import another_plant, simulate
from training.dataset import Dataset, dataset_of, period_of, row_key
from training.facts import info_of
from training.fitting import Candidate, fit, model_of, with_few_threads
from training.regression.follow import followed_on
from training.regression.judge import judge, verdict
from training.retrain import JUDGE_SHARE
from training.splits import split
from training.tasks import task_of

PLANTS, MONTHS = (51, 52, 53, 54), (5, 8, 11, 14)  # months after the champion's training
LEAST_AFTER = pd.Timedelta(days=120)
RESULTS, NAME = DOCS / "results" / "verdicts.json", "verdicts"
RULES = {"trained": "answers as trained", "followed": "answers that follow outcomes"}
HEADS = ("process", "judged by", "verdicts", "promoted", "of these worse", "error after, of the one before")


def on_plants(process: str) -> dict[str, Any]:
    """Verdicts on a process's plants."""
    seed, found = load(process), list[dict[str, Any]]()
    for number in PLANTS:
        other = another_plant(seed, rng_seed=number)
        with tempfile.TemporaryDirectory() as folder:
            simulate(other, Path(folder), units=UNITS[process])
            plant = plant_of(other, Path(folder), None, None)
        found += [{"plant": number, **one} for one in on_plant(plant)]
    return {"seed_digest": seed_digest(seed), "units": UNITS[process], "verdicts": found}


def on_plant(plant: Plant) -> Iterator[dict[str, Any]]:
    """Verdicts of some months, with the errors of the answers of both after them over each other."""
    whole = _until(plant, None)
    champion = _learnt(_until(plant, plant.begin), None).model
    for months in MONTHS:
        now = plant.begin + months * pd.Timedelta(days=30)
        if now + LEAST_AFTER > whole.periods.max():
            return
        data = _until(plant, now)
        new = np.sort(data.periods[data.periods >= plant.begin].unique())
        start = pd.Timestamp(new[-max(1, round(JUDGE_SHARE * len(new)))])
        challenger, rows = _learnt(data, start), np.flatnonzero(data.periods >= start)
        X = matrix(data.table.iloc[rows], champion.seed)
        fixed = champion.fixed(X, COVERAGE), rows_of(challenger.answers, rows)
        beside = data.units[rows], data.periods[rows], data.seed.target.unit or ""
        yield {
            "months": months,
            "trained": judge(data.y[rows], *fixed, *beside).promoted,
            "followed": verdict(champion, X, challenger, data, rows).promoted,
            "ratio": worth(champion, challenger.model, whole, np.flatnonzero(whole.periods >= now)),
        }


def _until(plant: Plant, moment: pd.Timestamp | None) -> Dataset:
    """Labelled rows of the first target up to a moment, or all of them, with what is true of each."""
    known = plant.table if moment is None else plant.table[period_of(plant.table, plant.seed) < moment]
    data = dataset_of(Checked(known, pd.DataFrame(columns=["file", "row"]), ()), plant.seed).each[0]
    truth = plant.table[row_key(plant.seed)].assign(truth=plant.truth)
    found = data.table[row_key(plant.seed)].merge(truth, on=row_key(plant.seed), how="left")["truth"]
    return replace(data, truth=found.to_numpy(dtype=np.float64))


def _learnt(data: Dataset, test_from: pd.Timestamp | None) -> Candidate[RegressionModel, Any]:
    """A candidate as a job learns it, judged by nothing yet."""
    parts, task = split(data.table, data.seed, test_from=test_from), task_of(data.seed)
    fitted = fit(task, with_few_threads(build(data.seed)[CANDIDATE], len(data.y)), data, parts)
    model, _ = model_of(fitted, task, CANDIDATE, data, parts, info_of(data, parts))
    answers = task.answers(model, data, parts)
    return Candidate(model, {}, answers, task.predictions_of(answers), np.empty(0))


def worth(before: RegressionModel, after: RegressionModel, data: Dataset, rows: IntArray) -> float:
    """Error to the truth of what clients get of one model over that of another, on rows that both answer [1]."""
    one, other = (followed_on(model, data, rows) for model in (before, after))
    assert one is not None
    assert other is not None
    assert data.truth is not None
    truth = data.truth[rows]
    known = ~np.isnan(one.value + other.value + truth)
    errors = [float(np.mean(np.abs(answer.value - truth)[known])) for answer in (one, other)]
    return errors[1] / errors[0]


def lines(found: Mapping[str, Any] | None) -> list[str]:
    """What stands between the markers."""
    if found is None:
        return ["Not measured yet."]
    return [f"Measured on {found['measured']}.", "", *table(HEADS, _rows(found["processes"]))]


def _rows(processes: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    for process, one in processes.items():
        verdicts = one["verdicts"]
        for rule, words in RULES.items():
            ratios = [each["ratio"] for each in verdicts if each[rule]]
            worse = sum(ratio > WORSE for ratio in ratios)
            shown = f"{np.mean(ratios):.3f}, at most {max(ratios):.3f}" if ratios else "-"
            yield process, words, f"{len(verdicts)}", f"{len(ratios)}", f"{worse}", shown
        better = [each["ratio"] for each in verdicts if each["ratio"] < 1 / WORSE]
        yield (
            process,
            "the truth",
            f"{len(verdicts)}",
            f"{len(better)}",
            "0",
            f"{np.mean(better):.3f}" if better else "-",
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*UNITS, []], default=[])
    given = parser.parse_args()
    found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"processes": {}}
    for process in given.process or UNITS:
        found["processes"][process] = on_plants(process)
        found["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(found)), encoding="utf-8")


if __name__ == "__main__":
    main()
