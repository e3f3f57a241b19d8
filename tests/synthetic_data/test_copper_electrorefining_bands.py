"""Statistics of the simulated sections in their bands: what documents hold, plants do or laws give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from physics.electrochemistry import COPPER_EQUIVALENT, specific_energy
from seeds import Seed, load
from synthetic_data import SimulatedRun, another_plant, replay
from tests.synthetic_data.stated import medians

KEYS = ["section", "crop_start"]
DAYS, DAYS_A_YEAR = 7.0, 365.25


def slope(x: pd.Series, y: pd.Series) -> float:
    return float(np.polyfit(x, y, 1)[0])


def between(frame: pd.DataFrame, column: str) -> float:
    """Spread of the sections' means."""
    return float(frame.groupby("section")[column].mean().std())


def scrap(truth: pd.DataFrame) -> float:
    """Share of an anode's thickness that is left after its third crop."""
    third = truth[truth["gap"] > truth["gap"].mean() + 3.0]
    lost = third["recessed"].mean() * 1.5  # two crops have gone when the third starts
    return float(100.0 * (1.0 - 2.0 * lost / 47.0))


def moved(seed: Seed, plant: SimulatedRun, setpoint: str, by: float) -> pd.DataFrame:
    """Truth after a set-point was moved in all rows and the other set-points held, less the truth of the history."""
    setpoints = plant.table[[*KEYS, *(column.name for column in seed.by_role("setpoint"))]].copy()
    low, high = seed.column(setpoint).limits
    setpoints[setpoint] = (setpoints[setpoint] + by).clip(low, high)
    other = replay(seed, setpoints=setpoints).truth.set_index(KEYS)
    return other - plant.truth.set_index(KEYS)


def of_measurements(plant: SimulatedRun) -> dict[str, float]:
    table, truth = plant.table, plant.truth
    energy = specific_energy(table["cell_voltage"], table["current_efficiency"], COPPER_EQUIVALENT)
    by_age = table.groupby("anode_age")["cell_voltage"].mean()
    read = ["charge", "cell_voltage", "short_rate", "suspended_solids", "chloride_assay", "electrolyte_cu", "anode_ni"]
    return {
        "current efficiency mean": table["current_efficiency"].mean(),
        "current efficiency sd": table["current_efficiency"].std(),
        "current efficiency 5th percentile": table["current_efficiency"].quantile(0.05),
        "label noise": (table["current_efficiency"] - truth["current_efficiency"]).std(),
        "label on truth slope": slope(truth["current_efficiency"], table["current_efficiency"]),
        "cell voltage mean": table["cell_voltage"].mean(),
        "cell voltage sd": table["cell_voltage"].std(),
        "voltage step from first to second crop": 1000.0 * (by_age[7.0] - by_age[0.0]),
        "specific energy mean": energy.mean(),
        "specific energy sd": energy.std(),
        "short rate mean": table["short_rate"].mean(),
        "rejected plates median": table["reject_share"].median(),
        "rejected plates mean": table["reject_share"].mean(),
        "current density mean": table["current_density"].mean(),
        "electrolyte temperature mean": table["electrolyte_temperature"].mean(),
        "patrol interval mean": table["patrol_interval"].mean(),
        "patrol interval sd": table["patrol_interval"].std(),
        "current swing mean": table["current_swing"].mean(),
        "cathode mass for a position": 1000.0 * table["cathode_mass"].mean() / (20 * 55 * 2),
        "missing readings": table[read].isna().to_numpy().mean(),
        "shorts and efficiency correlation": table["short_rate"].corr(table["current_efficiency"]),
        "shorts by patrol interval in history": slope(table["patrol_interval"], truth["shorted"]),
        "efficiency correlation from crop to crop": truth.groupby("section")["current_efficiency"]
        .apply(lambda values: values.autocorr())
        .mean(),
    }


