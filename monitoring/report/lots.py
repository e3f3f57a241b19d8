"""Lots in order of time with the prediction before their assay and the later results, assayed or not."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.quality.model import QualityModel
from models.quality.outcomes import AssayedLots
from models.table.inputs import InputError, matrix
from physics.arrays import BoolArray, FloatArray, IntArray
from registry.versions import RegistryError
from reporting.timestamps import moment_format
from seeds import Seed


@dataclass(frozen=True, eq=False)
class PredictedLots:
    """Predictions for n lots in order of time, with the results of laboratory and inspection.

    Attributes
    ----------
    unit : ndarray of str, shape (n,)
        Unit of each lot; the process's name where the whole table is one unit.
    time : ndarray of datetime64, shape (n,)
        Start of its period.
    X : ndarray, shape (n, k)
        Inputs in plant units.
    raw : ndarray, shape (n, E + D)
        Logarithms of the contents and log-odds of the defects, as predicted.
    found : AssayedLots
        Contents, defects and grades as reported.
    unlearnt : ndarray of bool, shape (n,)
        Whether the lot is no training row.
    """

    unit: npt.NDArray[np.object_]
    time: npt.NDArray[np.datetime64]
    X: FloatArray
    raw: FloatArray
    found: AssayedLots
    unlearnt: BoolArray

    @classmethod
    def of(cls, table: pd.DataFrame, model: QualityModel, seed: Seed) -> Self:
        """Lots of a checked table.

        Raises
        ------
        RegistryError
            The model was trained with a seed of other inputs.
        """
        ordered = table.sort_values([c.name for c in (seed.time, seed.key) if c is not None], kind="stable")
        try:
            X = matrix(ordered, model.seed)
        except InputError as error:
            raise RegistryError(f"{seed.process.name}: the champion was trained with another seed: {error}") from error
        reported = ordered[[column.name for column in seed.elements]].to_numpy(dtype=np.float64)
        defects = ordered[list(seed.defects)].to_numpy(dtype=np.float64)
        unit = np.full(len(ordered), seed.process.name, dtype=object)
        if seed.key is not None:
            unit = ordered[seed.key.name].to_numpy(dtype=object)
        time = ordered[seed.clock.name].to_numpy()
        late = time >= np.datetime64(str(model.info["training_cutoff"]))
        return cls(
            unit=unit,
            time=time,
            X=X,
            raw=model.raw(X),
            found=AssayedLots.of(seed, reported, defects),
            unlearnt=late | np.isin(unit, model.info["held_out_units"]),
        )

    def __len__(self) -> int:
        """Number of lots."""
        return len(self.unit)

    def __getitem__(self, rows: IntArray | BoolArray) -> "PredictedLots":
        """Some of the lots."""
        return PredictedLots(
            self.unit[rows], self.time[rows], self.X[rows], self.raw[rows], self.found[rows], self.unlearnt[rows]
        )

    @property
    def assayed(self) -> BoolArray:
        """Return whether the laboratory reported any content of each lot, shape (n,)."""
        return np.asarray(~np.isnan(self.found.reported).all(axis=1))

    @property
    def times(self) -> list[str]:
        """Time of each lot in a readable format; with the hour only if lots differ in it."""
        return pd.DatetimeIndex(self.time).strftime(moment_format(self.time)).tolist()

    @property
    def names(self) -> list[str]:
        """Unit and time of each lot."""
        return [f"{unit}, {when}" for unit, when in zip(self.unit, self.times, strict=True)]
