"""Explanations of predicted numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from models.explanations import Parts, explained
from models.regression.model import RegressionModel
from models.regression.several import SeveralTargets
from operations.forms.fields import Record, record, title
from operations.forms.include import only_with
from operations.predictions.explanations import EXPLANATION, Explanations, explanation, explanations
from operations.predictions.options import ResponsePart
from physics.arrays import FloatArray
from seeds import Seed


class NumberExplanations(Explanations):
    """Contributions of each input to each target; predicted are the responses of the model by quantity."""

    def rows(
        self, model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
    ) -> Sequence[Record]:
        """The field of each row that explains its target or targets."""
        seed = self.seed
        models = model.models if isinstance(model, SeveralTargets) else {seed.target.name: model}
        reasons = {}
        for target, one in models.items():
            parts = _parts(one, X, predicted[target].value)
            named = [(target, seed.quantities[target])] * len(X)
            reasons[target] = explanations(parts, one.seed, named, flags)
        if len(reasons) == 1:
            (whys,) = reasons.values()
            return [{EXPLANATION: reason} for reason in whys]
        return [{"explanations": {target: whys[i] for target, whys in reasons.items()}} for i in range(len(X))]


def _parts(model: RegressionModel, X: FloatArray, predicted: FloatArray) -> Parts | None:
    """Parts of predictions as the estimator sees the inputs; values that the request lacks stay missing."""
    parts = explained(model.estimator, model.filled(X), predicted, model.seed)
    if parts is None:
        return None
    values = parts.values.copy()
    values[:, : X.shape[1]][np.isnan(X)] = np.nan
    return replace(parts, values=values)


class ExplainNumbers(ResponsePart):
    """Explanations of each target."""

    def of(self, seed: Seed) -> NumberExplanations:
        """Return the explanations of any process that predicts numbers."""
        if len(seed.primaries) == 1:
            field = only_with(explanation(seed), EXPLANATION, f"what each input contributed to {seed.target.name}")
            return NumberExplanations(seed, {EXPLANATION: field})
        kinds = {target.name: explanation(seed) for target in seed.primaries}
        kind: Any = record(f"{title(seed)}Explanations", "What each input contributed to each target.", kinds)
        about = "what each input contributed to each target"
        return NumberExplanations(seed, {"explanations": only_with(kind, EXPLANATION, about)})
