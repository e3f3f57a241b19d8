"""Statistics of the simulated alumina plant in their bands: what documents hold, plants do or laws give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from physics.arrays import FloatArray
from physics.bayer.precipitation import (
    growth_constant,
    product_soda,
    tank_alumina,
    tank_strength,
    train_alumina,
    train_temperatures,
)
from physics.bayer.solubility import gibbsite_solubility, ionic_strength, supersaturation
from seeds import Seed, load
from synthetic_data import SimulatedRun, another_plant, replay
from tests.synthetic_data.stated import medians

TANKS, DAYS_A_YEAR = 13, 365.25
SOME = 500  # rows that are reckoned again with a change


def of_train(seed: Seed, plant: SimulatedRun, **changes: float) -> tuple[FloatArray, FloatArray]:
    """Yield [g/L] and soda [%] of some rows' trains, reckoned anew from truth with something changed."""
    p = seed.plant
    assert p is not None
    rows = np.linspace(0, len(plant.truth) - 1, SOME).astype(int)
    truth, tanks = plant.truth.iloc[rows], plant.table["tanks_on"].to_numpy()[rows]
    day = {name: truth[name].to_numpy() for name in truth if truth[name].dtype == np.float64}
    tanks = tanks + changes.get("tanks", 0.0)
    used = np.arange(float(TANKS))[:, None] < tanks
    warm = train_temperatures(day["fill"], day["end"] + changes.get("end", 0.0), tanks, TANKS)
    warm = warm + changes.get("warmer", 0.0)
    saturated = gibbsite_solubility(warm, day["caustic"], day["ionic"])
    rate = day["growth"] * growth_constant(warm, 1.0, p.value("activation_temperature"), 10.0, 40.0)
    time = p.value("tank_volume") / day["true_flow"]
    strength = used * tank_strength(rate, day["seed"] + changes.get("more", 0.0), day["surface"], time)
    entering = day["entering"] + changes.get("ratio", 0.0) * day["caustic"]
    alumina = train_alumina(entering, saturated, day["caustic"], strength)
    square = np.square(used * (alumina - saturated) / day["caustic"]).sum(axis=0) / tanks
    mean = (used * warm).sum(axis=0) / tanks
    return entering - alumina[-1], product_soda(square, mean, day["caustic"])


