"""Forged and honest assays before a grader whose joint intervals follow them; the figures go to docs/reliability.md.

    python -m benchmarks.forged.lots [PROCESS ...]

As `benchmarks.forged.following`, of graded lots: a level decides how wide the intervals of all contents of a lot are
together, and is all that assays move. What is answered after forged assays is held against honest ones. Nothing was
chosen on these plants.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from benchmarks.forged.following import AFTER, FORGED, HONEST, PLACES, SHARES
from benchmarks.forged.forgeries import FORGERIES
from benchmarks.forged.page import DOCS
from models.adaptive import LevelAlone
from models.answers import COVERAGE
from models.following.waiting import Following
from models.quality.model import QualityModel
from models.table.contract import Checked
from models.table.inputs import matrix
from models.table.reading import read_table
from models.tasks import build
from pages.markdown import table
from physics.arrays import FloatArray, IntArray
from seeds import Seed, load
from synthetic_data import another_plant, simulate
from training.dataset import dataset_of, period_of
from training.facts import info_of
from training.fitting import fit, model_of, with_few_threads
from training.splits import split
from training.tasks import task_of

CANDIDATE = "linear"  # learns in seconds; what follows its errors asks for nothing of what predicts
PLANTS = (41, 42, 43)
PROCESSES = ("aluminium_ingot", "copper_cathode")
STEP = pd.Timedelta(days=30)
PAGE, RESULTS, NAME = DOCS / "reliability.md", DOCS / "results" / "waiting_lots.json", "assays that wait"


@dataclass(frozen=True, eq=False)
class Lots:
    """A plant's lots after its grader was trained.

    Attributes
    ----------
    seed : Seed
    model : QualityModel
    unit, period, step : ndarray of int, shape (n,)
        Number of each lot's unit, period and step; -1 of steps that were learnt.
    logs, reported : ndarray, shape (n, E)
        Logarithms of contents that the model predicts, and what the laboratory says.
    begin : Timestamp
        Where the steps begin.
    """

    seed: Seed
    model: QualityModel
    unit: IntArray
    period: IntArray
    step: IntArray
    logs: FloatArray
    reported: FloatArray
    begin: pd.Timestamp

    @classmethod
    def of(cls, seed: Seed, folder: Path, share: float) -> Lots:
        """Lots of a simulated plant, of whose time a share was learnt."""
        lots = read_table(folder, seed).table
        periods = period_of(lots, seed)
        lots = lots.iloc[np.argsort(periods, kind="stable")].reset_index(drop=True)
        periods = period_of(lots, seed)
        begin = (periods.min() + share * (periods.max() - periods.min())).normalize()
        history = lots[periods < begin].reset_index(drop=True)
        data = dataset_of(Checked(history, pd.DataFrame(columns=["file", "row"]), ()), seed)
        parts, task = split(data.table, seed), task_of(seed)
        fitted = fit(task, with_few_threads(build(seed)[CANDIDATE], len(data.X)), data, parts)
        model, _ = model_of(fitted, task, CANDIDATE, data, parts, info_of(data, parts))
        names = [one.name for one in seed.elements]
        logs = np.asarray(model.estimator.predict(matrix(lots, seed)), dtype=np.float64)[:, : len(names)]
        assert seed.key is not None
        return cls(
            seed,
            model,
            pd.factorize(lots[seed.key.name], sort=True)[0],
            pd.factorize(periods, sort=True)[0],
            np.maximum(np.asarray((periods - begin) // STEP), -1),
            logs,
            lots[names].to_numpy(dtype=np.float64),
            begin,
        )

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return int(self.step.max()) + 1

    def followed(self, reported: FloatArray, upto: int, waits: bool, counted: list[bool] | None = None) -> FloatArray:
        """How many spreads the joint intervals of each lot reach, shape (n,).

        Assays of a step come in when the next one has been asked for; those of steps from `upto` on never do. `counted`
        takes of each step whether some of its assays came to wait.
        """
        assert self.model.level is not None
        following = Following(LevelAlone(self.model.level, ()), self.model.usual if waits else None)
        half, is_assayed = np.full(len(self.step), np.nan), ~np.isnan(reported).all(axis=1)
        for number in range(self.steps):
            half[self.step == number] = following.adaptive.level.half_width(COVERAGE)
            late = np.flatnonzero((self.step == number - 1) & is_assayed)
            if 0 < number <= upto:
                before = following.outcomes_waiting
                following = following.taken(self.model.arrival(number, reported[late], self.logs[late]))
                if counted is not None:
                    counted.append(following.outcomes_waiting > before)
        return half

    def regimes(self) -> list[int]:
        """Steps in which a regime of the seed begins."""
        regimes = self.seed.plant.regimes if self.seed.plant is not None else ()
        found = [int((pd.Timestamp(one.start) - self.begin) // STEP) for one in regimes]
        return [one for one in found if 0 <= one < self.steps - 1]


def on_lots(lots: Lots, rng: np.random.Generator) -> Iterator[tuple[str, dict[str, float]]]:
    """Figures of a plant's lots, by what is done to their assays."""
    needed = lots.model.scatter.needed(lots.reported, lots.logs)
    known = (lots.step >= 0) & ~np.isnan(lots.reported).all(axis=1)
    counted: list[bool] = []
    guarded = lots.followed(lots.reported, lots.steps, True, counted)
    every = lots.followed(lots.reported, lots.steps, False)
    began = lots.regimes()
    yield (
        HONEST,
        {
            "steps": len(counted),
            "waited": sum(counted),
            "regimes": len(began),
            "regimes_waited": sum(counted[one] for one in began if one < len(counted)),
            "width": float(np.mean(guarded[known] / every[known])),
            "width_all": 1.0,
            "covered": float(np.mean(needed[known] <= guarded[known])),
            "covered_all": float(np.mean(needed[known] <= every[known])),
        },
    )
    for first in np.unique(np.linspace(1, lots.steps - FORGED - AFTER, PLACES).astype(int)):
        after = known & (lots.step >= first + FORGED) & (lots.step < first + FORGED + AFTER)
        honest = lots.followed(lots.reported, first + FORGED, False)
        for name, reported in _forged(lots, first, rng):
            counted = []
            guarded = lots.followed(reported, first + FORGED, True, counted)
            open_ = lots.followed(reported, first + FORGED, False)
            yield (
                name,
                {
                    "steps": FORGED,
                    "waited": sum(counted[first : first + FORGED]),
                    "width": float(np.mean(guarded[after] / honest[after])),
                    "width_all": float(np.mean(open_[after] / honest[after])),
                    "covered": float(np.mean(needed[after] <= guarded[after])),
                    "covered_all": float(np.mean(needed[after] <= open_[after])),
                    "covered_honest": float(np.mean(needed[after] <= honest[after])),
                },
            )


