"""Calibration lines to element contents, and their errors on pieces outside the training rows."""

from __future__ import annotations

import numpy as np

from models.sorting.contents import CARRIED_R2, ContentLines, Contents, ContentSignals, spread
from models.table.standard_scale import StandardScale
from models.uncertainty.intervals import Conformal
from physics.arrays import FloatArray, IntArray
from seeds import Seed

Rows = tuple[FloatArray, IntArray, FloatArray]  # standard scores (n, d), class numbers (n,), contents (n, E) [wt%]

# Penalty on squared weights of standard scores: a class with fewer pieces is given its mean content.
PENALTY = 1.0
# More scores than these narrow no interval's uncertainty that matters: its coverage varies by 0.015 at 0.9.
MOST_SCORES = 400
# In so many consecutive blocks of lots, errors are measured by lines fitted on all older lots.
BLOCKS = 3


def fit_lines(Z: FloatArray, codes: IntArray, contents: FloatArray, n_classes: int) -> ContentLines:
    """Lines of each class from the pieces of the class that the laboratory has reported.

    Parameters
    ----------
    Z : ndarray, shape (n, d)
        Standard scores of signals.
    codes : ndarray of int, shape (n,)
        Numbers of the classes.
    contents : ndarray, shape (n, E)
        Laboratory contents [wt%]; NaN where there is none.
    n_classes : int
        Number of classes.

    Returns
    -------
    ContentLines
        A class without any content of an element is given what all classes together have of it, and 0 if no class
        has any of it. The variances are those of the training pieces.
    """
    shape = (n_classes, contents.shape[1])
    weights = np.zeros((*shape, Z.shape[1]))
    constant, low, high, variance = (np.zeros(shape) for _ in range(4))
    for e, content in enumerate(contents.T):
        known = ~np.isnan(content)
        for k in range(n_classes) if known.any() else ():
            own = known & (codes == k)
            rows = own if own.any() else known
            weight, mean = _ridge(Z[own], content[own]) if own.any() else (0.0, float(content[known].mean()))
            weights[k, e], constant[k, e] = weight, mean
            low[k, e], high[k, e] = content[rows].min(), content[rows].max()
            line = np.clip(Z[rows] @ weights[k, e] + mean, low[k, e], high[k, e])
            variance[k, e] = np.mean((content[rows] - line) ** 2)
    return ContentLines(weights, constant, low, high, variance)


def _ridge(Z: FloatArray, y: FloatArray) -> tuple[FloatArray, float]:
    """Return weights, shape (d,), and intercept of ridge regression: squared errors plus PENALTY."""
    middle, mean = Z.mean(axis=0), float(y.mean())
    centred = Z - middle
    weights = np.linalg.solve(centred.T @ centred + PENALTY * np.eye(Z.shape[1]), centred.T @ (y - mean))
    return weights, mean - float(middle @ weights)


def fit_contents(
    seed: Seed,
    old: tuple[FloatArray, IntArray, FloatArray],
    new: tuple[FloatArray, IntArray, FloatArray],
    p_new: FloatArray,
    lots: IntArray,
) -> tuple[Contents, FloatArray, FloatArray]:
    """Return contents fitted on all rows, with the errors of lines fitted on older lots only.

    An error counts by the spread that the lines which answer state there, as when they answer.

    Parameters
    ----------
    seed : Seed
        The process.
    old, new : tuple of ndarray
        Inputs, shape (n, k), class numbers, shape (n,), and laboratory contents, shape (n, E) [wt%], NaN where there
        is none: of rows to learn, and of rows to measure errors on.
    p_new : ndarray, shape (m, K)
        Class probabilities of the new rows, predicted by models that had not seen them.
    lots : ndarray of int, shape (m,)
        Number of each new row's lot, from 0, in the order in which they passed.

    Returns
    -------
    Contents
    ndarray, ndarray, shape (m, E) each
        Contents of the new rows by lines fitted on the old rows alone, and their variances [wt%, wt%²].
    """
    signals, n_classes = ContentSignals.of(seed), len(seed.classes)
    columns = signals.columns(old[0]), signals.columns(new[0])
    scale = StandardScale.of(columns[0])
    Z_old, Z_new = (scale.scores(part) for part in columns)
    estimated, variance = fit_lines(Z_old, old[1], old[2], n_classes).mixed(Z_new, p_new)
    older, later = (Z_old, *old[1:]), (Z_new, *new[1:])
    error, predicted = _errors(older, later, p_new, lots), np.argmax(p_new, axis=1)
    lines = fit_lines(*_together(older, later), n_classes)
    relative = error / spread(lines.mixed(Z_new, p_new)[1])
    contents = Contents(
        seed=seed,
        signals=signals,
        scale=scale,
        lines=lines,
        carried=_r2(error, new[2]) >= CARRIED_R2,
        pooled=_scores(relative),
        of_class=tuple(_scores(relative[predicted == k]) for k in range(n_classes)),
    )
    return contents, estimated, variance


def _errors(old: Rows, new: Rows, p_new: FloatArray, lots: IntArray) -> FloatArray:
    """Errors of the contents of new rows, shape (m, E), block by block by lines that know all older lots."""
    block, errors = lots * BLOCKS // (lots.max() + 1), np.empty_like(new[2])
    for one in range(BLOCKS):
        rows, older = block == one, block < one
        lines = fit_lines(*_together(old, (new[0][older], new[1][older], new[2][older])), p_new.shape[1])
        errors[rows] = lines.mixed(new[0][rows], p_new[rows])[0] - new[2][rows]
    return errors


def _together(old: Rows, new: Rows) -> Rows:
    return np.vstack([old[0], new[0]]), np.concatenate([old[1], new[1]]), np.vstack([old[2], new[2]])


def _scores(relative: FloatArray) -> tuple[Conformal, ...]:
    """Return each element's error sizes, at most MOST_SCORES, from errors, (n, E), NaN if unknown."""
    rng = np.random.default_rng(0)
    known = (column[~np.isnan(column)] for column in np.abs(relative).T)
    # A random draw of exchangeable scores is exchangeable.
    return tuple(Conformal(np.sort(rng.choice(one, min(len(one), MOST_SCORES), replace=False))) for one in known)


def _r2(error: FloatArray, contents: FloatArray) -> FloatArray:
    """Share of each element's variance that is explained, shape (E,); -inf where there is none to explain."""
    scores = np.full(contents.shape[1], -np.inf)
    for e, (one, label) in enumerate(zip(error.T, contents.T, strict=True)):
        known = ~np.isnan(label)
        if known.any() and np.ptp(label[known]) > 0:
            scores[e] = 1 - np.mean(one[known] ** 2) / np.var(label[known])
    return scores
