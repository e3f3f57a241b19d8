"""Recommended and requested gains and belt loads on assayed pieces, or the reason for none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.setpoints.advice import GainEstimate
from models.setpoints.lot_advice import NOTHING, LotAdvice, LotLimit
from models.sorting.piece_features import Sorter
from models.sorting.setpoints.assayed import Assayed
from models.sorting.setpoints.prices import priced, prices_of, values_of
from models.sorting.setpoints.replay import LEAST_SPREAD, OCCUPANCY, SorterReplay, SorterResult
from models.sorting.setpoints.setpoints import LEAST_GAIN, line_setpoints
from physics.arrays import FloatArray
from seeds import Quantity, Seed
from seeds.format.tasks.sorting import SD_OF
from system.cancellation import between

if TYPE_CHECKING:
    import pandas as pd


BETWEEN = (0.05, 0.95)  # quantiles of an interval
LOADS = 41  # that are evaluated
VALUE, FEED = "value_of_a_tonne", "feed"  # what moves change: a tonne's value [$/t], and feed over that as planned [1]
EFFECT_UNITS = {VALUE: "$/t", FEED: "1"}
PAY = "small gains, which probabilities promise and assays do not find, stay on the belt with what they take along"
MORE_FEED, FEWER_OVERLAPS = "more feed in the same time", "fewer pieces that overlap or are taken along"


@dataclass(frozen=True)
class LinePlan:
    """Planned set-points of the line for a lot.

    Attributes
    ----------
    unit : str
        The lot.
    start : Timestamp
        When its first piece passes.
    setpoints : Mapping of str to float
        What is planned of `line_setpoints`, by name [their units]; a least gain that is left out is 0, a load that of
        the assayed lots.
    """

    unit: str
    start: pd.Timestamp
    setpoints: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class LineSetPoints:
    """Sorting line: its sorter, and assayed pieces outside the sorter's training rows.

    Attributes
    ----------
    model : Sorter
        The sorter.
    assayed : Assayed
        Recent pieces.
    """

    model: Sorter
    assayed: Assayed

    @property
    def seed(self) -> Seed:
        """The process."""
        return self.model.seed

    @property
    def prices(self) -> dict[str, Quantity]:
        """Prices that advice reckons with, by name."""
        return prices_of(self.seed)

    def priced(self, given: Mapping[str, float] | None) -> dict[str, float]:
        """All prices by name, some of them replaced; SetpointError where one cannot be."""
        return priced(self.seed, given)

    def replay(self, prices: Mapping[str, float] | None) -> SorterReplay:
        """The assayed pieces at some prices."""
        return self._replays(tuple(self.priced(prices).items()))

    @cached_property
    def _replays(self) -> Callable[[tuple[tuple[str, float], ...]], SorterReplay]:
        @lru_cache(maxsize=2)
        def made(prices: tuple[tuple[str, float], ...]) -> SorterReplay:
            return SorterReplay(self.model, self.assayed, values_of(self.seed, dict(prices)))

        return made

    def bounds(self, prices: Mapping[str, float] | None) -> dict[str, tuple[float, float]]:
        """Return the evaluated range of each set-point at given prices, by name [its unit].

        A least gain above all that a kilogram can gain ejects nothing; loads are known where the assayed lots had them.
        """
        replay = self.replay(prices)
        gains = {
            f"{LEAST_GAIN}{one.name}": (0.0, max(highest, 0.0))
            for one, highest in zip(self.seed.bins, replay.highest_gains, strict=True)
        }
        ends = (float(np.nanmin(replay.load)), float(np.nanmax(replay.load))) if replay.has_loads else (0.0, 1.0)
        return {setpoint.name: gains.get(setpoint.name, ends) for setpoint in line_setpoints(self.seed)}


@dataclass(frozen=True, eq=False)
class _Setting:
    """Minimum gains, shape (B,) [$/kg], and the belt's load [1]; NaN if unknown."""

    least: FloatArray
    load: float


def recommend(
    line: LineSetPoints, plans: Sequence[LinePlan], prices: Mapping[str, float] | None = None
) -> list[LotAdvice]:
    """Least gains and a load for each plan, as far as their gain is beyond doubt.

    Least gains are chosen on one half of the lots and evaluated on the other, each half once. The load is chosen by
    the value of an hour of the belt, within the middle 90 % of the lots' loads. Each is left as planned where its
    gain's interval over lots reaches 0, or more lots break a limit than is promised.

    Raises
    ------
    SetpointError
        Prices that cannot be.
    """
    replay = line.replay(prices)
    return [_recommended(replay, plan, line.seed) for plan in between(plans)]


