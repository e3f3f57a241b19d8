"""Predictions of processes whose target is a class, as columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from models.classification.model import ClassificationModel
from operations.forms.columns import CheckedRows, Columns, Described, shares
from operations.forms.fields import Record
from operations.forms.rows import flag_readings
from operations.predictions.payloads import Payloads
from operations.predictions.probabilities import probability_columns


def described(payloads: Payloads) -> Described:
    """Columns of an answer, in their order."""
    seed = payloads.seed
    return {
        seed.target.name: (None, "the most probable class"),
        **{f"p_{name}": ("1", f"probability of {name}") for name in seed.classes},
        **{f"in_set_{name}": (None, f"whether {name} is in the set of classes") for name in seed.classes},
    }


def columns(payloads: Payloads, model: ClassificationModel, block: CheckedRows, request: Record) -> Columns:
    """Predictions of a model; see `operations.predictions.numbers.columns.columns`."""
    p, names = model.probabilities(block.X), payloads.seed.classes
    inside: npt.NDArray[Any] = model.sets_of(block.X, p, request["coverage"])
    flags = model.flags(block.X)
    flag_readings(block.texts, model.seed, flags)
    most_probable = np.array(names)[np.argmax(p, axis=1)]
    values = {
        payloads.seed.target.name: most_probable,
        **probability_columns(p, names, request),
        **shares(names, inside, "in_set_"),
    }
    return Columns(values, flags)
