"""Early warnings in the jobs: one fit for all candidates, metrics on new rows, model card section."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from models.interfaces.learning import WARNINGS
from models.warnings.learning import learn
from models.warnings.model import EventModel, WarningError, WarningModel, lead_time
from reporting.markdown import figure, table
from seeds import Seed
from training.core.dataset import Dataset
from training.core.learning import MOST_ROWS, PartFit, PartRun
from training.core.splits import Split, some_units
from training.warnings.evaluate import blocks_of, evaluated

EVENT = "event"  # tag of the runs of events
COLUMNS = {
    "events": ("events", ".0f"),
    "rate": ("rate", ".3f"),
    "average_precision": ("average precision", ".3f"),
    "brier": ("Brier", ".4f"),
    "brier_skill": ("Brier skill", ".3f"),
    "recall": ("recall", ".1%"),
    "precision": ("precision", ".1%"),
    "false_alarms_month": ("false alarms per month", ".1f"),
    "lead_time": ("lead time [h]", ".0f"),
    "cost": ("cost [$]", ".2f"),
    "cost_always": ("always alarm", ".2f"),
    "cost_never": ("never alarm", ".2f"),
}
"""Metrics of an event, with head and format; costs are of a unit and period."""


class EventWarnings(PartFit[WarningModel]):
    """Warnings of the events that a seed names."""

    name = WARNINGS
    refuses_by = WarningError
    heading = "Early warnings"
    none = "None are given"

    def is_asked(self, data: Dataset) -> bool:
        """Return whether the seed names an event."""
        return bool(data.seed.warnings)

    def fit(self, data: Dataset, parts: Split) -> WarningModel:
        """Learn from all rows, those without a label too: an event of a measured column needs none.

        Of a large table it learns from some units, since hundreds of columns are known of a row.
        """
        return learn(some_units(data.checked, data.seed, MOST_ROWS), data.seed, blocks_of(data, parts))

    def lines(self, part: WarningModel, model: Any, data: Dataset, parts: Split) -> list[str]:
        """Return what is warned of and what the warnings are worth."""
        measured = evaluated(part, data, blocks_of(data, parts))
        stated = [f"- {name}: {_stated(one, model.seed)}" for name, one in part.events.items()]
        refused = [f"- {name}: no warnings: {reason}" for name, reason in part.refused.items()]
        return [
            "Probabilities are calibrated on blocks that are newer than what scores them. Measured on every row of the "
            "latest periods, of training units (test) and of held-out ones (holdout); average precision of a model "
            "without skill is the rate.",
            "",
            *stated,
            *refused,
            "",
            *table(["event", "rows", *(head for head, _ in COLUMNS.values())], _rows(measured)),
            "",
        ]

    def runs(self, part: WarningModel, data: Dataset, parts: Split) -> Iterator[PartRun]:
        """Yield a run an event, with metrics of the same names for all events."""
        for name, metrics in evaluated(part, data, blocks_of(data, parts)).items():
            one = part.events[name]
            stated = one.event.model_dump(exclude_none=True, exclude={"name"})
            params = {
                "candidate": one.candidate,
                "training_rows": one.rows,
                "training_events": one.events,
                "threshold": one.event.threshold,
                **{key: json.dumps(value) if isinstance(value, dict) else value for key, value in stated.items()},
            }
            yield PartRun(f"warning: {name}", metrics, params, {EVENT: name})


def _stated(one: EventModel, seed: Seed) -> str:
    """Return the text on the event, its training rows, and the alarm threshold."""
    event = one.event
    counts, hours = event.in_words(seed.column(event.column).unit), lead_time(event, seed)
    return (
        f"{counts}; by {one.candidate}, trained on {one.events} events in {one.rows} rows. An alarm is raised above "
        f"a probability of {event.threshold:.3g}: a miss costs {event.miss_cost.value:g} $, an alarm "
        f"{event.alarm_cost.value:g} $. The plant's own data show the event {hours:.3g} h after the alarm or sooner."
    )


def _rows(measured: Mapping[str, Mapping[str, float]]) -> list[list[str]]:
    return [
        [name, part, *(figure(metrics, f"{part}_{key}", form) for key, (_, form) in COLUMNS.items())]
        for name, metrics in measured.items()
        for part in ("test", "holdout")
        if f"{part}_rows" in metrics
    ]
