"""Warnings on a checked table and its missing data, as plain lines from the table only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from models.consistency.order import sorted_by
from models.consistency.unit_names import looks, unit_name, with_code_points
from models.table.formatting import named, shortened, visible
from physics.arrays import FloatArray
from seeds import Seed

# A sensor that sticks: more than this share of its values are one and the same, of so many at least.
STUCK_SHARE = 0.5
STUCK_VALUES = 20

# Whole numbers of so few kinds are codes and no readings.
CODES = 10

# What a table lacks: columns with more than this share missing, units with fewer rows than this where units usually
# have twice as many, steps in time longer than so many usual ones, labels with fewer values than this share of rows.
MISSING_SHARE = 0.5
FEW_ROWS = 5
GAP_STEPS = 3
USUAL_STEPS = 0.9  # share of the steps that are not longer than a usual one
LABEL_SHARE = 0.5
ENOUGH_LABELS = 200  # different ones, however often rounding makes them alike; held ones are a fault of the contract


def read_as_missing(counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return warnings on cells read as missing; `counts` has texts and their number by column."""
    lines = [
        f"{column} ({', '.join(f'{text!r} {count}' for text, count in texts.items())})"
        for column, texts in counts.items()
        if texts
    ]
    return [f"read as missing: {named(lines)}"] if lines else []


def unknown_texts(name: str, counts: Mapping[str, int]) -> list[str]:
    """Return the warning on category texts that are not in the seed and count as missing."""
    if not counts:
        return []
    texts = named(f"{shortened(text, 40)!r} {counts[text]}" for text in sorted(counts, key=lambda text: -counts[text]))
    count = sum(counts.values())
    cells = "1 cell holds a text" if count == 1 else f"{count} cells hold texts"
    return [f"{name}: {cells} not in the seed, treated as missing: {texts}"]


def unused_columns(headers: Sequence[str], seed: Seed) -> list[str]:
    """Return the warning on unused columns of the file; `previous` columns are computed again."""
    made = {column.name for column in seed.columns if column.is_made}
    unknown = [header for header in headers if header not in made]
    if not unknown:
        return []
    one = len(unknown) == 1
    return [
        f"{len(unknown)} column{'' if one else 's'} {'is' if one else 'are'} not in the seed and "
        f"{'was' if one else 'were'} not used: {named(unknown)}"
    ]


