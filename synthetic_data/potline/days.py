"""Days of a period: every pot of a block stepped through faults, cell, balances and loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from physics.arrays import FloatArray
from physics.reduction.cell_design import CellDesign
from physics.reduction.cryolite import alumina_solubility_skybakmoen_1997
from synthetic_data.engine.plan import PlantEvent
from synthetic_data.potline import balances, loops, state
from synthetic_data.potline import cell as potline_cell
from synthetic_data.potline import faults as potline_faults
from synthetic_data.potline.cell import Day
from synthetic_data.potline.line import LinePeriod
from synthetic_data.potline.parameters import PotlineParameters
from synthetic_data.potline.state import PotStates

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
class PotlineDraws:
    """Random numbers of a period, independent of set-points, so that a replay meets the same events."""

    lining_normals: FloatArray  # (characters of a lining, pots)
    lining_uniforms: FloatArray
    normals: FloatArray  # (days, NORMALS, pots)
    uniforms: FloatArray  # (days, UNIFORMS, pots)

    @classmethod
    def of(cls, rng: np.random.Generator, days: int, pots: int) -> PotlineDraws:
        """Next draws of a block's stream."""
        return cls(
            rng.standard_normal((state.LINING_NORMALS, pots)),
            rng.random((state.LINING_UNIFORMS, pots)),
            rng.standard_normal((days, NORMALS, pots)),
            rng.random((days, UNIFORMS, pots)),
        )


@dataclass(frozen=True)
class PotlineRecord:
    """Record of the days of a period."""

    mean: Day  # of each name in RECORDED
    temperature_reading_sd: FloatArray  # between days [K]
    whole: NDArray[np.bool_]  # pots that ran all the time
    events: list[PlantEvent]


@dataclass(frozen=True)
class _Given:
    """Inputs of the days of a period that no state changes; arrays (days, pots), (days, 1) or more."""

    current: list[float]  # kA
    ambient: list[float]  # °C
    residue: float  # of anodes [%]
    dust: float  # as of `faults.dust`
    fines: float  # of alumina [%]
    loi: float  # of alumina [%]
    cell: CellDesign
    fault_lengths: tuple[FloatArray, FloatArray]
    memory: FloatArray  # of each walk from day to day, in a column
    shocks: FloatArray  # of the walks (days, walks, pots)
    regulation: FloatArray  # error of the pots' regulation [V]
    ae_length: FloatArray
    scale: FloatArray  # reading of the crucible scale over what is on it [1]
    readings: FloatArray  # normals (days, loops.NORMALS, pots)
    uniforms: FloatArray  # (days, UNIFORMS, pots)
    setpoints: Day  # of a pot
    new_anodes: FloatArray
    sampled: NDArray[np.bool_]
    slope: FloatArray  # of the liquidus with freezing [K/kg], of a pot; steady enough to start from over a period
    solubility: FloatArray  # of alumina [wt%], of a pot; far above the content, where it changes nothing

    @classmethod
    def of(
        cls,
        p: PotlineParameters,
        pots: PotStates,
        line: LinePeriod,
        phase: FloatArray,
        setpoints: Day,
        draws: PotlineDraws,
    ) -> _Given:
        """Inputs of the period that begins with the pots as they are."""
        days, walks = len(line.ambient), len(state.WALKS)
        day = line.period * days + np.arange(days + 1)[:, None]
        bath = potline_cell.bath(p, pots)
        # Walks of several memories together: NumPy's exponential may differ in the last bit from that of `next_walk`.
        memory = np.exp(-1.0 / np.array([[p[f"{name}_memory"]] for name in state.WALKS]))
        normals = draws.normals
        return cls(
            current=(line.current_target * line.current_share).tolist(),
            ambient=line.ambient.tolist(),
            residue=line.anode_residue,
            dust=potline_faults.dust(p, line.anode_residue),
            fines=line.alumina_fines,
            loi=line.alumina_loi,
            cell=potline_cell.design(p),
            fault_lengths=potline_faults.durations(p),
            memory=memory,
            shocks=np.sqrt(1.0 - memory * memory) * normals[:, :walks],
            regulation=p.regulation_sd * normals[:, walks],
            ae_length=normals[:, walks + 1],
            scale=1.0 + p.scale_sd * normals[:, walks + 2],
            readings=normals[:, walks + 3 :],
            uniforms=draws.uniforms,
            setpoints=setpoints,
            new_anodes=np.diff(np.floor(day * p.anodes / p.anode_life + phase), axis=0),
            sampled=(np.arange(len(phase)) + day[:-1]) % _ASSAY_EVERY == 0,  # half of the pots
            slope=balances.liquidus_slope(p, pots, bath, p.freeze_probe),
            solubility=alumina_solubility_skybakmoen_1997(
                pots.bath_temperature, bath["excess_alf3"], bath["caf2"], pots.lif, p.mgf2
            ),
        )


