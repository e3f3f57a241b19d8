"""Outcome of sorting decisions on a simulated plant: landing bins, and causes of misplacement."""

from __future__ import annotations

import numpy as np
import pandas as pd

from physics.arrays import FloatArray, IntArray
from seeds import Seed
from synthetic_data.engine.plan import SimulationError
from synthetic_data.engine.simulator import EjectionOutcome, simulator_offering


def outcome(seed: Seed, truth: pd.DataFrame, decisions: IntArray, rng_seed: int) -> EjectionOutcome:
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
    EjectionOutcome

    Raises
    ------
    SimulationError
        The seed has no plant, no simulator or lacks a parameter, its simulator sorts nothing, or a decision is missing
        or no bin's number.
    """
    line = simulator_offering("outcome", seed)
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
    simulator_offering("outcome", seed)
    return truth["true_mass"].to_numpy(dtype=np.float64)
