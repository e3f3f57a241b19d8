"""Trial of a sorter's decisions on a new simulated plant, by simulated truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table

from models.sorting.decision import SortingLine
from models.sorting.guarantee import broken, lot_sds, over_sd_limit
from models.sorting.model import SortingModel
from models.sorting.values import oracle_bins, value_matrix
from models.uncertainty.guarantees import lots_needed, shown_after
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed
from seeds.format.tasks.sorting import USUAL_CALIBRATION_CONFIDENCE
from training.core.dataset import Dataset
from training.sorting.evaluate import (
    KG_PER_T,
    AnalysedPieces,
    Decided,
    by_bin,
    economic_value,
    lost_by_cause,
    lots_over_limit,
    over_lots,
    rest_of,
    share,
    value_metrics,
)
from training.sorting.fit import pieces_of, sort_lots


class LandedPieces(Protocol):
    """Landing bins of sorted pieces, and the cause of each difference: index in `causes`, 0 as decided."""

    @property
    def bins(self) -> IntArray:
        """Bin of each piece, shape (n,)."""

    @property
    def cause(self) -> IntArray:
        """Cause of each piece, shape (n,)."""

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of the causes."""


class SortingPlant(Protocol):
    """Simulated sorting line of a trial."""

    def piece_mass(self, data: Dataset) -> FloatArray:
        """True mass of each piece, shape (n,) [g]."""

    def outcome(self, data: Dataset, bins: IntArray) -> LandedPieces:
        """Return the bins in which pieces land after these decisions, shape (n,)."""


@dataclass(frozen=True)
class SortingTrial:
    """Results of a champion on a new simulated plant, by simulated truth.

    Attributes
    ----------
    process : str
        Name of the process.
    version : int or None
        The champion's; None where the model is not a registered one.
    lots, pieces : int
        Size of the trial.
    tonnes : float
        Mass of the feed [t].
    accuracy : float
        Share of the mass whose class was predicted right [1].
    value, oracle, ejected_oracle : float
        What the sorted feed is worth as it landed, with every piece where its class is worth most, and with that
        oracle's decisions ejected by the same belt [$/t].
    value_share, value_share_low, value_share_high : float
        Value over the oracle's, and its 90 % interval over lots [1].
    bins : Mapping of str to Mapping of str to float
        For each bin its share of the mass, and purity and recovery of all but the rest, as landed [1].
    lost : Mapping of str to float
        What is lost against the oracle by cause, decisions first, then the belt; they sum up to oracle - value [$/t].
    over_limit : int
        Lots that break a limit, as landed.
    confidence : float
        Share of the lots that were promised to keep all limits [1].
    over_sd_limit : int or None
        Lots that break a limit of a standard deviation, as landed; None where no bin has one.
    over_by_laboratory : int or None
        Lots that break a limit as they were decided, by the laboratory, which the guarantee on the training plant is
        about; None where no bin has a limit.
    shown_after : int or None
        After how many lots the laboratory's contents show here what was promised elsewhere; None: not by the lots of
        the trial.
    calibration_confidence : float
        How sure that promise was.
    """

    process: str
    version: int | None
    lots: int
    pieces: int
    tonnes: float
    accuracy: float
    value: float
    oracle: float
    ejected_oracle: float
    value_share: float
    value_share_low: float
    value_share_high: float
    bins: Mapping[str, Mapping[str, float]]
    lost: Mapping[str, float]
    over_limit: int
    confidence: float
    over_sd_limit: int | None = None
    over_by_laboratory: int | None = None
    shown_after: int | None = None
    calibration_confidence: float = USUAL_CALIBRATION_CONFIDENCE


def plant_size(seed: Seed, lots: int) -> dict[str, int]:
    """A plant of so many lots: each lot is a unit."""
    return {"units": lots}


