"""Schedules of the current under a tariff, simulated by the hour.

Each plant has other parameters, drawn within the seed's. At many times of its year a schedule is computed from the rows
then available. Forks of the plant run with the schedule and with the constant current that it is compared with: the
same weather, feed, faults and random numbers. Stated and realised values are compared: saving (at the same metal: a
difference of it counts at the stated value of a tonne), metal, limits. A third run has a new schedule for the remaining
metal at each period's start, as a plant would order it. The plants of FINAL are not used in development. Figures are
stored in docs/results/schedules.json; the table of docs/results/schedules.md is made from them.
"""

import datetime as dt
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest
from models.interfaces.line import CellLine
from models.processes.lookup import schedule_of
from models.schedules.current_state import line_at
from models.schedules.errors import ImpossibleError
from models.schedules.hours import LONGEST, Hours, read_hours
from models.schedules.order import Order, limits_of
from models.schedules.schedule import schedule
from physics.arrays import FloatArray
from seeds import Seed, load
from synthetic_data import Running, another_plant, begin
from synthetic_data.engine.current_profile import play, play_ahead

ROOT = Path(__file__).parent.parent.parent
RESULTS, PAGE = ROOT / "docs" / "results" / "schedules.json", ROOT / "docs" / "results" / "schedules.md"
NAME = "schedules"
DEVELOPMENT, FINAL = range(301, 303), range(501, 505)
FIRST, STARTS = 10, 12  # periods of history before the first schedule, schedules in a year
UNITS = 24
SHARE = 0.99  # of the metal that the line makes at its current, which is required
CHINA = dt.timezone(dt.timedelta(hours=8))
MONDAY = dt.datetime(2026, 8, 3, tzinfo=CHINA)
CLASSES = ((0, 8, 0.55), (8, 12, 1.45), (12, 16, 1.0), (16, 20, 1.45), (20, 24, 1.0))
PRICE = 0.085  # $/kWh, of flat hours


