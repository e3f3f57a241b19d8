"""The days of a period: every pot of a block stepped through faults, cell, balances and loops, and recorded."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997
from synthetic_data.engine.machine import filled_up
from synthetic_data.engine.plan import Event
from synthetic_data.engine.stepping import PlainStretch, Stepper
from synthetic_data.potline import balances, loops, operators, state
from synthetic_data.potline import cell as potline_cell
from synthetic_data.potline import faults as potline_faults
from synthetic_data.potline.cell import Day
from synthetic_data.potline.line import LinePeriod
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import Pots

_HOURS = 24.0  # h/d
_MINUTES = 1440.0  # min/d
_ASSAY_EVERY = 2  # d
NORMALS = len(state.WALKS) + loops.NORMALS + 3  # regulation, anode effects, crucible scales
UNIFORMS = 1 + potline_faults.UNIFORMS  # anode effects

# True means of a period, which go to truth.parquet under the same names.
TRUE_MEANS = (
    "cell_voltage", "voltage_noise", "unstable_time", "acd", "acd_margin", "bath_temperature", "superheat",
    "excess_alf3", "alumina", "metal_level", "bath_level", "ledge", "sludge", "cathode_drop", "shell_temperature",
    "heat_in", "heat_top", "heat_side", "heat_wall", "heat_stored", "metal_produced", "metal_tapped",
    "alumina_dissolving", "alumina_fed", "alumina_consumed", "alumina_poured", "alf3_added", "alf3_arriving",
    "alf3_consumed", "alf3_poured", "bath_added", "net_carbon",
    "energy", "ae_count", "ae_minutes", "blocked_hours", "pad_hours", "spike", "sick", "cold", "voltage_extra",
)  # fmt: skip
# Means that only instruments see.
READ_MEANS = (
    "line_current", "temperature_reading", "assay_in_hand", "metal_level_reading", "bath_level_reading",
    "metal_tapped_reading", "anode_spread", "beam_moves", "iron", "silicon",
)  # fmt: skip
RECORDED = TRUE_MEANS + READ_MEANS


@dataclass(frozen=True)
class Draws:
    """Random numbers of a period, drawn whatever the knobs are, so that a replay meets the same chances."""

    lining_normals: FloatArray  # (characters of a lining, pots)
    lining_uniforms: FloatArray
    normals: FloatArray  # (days, NORMALS, pots)
    uniforms: FloatArray  # (days, UNIFORMS, pots)

    @classmethod
    def of(cls, rng: np.random.Generator, days: int, pots: int) -> Draws:
        """Next draws of a block's stream."""
        return cls(
            rng.standard_normal((state.LINING_NORMALS, pots)),
            rng.random((state.LINING_UNIFORMS, pots)),
            rng.standard_normal((days, NORMALS, pots)),
            rng.random((days, UNIFORMS, pots)),
        )


@dataclass(frozen=True)
class Recorded:
    """What the days of a period leave."""

    mean: Day  # of each name in RECORDED
    temperature_reading_sd: FloatArray  # between days [K]
    whole: NDArray[np.bool_]  # pots that ran all the time
    events: list[Event]


@dataclass(frozen=True)
class _Given:
    """What a day finds given: numbers of the line, and rows of one value a pot."""

    current: float  # kA
    ambient: float  # °C
    residue: float  # of anodes [%]
    dust: float  # as of `faults.dust`
    fines: float  # of alumina [%]
    loi: float  # of alumina [%]
    normals: FloatArray
    uniforms: FloatArray
    setpoints: Day
    new_anodes: FloatArray
    running: NDArray[np.bool_]
    sampled: NDArray[np.bool_]
    slope: FloatArray  # of the liquidus with freezing [K/kg]; steady enough to start from over a period
    solubility: FloatArray  # of alumina [wt%]; far above the content, where it changes nothing

    @classmethod
    def of(cls, numbers: Any, rows: Any) -> _Given:
        """Of numbers and rows in the order in which `_given` lays them out."""
        current, ambient, residue, dust, fines, loi = numbers
        z, u, knobs = rows[:NORMALS], rows[NORMALS:_KNOBS], rows[_KNOBS:_MORE]
        new_anodes, running, sampled, slope, solubility = rows[_MORE:]
        setpoints = dict(zip(operators.POT_KNOBS, knobs, strict=True))
        return cls(
            current, ambient, residue, dust, fines, loi, z, u, setpoints, new_anodes, running > 0.0, sampled > 0.0,
            slope, solubility,
        )  # fmt: skip