def what_if(
    line: LineSetPoints,
    plans: Sequence[LinePlan],
    moves: Sequence[Mapping[str, float]],
    prices: Mapping[str, float] | None = None,
) -> list[LotAdvice]:
    """Evaluate given moves of each plan's set-points, by name [their units], whether they gain or not.

    All lots weigh them: moves that were chosen by looking at the same lots look better than they are.

    Raises
    ------
    SetpointError
        Prices that cannot be.
    """
    replay, recommendations = line.replay(prices), []
    for plan, own in between(zip(plans, moves, strict=True)):
        now = _setting(replay, plan.setpoints, line.seed)
        refusal = replay.trouble or _unknown_load(replay, now) or (_no_loads(replay) if own.get(OCCUPANCY) else None)
        if refusal is not None:
            recommendations.append(_advice(replay, plan, now, now, refusal=refusal))
            continue
        setpoints = _setpoints(now, line.seed)
        to = _setting(replay, {name: value + own.get(name, 0.0) for name, value in setpoints.items()}, line.seed)
        before, after = replay.of_gains(now.least), replay.of_gains(to.least)
        of_gains = after.curve.at(now.load) - before.curve.at(now.load)
        recommendations.append(_advice(replay, plan, now, to, of_gains, _of_load(after, now.load, to.load)))
    return recommendations


def _recommended(replay: SorterReplay, plan: LinePlan, seed: Seed) -> LotAdvice:
    now = _setting(replay, plan.setpoints, seed)
    refusal = replay.trouble or _unknown_load(replay, now)
    if refusal is not None:
        return _advice(replay, plan, now, now, refusal=refusal)
    before, reasons = replay.of_gains(now.least), []
    least, of_gains = replay.chosen, replay.a_tonne(replay.crossed - before.earned)
    obstacle = _why_not(of_gains) or replay.broken(replay.of_gains(least).over)
    if np.array_equal(least, now.least) or obstacle is not None:
        reasons += [] if obstacle is None or np.array_equal(least, now.least) else [f"least gains: {obstacle}"]
        least, of_gains = now.least, np.zeros(len(replay.takes))
    after = replay.of_gains(least)
    load, of_load, obstacle = _best_load(replay, after, now.load)
    reasons += [] if obstacle is None else [f"{OCCUPANCY}: {obstacle}"]
    to = _Setting(least, load)
    stays = np.array_equal(to.least, now.least) and to.load == now.load
    refusal = "; ".join(reasons) if stays and reasons else None
    notes = [] if refusal else [f"stays as planned, {reason}" for reason in reasons]
    return _advice(replay, plan, now, to, of_gains, of_load, refusal, notes)


def _best_load(replay: SorterReplay, after: SorterResult, now: float) -> tuple[float, FloatArray, str | None]:
    """Return the load of highest hourly value, its gain in each resample, and the reason against it.

    With a reason the load is the planned one, and it brings nothing.
    """
    nothing = np.zeros(len(replay.takes))
    if OCCUPANCY not in replay.model.names:
        return now, nothing, None
    if (refusal := _no_loads(replay)) is not None:
        return now, nothing, refusal
    loads = np.linspace(*replay.middle, LOADS)
    to = float(loads[np.argmax([_of_load(after, now, float(one))[0] for one in loads])])
    gain = _of_load(after, now, to)
    refusal = _why_not(gain) or replay.broken(after.over[replay.load >= np.median(replay.load)])
    return (to, gain, None) if refusal is None else (now, nothing, refusal)


def _of_load(after: SorterResult, now: float, to: float) -> FloatArray:
    """Return the gain of another load a tonne of feed in the planned time, shape (R,) [$/t]."""
    if to == now or math.isnan(now):
        return np.zeros(len(after.curve.kept))
    return np.asarray(to / now * after.curve.at(to) - after.curve.at(now))


def _why_not(gain: FloatArray) -> str | None:
    """Return the reason if a gain is not statistically significant; None otherwise."""
    one = _estimate(gain)
    if one.low > 0:
        return None
    return f"expected gain {one.value:.3g} $/t, between {one.low:.3g} and {one.high:.3g}: it may be none"


def _unknown_load(replay: SorterReplay, now: _Setting) -> str | None:
    """Return the reason if a planned load is not usable; None otherwise."""
    if not replay.has_loads or math.isnan(now.load):
        return None
    low, high = float(replay.load.min()), float(replay.load.max())
    if low <= now.load <= high:
        return None
    return f"{OCCUPANCY} {now.load:.3g} outside {low:.3g} to {high:.3g}, the loads of the assayed lots"


def _no_loads(replay: SorterReplay) -> str | None:
    """Return the reason if other loads cannot be evaluated; None otherwise."""
    if replay.has_loads:
        return None
    low, high = replay.middle
    return f"loads of the lots from {low:.3f} to {high:.3f}: expected {LEAST_SPREAD} or more between"