def of_table(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Return warnings on a checked table: similar unit names, constant sensors, sorted rows."""
    return [*alike(table, seed), *_stuck(table, seed), *_sorted(table, seed)]


def alike(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Return one line on unit names that differ only in case, dashes, spaces or look-alike letters."""
    if seed.key is None:
        return []
    rows = table[seed.key.name].value_counts(sort=False)
    spellings: dict[str, list[str]] = {}
    for name in sorted(rows.index):
        spellings.setdefault(looks(name), []).append(name)
    alike = [
        " and ".join(f"{_spelled(str(name))} ({rows[name]} rows)" for name in names)
        for names in spellings.values()
        if len(names) > 1
    ]
    if not alike:
        return []
    return [
        f"units that differ in case, dash, space or look-alike letters alone stay different units: {named(alike, '; ')}"
    ]


def _spelled(name: str) -> str:
    """Return a name in a form that is distinct from its look-alikes."""
    shown = visible(name)
    return with_code_points(name) if shown == name else f"'{shown}'"


def respelled(cells: pd.Series) -> list[str]:
    """Return the warning on normalised unit names: zero-width characters removed, full width replaced."""
    names = [name for name in cells.dropna().unique() if isinstance(name, str) and not name.isascii()]
    spellings = [
        f"{with_code_points(name)} as '{unit_name(name)}'" for name in names if unit_name(name) != name.strip()
    ]
    return [f"units with signs without a width or of another width were read {named(spellings)}"] if spellings else []


def _stuck(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Measured columns with one value in most rows; zero in most, not all, is what many processes have."""
    lines = []
    for column in seed.by_role("before", "during", "late"):
        if not column.is_number or column.is_made:
            continue
        values = table[column.name].to_numpy(dtype=np.float64)
        values = values[~np.isnan(values)]
        if len(values) < STUCK_VALUES:
            continue
        # What more than half of the values are is their middle one too.
        middle = np.partition(values, len(values) // 2)[len(values) // 2]
        same = np.count_nonzero(values == middle)
        is_most = middle != 0 and same > STUCK_SHARE * len(values) and not _are_codes(values)
        if same == len(values) or is_most:
            share = "all" if same == len(values) else f"{same} of"
            lines.append(f"{column.name} is {middle:.6g} in {share} {len(values)} rows: does the sensor stick?")
    return lines


def _sorted(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Return the warning on rows sorted by class or text, without time and unit: they split in order."""
    if seed.time is not None or seed.key is not None:
        return []
    columns = [column.name for column in seed.columns if column.values or column.role == "target"]
    orders = [one for name in columns if (one := sorted_by(name, table[name])) is not None]
    return [f"{one}: metrics are of values outside the training rows; shuffle the rows" for one in orders]


def _are_codes(values: FloatArray) -> bool:
    """Return whether values are integers with few distinct values."""
    kinds = np.unique(values)
    return len(kinds) <= CODES and bool((kinds == np.floor(kinds)).all())


def lacks(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Return the missing data of a checked table: values, rows of some units, periods, labels.

    Parameters
    ----------
    table : DataFrame
        As in `Checked.table`.
    seed : Seed
        The process.

    Returns
    -------
    list of str
        One plain line for each kind of thing; empty where nothing is missing.
    """
    if table.empty:
        return []
    parts = (_no_time, _no_units, _empty_columns, _idle_setpoints, _short_units, _gaps, _few_labels)
    return [line for part in parts for line in part(table, seed)]


def _no_time(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Return guarantees that are void because rows have no order in time."""
    if seed.time is not None:
        return []
    evaluation_unit = "rows of the file" if seed.key is None else "units"
    return [f"no time: figures are of other {evaluation_unit}, and promise nothing of the days to come"]


def _no_units(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Return guarantees that are void because all rows are of one unit."""
    return [] if seed.key is not None else ["no units: figures promise nothing of another unit than this one"]


def _empty_columns(table: pd.DataFrame, seed: Seed) -> list[str]:
    names = [c.name for c in seed.columns if c.role not in ("key", "time") and not c.is_made]
    missing = table[names].isna().mean()
    lines = []
    if nothing := [name for name in names if missing[name] == 1]:
        lines.append(f"no value at all: {named(nothing)}")
    if mostly := [f"{name} ({missing[name]:.0%})" for name in names if MISSING_SHARE < missing[name] < 1]:
        lines.append(f"mostly missing: {named(mostly)}")
    return lines


def _idle_setpoints(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Return set-points that never move, so that their effects cannot be fitted."""
    idle = [
        f"{column.name} ({values.iloc[0]:.6g})"
        for column in seed.by_role("setpoint")
        if len(values := table[column.name].dropna()) >= STUCK_VALUES and values.nunique() == 1
    ]
    return [f"set-points with one value in all rows: {named(idle)}"] if idle else []


def _short_units(table: pd.DataFrame, seed: Seed) -> list[str]:
    if seed.key is None:
        return []
    rows = table[seed.key.name].value_counts().sort_values(kind="stable")
    few = rows[rows < FEW_ROWS]
    if few.empty or rows.median() < 2 * FEW_ROWS:
        return []
    units = named([f"{visible(str(name))} ({count})" for name, count in few.items()])
    return [f"{len(few)} of {len(rows)} units have fewer than {FEW_ROWS} rows: {units}"]


def _gaps(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Times without a row of any unit; of pieces, without a lot."""
    if seed.time is None:
        return []
    start = table[seed.time.name]
    if seed.lots is not None:
        start = start.groupby(table[seed.lots.name]).min()
    time = np.unique(start.to_numpy())
    if len(time) < FEW_ROWS:
        return []
    steps = np.diff(time)
    typical_step = max(np.quantile(steps, USUAL_STEPS), np.timedelta64(seed.period))
    long = np.flatnonzero(steps > GAP_STEPS * typical_step)
    if not len(long):
        return []
    longest = long[np.argmax(steps[long])]
    first, last = (pd.Timestamp(time[longest + i]) for i in (0, 1))
    of = "" if len(long) == 1 else f", the longest of {len(long)} gaps"
    return [f"no row of any unit between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M}{of}"]


def _few_labels(table: pd.DataFrame, seed: Seed) -> list[str]:
    """Rows without a label, classes without a row, and one label that stands in many rows.

    Contents of lots are rounded by the laboratory: that few of them differ says nothing.
    """
    lines = []
    labels = table[[column.name for column in seed.labels]]
    unlabelled = np.count_nonzero(labels.isna().all(axis=1))
    if unlabelled:
        lines.append(f"no label in {unlabelled} of {len(table)} rows")
    for target in seed.primaries:
        values = table[target.name].dropna()
        if target.classes:
            absent = [name for name in target.classes if name not in set(values.unique())]
            lines += [f"{target.name} has no row of {named(absent)}"] if absent else []
        elif target not in seed.elements and values.nunique() < min(LABEL_SHARE * len(values), ENOUGH_LABELS):
            lines.append(f"{target.name} has {values.nunique()} different values in {len(values)} rows with a label")
    return lines
