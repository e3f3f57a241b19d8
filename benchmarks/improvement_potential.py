"""Improvement potential of the simulated potline: true margin after a sustained set-point change.

    python benchmarks/improvement_potential.py

Each move is made in forks of one running plant into the same futures as the operators' own run, so that the difference
is the move's. The figures are kept in docs/results/room.json; the table between the markers `<!-- room of gain -->` and
`<!-- end of room of gain -->` of docs/results/set_points.md is made from it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from physics.arrays import FloatArray
from reporting.markdown import span, table
from seeds import Seed, load
from synthetic_data import Running, another_plant, begin
from synthetic_data.potline.margin import margin

ROOT = Path(__file__).parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "room.json", ROOT / "docs" / "results" / "set_points.md"
NAME = "room of gain"
PROCESS = "aluminium_reduction"
PLANTS = {"of the seed": None, "another, 61": 61, "another, 62": 62}
HISTORY = 27  # periods that the operators have run the plant
HELD = (3, 6)  # periods that a move is held
CHOSEN_ON, JUDGED_ON = range(4), range(4, 8)  # futures
SHIFTS = {
    "voltage_setpoint": (-0.05, -0.025, 0.025, 0.05),
    "excess_alf3_target": (-1.0, -0.5, 0.5, 1.0),
    "metal_level_target": (-2.0, -1.0, 1.0, 2.0),
}
UNITS = {"voltage_setpoint": "V", "excess_alf3_target": "wt%", "metal_level_target": "cm"}
# What plants report of better set-points and steadier pots; no plant has published a gain of set-points alone.
PUBLISHED = (
    {
        "what": "practices, technology and plants shut, ten years",
        "gain": "about 3 % of the energy, some 400 kWh/t",
        "source": "Efficient Management of Pot Energy Consumption ... in Alcoa, CIM 2016 (abstract read)",
    },
    {
        "what": "one anode design for all pots of the Sayanogorsk smelter",
        "gain": "69 kWh/t",
        "source": "UC RUSAL, Sustainability report 2016 (read)",
    },
    {
        "what": "a better feed control, on a cell simulator",
        "gain": "50 kWh/t, 0.15 points of current efficiency",
        "source": "GeniSim, CIM 2011 (read)",
    },
    {
        "what": "10 mV at the same current efficiency of 93 %",
        "gain": "32 kWh/t",
        "source": "Faraday's law, computed",
    },
)


@dataclass(frozen=True)
class Course:
    """Course of pots over the periods held: a row per period, a column per pot, NaN if not in operation."""

    worth: FloatArray  # true margin [$/d]
    metal: FloatArray  # t/d
    energy: FloatArray  # direct current [kWh/d]
    setpoints: dict[str, FloatArray]  # in force


def course(start: Running, seed: Seed, future: int, setpoints: list[dict[str, FloatArray]] | None = None) -> Course:
    """Run a plant on into a future; operators choose set-points unless a dictionary per period is given."""
    assert seed.plant is not None
    assert seed.key is not None
    running, steps = start.fork(future), []
    for period in range(max(HELD)):
        plan = running.plan()
        places = _places(plan[seed.key.name])
        if setpoints is not None:
            plan = plan.assign(**{name: values[places] for name, values in setpoints[period].items()})
        step = running.step(plan if setpoints is not None else None)
        row = step.truth.assign(worth=margin(step.truth, seed), metal=step.truth["metal_produced"] / 1000.0)
        own = plan[list(SHIFTS)].set_axis(places)
        steps.append((row.set_axis(_places(row[seed.key.name])), own))
    pots = range(seed.plant.units)

    def of(name: str) -> FloatArray:
        return np.array([row[name].reindex(pots).to_numpy(np.float64) for row, _ in steps])

    used = {name: np.array([own[name].reindex(pots).to_numpy(np.float64) for _, own in steps]) for name in SHIFTS}
    return Course(of("worth"), of("metal"), of("energy"), used)


def _places(units: pd.Series) -> list[int]:
    """Number of each pot in the line, from its name."""
    return [int(name.rpartition("-")[2]) - 1 for name in units]


def moved(seed: Seed, base: Course, shifts: dict[str, FloatArray | float]) -> list[dict[str, FloatArray]]:
    """Set-points of the operators' run, moved within bounds, for each period."""
    bounds = {name: seed.column(name).bounds or seed.column(name).limits for name in SHIFTS}
    return [
        {name: np.clip(own[period] + shifts.get(name, 0.0), *bounds[name]) for name, own in base.setpoints.items()}
        for period in range(max(HELD))
    ]


def answers(courses: list[Course], bases: list[Course], held: int) -> tuple[FloatArray, FloatArray]:
    """Gain of a move by pot over the periods held [$/t, kWh/t], mean of futures; NaN if not running."""
    pairs = list(zip(courses, bases, strict=True))
    value = np.mean([(one.worth - base.worth)[:held].mean(axis=0) for one, base in pairs], axis=0)
    metal = np.mean([base.metal[:held].mean(axis=0) for base in bases], axis=0)

    def specific(runs: list[Course]) -> FloatArray:
        used, made = (
            np.sum([getattr(run, name)[:held].sum(axis=0) for run in runs], axis=0) for name in ("energy", "metal")
        )
        return np.asarray(used / made)

    return np.asarray(value / metal), specific(courses) - specific(bases)


