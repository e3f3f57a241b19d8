"""Estimator protocol of scikit-learn, without its import for prediction only.

An estimator here learns, clones, joins pipelines and searches as any other; scikit-learn is imported when it learns.

References
----------
https://scikit-learn.org/stable/developers/develop.html
"""

from __future__ import annotations

import inspect
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt


class Estimator:
    """Base whose parameters are the arguments of `__init__`, each kept as an attribute of its name.

    Attributes
    ----------
    KIND : str or None
        "regressor", "classifier" or "transformer".
    POOR : bool
        Whether it is a baseline, which may err more than the mean of made-up labels does.
    SEVERAL : bool
        Whether it fits several outputs together.
    """

    KIND: ClassVar[str | None] = None
    POOR: ClassVar[bool] = False
    SEVERAL: ClassVar[bool] = False
    n_features_in_: int

    @classmethod
    def _parameters(cls) -> list[str]:
        return [name for name in inspect.signature(cls).parameters]

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name; with `deep` those of parameters that are estimators too, as `<name>__<theirs>`."""
        params = {name: getattr(self, name) for name in self._parameters()}
        for name, value in list(params.items()) if deep else ():
            if hasattr(value, "get_params") and not isinstance(value, type):
                params |= {f"{name}__{inner}": one for inner, one in value.get_params().items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Change parameters by the names that `get_params` gives.

        Raises
        ------
        ValueError
            It has no parameter of a name.
        """
        for name, value in params.items():
            own, _, inner = name.partition("__")
            if own not in self._parameters():
                raise ValueError(f"{type(self).__name__}: got parameter {own!r}, expected {self._parameters()}")
            if inner:
                getattr(self, own).set_params(**{inner: value})
            else:
                setattr(self, own, value)
        return self

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.get_params(deep=False).items())})"

    def _learnable(self, X: npt.ArrayLike, *labels: npt.ArrayLike, **checks: Any) -> Any:
        """Rows to learn from, and their labels where they are given, as float64; NaN in X is missing.

        Raises
        ------
        ValueError
            Whatever scikit-learn's `validate_data` finds wrong, with these further checks.
        """
        from sklearn.utils.validation import validate_data

        return validate_data(self, X, *labels, dtype=np.float64, ensure_all_finite="allow-nan", **checks)

    def _needs(self, fitted: str) -> None:
        """NotFittedError where the estimator has no such attribute yet."""
        if not hasattr(self, fitted):
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(f"{type(self).__name__} is not fitted: call `fit` first")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, RegressorTags, Tags, TargetTags, TransformerTags

        predicts = self.KIND in ("regressor", "classifier")
        return Tags(
            estimator_type=self.KIND if predicts else None,
            target_tags=TargetTags(required=predicts, multi_output=self.SEVERAL),
            transformer_tags=TransformerTags() if self.KIND == "transformer" else None,
            classifier_tags=ClassifierTags() if self.KIND == "classifier" else None,
            regressor_tags=RegressorTags(poor_score=self.POOR) if self.KIND == "regressor" else None,
            input_tags=InputTags(allow_nan=True),
        )


class RegressorEstimator(Estimator):
    """Predicts numbers."""

    KIND = "regressor"

    def score(self, X: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """Share of the labels' variance that it explains, R²."""
        from sklearn.metrics import r2_score

        estimator: Any = self
        return float(r2_score(y, estimator.predict(X)))


class ClassifierEstimator(Estimator):
    """Predicts classes."""

    KIND = "classifier"

    def score(self, X: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """Share of the labels that are the most probable class."""
        from sklearn.metrics import accuracy_score

        estimator: Any = self
        return float(accuracy_score(y, estimator.predict(X)))
