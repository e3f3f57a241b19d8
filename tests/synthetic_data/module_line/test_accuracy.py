"""What is learnt of the simulated modules, no worse than its bands and no better: better is a leak or a toy.

The bands are the rows `learnt: ...` of `tests/bands/pv_modules.csv`. Trees learn the oldest three quarters of the lots
from the laboratory's labels and are asked about the newest, by the truth.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from models.processes.lookup import needed_physics_of
from seeds import load
from synthetic_data import replay
from synthetic_data.module_line import market

physics = needed_physics_of(load("pv_modules"))

BANDS = Path(__file__).parents[2] / "bands" / "pv_modules.csv"
LEARNT = "learnt: "
OLD = 0.75
REAR = [f"rear_nir_{band}" for band in range(1, 7)]
DARK = ["el_dark_share", "el_mean", "el_spread"]
FILM = 20.0  # g/m² of fluorine, above which there is a film of PVF or PVDF


@dataclass(frozen=True)
class Modules:
    """Modules of the default plant: signals with physics features, labels, truth, and which are the oldest."""

    signals: pd.DataFrame
    table: pd.DataFrame
    truth: pd.DataFrame
    old: np.ndarray

    @classmethod
    def of_plant(cls) -> Modules:
        seed = load("pv_modules")
        plant = replay(seed)
        signals = plant.table[[column.name for column in seed.inputs]]
        signals = signals.assign(**physics.features({name: signals[name].to_numpy() for name in signals}))
        lot, lots = pd.factorize(plant.table["lot"], sort=True)
        return cls(signals, plant.table, plant.truth, lot < OLD * len(lots))

    def classed(self, labels: np.ndarray, names: list[str], rows: np.ndarray) -> np.ndarray:
        """Class of each module by some signals, learnt on the oldest of some rows."""
        X, training_rows = self.signals[names].to_numpy(), self.old & rows
        model = HistGradientBoostingClassifier(max_iter=60, random_state=0).fit(X[training_rows], labels[training_rows])
        return model.predict(X)

    def predicted(self, labels: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Value of each module by all signals, learnt on the oldest of some rows."""
        X, training_rows = self.signals.to_numpy(), self.old & rows
        model = HistGradientBoostingRegressor(max_iter=120, loss="absolute_error", random_state=0)
        return model.fit(X[training_rows], labels[training_rows]).predict(X)


@pytest.fixture(scope="module")
def modules() -> Modules:
    return Modules.of_plant()


def statistics(modules: Modules) -> dict[str, float]:
    table, truth, new = modules.table, modules.truth, ~modules.old
    everything = list(modules.signals)
    whole = np.ones(len(table), dtype=bool)
    kind = truth["type"].astype(str).to_numpy()
    silicon = np.isin(kind, ["mono", "multi"])
    classed = modules.classed(table["type"].astype(str).to_numpy(), everything, whole)
    right = np.average((classed == kind)[new], weights=truth["true_mass"][new])
    flashed = (table["pmp"].notna() & table["power_loss"].notna()).to_numpy()
    loss = modules.predicted(table["power_loss"].to_numpy(), flashed)
    error = np.abs(loss - truth["power_loss"].to_numpy())[new & flashed].mean()
    fluorine = market.FLUORINE[truth["backsheet"].astype(int)]
    backed = (truth["backsheet"] != market.PANE).to_numpy()
    layer = np.digitize(fluorine, [1.0, FILM])
    by_bands = modules.classed(layer, REAR, backed)
    labelled = silicon & table["make_year"].notna().to_numpy()
    silver = np.log(truth["silver"].to_numpy())
    by_year = modules.predicted(np.log(np.maximum(table["silver"].to_numpy(), 1.0)), labelled)
    selected = new & labelled
    seen = silicon & table["el_mean"].notna().to_numpy()
    cracked = (truth["dark"] > 0.0).to_numpy()
    return {
        "right type by mass": float(right),
        "error of power loss where the module was flashed": 0.01 * float(error),
        "film of PVF or PVDF, coating or neither by the bands of the rear": float(
            (by_bands == layer)[new & backed].mean()
        ),
        "variance of silver's logarithm explained with the year": float(
            1.0 - np.mean((by_year - silver)[selected] ** 2) / np.var(silver[selected])
        ),
        "cracked cells or none by electroluminescence": float(
            (modules.classed(cracked, DARK, seen) == cracked)[new & seen].mean()
        ),
    }


@pytest.mark.long("fits all candidates")
def test_what_is_learnt_lies_in_its_bands(modules):
    with BANDS.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["statistic"].startswith(LEARNT)]
    bands = {row["statistic"].removeprefix(LEARNT): (float(row["low"]), float(row["high"])) for row in rows}
    values = statistics(modules)
    assert values.keys() == bands.keys()
    outside = {name: value for name, value in values.items() if not bands[name][0] <= value <= bands[name][1]}
    assert outside == {}


def test_no_signal_tells_the_type_alone(modules):
    mass, new = modules.truth["true_mass"].to_numpy(), ~modules.old
    label, kind = modules.table["type"].astype(str), modules.truth["type"].astype(str)
    best = {}
    for name in modules.signals:
        column = modules.signals[name]
        known = column[modules.old].dropna()
        cell = np.searchsorted(np.unique(known.quantile(np.linspace(0.02, 0.98, 49))), column)
        most_probable = pd.crosstab(cell[modules.old], label[modules.old]).idxmax(axis=1)
        likely = pd.Series(cell[new]).map(most_probable).to_numpy()
        best[name] = float(np.average(likely == kind[new].to_numpy(), weights=mass[new]))
    name = max(best, key=lambda one: best[one])
    assert best[name] < 0.95, name
