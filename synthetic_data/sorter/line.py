"""Scrap-sorting line of any sensors: names of its lots, requirements of feeds, ejection."""

from __future__ import annotations

import numpy as np
import pandas as pd

from physics.arrays import IntArray
from seeds import Seed
from synthetic_data.engine.plan import RunPlan
from synthetic_data.engine.simulator import EjectionOutcome, Simulator
from synthetic_data.sorter.ejection import CAUSES, eject
from synthetic_data.sorter.parameters import EjectionParameters, SorterParameters, of_feeds

OF_THE_LINE = (SorterParameters, EjectionParameters)


class ScrapSorter(Simulator):
    """A line that sorts scrap; one of its own adds its sensors to `parameters`, and gives `rows`."""

    def unit_name(self, unit: int) -> str:
        """Name of a lot: L-00001 is the first of the run."""
        return f"L-{unit + 1:05d}"

    def steps(self, plan: RunPlan) -> int:
        """Lots of a run."""
        return plan.units

    def seed_parameters(self, seed: Seed) -> dict[str, str]:
        """Parameters of the seed's feeds."""
        return of_feeds(seed)

    def outcome(self, seed: Seed, truth: pd.DataFrame, decisions: IntArray, rng_seed: int) -> EjectionOutcome:
        """Bin in which the belt puts each decided piece, with the cause where it is another one."""
        named = {"size": "size", "occupancy": "occupancy", "neighbour_gap": "neighbour_gap", "mass": "true_mass"}
        pieces = {name: truth[column].to_numpy(dtype=np.float64) for name, column in named.items()}
        remaining = [one.rest for one in seed.bins].index(True)
        rng = np.random.default_rng(rng_seed)
        return EjectionOutcome(*eject(decisions, remaining, pieces, EjectionParameters.of(seed), rng), CAUSES)
