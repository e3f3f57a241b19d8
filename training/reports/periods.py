"""Model card sections on rows of a unit and period each: their number and use."""

from seeds import Seed
from training.core.dataset import Dataset
from training.core.splits import Split


def row(seed: Seed) -> str:
    """Noun for a row."""
    period = seed.process.period
    return "a row of the table" if period is None else f"a unit and period of {period.value:g} {period.unit}"


def subject(data: Dataset, parts: Split) -> str:
    """Return the target and the rows of the prediction, in two sentences."""
    target, shown = data.seed.target, data.shown
    name = target.name if target.classes else f"{target.name} [{target.unit}]"
    return (
        f"Target: {target.description}, {name}. Training: {len(parts.learnt)} rows, "
        f"{shown(parts.train_from)} to before {shown(parts.test_from)}. Evaluated: {len(parts.test)} rows of the "
        f"same units and {len(parts.holdout)} rows of {len(parts.units)} held-out units, up to {shown(parts.last)}."
    )


def use_of_rows(data: Dataset, parts: Split, given: str) -> list[str]:
    """Return the number of rows and their use; `given` is the result of the calibrate rows."""
    facts, shown = data.facts, data.shown
    return [
        f"{facts['rows']} labelled rows of {facts['units']} units, {facts['periods']} periods from "
        f"{facts['first_period']} to {facts['last_period']}",
        f"training: periods before {shown(parts.test_from)}; of these the ones from {shown(parts.calibrate_from)}, "
        f"each predicted by a model that knew only older ones, gave {given} and chose the candidate",
        f"judged: {len(parts.test)} rows from {shown(parts.test_from)} to {shown(parts.last)}, "
        f"and {len(parts.holdout_all)} rows of {len(parts.units)} held-out units "
        f"({len(parts.holdout)} in those periods)",
    ]