_KNOBS = NORMALS + UNIFORMS  # first row of the set-points
_MORE = _KNOBS + len(operators.POT_KNOBS)  # first row of what follows them
_GIVEN, _NUMBERS, _RUNNING = _MORE + 5, 6, _MORE + 1


def run(
    pots: Pots, line: LinePeriod, phase: FloatArray, setpoints: Day, draws: Draws, as_machine_code: bool = False
) -> Recorded:
    """Step all days of a period; `setpoints` holds the pot's knobs, `phase` its place in the anode-setting plan.

    As machine code the numbers are the same; it is worth while for long runs alone.
    """
    p, days, count = line.parameters, len(line.ambient), len(phase)
    first_day = line.period * days
    rows, numbers = _given(p, pots, line, phase, setpoints, draws)
    begin = _stepper(p).begin if as_machine_code else functools.partial(PlainStretch, functools.partial(_day, p))
    stretch = begin(pots, rows, numbers)
    whole, ends = np.ones(count, dtype=bool), []
    for d in range(days):
        running = pots.idle <= 0.0
        whole &= running
        rows[d, _RUNNING, :count] = running
        stretch.step(d)
        dying = running & (pots.age >= pots.life)
        if dying.any():
            ends += _end(pots, line, dying, float(first_day + d + 1))
        if not running.all():
            _start_again(pots, line, draws)
        if dying.any() or not running.all():
            stretch.changed()
    record = stretch.found[:, : len(RECORDED), :count]
    lasts = stretch.found[:, len(RECORDED) :, :count]
    mean = dict(zip(RECORDED, record.mean(axis=0), strict=True))
    spread = record[:, RECORDED.index("temperature_reading")].std(axis=0, ddof=1)
    faults = potline_faults.events(p, lasts, draws.uniforms[:, -1], float(first_day))
    return Recorded(mean, spread, whole, faults + ends)


def _given(
    p: PotlineParameters, pots: Pots, line: LinePeriod, phase: FloatArray, setpoints: Day, draws: Draws
) -> tuple[FloatArray, FloatArray]:
    """Rows of each day of a period, shape (days, _GIVEN, filled-up pots), and numbers, shape (days, _NUMBERS)."""
    days, count = len(line.ambient), len(phase)
    day = line.period * days + np.arange(days + 1)[:, None]
    bath = potline_cell.bath(p, pots)
    rows = np.zeros((days, _GIVEN, filled_up(count)))
    rows[:, :NORMALS, :count], rows[:, NORMALS:_KNOBS, :count] = draws.normals, draws.uniforms
    for k, name in enumerate(operators.POT_KNOBS):
        rows[:, _KNOBS + k, :count] = setpoints[name]
    rows[:, _MORE, :count] = np.diff(np.floor(day * p.anodes / p.anode_life + phase), axis=0)
    rows[:, _MORE + 2, :count] = (np.arange(count) + day[:-1]) % _ASSAY_EVERY == 0  # half of the pots are sampled
    rows[:, _MORE + 3, :count] = balances.liquidus_slope(p, pots, bath, p.freeze_probe)
    rows[:, _MORE + 4, :count] = alumina_solubility_skybakmoen_1997(
        pots.bath_temperature, bath["excess_alf3"], bath["caf2"], pots.lif, p.mgf2
    )
    same = (
        line.anode_residue, potline_faults.dust(p, line.anode_residue), line.alumina_fines, line.alumina_loi
    )  # fmt: skip
    return rows, np.column_stack((line.current_target * line.current_share, line.ambient, np.tile(same, (days, 1))))


@functools.lru_cache(maxsize=8)  # a plant has few regimes
def _stepper(p: PotlineParameters) -> Stepper[Pots]:
    return Stepper(Pots.blank(1), _GIVEN, _NUMBERS, functools.partial(_day, p))


