"""Rows that judge a challenger: the newest of the new ones, and what to say where too few remain."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.table.contract import Checked
from models.tasks import Model
from physics.arrays import IntArray
from registry.versions import Version
from reporting.timestamps import moment_format
from seeds import Seed
from training.core.comparison import ComparisonError
from training.core.dataset import Dataset, labelled, period_of
from training.multi_target.verdict import check_judged
from training.tasks import task_of

JUDGE_SHARE = 1 / 3  # of the new periods; the older ones become training rows


def judge_start(new: pd.DataFrame, seed: Seed, training_cutoff: pd.Timestamp, champion: int) -> pd.Timestamp:
    """Return the first comparison period: latest fraction of new periods outside the champion's training.

    Raises
    ------
    ComparisonError
        No new labelled period is late enough.
    """
    periods = pd.DatetimeIndex(np.sort(period_of(new[labelled(new, seed)], seed).unique()))
    unknown = periods[periods >= training_cutoff]
    if unknown.empty:
        when = moment_format(periods)
        raise ComparisonError(
            f"0 rows to judge on: version {champion} was trained on the periods before {training_cutoff:{when}}, "
            f"and the newest labelled new one is {periods.max():{when}}"
        )
    return unknown[-max(1, round(JUDGE_SHARE * len(unknown)))]


def judge_rows(
    data: Dataset, new: Checked, model: Model, champion: Version
) -> tuple[pd.Timestamp, dict[str, tuple[Dataset, IntArray]]]:
    """First period of the judge rows, and them by target; too few are reported before hours of learning."""
    seed, assessor = data.seed, task_of(data.seed).assessor
    try:
        start = judge_start(new.table, seed, pd.Timestamp(model.info["training_cutoff"]), champion.number)
        compared = {one.seed.target.name: (one, np.flatnonzero(one.periods >= start)) for one in data.each}
        for one, rows in compared.values():
            (assessor.check_judgeable if len(compared) == 1 else check_judged)(model, one, rows)
    except ComparisonError as error:
        raise ComparisonError(f"{error}{_left_over(new)}") from error
    return start, compared


def _left_over(new: Checked) -> str:
    """Return the new rows that were rejected or excluded, as text; empty if there are none."""
    if new.rejected.empty:
        return ""
    reasons = new.rejected["column"].astype(str) + ": " + new.rejected["reason"].astype(str)
    reasons_text = "".join(f"\n  - {line}" for line in (reasons.iloc[0], *new.cautions))
    return f"; {new.rejected_rows} of the new rows were rejected or excluded before:{reasons_text}"