def outcome(model: SortingModel, data: Dataset, plant: SortingPlant, version: int | None = None) -> SortingTrial:
    """Sort all lots of a simulated plant, eject the pieces and count them."""
    decided = sort_lots(model, data.X, true_pieces(data, plant), data.seed)
    result, rules = counted(data, decided, plant, version), data.seed.sorting_rules
    if not any(one.is_limited for one in data.seed.bins):
        return result
    over = _over_in_time(data, decided)
    shown = shown_after(over, rules.may_break, rules.sure)
    return replace(result, over_by_laboratory=int(over.sum()), shown_after=shown, calibration_confidence=rules.sure)


def _over_in_time(data: Dataset, decided: Decided) -> BoolArray:
    """Return whether lots break a limit as decided, by the laboratory, in the order in which they came."""
    over = lots_over_limit(data.seed, decided, pieces_of(data))
    lot_starts = pd.Series(data.periods).groupby(data.units, sort=True).min()
    return np.asarray(over[np.argsort(lot_starts.to_numpy(), kind="stable")])


def true_pieces(data: Dataset, plant: SortingPlant) -> AnalysedPieces:
    """Return the true classes and contents of a simulated plant's pieces."""
    assert data.truth is not None
    assert data.true_contents is not None
    return AnalysedPieces(data.truth.astype(np.intp), plant.piece_mass(data), data.units, data.true_contents)


def counted(data: Dataset, decided: Decided, plant: SortingPlant, version: int | None = None) -> SortingTrial:
    """Eject what was decided and count it by mass and value.

    Parameters
    ----------
    data : Dataset
        Of a simulated plant, with its truth.
    decided : Decided
        A sorter's decisions on its rows.
    plant : SortingPlant
        The simulated plant whose belt ejects.
    version : int, optional
        The sorter's, for the record.

    Returns
    -------
    SortingTrial
    """
    seed, pieces = data.seed, true_pieces(data, plant)
    values, residue, mass = value_matrix(seed), rest_of(seed), pieces.mass
    names = [one.name for one in seed.bins]
    landed = plant.outcome(data, decided.bin)
    where, cause = landed.bins, landed.cause
    oracle_where = plant.outcome(data, oracle_bins(values, pieces.classes)).bins
    after = replace(decided, bin=where)
    worth_landed, best = economic_value(values, where, pieces), values.max(axis=0)[pieces.classes]
    figures = by_bin(values, residue, names, after, pieces)
    low, high = over_lots(mass * worth_landed, mass * best, pieces.lots)
    lost = lost_by_cause(values, seed.sorting_rules.carried_along, residue, decided, pieces)
    lost.pop("co-ejection")  # counted below, as the belt does it
    gone = mass * (economic_value(values, decided.bin, pieces) - worth_landed)
    lost |= {
        name: KG_PER_T * float(gone[cause == c].sum()) / float(mass.sum()) for c, name in enumerate(landed.causes) if c
    }
    cash, has_sd_limits = value_metrics(values, residue, after, pieces), any(one.sd_limits for one in seed.bins)
    return SortingTrial(
        process=seed.process.name,
        version=version,
        lots=len(set(pieces.lots)),
        pieces=len(mass),
        tonnes=float(mass.sum()) / 1e6,
        accuracy=share(decided.likeliest == pieces.classes, mass),
        value=cash["value"],
        oracle=cash["oracle_value"],
        ejected_oracle=KG_PER_T * float(np.average(economic_value(values, oracle_where, pieces), weights=mass)),
        value_share=cash["value_share"],
        value_share_low=low,
        value_share_high=high,
        bins={
            name: {
                "share": share(where == b, mass),
                **{part: figures[f"{name}_{part}"] for part in ("purity", "recovery") if f"{name}_{part}" in figures},
            }
            for b, name in enumerate(names)
        },
        lost=lost,
        over_limit=int(lots_over(seed, where, pieces).sum()),
        confidence=seed.sorting_rules.confidence.value,
        over_sd_limit=int(lots_over_sd(seed, where, pieces).sum()) if has_sd_limits else None,
    )


