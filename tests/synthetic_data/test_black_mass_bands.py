"""Statistics of the simulated shredding lines in their bands: what balances give or was assumed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from physics.black_mass.powder import phosphorus_of_lfp
from physics.black_mass.pyrolysis import fluorine_left
from seeds import Seed, load
from synthetic_data import SimulatedRun, another_plant, replay
from tests.synthetic_data.graded import GradedPlant, setpoints_of
from tests.synthetic_data.stated import medians

FIRST_LABORATORY = pd.Timestamp(2024, 11, 4)  # until then


def of_contents(table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    by_line = np.log(table["cu"]).groupby(table["line"])
    return {
        "nickel and cobalt of lots": (table["ni"] + table["co"]).mean(),
        "lithium of lots": table["li"].mean(),
        "copper of lots median": table["cu"].median(),
        "aluminium of lots median": table["al"].median(),
        "correlation of copper from lot to lot": by_line.apply(lambda values: values.autocorr(1)).mean(),
        "lead below its limit": (table["pb"] < 0).mean(),
        "copper and time in the mill in history": table["mill_time"].corr(np.log(table["cu"])),
        "phosphorus and declared iron phosphate": table["feed_share_lfp"].corr(table["p"]),
        "copper and aluminium of lots": np.log(table["cu"]).corr(np.log(table["al"])),
        "fluorine that pyrolysis leaves": float(np.mean(fluorine_left(truth["binder"].to_numpy()))),
        "soluble of all fluorine": (truth["f_water"] / truth["f"]).median(),
    }


def of_lines(seed: Seed, table: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    assert seed.plant is not None
    read = [column.name for column in seed.by_role("before", "during") if column.name in table]
    read = [name for name in read if name not in ("campaign_lots", "screen_days", "mill_stops", "blended_share")]
    return {
        "powder yield": table["powder_yield"].mean(),
        "bias of nickel by X-rays": 100.0 * float(np.log(table["online_xrf_ni"] / truth["ni"]).mean()),
        "lithium lost to wash water": truth["lithium_washed"].mean(),
        "electricity of the mill": table["mill_power"].mean(),
        "moisture of powder": table["moisture"].mean(),
        "oxygen of the off-gas": table["off_gas_o2"].mean(),
        "production scrap of the feed": table["feed_scrap_share"].mean(),
        "missing readings": table[read].isna().to_numpy().mean(),
        "phosphorus by five points of iron phosphate": float(phosphorus_of_lfp(0.05) - phosphorus_of_lfp(0.0)),
        "iron phosphate that breaks 0.8 % of phosphorus": float(
            (0.8 - phosphorus_of_lfp(0.0)) / (phosphorus_of_lfp(1.0) - phosphorus_of_lfp(0.0))
        ),
    }


def of_grades(seed: Seed, table: pd.DataFrame) -> dict[str, float]:
    """Shares of lots that keep I-1 and I-2, by the numbers of the standard."""
    most = {"i1": (18, 2, 1, 0.5, 0.1, 50, 50, 50), "i2": (15, 3, 4, 2, 0.5, 200, 200, 100)}
    least = {"i1": (35, 5), "i2": (16, 3)}
    highest, grade_shares = table[["mn", "cu", "al", "fe", "f", "pb", "cd", "cr"]].abs(), {}
    for grade, limits in most.items():
        rich = (table["ni"] + table["co"] >= least[grade][0]) & (table["li"] >= least[grade][1])
        grade_shares[grade] = float(np.mean(rich & (highest.to_numpy() <= limits).all(axis=1)))
    return {"lots that keep I-1": grade_shares["i1"], "lots that keep I-2": grade_shares["i2"]}


def of_laboratories(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    """Scatter between laboratories: that of one laboratory's reports, and of the mean that laboratories read."""
    assert seed.plant is not None
    early, result = plant.table["lot_start"] < FIRST_LABORATORY, {}
    for name, element, share in (("nickel", "ni", 0.2), ("lithium", "li", 0.044)):
        within = np.log(plant.table[element] / plant.truth[element])[early].std()
        between = seed.plant.value("laboratory_share") * 0.02 * share**-0.1505
        result[f"{name} between laboratories"] = 100.0 * float(np.hypot(within, between))
    return result


def of_levers(seed: Seed, plant: SimulatedRun, years: float) -> dict[str, float]:
    setpoints = setpoints_of(seed, plant)

    def replayed(**values: object) -> pd.DataFrame:
        return replay(seed, years=years, setpoints=setpoints.assign(**values)).truth

    hot, typical = replayed(pyrolysis_temperature=630.0), replayed(pyrolysis_temperature=540.0)
    longer = replayed(mill_time=1.3 * setpoints["mill_time"])
    return {
        "fluorine without washing over that with it": replayed(wash_ratio=0.0)["f"].mean() / plant.truth["f"].mean(),
        "aluminium at 630 over that at 540 °C": hot["al"].mean() / typical["al"].mean(),
        "copper at 30 % more time in the mill": longer["made_cu"].mean() / plant.truth["made_cu"].mean(),
    }


def statistics(seed: Seed, plant: SimulatedRun) -> dict[str, float]:
    assert seed.plant is not None
    result = of_contents(plant.table, plant.truth) | of_lines(seed, plant.table, plant.truth)
    result |= of_grades(seed, plant.table) | of_laboratories(seed, plant) | of_levers(seed, plant, seed.plant.years)
    return result


def test_statistics_of_the_lines_lie_in_their_bands(
    graded: Callable[[str], GradedPlant], outside_bands: Callable[..., list[str]]
) -> None:
    own = graded("black_mass")
    assert outside_bands("black_mass", statistics(own.seed, own.whole)) == []


@pytest.mark.long("simulates other plants")
def test_so_do_medians_of_six_others(outside_bands: Callable[..., list[str]]) -> None:
    others = [another_plant(load("black_mass"), rng_seed) for rng_seed in (2, 3, 4, 5, 6, 7)]
    assert outside_bands("black_mass", medians(statistics(seed, replay(seed)) for seed in others)) == []
