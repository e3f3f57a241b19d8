"""Processes that predict a class; see `operations.tasks.Task`."""

from operations.predictions.classes.columns import columns, described
from operations.predictions.classes.predictions import ABOUT, NOT, ClassificationInfo, info, payloads, predicted

INFO = ClassificationInfo
outcomes = None  # probabilities are as calibrated in training
recommendations = None  # no physics says what moves of knobs do to a class

__all__ = [
    "ABOUT",
    "INFO",
    "NOT",
    "columns",
    "described",
    "info",
    "outcomes",
    "payloads",
    "predicted",
    "recommendations",
]
