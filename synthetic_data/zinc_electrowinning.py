"""Simulated cell house of a zinc plant: groups of cells in steps of four hours, rows by strip cycle."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pandas as pd

from physics.arrays import FloatArray
from physics.winning.economics import ZincCellFlows, emitted, margin
from seeds import Seed
from synthetic_data.cell_house import current_profile, cycle, faults, instruments, operators, state
from synthetic_data.cell_house.house import CURRENT_SETPOINT, STEPS_A_DAY, Cycle, House
from synthetic_data.cell_house.parameters import GROUP_FAULTS, CellHouseParameters
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.economics import prices_of
from synthetic_data.engine.parameters import Term
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import ProfileBlock, RunningBlock
from synthetic_data.engine.simulator import PeriodBounds, Simulator

_HOURS = 24.0  # h/d


class ZincElectrowinning(Simulator):
    """Groups of cells, stepped by four hours, a strip cycle at a time."""

    block_units = 960  # groups stepped as one array; a quarter of it costs nearly as much time
    parameters = (CellHouseParameters,)
    facts: ClassVar = {"cathode_area": "m²", "nominal_current": "kA", "electrode_gap": "mm"}
    period = PeriodBounds(48, 96, 24)  # samples of two days are available when a cycle starts; thicker deposits bridge
    economics: ClassVar = {"power_price": Term("$/kWh")}

    def unit_name(self, unit: int) -> str:
        """Name of a group of cells: Z-001 is the first."""
        return f"Z-{unit + 1:03d}"

    def steps(self, plan: RunPlan) -> int:
        """Group-days of a run."""
        return round(plan.units * plan.periods * plan.period_days)

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of groups before its warm-up."""
        return _CellHouse(plan, block)

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """Margin of a cell, cost of moves [$/d], zinc [kg/d], energy [kWh/d], emission [kgCO2e/d]."""
        price = prices_of(seed)
        day = {name: truth[name].to_numpy(np.float64) for name in ("zinc_made", "energy", "power_cost", "feed", "glue")}
        zinc = _HOURS * day["zinc_made"]
        flows = ZincCellFlows(
            zinc=zinc,
            energy=day["energy"],
            hours=day["power_cost"] / (day["energy"] * price["power_price"]),
            feed=_HOURS * day["feed"],
            glue=1e-3 * zinc * day["glue"],
        )
        moves = truth["setpoint_moves"].to_numpy(np.float64)
        columns = {
            "margin": margin(flows, price) - moves,
            "move_cost": moves,
            "product": zinc,
            "energy": day["energy"],
            "co2e": 1e3 * emitted(flows, price).total,
        }
        return pd.DataFrame(columns, truth.index)


SIMULATOR = ZincElectrowinning()


class _CellHouse(ProfileBlock):
    """A block of groups, and its house, between two cycles."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self._plan, self._block = plan, block
        self._house = House(plan)
        self._rng = plan.block_stream(block)
        p = CellHouseParameters.of(plan.seed)
        self._groups = state.build(p, block.count, self._rng)
        self._testing = self._rng.random(block.count) < p.test_share
        self._test_chances = np.zeros((operators.UNIFORMS, block.count))
        self._limits = {column.name: column.limits for column in plan.seed.columns if column.is_number}
        self._last_row: cycle.Values = {}
        self._last_setpoints: cycle.Values = {}
        self._played: cycle.Values = {}  # by the hour
        self._known: list[cycle.Values] = []  # of the last two cycles: the label of the newest is not available

    @property
    def first(self) -> int:
        """The cycle to come."""
        return self._house.first

    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream."""
        self._house.stream = change(self._house.stream, (0,))
        self._rng = change(self._rng, (1, self._block.index))

    @property
    def played(self) -> cycle.Values:
        """Hourly result of the last profile; a profile is the current of the house and no set-point."""
        return self._played

    def advance(self, most: int | None = None) -> BlockRows:
        """Step a cycle and report it."""
        house = self._house.advance()
        p, groups, rng, count = house.parameters, self._groups, self._rng, self._block.count
        days = self._plan.period_days
        hours, n = _HOURS * days, round(days) * STEPS_A_DAY
        watch: list[cycle.Values] | None = None
        if self.profile is not None:
            house, watch = current_profile.by_the_hour(house, self.profile), []
        setpoints, tests = self._choose(house)
        before, seen = instruments.of_house(house, count)
        before |= {"anode_age": groups.anode_age.copy(), "mud_age": groups.mud_age.copy()}
        normals = rng.standard_normal((len(house.current), cycle.NORMALS, count))
        onsets = rng.random((len(GROUP_FAULTS) * faults.UNIFORMS, count))
        errors = rng.standard_normal((instruments.NORMALS, count))
        uniforms = rng.random((instruments.UNIFORMS, count))
        lasts, started = faults.started(p, n, groups.fault_left, onsets, house.period * days)
        if watch is not None:
            lasts = current_profile.at_the_hour(lasts, len(house.current))
        means = cycle.run(groups, house, setpoints, normals, lasts, hours / len(house.current), watch)
        if watch is not None:
            self._played = current_profile.recorded(house, watch)
        stripped, gained = cycle.strip(p, groups, hours * means["zinc_made"])
        cycle.age(p, groups, days)
        row = instruments.spoil(p, instruments.row(p, groups, means, errors), self._last_row, uniforms, self._limits)
        late = instruments.label(p, groups, stripped, means["lead_in_zinc"], seen["line_current"], hours, errors)
        moves = self._moves(setpoints, days)
        self._known = [*self._known[-1:], {"current_efficiency": late["current_efficiency"], "shorts": means["shorts"]}]
        self._last_row, self._last_setpoints = row, setpoints
        truth = means | tests | {
            "glue": setpoints["glue_dose"], "stripped": stripped / days, "stuck_gained": gained / days,
            "setpoint_moves": moves,
        }  # fmt: skip
        events = [*(house.events if self._block.index == 0 else ()), *started] if house.period >= 0 else []
        return BlockRows(
            np.arange(count),
            np.full(count, np.datetime64(self._plan.period_start(house.period), "us")),
            before | setpoints | seen | row | late,
            truth,
            tuple(sorted(events, key=lambda event: event.onset)),
            round(count * days),
        )

    def _choose(self, house: Cycle) -> tuple[cycle.Values, cycle.Values]:
        p, stream, count = house.parameters, known_stream(self._rng), self._block.count
        normals = stream.standard_normal((operators.NORMALS, count))
        uniforms = stream.random((operators.UNIFORMS, count))
        # A test lasts some cycles, so that what the deposit and the electrolyte answer slowly is in it.
        if not self._last_setpoints or house.period % round(p.test_periods) == 0:
            self._test_chances = uniforms
        if len(self._known) == 2:
            operators.review(p, self._groups, self._known[0], normals)
        manual = self._plan.setpoints.at(house.period, self._block)
        setpoints, tests = operators.choose(p, self._groups, self._plan.seed, self._testing, self._test_chances, manual)
        return {CURRENT_SETPOINT: np.full(count, house.current_target)} | setpoints, tests

    def _moves(self, setpoints: cycle.Values, days: float) -> FloatArray:
        """Cost of moving the set-points [$/d]."""
        cost = np.zeros(self._block.count)
        for column in self._plan.seed.by_role("setpoint"):
            if self._last_setpoints and column.move_cost is not None:
                cost += (
                    column.move_cost.value * np.abs(setpoints[column.name] - self._last_setpoints[column.name]) / days
                )
        return cost
