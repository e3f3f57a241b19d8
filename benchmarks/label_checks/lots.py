"""Check manipulated and correct assays with a grader, for docs/results/label_checks.md.

    python -m benchmarks.label_checks.lots [PROCESS ...]

As `benchmarks.label_checks.following`, of graded lots: a level decides how wide the intervals of all contents of a
lot are together, and is all that assays move. What is answered after manipulated assays is compared with honest
ones. Nothing was chosen on these plants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.label_checks import waiting
from benchmarks.label_checks.forgeries import FORGERIES
from benchmarks.label_checks.page import DOCS
from benchmarks.label_checks.waiting import AFTER, FORGED, HONEST, SHARES, measure, places, regime_steps, summed
from models.interfaces.answers import COVERAGE
from models.online.review_queue import OnlineState
from models.quality.model import QualityModel
from models.table.contract import Checked
from models.table.inputs import matrix
from models.table.reading import read_table
from models.tasks import build
from models.uncertainty.adaptive_intervals import LevelOnlyInterval
from physics.arrays import FloatArray, IntArray
from reporting.markdown import span
from seeds import Seed
from synthetic_data import simulate
from training.core.dataset import dataset_of, period_of
from training.core.fitting import fit, model_of, with_few_threads
from training.core.splits import split
from training.jobs.run_metadata import info_of
from training.tasks import task_of

CANDIDATE = "linear"  # learns in seconds; what follows its errors asks for nothing of what predicts
PLANTS = (41, 42, 43)
PROCESSES = ("aluminium_ingot", "copper_cathode")
STEP = pd.Timedelta(days=30)
RESULTS, NAME = DOCS / "results" / "waiting_lots.json", "pending assays"


@dataclass(frozen=True, eq=False)
class CheckedLots:
    """A plant's lots after its grader was trained.

    Attributes
    ----------
    seed : Seed
    model : QualityModel
    unit, period, step : ndarray of int, shape (n,)
        Number of each lot's unit, period and step; -1 of training steps.
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
    def of(cls, seed: Seed, folder: Path, share: float) -> CheckedLots:
        """Lots of a simulated plant with a model trained on a fraction of its time."""
        lots = read_table(folder, seed).table
        periods = period_of(lots, seed)
        lots = lots.iloc[np.argsort(periods, kind="stable")].reset_index(drop=True)
        periods = period_of(lots, seed)
        begin = (periods.min() + share * (periods.max() - periods.min())).normalize()
        history = lots[periods < begin].reset_index(drop=True)
        data = dataset_of(Checked(history, pd.DataFrame(columns=["file", "row"]), ()), seed)
        parts, learner = split(data), task_of(seed).learner
        fitted = fit(learner, with_few_threads(build(seed)[CANDIDATE], len(data.X)), data, parts)
        model, _ = model_of(fitted, learner, CANDIDATE, data, parts, info_of(data, parts))
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
        """Number of steps."""
        return int(self.step.max()) + 1

    def followed(self, reported: FloatArray, upto: int, waits: bool, counted: list[bool] | None = None) -> FloatArray:
        """Half width of the joint intervals of each lot in standard deviations, shape (n,).

        Assays of a step arrive after the requests of the next one; those of steps from `upto` on never do. `counted`
        takes of each step whether some of its assays came to wait.
        """
        assert self.model.level is not None
        following = OnlineState(LevelOnlyInterval(self.model.level, ()), self.model.usual if waits else None)
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


def on_lots(lots: CheckedLots, rng: np.random.Generator) -> Iterator[tuple[str, dict[str, float]]]:
    """Figures of a plant's lots, by manipulation of their assays."""
    needed = lots.model.scatter.needed(lots.reported, lots.logs)
    known = (lots.step >= 0) & ~np.isnan(lots.reported).all(axis=1)
    counted: list[bool] = []
    guarded = lots.followed(lots.reported, lots.steps, True, counted)
    every = lots.followed(lots.reported, lots.steps, False)
    began = regime_steps(lots.seed, lots.begin, STEP, lots.steps)
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
    for first in places(lots.steps):
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


def _forged(lots: CheckedLots, first: int, rng: np.random.Generator) -> Iterator[tuple[str, FloatArray]]:
    rows = np.flatnonzero((lots.step >= first) & (lots.step < first + FORGED))
    for name, forgery in FORGERIES.items():
        reported = lots.reported.copy()
        reported[rows] = forgery(lots.reported, lots.unit, lots.period, rows, rng)
        yield name, np.where(np.isnan(lots.reported), np.nan, reported)


def on_plants(process: str) -> dict[str, Any]:
    """Figures of a process's plants by manipulation of assays, over all lots."""
    return waiting.on_plants(process, PLANTS, _on_plant, together)


def _on_plant(seed: Seed, folder: Path, number: int) -> Iterator[tuple[str, dict[str, float]]]:
    simulate(seed, folder)
    for share in SHARES:
        yield from on_lots(CheckedLots.of(seed, folder, share), np.random.default_rng(number))


def together(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Sums of counts, means of shares and ratios, and widths farthest from those after correct assays."""
    worst = {
        f"worst_{name}": max((one[name] for one in figures), key=lambda ratio: abs(np.log(ratio)))
        for name in ("width", "width_all")
    }
    return summed(figures) | worst


HEADS = ("assays", "width ratio", "coverage", "width ratio, all applied")


def lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers."""
    return waiting.lines(figures, HEADS, _cells, _honest)


def _cells(every: Sequence[Mapping[str, float]]) -> list[str]:
    """Ranges of width ratios and coverage over the processes, with and without the check."""
    forms = {"width": ".2f", "covered": ".1%", "width_all": ".2f"}
    return [span((one[name] for one in every), form) for name, form in forms.items()]


def _honest(figures: Mapping[str, float]) -> str:
    return f"width {figures['width']:.3f} times that with all applied, joint coverage {figures['covered']:.1%}"


if __name__ == "__main__":
    measure(__doc__, PROCESSES, on_plants, RESULTS, NAME, lines)
