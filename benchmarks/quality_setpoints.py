"""Recommended set-points of lots in closed loop: simulated plants with and without them.

    python benchmarks/quality_setpoints.py                  # all graders with set-points
    python benchmarks/quality_setpoints.py copper_cathode   # one; the figures of the others stay as they are
    python benchmarks/quality_setpoints.py --development    # on plants to develop on; prints, and writes nothing

Each plant has other parameters, drawn by the spread of the seed's. It runs for a history under its own operators, on
which recommendations and a grader are trained. Then it runs twice with the same random numbers, by the operators alone
and with recommendations. The value of a lot is that of its true contents and its true probability of a defect, by the
decision of the grader, less the cost of moves. The plants of FINAL are not used in development. Figures are stored in
docs/results/quality_setpoints.json with the digests of the seed and of its default plant's table; the table of
docs/results/quality.md is made from it.
"""

import json
import sys
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from benchmarks.aims.page import filled
from benchmarks.digests import seed_digest, table_digest
from models.quality.decision import Costs, decide, earned
from models.quality.error_scenarios import ErrorScenarios
from models.quality.grades import Limits
from models.quality.linear import LotLines
from models.quality.setpoints.model import LotSetpoints
from models.quality.setpoints.recommender import LotPlans, recommend
from models.setpoints.lot_advice import LotAdvice
from models.table.derived_columns import lenders, made_columns
from models.table.inputs import matrix
from models.table.reading import read_table
from physics.arrays import FloatArray
from reporting.markdown import span, table
from seeds import Seed, load, names
from synthetic_data import Running, Step, another_plant, begin, simulate

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results" / "quality_setpoints.json"
PAGE = ROOT / "docs" / "results" / "quality.md"
NAME = "setpoints"
DEVELOPMENT, FINAL = range(301, 303), range(501, 505)
HISTORY, JUDGED = 6000, 1200  # lots, at least
IN_HAND = 8  # periods whose rows a reader of the table still needs
BLOCKS = 10  # stretches of time that the interval of a gain is taken over


class Plant:
    """A running plant and the available rows of its latest periods."""

    def __init__(self, seed: Seed, running: Running, rows: Sequence[pd.DataFrame] = ()) -> None:
        self.seed, self.running = seed, running
        self.rows = deque(rows, maxlen=IN_HAND)
        assert seed.key is not None
        self.key, self.time = seed.key.name, seed.clock.name
        costs = {setpoint.name: setpoint.move_cost for setpoint in seed.by_role("setpoint")}
        self.move_costs = {name: 0.0 if cost is None else cost.value for name, cost in costs.items()}

    def fork(self) -> "Plant":
        """A copy that meets the same random numbers."""
        return Plant(self.seed, self.running.fork(), self.rows)

    def to_come(self) -> tuple[pd.DataFrame, FloatArray]:
        """The operators' plan of the next period, and inputs of its lots without later measurements."""
        plan = self.running.plan()
        new = self.running.known().merge(plan, on=[self.key, self.time])
        return plan, self._inputs(pd.concat([*self.rows, new], ignore_index=True), plan)

    def go(self, setpoints: pd.DataFrame | None = None) -> tuple[Step, FloatArray]:
        """Run a period: what it left, its truth in the order of the plan, and inputs of its lots."""
        plan, step = self.running.plan(), self.running.step(setpoints)
        for start, part in step.came_in.groupby(self.time):
            for i, own in enumerate(self.rows):
                if own[self.time].iloc[0] == start:
                    self.rows[i] = part
        self.rows.append(step.table)
        return step, self._inputs(pd.concat([*self.rows], ignore_index=True), plan)

    def _inputs(self, table: pd.DataFrame, plan: pd.DataFrame) -> FloatArray:
        made = with_made(table, self.seed)
        now = made[made[self.time] == plan[self.time].iloc[0]].set_index(self.key)
        return matrix(now.loc[plan[self.key]].reset_index(), self.seed)


