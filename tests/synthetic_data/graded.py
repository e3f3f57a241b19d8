"""Simulated plants whose lots are graded, as tests replay them: each run is made once and shared."""

from functools import cached_property

import pandas as pd

from seeds import Seed, load
from seeds.format.plant import Regime
from synthetic_data import SimulatedRun, replay

UNITS, LOTS = 20, 150  # of a history: at most so many units, and lots of each
YEAR = pd.Timedelta(days=365.25)


def setpoints_of(seed: Seed, run: SimulatedRun) -> pd.DataFrame:
    """Set-points as they were set in a run, to be set by hand in another."""
    assert seed.key is not None
    return run.table[[seed.key.name, seed.clock.name, *(column.name for column in seed.by_role("setpoint"))]].copy()


class GradedPlant:
    """The default plant of a process: all of its time, and a short history that is replayed with other set-points.

    Tests share what it holds and change none of it.
    """

    def __init__(self, process: str) -> None:
        self.seed = load(process)
        assert self.seed.plant is not None
        assert self.seed.key is not None
        self.keys = [self.seed.key.name, self.seed.clock.name]
        self.elements = [column.name for column in self.seed.elements]
        self.period = pd.Timedelta(self.seed.period)
        self.years = min(self.seed.plant.years / 3.0, LOTS * (self.period / YEAR))
        self.units = min(self.seed.plant.units, UNITS)

    def value(self, parameter: str) -> float:
        """A parameter of the plant, before any regime."""
        assert self.seed.plant is not None
        return self.seed.plant.value(parameter)

    @cached_property
    def never_missing(self) -> set[str]:
        """Columns of the plant's own file, no set-points and no labels, in which no value is missing."""
        columns = [column.name for column in self.seed.by_role("before", "during", "late") if not column.is_made]
        return {name for name in columns if not self.whole.table[name].isna().any()}

    def began(self, regime: str) -> pd.Timestamp:
        """Date on which a regime begins."""
        return pd.Timestamp(self._regime(regime).start)

    def changed(self, regime: str, parameter: str) -> float:
        """Value that a regime gives a parameter."""
        return self._regime(regime).change[parameter].value

    def _regime(self, name: str) -> Regime:
        assert self.seed.plant is not None
        return next(regime for regime in self.seed.plant.regimes if regime.name == name)

    @cached_property
    def whole(self) -> SimulatedRun:
        """All units over all of their time."""
        return replay(self.seed)

    @cached_property
    def plain(self) -> SimulatedRun:
        """The same without regimes."""
        assert self.seed.plant is not None
        without: Seed = self.seed.model_copy(update={"plant": self.seed.plant.model_copy(update={"regimes": []})})
        return replay(without)

    @cached_property
    def history(self) -> SimulatedRun:
        """Some units over a part of their time."""
        return replay(self.seed, units=self.units, years=self.years)

    def replayed(self, setpoints: pd.DataFrame) -> SimulatedRun:
        """The history with set-points set by hand."""
        return replay(self.seed, units=self.units, years=self.years, setpoints=setpoints)

    def moved(self, **by: float) -> SimulatedRun:
        """The history with all set-points held as they were, but for those moved, within their ranges."""
        setpoints = setpoints_of(self.seed, self.history)
        for name, step in by.items():
            setpoints[name] = (setpoints[name] + step).clip(*self.seed.column(name).limits)
        return self.replayed(setpoints)
