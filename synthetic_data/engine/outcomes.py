"""The outcome of decisions on a simulated plant: where decided pieces land, and why some land elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import pandas as pd

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from synthetic_data.engine.plan import ProcessModule, SimulationError, process_module


@dataclass(frozen=True)
class Outcome:
    """Where n decided pieces landed.

    Attributes
    ----------
    bins : ndarray of int, shape (n,)
        Number of the bin in which each piece landed, in the order of the seed's bins.
    cause : ndarray of int, shape (n,)
        Index into `causes`: why a piece landed elsewhere than decided.
    causes : tuple of str
        Names of the causes; the first is empty and stands for a piece that landed as decided.
    """

    bins: IntArray
    cause: IntArray
    causes: tuple[str, ...]


class SortingModule(ProcessModule, Protocol):
    """What `synthetic_data/<process>.py` offers besides, where it simulates a sorting line."""

    outcome: Callable[[Seed, pd.DataFrame, IntArray, int], Outcome]
    piece_mass: Callable[[pd.DataFrame], FloatArray]


def outcome(seed: Seed, truth: pd.DataFrame, decisions: IntArray, rng_seed: int) -> Outcome:
    """Eject pieces that were decided to go to bins, as the simulated line of the seed's process does.

    Parameters
    ----------
    seed : Seed
        Of a sorting process with a [plant], whose parameters are those of the ejection.
    truth : DataFrame, n rows
        Truth of a simulated plant, pieces in the order in which they pass.
    decisions : ndarray of int, shape (n,)
        Number of the bin decided for each piece, in the order of the seed's bins.
    rng_seed : int
        Of the ejection's random numbers, which are the same whatever is decided.

    Returns
    -------
    Outcome

    Raises
    ------
    SimulationError
        The seed has no plant, no simulator or lacks a parameter, its simulator sorts nothing, or a decision is missing
        or no bin's number.
    """
    line = _sorting_line(seed)
    if decisions.shape != (len(truth),):
        raise SimulationError(f"decisions: got shape {decisions.shape}: expected one for each of {len(truth)} pieces")
    wrong = decisions[(decisions < 0) | (decisions >= len(seed.bins))]
    if len(wrong):
        raise SimulationError(f"decisions: got {wrong[0]}: expected 0 to {len(seed.bins) - 1}, the number of a bin")
    return line.outcome(seed, truth, decisions, rng_seed)


def piece_mass(seed: Seed, truth: pd.DataFrame) -> FloatArray:
    """True mass of each piece of a simulated sorting line.

    Parameters
    ----------
    seed : Seed
        Of a sorting process with a [plant].
    truth : DataFrame, n rows
        Truth of a simulated plant.

    Returns
    -------
    ndarray, shape (n,)
        Mass [g].

    Raises
    ------
    SimulationError
        The seed has no plant, no simulator or lacks a parameter, or its simulator sorts nothing.
    """
    return np.asarray(_sorting_line(seed).piece_mass(truth), dtype=np.float64)


def _sorting_line(seed: Seed) -> SortingModule:
    module = process_module(seed)
    if not hasattr(module, "outcome"):
        raise SimulationError(
            f"{seed.process.name}: its simulator has no outcome of decisions: expected a process that sorts pieces"
        )
    module.check(seed)
    return cast(SortingModule, module)
