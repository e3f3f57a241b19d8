"""What a table teaches of the events that its seed names, once for all candidates of a job."""

from typing import Any

from models.warnings.learning import Blocks, learn
from models.warnings.model import WarningError
from training.core.dataset import Dataset
from training.core.splits import Split, some_units

MOST_ROWS = 50_000


def warnings(data: Dataset, parts: Split) -> dict[str, Any]:
    """Warning model of a data set, or why there is none, as arguments of `RegressionModel`; empty without events."""
    if not data.seed.warnings:
        return {}
    try:
        # All rows, those without a label too: an event of a measured column needs none. Of a table of more than
        # MOST_ROWS whole units, drawn by name: what is in hand is hundreds of columns.
        return {"warnings": learn(some_units(data.checked, data.seed, MOST_ROWS), data.seed, blocks_of(data, parts))}
    except WarningError as error:
        return {"warnings_refusal": str(error)}


def blocks_of(data: Dataset, parts: Split) -> Blocks:
    """The same use of rows as the candidates have: what they may not learn, warnings may not."""
    starts = (data.periods[rows].min() for rows in parts.calibrate if len(rows))
    return Blocks(tuple(starts), parts.test_from, parts.units)
