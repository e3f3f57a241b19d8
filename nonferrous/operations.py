"""Operations of a process as text."""

from __future__ import annotations

from collections.abc import Iterator

from operations.catalogue import offered, operations_of
from seeds import Seed


def lines(seed: Seed) -> Iterator[str]:
    """Operations of a process with the parts of predictions, and reasons for those that it lacks."""
    offers = offered(seed, 1)
    words = ", ".join(offers.predictions.words)
    for operation in operations_of(seed):
        if operation.name in offers.operations:
            more = f" (include: {words})" if operation.rows == "each" else ""
            yield f"{operation.name}{more}: POST /v1/{seed.process.name}/{operation.name}"
        elif (reason := operation.why_not(seed)) is not None:
            yield f"{operation.name}: not offered: {reason}"
