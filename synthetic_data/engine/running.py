"""A running plant: a simulated plant in memory between two periods, which is stepped and forked."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine import files
from synthetic_data.engine.counterfactual_streams import Forked
from synthetic_data.engine.options import plan_run, read_setpoints
from synthetic_data.engine.plan import BlockRows, RunPlan, Setpoints, SimulationError
from synthetic_data.engine.running_block import RunningBlock
from synthetic_data.engine.simulator import simulator_of

MOST_MORE_YEARS = 1000.0


@dataclass(frozen=True)
class Step:
    """Results of a period.

    Attributes
    ----------
    table : DataFrame
        The period's rows as they are available when it ends: NaN in columns of the roles `target` and `late` that are
        not known yet.
    came_in : DataFrame
        Rows of earlier periods again, as they are available now, to which labels came in with this period.
    tests : DataFrame
        How much of each set-point in the period is a test of the plant's own, which it knows: key, time and set-points.
    truth : DataFrame
        What is true of the period, for evaluation alone.
    """

    table: pd.DataFrame
    came_in: pd.DataFrame
    tests: pd.DataFrame
    truth: pd.DataFrame


class Running:
    """A simulated plant between two periods; `begin` makes it, `step` moves it on, `fork` copies it.

    Attributes
    ----------
    period : int
        Number of the period to come, from 0.
    """

    # Blocks stand at the start of a stretch of periods, which may be one. What comes is seen by stepping a copy of
    # them, with the set-points that were set manually in the stretch so far: no set-point changes an earlier period.

    def __init__(self, plan: RunPlan) -> None:
        self._plan = replace(
            plan, setpoints=Setpoints(tuple(column.name for column in plan.seed.by_role("setpoint")), {})
        )
        self._simulator = simulator_of(plan.seed)
        self._places = self._simulator.blocks(plan)
        self._blocks: list[RunningBlock] = [self._simulator.begin(self._plan, place) for place in self._places]
        first = plan.history if plan.more_years else 0
        for block in self._blocks:
            while block.first < first:
                block.advance(first - block.first if block.first >= 0 else None)
        self._ahead: tuple[list[RunningBlock], list[BlockRows]] | None = None
        self._waits = _waits(plan.seed)
        self._waiting: deque[pd.DataFrame] = deque(maxlen=max(self._waits.values(), default=1))
        self.period = self._blocks[0].first

    def plan(self) -> pd.DataFrame:
        """Key, period start and the operators' set-points for the coming period, a row a unit.

        Raises
        ------
        SimulationError
            No period is to come.
        """
        return self._at_start(self._plan.setpoints.columns)

    def known(self) -> pd.DataFrame:
        """Key, period start and `before` columns of the coming period, a row for each running unit.

        It is all that may be known of the period. Columns that a table's reader makes from earlier rows are left out.

        Raises
        ------
        SimulationError
            No period is to come.
        """
        return self._at_start([column.name for column in self._plan.seed.by_role("before") if not column.is_made])

    def step(self, setpoints: pd.DataFrame | None = None) -> Step:
        """Run the period to come.

        Parameters
        ----------
        setpoints : DataFrame, optional
            Key column, time column (the period's start) and some set-point columns, as of `plan`. Units and columns
            that are left out, and NaN, are left to the operators. As in `replay`, operators go on from a set-point set
            by hand.

        Returns
        -------
        Step

        Raises
        ------
        SimulationError
            No period is to come, or the set-points do not fit the plant, the period or the setpoints' bounds; nothing
            has moved.
        """
        self._require_a_period()
        if setpoints is not None:
            self._set(setpoints)
        try:
            after, rows = self._look()
        except SimulationError:
            self._plan.setpoints.by_period.pop(self.period, None)
            raise
        tables = self._tables(rows)
        self._waiting.appendleft(tables["table"])
        self.period += 1
        if self.period == after[0].first:
            self._blocks, self._ahead = after, None
            self._plan.setpoints.by_period.clear()
            for block in after:
                block.change_streams(lambda stream, _: stream.other if isinstance(stream, Forked) else stream)
        truth = tables["truth"]
        return Step(self._in_hand(0), self._came_in(), _tests(truth, self._plan.seed), truth)

    def fork(self, future: int | None = None) -> Running:
        """An independent copy that goes on from the same state.

        Parameters
        ----------
        future : int, optional
            Which other future: from here on its random numbers, those of the period to come included, differ; what is
            known of this period and what the operators would set are the same. Forks of the same state into the same
            future are alike. By default the copy meets the same random numbers.

        Returns
        -------
        Running

        Raises
        ------
        SimulationError
            `future` is below 0.
        """
        if future is not None and future < 0:
            raise SimulationError(f"future: got {future}: expected 0 or more")
        made = copy.copy(self)
        seed = self._plan.seed
        made._plan, made._blocks = copy.deepcopy((self._plan, self._blocks), {id(seed): seed})
        made._waiting, made._ahead = self._waiting.copy(), None
        if future is None:
            return made

        for block in made._blocks:
            coming = self.period - block.first if block.drawn_whole else None

            def other(
                stream: np.random.Generator, name: tuple[int, ...], coming: int | None = coming
            ) -> np.random.Generator:
                return Forked(stream, self._plan.future_stream(future, self.period, *name), coming)

            block.change_streams(other)
        return made

    def _require_a_period(self) -> None:
        if self.period >= self._plan.periods:
            raise SimulationError(
                f"the run of {self._plan.years:g} years ended after {self._plan.periods} periods: begin a longer one"
            )

    def _look(self) -> tuple[list[RunningBlock], list[BlockRows]]:
        """Blocks after the stretch that holds the period to come, and what each reports of it."""
        if self._ahead is None:
            after = copy.deepcopy(self._blocks, {id(self._plan): self._plan})
            self._ahead = after, [block.advance(1) for block in after]
        return self._ahead

    def _at_start(self, names: Sequence[str]) -> pd.DataFrame:
        self._require_a_period()
        key, time = self._plan.seed.key, self._plan.seed.clock.name
        assert key is not None
        start = self._start()
        frames = []
        for place, rows in zip(self._places, self._look()[1], strict=True):
            if rows.started is None:
                now = rows.starts == start
                units, values = rows.units[now], {name: rows.table[name][now] for name in names}
            else:
                units, values = rows.started[0], {name: rows.started[1][name] for name in names}
            index = {key.name: [self._simulator.unit_name(place.first + unit) for unit in units.tolist()], time: start}
            frames.append(pd.DataFrame(index | values))
        return pd.concat(frames, ignore_index=True)

    def _tables(self, rows: Iterable[BlockRows]) -> dict[str, pd.DataFrame]:
        """Table and truth of the period to come."""
        start = self._start()
        parts: dict[str, list[pa.Table]] = {"table": [], "truth": []}
        for place, subset in zip(self._places, rows, strict=True):
            result = files.group_tables(self._plan, place, [_at(subset, start)])
            for name, tables in parts.items():
                tables.append(result[name])
        return {name: pa.concat_tables(tables).to_pandas() for name, tables in parts.items()}

    def _start(self) -> np.datetime64:
        return np.datetime64(self._plan.period_start(self.period), "us")

    def _in_hand(self, age: int) -> pd.DataFrame:
        """Rows of so many periods ago without what is not known yet."""
        unknown = [name for name, wait in self._waits.items() if wait > age + 1]
        return self._waiting[age].assign(**dict.fromkeys(unknown, np.nan))

    def _came_in(self) -> pd.DataFrame:
        ages = sorted({wait - 1 for wait in self._waits.values() if 1 < wait <= len(self._waiting)}, reverse=True)
        return pd.concat([self._in_hand(age) for age in ages] or [self._in_hand(0).iloc[:0]], ignore_index=True)

    def _set(self, frame: pd.DataFrame) -> None:
        """Apply set-points to the coming period, or raise SimulationError."""
        read, time = read_setpoints(self._plan, frame), self._plan.seed.clock.name
        if other := set(read.by_period) - {self.period}:
            got, coming = (self._plan.period_start(period) for period in (min(other), self.period))
            raise SimulationError(f"setpoints.{time}: got {got}: expected {coming}, the period to come")
        if not read.by_period:
            return
        units, given = read.by_period[self.period]
        values = np.full((len(units), len(self._plan.setpoints.columns)), np.nan)
        values[:, [self._plan.setpoints.columns.index(name) for name in read.columns]] = given
        self._check_bounds(units.tolist(), values)
        self._plan.setpoints.by_period[self.period] = units, values
        self._ahead = None

    def _check_bounds(self, units: list[int], values: FloatArray) -> None:
        """Reject set-points beyond their bounds, except values that the operators would set too."""
        for column, given in zip(self._plan.seed.by_role("setpoint"), values.T, strict=True):
            low, high = column.settable
            for at in np.flatnonzero((given < low) | (given > high)):
                name, plan = self._simulator.unit_name(units[at]), self.plan()
                own = plan.loc[plan.iloc[:, 0] == name, column.name].to_numpy()
                if not (own == given[at]).any():
                    raise SimulationError(
                        f"setpoints.{column.name}: got {given[at]:g}: expected {low:g} to {high:g}, its bounds"
                    )


def begin(
    seed: Seed,
    *,
    units: int | None = None,
    years: float | None = None,
    rng_seed: int | None = None,
    more_years: float = 0.0,
) -> Running:
    """Return a simulated plant at the start of its first period, as `simulate` and `replay` run it.

    Parameters
    ----------
    seed : Seed
        With a [plant] and set-points.
    units, years, rng_seed
        Size of the plant, length of the run and its randomness; the seed's where not given.
    more_years
        If above 0, the plant starts at the end of the run and goes on for so many years; the periods before are those
        of `simulate`.

    Returns
    -------
    Running
        Steps give the rows of `simulate` with the same options and set-points.

    Raises
    ------
    SimulationError
        An option out of range, a seed without a plant or simulator or that lacks a parameter, or a plant without
        set-points.
    """
    run = plan_run(seed, units=units, years=years, rng_seed=rng_seed)
    if not 0.0 <= more_years <= MOST_MORE_YEARS:
        raise SimulationError(f"more_years: got {more_years}: expected 0 to {MOST_MORE_YEARS:g}")
    return Running(replace(run, more_years=more_years))


def _waits(seed: Seed) -> dict[str, int]:
    """`Seed.wait` of each target; all `late` columns wait for the last of them, which they would disclose."""
    waits = {column.name: seed.wait(column.name) for column in seed.by_role("target")}
    return waits | {column.name: max(waits.values()) for column in seed.by_role("late")}


def _tests(truth: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Test part of each set-point; simulators keep it next to the true values."""
    retained = {column.name: f"{column.name}_test" for column in seed.by_role("setpoint")}
    identity = truth[[column.name for column in seed.identity]]
    return identity.assign(**{name: truth[test] for name, test in retained.items() if test in truth})


def _at(rows: BlockRows, start: np.datetime64) -> BlockRows:
    """Rows of the period that begins then."""
    now = rows.starts == start

    table, truth = ({name: values[now] for name, values in of.items()} for of in (rows.table, rows.truth))
    return BlockRows(rows.units[now], rows.starts[now], table, truth, (), rows.steps)
