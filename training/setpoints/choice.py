"""Choice of a policy for the units of a plant and a period."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from physics.arrays import FloatArray
from seeds import Seed
from training.setpoints.observation import Observation


@dataclass(frozen=True, eq=False)
class Choice:
    """Moves of k set-points for n units.

    Attributes
    ----------
    units : ndarray of str, shape (n,)
        Names of the units.
    moves : ndarray, shape (n, k)
        Addition to each set-point's plan [each set-point's unit]; 0 without a move.
    gain, low, high : ndarray, shape (n,)
        Stated gain over this and the coming two periods and its 90 % interval [$/d]; NaN where none is stated.
    refusals : ndarray of str, shape (n,)
        Why nothing is recommended; empty where something is or nothing pays.
    """

    units: npt.NDArray[np.object_]
    moves: FloatArray
    gain: FloatArray
    low: FloatArray
    high: FloatArray
    refusals: npt.NDArray[np.object_]

    @classmethod
    def without_interval(cls, units: npt.NDArray[np.object_], moves: FloatArray, gain: FloatArray) -> Self:
        """Moves of a policy that knows no doubt."""
        nothing = np.full(len(units), np.nan)
        return cls(units, moves, gain, nothing, nothing, np.full(len(units), "", dtype=object))

    def setpoints(self, plan: pd.DataFrame, seed: Seed, names: tuple[str, ...]) -> pd.DataFrame:
        """Set-points for `Running.step`; NaN retains the operators' plan."""
        assert seed.key is not None
        key, time = seed.key.name, seed.clock.name
        plan = plan.set_index(key).loc[list(self.units)].reset_index()
        given = plan[[key, time]].copy()
        for name, moves in zip(names, self.moves.T, strict=True):
            low, high = seed.column(name).settable
            given[name] = np.where(moves != 0, np.clip(plan[name] + moves, low, high), np.nan)
        return given


class Policy(Protocol):
    """Policy: chooses moves from an observation."""

    def choose(self, table: pd.DataFrame, hand: Observation) -> Choice:
        """Moves for the planned rows of what `hand.table` gave."""
