"""Rows of a process that has no simulated plant."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from seeds import Seed


def typical_table(seed: Seed, periods: int = 300) -> pd.DataFrame:
    """Rows about the typical values of a seed, in the names and units of the plant's own file."""
    rng = np.random.default_rng(5)
    starts = [date(2024, 1, 1) + i * timedelta(days=seed.process.period.value) for i in range(periods)]
    frame = pd.DataFrame({seed.clock.tag or seed.clock.name: [f"{start:%Y-%m-%d}" for start in starts]})
    for column in seed.columns:
        if not column.is_number or column.previous is not None:
            continue
        low, high = column.limits
        values = np.clip(rng.normal(column.typical.mean, column.typical.sd, periods), low, high)
        frame[column.tag or column.name] = values / column.scale
    return frame
