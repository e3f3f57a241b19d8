"""What the model card says of early warnings, and what their figures are called."""

from collections.abc import Mapping

from models.regression.model import RegressionModel
from models.warnings.model import EventModel, lead_time
from reporting.markdown import figure, table
from seeds import Seed
from training.core.dataset import Dataset
from training.core.splits import Split
from training.warnings.evaluate import evaluated
from training.warnings.learn import blocks_of

COLUMNS = {
    "events": ("events", ".0f"),
    "rate": ("rate", ".3f"),
    "average_precision": ("average precision", ".3f"),
    "brier": ("Brier", ".4f"),
    "brier_skill": ("Brier skill", ".3f"),
    "recall": ("warned of", ".1%"),
    "precision": ("alarms that come true", ".1%"),
    "false_alarms_month": ("false alarms a month", ".1f"),
    "lead_time": ("lead time [h]", ".0f"),
    "cost": ("cost [$]", ".2f"),
    "cost_always": ("always alarming", ".2f"),
    "cost_never": ("never", ".2f"),
}
"""Metrics of an event, with head and format; costs are of a unit and period."""


def warnings_section(model: RegressionModel, data: Dataset, parts: Split) -> list[str]:
    """Section of the model card on early warnings; nothing where the seed names no event."""
    found = model.warnings
    if found is None and model.warnings_refusal is None:
        return []
    lines = ["## Early warnings", ""]
    if found is None:
        return [*lines, f"None are given: {model.warnings_refusal}.", ""]
    measured = evaluated(found, data, blocks_of(data, parts))
    stated = [f"- {name}: {_stated(one, model.seed)}" for name, one in found.events.items()]
    refused = [f"- {name}: no warnings: {why}" for name, why in found.refused.items()]
    return [
        *lines,
        "Probabilities are calibrated on blocks that are newer than what scores them. Measured on every row of the "
        "newest periods, of learnt units (test) and of held-out ones (unseen); average precision of a model that knows "
        "nothing is the rate.",
        "",
        *stated,
        *refused,
        "",
        *table(["event", "rows", *(head for head, _ in COLUMNS.values())], _rows(measured)),
        "",
    ]


def _stated(one: EventModel, seed: Seed) -> str:
    """What is warned of, from what it was learnt, and when an alarm is raised."""
    event = one.event
    counts, hours = event.in_words(seed.column(event.column).unit), lead_time(event, seed)
    return (
        f"{counts}; by {one.candidate}, which learnt {one.events} events in {one.rows} rows. An alarm is raised above "
        f"a probability of {event.threshold:.3g}: a miss costs {event.miss_cost.value:g} $, an alarm "
        f"{event.alarm_cost.value:g} $. The plant's own data show the event {hours:.3g} h after the alarm or sooner."
    )


def _rows(measured: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    return [
        [name, part, *(figure(metrics, f"{part}_{key}", form) for key, (_, form) in COLUMNS.items())]
        for name, metrics in measured.items()
        for part in ("test", "unseen")
        if f"{part}_rows" in metrics
    ]
