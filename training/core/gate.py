"""Gate before promotion: conditions on rows that nothing was trained on. Returns plain data."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.uncertainty.guarantees import off_promise
from physics.arrays import FloatArray, IntArray
from registry.retraining.running_shadow import FEWEST_BLOCKS
from registry.retraining.running_shadow import FEWEST_ROWS as FEWEST_JUDGED
from registry.versions import NOT_KEPT, PASSED, REFUSED
from training.core.bootstrap import CONFIDENCE, gain_bound
from training.core.comparison import ComparisonRows
from training.core.splits import FEWEST_ROWS, Split

PROMISED, LEAST_COVERAGE, MOST_COVERAGE = 0.9, 0.85, 0.95
ROUNDING = 1e-9  # of a share that is computed
FEWEST_LABELS = FEWEST_ROWS["train"]
BASELINE_IS_BEST = "the baseline is best: no candidate improves on it"


@dataclass(frozen=True)
class GateCondition:
    """One condition of the gate.

    Attributes
    ----------
    what : str
        Its subject.
    passed : bool
        Whether it is kept.
    measured, expected : str
        Measured value, and the value required of a champion, as text.
    """

    what: str
    passed: bool
    measured: str
    expected: str

    @property
    def line(self) -> str:
        """The condition in one line."""
        return f"{self.what}: {self.measured}; expected {self.expected}"


@dataclass(frozen=True, eq=False)
class Evidence:
    """Measurements of a candidate on rows that nothing was trained on.

    Attributes
    ----------
    rows : ComparisonRows
        The n rows; their blocks may be too few.
    own, baseline : ndarray, shape (n,)
        Losses of candidate and baseline row by row.
    loss, unit : str
        Name of the loss and its unit, as text.
    beside : str
        Name of the baseline.
    labels : int
        Number of training labels that differ from the one before.
    promises : tuple of GateCondition
        What the task promises, as measured.
    """

    rows: ComparisonRows
    own: FloatArray
    baseline: FloatArray
    loss: str
    unit: str
    beside: str
    labels: int
    promises: tuple[GateCondition, ...]


@dataclass(frozen=True)
class Gated:
    """Gate result of a version."""

    conditions: tuple[GateCondition, ...]

    @property
    def passed(self) -> bool:
        """Return whether the version may become champion."""
        return all(condition.passed for condition in self.conditions)

    @property
    def outcome(self) -> str:
        """The answer in one word, as it is kept in the registry."""
        return PASSED if self.passed else REFUSED

    @property
    def reasons(self) -> list[str]:
        """Conditions that are not kept, one line each."""
        return [condition.line for condition in self.conditions if not condition.passed]

    @property
    def lines(self) -> list[str]:
        """All conditions, one line each."""
        return [f"{'kept: ' if condition.passed else NOT_KEPT}{condition.line}" for condition in self.conditions]


def gate(evidence: Evidence, baseline_is_best: bool, load_error: str | None) -> Gated:
    """Check a version against the conditions of a champion.

    Parameters
    ----------
    evidence : Evidence
        Measurements of the task.
    baseline_is_best : bool
        Whether the version is the baseline itself.
    load_error : str or None
        Error when the version is loaded from the store as the service loads it, if any.

    Returns
    -------
    Gated
    """
    loads = GateCondition(
        "loading from the store",
        load_error is None,
        "it answers its recorded rows as when it was written" if load_error is None else load_error,
        "a model that loads as the service loads it and answers its recorded rows",
    )
    labels = GateCondition(
        "labels",
        evidence.labels >= FEWEST_LABELS,
        f"{evidence.labels} training labels that do not just repeat the one before in their unit",
        f"at least {FEWEST_LABELS}",
    )
    size = _size(evidence.rows)
    gain = _gain(evidence, baseline_is_best, size.passed)
    return Gated((loads, labels, size, *gain, *evidence.promises))


def _size(rows: ComparisonRows) -> GateCondition:
    count, blocks = len(rows.block), len(set(rows.block.tolist()))
    return GateCondition(
        "rows to measure on",
        count >= FEWEST_JUDGED and blocks >= FEWEST_BLOCKS,
        f"{count} rows in {blocks} independent blocks outside the training rows",
        f"at least {FEWEST_JUDGED} rows in {FEWEST_BLOCKS} blocks",
    )


def _gain(evidence: Evidence, baseline_is_best: bool, enough: bool) -> list[GateCondition]:
    """The condition on the gain over the baseline; none where the rows are too few to say."""
    title, expected = f"gain over {evidence.beside}", f"more than 0 {evidence.unit}".rstrip()
    if baseline_is_best:
        return [GateCondition(title, False, BASELINE_IS_BEST, expected)]
    if not enough:
        return []
    _, low = gain_bound(evidence.baseline - evidence.own, evidence.rows.block, evidence.rows.weight)
    falls = f"with {CONFIDENCE:.0%} confidence {evidence.loss} falls by more than {low:.4g} {evidence.unit}".rstrip()
    return [GateCondition(title, low > 0, falls, expected)]


def too_few(share: float, rows: int) -> bool:
    """Return whether coverage is below LEAST_COVERAGE by more than random variation.

    A share of few rows is off by chance alone: 5 points are two standard deviations of a share of 90 % at 138 rows.

    Parameters
    ----------
    share : float
        Covered [1]; NaN, where nothing is known of it, is not too few.
    rows : int
        How many labels.
    """
    return share < LEAST_COVERAGE - ROUNDING and off_promise(share, rows, PROMISED)


def too_many(share: float, rows: int) -> bool:
    """Return whether coverage is above MOST_COVERAGE by more than random variation; see `too_few`."""
    return share > MOST_COVERAGE + ROUNDING and off_promise(share, rows, PROMISED)


def coverage_condition(title: str, share: float, rows: int, measured: str) -> GateCondition:
    """The condition on the share of labels that intervals or sets cover: no fewer than they promise.

    More break no promise. Intervals that are wider than needed are reported, and count in a comparison.

    Parameters
    ----------
    title : str
        What covers, in the plural.
    share, rows
        As for `too_few`.
    measured : str
        The share as text.
    """
    expected = f"{LEAST_COVERAGE:.0%} or more, or no fewer than chance explains"
    return GateCondition(f"coverage of the {PROMISED:.0%} {title}", not too_few(share, rows), measured, expected)


def mended_coverage(champion: float, challenger: float, rows: int) -> str | None:
    """Describe coverage errors of the champion that the challenger corrects; None if there are none.

    Parameters
    ----------
    champion, challenger : float
        Share of the labels that are covered [1].
    rows : int
        How many labels.
    """
    if not too_few(champion, rows) or challenger < LEAST_COVERAGE:
        return None
    return f"it covers {challenger:.0%} of the labels where 90% is promised and the champion covers {champion:.0%}"


def untrained_rows(parts: Split) -> IntArray:
    """Return the test rows, held-out units included: no model was trained on them or on later rows."""
    return np.sort(np.concatenate([parts.test, parts.holdout]))


def labels_in(units: npt.NDArray[np.object_], labels: FloatArray) -> int:
    """Return the number of labels that differ from the preceding label of their unit.

    A laboratory's value that is repeated in every row until the next one is one label.

    Parameters
    ----------
    units : ndarray of object, shape (n,)
        Unit of each row.
    labels : ndarray, shape (n,) or (n, m)
        Labels, sorted by unit and period; NaN repeats NaN.
    """
    if not len(labels):
        return 0
    table = labels.reshape(len(labels), -1)
    before, after = table[:-1], table[1:]
    same = ((before == after) | (np.isnan(before) & np.isnan(after))).all(axis=1) & (units[1:] == units[:-1])
    return 1 + int((~same).sum())
