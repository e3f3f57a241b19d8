"""Statistics of the simulated melting house in their bands: what plants do, laws give or was assumed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from physics.cathode_zinc.codeposition import (
    codeposited_content,
    lead_by_chloride,
    lead_by_manganese,
    lead_by_temperature,
    lead_left_by_strontium,
)
from physics.cathode_zinc.furnace import melting_heat
from seeds import Seed, load
from synthetic_data import SimulatedRun, another_plant, replay
from tests.synthetic_data.graded import GradedPlant, setpoints_of
from tests.synthetic_data.stated import medians

NAMES = {"pb": "lead", "cd": "cadmium", "cu": "copper", "fe": "iron"}


def geometric_sd(values: pd.Series) -> float:
    return float(np.exp(np.log(values).std()))


def of_contents(table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    result = {f"{name} of heats median": table[element].abs().median() for element, name in NAMES.items()}
    del result["lead of heats median"]
    result |= {f"{name} of heats geometric sd": geometric_sd(truth[element]) for element, name in NAMES.items()}
    by_furnace = np.log(table["pb"].abs()).groupby(table["furnace"])
    return result | {
        "lead of heats": table["pb"].abs().mean(),
        "correlation of cadmium and copper of heats": np.log(truth["cd"]).corr(np.log(truth["cu"])),
        "heats above 30 ppm of lead": (table["pb"] > 30.0).mean(),
        "correlation of lead from heat to heat": by_furnace.apply(lambda values: values.autocorr(1)).mean(),
        "tin and aluminium below their limits": (table[["sn", "al"]] < 0).to_numpy().mean(),
        "iron that melting adds": 1.0 - truth["cathode_iron"].mean() / truth["fe"].mean(),
    }


def of_lead(truth: pd.DataFrame, table: pd.DataFrame) -> dict[str, float]:
    warmer = codeposited_content(1.0, 39.0, 500.0) * lead_by_temperature(39.0)
    cooler = codeposited_content(1.0, 38.0, 500.0) * lead_by_temperature(38.0)
    day, surge = table["anode_clean_days"], truth["lead_by_cleaning"] - 1.0
    fresh = day < 9.0
    left = lead_left_by_strontium(table["srco3_dose"].to_numpy())
    return {
        "lead a kelvin of the cells": float(warmer / cooler) - 1.0,
        "lead a day after cleaning": truth.loc[day.between(0.9, 1.1), "lead_by_cleaning"].median(),
        "decay after cleaning": -1.0 / np.polyfit(day[fresh], np.log(surge[fresh]), 1)[0],
        "lead for a milligram dissolved": (
            truth["true_cathode_pb"] / (truth["dissolved_without_strontium"] * left)
        ).median(),
        "lead at 300 over that at 100 mg/L of chloride": float(lead_by_chloride(300.0) / lead_by_chloride(100.0)),
        "lead at 3 g/L of manganese over that at 5": float(lead_by_manganese(3.0) / lead_by_manganese(5.0)),
        "dissolved lead": table["solution_pb"].mean(),
        "lead and strontium carbonate in history": table["srco3_dose"].corr(table["pb"].abs()),
    }


def of_works(seed: Seed, table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    assert seed.plant is not None
    read = [column.name for column in seed.by_role("before", "during") if column.name in table]
    never = ("cathode_pb", "cathode_cd", "cathode_cu", "cathode_fe", "strip_hours", "lining_days", "clip_age")
    read = [name for name in read if name not in (*never, "anode_clean_days")]
    means = {
        "strontium carbonate": "srco3_dose",
        "days since cleaning": "anode_clean_days",
        "cell temperature": "cell_temperature",
        "current density": "current_density",
        "chloride": "chloride",
        "fluoride": "fluoride",
        "manganese": "manganese",
        "power": "power",
        "dross defects": "dross",
        "surface defects": "surface",
    }
    return {name: table[column].mean() for name, column in means.items()} | {
        "dross": truth["true_dross"].mean(),
        "metal yield": 100.0 - seed.plant.value("dross_zinc") * truth["true_dross"].mean(),
        "heat of melting": float(melting_heat(480.0)),
        "missing readings": table[read].isna().to_numpy().mean(),
    }


def of_grades(seed: Seed, table: pd.DataFrame) -> dict[str, float]:
    sizes, grade_shares = table[[column.name for column in seed.elements]].abs(), {}
    for grade in seed.grades[:2]:
        own = np.logical_and.reduce([sizes[name] <= limit.value for name, limit in grade.limits.items()])
        grade_shares[grade.name] = float(np.mean(own & (sizes.sum(axis=1) <= grade.sums[0].value)))
    return {
        "Zn99.995 kept": grade_shares["zn99995"],
        "Z1 kept beyond Zn99.995": grade_shares["en_z1"] - grade_shares["zn99995"],
    }


def of_laboratory(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    early = plant.table["heat_start"] < pd.Timestamp(2024, 4, 15)  # the spectrometer's first calibration
    errors = {}
    for name in ("pb", "cd", "fe", "cu"):
        reported = plant.table.loc[early & (plant.table[name] > 0), name]
        errors[name] = np.log(reported / plant.truth[name].loc[reported.index])
    biases = [float(error.median()) for error in errors.values()]
    lead = errors["pb"]
    return {
        "error of lead of one report": float(1.4826 * (lead - lead.median()).abs().median()),
        "bias between laboratories": float(np.sqrt(np.mean(np.square(biases)))),
    }


def of_levers(seed: Seed, plant: SimulatedRun, years: float) -> dict[str, float]:
    setpoints = setpoints_of(seed, plant)
    none, much = (
        replay(seed, years=years, setpoints=setpoints.assign(srco3_dose=dose)).truth["pb"] for dose in (0.0, 2.0)
    )
    thinned = (setpoints["stock_share"] + 5.0).clip(*seed.column("stock_share").limits)
    other = replay(seed, years=years, setpoints=setpoints.assign(stock_share=thinned))
    return {
        "lead by two kilograms of strontium carbonate": much.mean() / none.mean() - 1.0,
        "lead by stock share replayed": (other.truth["pb"] / plant.truth["pb"]).apply(np.log).mean()
        / (other.table["stock_share"] - plant.table["stock_share"]).mean(),
    }


def statistics(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    assert seed.plant is not None
    table, truth = plant.table, plant.truth
    result = of_contents(table, truth) | of_lead(truth, table) | of_works(seed, table, truth) | of_grades(seed, table)
    result |= of_laboratory(seed, plant) | of_levers(seed, plant, seed.plant.years)
    return result


def test_statistics_of_the_works_lie_in_their_bands(
    graded: Callable[[str], GradedPlant], outside_bands: Callable[..., list[str]]
) -> None:
    own = graded("zinc_ingot")
    assert outside_bands("zinc_ingot", statistics(own.seed, own.whole)) == []


@pytest.mark.long("simulates other plants")
def test_so_do_medians_of_six_others(outside_bands: Callable[..., list[str]]) -> None:
    others = [another_plant(load("zinc_ingot"), rng_seed) for rng_seed in (2, 3, 4, 5, 6, 7)]
    assert outside_bands("zinc_ingot", medians(statistics(seed, replay(seed)) for seed in others)) == []