def of_physics(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    assert seed.plant is not None
    harvest, soda = of_train(seed, plant)
    whole = plant.table["tanks_on"].to_numpy()[np.linspace(0, len(plant.truth) - 1, SOME).astype(int)] == TANKS
    hot, cold = (gibbsite_solubility(t, 200.0, ionic_strength(200.0)) / 200.0 for t in (145.0, 60.0))
    fallen = [
        (170.0 - left, supersaturation(left, saturated, 235.0))
        for saturated in (60.0, 90.0)
        for left in (tank_alumina(170.0, saturated, 235.0, 300.0),)
    ]
    (slow, low), (fast, high) = fallen[::-1]
    return {
        "A*/C of pure liquor at 60 °C and 200 g/L": float(cold),
        "A*/C of pure liquor at 145 °C and 200 g/L": float(hot),
        "order of the rate": float(np.log(fast / slow) / np.log(high / low)),
        "E/R of the rate": seed.plant.value("activation_temperature"),
        "yield by 0.01 of A/C": float((of_train(seed, plant, ratio=0.01)[0] - harvest).mean()),
        "yield by 100 g/L of seed": float((of_train(seed, plant, more=100.0)[0] - harvest).mean()),
        "yield with one tank out": float((of_train(seed, plant, tanks=-1.0)[0] - harvest)[whole].mean()),
        "yield with the last tank 3 K colder": float((of_train(seed, plant, end=-3.0)[0] - harvest).mean()),
        "soda with all tanks 2 K colder": float((of_train(seed, plant, warmer=-2.0)[1] - soda).mean()),
    }


def period_of(fines: pd.DataFrame) -> float:
    """Period of the strongest swing of fines that are no slow change [d], by the spectra of all lines together."""
    fast = (fines.interpolate() - fines.interpolate().rolling(91, center=True).mean()).dropna().to_numpy()
    window = np.hanning(len(fast))[:, None]
    power = np.square(np.abs(np.fft.rfft(fast * window, axis=0))).mean(axis=1)
    smooth = np.convolve(power, np.ones(11) / 11.0, "same")
    return float(len(fast) / (3 + np.argmax(smooth[3:])))


def season_of(table: pd.DataFrame, harvest: pd.Series) -> float:
    """Yield of summers less that of winters at equal liquor, which drifts over months as it likes [g/L]."""
    liquor = [name for name in table if name.startswith("green_liquor_")]
    known = table[liquor].interpolate().bfill()
    month = table["day"].dt.month
    summer, winter = (month.isin(of).to_numpy(np.float64) for of in ([6, 7, 8], [12, 1, 2]))
    inputs = np.column_stack([np.ones(len(table)), summer, winter, known - known.mean()])
    _, in_summer, in_winter, *_ = np.linalg.lstsq(inputs, harvest, rcond=None)[0]
    return float(in_summer - in_winter)


def of_measurements(plant: SimulatedRun) -> dict[str, float]:
    table, truth = plant.table, plant.truth
    fines, seed_fines = (
        table.pivot(index="day", columns="line", values=name) for name in ("product_fines", "seed_fines")
    )
    yesterday = table.groupby("line")["product_fines"].shift()
    off = (table["green_liquor_ac"] - truth["ratio"]).groupby(table["line"])
    read = ["spent_liquor_ac", "tank3_ac", "seed_fines", "steam_digestion", "green_liquor_ac", "bauxite_toc"]
    evaporated = table["evaporation_rate"] * truth["alumina"] / 24.0
    return {
        "green A/C mean": table["green_liquor_ac"].mean(),
        "spent A/C mean": table["spent_liquor_ac"].mean(),
        "yield mean": table["precipitation_yield"].mean(),
        "yield in summer less winter": season_of(table, truth["precipitation_yield"]),
        "soda in the product mean": table["na2o"].mean(),
        "fines correlation at 10 d": float(np.mean([fines[line].autocorr(10) for line in fines])),
        "fines period": period_of(seed_fines),
        "thermal energy mean": table["thermal_energy"].mean(),
        "calcination mean": table["calciner_fuel"].mean(),
        "steam by evaporated water": (table["steam_evaporation"] / evaporated).mean(),
        "A/C titration repeatability": off.std().mean(),
        "fill temperature on yesterday's fines in history": yesterday.corr(table["fill_temperature"]),
        "fines mean": table["product_fines"].mean(),
        "seed fines mean": table["seed_fines"].mean(),
        "seed surface mean": table["seed_ssa"].mean(),
        "loss on ignition mean": table["loi"].mean(),
        "surface of the product mean": table["bet"].mean(),
        "attrition index mean": table["attrition"].mean(),
        "soda loss mean": table["soda_loss"].mean(),
        "end temperature and outside temperature correlation": table["end_temperature"].corr(
            table["ambient_temperature"]
        ),
        "missing readings": table[read].isna().to_numpy().mean(),
        "yield label noise": (table["precipitation_yield"] - truth["precipitation_yield"]).std(),
    }


def of_balances(plant: SimulatedRun) -> dict[str, float]:
    truth, years = plant.truth, len(plant.truth) / DAYS_A_YEAR
    return {
        "soda by a point of reactive silica": (truth["soda_bound"] / truth["silica_fed"]).mean(),
        "tanks descaled": (plant.events["kind"] == "tank_out").sum() / years,
    }


def statistics(seed: Seed) -> dict[str, float]:
    plant = replay(seed)
    return of_physics(seed, plant) | of_measurements(plant) | of_balances(plant)


def test_statistics_of_three_years_lie_in_their_bands(outside_bands: Callable[..., list[str]]) -> None:
    assert outside_bands("alumina_refining", statistics(load("alumina_refining"))) == []


@pytest.mark.long("simulates the plant with other random numbers")
@pytest.mark.parametrize("rng_seed", range(101, 107))
def test_so_do_they_with_other_random_numbers(rng_seed: int, outside_bands: Callable[..., list[str]]) -> None:
    seed = load("alumina_refining")
    assert seed.plant is not None
    other = seed.model_copy(update={"plant": seed.plant.model_copy(update={"rng_seed": rng_seed})})
    assert outside_bands("alumina_refining", statistics(other)) == []


@pytest.mark.long("simulates other plants")
def test_and_so_do_medians_of_other_plants_in_what_references_and_plants_say(
    outside_bands: Callable[..., list[str]], read_bands: Callable[..., list[dict[str, str]]]
) -> None:
    # Bands that are assumed or computed follow from numbers of the seed's own plant.
    of_any = {row["statistic"] for row in read_bands("alumina_refining") if row["kind"] in ("reference", "practice")}
    seed = load("alumina_refining")
    result = medians(statistics(another_plant(seed, rng_seed)) for rng_seed in range(101, 107))
    outside = [line for line in outside_bands("alumina_refining", result) if line.split(":")[0] in of_any]
    assert len(of_any) >= 15
    assert outside == []
