"""One job: the champion's warnings for the periods that a table plans, or for those that follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from models.interfaces.learning import WARNINGS
from models.learnings import learnt_by
from models.table.periods import latest_plan
from models.table.reading import read_table
from models.warnings.model import EventWarning, UnitWarnings, WarningError, WarningModel, lead_time
from registry.promotion import champion_of
from registry.settings import Settings
from registry.tracking import Tracking
from seeds import Seed
from training.advice.plans import planned, with_plans
from training.jobs.train import Progress, silent


@dataclass(frozen=True, eq=False)
class Warned:
    """Warnings for the units of a table.

    Attributes
    ----------
    model : WarningModel
        The champion's.
    version : int
        The champion.
    rows : int
        Rows that were read.
    goes_on : bool
        Whether the table had no plans, so that its last knobs were taken to go on.
    units : sequence of UnitWarnings
        One a plan.
    """

    model: WarningModel
    version: int
    rows: int
    goes_on: bool
    units: Sequence[UnitWarnings]

    @property
    def seed(self) -> Seed:
        """The process as it was when the model learnt."""
        return self.model.seed


def warn(seed: Seed, data: Path, settings: Settings, progress: Progress = silent) -> Warned:
    """Warn each unit of events in the period to come.

    Parameters
    ----------
    seed : Seed
        The process.
    data : Path
        Table of the plant, as for training; its newest rows may be plans: knobs, and nothing measured.
    settings : Settings
        Where MLflow keeps the champion.
    progress : callable
        Called with what is being done, the steps done and the steps in all.

    Returns
    -------
    Warned

    Raises
    ------
    WarningError
        The champion gives no warnings.
    RecommendError
        A plan lacks a knob.
    TableError
        The table breaks its contract.
    RegistryError, TrackingError
        There is no champion, or it cannot be read.
    """
    process = seed.process.name
    progress("load the champion", 0, 3)
    tracking = Tracking(settings)
    champion = champion_of(process, tracking.versions(process))
    whole = tracking.model(champion)
    model: WarningModel | None = learnt_by(whole, WARNINGS)
    if model is None:
        why = whole.refusals.get(WARNINGS) or "its seed names no event, or it was trained without them"
        raise WarningError(f"{process}: version {champion.number} gives no warnings: {why}")
    progress("read the table", 1, 3)
    table = read_table(data, seed, today=latest_plan(seed)).table
    progress("look ahead", 2, 3)
    before = [column.name for column in seed.by_role("before") if not column.is_made]
    rows, goes_on = with_plans(table, seed, carried=before)
    assert seed.key is not None
    plans = set(planned(rows, seed)[seed.key.name].astype(str))
    # Outcomes of units without a plan say too how the plant has drifted.
    units = [one for one in model.warn(rows) if one.unit in plans]
    return Warned(model, champion.number, len(table), goes_on, units)


def warning_frame(found: Warned) -> pd.DataFrame:
    """One row a unit and event, numbers under headings with their units."""
    seed = found.seed
    assert seed.key is not None
    rows = [
        {seed.key.name: unit.unit, seed.clock.name: unit.start, **_row(one, seed)}
        for unit in found.units
        for one in unit.events
    ]
    return pd.DataFrame(rows)


def _row(one: EventWarning, seed: Seed) -> dict[str, object]:
    event = one.event
    return {
        "event": event.name,
        "counts": event.in_words(seed.column(event.column).unit),
        "limit": one.limit,
        "probability [1]": one.probability,
        "threshold [1]": event.threshold,
        "alarm": one.alarm,
        "cause": one.cause,
        "lead time [h]": lead_time(event, seed),
        "refusal": one.refusal,
    }
