"""Observation of a plant at the start of a period: everything a policy may use."""

from typing import Self

import pandas as pd

from models.table.contract import Checked, check
from seeds import Seed
from training.setpoints.plants import RunningPlant, Stepped


def public(seed: Seed) -> Seed:
    """The seed as a policy may see it: without the parameters of the simulated plant, which are truth."""
    return seed.model_copy(update={"plant": None})


class Observation:
    """Rows of a plant as they are known at the start of a period.

    Parameters
    ----------
    seed : Seed
        As a policy may see it.
    rows : DataFrame, optional
        Rows so far.
    tests : DataFrame, optional
        Part of each set-point that was a test of the plant's own so far: key, time and set-points.
    """

    def __init__(self, seed: Seed, rows: pd.DataFrame | None = None, tests: pd.DataFrame | None = None) -> None:
        self.seed = seed
        self._rows = rows
        self.tests = tests

    def after(self, step: Stepped) -> Self:
        """The same with a period's rows, and with labels of earlier ones that came in with it."""
        parts = [step.came_in, step.table] if self._rows is None else [self._rows, step.came_in, step.table]
        identity = [column.name for column in self.seed.identity]
        rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
        rows = rows.drop_duplicates(identity, keep="last", ignore_index=True)
        tests = step.tests if self.tests is None else pd.concat([self.tests, step.tests], ignore_index=True)
        return type(self)(self.seed, rows, tests)

    def checked(self) -> Checked:
        """Rows so far, checked."""
        assert self._rows is not None
        return check(self._rows, self.seed)

    def history(self) -> pd.DataFrame:
        """Rows so far, as a checked table."""
        return self.checked().table

    def table(self, running: RunningPlant) -> pd.DataFrame:
        """Rows so far and, newest of each unit, what is known and planned of the period to come.

        Returns
        -------
        DataFrame
            A checked table: columns of the seed, sorted by unit and period; in the planned rows only key, time,
            `before` and `setpoint` columns hold values.
        """
        identity = [column.name for column in self.seed.identity]
        planned = running.plan().merge(running.known(), on=identity, how="left", validate="one_to_one")
        assert self._rows is not None
        return check(pd.concat([self._rows, planned], ignore_index=True), self.seed).table


def split_plan(table: pd.DataFrame, seed: Seed) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows of history, and the planned rows of the newest period, of what `Observation.table` gives."""
    time = seed.clock.name
    newest = table[time] == table[time].max()
    return table[~newest].reset_index(drop=True), table[newest].reset_index(drop=True)
