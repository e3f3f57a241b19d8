"""Check manipulated and correct outcomes with an adapting model, for docs/results/label_checks.md.

    python -m benchmarks.label_checks.following [PROCESS ...]

A model learns a plant's first part. Then the plant is followed step by step as the service does it, once with odd
outcomes pending review and once with all applied, correct throughout or manipulated for some steps. What is answered
after that is compared with the truth. Nothing was chosen on these plants.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.label_checks import waiting
from benchmarks.label_checks.forgeries import FORGERIES
from benchmarks.label_checks.page import DOCS
from benchmarks.label_checks.waiting import AFTER, FORGED, HONEST, SHARES, measure, places, regime_steps, summed
from benchmarks.replays.plant import Plant, plant_of
from benchmarks.replays.tables.__main__ import UNITS
from models.interfaces.answers import COVERAGE
from models.online.review_queue import Arrival, OnlineState
from models.regression.model import RegressionModel
from models.table.contract import Checked
from models.tasks import build
from physics.arrays import BoolArray, FloatArray
from reporting.markdown import span
from seeds import Seed
from synthetic_data import simulate
from training.core.dataset import dataset_of, period_of
from training.core.fitting import fit, model_of, with_few_threads
from training.core.splits import split
from training.jobs.run_metadata import info_of
from training.tasks import task_of

PLANTS = (31, 32, 33)  # a process
CANDIDATE = "lightgbm_physics"
RESULTS, NAME = DOCS / "results" / "waiting.json", "pending outcomes"


@dataclass(frozen=True, eq=False)
class Stream:
    """A plant after its model was trained.

    Attributes
    ----------
    plant : Plant
    model : RegressionModel
    step : ndarray of int, shape (n,)
        Number of each row's step, -1 of training rows.
    raw, label : ndarray, shape (n,)
        What the model predicts, and what the laboratory says [target's unit].
    scale : ndarray, shape (n,)
        Size of the errors of each row over that of all [1].
    """

    plant: Plant
    model: RegressionModel
    step: Any
    raw: FloatArray
    scale: FloatArray
    label: FloatArray

    @classmethod
    def of(cls, plant: Plant) -> Stream:
        """Plant with a model trained on the rows before its first step."""
        seed = plant.seed
        history = plant.history.reset_index(drop=True)
        data = dataset_of(Checked(history, pd.DataFrame(columns=["file", "row"]), ()), seed).each[0]
        parts, learner = split(data), task_of(seed).learner
        fitted = fit(learner, with_few_threads(build(data.seed)[CANDIDATE], len(data.y)), data, parts)
        model, _ = model_of(fitted, learner, CANDIDATE, data, parts, info_of(data, parts))
        step = np.asarray((period_of(plant.table, seed) - plant.begin) // plant.length)
        X = model.inputs(plant.table)
        raw = model.estimate(X)
        label = plant.table[data.seed.target.name].to_numpy(dtype=np.float64)
        return cls(plant, model, np.maximum(step, -1), raw, model.scale(X, raw), label)

    @property
    def steps(self) -> int:
        """Number of steps."""
        return int(self.step.max()) + 1

    def followed(
        self, label: FloatArray, upto: int, waits: bool, arrivals: list[bool] | None = None
    ) -> tuple[FloatArray, BoolArray, OnlineState]:
        """Errors of predictions to the truth, interval coverage of labels, and outcomes applied at the end.

        Outcomes of a step arrive after the requests of the next one; those of steps from `upto` on never do.

        Parameters
        ----------
        label : ndarray, shape (n,)
            What the laboratory says.
        upto : int
            First step whose outcomes do not come in.
        waits : bool
            Whether odd outcomes wait.
        arrivals : list of bool, optional
            Takes of each step whether its outcomes came to wait.
        """
        model = self.model
        assert model.adaptive is not None
        following = OnlineState(model.adaptive, model.usual if waits else None)
        errors, covered = np.full(len(label), np.nan), np.zeros(len(label), dtype=np.bool_)
        scale, centre = self.scale, np.zeros(len(label))
        for number in range(self.steps):
            rows = np.flatnonzero(self.step == number)
            centre[rows] = following.adaptive.centre
            half = following.adaptive.level.half_width(COVERAGE) * scale[rows]
            value, low, high = model.bounded(self.raw[rows] + centre[rows], half)
            errors[rows] = value - self.plant.truth[rows]
            covered[rows] = (low <= self.label[rows]) & (self.label[rows] <= high)
            late = np.flatnonzero((self.step == number - 1) & ~np.isnan(label))
            if 0 < number <= upto:
                outcomes = model.scaled(label[late])
                off = outcomes - self.raw[late]
                scores = np.abs(off - centre[late]) / scale[late]
                before = len(following.waiting)
                following = following.taken(Arrival(number, off, scores, outcomes, scale[late]))
                if arrivals is not None:
                    arrivals.append(len(following.waiting) > before)
        return errors, covered, following


def on_stream(stream: Stream, rng: np.random.Generator) -> Iterator[tuple[str, dict[str, float]]]:
    """Figures of a stream, by manipulation of its outcomes."""
    waited: list[bool] = []
    errors, covered, _ = stream.followed(stream.label, stream.steps, True, waited)
    every, all_covered, _ = stream.followed(stream.label, stream.steps, False)
    known, began = (stream.step >= 0) & ~np.isnan(stream.label), regime_starts(stream)
    yield (
        HONEST,
        {
            "steps": len(waited),
            "waited": sum(waited),
            "regimes": len(began),
            "regimes_waited": sum(waited[one] for one in began if one < len(waited)),
            "error": _size(errors),
            "error_all": _size(every),
            "covered": float(covered[known].mean()),
            "covered_all": float(all_covered[known].mean()),
        },
    )
    for first in places(stream.steps):
        after = (stream.step >= first + FORGED) & (stream.step < first + FORGED + AFTER)
        honest, _, _ = stream.followed(stream.label, first + FORGED, False)
        for name, label in _forged(stream, first, rng):
            counted: list[bool] = []
            guarded, _, _ = stream.followed(label, first + FORGED, True, counted)
            open_, _, _ = stream.followed(label, first + FORGED, False)
            yield (
                name,
                {
                    "steps": FORGED,
                    "waited": sum(counted[first : first + FORGED]),
                    "error": _size(guarded[after]),
                    "error_all": _size(open_[after]),
                    "error_honest": _size(honest[after]),
                },
            )


def regime_starts(stream: Stream) -> list[int]:
    """Steps in which a regime of the seed begins."""
    return regime_steps(stream.plant.seed, stream.plant.begin, stream.plant.length, stream.steps)


def _forged(stream: Stream, first: int, rng: np.random.Generator) -> Iterator[tuple[str, FloatArray]]:
    seed, rows = stream.plant.seed, np.flatnonzero((stream.step >= first) & (stream.step < first + FORGED))
    assert seed.key is not None
    unit = pd.factorize(stream.plant.table[seed.key.name], sort=True)[0]
    period = pd.factorize(period_of(stream.plant.table, seed), sort=True)[0]
    for name, forgery in FORGERIES.items():
        label = stream.label.copy()
        label[rows] = forgery(stream.label[:, None], unit, period, rows, rng)[:, 0]
        yield name, np.where(np.isnan(stream.label), np.nan, label)


def _size(errors: FloatArray) -> float:
    return float(np.nanmean(np.abs(errors)))


def on_plants(process: str) -> dict[str, Any]:
    """Figures of a process's plants by manipulation of outcomes, over all streams."""
    return waiting.on_plants(process, PLANTS, _on_plant, together) | {"units": UNITS[process]}


def _on_plant(seed: Seed, folder: Path, number: int) -> Iterator[tuple[str, dict[str, float]]]:
    simulate(seed, folder, units=UNITS[seed.process.name])
    for share in SHARES:
        yield from on_stream(Stream.of(_begun(seed, folder, share)), np.random.default_rng(number))


def _begun(seed: Seed, folder: Path, share: float) -> Plant:
    """The plant of a folder, of whose time a share is history."""
    plant = plant_of(seed, folder, None, None)
    periods = period_of(plant.table, seed)
    return replace(plant, begin=(periods.min() + share * (periods.max() - periods.min())).normalize())


def together(figures: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Sums of counts, means of errors and shares, and the worst ratios of errors."""
    total = summed(figures)
    reference = "error_honest" if "error_honest" in total else "error_all"
    worst = {"worst": max(one["error"] / one[reference] for one in figures)}
    if reference == "error_honest":
        worst["worst_all"] = max(one["error_all"] / one[reference] for one in figures)
    return total | worst


HEADS = ("outcomes", "error ratio", "worst plant", "error ratio, all applied")


def lines(figures: Mapping[str, Any] | None) -> list[str]:
    """Text between the markers."""
    return waiting.lines(figures, HEADS, _cells, _honest)


def _cells(every: Sequence[Mapping[str, float]]) -> list[str]:
    """Range of error ratios over the processes with and without the check, and the worst plant with it."""
    guarded, open_ = (
        span((one[name] / one["error_honest"] for one in every), ".2f") for name in ("error", "error_all")
    )
    return [guarded, f"{max(one['worst'] for one in every):.2f}", open_]


def _honest(figures: Mapping[str, float]) -> str:
    return (
        f"error {figures['error'] / figures['error_all']:.3f} times that with all applied, coverage "
        f"{figures['covered']:.1%}"
    )


if __name__ == "__main__":
    measure(__doc__, UNITS, on_plants, RESULTS, NAME, lines)