def _forged(lots: Lots, first: int, rng: np.random.Generator) -> Iterator[tuple[str, FloatArray]]:
    rows = np.flatnonzero((lots.step >= first) & (lots.step < first + FORGED))
    for name, forgery in FORGERIES.items():
        reported = lots.reported.copy()
        reported[rows] = forgery(lots.reported, lots.unit, lots.period, rows, rng)
        yield name, np.where(np.isnan(lots.reported), np.nan, reported)


def on_plants(process: str) -> dict[str, Any]:
    """Figures of a process's plants by what is done to assays, those of all lots together."""
    seed, found = load(process), dict[str, list[dict[str, float]]]()
    for number in PLANTS:
        with tempfile.TemporaryDirectory() as folder:
            other = another_plant(seed, rng_seed=number)
            simulate(other, Path(folder))
            for share in SHARES:
                for name, figures in on_lots(Lots.of(other, Path(folder), share), np.random.default_rng(number)):
                    found.setdefault(name, []).append(figures)
    files = {name: together(figures) for name, figures in found.items()}
    return {"seed_digest": seed_digest(seed), "plants": list(PLANTS), "files": files}


COUNTS = ("steps", "waited", "regimes", "regimes_waited")


def together(figures: list[dict[str, float]]) -> dict[str, float]:
    """Sums of counts, means of shares and ratios, and the widths that are farthest from those after honest assays."""
    counts = {name: sum(one[name] for one in figures) for name in figures[0] if name in COUNTS}
    means = {name: float(np.mean([one[name] for one in figures])) for name in figures[0] if name not in COUNTS}
    worst = {
        f"worst_{name}": max((one[name] for one in figures), key=lambda ratio: abs(np.log(ratio)))
        for name in ("width", "width_all")
    }
    return {**counts, **means, **worst, "places": len(figures)}


HEADS = (
    *("process", "assays", "steps", "waited", "width, of honest assays'", "at worst", "coverage"),
    *("all followed", "at worst", "coverage", "coverage after honest ones"),
)


def lines(found: Mapping[str, Any] | None) -> list[str]:
    """What stands between the markers."""
    if found is None:
        return ["Not measured yet."]
    said = [f"- {process}: {_honest(one['files'][HONEST])}" for process, one in found["processes"].items()]
    return [f"Measured on {found['measured']}.", "", *table(HEADS, _rows(found)), "", "Honest throughout:", "", *said]


def _rows(found: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for process, one in found["processes"].items():
        for name, kept in one["files"].items():
            if name == HONEST:
                continue
            counts = (f"{kept[count]:,.0f}" for count in ("steps", "waited"))
            guarded = f"{kept['width']:.3f}", f"{kept['worst_width']:.3f}", f"{kept['covered']:.1%}"
            open_ = f"{kept['width_all']:.3f}", f"{kept['worst_width_all']:.3f}", f"{kept['covered_all']:.1%}"
            yield process, name, *counts, *guarded, *open_, f"{kept['covered_honest']:.1%}"


def _honest(kept: Mapping[str, float]) -> str:
    return (
        f"{kept['waited']:.0f} of {kept['steps']:.0f} steps waited, {kept['regimes_waited']:.0f} of the "
        f"{kept['regimes']:.0f} in which the plant changes; width {kept['width']:.3f} of that with all followed, on "
        f"the worst plant {kept['worst_width']:.3f}; joint coverage {kept['covered']:.1%} and {kept['covered_all']:.1%}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("process", nargs="*", choices=[*PROCESSES, []], default=[])
    given = parser.parse_args()
    found = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {"processes": {}}
    for process in given.process or PROCESSES:
        found["processes"][process] = on_plants(process)
        found["measured"] = f"{datetime.now(UTC):%Y-%m-%d}"
        RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), NAME, lines(found)), encoding="utf-8")


if __name__ == "__main__":
    main()
