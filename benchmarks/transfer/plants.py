"""Coverage of a transferred model on further plants, after their first outcomes and while all arrive."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.coverage.page import RESULTS
from benchmarks.coverage.plants import fitted, simulated
from models.interfaces.answers import COVERAGE
from models.online.plant_transfer import STAGES
from models.quality.model import QualityModel
from models.quality.outcomes import covered
from models.regression.model import RegressionModel
from models.table.inputs import matrix
from models.uncertainty.outcome_stream import known_from
from operations.catalogue import states_of
from physics.arrays import BoolArray, FloatArray, IntArray
from records.outcomes import Arrived
from seeds import Seed
from synthetic_data import another_plant, simulate
from training.core.dataset import Dataset, read
from training.tasks import task_of

CALIBRATION_ROWS, ROWS = 1_000, 3_000
BATCH = 50  # outcomes that arrive together
_YEAR = 365.25 * 86_400


def measured(seed: Seed, calibration: Sequence[int], further: Sequence[int]) -> dict[str, Any]:
    """Return the figures of the default plant's champion, unchanged and transferred, by plant."""
    published = json.loads((RESULTS.parent / f"{seed.process.name}.json").read_text(encoding="utf-8"))
    candidate = published["registered"]
    champion = fitted(simulated(seed, None), seed, candidate)
    transferred = task_of(seed).transferred
    assert transferred is not None
    plants = [plant(seed, number, CALIBRATION_ROWS) for number in calibration]
    model = transferred(champion, plants)
    figures = {str(number): on_plant(champion, model, plant(seed, number, ROWS)) for number in further}
    return {"candidate": candidate, "calibration_plants": len(plants), "plants": figures}


def plant(seed: Seed, number: int, rows: int) -> Dataset:
    """Return about so many labelled rows of a plant with other parameters, for the first target."""
    assert seed.plant is not None
    units = min(seed.plant.units, 60)
    years = (math.ceil(rows / units) + 6) * seed.period.total_seconds() / _YEAR
    with TemporaryDirectory() as folder:
        path = simulate(another_plant(seed, number), Path(folder) / "plant", units=units, years=years, rng_seed=number)
        return read(path, seed).each[0]


def on_plant(champion: Any, model: Any, data: Dataset) -> dict[str, Any]:
    """Return coverage on later rows after each of STAGES outcomes, and while all outcomes arrive."""
    order = np.argsort(known_from(data.periods, data.seed), kind="stable")
    order = order[_has_label(data, order)]
    stream = _Stream(model, data, order)
    figures: dict[str, Any] = {"unchanged": _share(covered_rows(champion, data, order))}
    for outcomes in STAGES:
        figures[str(outcomes)] = _share(covered_rows(stream.after(outcomes), data, order[outcomes:]))
    return figures | stream.to_the_end()


def _has_label(data: Dataset, rows: IntArray) -> BoolArray:
    labels = data.contents if data.seed.quality is not None else data.y[:, None]
    return np.asarray(~np.isnan(labels[rows]).all(axis=1))


def _share(inside: BoolArray) -> float:
    return round(float(np.mean(inside)), 4)


@dataclass
class _Stream:
    """Outcomes of a plant that arrive in order, and the state of the model."""

    model: Any
    data: Dataset
    order: IntArray
    taken: int = 0

    def __post_init__(self) -> None:
        self.states = states_of(self.data.seed)
        self.state = self.states.begin(self.model)

    def after(self, outcomes: int) -> Any:
        """Return the model after so many outcomes."""
        while self.taken < outcomes:
            self._take(self.order[self.taken : min(outcomes, self.taken + BATCH)])
        return self.states.followed(self.model, self.state, 0)

    def to_the_end(self) -> dict[str, Any]:
        """Return the coverage of rows by the model before their outcome arrives; of lots also their release."""
        inside, released = list[BoolArray](), list[BoolArray]()
        start, shown = self.taken, None
        for first in range(start, len(self.order), BATCH):
            rows = self.order[first : first + BATCH]
            now = self.after(first)
            inside.append(covered_rows(now, self.data, rows))
            if isinstance(now, QualityModel):
                released.append(broken(now, self.data, rows))
                shown = first if shown is None and now.transfer is not None and now.transfer.test.is_shown else shown
        figures: dict[str, Any] = {"followed": _share(np.concatenate(inside)), "rows": len(self.order)}
        if released:
            bad = np.concatenate(released)
            figures |= {"shown_after": shown, "released": len(bad), "broken": int(bad.sum())}
        return figures

    def _take(self, rows: IntArray) -> None:
        batch = Arrived(self.taken, 0, (), self.taken + 1, accepted=False)
        known = _outcomes(self.data, rows)
        records = _records(self.data, rows)
        self.state = self.states.taken(self.model, self.state, records, known, [0] * len(rows), batch)
        self.taken += len(rows)


def _outcomes(data: Dataset, rows: IntArray) -> list[dict[str, float]]:
    if data.seed.quality is None:
        return [{data.seed.target.name: float(one)} for one in data.y[rows]]
    names = [column.name for column in data.seed.elements]
    return [
        {name: value for name, value in zip(names, one, strict=True) if not math.isnan(value)}
        for one in data.contents[rows].tolist()
    ]


def _records(data: Dataset, rows: IntArray) -> list[dict[str, Any]]:
    """Return rows as a request has them."""
    names = [column.name for column in (*data.seed.identity, *data.seed.inputs) if column.name in data.table.columns]
    table = data.table.iloc[rows][names]
    time = data.seed.clock.name
    records = table.assign(**{time: table[time].dt.strftime("%Y-%m-%dT%H:%M:%S")}).to_dict("records")
    return [{str(k): None if isinstance(v, float) and math.isnan(v) else v for k, v in one.items()} for one in records]


def covered_rows(model: Any, data: Dataset, rows: IntArray) -> BoolArray:
    """Return whether the intervals of rows cover their labels, all contents of a lot together."""
    if isinstance(model, QualityModel):
        return _covered_lots(model, data, rows)
    table = data.table.iloc[rows].reset_index(drop=True)
    history = model.history
    X = matrix(table if history is None else history.described(table), model.seed)
    assert isinstance(model, RegressionModel)
    answer = model.answer(X, COVERAGE)[model.seed.target.name]
    return np.asarray((answer.low <= data.y[rows]) & (data.y[rows] <= answer.high))


def _covered_lots(model: QualityModel, data: Dataset, rows: IntArray) -> BoolArray:
    X, inside = matrix(data.table.iloc[rows], model.seed), np.ones(len(rows), dtype=np.bool_)
    for part, lots in model.parts(X, data.units[rows].astype(str)):
        logs: FloatArray = part.raw(X[lots])[:, : len(model.seed.elements)]
        for e, answer in enumerate(part.contents(logs, COVERAGE).values()):
            reported = data.contents[rows[lots], e]
            inside[lots] &= covered(reported, answer) | np.isnan(reported)
    return inside


def broken(model: QualityModel, data: Dataset, rows: IntArray) -> BoolArray:
    """Return whether lots that are released without an assay break their grade by it."""
    X, within = matrix(data.table.iloc[rows], model.seed), model.limits.kept(data.contents[rows])
    grade = np.full(len(rows), -1)
    for part, lots in model.parts(X, data.units[rows].astype(str)):
        grade[lots] = part.assess(X[lots]).decided.grade
    released = np.flatnonzero((grade >= 0) & (grade < within.shape[1] - 1) & ~np.isnan(within).any(axis=1))
    return np.asarray(within[released, grade[released]] == 0)
