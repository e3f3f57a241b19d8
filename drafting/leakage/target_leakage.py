"""Columns that know the target: nearly equal to it, or parts of the balance that it is computed from.

Each is measured on other rows than those it was fitted on, so that no chance of many columns counts: on later ones, or
on blocks of rows from all over a table without time, which may be sorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from drafting.columns import DetectedColumn
from drafting.findings import Suspicion, joined
from physics.arrays import BoolArray, FloatArray, IntArray
from reporting.wording import WordedText

if TYPE_CHECKING:
    from drafting.clock import RowOrder

LEAK_R2 = 0.9  # a correlation of 0.95
TWIN_R2 = 0.99  # a correlation of 0.995
LEAK_GAIN = 0.9  # of the rows that the most frequent class leaves over
BALANCE_R2 = 0.999
MOST_PARTS = 6
_FEWEST_ROWS = 40
_MOST_ROWS = 8000
_LATER = 0.3
_BLOCKS = 30
_BINS = 60
_SAME = 0.9


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows with a label in the order of time, or of the file, at most some thousands.

    Attributes
    ----------
    rows : int array (m,)
        Positions in the table.
    later : bool array (m,)
        Which of them are the newest, to measure on; without a time each third of the blocks of rows.
    label : float array (m,)
        The target, or the number of its class.
    classes : int
        How many classes the target has; 0 where it is a number.
    has_time : bool
        Whether the rows are in the order of time.
    """

    rows: IntArray
    later: BoolArray
    label: FloatArray
    classes: int
    has_time: bool

    @property
    def measured_on(self) -> str:
        """The rows to measure on, as text."""
        return WordedText("later rows") if self.has_time else WordedText("blocks of rows held out")


