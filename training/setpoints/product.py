"""Policies that use the service's recommender: fitted once, refitted, and with tests of their own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.setpoints.advice import UnitRecommendation
from models.setpoints.errors import SetpointError
from models.setpoints.experiments import experiments
from models.setpoints.learning import learn
from models.setpoints.model import SetpointModel
from models.setpoints.recommender import recommend
from physics.arrays import FloatArray
from seeds import Seed
from training.setpoints.action_space import ActionSpace
from training.setpoints.choice import Choice
from training.setpoints.observation import Observation, split_plan

AGAIN = 3  # periods after which a policy that learns again does so, and for which a test is left alone
TESTED = 0.08  # share of the units that a policy tests at a time


def choice_of(advice: Sequence[UnitRecommendation], reach: ActionSpace) -> Choice:
    """Advice as a choice."""
    gain, low, high = (np.array([getattr(one.gain, part) for one in advice]) for part in ("value", "low", "high"))
    units = np.array([one.unit for one in advice], dtype=object)
    moves = np.array([[one.moves.get(name, 0.0) for name in reach.names] for one in advice])
    return Choice(units, moves, gain, low, high, np.array([one.refusal or "" for one in advice], dtype=object))


def advised(model: SetpointModel | str, table: pd.DataFrame, seed: Seed, reach: ActionSpace) -> Choice:
    """Return a model's advice for the planned rows; without a model all units are refused with a reason."""
    if not isinstance(model, str):
        return choice_of(recommend(model, table), reach)
    assert seed.key is not None
    units = split_plan(table, seed)[1][seed.key.name].to_numpy(object)
    nothing = np.zeros(len(units))
    still = np.zeros((len(units), len(reach.names)))
    return Choice(units, still, nothing, nothing, nothing, np.full(len(units), model, dtype=object))


def fitted(history: pd.DataFrame, seed: Seed, **known: Any) -> SetpointModel | str:
    """Fit a model on the observation, or return the reason of failure."""
    try:
        return learn(history, seed, **known)
    except SetpointError as error:
        return f"model not fitted: {error}"


class StaticModelPolicy:
    """Advice of a model that learns history before the first period.

    Parameters
    ----------
    hand : Observation
        Observation at that time.
    seed : Seed
        As a policy may see it.
    reach : ActionSpace
        Names of the set-points.
    evidence : bool
        Whether history sharpens the physics; else it is physics as assumed.
    """

    def __init__(self, hand: Observation, seed: Seed, reach: ActionSpace, evidence: bool = True) -> None:
        self._seed, self._reach = seed, reach
        self._model = fitted(hand.history(), seed, tests=hand.tests, evidence=evidence)

    def choose(self, table: pd.DataFrame, hand: Observation) -> Choice:
        """See `Policy`."""
        return advised(self._model, table, self._seed, self._reach)


class RefittedModelPolicy:
    """Advice of a model that learns again every few periods what it and the operators have done.

    It stores the part of the set-points that was its own advice: that part is not random and excluded from fits.
    """

    def __init__(self, hand: Observation, seed: Seed, reach: ActionSpace) -> None:
        self._seed, self._reach = seed, reach
        self._advised: list[pd.DataFrame] = []
        self._tests: list[pd.DataFrame] = []
        self._model = fitted(hand.history(), seed, tests=hand.tests)
        self._periods = 0

    def choose(self, table: pd.DataFrame, hand: Observation) -> Choice:
        """See `Policy`."""
        history, planned = split_plan(table, self._seed)
        if self._periods and self._periods % AGAIN == 0:
            tests = self._all_tests(hand)
            self._model = fitted(history, self._seed, tests=tests, advised=pd.concat(self._advised, ignore_index=True))
        choice = self._chosen(table, planned)
        self._periods += 1
        return choice

    def _chosen(self, table: pd.DataFrame, planned: pd.DataFrame) -> Choice:
        choice = advised(self._model, table, self._seed, self._reach)
        self._advised.append(self._steps(planned, choice.units, choice.moves))
        return choice

    def _all_tests(self, hand: Observation) -> pd.DataFrame | None:
        """Return the test part of the set-points in each period: the plant's tests plus the policy's own."""
        if not self._tests:
            return hand.tests
        key, time = (column.name for column in self._seed.identity)
        own, names = pd.concat(self._tests, ignore_index=True).sort_values([key, time]), list(self._reach.names)
        own[names] = own.groupby(key)[names].cumsum()
        return pd.concat([own, hand.tests], ignore_index=True).groupby([key, time], as_index=False)[names].sum()

    def _steps(self, planned: pd.DataFrame, units: npt.NDArray[np.object_], moves: FloatArray) -> pd.DataFrame:
        """Return key, time and moves of set-points, as `learn` takes them."""
        assert self._seed.key is not None
        key, time = self._seed.key.name, self._seed.clock.name
        return pd.DataFrame(
            {key: units, time: planned[time].iloc[0], **dict(zip(self._reach.names, moves.T, strict=True))}
        )


class WithTests(RefittedModelPolicy):
    """The same, and some units are moved at random, as the model proposes: what they answer is evidence.

    A test moves set-points of a unit once. After that the operators control the unit for the length of the test, and it
    gets no advice meanwhile.
    """

    def __init__(self, hand: Observation, seed: Seed, reach: ActionSpace) -> None:
        super().__init__(hand, seed, reach)
        self._until: dict[str, int] = {}  # period in which a unit under test is free again

    def _chosen(self, table: pd.DataFrame, planned: pd.DataFrame) -> Choice:
        choice = advised(self._model, table, self._seed, self._reach)
        place = {unit: i for i, unit in enumerate(choice.units)}
        tests = np.zeros_like(choice.moves)
        if self._periods % AGAIN == 0 and not isinstance(self._model, str):
            for test in experiments(self._model, table, TESTED, rng_seed=self._periods).tests:
                tests[place[test.unit]] = [test.moves.get(name, 0.0) for name in self._reach.names]
                self._until[test.unit] = self._periods + test.periods
        under = np.array([self._until.get(unit, 0) > self._periods for unit in choice.units])
        moves = np.where(under[:, None], tests, choice.moves)
        self._tests.append(self._steps(planned, choice.units, tests))
        self._advised.append(self._steps(planned, choice.units, np.where(under[:, None], 0.0, choice.moves)))
        nothing = np.where(under, np.nan, choice.gain)
        low, high = np.where(under, np.nan, choice.low), np.where(under, np.nan, choice.high)
        refusals = np.where(under, "under test", choice.refusals).astype(object)
        return Choice(choice.units, moves, nothing, low, high, refusals)
