"""scipy's special functions, bit for bit, without the import time of their package.

`import scipy.special` takes 0.17 s and 26 MiB, most of it for arrays of other libraries, and a service starts with
four of its functions. Those are loaded from the compiled module that holds them, in 6 ms; the others are imported when
they are first called.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

from physics.compiled import compiled

Function = Callable[..., Any]


def _now(name: str) -> Function:
    """A function of the compiled module; the package's where this version of scipy keeps it elsewhere."""
    result: Function = getattr(_MODULE, name, None) or getattr(importlib.import_module("scipy.special"), name)
    return result


class _Later:
    """A function of the package, which is imported when it is first called."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *given: Any) -> Any:
        return getattr(importlib.import_module("scipy.special"), self._name)(*given)


_MODULE = compiled("scipy.special._special_ufuncs") or importlib.import_module("scipy.special")
erf, erfcx, expit, log_ndtr, ndtr = (_now(name) for name in ("erf", "erfcx", "expit", "log_ndtr", "ndtr"))
betainc, betaincc, betaincinv, ndtri, ndtri_exp = map(
    _Later, ("betainc", "betaincc", "betaincinv", "ndtri", "ndtri_exp")
)
# `ndtri` of one chance above 0 and below 1, to 1e-12, without scipy; StatisticsError for any other.
normal_quantile = NormalDist().inv_cdf
