"""Set-points of a sorting line: from which gain on a piece is ejected into a bin, and how much the belt carries.

Both are judged on assayed pieces: recent ones whose class the laboratory has said and that the model has not learnt
from. What a piece earns in any bin follows from its class, so a rule that was not in force is replayed exactly; of
what ejection takes along the expected part is known. Nothing is believed whose interval over lots reaches 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from models.promises import beyond_promise
from models.setpoints.advice import Estimate
from models.sorting.decision import Pieces
from models.sorting.guarantee import lot_contents, over_limit
from models.sorting.lots import LotState, numbered
from models.sorting.model import SortingModel
from models.sorting.values import oracle_bins, value_matrix
from physics.arrays import FloatArray, IntArray
from physics.sorting.ejection import crowding

FEWEST_LOTS = 20
BETWEEN = (0.05, 0.95)  # quantiles of an interval
# Gains below which a bin takes no piece, as parts of the highest gain of a kilogram in it.
PARTS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
OCCUPANCY = "occupancy"  # of the belt, the column that holds it
# A load is moved no further than what this share of the lots had on either side.
TAIL = 0.05
# Lots whose loads differ by less tell nothing of other loads.
LEAST_SPREAD = 0.01
# By so many standard errors the assayed classes must be more probable than by chance, or labels are of other pieces.
SURE = 4.0
RESAMPLES, RNG_SEED = 1000, 20260103
KG_PER_T = 1000.0


@dataclass(frozen=True, eq=False)
class Assayed:
    """n pieces that the laboratory has assayed, in the order in which they passed, whole lots.

    Parameters
    ----------
    X : ndarray, shape (n, k)
        The model's inputs in plant units; NaN is missing.
    classes : ndarray of int, shape (n,)
        Number of each piece's class by the laboratory.
    contents : ndarray, shape (n, E)
        Laboratory contents [elements' units]; NaN where there is none.
    lots : ndarray of str, shape (n,)
        Lot of each piece.
    """

    X: FloatArray
    classes: IntArray
    contents: FloatArray
    lots: npt.NDArray[np.object_]


@dataclass(frozen=True)
class Move:
    """A set-point and what it should become.

    Attributes
    ----------
    name, unit : str
        `least_gain.<bin>` [$/kg] or `occupancy` [1].
    now, to : float
        As it is, and as is recommended.
    """

    name: str
    unit: str
    now: float
    to: float


@dataclass(frozen=True)
class LineAdvice:
    """What is recommended for a sorting line, or why nothing is.

    Attributes
    ----------
    moves : tuple of Move
        None where it is refused.
    per_tonne : Estimate or None
        Expected gain on a tonne of feed [$/t]; None where too little is known to estimate one.
    per_hour : Estimate or None
        Expected gain in an hour [$/h].
    reasons : tuple of str
        What the advice rests on.
    refusal : str or None
        Why nothing is recommended.
    """

    moves: tuple[Move, ...]
    per_tonne: Estimate | None
    per_hour: Estimate | None
    reasons: tuple[str, ...]
    refusal: str | None = None


class _Replay:
    """Assayed pieces as the line decides them, and what they earn by the laboratory."""

    def __init__(self, model: SortingModel, assayed: Assayed) -> None:
        self.model, self.line, self.values = model, model.line, value_matrix(model.seed)
        self.classes, self.contents = assayed.classes, assayed.contents
        self.p = model.probabilities(assayed.X)
        self.pieces = model.pieces(assayed.X, self.p, self.values)
        names, _, self.lots = numbered(assayed.lots)
        self.n_lots = len(names)
        self.lot_mass = self.by_lot(np.ones(len(self.lots)))
        mass, gain = self.pieces.mass, self.values - self.values[self.line.rest]
        feed = np.bincount(assayed.classes, mass, self.values.shape[1]) / mass.sum()
        # An ejected kilogram takes along some of the feed, which is worth there what its classes are.
        self.along = self.line.co_ejection * gain @ feed
        self.own = gain[:, assayed.classes].T

    def worth(self, bins: IntArray) -> FloatArray:
        """What pieces earn beyond the rest in these bins, with what comes along, shape (n,) [$/kg]."""
        return np.asarray(self.own[np.arange(len(bins)), bins] + self.along[bins])

    def decided(self, least: FloatArray) -> IntArray:
        """Bins of all pieces with these least gains, shape (B,) [$/kg], lots and their limits included."""
        queue = self.line.queue(raised(self.pieces, least), self.lots)
        empty = [LotState.empty(self.model.seed)] * self.n_lots
        return self.line.fill(queue, empty, self.model.risk_price, self.lot_mass)[0]

    def over(self, bins: IntArray) -> npt.NDArray[np.bool_]:
        """Whether each lot breaks a limit, shape (L,)."""
        contents = lot_contents(self.line, bins, self.lots, self.n_lots, self.pieces.mass, self.contents)
        return over_limit(self.line, contents)

    def by_lot(self, amount: FloatArray) -> FloatArray:
        """Sum of mass times an amount [$/kg] over each lot's pieces, shape (L,) [$]."""
        return np.bincount(self.lots, self.pieces.mass * amount, self.n_lots).astype(np.float64)

    def trouble(self) -> str | None:
        """Why nothing can be learnt from the pieces, if so."""
        if self.n_lots < FEWEST_LOTS:
            return f"{self.n_lots} assayed lots, expected {FEWEST_LOTS} or more"
        shares = np.bincount(self.classes, self.pieces.mass, self.p.shape[1]) / self.pieces.mass.sum()
        more = self.p[np.arange(len(self.classes)), self.classes] - self.p @ shares
        by_lot = self.by_lot(more) / self.lot_mass
        if by_lot.mean() < SURE * by_lot.std(ddof=1) / np.sqrt(self.n_lots):
            return (
                "the model finds these pieces' classes no more probable than those of any pieces: expected labels that "
                "belong to the pieces"
            )
        return None


def raised(pieces: Pieces, least: FloatArray) -> Pieces:
    """Pieces that count in each bin what they are worth less the gain that it asks for, shape (B,) [$/kg]."""
    return replace(pieces, value=pieces.value - least)


def least_gains(model: SortingModel, assayed: Assayed, throughput: float) -> LineAdvice:
    """From which expected gain on a piece should be ejected into each bin, rather than carried on.

    At present any gain will do. That ignores what the jet takes along, and gains that a calibrated probability
    promises and the laboratory does not find. A bin's least gain is chosen on one half of the lots and judged on the
    other, each half once, so that no lot judges what was chosen on it; what is recommended is chosen on all.

    Parameters
    ----------
    model : SortingModel
        The sorter; it has not learnt from these pieces.
    assayed : Assayed
        Recent pieces.
    throughput : float
        Feed [t/h].

    Returns
    -------
    LineAdvice
        Refused where the lots are few, the labels belong to other pieces, the gain's interval reaches 0, or more lots
        break a limit than is promised.
    """
    replay = _Replay(model, assayed)
    if (trouble := replay.trouble()) is not None:
        return LineAdvice((), None, None, (), trouble)
    now = replay.decided(np.zeros(len(replay.values)))
    half = np.arange(replay.n_lots) < replay.n_lots // 2
    gained = np.zeros(replay.n_lots)
    for judged in (half, ~half):
        least = _chosen(replay, ~judged[replay.lots])
        gained += judged * replay.by_lot(replay.worth(replay.decided(least)) - replay.worth(now))
    per_tonne = _interval(
        _drawn(lambda take: KG_PER_T * float(take @ gained) / float(take @ replay.lot_mass), replay.n_lots),
        KG_PER_T * float(gained.sum() / replay.lot_mass.sum()),
    )
    per_hour = _scaled(per_tonne, throughput)
    least = _chosen(replay, np.ones(len(replay.lots), dtype=np.bool_))
    over = replay.over(replay.decided(least))
    reasons = (
        f"{len(replay.lots)} assayed pieces of {replay.n_lots} lots, replayed; each half of the lots judged what was "
        "chosen on the other",
        f"an ejected kilogram takes {replay.line.co_ejection:g} kg of the feed along",
        f"lots over a limit: {over.sum()} of {len(over)}, {replay.over(now).sum()} at present",
    )
    moves = tuple(
        Move(f"least_gain.{one.name}", one.unit, 0.0, float(gain))
        for one, gain in zip(model.seed.bins, least, strict=True)
        if gain > 0
    )
    return _judged(moves, per_tonne, per_hour, reasons, _broken(model, over))


def _chosen(replay: _Replay, rows: npt.NDArray[np.bool_]) -> FloatArray:
    """Least gain of each bin that earns most on some pieces, bin by bin, without limits, shape (B,) [$/kg]."""
    line, least = replay.line, np.zeros(len(replay.values))
    mass = replay.pieces.mass * rows

    def earned(tried: FloatArray) -> float:
        return float(mass @ replay.worth(line.wanted(raised(replay.pieces, tried))))

    for b in range(len(least)):
        highest = float((replay.values[b] - replay.values[line.rest]).max())
        if b == line.rest or highest <= 0:
            continue
        tried = [np.where(np.arange(len(least)) == b, part * highest, least) for part in PARTS]
        least = max(tried, key=earned)  # the first, the lowest, of equals
    return least


def overlap_density(occupancy: FloatArray | float) -> FloatArray:
    """Density of neighbours at a piece's edge, to which overlaps and what a jet takes along are proportional [1]."""
    return np.asarray(occupancy * crowding(occupancy), dtype=np.float64)


def belt_load(model: SortingModel, assayed: Assayed, throughput: float) -> LineAdvice:
    """How much of the belt pieces should cover, for the highest value in an hour.

    Feed grows with the load φ, and so does what goes wrong with it: readings of pieces that overlap, and neighbours
    that a jet takes along, both in proportion to the density of neighbours φ / (1 - φ)². What a tonne loses against an
    oracle by wrong decisions is a line in it over the lots, never falling; what is taken along scales with it.

    Parameters
    ----------
    model : SortingModel
        The sorter; it has not learnt from these pieces.
    assayed : Assayed
        Recent pieces of lots with different loads.
    throughput : float
        Feed at the mean load of these lots [t/h].

    Returns
    -------
    LineAdvice
        A load between those that the lots had; its interval is chance among the lots, and takes the seed's co-ejection
        as it is. Refused where the process does not measure it, the lots are few or their
        loads alike, the labels belong to other pieces, the gain's interval reaches 0, or lots with a high load break a
        limit more often than is promised. What an hour's feed, its crane and the downstream of the bins can take is
        not known here.
    """
    if OCCUPANCY not in model.names:
        return LineAdvice((), None, None, (), f"no input is called {OCCUPANCY}: the load of the belt is not measured")
    replay = _Replay(model, assayed)
    if (trouble := replay.trouble()) is not None:
        return LineAdvice((), None, None, (), trouble)
    column = assayed.X[:, model.names.index(OCCUPANCY)]
    known = np.isfinite(column)
    with np.errstate(invalid="ignore"):
        load = np.bincount(replay.lots[known], column[known], replay.n_lots) / np.bincount(
            replay.lots[known], minlength=replay.n_lots
        )
    lowest, highest = np.nanquantile(load, (TAIL, 1 - TAIL))
    if not np.isfinite(load).all() or highest - lowest < LEAST_SPREAD:
        return LineAdvice(
            (), None, None, (), f"loads of the lots from {lowest:.3f} to {highest:.3f}: expected {LEAST_SPREAD} between"
        )
    bins = replay.decided(np.zeros(len(replay.values)))
    ejected = replay.by_lot(replay.along[bins])
    best = replay.own[np.arange(len(bins)), oracle_bins(replay.values, assayed.classes)]
    lost = replay.by_lot(best - replay.own[np.arange(len(bins)), bins])
    possible, mass = replay.by_lot(best), replay.lot_mass
    now, loads = float(np.average(load, weights=mass)), np.linspace(lowest, highest, 41)
    density = overlap_density(load)

    def value(take: FloatArray, at: FloatArray) -> FloatArray:
        """Value of a tonne at some loads, from lots that are taken so often each [$/t]."""
        weight = take * mass
        total, middle = weight.sum(), weight @ density / weight.sum()
        away = density - middle
        slope = max(float(take * away @ lost) / float(weight @ away**2), 0.0)
        beyond = overlap_density(at) - middle
        along = take @ ejected / total * (1 + beyond / middle)
        return np.asarray(KG_PER_T * ((take @ (possible - lost)) / total - slope * beyond + along))

    def hourly(take: FloatArray, at: FloatArray) -> FloatArray:
        return np.asarray(throughput * at / now * value(take, at))

    once = np.ones(replay.n_lots)
    to = float(loads[np.argmax(hourly(once, loads))])
    pair = np.array([now, to])

    def gain_of(rule: Callable[[FloatArray, FloatArray], FloatArray]) -> Estimate:
        return _interval(
            _drawn(lambda take: float(np.diff(rule(take, pair))[0]), replay.n_lots), float(np.diff(rule(once, pair))[0])
        )

    per_tonne, per_hour = gain_of(value), gain_of(hourly)
    over = replay.over(bins)[load >= np.median(load)]
    reasons = (
        f"{replay.n_lots} assayed lots with loads from {load.min():.3f} to {load.max():.3f}, nine tenths of them from "
        f"{lowest:.3f} to {highest:.3f}; mean {now:.3f}",
        f"density of neighbours {float(overlap_density(to) / overlap_density(now)):.2f} times as high",
        f"lots over a limit: {over.sum()} of the {len(over)} with the higher loads",
    )
    return _judged((Move(OCCUPANCY, "1", now, to),), per_tonne, per_hour, reasons, _broken(model, over), of="hour")


def _judged(
    moves: tuple[Move, ...],
    per_tonne: Estimate,
    per_hour: Estimate,
    reasons: tuple[str, ...],
    broken: str | None,
    of: str = "tonne",
) -> LineAdvice:
    """What is advised; refused where the gain of a tonne, or an hour, may be none, or the promise is not kept."""
    gain, unit = (per_hour, "$/h") if of == "hour" else (per_tonne, "$/t")
    refusal = broken
    if gain.low <= 0 or not moves:
        refusal = f"expected gain {gain.value:.3g} {unit}, between {gain.low:.3g} and {gain.high:.3g}: it may be none"
    return LineAdvice(moves if refusal is None else (), per_tonne, per_hour, reasons, refusal)


def _broken(model: SortingModel, over: npt.NDArray[np.bool_]) -> str | None:
    allowed = 1 - model.seed.sorting_rules.confidence.value
    if not len(over) or not beyond_promise(float(over.mean()), len(over), allowed):
        return None
    return f"{over.sum()} of {len(over)} lots break a limit, where {allowed:.0%} of the lots may"


def _drawn(figure: Callable[[FloatArray], float], n_lots: int) -> FloatArray:
    """A figure of lots that are drawn again, each as often as chance has it, shape (RESAMPLES,)."""
    rng = np.random.default_rng(RNG_SEED)
    draws = rng.multinomial(n_lots, np.full(n_lots, 1 / n_lots), size=RESAMPLES).astype(np.float64)
    return np.array([figure(take) for take in draws])


def _interval(drawn: FloatArray, value: float | None = None) -> Estimate:
    low, high = np.quantile(drawn, BETWEEN)
    return Estimate(float(np.mean(drawn)) if value is None else value, float(low), float(high))


def _scaled(gain: Estimate, by: float) -> Estimate:
    return Estimate(gain.value * by, gain.low * by, gain.high * by)
