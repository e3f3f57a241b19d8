"""Explanations of the contents of lots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from models.explanations import explained_contents
from operations.forms.fields import Record, record, title
from operations.forms.include import only_with
from operations.predictions.explanations import EXPLANATION, Explanations, explanation, explanations
from operations.predictions.options import ResponsePart
from physics.arrays import FloatArray
from seeds import Seed


class ContentExplanations(Explanations):
    """Contributions of each input to each content; predicted are the logarithms of contents."""

    def rows(
        self, model: Any, X: FloatArray, predicted: Any, request: Record, flags: list[list[str]]
    ) -> Sequence[Record]:
        """The explanations of each lot, by element."""
        seed = self.seed
        explained = explained_contents(model.estimator, X, predicted, seed)
        parts = explained if explained is not None else [None for _ in seed.elements]
        by_element = {
            column.name: explanations(part, seed, [(column.name, str(column.unit))] * len(X), flags)
            for column, part in zip(seed.elements, parts, strict=True)
        }
        return [{"explanations": {name: whys[i] for name, whys in by_element.items()}} for i in range(len(X))]


class ExplainContents(ResponsePart):
    """Explanations of each content."""

    def of(self, seed: Seed) -> ContentExplanations:
        """Return the explanations of any process that grades lots."""
        kind: Any = record(
            f"{title(seed)}Explanations",
            "What each input contributed to each content, in the content's unit.",
            {column.name: explanation(seed) for column in seed.elements},
        )
        return ContentExplanations(
            seed, {"explanations": only_with(kind, EXPLANATION, "what each input contributed to each content")}
        )
