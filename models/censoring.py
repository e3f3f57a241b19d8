"""Contents as a laboratory reports them: a number, or "below the limit L", which is kept as -L."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def below_limit(reported: FloatArray) -> BoolArray:
    """Whether each content was found to be below the laboratory's limit; False where there is none."""
    return np.asarray(reported < 0.0)


def log_size(reported: FloatArray) -> FloatArray:
    """Natural logarithm of each reported content, or of the limit below which it is; NaN where there is none."""
    with np.errstate(divide="ignore"):
        logs: FloatArray = np.log(np.abs(reported))
    return logs


def log_likelihood(reported: FloatArray, centre: FloatArray, spread: FloatArray | float) -> FloatArray:
    """Log likelihood of reported contents under a normal distribution of their logarithm (Tobit).

    Parameters
    ----------
    reported : ndarray, shape (...)
        Contents; -L is "below L", NaN counts nothing.
    centre, spread : ndarray
        Mean and standard deviation of the logarithm; broadcast.

    Returns
    -------
    ndarray, shape (...)
        Log density of a content, log probability of being below a limit, 0 where there is nothing.

    References
    ----------
    .. [1] J. Tobin (1958). Estimation of relationships for limited dependent variables. Econometrica 26, 24-36.
    """
    z = (log_size(reported) - centre) / spread
    seen = -0.5 * z**2 - np.log(spread) - 0.5 * np.log(2.0 * np.pi)
    told = np.where(below_limit(reported), log_ndtr(z), seen)
    return np.where(np.isnan(reported), 0.0, told)


def score(reported: FloatArray, centre: FloatArray, spread: FloatArray | float) -> tuple[FloatArray, FloatArray]:
    """First derivative of the log likelihood by the centre, and the negative of the second.

    Parameters
    ----------
    reported, centre, spread
        As for `log_likelihood`.

    Returns
    -------
    tuple of ndarray, shape (...)
        Gradient and curvature (>= 0); both 0 where there is nothing.
    """
    z = (log_size(reported) - centre) / spread
    # The inverse Mills ratio pdf/cdf, stable far in the tail.
    mills = np.exp(-0.5 * z**2 - 0.5 * np.log(2.0 * np.pi) - log_ndtr(z))
    censored, nothing = below_limit(reported), np.isnan(reported)
    gradient = np.where(censored, -mills, z) / spread
    curvature = np.where(censored, mills * (z + mills), 1.0) / np.square(spread)
    return np.where(nothing, 0.0, gradient), np.where(nothing, 0.0, curvature)


def drawn(reported: FloatArray, centre: FloatArray, spread: FloatArray | float, luck: FloatArray) -> FloatArray:
    """Logarithms of contents with what is missing or below a limit drawn from the model's own distribution.

    Parameters
    ----------
    reported, centre, spread
        As for `log_likelihood`.
    luck : ndarray, shape (...)
        Uniform numbers between 0 and 1.

    Returns
    -------
    ndarray, shape (...)
        Logarithms; a censored one lies below its limit.
    """
    below = np.where(below_limit(reported), ndtr((log_size(reported) - centre) / spread), 1.0)
    made = centre + spread * ndtri(np.clip(below * luck, 1e-12, 1.0 - 1e-12))
    return np.where(np.isnan(reported) | below_limit(reported), made, log_size(reported))
