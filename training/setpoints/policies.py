"""Arms of a trial: ways to choose set-points that run on the same plant with the same random numbers."""

from collections.abc import Callable
from dataclasses import dataclass

from seeds import Seed
from training.setpoints.action_space import ActionSpace
from training.setpoints.choice import Policy
from training.setpoints.naive_policies import AllColumnsRegression, PriorColumnsRegression
from training.setpoints.observation import Observation
from training.setpoints.product import RefittedModelPolicy, StaticModelPolicy, WithTests

Learner = Callable[[Observation, Seed, ActionSpace], Policy]


@dataclass(frozen=True)
class NamedPolicy:
    """A way to choose set-points.

    Attributes
    ----------
    name, words : str
        In files and metrics, and in tables.
    learn : callable or None
        Policy from an observation, the seed available to a policy, and the action space; None for all others.
    foresees : int
        Periods that an oracle looks ahead; 0 for other policies.
    goes_on : bool
        Whether it runs on through the second year of a trial that has one.
    """

    name: str
    words: str
    learn: Learner | None = None
    foresees: int = 0
    goes_on: bool = False


def without_evidence(hand: Observation, seed: Seed, reach: ActionSpace) -> Policy:
    """Advice of physics as it is assumed before a plant's history."""
    return StaticModelPolicy(hand, seed, reach, evidence=False)


OPERATORS = NamedPolicy("operators", "operators", goes_on=True)
ARMS = (
    OPERATORS,
    NamedPolicy("naive", "prediction model, all columns", AllColumnsRegression.learn),
    NamedPolicy("naive_history", "prediction model with unit history", AllColumnsRegression.learn_with_history),
    NamedPolicy("before_and_setpoints", "trees on prior columns and set-points", PriorColumnsRegression.learn),
    NamedPolicy("assumed", "physics as assumed", without_evidence),
    NamedPolicy("ours", "recommended", StaticModelPolicy, goes_on=True),
    NamedPolicy("again", "recommended, refitted", RefittedModelPolicy, goes_on=True),
    NamedPolicy("tested", "recommended, with set-point tests", WithTests, goes_on=True),
    NamedPolicy("oracle_greedy", "oracle, 1 period ahead", foresees=1),
    NamedPolicy("oracle", "oracle, 3 periods ahead", foresees=3, goes_on=True),
)
NAIVE = ("naive", "naive_history", "before_and_setpoints")  # prediction models, optimised over the set-points
RECOMMENDED = ("ours", "again", "tested")  # what the product recommends, after a plant's history