def with_made(table: pd.DataFrame, seed: Seed) -> pd.DataFrame:
    """Table with the columns that a reader makes from earlier rows, sorted by unit and time."""
    assert seed.key is not None
    table = table.sort_values([seed.key.name, seed.clock.name], kind="stable").reset_index(drop=True)
    unit = pd.factorize(table[seed.key.name], sort=True)[0]
    elements = {element.name for element in seed.elements}
    provided = {name: table[name].to_numpy(dtype=np.float64) for name in lenders(seed)}
    provided = {name: np.abs(values) if name in elements else values for name, values in provided.items()}
    return table.assign(**made_columns(provided, seed, unit, table[seed.clock.name].to_numpy()))


class Grader:
    """Decisions on finished lots before their assay, and what these brought in truth."""

    def __init__(self, seed: Seed, X: FloatArray, Y: FloatArray) -> None:
        self.seed, self.costs, self.limits = seed, Costs.of(seed), Limits.of(seed)
        old, outputs = 2 * len(X) // 3, len(seed.elements)
        estimator = LotLines(len(seed.defects)).fit(X[:old], Y[:old])
        self.scatter = ErrorScenarios.of(Y[old:, :outputs], estimator.predict(X[old:])[:, :outputs])
        self.estimator = estimator.fit(X, Y)

    def brought(self, X: FloatArray, truth: pd.DataFrame) -> FloatArray:
        """Value of each lot [$ a lot] by its true contents and its true probability of a defect."""
        elements = [element.name for element in self.seed.elements]
        probabilities = self.scatter.chances(self.estimator.predict(X)[:, : len(elements)], self.limits)
        decided = decide(probabilities.keeps, probabilities.best, self.costs, 1.0)
        value = earned(decided, self.limits.kept(truth[elements].to_numpy(dtype=np.float64)), self.costs)
        sound = np.prod(1.0 - truth[list(self.seed.defects)].to_numpy(dtype=np.float64), axis=1)
        brought: FloatArray = sound * value + (1.0 - sound) * self.costs.value[-1]
        return brought * self.seed.quality_rules.lot_mass.value


def moves(one: LotAdvice) -> list[str]:
    """Set-points that advice moves."""
    return [name for name, move in one.moves.items() if move]


def run(
    plant: Plant, grader: Grader, periods: int, setpoints: LotSetpoints | None
) -> tuple[FloatArray, list[list[LotAdvice]]]:
    """Value of each lot less costs of moves, shape (periods, units) [$], and the recommendations."""
    brought, advised = [], []
    for _ in range(periods):
        plan, X = plant.to_come()
        lots = LotPlans(X, plan[plant.key].tolist(), plan[plant.time].tolist())
        advice = [] if setpoints is None else recommend(setpoints, lots)
        cost = np.zeros(len(plan))
        for i, one in enumerate(advice):
            for name, move in one.moves.items():
                if move:
                    plan.loc[i, name] = one.plan[name] + move
                    cost[i] += plant.move_costs[name] * abs(move)
        step, inputs = plant.go(plan if any(moves(one) for one in advice) else None)
        truth = step.truth.set_index(plant.key).loc[plan[plant.key]].reset_index()
        brought.append(grader.brought(inputs, truth) - cost)
        advised.append(advice)
    return np.array(brought), advised


