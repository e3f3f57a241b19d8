"""scipy's special functions, the same to the last bit, without the half of scipy that their package imports.

`import scipy.special` takes 0.17 s and 26 MiB, most of it for arrays of other libraries, and a service starts with
four of its functions. Those are loaded from the compiled module that holds them, in 6 ms; the others are imported when
they are first called.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path
from statistics import NormalDist
from typing import Any

Function = Callable[..., Any]

_COMPILED = "scipy.special._special_ufuncs"


def _compiled() -> Any:
    """The compiled module; the package itself where this version of scipy has no such file."""
    scipy = find_spec("scipy")
    folders = [] if scipy is None else scipy.submodule_search_locations or []
    stem = _COMPILED.rpartition(".")[2]
    files = [Path(folder, "special", stem + suffix) for folder in folders for suffix in EXTENSION_SUFFIXES]
    file = next((file for file in files if file.is_file()), None)
    spec = None if file is None else spec_from_loader(_COMPILED, ExtensionFileLoader(_COMPILED, str(file)))
    if spec is None or spec.loader is None:
        return importlib.import_module("scipy.special")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _now(name: str) -> Function:
    """A function of the compiled module; the package's where this version of scipy keeps it elsewhere."""
    found: Function = getattr(_MODULE, name, None) or getattr(importlib.import_module("scipy.special"), name)
    return found


class _Later:
    """A function of the package, which is imported when it is first called."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *given: Any) -> Any:
        return getattr(importlib.import_module("scipy.special"), self._name)(*given)


_MODULE = _compiled()
erfcx, expit, log_ndtr, ndtr = (_now(name) for name in ("erfcx", "expit", "log_ndtr", "ndtr"))
betainc, betaincc, betaincinv, ndtri, ndtri_exp = map(
    _Later, ("betainc", "betaincc", "betaincinv", "ndtri", "ndtri_exp")
)
# `ndtri` of one chance above 0 and below 1, to 1e-12, without scipy; StatisticsError for any other.
normal_quantile = NormalDist().inv_cdf
