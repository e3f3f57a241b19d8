"""Rows of a process that has no simulated plant, and requests for rows of any."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from seeds import Seed

ROWS_OF_A_UNIT = 5  # where a table has units and no time


def typical_table(seed: Seed, rows: int = 300) -> pd.DataFrame:
    """Rows about the typical values of a seed, in the names and units of the plant's own file; classes at random."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame(index=range(rows))
    if seed.time is not None:
        starts = [date(2024, 1, 1) + i * timedelta(days=seed.process.period.value) for i in range(rows)]
        frame[seed.time.tag or seed.time.name] = [f"{start:%Y-%m-%d}" for start in starts]
    elif seed.key is not None:
        frame[seed.key.tag or seed.key.name] = [f"unit {i // ROWS_OF_A_UNIT}" for i in range(rows)]
    for column in seed.columns:
        if column.classes:
            frame[column.tag or column.name] = rng.choice(column.classes, rows)
        if not column.is_number or column.previous is not None:
            continue
        low, high = column.limits
        values = np.clip(rng.normal(column.typical.mean, column.typical.sd, rows), low, high)
        frame[column.tag or column.name] = values / column.scale
    return frame


def requested(seed: Seed, table: pd.DataFrame) -> dict[str, object]:
    """Body of a request for these rows of a table."""
    rows = []
    for record in table.to_dict("records"):
        row = {c.name: None if np.isnan(record[c.name]) else record[c.name] for c in seed.inputs}
        if seed.time is not None:
            row[seed.time.name] = record[seed.time.name].isoformat()
        if seed.key is not None:
            row[seed.key.name] = record[seed.key.name]
        rows.append(row)
    return {"rows": rows, "coverage": 0.9}