def on_plant(seed: Seed, number: int) -> dict[str, object]:
    """Figures of one plant in closed loop."""
    other = another_plant(seed, number)
    assert other.plant is not None
    units = other.plant.units
    history, tested = -(-HISTORY // units), -(-JUDGED // units)
    years = (history + tested + 2) * other.period.total_seconds() / (365.25 * 86400)
    plant = Plant(other, begin(other, years=years))
    past: dict[object, pd.DataFrame] = {}
    for _ in range(history):
        step, _ = plant.go()
        for start, part in [*step.came_in.groupby(plant.time), *step.table.groupby(plant.time)]:
            past[start] = part
    table = with_made(pd.concat(past.values(), ignore_index=True), other).sort_values(plant.time, kind="stable")
    targets = [*(element.name for element in other.elements), *other.defects]
    table = table[table[targets].notna().any(axis=1)]
    X, Y = matrix(table, other), table[targets].to_numpy(dtype=np.float64)
    unit, start = table[plant.key].to_numpy(), table[plant.time].to_numpy()
    setpoints = LotSetpoints.learn(other, X, Y, unit, start)
    grader = Grader(other, X, Y)
    before, _ = run(plant.fork(), grader, tested, None)
    after, advised = run(plant.fork(), grader, tested, setpoints)
    mass = other.quality_rules.lot_mass.value
    gain = (after - before) / mass
    blocks = np.array([part.mean() for part in np.array_split(gain.mean(axis=1), BLOCKS)])
    half = float(student.ppf(0.975, BLOCKS - 1) * blocks.std(ddof=1) / np.sqrt(BLOCKS))
    moved = np.array([[bool(moves(one)) for one in period] for period in advised])
    promised = [one.gain.value for period in advised for one in period if moves(one)]
    moved_setpoints = [moves(one)[0] for period in advised for one in period if moves(one)]
    refused = [one.refusal.partition(":")[0] for period in advised for one in period if one.refusal is not None]
    return {
        "plant": number,
        "lots": int(gain.size),
        "moved": int(moved.sum()),
        "gain": float(gain.mean()),
        "gain_low": float(gain.mean()) - half,
        "gain_high": float(gain.mean()) + half,
        "gain_of_moved": float(gain[moved].mean()) if moved.any() else 0.0,
        "promised_of_moved": float(np.mean(promised)) if promised else 0.0,
        "setpoints": {name: moved_setpoints.count(name) for name in sorted(set(moved_setpoints))},
        "refusals": {
            reason: refused.count(reason)
            for reason in sorted(set(refused))
            if refused.count(reason) > len(refused) / 50
        },
    }


def rows(results: Mapping[str, Mapping[str, list[dict[str, float]]]]) -> list[str]:
    """Lines of the table, a process each: ranges over its plants."""
    heads = ("process", "plants", f"moved lots of {JUDGED:,}", "gain, all lots [$/t]", "significant")
    return table((*heads, "gain, moved lots [$/t]", "stated gain [$/t]"), map(_row, results, results.values()))


def _row(process: str, result: Mapping[str, Any]) -> tuple[str, ...]:
    """Row of a process; significant are plants whose interval of the gain lies above zero."""
    plants = result["by_plant"]
    forms = {"moved": "d", "gain": "+.3f", "gain_of_moved": "+.2f", "promised_of_moved": "+.2f"}
    moved = [one for one in plants if one["moved"]]
    count, gain, of_moved, stated = (
        span((one[name] for one in (moved if name.endswith("of_moved") else plants)), form)
        for name, form in forms.items()
    )
    significant = sum(one["gain_low"] > 0 for one in plants)
    return process, f"{len(plants)}", count, gain, f"{significant} of {len(plants)}", of_moved, stated


def with_table(text: str, results: Mapping[str, Mapping[str, list[dict[str, float]]]]) -> str:
    """Text with the table between its markers replaced."""
    return filled(text, NAME, rows(results))


def main(arguments: list[str]) -> None:
    """Measure and write."""
    develop = "--development" in arguments
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() and not develop else {}
    seeds = [load(name) for name in names()]
    graded = [one.process.name for one in seeds if one.quality and one.plant and one.by_role("setpoint")]
    for process in [name for name in arguments if name != "--development"] or graded:
        seed, by_plant = load(process), []
        for number in DEVELOPMENT if develop else FINAL:
            by_plant.append(on_plant(seed, number))
            print(process, json.dumps(by_plant[-1]), flush=True)
        with tempfile.TemporaryDirectory() as scratch:
            digest = table_digest(read_table(simulate(seed, Path(scratch) / process), seed).table)
        results[process] = {"seed_digest": seed_digest(seed), "table_digest": digest, "by_plant": by_plant}
    if develop:
        print("\n".join(rows(results)))
        return
    RESULTS.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