def lots_over(seed: Seed, where: IntArray, pieces: AnalysedPieces) -> BoolArray:
    """Return whether a lot breaks a limit with its landed pieces, shape (L,), without co-ejection."""
    return broken(*_landed(seed, where, pieces))


def lots_over_sd(seed: Seed, where: IntArray, pieces: AnalysedPieces) -> BoolArray:
    """Return whether a lot breaks a standard-deviation limit with its landed pieces, shape (L,)."""
    landed = _landed(seed, where, pieces)
    return over_sd_limit(landed[0], lot_sds(*landed))


def _landed(
    seed: Seed, where: IntArray, pieces: AnalysedPieces
) -> tuple[SortingLine, IntArray, IntArray, int, FloatArray, FloatArray]:
    """Return inputs of a lot assessment as landed: line, bins, lot numbers, counts, masses, contents."""
    line = replace(SortingLine.of(seed, np.zeros(len(seed.elements))), co_ejection=0.0)
    lot, names = pd.factorize(pieces.lots, sort=True)
    return line, where, lot.astype(np.intp), len(names), pieces.mass, pieces.contents


def tables(trial: SortingTrial) -> Iterator[RenderableType]:
    """Bins as they landed, and what was lost by cause."""
    yield (
        f"{trial.process}: version {trial.version} on {trial.lots} lots of a plant that it has never seen: "
        f"{trial.pieces} pieces, {trial.tonnes:.3g} t"
    )
    yield _bins(trial)
    yield (
        f"Shares by mass, as landed. Right class: {trial.accuracy:.1%}. Lots over a limit: {trial.over_limit} of "
        f"{trial.lots} ({trial.over_limit / trial.lots:.1%}){_of_sd(trial)}.{_promise(trial)}"
    )
    yield _lost(trial)
    yield (
        f"{trial.value_share:.1%} of the oracle's value ({trial.value_share_low:.1%} to {trial.value_share_high:.1%}, "
        f"90 % over lots); the oracle's own decisions on the same belt: {trial.ejected_oracle:.1f} $/t.\n"
        "A simulation at the seed's prices: no claim about a plant."
    )


def _promise(trial: SortingTrial) -> str:
    """Return a sentence on the promise on lots on this plant; empty where no bin has a limit."""
    if trial.over_by_laboratory is None:
        return ""
    alpha = round(1.0 - trial.confidence, 12)
    withdrawn = (
        f" By the laboratory {trial.over_by_laboratory} ({trial.over_by_laboratory / trial.lots:.1%}) are over one as "
        f"decided; at most {alpha:.1%} was promised, with {trial.calibration_confidence:.0%} confidence, of the plant "
        "that it was trained on. That promise is withdrawn here: it was made for another plant"
    )
    if trial.shown_after is None:
        needed = lots_needed(alpha, (1.0 + trial.calibration_confidence) / 2)
        return f"{withdrawn}, and assays of lots of this one do not show it (at least {needed} lots needed)."
    return f"{withdrawn}, until assays of {trial.shown_after} lots show it for this one, as they do."


def _of_sd(trial: SortingTrial) -> str:
    """Return the text on lots over a standard-deviation limit; empty without such a limit."""
    return "" if trial.over_sd_limit is None else f", {trial.over_sd_limit} of them over one of a standard deviation"


def _bins(trial: SortingTrial) -> Table:
    table = Table("bin", box=SIMPLE_HEAD, pad_edge=False)
    for name in ("share", "purity", "recovery"):
        table.add_column(name, justify="right")
    for name, figures in trial.bins.items():
        cells = [f"{figures[part]:.1%}" if part in figures else "-" for part in ("share", "purity", "recovery")]
        table.add_row(name, *cells)
    return table


def _lost(trial: SortingTrial) -> Table:
    table = Table("value of the feed", box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("$/t", justify="right")
    table.add_row("oracle that knows every piece's class", f"{trial.oracle:.1f}")
    for cause, amount in trial.lost.items():
        table.add_row(f"  {cause}", f"{-amount:+.1f}")
    table.add_row("as landed", f"{trial.value:.1f}", style="bold")
    return table
