"""The service for processes that predict a class; see `serving.tasks.Task`."""

from serving.classification.columns import columns, described
from serving.classification.predictions import ABOUT, NOT, ClassificationInfo, info, payloads, predicted

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