def run(pots: PotStates, line: LinePeriod, phase: FloatArray, setpoints: Day, draws: PotlineDraws) -> PotlineRecord:
    """Step all days of a period with a pot's `setpoints` and its `phase` in the anode-setting plan."""
    p, days, count = line.parameters, len(line.ambient), len(phase)
    first_day = line.period * days
    given = _Given.of(p, pots, line, phase, setpoints, draws)
    record, lasts = np.empty((days, len(RECORDED), count)), np.empty((days, len(potline_faults.KINDS), count))
    whole, ends = np.ones(count, dtype=bool), []
    for d in range(days):
        running = pots.idle <= 0.0
        whole &= running
        day, lasts[d] = _day(p, pots, given, d, running)
        for values, name in zip(record[d], RECORDED, strict=True):
            values[:] = day[name]
        dying = running & (pots.age >= pots.life)
        if dying.any():
            ends += _end(pots, line, dying, float(first_day + d + 1))
        if not running.all():
            _start_again(pots, line, draws)
    mean = dict(zip(RECORDED, record.mean(axis=0), strict=True))
    spread = record[:, RECORDED.index("temperature_reading")].std(axis=0, ddof=1)
    faults = potline_faults.events(p, lasts, draws.uniforms[:, -1], float(first_day))
    return PotlineRecord(mean, spread, whole, faults + ends)


def _day(
    p: PotlineParameters, pots: PotStates, given: _Given, d: int, running: NDArray[np.bool_]
) -> tuple[Day, FloatArray]:
    """One day: what happened, and durations of the faults that start, by kind."""
    current, readings = given.current[d], given.readings[d]
    pots.walks = given.memory * pots.walks + given.shocks[d]
    day = {**given.setpoints, "new_anodes": given.new_anodes[d], **potline_cell.bath(p, pots)}
    probabilities = given.uniforms[d]
    lasts = potline_faults.start(p, pots, day, probabilities[1:], given.dust, running, given.fault_lengths)
    potline_cell.distance(p, pots, given.cell, day, current, given.regulation[d])
    potline_cell.noise(p, pots, day)
    potline_cell.anode_effects(p, pots, day, current, probabilities[0], given.ae_length[d])
    potline_cell.efficiency(p, pots, day, current)
    _note(p, pots, day, current, given.residue)
    balances.metal(pots, day, current)
    balances.carbon(p, day, given.residue)
    balances.alumina(p, pots, day, current, given.fines, given.loi, given.solubility)
    balances.fluoride(p, pots, day)
    balances.heat(p, pots, day, current, given.ambient[d], given.slope)
    day["sludge"] = pots.sludge_mass
    day["bath_temperature"] = pots.bath_temperature
    day["metal_tapped_reading"] = day["metal_tapped"] * given.scale[d]
    loops.read(p, pots, day, readings, given.sampled[d])
    loops.act(p, pots, day, readings[-1], current)
    potline_faults.go_on(pots)
    pots.acd_margin = day["acd_margin"]
    pots.age = pots.age + 1.0
    pots.lif = pots.lif + (p.lif - pots.lif) / p.lif_time
    return day, lasts


def _note(p: PotlineParameters, pots: PotStates, day: Day, current: float, residue: float) -> None:
    """Other readings of the day: anodes, beam, metal purity; and the energy used."""
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


def _end(pots: PotStates, line: LinePeriod, dying: NDArray[np.bool_], at: float) -> list[PlantEvent]:
    """Take pots at the end of their lives out of the line."""
    p = line.parameters
    pots.idle = np.where(dying, p.relining_time, pots.idle)
    # Iron shows it before the metal runs out.
    return [
        PlantEvent(int(pot), "tap_out", at - p.tap_out_onset, at - p.tap_out_seen, at + p.relining_time)
        for pot in np.flatnonzero(dying)
    ]


def _start_again(pots: PotStates, line: LinePeriod, draws: PotlineDraws) -> None:
    """Count down idle pots, and start those that are ready with a new lining, hot and low in AlF3."""
    p = line.parameters
    ready = (pots.idle > 0.0) & (pots.idle <= 1.0)
    pots.idle = np.maximum(pots.idle - 1.0, 0.0)
    if ready.any():
        state.reline(p, pots, ready, draws.lining_normals, draws.lining_uniforms)
        state.settle(p, pots, ready, p.start_temperature, p.start_alf3)
