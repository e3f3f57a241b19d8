"""Contents as a laboratory reports them: a number, or "below the limit L", which is kept as -L."""

from __future__ import annotations

import numpy as np

from physics.arrays import BoolArray, FloatArray
from physics.special import erfcx, log_ndtr, ndtri_exp


def below_limit(reported: FloatArray) -> BoolArray:
    """Return whether each content is reported below the laboratory's limit; False if missing."""
    return np.asarray(reported < 0.0)


def log_size(reported: FloatArray) -> FloatArray:
    """Return the natural logarithm of each reported content or detection limit; NaN if missing."""
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
    z = np.asarray((log_size(reported) - centre) / spread)
    likelihood = np.asarray(-0.5 * z**2 - np.log(spread) - 0.5 * np.log(2.0 * np.pi))
    censored = np.broadcast_to(below_limit(reported), z.shape)
    likelihood[censored] = log_ndtr(z[censored])  # which is slow: where it is needed alone
    return np.where(np.isnan(reported), 0.0, likelihood)


def maximum_likelihood(reported: FloatArray) -> tuple[float, float]:
    """Return mean and standard deviation of the logarithm that maximise `log_likelihood`.

    Parameters
    ----------
    reported : ndarray, shape (n,)
        Contents without gaps, not all alike; -L is "below L".

    Raises
    ------
    ValueError
        No maximum was found.
    """
    from scipy.optimize import minimize

    logs = log_size(reported)
    centre, spread = float(logs.mean()), float(logs.std())
    if not np.any(below_limit(reported)):
        return centre, spread

    def loss(parameters: FloatArray) -> float:
        return -float(log_likelihood(reported, parameters[0], np.exp(parameters[1])).mean())

    optimum = minimize(
        loss, [centre, np.log(spread)], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-12, "maxiter": 2000}
    )
    if not optimum.success:
        raise ValueError(f"reported: no maximum of the likelihood was found ({optimum.message})")
    return float(optimum.x[0]), float(np.exp(optimum.x[1]))


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
    # The inverse Mills ratio pdf/cdf, exact far in both tails.
    censored, nothing = np.broadcast_to(below_limit(reported), np.shape(z)), np.isnan(reported)
    mills = np.zeros(np.shape(z))
    mills[censored] = np.sqrt(2.0 / np.pi) / erfcx(-np.asarray(z)[censored] / np.sqrt(2.0))
    gradient = np.where(censored, -mills, z) / spread
    # Between 0 and 1 in truth; the difference of two large numbers is not, more than some 10^7 spreads above a limit.
    curvature = np.where(censored, np.clip(mills * (z + mills), 0.0, 1.0), 1.0) / np.square(spread)
    return np.where(nothing, 0.0, gradient), np.where(nothing, 0.0, curvature)


def drawn(reported: FloatArray, centre: FloatArray, spread: FloatArray | float, uniforms: FloatArray) -> FloatArray:
    """Return logarithms of contents, missing and censored ones drawn from the model's distribution.

    Parameters
    ----------
    reported, centre, spread
        As for `log_likelihood`.
    uniforms : ndarray, shape (...)
        Uniform numbers between 0 and 1.

    Returns
    -------
    ndarray, shape (...)
        Logarithms; a censored one lies below its limit.
    """
    # As logarithms: of a probability far in the tail nothing else is left.
    below = np.where(below_limit(reported), log_ndtr((log_size(reported) - centre) / spread), 0.0)
    made = centre + spread * ndtri_exp(below + np.log(np.clip(uniforms, 1e-12, 1.0 - 1e-12)))
    return np.where(np.isnan(reported) | below_limit(reported), made, log_size(reported))
