"""Arms of a trial: ways to choose set-points that run on the same plant with the same random numbers."""

from collections.abc import Callable
from dataclasses import dataclass

from seeds import Seed
from training.setpoints.action_space import Reach
from training.setpoints.choice import Policy
from training.setpoints.naive_policies import OnAllColumns, OnBeforeAndKnobs
from training.setpoints.observation import Hand
from training.setpoints.product import LearntAgain, LearntOnce, WithTests

Learner = Callable[[Hand, Seed, Reach], Policy]


@dataclass(frozen=True)
class Arm:
    """A way to choose set-points.

    Attributes
    ----------
    name, words : str
        In files and metrics, and in tables.
    learn : callable or None
        Policy from what is in hand, the seed as a policy may see it, and the reach; None for operators and oracles.
    foresees : int
        Periods that an oracle looks ahead; 0 for everybody else.
    goes_on : bool
        Whether it runs on through the second year of a trial that has one.
    """

    name: str
    words: str
    learn: Learner | None = None
    foresees: int = 0
    goes_on: bool = False


def without_evidence(hand: Hand, seed: Seed, reach: Reach) -> Policy:
    """Advice of physics as it is assumed before a plant's history."""
    return LearntOnce(hand, seed, reach, evidence=False)


OPERATORS = Arm("operators", "operators", goes_on=True)
ARMS = (
    OPERATORS,
    Arm("naive", "prediction model, all columns", OnAllColumns.learn),
    Arm("before_and_knobs", "trees on prior columns and set-points", OnBeforeAndKnobs.learn),
    Arm("assumed", "physics as assumed", without_evidence),
    Arm("ours", "recommended", LearntOnce, goes_on=True),
    Arm("again", "recommended, refitted", LearntAgain, goes_on=True),
    Arm("tested", "recommended, with set-point tests", WithTests, goes_on=True),
    Arm("oracle_greedy", "oracle, 1 period ahead", foresees=1),
    Arm("oracle", "oracle, 3 periods ahead", foresees=3, goes_on=True),
)
NAIVE = ("naive", "before_and_knobs")  # prediction models, optimised over the knobs
RECOMMENDED = ("ours", "again", "tested")  # what the product recommends, after a plant's history
