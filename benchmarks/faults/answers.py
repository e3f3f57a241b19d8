"""Predictions of damaged models in a separate process: python -m benchmarks.faults.answers FOLDER...

It prints one line a model: the digest of its answers for rows that the model was not tested on.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from pathlib import Path

import numpy as np

from models.estimators import tree_text
from models.storage import model_files

ROWS = 200
PATIENCE = 5  # s for a model


def digest(folder: Path) -> str:
    """Digest of what a model answers for rows within its ranges and far beyond, some values missing."""
    model = model_files.load(folder)
    rng = np.random.default_rng(0)
    low, high = np.nan_to_num(model.ranges).T
    middle, width = (low + high) / 2, high - low + 1e-9
    X = middle + width * rng.uniform(-0.5, 0.5, (ROWS, len(middle)))
    X[: ROWS // 4] = middle + 1e6 * width * rng.uniform(-1, 1, (ROWS // 4, len(middle)))
    X[rng.random(X.shape) < 0.1] = np.nan
    text = hashlib.sha256()
    for name, column in model.columns(X).items():
        text.update(name.encode() + repr(column.tolist()).encode())
    return text.hexdigest()


def main(folders: list[str]) -> None:
    """Print a line for each; with --unchecked before them trees reach LightGBM's library as they are."""
    output = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries may print
    if folders[0] == "--unchecked":
        folders = folders[1:]
        tree_text.check = lambda text: None  # type: ignore[assignment]
    for folder in folders:
        signal.alarm(PATIENCE)
        try:
            result = digest(Path(folder))
        except Exception as error:
            result = f"no answer: {type(error).__name__}"
        print(result, file=output, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
