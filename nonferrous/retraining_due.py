"""Decision if a retraining is due, from the drift check and earlier jobs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitoring.drift.results import MonitoringResult
    from training.retraining.trigger import Due


def learning_due(seen: MonitoringResult) -> Due:
    """Return the decision if a retraining is due, by the rule of `training.retraining.trigger`.

    Parameters
    ----------
    seen : MonitoringResult
        What was seen of the process just now.
    """
    from registry.retraining.new_rows import batches
    from registry.settings import read_settings
    from registry.tracking import Tracking
    from registry.versions import LEARNT_AT
    from training.retraining.trigger import due

    tracking = Tracking(read_settings())
    champion = next(one for one in tracking.versions(seen.process) if one.number == seen.version)
    since = datetime.fromisoformat(champion.tags.get(LEARNT_AT, champion.created))
    in_vain = [
        one
        for one in batches(seen.process, tracking)
        if one.state != "pending" and one.run != champion.parent_run and datetime.fromisoformat(one.when) >= since
    ]
    last = max((_new_then(one.data_end, seen) for one in in_vain), default=0.0)
    return due(seen.drifted, seen.history_windows, seen.new_windows, last, seen.window_days)


def _new_then(data_end: str | None, seen: MonitoringResult) -> float:
    """Return how many of the new windows an earlier job had, from the time of its latest label."""
    if data_end is None or seen.last_labelled_period is None:
        return 0.0
    after = datetime.fromisoformat(seen.last_labelled_period) - datetime.fromisoformat(data_end).replace(tzinfo=None)
    return max(0.0, seen.new_windows - after.total_seconds() / 86_400 / seen.window_days)
