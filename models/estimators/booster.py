"""LightGBM's trees through its C interface, read from text; only fits need the Python package.

The package imports scikit-learn and pandas, which takes a second and 150 MiB; its library, a few milliseconds.
Answers are equal to the last bit, and a single row takes a third of the time.

References
----------
https://lightgbm.readthedocs.io/en/stable/C-API.html
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from ctypes import byref, c_char_p, c_double, c_int, c_int32, c_int64, c_void_p
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from models.estimators import tree_text
from physics.arrays import FloatArray
from system.cancellation import between

if TYPE_CHECKING:
    import lightgbm

OLDEST, TOO_NEW = (4, 6), (5, 0)
"""Versions of LightGBM whose C interface is the one below: from the first on, below the second."""
_NAMES = ("lib/lib_lightgbm.so", "lib/lib_lightgbm.dylib", "bin/lib_lightgbm.dll")
PREDICTED_AT_ONCE, CONTRIBUTED_AT_ONCE = 5000, 25  # rows: a part of a second with a thousand trees
_NORMAL, _RAW, _CONTRIBUTIONS = 0, 1, 3  # C_API_PREDICT_*
_FLOAT64, _ROW_MAJOR = 1, 1
_FIRST, _ALL = 0, -1  # iterations


class LightGBMError(RuntimeError):
    """LightGBM's library is absent or of another version, or it refused what it was asked."""


class _Handle:
    """A booster of the library, which is freed when nothing refers to it any more."""

    def __init__(self, text: bytes) -> None:
        self.value, rounds = c_void_p(), c_int()
        _check(_library().LGBM_BoosterLoadModelFromString(c_char_p(text), byref(rounds), byref(self.value)))
        weakref.finalize(self, _library().LGBM_BoosterFree, self.value)

    def number(self, function: str) -> int:
        """Return the number that a function of the library gives for the booster."""
        number = c_int()
        _check(getattr(_library(), function)(self.value, byref(number)))
        return number.value


class _OneRow:
    """Reused buffers of a thread for single-row prediction: the library's settings, a row and its result."""

    def __init__(self, handle: _Handle, kind: int, columns: int, outputs: int) -> None:
        self._handle = handle  # must outlive the settings
        settings, library = c_void_p(), _library()
        options = kind, _FIRST, _ALL, _FLOAT64, c_int32(columns), c_char_p(b"num_threads=1")
        _check(library.LGBM_BoosterPredictForMatSingleRowFastInit(handle.value, *options, byref(settings)))
        weakref.finalize(self, library.LGBM_FastConfigFree, settings)
        self._row, self._answer, length = np.empty(columns), np.empty(outputs), c_int64()
        self._length = length
        self._arguments = settings, c_void_p(self._row.ctypes.data), byref(length), c_void_p(self._answer.ctypes.data)
        # The global lock is kept: ten microseconds are less than what another thread may take before it gives it back.
        self._predict = _library_that_keeps_the_lock().LGBM_BoosterPredictForMatSingleRowFast

    def __call__(self, row: FloatArray) -> FloatArray:
        self._row[:] = row
        _check(self._predict(*self._arguments))
        return self._answer.copy()


