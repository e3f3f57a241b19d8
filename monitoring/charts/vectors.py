"""Control charts on a vector: Hotelling's T² on principal components, and Q on the residuals.

T² sees that the lots vary more than usual in the ways in which they always vary; Q sees that they vary in a new way.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri, fdtri

from monitoring.charts.control import ChartError
from physics.arrays import BoolArray, FloatArray, IntArray

# Reference rows for each variable. The limit of Q takes the covariance for known; at this number it is exceeded about
# twice as often as it should, with fewer rows more often still.
ROWS_PER_VARIABLE = 10
# An eigenvalue below this share of the largest is a sum rule among the variables, not variation.
NEGLIGIBLE = 1e-9


@dataclass(frozen=True, eq=False)
class VectorChart:
    """A statistic of each row with its limit.

    Attributes
    ----------
    statistic, limit : ndarray, shape (n,)
        The statistic and what it exceeds with probability alpha while nothing is wrong; NaN where a row is empty.
    signals : ndarray of bool, shape (n,)
        Whether the statistic lies beyond its limit.
    contributions : ndarray, shape (n, k)
        What each variable adds to the statistic: a row's sum is the statistic. NaN where a value is missing.
    """

    statistic: FloatArray
    limit: FloatArray
    signals: BoolArray
    contributions: FloatArray


@dataclass(frozen=True, eq=False)
class PrincipalComponents:
    """Principal components of reference rows in standard scores.

    Attributes
    ----------
    mean, scale : ndarray, shape (k,)
        Mean and standard deviation of each variable in the reference [the variable's unit].
    loadings : ndarray, shape (k, a)
        Directions of the components.
    variances : ndarray, shape (a,)
        Variances along them.
    correlation : ndarray, shape (k, k)
        Correlation of the variables.
    rows : int
        Number of reference rows.
    """

    mean: FloatArray
    scale: FloatArray
    loadings: FloatArray
    variances: FloatArray
    correlation: FloatArray
    rows: int

    def t_squared(self, values: FloatArray, alpha: float) -> VectorChart:
        """Hotelling's T² of the components' scores.

        Where elements are missing, the scores are those to be expected given the others under the reference's
        covariance [1]_, and T² is taken with the covariance of such scores, so that the limit holds as before: a
        missing element neither signals nor hides what the others show.

        Parameters
        ----------
        values : ndarray, shape (n, k)
            Rows [the variables' units]; NaN where an element is missing.
        alpha : float
            Share of false alarms [1].

        Returns
        -------
        VectorChart
            The limit is that of a new row, r (m² - 1) / (m (m - r)) F(1 - alpha; r, m - r) with m reference rows and r
            components that the row determines [2]_.

        References
        ----------
        .. [1] P. R. C. Nelson, P. A. Taylor, J. F. MacGregor (1996). Missing data methods in PCA and PLS: score
           calculations with incomplete observations. Chemom. Intell. Lab. Syst. 35, 45-65.
           doi:10.1016/S0169-7439(96)00007-X
        .. [2] N. D. Tracy, J. C. Young, R. L. Mason (1992). Multivariate control charts for individual observations.
           J. Qual. Technol. 24, 88-95.
        """
        scores, charted = self._scores(values, alpha), _empty(values.shape)
        for rows, known in _patterns(scores):
            weights = self._weights(known)
            along, directions = np.linalg.eigh(weights @ self.loadings[known] * self.variances)
            told_scores = along > NEGLIGIBLE * self.variances[0]
            whitening = weights.T @ directions[:, told_scores] / np.sqrt(along[told_scores])
            x = scores[np.ix_(rows, known)]
            added = x * (x @ (whitening @ whitening.T))
            _enter(charted, rows, known, added, _t_squared_limit(int(told_scores.sum()), self.rows, alpha))
        return charted

    def q(self, values: FloatArray, alpha: float) -> VectorChart:
        """Q, the squared prediction error: what the components leave of the standard scores.

        Where elements are missing, the error is that of the present ones, and the limit follows from its covariance.

        Parameters
        ----------
        values : ndarray, shape (n, k)
            Rows [the variables' units]; NaN where an element is missing.
        alpha : float
            Share of false alarms [1].

        Returns
        -------
        VectorChart
            The limit is that of `q_limit`.
        """
        scores, charted = self._scores(values, alpha), _empty(values.shape)
        for rows, known in _patterns(scores):
            left = np.eye(int(known.sum())) - self.loadings[known] @ self._weights(known)
            covariance = left @ self.correlation[np.ix_(known, known)] @ left.T
            added = (scores[np.ix_(rows, known)] @ left.T) ** 2
            eigenvalues = np.asarray(np.linalg.eigvalsh(covariance), dtype=np.float64)
            _enter(charted, rows, known, added, q_limit(eigenvalues, alpha))
        return charted

    def _scores(self, values: FloatArray, alpha: float) -> FloatArray:
        if not 0.0 < alpha < 1.0:
            raise ChartError(f"alpha: expected a share above 0 and below 1, got {alpha:g}")
        if values.ndim != 2 or values.shape[1] != len(self.mean):
            raise ChartError(f"rows: expected shape (n, {len(self.mean)}), got {values.shape}")
        return np.asarray((values - self.mean) / self.scale)

    def _weights(self, known: BoolArray) -> FloatArray:
        """Matrix from the present standard scores to the expected component scores, shape (a, present)."""
        present = np.linalg.pinv(self.correlation[np.ix_(known, known)], rcond=NEGLIGIBLE, hermitian=True)
        return np.asarray(self.variances[:, None] * self.loadings[known].T @ present)


def principal_components(reference: FloatArray, components: int) -> PrincipalComponents:
    """Principal components of a reference stretch.

    Parameters
    ----------
    reference : ndarray, shape (m, k)
        Rows in which nothing is known to be wrong [any units]. A row with a missing element is left out.
    components : int
        Number of components, 1 to k.

    Returns
    -------
    PrincipalComponents
        What the charts are built on.

    Raises
    ------
    ChartError
        Fewer than ROWS_PER_VARIABLE complete rows for each variable, a variable that never varies, or more components
        than the reference has.

    References
    ----------
    .. [1] ISO 7870-7:2020. Control charts, part 7: Multivariate control charts.
    """
    complete = reference[~np.isnan(reference).any(axis=1)]
    n_variables = reference.shape[1]
    if len(complete) < ROWS_PER_VARIABLE * n_variables:
        raise ChartError(
            "reference: expected at least %(least)s complete rows for %(variables)s variables, got %(count)s of "
            "%(rows)s",
            least=ROWS_PER_VARIABLE * n_variables,
            variables=n_variables,
            count=len(complete),
            rows=len(reference),
        )
    scale = complete.std(axis=0, ddof=1)
    if not scale.all():
        raise ChartError("reference: variables %(variables)s never vary", variables=np.flatnonzero(scale == 0).tolist())
    correlation = np.corrcoef(complete, rowvar=False).reshape(n_variables, n_variables)
    variances, directions = np.linalg.eigh(correlation)
    most = int((variances > NEGLIGIBLE * variances[-1]).sum())
    if not 1 <= components <= most:
        raise ChartError(f"components: expected 1 to {most}, got {components}")
    largest = slice(None, -components - 1, -1)
    return PrincipalComponents(
        complete.mean(axis=0), scale, directions[:, largest], variances[largest], correlation, len(complete)
    )


def components_for(reference: FloatArray, share: float) -> int:
    """Fewest components that explain a share of the variance of the standard scores of complete rows."""
    variances = np.linalg.eigvalsh(np.corrcoef(reference[~np.isnan(reference).any(axis=1)], rowvar=False))[::-1]
    return int(np.searchsorted(np.cumsum(variances) / variances.sum(), share - 1e-12)) + 1


def q_limit(eigenvalues: FloatArray, alpha: float) -> float:
    """Limit of a sum of squares of normal values with these variances; infinite if all are 0.

    Parameters
    ----------
    eigenvalues : ndarray, shape (j,)
        Eigenvalues of the covariance of what is squared.
    alpha : float
        Probability above the limit [1].

    Notes
    -----
    Pearson's approximation [1]_: a chi-square, moved and stretched to the same mean, variance and skewness; exact where
    all variances are equal. The limit of Jackson and Mudholkar, better known for Q, is exceeded half as often as it
    should at alpha = 0.001 where the variances are 1, 0.5, 0.2 and 0.1; this one is within a tenth.

    References
    ----------
    .. [1] J. P. Imhof (1961). Computing the distribution of quadratic forms in normal variables. Biometrika 48,
       419-426. doi:10.1093/biomet/48.3-4.419
    .. [2] J. E. Jackson, G. S. Mudholkar (1979). Control procedures for residuals associated with principal component
       analysis. Technometrics 21, 341-349. doi:10.1080/00401706.1979.10489779
    """
    significant = eigenvalues[eigenvalues > NEGLIGIBLE]
    if not len(significant):
        return math.inf
    first, second, third = (float((significant**power).sum()) for power in (1, 2, 3))
    freedom = second**3 / third**2
    return first + third / second * (float(chdtri(freedom, alpha)) - freedom)


def _t_squared_limit(rank: int, rows: int, alpha: float) -> float:
    """Limit of T² for a new row with `rank` known components; infinite without one."""
    if rank == 0:
        return math.inf
    return float(rank * (rows**2 - 1) / (rows * (rows - rank)) * fdtri(rank, rows - rank, 1.0 - alpha))


def _patterns(scores: FloatArray) -> Iterator[tuple[IntArray, BoolArray]]:
    """Rows in which the same elements are present, and which these are; rows with none are left out."""
    present = ~np.isnan(scores)
    packed = np.packbits(present, axis=1)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, group, counts = np.unique(keys, return_inverse=True, return_counts=True)
    for rows in np.split(np.argsort(group, kind="stable"), np.cumsum(counts)[:-1]):
        if len(rows) and present[rows[0]].any():
            yield rows, present[rows[0]]


def _empty(shape: tuple[int, ...]) -> VectorChart:
    n = shape[0]
    return VectorChart(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, dtype=bool), np.full(shape, np.nan))


def _enter(chart: VectorChart, rows: IntArray, known: BoolArray, added: FloatArray, limit: float) -> None:
    """Write the rows of one pattern into a chart that is being made."""
    total = added.sum(axis=1)
    chart.statistic[rows], chart.limit[rows], chart.signals[rows] = total, limit, total > limit
    chart.contributions[np.ix_(rows, known)] = added