def _setting(replay: SorterReplay, setpoints: Mapping[str, float], seed: Seed) -> _Setting:
    least = np.array([setpoints.get(f"{LEAST_GAIN}{one.name}", 0.0) for one in seed.bins])
    return _Setting(least, setpoints.get(OCCUPANCY, replay.mean_load))


def _setpoints(setting: _Setting, seed: Seed) -> dict[str, float]:
    own = {f"{LEAST_GAIN}{one.name}": float(gain) for one, gain in zip(seed.bins, setting.least, strict=True)} | {
        OCCUPANCY: setting.load
    }
    return {setpoint.name: own[setpoint.name] for setpoint in line_setpoints(seed)}


def _advice(
    replay: SorterReplay,
    plan: LinePlan,
    now: _Setting,
    to: _Setting,
    of_gains: FloatArray | None = None,
    of_load: FloatArray | None = None,
    refusal: str | None = None,
    notes: Sequence[str] = (),
) -> LotAdvice:
    """Advice on a plan; what its parts bring is of shape (R,) [$/t of feed as planned]."""
    planned, then = _setpoints(now, replay.model.seed), _setpoints(to, replay.model.seed)
    moves = {
        name: 0.0 if then[name] == value or math.isnan(value) else then[name] - value for name, value in planned.items()
    }
    effects = {VALUE: NOTHING, FEED: NOTHING}
    gain, cause = NOTHING, None
    before, after = replay.of_gains(now.least), replay.of_gains(to.least)
    if of_gains is not None and of_load is not None and any(moves.values()):
        more = to.load / now.load - 1 if moves.get(OCCUPANCY) else 0.0
        a_tonne = of_gains + (after.curve.at(to.load) - after.curve.at(now.load) if more else 0.0)
        gain = _estimate(of_gains + of_load)
        effects = {VALUE: _estimate(a_tonne), FEED: GainEstimate(more, more, more)}
        parts = {PAY: float(of_gains[0]), MORE_FEED if more > 0 else FEWER_OVERLAPS: float(of_load[0])}
        best = max(parts, key=lambda words: parts[words])
        cause = best if parts[best] > 0 else None
    return LotAdvice(
        unit=plan.unit,
        start=plan.start,
        plan=planned,
        moves=moves,
        gain=gain,
        effects=effects,
        limits=_limits(replay, before, after),
        cause=cause,
        supporting_rows=replay.n_lots,
        nearest=(),
        refusal=refusal,
        notes=(*_grounds(replay), *notes),
    )


def _grounds(replay: SorterReplay) -> list[str]:
    """Return the basis of a recommendation."""
    along = replay.line.co_ejection
    grounds = [
        f"{len(replay.lots)} assayed pieces of {replay.n_lots} lots, replayed",
        f"an ejected kilogram takes {along:g} kg of the feed along",
    ]
    if replay.has_loads:
        low, high = replay.middle
        grounds.append(f"loads of nine tenths of the lots from {low:.3f} to {high:.3f}, mean {replay.mean_load:.3f}")
    return grounds


def _limits(replay: SorterReplay, before: SorterResult, after: SorterResult) -> tuple[LotLimit, ...]:
    """Each limit of each bin: how many of the assayed lots break it, as planned and after the moves."""
    seed, limits = replay.model.seed, []
    for b, e in zip(*(part.tolist() for part in replay.line.pairs), strict=True):
        one, element = seed.bins[b], seed.elements[e]
        name, place = f"{one.name}.{element.name}", (slice(None), b, e)
        if (limit := one.limits.get(element.name)) is not None:
            limits.append(_limit(seed, name, limit, before.contents[place], after.contents[place]))
        if (limit := one.sd_limits.get(element.name)) is not None:
            limits.append(_limit(seed, f"{SD_OF} {name}", limit, before.sds[place], after.sds[place]))
    return tuple(limits)


def _limit(seed: Seed, name: str, limit: Quantity, before: FloatArray, after: FloatArray) -> LotLimit:
    """A limit, from what lots hold of it as planned and after the moves, shape (L,) each [its unit]."""
    return LotLimit(
        column=name,
        unit=limit.unit,
        bound=limit.value,
        at_most=True,
        expected=_mean(after),
        chance=float(np.mean(after > limit.value)),
        allowed=round(1 - seed.sorting_rules.confidence.value, 12),
        before=float(np.mean(before > limit.value)),
    )


def _mean(values: npt.NDArray[np.float64]) -> float:
    """Mean of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else math.nan


def _estimate(drawn: FloatArray) -> GainEstimate:
    """Value by all lots, the first of the draws, and the interval of the others."""
    low, high = np.quantile(drawn[1:], BETWEEN)
    return GainEstimate(float(drawn[0]), float(low), float(high))
