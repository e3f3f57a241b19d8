"""Plants that set-points are tried on, and what a trial takes of a simulator."""

from dataclasses import dataclass
from typing import Protocol, Self

import pandas as pd

from seeds import Seed


class Stepped(Protocol):
    """Result of one period of a running plant; `truth` is for evaluation only."""

    @property
    def table(self) -> pd.DataFrame:
        """Rows of the period as available at its end."""

    @property
    def came_in(self) -> pd.DataFrame:
        """Rows of earlier periods again, with the labels that have come in."""

    @property
    def tests(self) -> pd.DataFrame:
        """Test part of each set-point in the plant's own tests: key, time and set-points."""

    @property
    def truth(self) -> pd.DataFrame:
        """Simulated truth of the period."""


class RunningPlant(Protocol):
    """A simulated plant between two periods; see `synthetic_data.Running`."""

    def plan(self) -> pd.DataFrame:
        """Set-points planned by the operators for the next period."""

    def known(self) -> pd.DataFrame:
        """Values available for the next period."""

    def step(self, setpoints: pd.DataFrame | None = None) -> Stepped:
        """Run the period to come."""

    def fork(self, future: int | None = None) -> Self:
        """A copy that goes on alone, into the same future or another."""


class TrialSimulator(Protocol):
    """Simulator interface of a trial; the caller of the trial passes it in."""

    def begin(self, seed: Seed, units: int, periods: int, rng_seed: int) -> RunningPlant:
        """A plant before its first period, which runs for at least so many periods."""

    def another_plant(self, seed: Seed, rng_seed: int) -> Seed:
        """Seed of another plant of the kind."""

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """Return `margin`, `move_cost` [$/d], `product` [kg/d], `energy` [kWh/d], `co2e` [kgCO2e/d] by row."""


@dataclass(frozen=True)
class TrialPlant:
    """A plant to try set-points on.

    Attributes
    ----------
    rng_seed : int
        Of its random numbers.
    kin : bool
        Whether it is another plant of the kind, with parameters of its own; else it has those of the seed.
    """

    rng_seed: int
    kin: bool

    @property
    def name(self) -> str:
        """Name in tables and files."""
        return f"{'other' if self.kin else 'seed'}-{self.rng_seed}"

    def seed(self, seed: Seed, simulator: TrialSimulator) -> Seed:
        """Seed that the plant is simulated from, accessible to the simulator only."""
        return simulator.another_plant(seed, self.rng_seed) if self.kin else seed


# Whatever is chosen in set-points is chosen on these,
DEVELOPMENT = tuple(TrialPlant(number, kin=number > 906) for number in range(901, 913))
# and its figures come from these, on which nothing was ever chosen.
FINAL = tuple(TrialPlant(number, kin=number > 20510) for number in (20501, 20502, 20503, 20511, 20512, 20513))
