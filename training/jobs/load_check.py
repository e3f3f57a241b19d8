"""Load check of a version, loaded as the service loads it: response time and size."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.tasks import Model
from registry.loading.loading import LoadedVersion, Loading, Refused
from registry.logged_models import UnregisteredModels
from registry.promotion import loaded, with_alias
from registry.store import Champion, MlflowStore
from registry.tracking import Tracking
from registry.versions import CHAMPION
from reporting.markdown import number
from seeds import Seed
from training.core.gate import GateCondition

TIMES = 4.0  # the champion's time or size, which a challenger may need
ROUNDS = 15  # of answers that are timed; the quickest of each model counts
LONGEST = 5.0  # s after which no further round begins, once there were some
SOME = 3  # rounds: a machine may stand still for as long during one
MIB = 2**20


@dataclass(frozen=True)
class ResourceLimit:
    """Limit of a resource that a version uses.

    Attributes
    ----------
    free : float
        So much any version may need, whatever the champion needs.
    most : float
        Limit for any version.
    """

    free: float
    most: float

    def beside(self, champion: float | None) -> float:
        """Return the limit relative to the champion; None without a champion."""
        return self.most if champion is None else max(self.free, min(TIMES * champion, self.most))


SECONDS = {1: ResourceLimit(0.005, 0.020), 1000: ResourceLimit(0.25, 1.0)}
"""Limits of the response time by number of rows in a request."""
BYTES = ResourceLimit(16 * MIB, 256 * MIB)
"""Limits of the size of a model's files."""


def on_loading(
    version: Champion, is_registered: bool, seed: Seed, tracking: Tracking
) -> tuple[str | None, tuple[GateCondition, ...]]:
    """Load a version as the service does; compare speed and size with limits and the champion.

    Parameters
    ----------
    version : Champion
        A registered version, or a model that was logged and not registered.
    is_registered : bool
        Which of the two.
    seed : Seed
        The process that it is to answer for.
    tracking : Tracking
        Where it is kept.

    Returns
    -------
    tuple
        What keeps it from loading, None where nothing does; and what is asked of it once it is loaded.
    """
    store = MlflowStore(tracking.settings.uri) if is_registered else UnregisteredModels(tracking)
    result = Loading(tracking.settings).load(store, version, seed)
    if isinstance(result, Refused):
        return result.why, ()
    return None, conditions(result, champion_beside(seed, tracking))


def champion_beside(seed: Seed, tracking: Tracking) -> LoadedVersion | None:
    """The champion as the service has it; None where there is none, or one that the service refuses."""
    version = with_alias(CHAMPION, tracking.versions(seed.process.name))
    other = None if version is None else loaded(version, seed, tracking.settings)
    return None if isinstance(other, Refused) else other


def conditions(
    challenger: LoadedVersion, champion: LoadedVersion | None, clock: Callable[[], float] = time.perf_counter
) -> tuple[GateCondition, ...]:
    """Return the conditions on speed and size of a model.

    Parameters
    ----------
    challenger : LoadedVersion
        The model.
    champion : LoadedVersion or None
        What it is compared with.
    clock : callable
        Gives the time [s] by which answers are timed.
    """
    pair = [challenger.model] if champion is None else [challenger.model, champion.model]
    timed = {rows: seconds(pair, rows, clock) for rows in SECONDS}
    sizes = [challenger.size] if champion is None else [challenger.size, champion.size]
    return (
        *(_condition(_words(rows), timed[rows], limit, 1e-3, "ms") for rows, limit in SECONDS.items()),
        _condition("size of the files", sizes, BYTES, MIB, "MiB"),
    )


def seconds(models: Sequence[Model], rows: int, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """Return each model's shortest response time for a number of rows, measured alternately [s].

    The rows are the training examples stored with each model, repeated.
    """
    inputs = [np.resize(model.examples, (rows, model.examples.shape[1])) for model in models]
    least, began = [np.inf] * len(models), clock()
    for done in range(ROUNDS):
        if done >= SOME and clock() - began > LONGEST:
            break
        for place, (model, X) in enumerate(zip(models, inputs, strict=True)):
            before = clock()
            model.columns(X)
            least[place] = min(least[place], clock() - before)
    return least


def _words(rows: int) -> str:
    return "time of an answer to one row" if rows == 1 else f"time of an answer to {rows:,} rows"


def _condition(title: str, values: Sequence[float], limit: ResourceLimit, scale: float, unit: str) -> GateCondition:
    """The condition on one number of a challenger, and of the champion where there is one."""
    own, *others = values
    champion = others[0] if others else None
    allowed = limit.beside(champion)
    measured, expected, free, most = (
        f"{number(value / scale)} {unit}" for value in (own, allowed, limit.free, limit.most)
    )
    if champion is not None:
        measured += f", of the champion {number(champion / scale)} {unit}"
        expected += f": {TIMES:g} times the champion's, {free} if that is more, and never more than {most}"
    return GateCondition(title, own <= allowed, measured, f"at most {expected}")
