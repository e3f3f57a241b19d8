"""Statistics of the simulated potline in their bands: what documents hold, plants do or laws give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.processes.lookup import needed_physics_of
from seeds import Seed, load
from synthetic_data import SimulatedRun, another_plant, replay
from synthetic_data.engine.options import plan_run
from synthetic_data.potline.line import Potline
from tests.synthetic_data.stated import medians

KEYS = ["unit", "period_start"]
SETTLED = 150  # d of age, after start-up
DAYS_A_YEAR = 365.25


def between_pots(frame: pd.DataFrame, column: str) -> float:
    """Spread of a line's pots at one time, mean over the times."""
    return float(frame.groupby("period_start")[column].std().mean())


def slope(x: pd.Series, y: pd.Series) -> float:
    return float(np.polyfit(x, y, 1)[0])


def moved(seed: Seed, plant: SimulatedRun, setpoint: str, by: float) -> pd.DataFrame:
    """Truth after a set-point was moved in all rows and the other set-points held, less the truth of the history."""
    setpoints = plant.table[[*KEYS, *(column.name for column in seed.by_role("setpoint"))]].copy()
    setpoints[setpoint] += by
    other = replay(seed, setpoints=setpoints).truth.set_index(KEYS)
    return (other - plant.truth.set_index(KEYS)).dropna()