def of_truth(plant: SimulatedRun) -> dict[str, float]:
    truth = plant.truth
    cathodes = truth["cathode_mass"]
    return {
        "current efficiency sd between sections": between(truth, "current_efficiency"),
        "efficiency in the first day": truth["efficiency_first_day"].mean(),
        "efficiency in the last day": truth["efficiency_last_day"].mean(),
        "loss by shorts": truth["short_loss"].mean(),
        "loss by leakage": truth["stray_loss"].mean(),
        "loss by dissolution": truth["dissolution_loss"].mean(),
        "shorts that arise": (24.0 * truth["shorted"] / truth["mean_life"]).mean(),
        "passive anodes": 100.0 * truth["passive"].mean(),
        "gap mean": truth["gap"].mean(),
        "gap in the first crop": truth.loc[truth["recessed"] == 0.0, "gap"].mean(),
        "anode left as scrap": scrap(truth),
        "steam": (24.0 * DAYS * truth["steam"] / (1000.0 * cathodes)).mean(),
        "heat of a cell's current": truth["heat_joule"].mean() / 20.0,
        "acid added": truth["acid_added"].mean(),
        "copper to the electrolyte": 100.0 * (truth["electrolyte_copper"] / cathodes).mean(),
        "glue in the electrolyte": truth["glue_content"].mean(),
    }


def of_events(plant: SimulatedRun) -> dict[str, float]:
    years = len(plant.truth) * DAYS / DAYS_A_YEAR
    count = plant.events["kind"].value_counts()
    return {
        "passivations": count["passivation"] / years,
        "rectifier trips": count["rectifier"] / years,
        "flow losses of a plant of 30 sections": 30.0 * count["flow_loss"] / years,
    }


def of_causes(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    patrol, swing = moved(seed, plant, "patrol_interval", 2.0), moved(seed, plant, "current_swing", 3.0)
    warm, dense = moved(seed, plant, "electrolyte_temperature", 1.0), moved(seed, plant, "current_density", 10.0)
    return {
        "efficiency by patrol interval replayed": patrol["current_efficiency"].mean() / 2.0,
        "efficiency by current swing replayed": swing["current_efficiency"].mean() / 3.0,
        "peak energy by current swing replayed": 100.0
        * (swing["energy_peak"] / plant.truth.set_index(KEYS)["energy_peak"]).mean()
        / 3.0,
        "voltage by temperature replayed": 1000.0 * warm["cell_voltage"].mean(),
        "voltage by current density replayed": 1000.0 * dense["cell_voltage"].mean() / 10.0,
        "steam by temperature replayed": 100.0 * (warm["steam"].mean() / plant.truth["steam"].mean()),
    }


def statistics(seed: Seed) -> dict[str, float]:
    plant = replay(seed)
    return of_measurements(plant) | of_truth(plant) | of_events(plant) | of_causes(seed, plant)


def test_statistics_of_three_years_lie_in_their_bands(outside_bands: Callable[..., list[str]]) -> None:
    assert outside_bands("copper_electrorefining", statistics(load("copper_electrorefining"))) == []


@pytest.mark.long("simulates the plant with other random numbers")
@pytest.mark.parametrize("rng_seed", range(101, 107))
def test_so_do_they_with_other_random_numbers(rng_seed: int, outside_bands: Callable[..., list[str]]) -> None:
    seed = load("copper_electrorefining")
    assert seed.plant is not None
    other = seed.model_copy(update={"plant": seed.plant.model_copy(update={"rng_seed": rng_seed})})
    assert outside_bands("copper_electrorefining", statistics(other)) == []


@pytest.mark.long("simulates other plants")
def test_and_so_do_medians_of_other_plants_in_what_references_and_plants_say(
    outside_bands: Callable[..., list[str]], read_bands: Callable[..., list[dict[str, str]]]
) -> None:
    # Bands that are assumed or computed follow from numbers of the seed's own plant.
    bands = read_bands("copper_electrorefining")
    of_any = {row["statistic"] for row in bands if row["kind"] in ("reference", "practice")}
    seed = load("copper_electrorefining")
    result = medians(statistics(another_plant(seed, rng_seed)) for rng_seed in range(101, 107))
    outside = [line for line in outside_bands("copper_electrorefining", result) if line.split(":")[0] in of_any]
    assert outside == []
