"""Metrics of a sorter, by mass: classes, probabilities, bins, value, lots, and element contents."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.interfaces.answers import Answer, rows_of
from models.sorting.decision import SortingLine
from models.sorting.guarantee import broken, lot_contents, lot_sds, over_sd_limit
from models.sorting.values import oracle_bins, value_matrix
from physics.arrays import BoolArray, FloatArray, IntArray
from seeds import Seed
from training.core.bootstrap import resampled_ratio
from training.core.class_calibration import calibration_error, calibration_error_over_lots
from training.core.class_losses import log_loss
from training.core.evaluate import coverage, rmse

KG_PER_T = 1000.0
BETWEEN = (0.05, 0.95)  # quantiles of the intervals over lots


@dataclass(frozen=True, eq=False)
class AnalysedPieces:
    """Laboratory results of n pieces, in order of passage.

    Attributes
    ----------
    classes : ndarray of int, shape (n,)
        Number of each piece's class.
    mass : ndarray, shape (n,)
        Mass [g].
    lots : ndarray, shape (n,)
        Lot of each piece.
    contents : ndarray, shape (n, E)
        Contents of the seed's elements [wt%], NaN where unknown.
    """

    classes: IntArray
    mass: FloatArray
    lots: npt.NDArray[np.object_]
    contents: FloatArray

    def __getitem__(self, rows: IntArray | BoolArray) -> "AnalysedPieces":
        """Some of the pieces."""
        return AnalysedPieces(self.classes[rows], self.mass[rows], self.lots[rows], self.contents[rows])


@dataclass(frozen=True, eq=False)
class Decided:
    """Predictions and decisions of a sorter for n pieces.

    Attributes
    ----------
    p : ndarray, shape (n, K)
        Class probabilities.
    bin, wanted : ndarray of int, shape (n,)
        Bin that each piece goes to, and the one that it would go to if no lot had limits.
    refused : ndarray of bool, shape (n,)
        Whether it stays on the belt because it is unlike all training pieces, or most likely none of the named classes.
    elements : Mapping of str to Answer of n rows
        Contents of the elements that the signals carry [wt%].
    """

    p: FloatArray
    bin: IntArray
    wanted: IntArray
    refused: BoolArray
    elements: Mapping[str, Answer]

    @property
    def likeliest(self) -> IntArray:
        """Most probable class of each piece, shape (n,)."""
        return np.asarray(np.argmax(self.p, axis=1))

    def __getitem__(self, rows: IntArray | BoolArray) -> "Decided":
        """Return the values of selected pieces."""
        elements = {name: rows_of(answer, rows) for name, answer in self.elements.items()}
        return Decided(self.p[rows], self.bin[rows], self.wanted[rows], self.refused[rows], elements)


def share(part: BoolArray, mass: FloatArray) -> float:
    """Share of the mass that a part of the pieces makes up [1]; NaN where there is no mass."""
    total = float(mass.sum())
    return float(mass[part].sum()) / total if total else float("nan")


def economic_value(values: FloatArray, bins: IntArray, pieces: AnalysedPieces) -> FloatArray:
    """Return the value of each piece in its bin, by its class, shape (n,) [$/kg]."""
    return values[bins, pieces.classes]


def value_metrics(values: FloatArray, residue: int, decided: Decided, pieces: AnalysedPieces) -> dict[str, float]:
    """Value of the decisions against that of an oracle.

    The oracle knows the laboratory's class of every piece and the same values, and puts each piece where its class is
    worth most. No limit of a lot and no miss of an ejector holds it back, so that no sorter reaches it.

    Parameters
    ----------
    values : ndarray, shape (B, K)
        Value of a kilogram of each class in each bin [$/kg].
    residue : int
        Number of the bin of what the belt carries on.
    decided, pieces
        The decisions and what they are about.

    Returns
    -------
    dict of str to float
        value (as decided), oracle_value, pass_value (the belt carries all on) [$/t of feed]; value_share, value over
        oracle_value [1], NaN where even the oracle gains nothing.
    """
    mass = pieces.mass
    got, best, passed = (
        KG_PER_T * float(np.average(one, weights=mass))
        for one in (
            economic_value(values, decided.bin, pieces),
            values.max(axis=0)[pieces.classes],
            values[residue, pieces.classes],
        )
    )
    return {"value": got, "oracle_value": best, "pass_value": passed, "value_share": got / best if best > 0 else np.nan}


def by_bin(
    values: FloatArray, residue: int, names: list[str], decided: Decided, pieces: AnalysedPieces
) -> dict[str, float]:
    """Purity and recovery by mass [1], of each bin but the rest and of them together.

    A piece is right in a bin that is the oracle's choice for its class.
    """
    oracle, mass = oracle_bins(values, pieces.classes), pieces.mass
    right = decided.bin == oracle
    sorted_out, requested = decided.bin != residue, oracle != residue
    metrics = {
        "purity": share(right[sorted_out], mass[sorted_out]),
        "recovery": share(right[requested], mass[requested]),
    }
    for b, name in enumerate(names):
        if b != residue:
            there, due = decided.bin == b, oracle == b
            metrics |= {
                f"{name}_purity": share(due[there], mass[there]),
                f"{name}_recovery": share(there[due], mass[due]),
            }
    return metrics


def lost_by_cause(
    values: FloatArray, co_ejection: float, residue: int, decided: Decided, pieces: AnalysedPieces
) -> dict[str, float]:
    """Return the loss of decisions against the oracle by cause, and the loss of ejection [$/t of feed].

    Parameters
    ----------
    values : ndarray, shape (B, K)
        Value of a kilogram of each class in each bin [$/kg].
    co_ejection : float
        Mass of other pieces that comes along with a unit of ejected mass [1].
    residue : int
        Number of the bin of what the belt carries on.
    decided, pieces
        The decisions and what they are about.

    Returns
    -------
    dict of str to float
        "misclassified": the most probable class is wrong; "uncertainty": it is right, but other classes are too
        probable for its bin; "rejected unknown": the piece stays on the belt; "lot limit": it was wanted in a bin that
        had to stay closed (below zero where closing it gained). These add up to oracle_value - value. "co-ejection":
        pieces of the mean feed that ejection takes along, after the decision.
    """
    mass, total = pieces.mass, float(pieces.mass.sum())
    best = values.max(axis=0)[pieces.classes]
    lost = best - economic_value(values, decided.wanted, pieces)
    closed = economic_value(values, decided.wanted, pieces) - economic_value(values, decided.bin, pieces)
    right = decided.likeliest == pieces.classes
    ejected = np.bincount(decided.bin, weights=mass, minlength=len(values)) / total
    ejected[residue] = 0.0
    feed = np.bincount(pieces.classes, weights=mass, minlength=values.shape[1]) / total
    value_kept = float(np.average(economic_value(values, decided.bin, pieces), weights=mass))
    lines = {
        "misclassified": lost * (~right & ~decided.refused),
        "uncertainty": lost * (right & ~decided.refused),
        "rejected unknown": lost * decided.refused,
        "lot limit": closed,
    }
    losses = {cause: KG_PER_T * float(mass @ part) / total for cause, part in lines.items()}
    return losses | {"co-ejection": KG_PER_T * co_ejection * float(ejected @ (value_kept - values @ feed))}


def metric_of(cause: str) -> str:
    """Name of the metric that holds what a cause of `lost_by_cause` loses."""
    return "loss_" + cause.replace(" ", "_").replace("-", "_")


def over_lots(top: FloatArray, bottom: FloatArray, lots: npt.NDArray[np.object_]) -> tuple[float, float]:
    """Return the 90 % bootstrap interval of a ratio over lots; NaN for one lot or a zero denominator."""
    block, names = pd.factorize(lots, sort=True)
    if len(names) < 2 or not bottom.any():
        return float("nan"), float("nan")
    low, high = np.nanquantile(resampled_ratio(top, bottom, np.asarray(block, dtype=np.intp)), BETWEEN)
    return float(low), float(high)


def contents_of_lots(
    seed: Seed, decided: Decided, pieces: AnalysedPieces
) -> tuple[npt.NDArray[np.object_], FloatArray]:
    """Return lots and contents of their bins by assay, co-ejected pieces included, shape (L, B, E) [wt%]."""
    names = pd.factorize(pieces.lots, sort=True)[1]
    return names, lot_contents(*_assessed(seed, decided, pieces))


def sds_of_lots(seed: Seed, decided: Decided, pieces: AnalysedPieces) -> FloatArray:
    """Standard deviations of contents in each bin of the lots, as `contents_of_lots` has their means."""
    return lot_sds(*_assessed(seed, decided, pieces))


def lots_over_limit(seed: Seed, decided: Decided, pieces: AnalysedPieces) -> BoolArray:
    """Return whether a lot breaks a limit of any bin by assay, shape (L,), in order of lot names."""
    return broken(*_assessed(seed, decided, pieces))


def lots_over_sd_limit(seed: Seed, decided: Decided, pieces: AnalysedPieces) -> BoolArray:
    """Return whether a lot breaks a standard-deviation limit, as `lots_over_limit` for all limits."""
    return over_sd_limit(SortingLine.of(seed, np.zeros(len(seed.elements))), sds_of_lots(seed, decided, pieces))


def _assessed(
    seed: Seed, decided: Decided, pieces: AnalysedPieces
) -> tuple[SortingLine, IntArray, IntArray, int, FloatArray, FloatArray, FloatArray]:
    """Return inputs of a lot assessment: line, bins, lot numbers, counts, masses, assays and estimates."""
    lot, names = pd.factorize(pieces.lots, sort=True)
    line = SortingLine.of(seed, np.zeros(len(seed.elements)))
    nothing = np.full(len(lot), np.nan)
    answers = [decided.elements.get(column.name) for column in seed.elements]
    estimated = np.column_stack([nothing if one is None else one.value for one in answers] or [np.empty((len(lot), 0))])
    return line, decided.bin, lot.astype(np.intp), len(names), pieces.mass, pieces.contents, estimated


def by_element(seed: Seed, decided: Decided, pieces: AnalysedPieces) -> dict[str, float]:
    """Error and coverage of the element contents, NaN for an element that the signals do not carry.

    Every piece counts the same. `coverage_90` is that of all carried elements together.
    """
    metrics: dict[str, float] = {}
    inside, lines = 0.0, 0
    for e, column in enumerate(seed.elements):
        known = ~np.isnan(pieces.contents[:, e])
        error = covered = float("nan")
        if column.name in decided.elements and known.any():
            answer, actual = rows_of(decided.elements[column.name], known), pieces.contents[known, e]
            error, covered = rmse(answer.value - actual), coverage(actual, answer)
            inside, lines = inside + covered * len(actual), lines + len(actual)
        metrics |= {f"{column.name}_rmse": error, f"{column.name}_coverage_90": covered}
    return metrics | {"coverage_90": inside / lines if lines else float("nan")}


def measured(seed: Seed, decided: Decided, pieces: AnalysedPieces, truth: FloatArray | None = None) -> dict[str, float]:
    """All metrics of a sorter on some lots that need nothing to compare it with.

    Parameters
    ----------
    seed : Seed
        The process.
    decided : Decided
        What the sorter says of n pieces and does with them.
    pieces : AnalysedPieces
        What the laboratory says of them.
    truth : ndarray, shape (n,), optional
        Number of each piece's true class, NaN where unknown.

    Returns
    -------
    dict of str to float
        By mass unless said otherwise: accuracy [1] and accuracy_count (by piece), log_loss, ece [1]; the figures of
        `money`, `by_bin` and `by_element`, and of `lost_by_cause` as lost_<cause>; refused_other, the share of what is
        none of the named classes that stays on the belt [1]; lots, how many, and lots_over_limit, the share of them
        that breaks a limit [1], and where there are any lots_over_sd_limit, one of a standard deviation. Of accuracy,
        value, value_share, purity, recovery and ece the ends `_low` and `_high` of a 90 % interval over lots. With
        truth, truth_accuracy and truth_value_share, and label_errors, the share of the mass whose label is wrong [1].
    """
    values, residue, mass = value_matrix(seed), rest_of(seed), pieces.mass
    right = decided.likeliest == pieces.classes
    over = lots_over_limit(seed, decided, pieces)
    lost = lost_by_cause(values, seed.sorting_rules.carried_along, residue, decided, pieces)
    other = pieces.classes == seed.classes.index(seed.sorting_rules.other_class)
    metrics = {
        "accuracy": share(right, mass),
        "accuracy_count": float(right.mean()),
        "log_loss": log_loss(decided.p, pieces.classes, mass),
        "ece": calibration_error(decided.p, pieces.classes, mass),
        **value_metrics(values, residue, decided, pieces),
        **{metric_of(cause): amount for cause, amount in lost.items()},
        **by_bin(values, residue, [one.name for one in seed.bins], decided, pieces),
        "refused_other": share((decided.bin == residue)[other], mass[other]),
        "lots": float(len(over)),
        "lots_over_limit": float(over.mean()),
        **_over_sd_limit(seed, decided, pieces),
        **by_element(seed, decided, pieces),
        **_intervals(values, residue, decided, pieces),
    }
    if truth is not None and (known := np.isfinite(truth)).any():
        metrics |= _against_truth(values, residue, decided[known], pieces[known], truth[known].astype(np.intp))
    return metrics


def evaluate(
    seed: Seed, decided: Decided, pieces: AnalysedPieces, baseline: FloatArray, truth: FloatArray | None = None
) -> dict[str, float]:
    """All metrics of one candidate on one part of the table: those of `measured`, and its skill.

    Skill is the share of the log loss that the baseline has, and the candidate has not [1]; `baseline` are the
    bar's class probabilities, shape (n, K).
    """
    metrics = measured(seed, decided, pieces, truth)
    bar = log_loss(baseline, pieces.classes, pieces.mass)
    return metrics | {"skill": 1 - metrics["log_loss"] / bar if bar else float("nan")}


def _against_truth(
    values: FloatArray, residue: int, decided: Decided, pieces: AnalysedPieces, truth: IntArray
) -> dict[str, float]:
    true = replace(pieces, classes=truth)
    return {
        "truth_accuracy": share(decided.likeliest == truth, pieces.mass),
        "truth_value_share": value_metrics(values, residue, decided, true)["value_share"],
        "label_errors": share(pieces.classes != truth, pieces.mass),
    }


def _over_sd_limit(seed: Seed, decided: Decided, pieces: AnalysedPieces) -> dict[str, float]:
    """Share of the lots that breaks a limit of a standard deviation; nothing where there is none."""
    if not any(one.sd_limits for one in seed.bins):
        return {}
    return {"lots_over_sd_limit": float(lots_over_sd_limit(seed, decided, pieces).mean())}


def rest_of(seed: Seed) -> int:
    """Number of the bin of what the belt carries on."""
    return [one.rest for one in seed.bins].index(True)


def _intervals(values: FloatArray, residue: int, decided: Decided, pieces: AnalysedPieces) -> dict[str, float]:
    mass, oracle = pieces.mass, oracle_bins(values, pieces.classes)
    sorted_out, requested, right = mass * (decided.bin != residue), mass * (oracle != residue), decided.bin == oracle
    got = mass * economic_value(values, decided.bin, pieces)
    ratios = {
        "accuracy": (mass * (decided.likeliest == pieces.classes), mass),
        "value": (KG_PER_T * got, mass),
        "value_share": (got, mass * values.max(axis=0)[pieces.classes]),
        "purity": (sorted_out * right, sorted_out),
        "recovery": (requested * right, requested),
    }
    metrics = dict(
        zip(
            ("ece_low", "ece_high"),
            calibration_error_over_lots(decided.p, pieces.classes, mass, pieces.lots),
            strict=True,
        )
    )
    for name, (top, bottom) in ratios.items():
        metrics[f"{name}_low"], metrics[f"{name}_high"] = over_lots(top, bottom, pieces.lots)
    return metrics