def summary(gain: FloatArray, energy: FloatArray) -> dict[str, float]:
    """Mean over the pots, their spread, and the share of pots that gain."""
    seen = np.isfinite(gain)
    return {
        "gain": round(float(gain[seen].mean()), 3),  # $/t
        "sd": round(float(gain[seen].std()), 3),  # $/t
        "better": round(float((gain[seen] > 0.0).mean()), 3),
        "energy": round(float(energy[seen].mean()), 2),  # kWh/t
    }


def best_for_all(gains: dict[float, float]) -> float | None:
    """Maximum of the parabola through the mean gains, 0 without a move; None without a maximum."""
    shifts = np.array([0.0, *gains])
    square, linear, _ = np.polyfit(shifts, [0.0, *gains.values()], 2)
    return round(float(-0.5 * linear / square), 4) if square < 0.0 else None


def best_of_pots(shifts: tuple[float, ...], gains: FloatArray) -> FloatArray:
    """Best shift by pot from a parabola through its gains, shape (shifts, pots); 0 if none gains.

    The parabola takes out a part of what is due to the few futures.
    """
    terms = np.array([[shift, shift**2] for shift in shifts])
    fitted = terms @ np.linalg.lstsq(terms, np.nan_to_num(gains), rcond=None)[0]
    best: FloatArray = np.array([0.0, *shifts])[np.vstack([np.zeros(gains.shape[1]), fitted]).argmax(axis=0)]
    return best


def room(seed: Seed, name: str) -> dict[str, Any]:
    """Answers of one plant to every move, and what an oracle gains that knows each pot's answers."""
    assert seed.plant is not None
    start = begin(seed, years=(HISTORY + max(HELD) + 1) * 30 / 365.25)
    for _ in range(HISTORY):
        start.step()
    bases = {future: course(start, seed, future) for future in (*CHOSEN_ON, *JUDGED_ON)}
    moves, best, chosen = [], {}, {held: {} for held in (1, *HELD)}
    for setpoint, shifts in SHIFTS.items():
        cube: dict[int, list[FloatArray]] = {held: [] for held in (1, *HELD)}
        for shift in shifts:
            print(f"{name}: {setpoint} {shift:+g} {UNITS[setpoint]}", flush=True)
            runs = [course(start, seed, future, moved(seed, bases[future], {setpoint: shift})) for future in CHOSEN_ON]
            for held, gains in cube.items():
                gain, energy = answers(runs, [bases[future] for future in CHOSEN_ON], held)
                gains.append(gain)
                if held in HELD:
                    moves.append({"setpoint": setpoint, "shift": shift, "held": held} | summary(gain, energy))
        for held, gains in cube.items():
            chosen[held][setpoint] = best_of_pots(shifts, np.array(gains))
            if held in HELD:
                means = [float(np.nanmean(gain)) for gain in gains]
                best.setdefault(setpoint, {})[str(held)] = best_for_all(dict(zip(shifts, means, strict=True)))
    oracles = []
    for held, shifts_of_pots in chosen.items():
        print(f"{name}: oracle over {held}", flush=True)
        runs = [course(start, seed, future, moved(seed, bases[future], shifts_of_pots)) for future in JUDGED_ON]
        for over in HELD:
            gain, energy = answers(runs, [bases[future] for future in JUDGED_ON], over)
            oracles.append({"knows": held, "held": over} | summary(gain, energy))
    return {
        "plant": name,
        "rng_seed": seed.plant.rng_seed,
        "best_for_all": best,
        "moves": moves,
        "oracles": oracles,
    }


def tables(figures: dict[str, Any]) -> str:
    """Tables of a page, of what `main` kept."""
    every = figures["plants"]
    lines = table(
        ("moves", "gain [$/t]", "pots better"),
        [
            *_ranges(every, "moves", lambda one: f"`{one['setpoint']}`, {_moves(one['setpoint'])}"),
            *_ranges(every, "oracles", lambda one: f"best of each pot over {one['knows']} periods"),
        ],
    )
    lines += ["Published gains:", ""]
    lines += [f"- {one['what']}: {one['gain']}; {one['source']}" for one in figures["published"]]
    return "\n".join(lines)


def _moves(setpoint: str) -> str:
    """All moves of a set-point, with its unit."""
    return f"{', '.join(f'{shift:+g}' for shift in SHIFTS[setpoint])} {UNITS[setpoint]}"


def _ranges(
    plants: Sequence[Mapping[str, Any]], part: str, named: Callable[[Mapping[str, Any]], str]
) -> Iterator[tuple[str, ...]]:
    """Rows of moves held for `HELD[0]` periods: ranges over plants and moves of the same name."""
    held = [one for plant in plants for one in plant[part] if one["held"] == HELD[0]]
    for name in dict.fromkeys(map(named, held)):
        same = [one for one in held if named(one) == name]
        yield name, span((one["gain"] for one in same), "+.1f"), span((one["better"] for one in same), ".0%")


def with_tables(text: str, figures: dict[str, Any]) -> str:
    """Replace the block between the markers."""
    return filled(text, NAME, tables(figures).splitlines())


def main() -> None:
    """Measure and write."""
    seed = load(PROCESS)
    plants = [room(seed if number is None else another_plant(seed, number), name) for name, number in PLANTS.items()]
    result = {"process": PROCESS, "digest": seed_digest(seed), "plants": plants, "published": PUBLISHED}
    RESULTS.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    stored = json.loads(RESULTS.read_text(encoding="utf-8"))
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
