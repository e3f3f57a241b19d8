"""Inputs of rows as a registered version learnt them."""

from __future__ import annotations

from models.table.inputs import InputError, matrix
from physics.arrays import FloatArray, IntArray
from registry.versions import RegistryError, Version
from seeds import Seed
from training.dataset import Dataset


def inputs_of(seed: Seed, version: Version, data: Dataset, rows: IntArray) -> FloatArray:
    """Inputs of some rows as a version learnt them, shape (n, k)."""
    try:
        return matrix(data.table.iloc[rows], seed)
    except InputError as error:
        raise RegistryError(
            f"{version.process}: version {version.number} learnt with another seed and cannot be judged: {error}"
        ) from error