def _day(p: PotlineParameters, pots: Pots, rows: Any, numbers: Any) -> list[FloatArray]:
    """One day: rows of RECORDED, then durations of the faults that start, by kind."""
    given = _Given.of(numbers, rows)
    current = given.current
    # Walks of several memories at once: NumPy's exponential may differ in the last bit from that of `next_walk`.
    memories = np.array([[p[f"{name}_memory"]] for name in state.WALKS])
    kept = np.exp(-1.0 / memories)
    n = len(state.WALKS)
    shocks, (regulation, ae_length, scales), readings = (
        given.normals[:n],
        given.normals[n : n + 3],
        given.normals[n + 3 :],
    )
    pots.walks = kept * pots.walks + np.sqrt(1.0 - kept * kept) * shocks
    day = {**given.setpoints, "new_anodes": given.new_anodes, **potline_cell.bath(p, pots)}
    lengths = potline_faults.durations(p)
    lasts = potline_faults.start(p, pots, day, given.uniforms[1:], given.dust, given.running, lengths)
    potline_cell.distance(p, pots, potline_cell.design(p), day, current, p.regulation_sd * regulation)
    potline_cell.noise(p, pots, day)
    potline_cell.anode_effects(p, pots, day, current, given.uniforms[0], ae_length)
    potline_cell.efficiency(p, pots, day, current)
    _note(p, pots, day, current, given.residue)
    balances.metal(pots, day, current)
    balances.carbon(p, day, given.residue)
    balances.alumina(p, pots, day, current, given.fines, given.loi, given.solubility)
    balances.fluoride(p, pots, day)
    balances.heat(p, pots, day, current, given.ambient, given.slope)
    day["sludge"] = pots.sludge_mass
    day["bath_temperature"] = pots.bath_temperature
    day["metal_tapped_reading"] = day["metal_tapped"] * (1.0 + p.scale_sd * scales)
    loops.read(p, pots, day, readings, given.sampled)
    loops.act(p, pots, day, readings[-1], current)
    potline_faults.go_on(pots)
    pots.acd_margin = day["acd_margin"]
    pots.age = pots.age + 1.0
    pots.lif = pots.lif + (p.lif - pots.lif) / p.lif_time
    return [*(day[name] for name in RECORDED), *lasts]


def _note(p: PotlineParameters, pots: Pots, day: Day, current: float, residue: float) -> None:
    """What else instruments see of the day: anodes, beam, metal purity; and the energy that it took."""
    ones = np.ones_like(pots.age)
    dust = 1.0 + p.spread_per_residue * (p.anode_residue_good - residue)
    day["line_current"] = current * ones
    day["voltage_extra"] = pots.voltage_extra
    day["anode_spread"] = dust * p.spread * np.exp(p.spread_sd * pots.walks[3]) + p.spike_spread * day["spike"]
    day["beam_moves"] = p.beam_moves + p.beam_per_noise * day["voltage_noise"]
    worn = np.exp(np.minimum((pots.age - pots.life) / p.iron_time, 0.0))
    day["iron"] = pots.iron_level + p.iron_spike * day["spike"] + p.iron_end * worn
    day["silicon"] = p.silicon_share * pots.iron_level + p.silicon_end * worn
    normal = day["cell_voltage"] * (_HOURS - day["ae_minutes"] / _MINUTES * _HOURS)
    day["energy"] = current * (normal + p.ae_voltage * day["ae_minutes"] / _MINUTES * _HOURS)


def _end(pots: Pots, line: LinePeriod, dying: NDArray[np.bool_], at: float) -> list[Event]:
    """Take pots at the end of their lives out of the line."""
    p = line.parameters
    pots.idle = np.where(dying, p.relining_time, pots.idle)
    # Iron tells of it before the metal runs out.
    return [
        Event(int(pot), "tap_out", at - p.tap_out_onset, at - p.tap_out_seen, at + p.relining_time)
        for pot in np.flatnonzero(dying)
    ]


def _start_again(pots: Pots, line: LinePeriod, draws: Draws) -> None:
    """Count down idle pots, and start those that are ready with a new lining, hot and low in AlF3."""
    p = line.parameters
    ready = (pots.idle > 0.0) & (pots.idle <= 1.0)
    pots.idle = np.maximum(pots.idle - 1.0, 0.0)
    if ready.any():
        state.reline(p, pots, ready, draws.lining_normals, draws.lining_uniforms)
        state.settle(p, pots, ready, p.start_temperature, p.start_alf3)
