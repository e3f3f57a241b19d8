"""Simulated potline: pots of an aluminium smelter stepped by the day, reported by the period."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import ClassVar

import numpy as np
import pandas as pd

from physics.arrays import FloatArray
from physics.electrochemistry import ALUMINIUM_EQUIVALENT, current_efficiency_from_mass
from seeds import Seed
from synthetic_data.engine.counterfactual_streams import known_stream, partly_in_hand
from synthetic_data.engine.plan import BlockRows, RunPlan, UnitBlock
from synthetic_data.engine.running_block import HoursAheadBlock, RunningBlock
from synthetic_data.engine.simulator import PeriodBounds, Simulator
from synthetic_data.potline import cell, current_profile, instruments, operators, state
from synthetic_data.potline import days as potline_days
from synthetic_data.potline.cell import Day
from synthetic_data.potline.line import CURRENT_SETPOINT, LinePeriod, Potline
from synthetic_data.potline.margin import emission, margin
from synthetic_data.potline.parameters import PotlineParameters

_HOURS = 24.0  # h/d
_STOCKS = ("metal_mass", "alumina_mass", "sludge_mass", "alf3_mass", "bath_mass", "ledge_mass")


class AluminiumReduction(Simulator):
    """Pots of a line, stepped by the day, a period at a time."""

    block_units = 264  # pots stepped as one array: a line; half of it costs nearly as much time
    parameters = (PotlineParameters,)
    period = PeriodBounds(168, 2160, 24)  # the current efficiency of a single pot over less than a week is noise
    facts: ClassVar = {
        "anode_face": "m²",
        "anodes": "count",
        "cathode_face": "m²",
        "fan_out": "1",
        "slot_factor": "1",
        "anode_drop": "V",
        "nominal_current": "kA",
        "metal_per_cm": "kg/cm",
        "bath_per_cm": "kg/cm",
        "bath_level_target": "cm",
        "wall_as_ledge": "cm",
        "voltage_intercept": "V",
    }

    def unit_name(self, unit: int) -> str:
        """Name of a pot: A-001 is the first of the line."""
        return f"A-{unit + 1:03d}"

    def steps(self, plan: RunPlan) -> int:
        """Pot-days of a run."""
        return round(plan.units * plan.periods * plan.period_days)

    def begin(self, plan: RunPlan, block: UnitBlock) -> RunningBlock:
        """A block of pots before its warm-up."""
        return _Potline(plan, block)

    def economic_value(self, seed: Seed, truth: pd.DataFrame) -> pd.DataFrame:
        """True margin of pots, cost of moves [$/d], metal [kg/d], energy [kWh/d], emission [kgCO2e/d]."""
        columns = {
            "margin": margin(truth, seed),
            "move_cost": truth["setpoint_moves"],
            "product": truth["metal_produced"],
            "energy": truth["energy"],
            "co2e": emission(truth, seed),
        }
        return pd.DataFrame(columns)


SIMULATOR = AluminiumReduction()


class _Potline(HoursAheadBlock):
    """A block of pots, and its line, between two periods."""

    def __init__(self, plan: RunPlan, block: UnitBlock) -> None:
        self._plan, self._block = plan, block
        self._line = Potline(plan)
        self._rng = plan.block_stream(block)
        p = PotlineParameters.of(plan.seed)
        self._pots = state.build(p, block.count, self._rng)
        self._testing = self._rng.random(block.count) < p.test_share
        self._phase = self._rng.random(block.count)
        self._test_chances = np.zeros((operators.UNIFORMS, block.count))
        self._limits = {column.name: column.limits for column in plan.seed.columns if column.is_number}
        self._level = instruments.level_at_end(p, self._pots, np.zeros((1, block.count)))
        self._last_setpoints: Day = {}
        self._last_reported: Day = {}
        self._last_row: Day = {}
        self._before = [column.name for column in plan.seed.by_role("before") if not column.is_made]
        self._known = np.isin(instruments.MEASURED, self._before)

    @property
    def first(self) -> int:
        """The period to come."""
        return self._line.first

    def change_streams(self, change: Callable[[np.random.Generator, tuple[int, ...]], np.random.Generator]) -> None:
        """Put `change(stream, name)` in the place of each random stream."""
        self._line.stream = change(self._line.stream, (0,))
        self._rng = change(self._rng, (1, self._block.index))

    def advance(self, most: int | None = None) -> BlockRows:
        """Step all days of a period and report it."""
        line = self._line.advance()
        p, pots, rng, count = line.parameters, self._pots, self._rng, self._block.count
        chosen = self._choose(line)
        setpoints = {CURRENT_SETPOINT: np.full(count, line.current_target), **chosen.setpoints}
        before = instruments.at_start(p, pots, line, cell.bath(p, pots)["caf2"])
        running = np.flatnonzero(pots.idle <= 0.0)
        stocks = {name: getattr(pots, name) for name in _STOCKS}
        draws = potline_days.PotlineDraws.of(rng, len(line.ambient), count)
        recorded = potline_days.run(pots, line, self._phase, chosen.setpoints, draws)
        known = np.append(self._known, False)[:, None]
        errors = partly_in_hand(rng, lambda stream: stream.standard_normal((instruments.NORMALS, count)), known)
        level = instruments.level_at_end(p, pots, errors)
        late = instruments.label(p, pots, recorded.mean, len(line.ambient), self._level, level)
        read = instruments.row(p, pots, before, recorded, len(line.ambient), errors)
        known = np.repeat(self._known, 2)[:, None]
        uniforms = partly_in_hand(rng, lambda stream: stream.random((instruments.UNIFORMS, count)), known)
        row = instruments.spoil(p, read, self._last_row, uniforms, self._limits)
        truth = self._truth(p, line, recorded.mean, stocks, setpoints) | chosen.tests
        self._last_reported = recorded.mean | {"current_efficiency": late["current_efficiency"]}
        self._last_row, self._last_setpoints, self._level = row, setpoints, level
        retained = np.flatnonzero(recorded.whole)
        reports = {"pot_age": before["pot_age"]} | setpoints | row | late
        events = [*(line.events if self._block.index == 0 else ()), *recorded.events]
        return BlockRows(
            retained,
            np.full(len(retained), np.datetime64(self._plan.period_start(line.period), "us")),
            {name: values[retained] for name, values in reports.items()},
            {name: values[retained] for name, values in truth.items()},
            tuple(sorted(events, key=lambda event: event.onset)) if line.period >= 0 else (),
            round(count * self._plan.period_days),
            (running, {name: reports[name][running] for name in (*self._before, *setpoints)}),
        )

    def ahead(self, profile: FloatArray) -> Day:
        """Result of an hourly current ahead, shape (hours, running pots) each; the plant's state is unchanged."""
        other = copy.deepcopy(self)
        line = other._line.advance()
        setpoints = other._choose(line).setpoints
        retained = current_profile.running(self._pots, line.parameters)
        ahead = current_profile.ahead(self._pots, line, setpoints, profile)
        return {name: values[:, retained] for name, values in ahead.items()}

    def _choose(self, line: LinePeriod) -> operators.PotlineSetpoints:
        p, stream = line.parameters, known_stream(self._rng)
        normals = stream.standard_normal((operators.NORMALS, self._block.count))
        uniforms = stream.random((operators.UNIFORMS, self._block.count))
        # A test lasts some periods, so that what changes slowly answers it too.
        if not self._last_setpoints or line.period % round(p.test_periods) == 0:
            self._test_chances = uniforms
        manual = self._plan.setpoints.at(line.period, self._block)
        seed, reported = self._plan.seed, self._last_reported
        return operators.choose(p, self._pots, seed, reported, self._testing, normals, self._test_chances, manual)

    def _truth(self, p: PotlineParameters, line: LinePeriod, mean: Day, stocks: Day, setpoints: Day) -> Day:
        """Noise-free target, hidden states, changes of stocks, and costs of moving set-points."""
        days = len(line.ambient)
        made = current_efficiency_from_mass(mean["metal_produced"], mean["line_current"], _HOURS, ALUMINIUM_EQUIVALENT)
        gained = {f"{name}_gained": (getattr(self._pots, name) - before) / days for name, before in stocks.items()}
        moves = np.zeros_like(made)
        for column in self._plan.seed.by_role("setpoint"):
            if self._last_setpoints and column.move_cost is not None:
                moves += (
                    column.move_cost.value * np.abs(setpoints[column.name] - self._last_setpoints[column.name]) / days
                )
        return {
            "current_efficiency": made,
            **{name: mean[name] for name in potline_days.TRUE_MEANS},
            **gained,
            "line_current": mean["line_current"],
            "loss_factor": self._pots.loss_factor,
            "acd_limit": self._pots.acd_limit,
            "setpoint_moves": moves,
        }
