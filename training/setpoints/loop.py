"""Runs arms over the periods of a plant: all of them from the same state, into the same future."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from seeds import Seed
from training.setpoints.action_space import ActionSpace
from training.setpoints.choice import Choice
from training.setpoints.observation import Observation, public
from training.setpoints.oracle import Oracle
from training.setpoints.plants import RunningPlant, TrialPlant, TrialSimulator
from training.setpoints.policies import NamedPolicy
from training.setpoints.realised import PERIODS, effects, stated_and_realised

DECISIONS = 3  # decision times at which what was stated is compared with what comes

Tick = Callable[[str], None]  # called with what is being done


@dataclass(frozen=True, eq=False)
class InitialisedPlant:
    """A plant after its history.

    Attributes
    ----------
    seed : Seed
        As a policy may see it.
    true_seed : Seed
        That the plant is simulated from.
    simulator : TrialSimulator
        What truth is worth.
    running : RunningPlant
        At the end of history; arms run on copies.
    hand : Observation
        Observation at that time.
    reach : ActionSpace
        What policies may move, by history.
    """

    seed: Seed
    true_seed: Seed
    simulator: TrialSimulator
    running: RunningPlant
    hand: Observation
    reach: ActionSpace

    @property
    def history(self) -> pd.DataFrame:
        """Training rows of the policies."""
        return self.hand.history()


@dataclass(frozen=True, eq=False)
class PolicyRun:
    """Result of a policy on a plant.

    Attributes
    ----------
    rows : DataFrame
        Key and time; `margin`, `move_cost` [$/d], `product` [kg/d], `energy` [kWh/d] and `co2e` [kgCO2e/d]; columns
        of truth that the seed limits.
    decisions : DataFrame
        Key, time, move of each set-point, `gain`, `low`, `high` and `refusal`, as in `Choice`.
    stated : DataFrame
        As of `training.setpoints.realised.stated_and_realised`, with the time of the decision.
    effects : DataFrame
        As of `training.setpoints.realised.effects`, with the time of the decision.
    """

    rows: pd.DataFrame
    decisions: pd.DataFrame
    stated: pd.DataFrame
    effects: pd.DataFrame


def begin(
    seed: Seed, plant: TrialPlant, simulator: TrialSimulator, units: int, periods: int, tick: Tick, history: int
) -> InitialisedPlant:
    """A plant whose operators have run it for a history; `periods` more are to come."""
    true_seed, known = plant.seed(seed, simulator), public(seed)
    running = simulator.begin(true_seed, units, history + periods + PERIODS, plant.rng_seed)
    hand = Observation(known)
    for _ in range(history):
        hand = hand.after(running.step())
        tick("history by the operators")
    return InitialisedPlant(known, true_seed, simulator, running, hand, ActionSpace.of(known, hand.history()))


def run(plant: InitialisedPlant, policy: NamedPolicy, periods: int, tick: Tick, second: int = 0) -> PolicyRun:
    """Run an arm over so many periods of a copy of the plant, and over those of a second year.

    What is stated is compared with what comes in the first of the two alone, so that all arms are compared alike.
    """
    choose = _chooser(plant, policy)
    running, hand = plant.running.fork(), plant.hand
    compared = {round(i * periods / DECISIONS) for i in range(DECISIONS)}
    rows: list[pd.DataFrame] = []
    decisions: list[pd.DataFrame] = []
    stated: list[pd.DataFrame] = []
    felt: list[pd.DataFrame] = []
    for period in range(periods + second):
        setpoints = None
        if choose is not None:
            choice, plan = choose(running, hand), running.plan()
            setpoints = choice.setpoints(plan, plant.seed, plant.reach.names)
            when = {plant.seed.clock.name: plan[plant.seed.clock.name].iloc[0]}
            decisions.append(_decided(choice, plant).assign(**when))
            if period in compared:
                at = (running, choice, setpoints, plant.simulator, plant.true_seed)
                stated.append(stated_and_realised(*at).assign(**when))
                felt.append(effects(*at, plant.reach.names).assign(**when))
        step = running.step(setpoints)
        hand = hand.after(step)
        rows.append(_counted(step.truth, plant))
        tick(policy.words)
    return PolicyRun(_together(rows), _together(decisions), _together(stated), _together(felt))


def _chooser(plant: InitialisedPlant, named: NamedPolicy) -> Callable[[RunningPlant, Observation], Choice] | None:
    """Return the chooser of a policy's moves; only an oracle accesses the plant. None: operators decide."""
    if named.foresees:
        oracle = Oracle(plant.true_seed, plant.reach, plant.simulator, named.foresees)
        return lambda running, hand: oracle.foresee(running, hand.table(running))
    if named.learn is None:
        return None
    policy = named.learn(plant.hand, plant.seed, plant.reach)
    return lambda running, hand: policy.choose(hand.table(running), hand)


def _decided(choice: Choice, plant: InitialisedPlant) -> pd.DataFrame:
    assert plant.seed.key is not None
    moves = dict(zip(plant.reach.names, choice.moves.T, strict=True))
    stated = {"gain": choice.gain, "low": choice.low, "high": choice.high, "refusal": choice.refusals.astype(str)}
    return pd.DataFrame({plant.seed.key.name: choice.units.astype(str), **moves, **stated})


def _counted(truth: pd.DataFrame, plant: InitialisedPlant) -> pd.DataFrame:
    """Return the data from which outcomes are computed."""
    identity = [column.name for column in plant.seed.identity]
    limited = list(dict.fromkeys(one.name for one in plant.seed.constraints))
    flows = plant.simulator.economic_value(plant.true_seed, truth)
    return pd.concat([truth[[*identity, *limited]].reset_index(drop=True), flows.reset_index(drop=True)], axis=1)


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
