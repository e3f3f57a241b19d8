"""What classifiers learn of the simulated sorters, no worse than their bands and no better: better is a leak or a toy.

The bands are the rows `learnt: ...` of `tests/bands/<process>.csv`. A classifier learns the oldest three quarters
of the lots from the laboratory's labels and is asked about the newest, by the truth.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.estimators.boosted_classes import BoostedClasses
from models.processes.lookup import physics_of
from seeds import load
from synthetic_data import replay
from synthetic_data.sorter.feed import SURFACES
from synthetic_data.sorter.materials import Materials

BANDS = Path(__file__).parents[2] / "bands"
LEARNT = "learnt: "
OLD = 0.75

LIBS_FEATURES = [f"{name}_content" for name in ("silicon", "magnesium", "copper", "zinc", "manganese", "iron")]
LIBS_FEATURES += ["chromium_content", "titanium_content", "magnesium_to_silicon", "layer_index"]
X_RAY_FEATURES = ["heavy_excess", "heavy_content", "wall_thickness"]
INDUCTION_AND_SHAPE = ["conductivity", "metal_conductivity", "height", "area", "volume", "mass", "apparent_density"]
CASTINGS = dict.fromkeys(("cast_low_cu", "cast_cu"), "cast")
WROUGHT = dict.fromkeys(("1xxx", "2xxx", "3xxx", "5xxx", "6xxx", "7xxx"), "wrought")
SHEET = {"5xxx": "5xxx", "6xxx": "6xxx"}
FAMILIES = {"copper": "copper", "brass": "brass", "leaded_brass": "brass", "bronze": "bronze", "lead": "lead"}
FAMILIES |= {"zinc_die_cast": "zinc", "stainless": "stainless", "aluminium": "light", "magnesium": "light"}


@dataclass(frozen=True)
class Pieces:
    """Pieces of a plant: signals with physics features, label and true class, and what the truth says of them."""

    signals: pd.DataFrame
    label: pd.Series
    true: pd.Series
    truth: pd.DataFrame
    old: np.ndarray
    feed: np.ndarray
    surface: np.ndarray

    @classmethod
    def of(cls, process: str) -> Pieces:
        """All pieces of the default plant."""
        seed, physics = load(process), physics_of(load(process))
        plant = replay(seed)
        signals = plant.table[[column.name for column in seed.inputs]]
        signals = signals.assign(**physics.features({name: signals[name].to_numpy() for name in signals}))
        label, true = (part[seed.target.name].astype(str) for part in (plant.table, plant.truth))
        lot, lots = pd.factorize(plant.table[seed.key.name], sort=True)
        feed = np.array(Materials.of(seed).feed)[plant.truth["alloy"].astype(int)]
        surface = np.array(SURFACES)[plant.truth["surface"].astype(int)]
        return cls(signals, label, true, plant.truth, lot < OLD * len(lots), feed, surface)

    @property
    def new(self) -> np.ndarray:
        return ~self.old

    @property
    def apart(self) -> np.ndarray:
        """Pieces that the cameras do not take for one with their neighbour."""
        return (self.truth["overlap"] == 0.0).to_numpy()

    def predictions(self, groups: dict[str, str], signals: list[str]) -> tuple[np.ndarray, np.ndarray]:
        """Group that each new piece is told to be of by these signals, and the one that it is of; '' where of none."""
        names = sorted(set(groups.values()))
        label, true = (classes.map(groups).fillna("").to_numpy() for classes in (self.label, self.true))
        rows = self.old & (label != "")
        X = self.signals[signals].to_numpy()
        model = BoostedClasses(len(names), most_rounds=60, n_jobs=1).fit(X[rows], np.searchsorted(names, label[rows]))
        predictions = np.full(len(X), "", dtype=object)
        predictions[self.new] = np.array(names)[model.predict_proba(X[self.new]).argmax(axis=1)]
        return predictions, true

    def by_mass(self, right: np.ndarray, rows: np.ndarray) -> float:
        """Share of the mass of some rows."""
        return float(np.average(right[rows], weights=self.truth["true_mass"][rows]))


@pytest.fixture(scope="module")
def aluminium() -> Pieces:
    return Pieces.of("aluminium_scrap")


@pytest.fixture(scope="module")
def heavies() -> Pieces:
    return Pieces.of("heavy_scrap")


def bands(process: str) -> dict[str, tuple[float, float]]:
    with (BANDS / f"{process}.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["statistic"].startswith(LEARNT)]
    return {row["statistic"].removeprefix(LEARNT): (float(row["low"]), float(row["high"])) for row in rows}


def outside(result: dict[str, float], process: str) -> list[str]:
    expected = bands(process)
    assert result.keys() == expected.keys()
    return [
        f"{name}: {value:.4g} is not within {expected[name][0]} to {expected[name][1]}"
        for name, value in result.items()
        if not expected[name][0] <= value <= expected[name][1]
    ]


def of_all_sensors(pieces: Pieces) -> dict[str, float]:
    classes = sorted(set(pieces.label))
    predictions, true = pieces.predictions(dict(zip(classes, classes, strict=True)), list(pieces.signals))
    named, clips = pieces.new & (true != "other"), pieces.new & (pieces.feed == "stamping")
    sorted_out, due = (clips & np.isin(one, list(SHEET)) for one in (predictions, true))
    return {
        "right of eight groups by mass": pieces.by_mass(predictions == true, named),
        "right of eight groups by mass, shredder pieces that lie apart": pieces.by_mass(
            predictions == true, named & pieces.apart & (pieces.feed == "twitch")
        ),
        "purity of 5xxx and 6xxx from clips": pieces.by_mass(predictions == true, sorted_out),
        "recovery of 5xxx and 6xxx from clips": pieces.by_mass(predictions == true, due),
    }


def of_single_sensors(pieces: Pieces) -> dict[str, float]:
    """Shares of pieces, as the publications count them, of those that lie apart."""
    libs = [name for name in pieces.signals if name.startswith("libs_")] + LIBS_FEATURES
    x_rays = [name for name in pieces.signals if name.startswith("xrt_")] + X_RAY_FEATURES
    selected = pieces.new & pieces.apart
    result = {}
    for name, signals, feeds in (
        ("LIBS", libs, ["twitch", "stamping", "extrusion"]),
        ("X-rays, shredder pieces", x_rays, ["twitch"]),
        ("induction, 3D and scale, shredder pieces", INDUCTION_AND_SHAPE, ["twitch"]),
    ):
        predictions, true = pieces.predictions(CASTINGS | WROUGHT, signals)
        rows = selected & (true != "") & np.isin(pieces.feed, feeds)
        result[f"cast from wrought by {name}"] = float((predictions == true)[rows].mean())
    clips = selected & (pieces.feed == "stamping")
    predictions, true = pieces.predictions(SHEET, libs)
    right, sheet = predictions == true, true != ""
    bare = np.isin(pieces.surface, ["bare", "oily"])
    result["5xxx from 6xxx by LIBS, clips without paint"] = float(right[clips & sheet & bare].mean())
    result["5xxx from 6xxx by LIBS, all feeds with their paint"] = float(right[selected & sheet].mean())
    predictions, true = pieces.predictions(SHEET, x_rays)
    result["5xxx from 6xxx by X-rays, clips"] = float((predictions == true)[clips & (true != "")].mean())
    return result


def of_heavies(pieces: Pieces) -> dict[str, float]:
    classes = sorted(set(pieces.label))
    predictions, true = pieces.predictions(dict(zip(classes, classes, strict=True)), list(pieces.signals))
    result = {"right class by mass": pieces.by_mass(predictions == true, pieces.new)}
    head = [name for name in pieces.signals if name.startswith("rate_")] + ["live_time", "tile_hours", "tube_age"]
    predictions, true = pieces.predictions(FAMILIES, head)
    families = sorted(set(FAMILIES.values()))
    result["right of seven families by the X-ray head alone, by mass"] = pieces.by_mass(
        predictions == true, pieces.new & (true != "")
    )
    recovery = [pieces.by_mass(predictions == true, pieces.new & (true == family)) for family in families]
    result["recovery of a family by the X-ray head alone"] = float(np.mean(recovery))
    predictions, true = pieces.predictions(FAMILIES, ["hue", "saturation", "brightness", "conductivity"])
    purity = [
        pieces.by_mass(predictions == true, pieces.new & (predictions == one))
        for one in ("copper", "brass", "stainless")
    ]
    result["purity of copper, brass and stainless by colour and induction"] = float(np.mean(purity))
    return result


@pytest.mark.long("fits all candidates")
def test_what_is_learnt_of_aluminium_scrap_lies_in_its_bands(aluminium: Pieces) -> None:
    assert outside(of_all_sensors(aluminium) | of_single_sensors(aluminium), "aluminium_scrap") == []


@pytest.mark.long("fits all candidates")
def test_what_is_learnt_of_heavy_scrap_lies_in_its_bands(heavies: Pieces) -> None:
    assert outside(of_heavies(heavies), "heavy_scrap") == []


@pytest.mark.parametrize("process", ["aluminium_scrap", "heavy_scrap"])
def test_no_signal_tells_the_class_alone(process: str, request: pytest.FixtureRequest) -> None:
    """A column that gives the class away would be a leak; the best of them is far from the nine tenths of all."""
    pieces = request.getfixturevalue({"aluminium_scrap": "aluminium", "heavy_scrap": "heavies"}[process])
    mass = pieces.truth["true_mass"].to_numpy()
    best = {}
    for name in pieces.signals:
        column, new = pieces.signals[name], pieces.new
        known = column[pieces.old].dropna()
        cell = np.searchsorted(np.unique(known.quantile(np.linspace(0.02, 0.98, 49))), column)
        most_probable = pd.crosstab(cell[pieces.old], pieces.label[pieces.old]).idxmax(axis=1)
        predictions = pd.Series(cell[new]).map(most_probable).to_numpy()
        best[name] = float(np.average(predictions == pieces.true[new].to_numpy(), weights=mass[new]))
    name = max(best, key=lambda one: best[one])
    assert best[name] < 0.80, name