def sample_of(target: DetectedColumn, in_time: IntArray, is_class: bool, has_time: bool) -> Sample:
    """Labelled rows, evenly taken from all of them.

    Parameters
    ----------
    target : DetectedColumn
        What is to be predicted.
    in_time : int array (n,)
        Positions of the rows, oldest first.
    is_class : bool
        Whether the target is a class.
    has_time : bool
        Whether rows have a time; the order of a file may be that of its classes.
    """
    rows = in_time[~target.missing[in_time]]
    rows = rows[:: max(1, len(rows) // _MOST_ROWS)]
    label = target.codes.astype(np.float64) if is_class or target.numbers is None else target.numbers
    later = np.arange(len(rows)) >= (1 - _LATER) * len(rows)
    if not has_time:
        later = np.arange(len(rows)) * _BLOCKS // max(1, len(rows)) % 3 == 1
    return Sample(rows, later, label[rows], int(target.codes.max()) + 1 if is_class else 0, has_time)


def is_earlier_label(column: DetectedColumn, target: DetectedColumn, clock: RowOrder) -> bool:
    """Return whether a column is the target of the row before, which is no leak.

    Parameters
    ----------
    column, target : DetectedColumn
        A column, and what is to be predicted.
    clock : RowOrder
        The order of rows; without a time none is the earlier one.
    """
    if clock.time is None or column.numbers is None or target.numbers is None:
        return False
    same_unit = np.diff(clock.unit_code[clock.order]) == 0
    now, before = column.numbers[clock.order][1:][same_unit], target.numbers[clock.order][:-1][same_unit]
    there = np.isfinite(now) & np.isfinite(before)
    if there.sum() < _FEWEST_ROWS or np.ptp(before[there]) == 0:
        return False
    own = target.numbers[clock.order][1:][same_unit]
    return bool(np.mean(now[there] == before[there]) > _SAME and np.mean(now[there] == own[there]) < _SAME)


def single_leaks(columns: Sequence[DetectedColumn], sample: Sample) -> dict[str, tuple[float, Suspicion]]:
    """Columns that alone predict the target, by heading, with R² or the share of correct classes."""
    leaks: dict[str, tuple[float, Suspicion]] = {}
    if len(sample.rows) < _FEWEST_ROWS:
        return leaks
    for column in columns:
        score, evidence, limit = _of_classes(column, sample) if sample.classes else _of_number(column, sample)
        if evidence is not None and score >= limit:
            done = WordedText("has role late; if it is known before the target, confirm it by --input")
            leaks[column.text] = score, Suspicion("leak", column.text, evidence, done)
    return leaks


def _of_number(column: DetectedColumn, sample: Sample) -> tuple[float, WordedText | None, float]:
    """R² on later rows of the best rising or bent curve of one column, and what to say of it."""
    limit = LEAK_R2
    if column.numbers is None:
        means = _means(column.codes[sample.rows], sample)
        r2 = _r2(means, sample)
        text = WordedText(
            "its values alone give the target with R² %(r2)s on %(rows)s", r2=f"{r2:.4f}", rows=sample.measured_on
        )
        return r2, text, limit
    x = column.numbers[sample.rows]
    there = np.isfinite(x)
    training = there & ~sample.later
    if (
        training.sum() < _FEWEST_ROWS
        or (there & sample.later).sum() < 5
        or there.mean() < 0.5
        or not np.ptp(x[training])
    ):
        return 0.0, None, limit
    line = np.polynomial.polynomial.polyfit(_scaled(x, training)[training], sample.label[training], 1)
    straight: FloatArray = np.polynomial.polynomial.polyval(_scaled(x, training), line).astype(np.float64)
    best = max(_r2(straight, sample), _r2(_curve(x, sample.label, training), sample))
    r = float(np.corrcoef(x[there], sample.label[there])[0, 1]) if np.ptp(x[there]) else 0.0
    text = WordedText(
        "gives the target with R² %(r2)s on %(rows)s (correlation %(correlation)s)",
        r2=f"{best:.4f}",
        rows=sample.measured_on,
        correlation=f"{r:+.4f}",
    )
    return best, text, limit


def _of_classes(column: DetectedColumn, sample: Sample) -> tuple[float, WordedText | None, float]:
    """Share of what the most frequent class leaves over that one column gives, and what to say of it."""
    if column.numbers is None:
        code = column.codes[sample.rows]
    else:
        x = column.numbers[sample.rows]
        training = np.isfinite(x) & ~sample.later
        if training.sum() < _FEWEST_ROWS:
            return 0.0, None, LEAK_GAIN
        edges = np.unique(np.quantile(x[training], np.linspace(0, 1, _BINS + 1)[1:-1]))
        code = np.where(np.isfinite(x), np.searchsorted(edges, x, side="right"), -1)
    votes = np.zeros((code.max() + 2, sample.classes))
    early = ~sample.later
    np.add.at(votes, (code[early], sample.label[early].astype(np.int64)), 1)
    guess = votes.argmax(axis=1)[code]
    later = sample.later & (code >= 0)
    if later.sum() < 5 or later.sum() < 0.5 * sample.later.sum():
        return 0.0, None, LEAK_GAIN
    hits = float(np.mean(guess[later] == sample.label[later]))
    largest = float(np.max(np.bincount(sample.label[later].astype(np.int64))) / later.sum())
    # What is right by always naming the most frequent class shows nothing.
    gain = (hits - largest) / max(1 - largest, 1e-9)
    evidence = WordedText(
        "alone gives the class of %(share)s of %(rows)s (the most frequent class is %(largest)s)",
        share=f"{hits:.1%}",
        rows=sample.measured_on,
        largest=f"{largest:.1%}",
    )
    return gain, evidence, LEAK_GAIN


def _scaled(x: FloatArray, training: BoolArray) -> FloatArray:
    scale = float(np.std(x[training])) or 1.0
    return (x - float(np.mean(x[training]))) / scale


def _curve(x: FloatArray, y: FloatArray, training: BoolArray) -> FloatArray:
    """A curve through the means of crowds of equal size."""
    order = np.argsort(x[training], kind="stable")
    crowds = np.array_split(order, max(4, min(_BINS, len(order) // 5)))
    at = np.array([x[training][crowd].mean() for crowd in crowds])
    mean = np.array([y[training][crowd].mean() for crowd in crowds])
    values: FloatArray = np.interp(x, at, mean)
    return np.where(np.isfinite(x), values, np.nan)


def _means(code: IntArray, sample: Sample) -> FloatArray:
    """Mean label of the earlier rows with the same value."""
    early = ~sample.later & (code >= 0)
    total = np.bincount(code[early], sample.label[early], minlength=code.max() + 2)
    count = np.bincount(code[early], minlength=code.max() + 2)
    with np.errstate(invalid="ignore"):
        mean: FloatArray = (total / count)[code]
    return np.where(code >= 0, mean, np.nan)


def _r2(guess: FloatArray, sample: Sample) -> float:
    """R² on the later rows in which there is a guess."""
    rows = sample.later & np.isfinite(guess)
    if rows.sum() < 5:
        return 0.0
    label = sample.label[rows]
    spread = float(np.sum((label - label.mean()) ** 2))
    return 1 - float(np.sum((label - guess[rows]) ** 2)) / spread if spread else 0.0


def balance(columns: Sequence[DetectedColumn], sample: Sample) -> list[Suspicion]:
    """Columns that together make the target as a sum or a product: it was computed from them.

    Parameters
    ----------
    columns : sequence of DetectedColumn
        Columns that may be inputs.
    sample : Sample
        Labelled rows.
    """
    rows = _numbers_of(columns, sample)
    return [] if rows is None else _of_balance(*rows, sample.measured_on)


def together(columns: Sequence[DetectedColumn], sample: Sample) -> list[Suspicion]:
    """Return the fewest columns that together predict the target as well as a leak does.

    Parameters
    ----------
    columns : sequence of DetectedColumn
        Columns that may be inputs and do not leak alone.
    sample : Sample
        Labelled rows.
    """
    rows = _numbers_of(columns, sample)
    if rows is None:
        return []
    able, X, y, later = rows
    result = _parts(X, y, later, LEAK_R2)
    if result is None or len(result[0]) > MOST_PARTS:
        return []
    parts, r2 = result
    evidence = WordedText(
        "together they give the target with R² %(r2)s on %(rows)s", r2=f"{r2:.4f}", rows=sample.measured_on
    )
    done = WordedText("nothing: is each known before the target? Give role late to one that is not")
    return [Suspicion("leak", ", ".join(able[i].text for i in parts), evidence, done)]


def _numbers_of(
    columns: Sequence[DetectedColumn], sample: Sample
) -> tuple[list[DetectedColumn], FloatArray, FloatArray, BoolArray] | None:
    """Number columns, their values, labels and mask of later rows, over rows that have all of them."""
    able = [
        column
        for column in columns
        if column.numbers is not None and np.isfinite(column.numbers[sample.rows]).mean() > 0.7
    ]
    if sample.classes or len(sample.rows) < _FEWEST_ROWS or not able:
        return None
    X = np.column_stack([column.numbers[sample.rows] for column in able])  # type: ignore[index]
    whole = np.isfinite(X).all(axis=1)
    if whole.sum() < max(_FEWEST_ROWS, 2 * len(able)):
        return None
    return able, X[whole], sample.label[whole], sample.later[whole]


def _of_balance(
    able: Sequence[DetectedColumn], X: FloatArray, y: FloatArray, later: BoolArray, measured_on: str
) -> list[Suspicion]:
    """Columns that the target is computed from."""
    result = _parts(X, y, later, BALANCE_R2)
    is_product = False
    if result is None and (y > 0).all():
        positive = np.flatnonzero((X > 0).all(axis=0))
        if len(positive):
            result = _parts(np.log(X[:, positive]), np.log(y), later, BALANCE_R2)
            result = None if result is None else (positive[result[0]], result[1])
            is_product = True
    if result is None:
        return []
    parts, r2 = result
    names = [able[i].text for i in parts]
    score = f"{r2:.5f}"
    if len(parts) > MOST_PARTS:
        evidence = WordedText(
            "%(count)s columns together give the target with R² %(r2)s on %(rows)s",
            count=len(parts),
            r2=score,
            rows=measured_on,
        )
        done = WordedText("nothing: which of them are known in time?")
        return [Suspicion("balance", able[parts[0]].text, evidence, done)]
    of = joined(names)
    made = (
        WordedText("a product or ratio of %(names)s", names=of)
        if is_product
        else WordedText("a sum of %(names)s", names=of)
    )
    evidence = WordedText("the target is %(made)s: R² %(r2)s on %(rows)s", made=made, r2=score, rows=measured_on)
    done = WordedText("has role late; if it is known before the target, confirm it by --input")
    return [Suspicion("balance", name, evidence, done) for name in names]


def _parts(X: FloatArray, y: FloatArray, later: BoolArray, limit: float) -> tuple[IntArray, float] | None:
    """Fewest columns whose sum predicts y on later rows with this R², and the R²; None if all do not."""
    early = ~later
    centre, scale = X[early].mean(axis=0), X[early].std(axis=0)
    moves = np.flatnonzero(scale > 0)
    Z = (X[:, moves] - centre[moves]) / scale[moves]
    mean, spread = y[early].mean(), y[early].std()
    few = later.sum() < 5 or early.sum() < len(moves) + 10
    if few or not len(moves) or not spread or not np.ptp(y[later]):
        return None
    target = (y - mean) / spread
    # Ridge, so slight that a sum of columns stays one, keeps copies of a column from spoiling the inverse.
    gram = Z[early].T @ Z[early] + 1e-6 * early.sum() * np.eye(len(moves))
    right = Z[early].T @ target[early]

    def score(subset: IntArray) -> tuple[float, FloatArray]:
        weight = np.linalg.solve(gram[np.ix_(subset, subset)], right[subset])
        error = target[later] - Z[np.ix_(np.flatnonzero(later), subset)] @ weight
        return 1 - float(error @ error) / float(np.sum((target[later] - target[later].mean()) ** 2)), weight

    chosen = np.arange(len(moves))
    r2, weight = score(chosen)
    if r2 < limit:
        return None
    fewer = len(chosen) // 5 or 1
    while len(chosen) > 1:
        inverse = np.linalg.inv(gram[np.ix_(chosen, chosen)])
        weakest = np.argsort(np.abs(weight) / np.sqrt(np.diag(inverse)))[:fewer]
        next_kept = np.delete(chosen, weakest)
        next_r2, next_weight = score(next_kept)
        if next_r2 >= limit:
            chosen, r2, weight = next_kept, next_r2, next_weight
            fewer = min(fewer, len(chosen) // 5 or 1)
        elif fewer == 1:
            break
        else:
            fewer = 1
    return moves[chosen], r2