class Booster:
    """Fitted trees. Threads may share one; it can be pickled and copied.

    Parameters
    ----------
    text : str
        LightGBM's text of a booster.

    Attributes
    ----------
    columns : int
        How many columns the trees take.
    outputs : int
        How many numbers they give for a row: 1, or the number of classes.

    Raises
    ------
    LightGBMError
        The text is none of LightGBM's, or its library is absent or of another version.
    """

    def __init__(self, text: str) -> None:
        self._handle = _Handle(text.encode())
        self.columns = self._handle.number("LGBM_BoosterGetNumFeature")
        self.outputs = self._handle.number("LGBM_BoosterGetNumClasses")
        self._own = threading.local()

    @classmethod
    def stored(cls, text: str) -> Self:
        """Trees of a text that was stored, which is checked before the library sees it.

        Raises
        ------
        TreeTextError
            It is not as LightGBM writes it.
        LightGBMError
            As of the class.
        """
        tree_text.check(text.encode())
        return cls(text)

    @classmethod
    def of(cls, fitted: lightgbm.Booster) -> Self:
        """All trees of a booster that was just fitted, whatever iteration an early stop found best."""
        return cls(fitted.model_to_string(num_iteration=-1))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text,)

    @property
    def text(self) -> str:
        """LightGBM's text of all trees."""
        save, length = _library().LGBM_BoosterSaveModelToString, c_int64()
        splits = 0  # the importance that it counts
        _check(save(self._handle.value, _FIRST, _ALL, splits, c_int64(0), byref(length), c_char_p(None)))
        room = ctypes.create_string_buffer(length.value)
        _check(save(self._handle.value, _FIRST, _ALL, splits, length, byref(length), room))
        return room.value.decode()

    def num_trees(self) -> int:
        """Number of trees over all classes."""
        return self._handle.number("LGBM_BoosterNumberOfTotalModel")

    def predict(self, X: FloatArray, raw_score: bool = False, num_threads: int = 1) -> FloatArray:
        """Predictions by all trees.

        Parameters
        ----------
        X : ndarray, shape (n, columns), float64
            Rows; NaN is missing.
        raw_score : bool
            Whether sums of leaves are wanted as they are, and not what the objective makes of them.
        num_threads : int
            Threads for several rows; 0 for as many as LightGBM likes. A single row is answered by the calling thread.

        Returns
        -------
        ndarray, shape (n,), or (n, outputs) of several outputs
        """
        kind = _RAW if raw_score else _NORMAL
        if len(X) == 1:
            predictions = self._one_row(kind)(self._checked(X)[0])
        else:
            predictions = self._in_parts(X, PREDICTED_AT_ONCE, kind, num_threads, self.outputs)
        return predictions if self.outputs == 1 else predictions.reshape(len(X), self.outputs)

    def contributions(self, X: FloatArray, num_threads: int = 1) -> FloatArray:
        """Return TreeSHAP contributions of columns to each output's raw score; last the mean of the trees.

        Parameters
        ----------
        X, num_threads
            As for `predict`.

        Returns
        -------
        ndarray, shape (n, outputs, columns + 1)
        """
        numbers = self.outputs * (self.columns + 1)
        contributions = self._in_parts(X, CONTRIBUTED_AT_ONCE, _CONTRIBUTIONS, num_threads, numbers)
        return contributions.reshape(len(X), self.outputs, self.columns + 1)

    def _one_row(self, kind: int) -> _OneRow:
        made: dict[int, _OneRow] | None = getattr(self._own, "made", None)
        if made is None:
            made = self._own.made = {}
        if kind not in made:
            made[kind] = _OneRow(self._handle, kind, self.columns, self.outputs)
        return made[kind]

    def _checked(self, X: FloatArray) -> FloatArray:
        if X.ndim != 2 or X.shape[1] != self.columns:
            raise ValueError(f"X: got shape {X.shape}, expected (rows, {self.columns})")
        return X

    def _in_parts(self, X: FloatArray, at_once: int, kind: int, threads: int, numbers: int) -> FloatArray:
        """Return numbers of all rows, computed in parts, as LightGBM cannot be interrupted."""
        if len(X) <= at_once:
            return self._predicted(X, kind, threads, numbers)
        firsts = between(range(0, len(X), at_once))
        return np.concatenate([self._predicted(X[i : i + at_once], kind, threads, numbers) for i in firsts])

    def _predicted(self, X: FloatArray, kind: int, threads: int, numbers: int) -> FloatArray:
        rows = np.ascontiguousarray(self._checked(X), dtype=np.float64)
        predictions, length = np.empty(len(rows) * numbers), c_int64()
        if len(rows):
            _check(
                _library().LGBM_BoosterPredictForMat(
                    *(self._handle.value, c_void_p(rows.ctypes.data), _FLOAT64, c_int32(len(rows))),
                    *(c_int32(self.columns), _ROW_MAJOR, kind, _FIRST, _ALL, c_char_p(b"num_threads=%d" % threads)),
                    *(byref(length), predictions.ctypes.data_as(ctypes.POINTER(c_double))),
                )
            )
        return predictions


@cache
def _library() -> ctypes.CDLL:
    """LightGBM's library; other threads run while it works."""
    return _with_errors(ctypes.CDLL(str(_file())))


@cache
def _library_that_keeps_the_lock() -> ctypes.PyDLL:
    """The same library; no other thread of Python's runs while it works."""
    return ctypes.PyDLL(str(_file()))


def _with_errors(library: ctypes.CDLL) -> ctypes.CDLL:
    library.LGBM_GetLastError.restype = c_char_p
    return library


def _file() -> Path:
    """The library in the installed package, found without importing it.

    Raises
    ------
    LightGBMError
        It is not installed, or of a version whose interface may be another.
    """
    spec = find_spec("lightgbm")
    if spec is None or spec.submodule_search_locations is None:
        raise LightGBMError("lightgbm is not installed")
    installed = version("lightgbm")
    if not OLDEST <= tuple(int(part) for part in installed.split(".")[:2]) < TOO_NEW:
        oldest, too_new = (".".join(map(str, one)) for one in (OLDEST, TOO_NEW))
        raise LightGBMError(f"lightgbm: got version {installed}, expected at least {oldest} and below {too_new}")
    files = [Path(folder, name) for folder in spec.submodule_search_locations for name in _NAMES]
    present = next((file for file in files if file.is_file()), None)
    if present is None:
        raise LightGBMError(f"lightgbm: got none of {', '.join(map(str, files))}, expected its library in one of them")
    return present


def _check(status: int) -> None:
    if status != 0:
        raise LightGBMError(f"lightgbm: {_library().LGBM_GetLastError().decode()}")
