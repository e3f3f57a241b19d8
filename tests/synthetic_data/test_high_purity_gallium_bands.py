"""Statistics of the simulated crystallisers in their bands: what refineries do, laws give or was assumed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from physics.purification.freezing import effective_segregation, frozen_mean
from physics.purification.vacuum import PRESSURES
from seeds import Seed, load
from synthetic_data import SimulatedRun, another_plant, replay
from synthetic_data.crystallisers.instruments import LABORATORIES, assays, reads_high
from synthetic_data.crystallisers.parameters import CrystalliserParameters
from synthetic_data.engine.options import plan_run
from synthetic_data.plant.laboratory import scatter
from tests.synthetic_data.graded import GradedPlant, setpoints_of
from tests.synthetic_data.stated import medians

ELEMENTS = tuple(PRESSURES)
ORDER = ("copper", "magnesium", "lead", "zinc", "iron")
FEED = np.array([0.5, 1.0, 0.8, 0.6, 0.8, 0.6, 0.3, 0.1, 0.5, 0.1])
SEGREGATION = np.array([0.03, 0.06, 0.3, 0.35, 0.08, 0.25, 0.05, 0.1, 0.2, 0.2])


def of_laws() -> dict[str, float]:
    left = FEED * frozen_mean(SEGREGATION, 0.85) ** 2
    fractions = np.array([0.8 - 1e-6, 0.8 + 1e-6])
    slow, fast = effective_segregation(0.01, np.array([5.0, 20.0]), 1.0)
    return {
        "sum after over before two stages": float(left.sum() / FEED.sum()),
        "mean content at k 0.3 and 0.8 frozen": float(frozen_mean(0.3, 0.8)),
        "content of what freezes at k 0.1 and 0.8 frozen": float(
            np.ptp(fractions * frozen_mean(0.1, fractions)) / 2e-6
        ),
        "segregation of copper at four times the rate": float(fast / slow),
    }


def of_freezing(table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    six = table["ordered_nines"] == 6.0
    k = truth.loc[six, [f"segregation_{name}" for name in ORDER]].median()
    # What charge, vacuum, stages and the charge's assay do not explain of two elements that nothing else joins.
    logs = {
        name: np.log(truth.loc[six, f"crystal_{name}"] / truth.loc[six, f"charged_{name}"])
        for name in ("iron", "indium")
    }
    per_stage = {name: values / table.loc[six, "stages"] for name, values in logs.items()}
    return {
        "rank correlation of segregation": float(pd.Series(k.to_numpy()).corr(pd.Series(range(5)), method="spearman")),
        "segregation of zinc": float(k["segregation_zinc"]),
        "lots with trapped melt": float((truth["trapped"] > 0.005).mean()),
        "zinc removed by vacuum": 1.0 - truth["vacuum_left_zinc"].mean(),
        "iron removed by vacuum": 1.0 - truth["vacuum_left_iron"].mean(),
        "lead removed by vacuum": 1.0 - truth["vacuum_left_lead"].mean(),
        "iron of lots geometric sd": float(np.exp(np.log(truth.loc[six, "iron"]).std())),
        "residuals of iron and indium": float(per_stage["iron"].corr(per_stage["indium"])),
        "freezing time": float(table.loc[six, "freeze_time"].mean()),
        "growth rate": float(table.loc[six, "growth_rate"].mean()),
        "resistance ratio median": float(table["resistance_ratio"].median()),
        "oxide skins": float(table["oxide_skin"].mean()),
        "inclusions": float(table["inclusion"].mean()),
        "stages and impurities in history": float(
            table.loc[six, "stages"].corr(np.log(table.loc[six, list(ELEMENTS)].abs().sum(axis=1)))
        ),
    }


def of_grades(seed: Seed, table: pd.DataFrame) -> dict[str, float]:
    sizes, within_grade = table[list(ELEMENTS)].abs(), {}
    for grade in seed.grades[:2]:
        own = np.logical_and.reduce([sizes[name] <= limit.value + 1e-9 for name, limit in grade.limits.items()])
        within_grade[grade.name] = own & (sizes.sum(axis=1) <= grade.sums[0].value)
    below = table[list(ELEMENTS)] < 0
    return {
        "lots that keep 99.9999 % or better": float((within_grade["ga6n"] | within_grade["ga7n"]).mean()),
        "below the limit in lots of 99.9999 %": float(
            below[within_grade["ga6n"] & ~within_grade["ga7n"]].to_numpy().mean()
        ),
        "below the limit in lots of 99.99999 %": float(below[within_grade["ga7n"]].to_numpy().mean()),
    }


def of_laboratory(seed: Seed, table: pd.DataFrame) -> dict[str, float]:
    """Five hundred laboratories report lots of 0.1 ppm; two of them differ."""
    assert seed.plant is not None
    p = CrystalliserParameters.on_days(plan_run(seed, units=1, years=1.0), np.zeros(40))
    rng, held = np.random.default_rng(1), np.full((len(ELEMENTS), 1, 40), 0.1)
    logs = []
    for _ in range(500):
        bias = rng.standard_normal((LABORATORIES, len(ELEMENTS)))
        of_sample, of_analyst = rng.standard_normal((2, *held.shape))
        reads, samples = reads_high(p, bias, np.zeros(40)), scatter(p.sampling, of_sample)
        logs.append(np.log(assays(p, held, reads, np.zeros((1, 40)), samples, of_analyst)[:, 0, :1]))
    reports = np.stack(logs)  # (laboratories, elements, 1)
    read = [c.name for c in seed.by_role("before", "during", "late") if c.name in table]
    never = {"ordered_nines", "scrap_share", "residue_share", "returned_share", "mould_uses"}
    read = [name for name in read if name not in never and not name.startswith("feed_")]
    return {
        "scatter between laboratories at 0.1 ppm": 100.0 * float(reports.std(axis=0).mean()),
        "geometric sd of two laboratories": float(np.exp((reports[::2] - reports[1::2]).std())),
        "detection limit of zinc": 1e3 * float(-table.loc[table["zinc"] < 0, "zinc"].max()),
        "missing readings": float(table[read].isna().to_numpy().mean()),
    }


def of_levers(seed: Seed, plant: SimulatedRun, years: float) -> dict[str, float]:
    setpoints = setpoints_of(seed, plant)
    more = replay(seed, years=years, setpoints=setpoints.assign(stages=setpoints["stages"] + 1.0))
    sums = [one.truth[[f"crystal_{name}" for name in ELEMENTS]].sum(axis=1) for one in (plant, more)]
    return {"sum by a stage more replayed": float((sums[1] / sums[0] - 1.0).mean())}


def statistics(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    assert seed.plant is not None
    table, truth = plant.table, plant.truth
    result = of_laws() | of_freezing(table, truth) | of_grades(seed, table) | of_laboratory(seed, table)
    result |= of_levers(seed, plant, seed.plant.years)
    return result


def test_statistics_of_the_refinery_lie_in_their_bands(
    graded: Callable[[str], GradedPlant], outside_bands: Callable[..., list[str]]
) -> None:
    own = graded("high_purity_gallium")
    assert outside_bands("high_purity_gallium", statistics(own.seed, own.whole)) == []


@pytest.mark.long("simulates other plants")
def test_so_do_medians_of_six_others(outside_bands: Callable[..., list[str]]) -> None:
    others = [another_plant(load("high_purity_gallium"), rng_seed) for rng_seed in (2, 3, 4, 5, 6, 7)]
    assert outside_bands("high_purity_gallium", medians(statistics(seed, replay(seed)) for seed in others)) == []
