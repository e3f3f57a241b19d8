"""Loader of models for MLflow: `loader_module="nonferrous.pyfunc"`, with a model's folder as data."""

from models.pyfunc import _load_pyfunc

__all__ = ["_load_pyfunc"]
