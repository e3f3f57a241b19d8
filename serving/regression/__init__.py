"""The service for processes that predict a number; see `serving.tasks.Task`."""

from serving.regression import outcomes, recommendations
from serving.regression.columns import columns, described
from serving.regression.predictions import ABOUT, INFO, NOT, info, payloads, predicted

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
