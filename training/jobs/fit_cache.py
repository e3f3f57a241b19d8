"""Cache of fits, so that a restarted job does not repeat them."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.estimators.tuning import clone
from models.storage import estimator_files
from training.core.fitting import Fitted

_FITTED, _PREDICTIONS = "fitted.json", "predictions.npy"


@dataclass(frozen=True)
class FitCache:
    """A folder of fits; each is there whole or not at all.

    Attributes
    ----------
    folder : Path
        Where they are; made when needed.
    rows : str
        Names the table and the seed. Fits on another table or seed are not used.
    """

    folder: Path
    rows: str

    def __call__(self, name: str, estimator: Any, fit: Callable[[], Fitted]) -> Fitted:
        """Return the cached fit of a name, or fit now and store the result."""
        place = self.folder / f"{self.rows}-{name}"
        if place.is_dir():
            return _read(place, estimator)
        fitted = fit()
        _write(place, estimator, fitted)
        return fitted


def _write(place: Path, estimator: Any, fitted: Fitted) -> None:
    before, chosen = estimator.get_params(), fitted.estimator.get_params()
    state, files = estimator_files.dump(fitted.final)
    content = {
        "chosen": {name: value for name, value in chosen.items() if _is_other(before.get(name), value)},
        "settings": dict(fitted.settings),
        "state": state,
        "files": {name: text.decode() for name, text in files.items()},
        "seconds": fitted.seconds,
    }
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".", dir=place.parent))
    try:
        (temporary / _FITTED).write_text(json.dumps(content), encoding="utf-8")
        np.save(temporary / _PREDICTIONS, fitted.predictions, allow_pickle=False)
        os.rename(temporary, place)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _is_other(before: Any, value: Any) -> bool:
    """Return whether a setting was chosen: settings are numbers, all other values come from the seed."""
    return isinstance(value, int | float) and value != before


def _read(place: Path, estimator: Any) -> Fitted:
    content = json.loads((place / _FITTED).read_text(encoding="utf-8"))
    chosen = clone(estimator).set_params(**content["chosen"])
    files = {name: text.encode() for name, text in content["files"].items()}
    final = estimator_files.parse(clone(chosen), content["state"], files)
    predictions = np.load(place / _PREDICTIONS, allow_pickle=False)
    return Fitted(chosen, final, predictions, content["settings"], content["seconds"])