def by_classes(hours: int) -> Hours:
    """A tariff of valley, flat and peak hours."""
    given = []
    for day in range(hours // 24):
        for first, last, share in CLASSES:
            start = MONDAY + dt.timedelta(days=day, hours=first)
            end = start + dt.timedelta(hours=last - first)
            given.append({"start": start.isoformat(), "end": end.isoformat(), "price": PRICE * share})
    return read_hours("tariff", given, "price", 60)


def day_ahead(hours: int, number: int) -> Hours:
    """A day-ahead series: a sun's valley at noon, an evening's peak, and what no hour has like the last."""
    rng = np.random.default_rng(number)
    off, given = 0.0, []
    for hour in range(hours):
        off = 0.8 * off + 0.12 * rng.standard_normal()
        shape = 1.0 - 0.45 * np.exp(-(((hour % 24 - 12.5) / 3.0) ** 2)) + 0.5 * np.exp(-(((hour % 24 - 19) / 2.0) ** 2))
        price = PRICE * max(shape + off, 0.0)
        given.append({"start": (MONDAY + dt.timedelta(hours=hour)).isoformat(), "price": round(price, 4)})
    return read_hours("tariff", given, "price", 60)


@dataclass
class InHand:
    """A running plant and the available rows of its latest periods."""

    seed: Seed
    running: Running
    rows: list[pd.DataFrame]

    def fork(self) -> "InHand":
        """A copy that meets the same random numbers."""
        return InHand(self.seed, self.running.fork(), list(self.rows))

    def go(self, profile: FloatArray | None = None) -> dict[str, FloatArray]:
        """Run a period, with a current by the hour if one is given; what it did by the hour."""
        step, played = (self.running.step(), {}) if profile is None else play(self.running, profile)
        name = self.seed.clock.name
        for start, part in step.came_in.groupby(name):
            self.rows = [part if own[name].iloc[0] == start else own for own in self.rows]
        self.rows = [*self.rows, step.table][-8:]
        return played

    def with_labels(self) -> "InHand":
        """Copy with the labels of the last period, which arrive within the next one."""
        later = self.fork()
        later.go()
        return InHand(self.seed, self.running, later.rows[:-1])

    def line(self, steps: int) -> CellLine:
        """The line at the present state."""
        table, seed = pd.concat(self.rows, ignore_index=True), self.seed
        assert seed.key is not None
        columns = {column.name: table[column.name].to_numpy() for column in seed.columns if column.name in table}
        starts = table[seed.clock.name].to_numpy(dtype="datetime64[us]")
        return line_at(schedule_of(seed), seed, table[seed.key.name].tolist(), starts, columns, steps, 1.0)


def order_of(seed: Seed, line: CellLine, prices: Hours, cells: int, metal_target: float, now: float) -> Order:
    """An order within the limits of the seed."""
    limits = seed.schedule
    assert limits is not None
    factors = np.full(len(prices.values), seed.economics["grid_emission_factor"].value)
    return Order(
        prices, factors, metal_target, cells, now, limits.lowest.value, limits.highest.value, limits.ramp.value, None,
        limits_of(seed, {}),
    )  # fmt: skip


def played_through(plant: InHand, profile: FloatArray, period: int) -> dict[str, FloatArray]:
    """Simulate a profile by the hour, period after period, or in the first hours of a longer one."""
    if period > len(profile):
        return play_ahead(plant.running, profile)
    parts = [plant.go(part) for part in np.split(profile, len(profile) // period)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def bought(seed: Seed, played: Mapping[str, FloatArray]) -> FloatArray:
    """Energy that all cells bought in each hour [kWh]."""
    rectifier, auxiliary = (seed.economics[name].value for name in ("rectifier_efficiency", "auxiliary_energy"))
    cells = played["current"] * played["cell_voltage"] / rectifier + 1e-3 * auxiliary * played["metal"]
    return cells.mean(axis=1) * UNITS


def windows(seed: Seed, number: int) -> Iterator[dict[str, float]]:
    """Schedules of a plant's year, each with what was stated and what was so."""
    period = round(seed.period.total_seconds() / 3600)
    count = max(LONGEST // period, 1)
    hours = period * count if period <= LONGEST else LONGEST
    running = begin(another_plant(seed, number), units=UNITS, years=1.2)
    plant = InHand(seed, running, [])
    first, starts = (FIRST, STARTS) if period <= LONGEST else (FIRST // 2, STARTS // 2)
    every = max(round((365 * 24 / period - first) / starts), count if period <= LONGEST else 1)
    for at in range(first + every * starts):
        if at >= first and (at - first) % every == 0:
            prices = day_ahead(hours, at) if at // every % 2 else by_classes(hours)
            yield from one_window(plant, prices, period)
        plant.go()


def one_window(plant: InHand, prices: Hours, period: int) -> Iterator[dict[str, float]]:
    """One schedule, simulated; nothing where no schedule keeps the order."""
    seed, hours = plant.seed, len(prices.values)
    line = plant.line(hours)
    metal_target = SHARE * 1e-3 * hours * UNITS * float(line.metal(np.array([line.usual]))[0])
    began = time.process_time()
    try:
        scheduled = schedule(line, order_of(seed, line, prices, UNITS, metal_target, line.usual))
    except ImpossibleError:
        yield {"impossible": 1.0}
        return
    seconds = time.process_time() - began
    after, flat = (
        played_through(plant.fork(), one, period) for one in (scheduled.current, np.full(hours, scheduled.flat))
    )
    costs = [float(prices.values @ bought(seed, one)) for one in (after, flat)]
    made = [1e-3 * UNITS * float(one["metal"].mean(axis=1).sum()) for one in (after, flat)]
    again = replanned(plant.fork(), prices, period, metal_target) if period <= hours else made[0]
    saving = costs[1] - costs[0] - scheduled.worth.get("metal_target", 0.0) * (made[1] - made[0])
    beyond = {}
    for limit in scheduled.order.limits:
        if limit.name in after:
            over = after[limit.name] > limit.bound if limit.at_most else after[limit.name] < limit.bound
            beyond[f"beyond {limit.name}"] = float(over.mean())
    yield {
        "impossible": 0.0, "seconds": seconds, "stated": scheduled.saving.value, "low": scheduled.saving.low,
        "high": scheduled.saving.high, "saved": saving,
        "share": scheduled.saving.value / (scheduled.total_cost.value + scheduled.saving.value),
        "metal_off": made[0] / scheduled.tonnes.value - 1.0, "cost_off": costs[0] / scheduled.total_cost.value - 1.0,
        "again_off": again / metal_target - 1.0, **beyond,
    }  # fmt: skip


def replanned(plant: InHand, prices: Hours, period: int, metal_target: float) -> float:
    """Metal of all cells [t] with a new schedule at each start of a period and each new label.

    Metal without a label yet is that of the current line model at its current.
    """
    seed, steps = plant.seed, len(prices.values)
    wait = min(round(seed.delay.total_seconds() / 3600), period)
    truly, current, now = 0.0, np.zeros(steps), None
    for first in range(0, steps, period):
        for at, labelled in ((first, plant), (first + wait, plant.with_labels())):
            if at >= min(first + period, steps):
                continue
            line = labelled.line(steps - at)
            now = line.usual if now is None else now
            made = _made(labelled, line, current[:at], first, period)
            remaining = replace(prices, starts=prices.starts[at:], values=prices.values[at:])
            order = order_of(seed, line, remaining, UNITS, max(metal_target - made, 1e-3), now)
            current[at:] = _as_far_as_possible(line, order)
            now = float(current[min(at + wait, first + period) - 1])
        truly += 1e-3 * float(plant.go(current[first : first + period])["metal"].sum())
        now = float(current[first + period - 1])
    return truly


def _as_far_as_possible(line: CellLine, order: Order) -> FloatArray:
    """A schedule, or one of as much metal as there can be."""
    try:
        return schedule(line, order).current
    except ImpossibleError as error:
        less = [one.by for one in error.relaxations if one.limit == "metal_target"]
        if not less:
            return np.full(len(order.prices.values), order.lowest)
        return schedule(line, replace(order, metal_target=0.999 * (order.metal_target + less[0]))).current


def _made(plant: InHand, line: CellLine, current: FloatArray, first: int, period: int) -> float:
    """Metal of the hours that are over [t]: by labels, or by their current where these are missing."""
    total = 0.0
    for at in range(0, len(current), period):
        part = current[at : at + period]
        metal = 1e-3 * UNITS * float(line.metal(part).sum())
        age = (first - at) // period
        labels = plant.rows[-age][plant.seed.target.name].to_numpy(dtype=np.float64) if age else np.array([np.nan])
        if np.isfinite(labels).any():
            metal *= float(np.nanmean(labels)) / float(np.average(line.efficiency(part), weights=part))
        total += metal
    return total


def figures(schedules: pd.DataFrame) -> dict[str, float]:
    """Figures of many schedules together."""
    known = schedules[schedules["impossible"] == 0.0]
    ratio = known["stated"] / known["saved"]
    within = (known["saved"] >= known["low"]) & (known["saved"] <= known["high"])
    means = {
        "schedules": float(len(schedules)),
        "impossible": float(schedules["impossible"].sum()),
        "saving_share": float(known["stated"].sum() / (known["stated"] / known["share"]).sum()),
        "stated_over_saved": float(known["stated"].sum() / known["saved"].sum()),
        "within_a_tenth": float((np.abs(ratio - 1.0) <= 0.1).mean()),
        "interval_covers": float(within.mean()),
        "metal_off_median": float(known["metal_off"].abs().median()),
        "again_off_median": float(known["again_off"].abs().median()),
        "again_within_half_percent": float((known["again_off"].abs() <= 0.005).mean()),
        "again_short_at_most_half_percent": float((known["again_off"] >= -0.005).mean()),
        "seconds_most": float(known["seconds"].max()),
    }
    return means | {name: float(known[name].mean()) for name in known if name.startswith("beyond ")}


def schedule_digest(seed: Seed) -> str:
    """Digest of all that schedules of a seed's plant rest on."""
    assert seed.schedule is not None
    text = seed_digest(seed) + json.dumps(seed.schedule.model_dump(mode="json", exclude_defaults=True), sort_keys=True)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def measured(process: str, plants: range) -> dict[str, object]:
    """Figures of a process on some plants."""
    seed, by_plant, every = load(process), [], []
    for number in plants:
        scheduled = pd.DataFrame(windows(seed, number))
        every.append(scheduled)
        by_plant.append({"plant": number} | figures(scheduled))
        print(process, json.dumps(by_plant[-1]), flush=True)
    return {"digest": schedule_digest(seed), "by_plant": by_plant, "all": figures(pd.concat(every))}


def table(results: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Lines of the table, a process each."""
    head = (
        "| process | schedules (infeasible) | saving [% of cost] | stated / realised | within 10 % | "
        "metal error, planned once | metal error, re-planned | within 0.5 % | beyond a limit | longest [CPU s] |"
    )
    lines = [head, "|---|---:|---:|---:|---:|---:|---:|---:|---|---:|"]
    for process, result in results.items():
        own = result["all"]
        assert isinstance(own, dict)
        beyond = ", ".join(
            f"{name.removeprefix('beyond ')} {100 * value:.2f} %"
            for name, value in own.items()
            if name.startswith("bey")
        )
        lines.append(
            f"| {process} | {own['schedules']:.0f} ({own['impossible']:.0f}) | {100 * own['saving_share']:.1f} | "
            f"{own['stated_over_saved']:.3f} | {100 * own['within_a_tenth']:.0f} % | "
            f"{100 * own['metal_off_median']:.2f} % | {100 * own['again_off_median']:.2f} % | "
            f"{100 * own['again_within_half_percent']:.0f} % | {beyond} | {own['seconds_most']:.2f} |"
        )
    return lines


def with_table(text: str, results: Mapping[str, Mapping[str, object]]) -> str:
    """Replace the table of the page."""
    return filled(text, NAME, table(results))
