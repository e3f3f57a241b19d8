"""Statistics of the simulated lead refinery in their bands: what documents hold, plants do or laws give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from seeds import Seed, load
from synthetic_data import SimulatedRun, another_plant, replay
from tests.synthetic_data.stated import medians

KEYS = ["section", "crop_start"]
DAYS, DAYS_A_YEAR = 3.0, 365.25


def slope(x: pd.Series, y: pd.Series) -> float:
    known = x.notna() & y.notna()
    return float(np.polyfit(x[known], y[known], 1)[0])


def common_part(contents: pd.DataFrame) -> float:
    """Part of the variance of some logarithms, of unit variance each, that their first component has."""
    return float(np.linalg.eigvalsh(np.log(contents).corr().to_numpy())[-1] / contents.shape[1])


def moved(seed: Seed, plant: SimulatedRun, setpoint: str, by: float) -> pd.DataFrame:
    """Truth after a set-point was moved in all rows and the other set-points held, less the truth of the history."""
    setpoints = plant.table[[*KEYS, *(column.name for column in seed.by_role("setpoint"))]].copy()
    low, high = seed.column(setpoint).limits
    setpoints[setpoint] = (setpoints[setpoint] + by).clip(low, high)
    return replay(seed, setpoints=setpoints).truth.set_index(KEYS) - plant.truth.set_index(KEYS)


def of_measurements(plant: SimulatedRun) -> dict[str, float]:
    table, truth = plant.table, plant.truth
    by_age = table.groupby("anode_age")[["voltage_start", "voltage_end", "cell_voltage"]].mean()
    read = ["charge", "cell_voltage", "voltage_end", "short_rate", "slime_fall", "electrolyte_pb", "anode_sb"]
    third = table[table["anode_age"] == 6.0]
    roughness = truth.groupby("section")["roughness"].shift()
    return {
        "current efficiency mean": table["current_efficiency"].mean(),
        "current efficiency sd": table["current_efficiency"].std(),
        "current efficiency correlation from crop to crop": truth.groupby("section")["current_efficiency"]
        .apply(lambda values: values.autocorr())
        .mean(),
        "label noise": (table["current_efficiency"] - truth["current_efficiency"]).std(),
        "label on truth slope": slope(truth["current_efficiency"], table["current_efficiency"]),
        "short rate mean": table["short_rate"].mean(),
        "shorts and efficiency correlation": table["short_rate"].corr(table["current_efficiency"]),
        "voltage at the start over new anodes": by_age.loc[0.0, "voltage_start"],
        "voltage at the end of a crop": table["voltage_end"].mean(),
        "rise over the first six days": by_age.loc[3.0, "voltage_end"] - by_age.loc[0.0, "voltage_start"],
        "voltage of the second crop over the first": by_age.loc[3.0, "cell_voltage"] - by_age.loc[0.0, "cell_voltage"],
        "voltage at the end of third crops by current in history": slope(
            third["current_density"], third["voltage_end"]
        ),
        "current density mean": table["current_density"].mean(),
        "electrolyte temperature mean": table["electrolyte_temperature"].mean(),
        "glue on the last crop's roughness": table["glue_dose"].corr(np.log(roughness)),
        "bismuth median": table["bi"].abs().median(),
        "bismuth above 40 ppm": (table["bi"] > 40.0).mean(),
        "bismuth and voltage at the end correlation": np.log(table["bi"].abs()).corr(table["voltage_end"]),
        "antimony median": table["sb"].abs().median(),
        "common part of bismuth, silver, copper and antimony": common_part(truth[["bi", "ag", "cu", "sb"]]),
        "silver median": table["ag"].abs().median(),
        "lead in the electrolyte": table["electrolyte_pb"].mean(),
        "missing readings": table[read].isna().to_numpy().mean(),
    }


def of_truth(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    assert seed.plant is not None
    truth, lead = plant.truth, plant.truth["cathode_mass"]
    energy = truth["energy"] * DAYS / lead
    by_faraday = 1e5 * truth["cell_voltage"] / (truth["current_efficiency"] * 3.8655)
    second = plant.table["anode_age"] == 3.0
    return {
        "loss by shorts": truth["short_loss"].mean(),
        "loss by leakage": truth["stray_loss"].mean(),
        "loss by dissolution": truth["dissolution_loss"].mean(),
        "slime after six days": truth.loc[second, "slime_end"].mean(),
        "specific energy mean": energy.mean(),
        "specific energy over Faraday's less 1": (energy / by_faraday - 1.0).mean(),
        "slime that falls": truth["shed"].mean(),
        "acid lost": (truth["acid_used"] * DAYS / lead).mean(),
        "steam": (truth["steam"] * 24.0 * DAYS / lead).mean(),
    }


def of_events(plant: SimulatedRun) -> dict[str, float]:
    years = len(plant.truth) * DAYS / DAYS_A_YEAR
    count = plant.events["kind"].value_counts()
    return {"rectifier trips": count["rectifier"] / years, "sloughs": count["slough"] / years}


def of_causes(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    warm, dense = moved(seed, plant, "electrolyte_temperature", 1.0), moved(seed, plant, "current_density", 10.0)
    truth = plant.truth.set_index(KEYS)
    ohmic = truth["cell_voltage"] - truth["slime_drop"] - 0.075 * plant.table["current_density"].to_numpy() / 180.0
    third = (plant.table["anode_age"] == 6.0).to_numpy()
    energy = {name: DAYS * of["energy"] / of["cathode_mass"] for name, of in (("own", truth), ("moved", truth + dense))}
    return {
        "energy by current density replayed": (energy["moved"] - energy["own"]).mean(),
        "voltage by temperature replayed": 100.0 * (warm["cell_voltage"] / ohmic).mean(),
        "voltage at the end of third crops by current replayed": dense["voltage_end"].to_numpy()[third].mean() / 10.0,
    }


def statistics(seed: Seed) -> dict[str, float]:
    plant = replay(seed)
    return of_measurements(plant) | of_truth(seed, plant) | of_events(plant) | of_causes(seed, plant)


def test_statistics_of_three_years_lie_in_their_bands(outside_bands: Callable[..., list[str]]) -> None:
    assert outside_bands("lead_refining", statistics(load("lead_refining"))) == []


@pytest.mark.long("simulates the plant with other random numbers")
@pytest.mark.parametrize("rng_seed", range(101, 107))
def test_so_do_they_with_other_random_numbers(rng_seed: int, outside_bands: Callable[..., list[str]]) -> None:
    seed = load("lead_refining")
    assert seed.plant is not None
    other = seed.model_copy(update={"plant": seed.plant.model_copy(update={"rng_seed": rng_seed})})
    assert outside_bands("lead_refining", statistics(other)) == []


@pytest.mark.long("simulates other plants")
def test_and_so_do_medians_of_other_plants_in_what_references_and_plants_say(
    outside_bands: Callable[..., list[str]], read_bands: Callable[..., list[dict[str, str]]]
) -> None:
    # Bands that are assumed or computed follow from numbers of the seed's own plant.
    of_any = {row["statistic"] for row in read_bands("lead_refining") if row["kind"] in ("reference", "practice")}
    seed = load("lead_refining")
    result = medians(statistics(another_plant(seed, rng_seed)) for rng_seed in range(101, 107))
    outside = [line for line in outside_bands("lead_refining", result) if line.split(":")[0] in of_any]
    assert len(of_any) >= 15
    assert outside == []