def of_measurements(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    table, truth, old = plant.table, plant.truth, plant.table["pot_age"] > SETTLED
    prices = {name: quantity.value for name, quantity in seed.economics.items()}
    columns = {column.name: table[column.name].to_numpy() for column in seed.inputs if column.previous is None}
    kpi = pd.DataFrame(needed_physics_of(seed).derived(columns, table["current_efficiency"].to_numpy(), prices))
    read = [c.name for c in seed.by_role("before", "during") if c.previous is None and c.name != "pot_age"]
    means = (
        table.assign(efficiency=truth["current_efficiency"], ledge=truth["ledge"])[old]
        .groupby("unit")
        .mean(numeric_only=True)
    )
    pots, ae = table.groupby("unit"), table.dropna(subset=["ae_frequency", "ae_duration"])
    return {
        "specific energy mean": kpi["specific_energy"].mean(),
        "co2e mean": kpi["co2e"].mean(),
        "anode effects": table["ae_frequency"].mean(),
        "anode effect duration mean": np.average(ae["ae_duration"], weights=ae["ae_frequency"]),
        "anode effect rate spread between pots": pots["ae_frequency"].mean().std() / table["ae_frequency"].mean(),
        "bath temperature sd from day to day": table["bath_temperature_sd"].mean(),
        "shell temperature mean": table["shell_temperature"].mean(),
        "iron in metal": table["iron_in_metal"].mean(),
        "efficiency and voltage correlation between pots": means["efficiency"].corr(means["cell_voltage"]),
        "shell temperature and ledge correlation between pots": means["shell_temperature"].corr(means["ledge"]),
        "missing readings": table[read].isna().to_numpy().mean(),
        "label noise": (table["current_efficiency"] - truth["current_efficiency"]).std(),
        "label on truth slope": slope(truth["current_efficiency"], table["current_efficiency"]),
        "efficiency by voltage in history": slope(
            table.loc[old, "voltage_setpoint"], table.loc[old, "current_efficiency"]
        ),
    }


def of_truth(plant: SimulatedRun) -> dict[str, float]:
    truth, age = plant.truth, plant.table["pot_age"]
    truth = truth.assign(specific_energy=1000 * truth["energy"] / truth["metal_produced"])
    old = truth[age > SETTLED]
    result = {
        "current efficiency mean": truth["current_efficiency"].mean(),
        "current efficiency sd between pots": between_pots(truth, "current_efficiency"),
        "specific energy sd between pots": between_pots(old, "specific_energy"),
        "alumina a kilogram of metal": truth["alumina_fed"].sum() / truth["metal_produced"].sum(),
        "AlF3 consumption": 1000 * truth["alf3_added"].sum() / truth["metal_produced"].sum(),
        "net carbon": 1000 * truth["net_carbon"].sum() / truth["metal_produced"].sum(),
        "side share of the heat loss": truth["heat_side"].sum() / (truth["heat_side"] + truth["heat_top"]).sum(),
        "temperature by excess AlF3": slope(old["excess_alf3"], old["bath_temperature"]),
        "temperature and excess AlF3 correlation": old["excess_alf3"].corr(old["bath_temperature"]),
        "cathode drop drift": slope(age / DAYS_A_YEAR, truth["cathode_drop"]),
        "sick pots": truth["sick"].mean(),
        "cold pots": truth["cold"].mean(),
        "restart temperature excess": truth.loc[age < 30, "bath_temperature"].mean() - old["bath_temperature"].mean(),
    }
    names = {
        "cell_voltage": "cell voltage",
        "voltage_noise": "voltage noise",
        "bath_temperature": "bath temperature",
        "excess_alf3": "excess AlF3",
        "superheat": "superheat",
        "alumina": "alumina",
        "metal_level": "metal level",
    }
    for column, name in names.items():
        result |= {f"{name} mean": truth[column].mean(), f"{name} sd between pots": between_pots(old, column)}
    return result | {"anode-cathode distance mean": truth["acd"].mean(), "bath level mean": truth["bath_level"].mean()}


def of_events(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    assert seed.plant is not None
    pot_years = len(plant.truth) * 30 / DAYS_A_YEAR
    count = plant.events["kind"].value_counts()
    return {
        "spikes": count["spike"] / pot_years,
        "pad instabilities": count["pad"] / pot_years / 12,
        "feeder blockages": count["blockage"] / pot_years / seed.plant.value("feeders"),
        "curtailments": count["curtailment"] / seed.plant.years,
    }


def of_causes(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    voltage, alf3 = moved(seed, plant, "voltage_setpoint", 0.02), moved(seed, plant, "excess_alf3_target", 0.5)
    tested = plant.truth[(plant.truth["voltage_setpoint_test"] != 0) & (plant.table["pot_age"] > SETTLED)]
    means = tested.groupby(["unit", "voltage_setpoint_test"])["current_efficiency"].mean().unstack()
    low, high = means.columns
    return {
        "efficiency by voltage replayed": voltage["current_efficiency"].mean() / 0.02,
        "temperature by excess AlF3 target": alf3["bath_temperature"].mean() / alf3["excess_alf3"].mean(),
        "efficiency by voltage in set-point tests": (means[high] - means[low]).mean() / (high - low),
    }


def statistics(seed: Seed) -> dict[str, float]:
    plant = replay(seed)
    return of_measurements(seed, plant) | of_truth(plant) | of_events(seed, plant) | of_causes(seed, plant)


@pytest.mark.long("simulates years of the plant")
def test_statistics_of_three_years_lie_in_their_bands(outside_bands: Callable[..., list[str]]) -> None:
    assert outside_bands("aluminium_reduction", statistics(load("aluminium_reduction"))) == []


@pytest.mark.long("simulates the plant with other random numbers")
@pytest.mark.parametrize("rng_seed", range(101, 107))
def test_so_do_they_with_other_random_numbers(rng_seed: int, outside_bands: Callable[..., list[str]]) -> None:
    seed = load("aluminium_reduction")
    assert seed.plant is not None
    other = seed.model_copy(update={"plant": seed.plant.model_copy(update={"rng_seed": rng_seed})})
    outside = outside_bands("aluminium_reduction", statistics(other))
    assert [line for line in outside if not line.startswith("curtailments:")] == []  # a handful in three years: below


@pytest.mark.long("simulates other plants")
def test_and_so_do_medians_of_other_plants_in_what_references_and_plants_say(
    outside_bands: Callable[..., list[str]], read_bands: Callable[..., list[dict[str, str]]]
) -> None:
    # Bands that are assumed or computed follow from numbers of the seed's own plant.
    of_any = {row["statistic"] for row in read_bands("aluminium_reduction") if row["kind"] in ("reference", "practice")}
    seed = load("aluminium_reduction")
    result = medians(statistics(another_plant(seed, rng_seed)) for rng_seed in range(101, 107))
    outside = [line.split(":")[0] for line in outside_bands("aluminium_reduction", result)]
    assert (of_any & set(outside)) - {"curtailments"} == set()


def test_curtailments_of_many_lines_are_as_often_as_their_band_says(
    read_bands: Callable[..., list[dict[str, str]]],
) -> None:
    count, years = 0, 20.0
    for rng_seed in range(101, 105):
        line = Potline(plan_run(load("aluminium_reduction"), units=1, years=years, rng_seed=rng_seed))
        while line.first < round(years * DAYS_A_YEAR / 30):
            count += sum(event.kind == "curtailment" for event in line.advance().events)
    (band,) = (row for row in read_bands("aluminium_reduction") if row["statistic"] == "curtailments")
    assert float(band["low"]) < count / (4 * years) < float(band["high"])
